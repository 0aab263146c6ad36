// What does not work now: said once, and for as long as it lasts.
package telegram

import (
	"math/rand/v2"
	"sync"
	"time"
)

// tellEvery keeps a fault that comes and goes from filling the log: two pollers
// that push each other aside, for one.
const tellEvery = 10 * time.Minute

// outage is one thing that may not work. The zero value works.
type outage struct {
	mu    sync.Mutex
	why   string // "" while it works
	began time.Time
	told  map[string]time.Time // when each class of reasons was told last
}

// begin notes why it does not work, and tells whether the operator is to be
// told: once an outage for each class of reasons.
func (o *outage) begin(class, why string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.began.IsZero() {
		o.began = now
	}
	o.why = why
	told, ok := o.told[class]
	if ok && (!told.Before(o.began) || now.Sub(told) < tellEvery) {
		return false
	}
	if o.told == nil {
		o.told = map[string]time.Time{}
	}
	o.told[class] = now
	return true
}

func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.why, o.began = "", time.Time{}
}

func (o *outage) reason() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.why
}

// backoff is the pause before the next try: it doubles from least to most, and
// no two channels keep the same beat.
type backoff struct{ pause time.Duration }

func (b *backoff) next(least, most time.Duration) time.Duration {
	b.pause = min(max(2*b.pause, least), most)
	return b.pause - time.Duration(rand.Int64N(int64(b.pause)/5+1))
}

func (b *backoff) reset() { b.pause = 0 }
