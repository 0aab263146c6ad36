// What came of the reminders of a programme, for the operator who asks by
// command: the metrics tell the same, but only to who collects them.
package remind

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"posada/bot"
	"posada/flows"
)

// Outcomes are what came of the reminders of a programme's days, a second one of
// the same day too. Queued on time is Sent.
type Outcomes struct {
	Programme           string
	Sent, Late, Skipped int
}

// Tally is a meter that counts outcomes since it was made, and hands on to
// another one.
type Tally struct {
	Meter

	mu    sync.Mutex
	count map[string]Outcomes
}

// NewTally makes one before a meter.
func NewTally(m Meter) *Tally { return &Tally{Meter: m, count: map[string]Outcomes{}} }

// Fired implements Meter.
func (t *Tally) Fired(channel, kind, programme string, r bot.Receipt) {
	t.Meter.Fired(channel, kind, programme, r)
	if k := flows.TimerKind(kind); k != flows.TimerDaily && k != flows.TimerAgain {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.count[programme]
	switch n.Programme = programme; {
	case r.Skipped:
		n.Skipped++
	case r.Late:
		n.Late++
	case r.Reminded:
		n.Sent++
	default: // it was put off, or there was nothing to say
		return
	}
	t.count[programme] = n
}

// Outcomes returns the counts, by programme.
func (t *Tally) Outcomes() []Outcomes {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.SortedFunc(maps.Values(t.count), func(a, b Outcomes) int { return cmp.Compare(a.Programme, b.Programme) })
}
