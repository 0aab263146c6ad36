// Receiving one message: load, step, commit.
package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
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
	// Urgent tells whether a text must not wait: a word that stops everything,
	// or one of danger.
	Urgent(text string) bool
	// WantsDiary tells whether a step of this input may show the person's diary.
	WantsDiary(s flows.Session, in flows.Input) bool
	// WantsLetters tells whether it may show what the person and the staff wrote
	// each other.
	WantsLetters(s flows.Session, in flows.Input) bool
	// Recheck tells what becomes of timers that were set under another book.
	Recheck(s flows.Session, now time.Time) (effects []flows.Effect, changed bool)
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
	// Trial tells whether, on a day, people on real channels have nobody to
	// turn to; newcomers are then told so. nil: never. Set it before the first
	// message.
	Trial func(now time.Time) bool
	// FormNamed is the form of that name as the settings have it; by default
	// flows.FormNamed. Reminders are written in it. Set it before the first
	// message.
	FormNamed func(name string) (flows.Form, bool)

	book     Book
	store    Store
	lines    lines
	throttle throttle
	lost     atomic.Int64
}

// New makes an assistant that talks by the book and remembers in the store.
func New(book Book, store Store) *Assistant {
	return &Assistant{book: book, store: store, FormNamed: flows.FormNamed}
}

// Lost counts the sessions that could not be read or stepped since the start:
// those persons were led back to the beginning. More than a few ask for a look.
func (a *Assistant) Lost() int64 { return a.lost.Load() }

// Receipt is how a message was received.
type Receipt struct {
	Duplicate bool       // it was handled before: nothing was done, nothing is to be sent
	Lost      bool       // the session could not be used: the person starts anew
	Forgotten bool       // everything of the person was erased
	Filed     bool       // something was filed for the staff
	Slowed    bool       // one of too many in a short time: it was not read
	Reminded  bool       // a reminder is among Out
	Late      bool       // and it comes after its minute
	Skipped   bool       // a reminder was left out, for its time had passed
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
	c := cause{}
	pace, undo := a.throttle.pace(in.From, in.Payload == "" && a.book.Urgent(limit(in.Text)), in.At)
	if pace != paceRead {
		// To repeat a message that was handled is the provider's doing.
		if seen, err := a.seen(ctx, in); seen || err != nil {
			undo()
			return Receipt{Duplicate: seen}, err
		}
	}
	switch pace {
	case paceTell:
		c.flood = true
	case paceDrop:
		return a.drop(ctx, in)
	}
	receipt, err := a.turns(ctx, in, c)
	if err != nil || receipt.Duplicate {
		undo() // it comes again, or has come again: neither is one of too many
	}
	return receipt, err
}

// seen tells whether a message was handled before.
func (a *Assistant) seen(ctx context.Context, in Inbound) (bool, error) {
	snap, err := a.store.Load(ctx, in.From, in.ID)
	if err != nil {
		return false, fmt.Errorf("receive on %s: load: %w", in.From.Channel, err)
	}
	return snap.Seen, nil
}

// cause is why there is a turn, where it is not that a message is read.
type cause struct {
	flood bool
	event flows.Event // a timer ran out
}

// input is what the book gets to see.
func (c cause) input(in Inbound) flows.Input {
	return flows.Input{Text: limit(in.Text), Cut: len(in.Text) > maxInput, Hidden: in.Hidden, Taken: in.Taken, Payload: limit(in.Payload), Media: in.Media, Forwarded: in.Forwarded, Flood: c.flood, Event: c.event}
}

// diary reads the person's diary where the book may show it.
func (a *Assistant) diary(ctx context.Context, s flows.Session, in Inbound, c cause) ([]flows.Line, error) {
	if !a.book.WantsDiary(s, c.input(in)) {
		return nil, nil
	}
	entries, err := a.store.Diary(ctx, in.From)
	if err != nil {
		return nil, fmt.Errorf("read the diary: %w", err)
	}
	lines := make([]flows.Line, len(entries))
	for i, e := range entries {
		lines[i] = flows.Line{At: e.At, Programme: e.Programme, Place: e.Place, Outcome: e.Outcome}
	}
	return lines, nil
}

// kept is what the store holds of a person beside the session, as far as a step
// may show it.
type kept struct {
	diary   []flows.Line
	letters []flows.Letter
	parked  bool
}

func (a *Assistant) own(ctx context.Context, s flows.Session, in Inbound, c cause) (own kept, err error) {
	if own.diary, err = a.diary(ctx, s, in, c); err == nil {
		own.letters, err = a.letters(ctx, s, in, c)
	}
	return own, err
}

// letters reads what the person and the staff wrote each other where the book may
// show it.
func (a *Assistant) letters(ctx context.Context, s flows.Session, in Inbound, c cause) ([]flows.Letter, error) {
	if !a.book.WantsLetters(s, c.input(in)) {
		return nil, nil
	}
	notes, err := a.store.NotesOf(ctx, in.From)
	if err != nil {
		return nil, fmt.Errorf("read letters: %w", err)
	}
	var letters []flows.Letter
	for _, n := range notes {
		if n.Kind == NoteLetter || n.Kind == NoteAnswer {
			letters = append(letters, flows.Letter{At: n.At, Mine: n.Kind == NoteLetter, Text: n.Text})
		}
	}
	return letters, nil
}

// turns tries until nobody came between.
func (a *Assistant) turns(ctx context.Context, in Inbound, c cause) (Receipt, error) {
	for range attempts {
		receipt, outcome, err := a.turn(ctx, in, c)
		if err != nil {
			return Receipt{}, fmt.Errorf("receive on %s: %w", in.From.Channel, err)
		}
		if outcome != Conflict {
			return receipt, nil
		}
	}
	return Receipt{}, fmt.Errorf("receive on %s: %w", in.From.Channel, ErrBusy)
}

// drop reads nothing of a message; its text is erased at the provider all the
// same.
func (a *Assistant) drop(ctx context.Context, in Inbound) (Receipt, error) {
	if e := errands(in); len(e) > 0 {
		if _, err := a.store.Queue(ctx, e); err != nil {
			return Receipt{}, fmt.Errorf("receive on %s: queue the erasing of a text: %w", in.From.Channel, err)
		}
	}
	return Receipt{Slowed: true}, nil
}

// errands are what is to be done at the provider once a message is received.
func errands(in Inbound) []Outbound {
	if in.Erase == "" {
		return nil
	}
	return []Outbound{{To: Address{Channel: in.From.Channel, ID: in.Erase}, Kind: Errand, At: in.At.UTC().Truncate(time.Second)}}
}

func check(in Inbound) error {
	switch {
	case in.ID == "":
		return fmt.Errorf("%w: no message id", ErrInbound)
	case !in.From.valid():
		return fmt.Errorf("%w: no address of a known shape", ErrInbound)
	case in.At.IsZero():
		return fmt.Errorf("%w: no time", ErrInbound)
	case len(in.Erase) > maxID || len(in.Pressed) > maxID:
		return fmt.Errorf("%w: an id of the provider is too long", ErrInbound)
	case !in.AsOf.IsZero() && in.From.Channel != Simulator:
		return fmt.Errorf("%w: the message came on %s", ErrAsOf, in.From.Channel)
	}
	return nil
}

// turn tries once. Nothing is changed unless the outcome is Committed.
func (a *Assistant) turn(ctx context.Context, in Inbound, c cause) (Receipt, Outcome, error) {
	snap, err := a.store.Load(ctx, in.From, in.ID)
	if err != nil {
		return Receipt{}, 0, fmt.Errorf("load: %w", err)
	}
	quiet := c.event != flows.Event{}
	if snap.Seen || quiet && !snap.Contact.has(Timer{c.event.Timer, c.event.Due}) {
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
	if snap.OptedOut && !s.Stopped {
		// The provider told us, and not the person.
		s = flows.Session{Language: s.Language, Oral: s.Oral, Stopped: true}
	}
	if in.Resumes && s.Stopped {
		in.Text, in.Payload, in.Silent = "start", "", true
	}
	s.Lost = lost
	own, err := a.own(ctx, s, in, c)
	if err != nil {
		return Receipt{}, 0, err
	}
	own.parked = snap.Parked
	next, messages, effects, err := a.step(s, in, c, own)
	if err != nil && len(snap.Session) > 0 && !quiet {
		// Neither must one that the book cannot step. Where nobody wrote, nobody
		// waits, and it is kept.
		lost, anew.Lost = true, true
		next, messages, effects, err = a.step(anew, in, c, own)
	}
	if err != nil {
		return Receipt{}, 0, err
	}
	t := Turn{Snapshot: snap, Now: in.At, Session: next.Encode(), Quiet: quiet}
	if quiet {
		// It has run out, and runs again only where the book sets it.
		effects = append([]flows.Effect{{Kind: flows.EffectTimer, Timer: c.event.Kind, Programme: c.event.Programme}}, effects...)
	}
	if lost {
		// What the session knew of reminders is gone: none comes until the
		// person asks for it again.
		effects = append([]flows.Effect{{Kind: flows.EffectPause}}, effects...)
	}
	t.apply(snap.Contact, in.Form.Name, next.Lang(), effects)
	receipt := t.answer(in, messages, effects)
	outcome, err := a.store.Commit(ctx, t)
	switch {
	case err != nil:
		return Receipt{}, 0, fmt.Errorf("commit: %w", err)
	case outcome == Duplicate:
		return Receipt{Duplicate: true}, outcome, nil
	case outcome == Committed && lost:
		a.lost.Add(1)
	}
	if quiet { // who cannot be reached, or stopped, was told nothing
		t.Out = slices.DeleteFunc(t.Out, func(o Outbound) bool { return o.ID == 0 })
		receipt.Reminded = receipt.Reminded && len(t.Out) > 0
		receipt.Late = receipt.Late && receipt.Reminded
	}
	receipt.Lost, receipt.Forgotten, receipt.Filed, receipt.Out = lost, t.Forget, len(t.Notes) > 0, t.Out
	return receipt, outcome, nil
}

// answer queues what was said.
func (t *Turn) answer(in Inbound, messages []flows.Message, effects []flows.Effect) Receipt {
	out := Outbound{To: in.From, Kind: Reply, At: in.At.UTC().Truncate(time.Second)}
	var r Receipt
	for _, e := range effects {
		switch e.Kind {
		case flows.EffectRemind:
			out.Kind, out.Until, out.LateFrom = Reminder, e.Moment.UTC(), e.LateFrom.UTC()
			r.Reminded, r.Late = true, e.Late
		case flows.EffectNotice:
			out.Until = e.Moment.UTC()
		case flows.EffectSkip:
			r.Skipped = true
		}
	}
	t.Out = errands(in)
	if in.Silent {
		return r
	}
	if len(messages) == 1 && messages[0].Home {
		out.Pressed = in.Pressed
	}
	for _, m := range messages {
		t.Out = append(t.Out, out.parts(m)...)
	}
	return r
}

// parts are what is sent of a message one by one: its words, and each of its
// recordings after them. So each has a fate of its own: a recording that cannot
// be sent never keeps back the words, and they are not repeated for it.
func (o Outbound) parts(m flows.Message) []Outbound {
	voices := m.Voices
	m.Voices = nil
	var out []Outbound
	if m.Text != "" || len(voices) == 0 {
		o.Message = m
		out = append(out, o)
	}
	o.Pressed = ""
	for _, v := range voices {
		o.Message = flows.Message{Lang: m.Lang, Flow: m.Flow, Node: m.Node, Of: m.Of, Voices: []flows.Voice{v}}
		out = append(out, o)
	}
	return out
}

// step runs the book. It should never panic; where it does, one person's odd
// session must not take everybody's assistant down. The panic's own words are
// not repeated: they may hold the person's.
func (a *Assistant) step(s flows.Session, in Inbound, c cause, own kept) (next flows.Session, out []flows.Message, effects []flows.Effect, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w (%T)", ErrStep, p)
		}
	}()
	trial := a.Trial != nil && in.From.Channel != Simulator && a.Trial(in.At)
	input := c.input(in)
	input.Diary, input.Letters, input.Parked = own.diary, own.letters, own.parked
	_, _ = rand.Read(input.Random[:]) // never fails
	next, out, effects = a.book.Step(s, input, in.Form, flows.At{Now: in.At, AsOf: in.AsOf, Trial: trial})
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
