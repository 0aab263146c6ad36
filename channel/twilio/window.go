// WhatsApp's window: free text goes within 24 hours of the person's last
// message. Outside it an approved template asks them to write, and the message
// waits for that.
//
// What a process remembers of it beside the store is of no harm to lose: after
// a restart somebody is nudged once more, or a text is refused once more.
package twilio

import (
	"sync"
	"time"

	"posada/bot"
)

const (
	// window is WhatsApp's, less what our clock and the minute that Heard is cut
	// to may be off by, and what Twilio may hold a message for.
	window = 24*time.Hour - 5*time.Minute
	// freshFor is how long a reply is to somebody who has just written.
	freshFor = time.Hour
	// nudgeEvery is the shortest time between two nudges of one person: two
	// kinds that wait at once ask once.
	nudgeEvery = 20 * time.Hour
	// remember is how long anything is kept, and maxRemembered of how many.
	remember      = 24 * time.Hour
	maxRemembered = 50_000
)

// answers tells whether a message is an answer to what its person has just
// written: one with a time of its own comes by itself.
func answers(m bot.Claimed) bool { return m.Kind == bot.Reply && m.Until.IsZero() }

// heard is when the person is known to have written last: a reply answers what
// they wrote when it was queued. Zero for not known.
func heard(m bot.Claimed) time.Time {
	if answers(m) && m.At.After(m.Heard) {
		return m.At
	}
	return m.Heard
}

// windows is what is remembered of people, within bounds. The zero value is
// ready, and safe for use by many goroutines.
type windows struct {
	mu          sync.Mutex
	now, before map[bot.Address]note // before is the older half
	turned      time.Time
}

// note is what is remembered of one person. Zero times are long ago.
type note struct {
	shut   time.Time // when WhatsApp said that the window is shut
	nudged time.Time // when they were asked to write
}

// opened tells whether free text goes to whom was heard of then.
func (w *windows) opened(who bot.Address, heard, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if shut := w.get(who).shut; !shut.IsZero() && now.Sub(shut) < remember {
		return false
	}
	return !heard.IsZero() && now.Sub(heard) < window
}

// open forgets that a window was shut: its person writes.
func (w *windows) open(who bot.Address, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := w.get(who); !n.shut.IsZero() {
		n.shut = time.Time{}
		w.put(who, n, now)
	}
}

// shut notes that WhatsApp refused a text for the window.
func (w *windows) shut(who bot.Address, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.get(who)
	n.shut = now
	w.put(who, n, now)
}

// nudge tells whether a person may be asked to write now, and notes that they
// are. A reminder asks again on another day (of UTC): that is what it is for.
// The note is taken back by calling undo, when the nudge did not leave.
func (w *windows) nudge(who bot.Address, kind bot.Kind, now time.Time) (undo func(), ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.get(who)
	last := n.nudged
	another := kind == bot.Reminder && now.UTC().Truncate(24*time.Hour).After(last.UTC())
	if !last.IsZero() && now.Sub(last) < nudgeEvery && !another {
		return nil, false
	}
	n.nudged = now
	w.put(who, n, now)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if n := w.get(who); n.nudged.Equal(now) {
			n.nudged = last
			w.put(who, n, now)
		}
	}, true
}

func (w *windows) get(who bot.Address) note {
	if n, ok := w.now[who]; ok {
		return n
	}
	return w.before[who]
}

// put writes to the younger half. When that is full, or old, it becomes the
// older one, and what that held is forgotten.
func (w *windows) put(who bot.Address, n note, now time.Time) {
	if w.now == nil || len(w.now) >= maxRemembered/2 || now.Sub(w.turned) >= remember {
		w.before, w.now, w.turned = w.now, map[bot.Address]note{}, now
	}
	w.now[who] = n
}
