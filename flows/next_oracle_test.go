// The reminders that a programme owes, found by another method than Next: by
// reading the clocks. A walk goes through a span of time minute by minute and
// writes down what the clock on the wall of a place shows; windows and promised
// minutes are then looked up in what was written down, and nothing is computed
// from offsets or dates.
package flows

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

const dayMinutes = 24 * 60

// walk is a span of time, minute by minute. Minutes are counted from its start;
// what clocks show is counted in minutes from the midnight that begins its
// first day.
type walk struct {
	start   time.Time
	minutes int
	days    []Date       // the calendar, with days to spare at both ends
	index   map[Date]int // of a day in it

	mu     sync.Mutex
	clocks map[string]*dial
}

// dial is what the clock of one place showed during a walk.
type dial struct {
	shows []int32 // by minute of the walk
	// reaches is, by what the clock can show, the first minute of the walk at
	// which it shows that or has gone past it.
	reaches []int32
	had     []bool // by day of the calendar: the day was there at all
}

// walkOver prepares a walk from one day's first moment in UTC to another's. A
// reminder is compared only if it lies within, so the walk itself begins and
// ends three days further out.
func walkOver(from, until time.Time) *walk {
	w := &walk{start: from.Add(-72 * time.Hour), index: map[Date]int{}, clocks: map[string]*dial{}}
	end := until.Add(72 * time.Hour)
	w.minutes = int(end.Sub(w.start) / time.Minute)
	for at := w.start.Add(-48 * time.Hour); at.Before(end.Add(48 * time.Hour)); at = at.Add(time.Hour) {
		y, m, d := at.Date()
		day := Date(y*10000 + int(m)*100 + d)
		if _, known := w.index[day]; !known {
			w.index[day] = len(w.days)
			w.days = append(w.days, day)
		}
	}
	return w
}

func (w *walk) moment(minute int) time.Time { return w.start.Add(time.Duration(minute) * time.Minute) }

// clock reads the clock of a zone through the whole walk, once.
func (w *walk) clock(zone string) *dial {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.clocks[zone]; c != nil {
		return c
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	c := &dial{shows: make([]int32, w.minutes), reaches: make([]int32, len(w.days)*dayMinutes), had: make([]bool, len(w.days))}
	next := 0 // the first reading not yet reached
	for i := range w.minutes {
		at := w.moment(i).In(loc)
		y, m, d := at.Date()
		day, known := w.index[Date(y*10000+int(m)*100+d)]
		if !known {
			panic(fmt.Sprintf("the walk's calendar does not have %s", at))
		}
		hour, minute, _ := at.Clock()
		shows := day*dayMinutes + hour*60 + minute
		c.shows[i], c.had[day] = int32(shows), true
		for ; next <= shows; next++ {
			c.reaches[next] = int32(i)
		}
	}
	for ; next < len(c.reaches); next++ {
		c.reaches[next] = int32(w.minutes)
	}
	w.clocks[zone] = c
	return c
}

// span is the time in which one day's request can be made.
type span struct {
	day    Date
	opens  int // minutes of the walk
	closes int // the first minute at which it is too late
}

// spans reads a programme's calendar, as it is written in its YAML, off the
// clocks of its zones: every day with the minutes that are open to all of its
// readings, for as long as the programme is.
func (w *walk) spans(p *Programme) []span {
	open := make([]bool, w.minutes)
	for _, period := range p.Open {
		c := w.clock(period.Zone)
		from, until := w.reached(c, period.From.String(), 0), w.reached(c, string(period.Until), w.minutes)
		for i := from; i < until; i++ {
			open[i] = true
		}
	}
	var out []span
	for _, window := range p.Windows {
		for n, day := range w.days[:len(w.days)-1] {
			if day < window.From || window.Until != 0 && day >= window.Until || w.closedOn(window, n) {
				continue
			}
			opens, closes := 0, w.minutes
			for _, r := range window.Readings {
				c, last := w.clock(r.Zone), n
				if r.NextDay {
					last++
				}
				if !c.had[n] {
					closes = 0 // a day that was left out has no window
				}
				opens = max(opens, int(c.reaches[n*dayMinutes+minuteOf(r.Opens)]))
				closes = min(closes, int(c.reaches[last*dayMinutes+minuteOf(r.Closes)]))
			}
			for opens < closes && !open[opens] {
				opens++
			}
			until := opens
			for until < closes && open[until] {
				until++
			}
			if opens < until {
				out = append(out, span{day, opens, until})
			}
		}
	}
	return out
}

// closedOn asks the calendar of UTC for the weekday of a day.
func (w *walk) closedOn(window Window, n int) bool {
	weekday := w.start.Add(time.Duration(n-2) * 24 * time.Hour).Weekday().String()
	for _, closed := range window.Closed {
		if strings.EqualFold(closed, weekday) {
			return true
		}
	}
	return false
}

// reached is the minute at which a clock reaches a written day or moment.
func (w *walk) reached(c *dial, written string, missing int) int {
	if written == "" {
		return missing
	}
	day, timeOfDay, timed := strings.Cut(written, "T")
	minute := 0
	if timed {
		minute = minuteOf(timeOfDay)
	}
	var y, m, d int
	if _, err := fmt.Sscanf(day, "%d-%d-%d", &y, &m, &d); err != nil {
		panic(fmt.Sprintf("%q: %v", written, err))
	}
	date := Date(y*10000 + m*100 + d)
	if date < w.days[0] {
		return 0
	}
	if n, known := w.index[date]; known {
		return int(c.reaches[n*dayMinutes+minute])
	}
	return w.minutes
}

func minuteOf(timeOfDay string) int {
	var hour, minute int
	if _, err := fmt.Sscanf(timeOfDay, "%d:%d", &hour, &minute); err != nil {
		panic(fmt.Sprintf("%q: %v", timeOfDay, err))
	}
	return hour*60 + minute
}

// promised is, by minute of the day, when a person who wants it then is
// reminded within a span: when their clock first shows it, or jumps over it.
// -1 is a minute that their clock does not come to.
func (w *walk) promised(s span, c *dial) [dayMinutes]int32 {
	var out [dayMinutes]int32
	for m := range out {
		out[m] = -1
	}
	for i := max(s.opens, 1); i < s.closes; i++ {
		// A clock that goes over midnight shows the next minute all the same;
		// one that leaves out a whole day leaves out no time of day.
		jumped := c.shows[i] - c.shows[i-1] - 1
		if jumped < 0 || jumped >= dayMinutes {
			jumped = 0
		}
		for m := c.shows[i] - jumped; m <= c.shows[i]; m++ {
			if out[m%dayMinutes] < 0 {
				out[m%dayMinutes] = int32(i)
			}
		}
	}
	return out
}

// owed is the reminder of a span for a wish; first is what promised tells of
// it for the person's clock.
func (w *walk) owed(s span, wish Wish, first *[dayMinutes]int32) Occasion {
	at, moved := s.opens, false
	switch wish.When {
	case WhenBeforeClose:
		at = max(s.opens, s.closes-60)
	case WhenTime:
		if i := first[wish.Minute%dayMinutes]; i >= 0 {
			at = int(i)
		} else {
			moved = true
		}
	}
	return Occasion{Day: s.day, At: w.moment(at), Opens: w.moment(s.opens), Closes: w.moment(s.closes), Moved: moved}
}

func sameOccasion(a, b Occasion) bool {
	return a.Day == b.Day && a.Moved == b.Moved && a.At.Equal(b.At) && a.Opens.Equal(b.Opens) && a.Closes.Equal(b.Closes)
}

func (o Occasion) String() string {
	return fmt.Sprintf("%s at %s (%s to %s, moved %v)", o.Day, o.At.UTC().Format("01-02 15:04:05"), o.Opens.UTC().Format("01-02 15:04"), o.Closes.UTC().Format("01-02 15:04"), o.Moved)
}

// compare asks Next for one reminder after another, and holds each against what
// is owed, by the programme's spans, to a person whose clock is that of zone.
// It gives how many reminders each wish has.
func (w *walk) compare(t *testing.T, p *Programme, spans []span, zone string, wishes []Wish) []int {
	t.Helper()
	c := w.clock(zone)
	firsts := make([][dayMinutes]int32, len(spans))
	for i, s := range spans {
		firsts[i] = w.promised(s, c)
	}
	from, until := w.start.Add(72*time.Hour), w.moment(w.minutes).Add(-72*time.Hour)
	loc := location(t, zone)
	counts, wrong := make([]int, len(wishes)), 0
	for i, wish := range wishes {
		wish.Zone = loc
		was := from
		for j := range spans {
			want := w.owed(spans[j], wish, &firsts[j])
			if !want.At.After(from) || !want.At.Before(until) {
				continue
			}
			got, ok := p.Next(wish, was)
			if (!ok || !sameOccasion(got, want)) && wrong < 3 {
				t.Errorf("%s: in %s, %s %d: after %s comes %v %s, owed is %s", p.ID, zone, wish.When, wish.Minute, was.UTC(), ok, got, want)
				wrong++
			}
			was = want.At
			counts[i]++
		}
		if got, ok := p.Next(wish, was); ok && got.At.Before(until) {
			t.Errorf("%s: in %s, %s %d: after the last comes %s", p.ID, zone, wish.When, wish.Minute, got)
		}
	}
	return counts
}

// allWishes are the openings, an hour before they close, and every quarter of
// an hour of the day, with the minutes beside midnight.
func allWishes() []Wish {
	out := []Wish{{When: WhenOpens}, {When: WhenBeforeClose}, {When: WhenTime, Minute: 1}, {When: WhenTime, Minute: dayMinutes - 1}}
	for m := 15; m <= dayMinutes; m += 15 {
		out = append(out, Wish{When: WhenTime, Minute: m})
	}
	return out
}
