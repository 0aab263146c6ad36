// An offer: until when it can be accepted, and at which points before that a
// person is reminded. Where the sources have two readings the earlier counts.
package flows

import (
	"fmt"
	"slices"
	"time"
)

// Offer is how a programme's offers are accepted, beside the hours that its
// confirm fact gives.
type Offer struct {
	// Until names a fact with a time of day, in Zone, at which the hours are
	// over whatever was counted; "" for none.
	Until string   `yaml:"until"`
	Zone  string   `yaml:"zone"`
	Say   []Item   `yaml:"say"`   // what to know, said with the last moment
	Facts []string `yaml:"facts"` // what that stands on

	loc *time.Location
}

// compileOffer reads an offer's zone and looks at its facts: they have to be known
// for as long as the programme is open.
func (p *Programme) compileOffer(b *Book, begins Date) error {
	o := p.Offer
	known := func(f *Fact) error {
		for _, period := range p.Open {
			if day := max(begins, period.From); f.On(day) == nil || slices.ContainsFunc(f.History, func(e Entry) bool { return e.Until != 0 }) {
				return fmt.Errorf("offer: fact %s is not known for all of the time from %s on, and the programme is open", f.ID, day)
			}
		}
		return nil
	}
	f := b.factByID[p.Confirm]
	if f == nil || f.Kind != KindHours {
		return fmt.Errorf("offer: confirm is no fact of kind %s", KindHours)
	}
	if err := known(f); err != nil {
		return err
	}
	if (o.Until == "") != (o.Zone == "") {
		return fmt.Errorf("offer: until and zone belong together")
	}
	if o.Until == "" {
		return nil
	}
	var err error
	if o.loc, err = loadZone(o.Zone); err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	if f = b.factByID[o.Until]; f == nil {
		return fmt.Errorf("offer: unknown fact %q", o.Until)
	}
	for _, e := range f.History {
		if _, err := clockMinutes(e.Value); err != nil {
			return fmt.Errorf("offer: fact %s: %w", f.ID, err)
		}
	}
	return known(f)
}

// lastMoment is until when an offer that came at some moment can be accepted,
// by the earlier of the readings; false on a day of which the book cannot tell.
func (b *Book) lastMoment(p *Programme, day *Day, came time.Time) (time.Time, bool) {
	e := day.Entry(b.factByID[p.Confirm])
	if e == nil {
		return time.Time{}, false
	}
	last := came.Add(time.Duration(e.number) * time.Hour)
	if p.Offer.Until == "" {
		return last, true
	}
	e = day.Entry(b.factByID[p.Offer.Until])
	if e == nil {
		return time.Time{}, false
	}
	minute, err := clockMinutes(e.Value)
	if err != nil { // compileOffer has refused it
		return time.Time{}, false
	}
	first := wallClock(DateOf(came.In(p.Offer.loc)), minute, p.Offer.loc)
	if !first.After(came) {
		first = wallClock(DateOf(came.In(p.Offer.loc)).AddDays(1), minute, p.Offer.loc)
	}
	if first.Before(last) {
		last = first
	}
	return last, true
}

// Before the end of an offer, a person is reminded at these points, and half
// way to them.
const (
	offerEarly = 3 * time.Hour
	offerLate  = time.Hour
)

// offerNext is the first point of a countdown after a moment: half way, but by
// day where the person is if that is early enough; hours before the end, or the
// end itself.
func offerNext(began, last, after time.Time, zone *time.Location) time.Time {
	half := began.Add(last.Sub(began) / 2).Truncate(time.Minute)
	if morning := byDay(half, zone); morning.Before(last.Add(-offerEarly)) {
		half = morning
	}
	points := []time.Time{half, last.Add(-offerEarly), last.Add(-offerLate), last}
	if !half.Before(points[1]) {
		points = points[1:]
	}
	for _, at := range points {
		if at.After(after) {
			return at
		}
	}
	return last
}
