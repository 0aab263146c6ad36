// Package remind lets timers run out: it looks at what is due, and has the
// assistant tell the conversation. What is said and when it is due again is
// decided by the book. Due work costs what is due, and a look at nothing costs
// nothing.
package remind

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"posada/bot"
	"posada/flows"
)

const (
	// Every is how often is looked: a reminder is promised to the minute.
	Every = time.Second
	// Pause follows a fault of the store.
	Pause = 5 * time.Second

	// batch is how many contacts are taken at once, and together how many of
	// them are worked on at once: enough for their commits to be shared, and few
	// enough that people who write meanwhile are answered.
	batch    = 1024
	together = 96
)

// Store is what the clockwork asks of a store.
type Store interface {
	// Due is bot.Store's.
	Due(ctx context.Context, now time.Time, limit int) (due []bot.Contact, next time.Time, err error)
}

// Fire lets one timer run out; it is Assistant.Fire.
type Fire func(ctx context.Context, c bot.Contact, timer bot.Timer, now time.Time) (bot.Receipt, error)

// Meter counts. No address reaches it. It is safe for use by many goroutines.
type Meter interface {
	// Fired: a timer of this kind ran out, and this came of it.
	Fired(channel, kind, programme string, r bot.Receipt)
	// SetBack: the clock was set back, by more than a reminder may be off.
	SetBack()
}

// Clockwork fires timers.
type Clockwork struct {
	store  Store
	fire   Fire
	meter  Meter
	report func(error)
	last   atomic.Int64 // the newest moment of a look, in nanoseconds; 0 before the first
}

// New makes a clockwork. meter may be nil; report is told of faults and of
// conversations that failed, and never of whose.
func New(store Store, fire Fire, meter Meter, report func(error)) *Clockwork {
	return &Clockwork{store: store, fire: fire, meter: meter, report: report}
}

// Run fires what is due until ctx ends. What it has begun it finishes.
func (c *Clockwork) Run(ctx context.Context) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		more, err := c.some(ctx, time.Now())
		if err != nil && ctx.Err() == nil {
			c.report(err)
			wait(ctx, Pause)
		}
		if more && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Tick fires everything that is due at now. The first fault of the store ends
// it, once what is under way has ended.
func (c *Clockwork) Tick(ctx context.Context, now time.Time) error {
	for {
		if more, err := c.some(ctx, now); err != nil || !more {
			return err
		}
	}
}

// some fires what is due of a batch of contacts. more tells that it came of use,
// so that there may be more to do at once.
func (c *Clockwork) some(ctx context.Context, now time.Time) (more bool, err error) {
	c.watch(now)
	due, _, err := c.store.Due(ctx, now, batch)
	if err != nil {
		return false, fmt.Errorf("look for what is due: %w", err)
	}
	if len(due) == 0 {
		return false, nil
	}
	w := &work{Clockwork: c, now: now}
	w.all(ctx, due)
	if len(w.odd) > 0 {
		c.report(fmt.Errorf("fire timers: %d of %d contacts: %w", len(w.odd), len(due), w.odd[0]))
	}
	if w.fault != nil {
		return false, fmt.Errorf("fire timers: %w", w.fault)
	}
	return w.moved && ctx.Err() == nil, ctx.Err()
}

// watch tells of a clock that was set back. Whoever was reminded ahead of time
// under it is not reminded of that day again, and the book cannot know: a day's
// reminder that came is not owed any more.
func (c *Clockwork) watch(now time.Time) {
	is := now.UnixNano() // of the wall: what else a time holds does not jump
	was := c.last.Swap(is)
	by := time.Duration(was - is)
	if was == 0 || by <= flows.Spread {
		return
	}
	c.report(fmt.Errorf("the clock was set back by %s: reminders that came too early do not come again at their time", by.Round(time.Second)))
	if c.meter != nil {
		c.meter.SetBack()
	}
}

// work is one batch.
type work struct {
	*Clockwork
	now time.Time

	mu    sync.Mutex
	moved bool    // a timer is not due any more
	odd   []error // of one contact each
	fault error   // of the store: the rest of the batch is left
}

// all fires the timers of some contacts, those of one contact one after
// another.
func (w *work) all(ctx context.Context, due []bot.Contact) {
	next := make(chan bot.Contact)
	var wg sync.WaitGroup
	for range min(together, len(due)) {
		wg.Go(func() {
			for who := range next {
				w.one(context.WithoutCancel(ctx), who)
			}
		})
	}
	for _, who := range due {
		if ctx.Err() != nil || w.failed() {
			break
		}
		next <- who
	}
	close(next)
	wg.Wait()
}

func (w *work) failed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault != nil
}

func (w *work) one(ctx context.Context, who bot.Contact) {
	for _, t := range who.Timers {
		if t.At.After(w.now) {
			continue
		}
		r, err := w.fire(ctx, who, t, w.now)
		if w.ended(r, err); err != nil {
			return
		}
		if w.meter != nil && !who.Simulated && !r.Duplicate {
			w.meter.Fired(who.Channel, string(t.Kind), t.Programme, r)
		}
	}
}

// ended notes how a firing went.
func (w *work) ended(r bot.Receipt, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		w.moved = w.moved || !r.Duplicate
	case errors.Is(err, bot.ErrStep), errors.Is(err, bot.ErrForm): // it was put off
		w.moved, w.odd = true, append(w.odd, err)
	case errors.Is(err, bot.ErrBusy), errors.Is(err, bot.ErrInbound):
		w.odd = append(w.odd, err)
	case w.fault == nil:
		w.fault = err
	}
}
