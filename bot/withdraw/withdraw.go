// Package withdraw takes a message, fact, answer or flow out of use everywhere,
// and gives it back: one officer proposes it, another confirms.
package withdraw

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"posada/bot"
	"posada/flows"
	"posada/locales"
)

// Kinds of what can be withdrawn, as flows name them.
const (
	Message = "message"
	Fact    = "fact"
	Answer  = "answer"
	Flow    = "flow"
)

// Kinds lists them.
var Kinds = []string{Message, Fact, Answer, Flow}

// State of a withdrawal.
type State string

// The states. A proposal that is dropped leaves nothing but its entries in the
// audit log.
const (
	Proposed  State = "proposed"  // one officer asks for it; it is still in use
	Withdrawn State = "withdrawn" // a second one confirmed it: it is out of use
	Restoring State = "restoring" // one asks to give it back; it is still out of use
	Restored  State = "restored"  // a second one confirmed that: it is in use again
)

// Errors that a caller decides on.
var (
	ErrChanged = errors.New("somebody else changed this withdrawal meanwhile")
	ErrGone    = errors.New("this withdrawal is not there any more")
	ErrNear    = errors.New("one of who proposed it and this officer let the other in only now")
	ErrSame    = errors.New("a second officer has to confirm it")
	ErrState   = errors.New("this withdrawal does not stand where that can be done")
	ErrUnknown = errors.New("the book has nothing of this kind and id")
	ErrReason  = fmt.Errorf("a reason has %d to %d characters", minReason, maxReason)
	ErrAlready = errors.New("there is a withdrawal of this already")
)

const (
	paperKind            = "withdrawal"
	minReason, maxReason = 3, 300
	page                 = 200
	maxID                = 26
)

// Proposal is what an officer asks to take out of use.
type Proposal struct {
	ID     string // made by whoever asks, so that asking twice is one proposal: lower-case letters and digits
	Kind   string // one of Kinds
	Target string // its id in the book
	Reason string
}

// Out is what is out of use, and since which day.
type Out struct {
	Kind, ID string
	Day      flows.Date
	Edition  uint64 // of an officer's answer: the last that is out of use
}

// Withdrawals are the withdrawals kept on a shelf. It is safe for use by many
// goroutines.
type Withdrawals struct {
	// Apart tells whether an officer is somebody else than others; nil: whoever has
	// another id. Set it before the first use.
	Apart func(ctx context.Context, officer string, others []string, now time.Time) (bool, error)
	// Log is told of every step, as "content.withdraw." or "content.restore." and what was done; nil: there is none. Set it before
	// the first use.
	Log bot.Log
	// Edition is that of what stands under a kind and id; nil, and 0: it has none. What
	// is written after a withdrawal is another edition, and in use. Set it before the
	// first use.
	Edition func(kind, id string) uint64

	shelf   bot.Shelf
	exists  func(kind, id string) bool
	publish func([]Out)
	mu      sync.Mutex // what is published is never older than what was
}

// New makes the withdrawals kept on a shelf. exists tells whether the book has
// something of that kind and id; publish takes all that is out of use, whenever
// it changes. Until Publish is called nothing is.
func New(shelf bot.Shelf, exists func(kind, id string) bool, publish func([]Out)) *Withdrawals {
	return &Withdrawals{shelf: shelf, exists: exists, publish: publish}
}

// List lists all withdrawals: those that wait first, then the newest.
func (w *Withdrawals) List(ctx context.Context) ([]Item, error) {
	out, err := w.all(ctx)
	for i := range out {
		out[i].Over = w.over(out[i])
	}
	slices.SortStableFunc(out, func(a, b Item) int {
		if a.Waits() != b.Waits() {
			if a.Waits() {
				return -1
			}
			return 1
		}
		return b.At().Compare(a.At())
	})
	return out, err
}

// standing is the edition of what stands under a kind and id.
func (w *Withdrawals) standing(kind, id string) uint64 {
	if w.Edition == nil {
		return 0
	}
	return w.Edition(kind, id)
}

// over tells whether what was withdrawn was answered anew since.
func (w *Withdrawals) over(i Item) bool { return i.Out() && w.standing(i.Kind, i.Target) > i.edition() }

// Publish hands on all that is out of use: at the start, and after each change.
func (w *Withdrawals) Publish(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	items, err := w.all(ctx)
	if err != nil {
		return err
	}
	var out []Out
	for _, i := range items {
		if i.Out() {
			out = append(out, Out{Kind: i.Kind, ID: i.Target, Day: i.day(), Edition: i.edition()})
		}
	}
	slices.SortFunc(out, func(a, b Out) int {
		if a.Kind != b.Kind {
			return strings.Compare(a.Kind, b.Kind)
		}
		return strings.Compare(a.ID, b.ID)
	})
	w.publish(out)
	return nil
}

// Propose asks to take something out of use. Asked twice it is one proposal.
func (w *Withdrawals) Propose(ctx context.Context, p Proposal, by string, now time.Time) error {
	if !validID(p.ID) || !slices.Contains(Kinds, p.Kind) || !w.exists(p.Kind, p.Target) {
		return ErrUnknown
	}
	reason, err := reasonOf(p.Reason)
	if err != nil {
		return err
	}
	all, err := w.all(ctx)
	if err != nil {
		return err
	}
	for _, i := range all {
		switch {
		case i.ID == p.ID:
			return nil
		case i.Kind == p.Kind && i.Target == p.Target && i.State != Restored && !w.over(i):
			return ErrAlready
		}
	}
	asked := Item{ID: p.ID, Kind: p.Kind, Target: p.Target}
	err = w.file(ctx, asked, Step{State: Proposed, By: by, At: now, Reason: reason}, asked.deed("withdraw.propose", by, now))
	if errors.Is(err, ErrChanged) { // the same form, at the same time
		return nil
	}
	return err
}

// ProposeRestore asks to take something into use again.
func (w *Withdrawals) ProposeRestore(ctx context.Context, id string, seen uint64, reason, by string, now time.Time) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	i, err := w.read(ctx, id, seen)
	if err != nil {
		return err
	}
	if i.State != Withdrawn {
		return ErrState
	}
	return w.file(ctx, i, Step{State: Restoring, By: by, At: now, Reason: reason}, i.deed("restore.propose", by, now))
}

// Confirm does what another officer proposed: takes it out of use, or into use
// again. ErrSame when it is the officer's own proposal.
func (w *Withdrawals) Confirm(ctx context.Context, id string, seen uint64, by string, now time.Time) error {
	i, err := w.read(ctx, id, seen)
	if err != nil {
		return err
	}
	next, did := Step{State: Withdrawn, By: by, At: now, Edition: w.standing(i.Kind, i.Target)}, "withdraw.confirm"
	switch i.State {
	case Proposed:
	case Restoring:
		next, did = Step{State: Restored, By: by, At: now}, "restore.confirm"
	default:
		return ErrState
	}
	if i.By() == by {
		return ErrSame
	}
	if w.Apart != nil {
		switch apart, err := w.Apart(ctx, by, []string{i.By()}, now); {
		case err != nil:
			return err
		case !apart:
			return ErrNear
		}
	}
	if err = w.file(ctx, i, next, i.deed(did, by, now)); err != nil {
		return err
	}
	return w.Publish(ctx)
}

// Drop takes a proposal back: what was in use stays in use, what was not does
// not come back. Every officer who may withdraw may do that.
func (w *Withdrawals) Drop(ctx context.Context, id string, seen uint64, by string, now time.Time) error {
	i, err := w.read(ctx, id, seen)
	if err != nil {
		return err
	}
	switch i.State {
	case Proposed:
		return w.fileBody(ctx, i.deed("withdraw.drop", by, now), &bot.Paper{Kind: paperKind, ID: id, Version: i.Version})
	case Restoring:
		day := i.Steps[len(i.Steps)-2] // when it went out of use: that day stays
		i.Steps = i.Steps[:len(i.Steps)-2]
		return w.file(ctx, i, day, i.deed("restore.drop", by, now))
	}
	return ErrState
}

// read reads a withdrawal as it was seen.
func (w *Withdrawals) read(ctx context.Context, id string, seen uint64) (Item, error) {
	if !validID(id) {
		return Item{}, ErrGone
	}
	p, err := w.shelf.Paper(ctx, paperKind, id)
	switch {
	case err != nil:
		return Item{}, fmt.Errorf("read a withdrawal: %w", err)
	case p.Version == 0:
		return Item{}, ErrGone
	case p.Version != seen:
		return Item{}, ErrChanged
	}
	return decode(p)
}

func (w *Withdrawals) all(ctx context.Context) (out []Item, err error) {
	for after := ""; ; {
		papers, err := w.shelf.Papers(ctx, paperKind, after, page)
		if err != nil {
			return nil, fmt.Errorf("list withdrawals: %w", err)
		}
		for _, p := range papers {
			i, err := decode(p)
			if err != nil {
				return nil, err
			}
			out = append(out, i)
			after = p.ID
		}
		if len(papers) < page {
			return out, nil
		}
	}
}

// deed is what the log is told of a step.
func (i Item) deed(did, by string, now time.Time) bot.Deed {
	return bot.Deed{At: now, By: by, Did: "content." + did, On: i.Kind + " " + i.Target}
}

// file adds a step.
func (w *Withdrawals) file(ctx context.Context, i Item, next Step, done bot.Deed) error {
	b := body{Kind: i.Kind, Target: i.Target}
	i.Steps = append(slices.Clone(i.Steps), next)
	for _, s := range i.Steps {
		b.Steps = append(b.Steps, step{s.State, s.By, s.At.Unix(), s.Reason, s.Edition})
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("write a withdrawal: %w", err)
	}
	return w.fileBody(ctx, done, &bot.Paper{Kind: paperKind, ID: i.ID, Version: i.Version, Body: raw})
}

func (w *Withdrawals) fileBody(ctx context.Context, done bot.Deed, p *bot.Paper) error {
	out, err := w.Log.File(ctx, w.shelf, []bot.Deed{done}, p)
	if err != nil {
		return fmt.Errorf("file a withdrawal: %w", err)
	}
	if out == bot.Conflict {
		return ErrChanged
	}
	return nil
}

func reasonOf(s string) (string, error) {
	s, _ = locales.Clean(strings.Join(strings.Fields(s), " "), maxReason+1)
	if n := utf8.RuneCountInString(s); n < minReason || n > maxReason {
		return "", ErrReason
	}
	return s, nil
}

func validID(s string) bool {
	return s != "" && len(s) <= maxID && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}
