// Calls: something that staff did is to happen in a person's conversation.
package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"posada/flows"
)

// Call is what is to happen.
type Call struct {
	ID         string      // done once for each person, however often it is called
	Timer      flows.Timer // runs out at At; the conversation decides what is said, and when
	At, Now    time.Time
	Notes      []Note   // added
	EraseNotes []NoteID // erased
}

// Call lets something happen in a person's conversation, in one quiet turn:
// nothing is said before the timer runs out. It is false when it was done
// before, and when nobody is there to be told: the person is unknown or has
// stopped.
func (a *Assistant) Call(ctx context.Context, who Address, call Call) (did bool, err error) {
	leave, err := a.lines.enter(ctx, who)
	if err != nil {
		return false, fmt.Errorf("call: wait for the contact's earlier message: %w", err)
	}
	defer leave()
	for range attempts {
		snap, err := a.store.Load(ctx, who, "call "+call.ID+" "+who.ID)
		if err != nil {
			return false, fmt.Errorf("call: load: %w", err)
		}
		if snap.Seen || snap.Damaged || snap.OptedOut || !snap.Contact.Known() || len(snap.Session) == 0 {
			return false, nil
		}
		next := snap.Contact
		next.Timers = slices.DeleteFunc(slices.Clone(next.Timers), func(t Timer) bool { return t.Timer == call.Timer })
		next.Timers = append(next.Timers, Timer{call.Timer, call.At.UTC().Truncate(time.Second)})
		outcome, err := a.store.Commit(ctx, Turn{
			Snapshot: snap, Now: call.Now, Quiet: true, Contact: &next, Session: snap.Session, Notes: call.Notes, EraseNotes: call.EraseNotes,
		})
		if err != nil {
			return false, fmt.Errorf("call: commit: %w", err)
		}
		if outcome != Conflict {
			return outcome == Committed, nil
		}
	}
	return false, fmt.Errorf("call: %w", ErrBusy)
}
