// When the next reminder is due: computed from the calendar of the programme
// and of the person's place, never by adding hours.
package flows

import (
	"math"
	"time"
)

// When a person wants to be reminded, within the window of each day.
const (
	WhenOpens       = "opens"        // when requests open
	WhenBeforeClose = "before_close" // an hour before they close
	WhenTime        = "time"         // at a time of day where the person is
)

// beforeClose is how long before the end "before they close" is.
const beforeClose = time.Hour

// Wish is when a person wants to be reminded of a programme.
type Wish struct {
	When   string         // WhenOpens, WhenBeforeClose or WhenTime
	Minute int            // WhenTime: minutes after local midnight, 1 to 1440
	Zone   *time.Location // WhenTime: of the place where the person is
}

// Occasion is one reminder of one day. A window that crosses midnight belongs
// to the day on which it opens.
type Occasion struct {
	Day           Date      // of the programme's calendar
	At            time.Time // the promised minute
	Opens, Closes time.Time // Closes is exclusive: at that moment it is too late
	// Moved: the wanted time of day does not lie in this day's window, so the
	// reminder comes when the window opens.
	Moved bool
}

// furthest is how many days of open windows are looked at: over a year of days
// without an occasion, there is none.
const furthest = 400

// Next is the first occasion after a moment, false when there is none because
// the programme is closed from then on.
func (p *Programme) Next(w Wish, after time.Time) (Occasion, bool) {
	// A window may have opened up to two calendar days before, counted in the
	// zone furthest from its own.
	day, ok := p.dayFrom(DateOf(after.UTC()).AddDays(-2))
	for tries := 0; ok && tries < furthest; tries++ {
		if o, found := p.on(w, day); found && o.At.After(after) {
			return o, true
		}
		day, ok = p.dayFrom(day.AddDays(1))
	}
	return Occasion{}, false
}

// dayFrom is the first day, from one on, that has a window which can lie in one
// of the programme's periods. It passes over pauses of any length.
func (p *Programme) dayFrom(day Date) (Date, bool) {
	var first Date
	for _, period := range p.Open {
		// Counted in the zones furthest apart, a window that opened two days
		// before may reach into a period, and one of the day after open in it.
		from, last := max(day, DateOf(period.start.UTC()).AddDays(-2)), Date(math.MaxInt)
		if !period.end.IsZero() {
			last = DateOf(period.end.UTC()).AddDays(1)
		}
		for _, w := range p.Windows {
			d := max(from, w.From)
			if d <= last && (w.Until == 0 || d < w.Until) && (first == 0 || d < first) {
				first = d
			}
		}
	}
	return first.AddDays(0), first != 0 // a window from a month on is one from its first day
}

// on is the occasion of one day of the programme's calendar.
func (p *Programme) on(w Wish, day Date) (Occasion, bool) {
	win, ok := p.WindowOn(day)
	if !ok || !win.opensOn(day) {
		return Occasion{}, false
	}
	o := Occasion{Day: day, Opens: win.Opens(day), Closes: win.Closes(day)}
	if !o.within(p.Open) {
		return Occasion{}, false
	}
	switch w.When {
	case WhenBeforeClose:
		o.At = o.Closes.Add(-beforeClose)
		if o.At.Before(o.Opens) {
			o.At = o.Opens
		}
	case WhenTime:
		o.At, o.Moved = o.timeOfDay(w)
	default:
		o.At = o.Opens
	}
	return o, true
}

// within leaves of a window what lies in the programme's periods, false when
// nothing does. Where one period begins as another ends the programme stays
// open; when it pauses within a window, the first part counts.
func (o *Occasion) within(periods []Period) bool {
	open, end := false, time.Time{}
	for _, period := range periods {
		switch {
		case !open && (period.end.IsZero() || period.end.After(o.Opens)):
			open, end = true, period.end
			if period.start.After(o.Opens) {
				o.Opens = period.start
			}
		case open && period.start.Equal(end):
			end = period.end
		}
	}
	if !end.IsZero() && end.Before(o.Closes) {
		o.Closes = end
	}
	return open && o.Opens.Before(o.Closes)
}

// timeOfDay is the first moment of the window at which it is the wanted time of
// day where the person is. When the clocks go back and the time comes twice it
// is the first of the window; when they go forward over it, it is the moment
// they do; where there is none, it is the opening.
func (o *Occasion) timeOfDay(w Wish) (at time.Time, moved bool) {
	const day = 24 * time.Hour
	wanted := time.Duration(w.Minute) * time.Minute
	// Between two changes a clock only goes on. The second before the opening is
	// looked at for the sake of a change at the opening itself.
	for from := o.Opens.Add(-time.Second).In(w.Zone); from.Before(o.Closes); {
		hour, minute, second := from.Clock()
		now := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
		at := from.Add((wanted - now + day) % day)
		_, change := from.ZoneBounds()
		if change.IsZero() || at.Before(change) {
			if at.Before(o.Closes) {
				return at, false
			}
			break
		}
		_, before := from.Zone()
		_, after := change.Zone()
		// A change that leaves out a whole day leaves out no time of day.
		forward := time.Duration(after-before) * time.Second % day
		if at.Before(change.Add(forward)) && change.Before(o.Closes) {
			return change, false
		}
		from = change
	}
	return o.Opens, true
}

// opensOn tells whether a window opens on a day: not on a weekday on which it
// is closed, nor on a day that the calendar of a place left out.
func (w Window) opensOn(day Date) bool {
	for _, r := range w.Readings {
		if time.Date(day.Year(), time.Month(day.Month()), day.Day(), 12, 0, 0, 0, r.loc).Day() != day.Day() {
			return false
		}
	}
	return !w.closed[day.Weekday()]
}

// wallClock is the moment at which it is a minute of a day in a place. When the
// clocks go back and the minute comes twice it is the first; when they go
// forward over it, it is the moment they do.
func wallClock(day Date, minute int, loc *time.Location) time.Time {
	guess := time.Date(day.Year(), time.Month(day.Month()), day.Day(), minute/60, minute%60, 0, 0, loc)
	wall := time.Date(day.Year(), time.Month(day.Month()), day.Day(), minute/60, minute%60, 0, 0, time.UTC)
	// The offsets that hold around the guess, the one before a change first.
	// No zone changes twice within a day.
	begins, ends := guess.ZoneBounds()
	around := []time.Time{guess}
	if !begins.IsZero() && guess.Sub(begins) < 24*time.Hour {
		around = []time.Time{begins.Add(-time.Second), guess}
	} else if !ends.IsZero() && ends.Sub(guess) < 24*time.Hour {
		around = []time.Time{guess, ends}
	}
	for _, at := range around {
		_, offset := at.In(loc).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(loc)
		if _, really := t.Zone(); really == offset {
			return t
		}
	}
	// In the gap: the change itself.
	_, before := around[0].In(loc).Zone()
	early := wall.Add(-time.Duration(before) * time.Second).In(loc)
	change, _ := early.ZoneBounds()
	return change
}
