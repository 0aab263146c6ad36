// Too many messages from one address: slowed, told so once, never silent for
// ever.
package bot

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// MessageBurst is how many messages of one contact are answered as fast as
	// they come, and MessageEvery the pause after which each further one is.
	// Nobody types faster for long; a phone that sends the same word again and
	// again, or somebody who means harm, does.
	MessageBurst = 20
	MessageEvery = 3 * time.Second
)

// pace says what becomes of a message.
type pace uint8

const (
	paceRead pace = iota // it is read
	paceTell             // it is not, and the person is told
	paceDrop             // it is not, and they know
)

// throttle knows who writes too much. The zero value is ready. It remembers a
// contact for as long as their burst takes to be whole again; after a restart
// everybody has a whole one.
type throttle struct {
	mu     sync.Mutex
	who    map[Address]*haste
	looked time.Time
}

// haste is one contact's. Words that must not wait (stop, danger) have a
// limiter of their own, so that a flood before them does not drown them, and a
// flood of them is slowed as well.
type haste struct {
	plain, urgent *rate.Limiter
	told          bool
}

// undo takes the message out of the count again: it could not be kept, and
// comes once more.
func (t *throttle) pace(who Address, urgent bool, now time.Time) (p pace, undo func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(now)
	h := t.who[who]
	if h == nil {
		if t.who == nil {
			t.who = map[Address]*haste{}
		}
		limiter := func() *rate.Limiter { return rate.NewLimiter(rate.Every(MessageEvery), MessageBurst) }
		h = &haste{plain: limiter(), urgent: limiter()}
		t.who[who] = h
	}
	limits := []*rate.Limiter{h.plain}
	if urgent {
		limits = append(limits, h.urgent)
	}
	for _, l := range limits {
		token := l.ReserveN(now, 1)
		if token.DelayFrom(now) > 0 {
			token.CancelAt(now)
			continue
		}
		if h.plain.TokensAt(now) >= MessageBurst/2 {
			h.told = false // that flood is over: of the next they are told again
		}
		return paceRead, func() { token.CancelAt(now) }
	}
	if h.told {
		return paceDrop, func() {}
	}
	h.told = true
	return paceTell, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		h.told = false
	}
}

// forget lets go of whoever has a whole burst again, once in a while.
func (t *throttle) forget(now time.Time) {
	const whole = MessageBurst * MessageEvery
	if d := now.Sub(t.looked); d >= 0 && d < whole {
		return
	}
	t.looked = now
	for who, h := range t.who {
		if h.plain.TokensAt(now) >= MessageBurst && h.urgent.TokensAt(now) >= MessageBurst {
			delete(t.who, who)
		}
	}
}
