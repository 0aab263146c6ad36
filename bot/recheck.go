// After the book has changed: timers that were set under another one.
package bot

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"posada/flows"
)

// People is where all contacts are read from.
type People interface {
	// Contacts hands out every contact once, between short transactions.
	Contacts(ctx context.Context, each func(Contact) error) error
}

// Recheck sets the timers of all subscribers anew whose session was written
// under another book, and returns of how many. What is to be told them comes
// with those timers. To do it again changes nothing; it is done at every start.
func (a *Assistant) Recheck(ctx context.Context, people People, now time.Time) (changed int, err error) {
	err = people.Contacts(ctx, func(c Contact) error {
		if len(c.Subscriptions) == 0 && len(c.Timers) == 0 {
			return nil
		}
		did, err := a.recheck(ctx, c, now)
		if did {
			changed++
		}
		return err
	})
	if err != nil {
		return changed, fmt.Errorf("recheck timers: %w", err)
	}
	return changed, nil
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
