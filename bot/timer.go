// Timers: what happens in a conversation by itself.
package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"posada/flows"
)

// ErrForm: a contact last wrote in a form that the settings no longer have.
var ErrForm = errors.New("the form of a contact is not known")

// PutOff is after how long a timer is tried again that the conversation failed
// on.
const PutOff = time.Hour

// Fire lets a timer of a contact run out: the conversation is told, and what it
// says and does is committed together with the timer's next time, in one
// transaction. It waits its turn among the contact's messages. A timer that is
// no longer as it was given does nothing, and none is heard twice: neither a
// crash nor a clock that is set back doubles a reminder. The receipt is then a
// Duplicate.
//
// After ErrStep or ErrForm the timer is put off, and nothing else changed: to
// fire it again at once is useless. After another error all is as it was.
func (a *Assistant) Fire(ctx context.Context, c Contact, timer Timer, now time.Time) (Receipt, error) {
	form, ok := a.FormNamed(c.Form)
	in := Inbound{ID: timer.id(c.Address), From: c.Address, Form: form, At: now}
	if err := check(in); err != nil {
		return Receipt{}, err
	}
	leave, err := a.lines.enter(ctx, c.Address)
	if err != nil {
		return Receipt{}, fmt.Errorf("wait for the contact's earlier message: %w", err)
	}
	defer leave()
	if !ok {
		return Receipt{}, a.putOff(ctx, c.Address, timer, now, fmt.Errorf("fire a timer on %s: %w", c.Channel, ErrForm))
	}
	why := cause{event: flows.Event{Timer: timer.Timer, Due: timer.At}}
	receipt, err := a.turns(ctx, in, why)
	if err == nil && receipt.Duplicate {
		// If it stands there all the same, the clock was set back, and it was
		// set anew to a moment that had been: the conversation goes on from it,
		// and the person, who heard it, hears nothing.
		in.ID += " again " + strconv.FormatInt(now.UnixNano(), 10)
		in.Silent = true
		if _, err = a.turns(ctx, in, why); err == nil {
			// Set to the same moment once more it would run out for ever.
			err = a.move(ctx, c.Address, timer, time.Time{}, now)
		}
	}
	if errors.Is(err, ErrStep) {
		err = a.putOff(ctx, c.Address, timer, now, err)
	}
	return receipt, err
}

// id is one firing's name among messages that were handled.
func (t Timer) id(who Address) string {
	return "timer " + string(t.Kind) + " " + t.Programme + " " + strconv.FormatInt(t.At.Unix(), 10) + " " + who.ID
}

// has tells whether this very timer runs.
func (c Contact) has(timer Timer) bool { return slices.ContainsFunc(c.Timers, timer.is) }

func (t Timer) is(other Timer) bool { return t.Timer == other.Timer && t.At.Equal(other.At) }

// putOff lets a timer that failed with why run out later: the others behind it
// must not wait, and it may yet be what a person counts on.
func (a *Assistant) putOff(ctx context.Context, who Address, timer Timer, now time.Time, why error) error {
	if err := a.move(ctx, who, timer, now.Add(PutOff), now); err != nil {
		return err
	}
	return why
}

// move sets a timer that stands to another moment, or takes it away where that
// is zero. Nothing is said.
func (a *Assistant) move(ctx context.Context, who Address, timer Timer, to, now time.Time) error {
	for range attempts {
		snap, err := a.store.Load(ctx, who, "move "+timer.id(who)+" "+strconv.FormatInt(now.UnixNano(), 10))
		if err != nil {
			return fmt.Errorf("move a timer: load: %w", err)
		}
		next := snap.Contact
		if snap.Seen || !next.has(timer) {
			return nil
		}
		next.Timers = slices.DeleteFunc(slices.Clone(next.Timers), timer.is)
		if !to.IsZero() {
			next.Timers = append(next.Timers, Timer{timer.Timer, to.UTC()})
		}
		outcome, err := a.store.Commit(ctx, Turn{Snapshot: snap, Now: now, Quiet: true, Contact: &next, Session: snap.Session})
		if err != nil {
			return fmt.Errorf("move a timer: commit: %w", err)
		}
		if outcome != Conflict {
			return nil
		}
	}
	return fmt.Errorf("move a timer: %w", ErrBusy)
}
