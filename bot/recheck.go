// After the book has changed: timers that were set under another one.
package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"posada/flows"
)

// People is where all contacts are read from.
type People interface {
	// Contacts hands out every contact once, between short transactions.
	Contacts(ctx context.Context, each func(Contact) error) error
}

// rechecking is how many people are looked at at once: enough for their commits
// to be shared, and few enough that who writes meanwhile is answered.
const rechecking = 16

// Recheck sets the timers of all subscribers anew whose session was written
// under another book, where they are to be others, and returns of how many. What
// is to be told them comes with those timers. To do it again changes nothing,
// and costs a look at each; it is done at every start. Timers may run out and
// people write meanwhile. The first fault ends it.
func (a *Assistant) Recheck(ctx context.Context, people People, now time.Time) (changed int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan Contact)
	var did atomic.Int64
	var workers sync.WaitGroup
	for range rechecking {
		workers.Go(func() {
			for c := range next {
				moved, err := a.recheck(ctx, c, now)
				if err != nil {
					cancel(err)
				}
				if moved {
					did.Add(1)
				}
			}
		})
	}
	err = people.Contacts(ctx, func(c Contact) error {
		if len(c.Subscriptions) == 0 && len(c.Timers) == 0 {
			return nil
		}
		select {
		case next <- c:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	close(next)
	workers.Wait()
	if why := context.Cause(ctx); why != nil {
		err = why
	}
	if err != nil {
		return int(did.Load()), fmt.Errorf("recheck timers: %w", err)
	}
	return int(did.Load()), nil
}

func (a *Assistant) recheck(ctx context.Context, c Contact, now time.Time) (changed bool, err error) {
	leave, err := a.lines.enter(ctx, c.Address)
	if err != nil {
		return false, fmt.Errorf("wait for the contact's earlier message: %w", err)
	}
	defer leave()
	for try := range attempts {
		snap, err := a.store.Load(ctx, c.Address, "recheck "+strconv.FormatInt(now.UnixNano(), 10)+" "+strconv.Itoa(try)+" "+c.ID)
		if err != nil {
			return false, fmt.Errorf("load: %w", err)
		}
		if snap.Damaged || snap.OptedOut || !snap.Contact.Known() || len(snap.Session) == 0 {
			return false, nil
		}
		s, err := flows.DecodeSession(snap.Session)
		if err != nil {
			return false, nil // when its person writes they are led back
		}
		effects, changed := a.book.Recheck(s, now)
		if !changed {
			return false, nil
		}
		t := Turn{Snapshot: snap, Now: now, Session: snap.Session, Quiet: true}
		t.apply(snap.Contact, snap.Contact.Form, s.Lang(), effects)
		if !t.changes(effects) {
			return false, nil // the next start asks again: who does not write keeps a session of the old book
		}
		outcome, err := a.store.Commit(ctx, t)
		if err != nil {
			return false, fmt.Errorf("commit: %w", err)
		}
		if outcome != Conflict {
			return true, nil
		}
	}
	return false, ErrBusy
}

// changes tells whether the turn leaves anything else behind than it found.
func (t *Turn) changes(effects []flows.Effect) bool {
	if t.Contact == nil {
		return false
	}
	if slices.ContainsFunc(effects, func(e flows.Effect) bool { return e.Kind != flows.EffectTimer }) {
		return true
	}
	was, is := t.Snapshot.Contact.Timers, t.Contact.Timers
	return len(was) != len(is) || slices.ContainsFunc(is, func(timer Timer) bool {
		return !slices.ContainsFunc(was, func(old Timer) bool { return old.Timer == timer.Timer && t.alike(old.At, timer.At) })
	})
}

// alike tells whether a timer runs out at the same time either way: to the
// second, as stores keep it, or at once.
func (t *Turn) alike(a, b time.Time) bool {
	return a.Truncate(time.Second).Equal(b.Truncate(time.Second)) || !a.After(t.Now) && !b.After(t.Now)
}
