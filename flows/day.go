// A day: the book as of one date. What does not change within a day (values of
// facts, texts without a person's own values) is worked out once.
package flows

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"posada/locales"
)

// Day is the book as of one moment.
type Day struct {
	Date Date

	book    *Book
	at      time.Time
	entries []*Entry // by fact index
	env     map[string]any
	stale   []Freshness
	gaps    []Gap

	mu    sync.RWMutex
	texts map[textKey]string
	steps map[progressKey]string
	data  map[string]map[string]any // language → values of facts
}

type textKey struct{ lang, id string }

type progressKey struct {
	lang     string
	n, total int
}

// maxDays bounds the days kept ready; training conversations may ask for any.
const maxDays = 32

// dayKey is a date, and which programmes are open, closed again, or to open
// again, at that moment of it.
type dayKey struct {
	date                 Date
	open, ended, reopens uint64
}

// On is the book as of t, and as of its first day for anything before. Dates are those of UTC−6, the zone of the book's
// programmes: no reader's midnight is more than a few hours away.
func (b *Book) On(t time.Time) *Day {
	if first := Noon(b.begins); t.Before(first) {
		t = first
	}
	t = t.In(bookZone)
	key := dayKey{date: DateOf(t)}
	for i, p := range b.programmes {
		if p.OpenAt(t) {
			key.open |= 1 << i
		} else if !p.endedBy(t).IsZero() {
			key.ended |= 1 << i
		}
		if !p.OpenAt(t) && !p.opensFrom(t).IsZero() {
			key.reopens |= 1 << i
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if d := b.days[key]; d != nil {
		return d
	}
	if len(b.days) >= maxDays {
		clear(b.days)
	}
	d := b.newDay(key, t)
	b.days[key] = d
	return d
}

var bookZone = time.FixedZone("UTC-6", -6*60*60)

// DayOf is the date of a moment in the book's zone: people are told no other.
func DayOf(t time.Time) Date { return DateOf(t.In(bookZone)) }

func (b *Book) newDay(key dayKey, t time.Time) *Day {
	d := &Day{Date: key.date, book: b, at: t, env: map[string]any{}, texts: map[textKey]string{}, steps: map[progressKey]string{}, data: map[string]map[string]any{}}
	for _, f := range b.facts {
		e := f.On(d.Date)
		d.entries = append(d.entries, e)
		d.stale = append(d.stale, f.freshness(d.Date))
		if f.Care != CareNone {
			d.env[withheldName(f)] = d.stale[f.index] == Withheld
		}
		if f.Kind == KindStatement {
			continue
		}
		d.env[f.ID] = f.variable(e)
		if f.Kind == KindDate {
			d.env[f.ID+"_month"] = d.env[f.ID].(int) / 100
		}
	}
	for i, p := range b.programmes {
		d.env[openName(p)] = key.open&(1<<i) != 0
		d.env[endedName(p)] = key.ended&(1<<i) != 0
		d.env[reopensName(p)] = key.reopens&(1<<i) != 0
	}
	d.env[varToday] = int(d.Date)
	d.env[varThisMonth] = d.Date.YearMonth()
	d.gaps = b.gaps(d.Date)
	return d
}

// text is a message of the book on this day. extra holds the values that are
// the person's own; nil when there are none, and then the text is kept.
func (d *Day) text(l *locales.Language, id string, extra map[string]any) (string, error) {
	key := textKey{l.Code, id}
	if extra == nil {
		d.mu.RLock()
		s, ok := d.texts[key]
		d.mu.RUnlock()
		if ok {
			return s, nil
		}
	}
	data := d.facts(l)
	if extra != nil {
		// Only what the message shows: a copy of all facts would cost more
		// than the rest of the turn.
		all := data
		data = make(map[string]any, len(extra)+2)
		for _, field := range l.Fields(id) {
			if v, ok := extra[field]; ok {
				data[field] = v
			} else if v, ok := all[field]; ok {
				data[field] = v
			}
		}
	}
	s, err := l.Render(id, data)
	if err != nil {
		return "", fmt.Errorf("as of %s: %w", d.Date, err)
	}
	if l.RightToLeft() {
		s = locales.Isolated(s)
	}
	if extra == nil {
		d.mu.Lock()
		d.texts[key] = s
		d.mu.Unlock()
	}
	return s, nil
}

// step is "3 / 15", kept for the next time.
func (d *Day) step(l *locales.Language, n, total int) (string, error) {
	key := progressKey{l.Code, n, total}
	d.mu.RLock()
	s, ok := d.steps[key]
	d.mu.RUnlock()
	if ok {
		return s, nil
	}
	s, err := d.text(l, msgProgress, map[string]any{"n": l.Digits(strconv.Itoa(n)), "total": l.Digits(strconv.Itoa(total))})
	if err == nil {
		d.mu.Lock()
		d.steps[key] = s
		d.mu.Unlock()
	}
	return s, err
}

// facts are the values to show on this day, in one language.
func (d *Day) facts(l *locales.Language) map[string]any {
	d.mu.RLock()
	data := d.data[l.Code]
	d.mu.RUnlock()
	if data != nil {
		return data
	}
	data = map[string]any{}
	for i, f := range d.book.facts {
		if e := d.entries[i]; e != nil {
			if v, ok := e.show(f, l); ok {
				data[f.ID] = v
			}
		}
	}
	d.mu.Lock()
	d.data[l.Code] = data
	d.mu.Unlock()
	return data
}

// worst is the worst freshness of some facts, and the day the oldest of them
// was reviewed.
func (d *Day) worst(facts []*Fact) (Freshness, Date) {
	worst, reviewed := Fresh, Date(0)
	for _, f := range facts {
		worst = max(worst, d.stale[f.index])
		if e := d.entries[f.index]; e != nil && (reviewed == 0 || e.Reviewed < reviewed) {
			reviewed = e.Reviewed
		}
	}
	return worst, reviewed
}

// Entry is what a fact was on this day, nil when it was nothing.
func (d *Day) Entry(f *Fact) *Entry { return d.entries[f.index] }

// sources of some facts on this day, each once, in order.
func (d *Day) sources(facts []*Fact) []*Source {
	var out []*Source
	for _, f := range facts {
		e := d.entries[f.index]
		if e == nil {
			continue
		}
		for _, id := range e.Source {
			if s := d.book.sources[id]; !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// Noon is the middle of a day in the book's zone: a moment that is that day
// for every reader.
func Noon(d Date) time.Time { return d.Time(bookZone).Add(12 * time.Hour) }
