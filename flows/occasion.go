// A programme's occasions, as a conversation about them asks: the one that is
// owed, the one that it is, the last there can be.
package flows

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"time"
)

// owed is the first occasion of a day or later; without a day (0) the first that
// is not before a moment.
func (p *Programme) owed(w Wish, day int, due time.Time) (Occasion, bool) {
	if day == 0 {
		return p.Next(w, due.Add(-time.Nanosecond))
	}
	d, ok := p.dayFrom(Date(day))
	for tries := 0; ok && tries < furthest; tries++ {
		if o, found := p.on(w, d); found {
			return o, true
		}
		d, ok = p.dayFrom(d.AddDays(1))
	}
	return Occasion{}, false
}

// during is the occasion whose window is open at a moment.
func (p *Programme) during(w Wish, at time.Time) (Occasion, bool) {
	for day, n := DateOf(at.UTC()).AddDays(-2), 0; n < 4; day, n = day.AddDays(1), n+1 {
		if o, found := p.on(w, day); found && !at.Before(o.Opens) && at.Before(o.Closes) {
			return o, true
		}
	}
	return Occasion{}, false
}

// end is the moment from which the programme takes no requests any more, as far
// as the book knows; zero: it knows of no end.
func (p *Programme) end() time.Time {
	var end time.Time
	if n := len(p.Open); n > 0 {
		end = p.Open[n-1].end
	}
	if n := len(p.Windows); n > 0 && p.Windows[n-1].Until != 0 {
		last := p.Windows[n-1]
		if closes := last.Closes(last.Until.AddDays(-1)); end.IsZero() || closes.Before(end) {
			end = closes
		}
	}
	return end
}

// endedBy is when the last period ended before t, zero when none did or the
// programme is open.
func (p *Programme) endedBy(t time.Time) time.Time {
	var end time.Time
	if !p.OpenAt(t) {
		for _, o := range p.Open {
			if !o.end.IsZero() && !o.end.After(t) {
				end = o.end
			}
		}
	}
	return end
}

// opensFrom is when the programme is first open from t on, zero when the book
// knows of no opening.
func (p *Programme) opensFrom(t time.Time) time.Time {
	if p.OpenAt(t) {
		return t
	}
	for _, o := range p.Open {
		if o.start.After(t) {
			return o.start
		}
	}
	return time.Time{}
}

// hoursOn tells the hours of a day, and the weekdays without any, apart from
// others, in a few letters.
func (p *Programme) hoursOn(day Date) string {
	w, _ := p.WindowOn(day)
	sum := fnv.New32a()
	for _, r := range w.Readings {
		fmt.Fprintln(sum, r.opens, r.closes, r.NextDay, r.Zone)
	}
	if w.closed != [7]bool{} {
		fmt.Fprintln(sum, w.closed)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
