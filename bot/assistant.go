// Receiving one message: load, step, commit.
package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"posada/flows"
)

// Book is the conversation; *flows.Book is the one there is.
type Book interface {
	Step(s flows.Session, in flows.Input, form flows.Form, at flows.At) (flows.Session, []flows.Message, []flows.Effect)
	Expire(s flows.Session, now time.Time) (flows.Session, bool)
}

// Errors that a caller decides on.
var (
	// ErrInbound: a channel handed over a message that lacks what every
	// message has. To repeat it is useless.
	ErrInbound = errors.New("inbound message is not complete")
	// ErrAsOf: only a simulated contact may ask as of another day.
	ErrAsOf = errors.New("only a simulated contact can be answered as of another day")
	// ErrBusy: somebody else kept changing this contact.
	ErrBusy = errors.New("contact kept changing")
	// ErrStep: the book failed on this message, even from the beginning.
	ErrStep = errors.New("the conversation failed")
)

// Assistant receives messages. It is safe for use by many goroutines.
type Assistant struct {
	book  Book
	store Store
	lines lines
	lost  atomic.Int64
}

// New makes an assistant that talks by the book and remembers in the store.
func New(book Book, store Store) *Assistant { return &Assistant{book: book, store: store} }

// Lost counts the sessions that could not be read or stepped since the start:
// those persons were led back to the beginning. More than a few ask for a look.
func (a *Assistant) Lost() int64 { return a.lost.Load() }

// Receipt is how a message was received.
type Receipt struct {
	Duplicate bool       // it was handled before: nothing was done, nothing is to be sent
	Lost      bool       // the session could not be used: the person starts anew
	Forgotten bool       // everything of the person was erased
	Out       []Outbound // queued in the outbox, in order
}

// attempts bounds how often a turn is loaded anew. Within one process only the
// sweeper can come between, once in minutes.
const attempts = 5

// Receive takes one message to its end: when it returns without error, the
// session and the answers are durable, and the message can be acknowledged.
// After an error it must not be; when the provider repeats it, nothing is done
// twice. The messages of one contact are received one after another, in the
// order of the calls.
func (a *Assistant) Receive(ctx context.Context, in Inbound) (Receipt, error) {
	if err := check(in); err != nil {
		return Receipt{}, err
	}
	leave, err := a.lines.enter(ctx, in.From)
	if err != nil {
		return Receipt{}, fmt.Errorf("wait for the contact's earlier message: %w", err)
	}
	defer leave()
	for range attempts {
		receipt, outcome, err := a.turn(ctx, in)
		if err != nil {
			return Receipt{}, fmt.Errorf("receive on %s: %w", in.From.Channel, err)
		}
		if outcome != Conflict {
			return receipt, nil
		}
	}
	return Receipt{}, fmt.Errorf("receive on %s: %w", in.From.Channel, ErrBusy)
}

func check(in Inbound) error {
	switch {
	case in.ID == "":
		return fmt.Errorf("%w: no message id", ErrInbound)
	case !in.From.valid():
		return fmt.Errorf("%w: no address of a known shape", ErrInbound)
	case in.At.IsZero():
		return fmt.Errorf("%w: no time", ErrInbound)
	case !in.AsOf.IsZero() && in.From.Channel != Simulator:
		return fmt.Errorf("%w: the message came on %s", ErrAsOf, in.From.Channel)
	}
	return nil
}

// turn tries once. Nothing is changed unless the outcome is Committed.
func (a *Assistant) turn(ctx context.Context, in Inbound) (Receipt, Outcome, error) {
	snap, err := a.store.Load(ctx, in.From, in.ID)
	if err != nil {
		return Receipt{}, 0, fmt.Errorf("load: %w", err)
	}
	if snap.Seen {
		return Receipt{Duplicate: true}, Duplicate, nil
	}
	anew := flows.Session{Language: in.Lang, Stopped: snap.OptedOut}
	s, lost := anew, snap.Damaged
	if len(snap.Session) > 0 {
		if s, err = flows.DecodeSession(snap.Session); err != nil {
			// A session that cannot be read must not silence its person.
			s, lost = anew, true
		}
	}
	s.Lost = lost
	next, messages, effects, err := a.step(s, in)
	if err != nil && len(snap.Session) > 0 {
		// Neither must one that the book cannot step.
		lost, anew.Lost = true, true
		next, messages, effects, err = a.step(anew, in)
	}
	if err != nil {
		return Receipt{}, 0, err
	}
	t := Turn{Snapshot: snap, Now: in.At, Session: next.Encode()}
	if lost {
		// What the session knew of reminders is gone: none comes until the
		// person asks for it again.
		effects = append([]flows.Effect{{Kind: flows.EffectPause}}, effects...)
	}
	t.apply(snap.Contact, next.Lang(), effects)
	for _, m := range messages {
		t.Out = append(t.Out, Outbound{To: in.From, Kind: Reply, Message: m, At: in.At.UTC().Truncate(time.Second)})
	}
	outcome, err := a.store.Commit(ctx, t)
	switch {
	case err != nil:
		return Receipt{}, 0, fmt.Errorf("commit: %w", err)
	case outcome == Duplicate:
		return Receipt{Duplicate: true}, outcome, nil
	case outcome == Committed && lost:
		a.lost.Add(1)
	}
	return Receipt{Lost: lost, Forgotten: t.Forget, Out: t.Out}, outcome, nil
}

// step runs the book. It should never panic; where it does, one person's odd
// session must not take everybody's assistant down. The panic's own words are
// not repeated: they may hold the person's.
func (a *Assistant) step(s flows.Session, in Inbound) (next flows.Session, out []flows.Message, effects []flows.Effect, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w (%T)", ErrStep, p)
		}
	}()
	next, out, effects = a.book.Step(s, flows.Input{Text: limit(in.Text), Payload: limit(in.Payload)}, in.Form,
		flows.At{Now: in.At, AsOf: in.AsOf})
	return next, out, effects, nil
}

// maxInput is the most bytes of a text that the book gets to see. It is more
// than flows reads (flows.MaxText runes), so that the person is still told
// that the end was dropped.
const maxInput = 8 * flows.MaxText

// limit makes any bytes a text of bearable length.
func limit(s string) string {
	if len(s) > maxInput {
		end := maxInput
		for end > maxInput-utf8.UTFMax && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end]
	}
	return strings.ToValidUTF8(s, "")
}
