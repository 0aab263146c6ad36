// Timers that run out: once, in one transaction, and nothing for ever.

package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/store/memory"
)

var daily = flows.Timer{Kind: flows.TimerDaily, Programme: "shelter"}

// almanac is a book of one reminder a day: whoever writes is reminded a minute
// later, and every day from then on.
type almanac struct {
	script
	happened []flows.Event
	happens  func(flows.Event, flows.At) []flows.Effect // nil: a reminder, and the next one in a day
	hold     chan struct{}                              // an event waits for it
}

func (b *almanac) Step(s flows.Session, in flows.Input, form flows.Form, at flows.At) (flows.Session, []flows.Message, []flows.Effect) {
	if (in.Event == flows.Event{}) {
		next, out, _ := b.script.Step(s, in, form, at)
		next.Node = s.Node + in.Text + "."
		return next, out, []flows.Effect{set(at.Now.Add(time.Minute))}
	}
	b.mu.Lock()
	b.happened = append(b.happened, in.Event)
	b.mu.Unlock()
	if b.hold != nil {
		<-b.hold
	}
	s.Node += "reminded."
	said := []flows.Message{{Text: "now, " + form.Name}}
	if b.happens != nil {
		return s, said, b.happens(in.Event, at)
	}
	return s, said, []flows.Effect{
		{Kind: flows.EffectRemind, Programme: in.Event.Programme, Timer: in.Event.Kind, Moment: at.Now.Add(time.Hour), Late: at.Now.After(in.Event.Due.Add(10 * time.Minute)), LateFrom: in.Event.Due.Add(10 * time.Minute)},
		set(in.Event.Due.AddDate(0, 0, 1)),
	}
}

func set(at time.Time) flows.Effect {
	return flows.Effect{Kind: flows.EffectTimer, Timer: daily.Kind, Programme: daily.Programme, Moment: at}
}

// begun is a store in which Ana wrote, and her timer that runs out at due.
func begun(t *testing.T) (*memory.Store, *almanac, *bot.Assistant) {
	t.Helper()
	store, b := memory.New(), &almanac{}
	a := bot.New(b, store)
	receive(t, a, inbound("1", "hola"))
	return store, b, a
}

var due = now.Add(time.Minute)

func one(t *testing.T, s bot.Store, at time.Time) (bot.Contact, bot.Timer) {
	t.Helper()
	who, _, err := s.Due(t.Context(), at, 10)
	if err != nil || len(who) != 1 || len(who[0].Timers) != 1 {
		t.Fatalf("%d contacts are due, %v", len(who), err)
	}
	return who[0], who[0].Timers[0]
}

func fire(t *testing.T, a *bot.Assistant, c bot.Contact, timer bot.Timer, at time.Time) bot.Receipt {
	t.Helper()
	r, err := a.Fire(t.Context(), c, timer, at)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func reminders(t *testing.T, s bot.Outbox) []bot.Claimed {
	t.Helper()
	got, err := s.Claim(t.Context(), now, bot.ClaimOrder{Channel: "sms", Kind: bot.Reminder, Lines: 99, Each: 99, Lease: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// timers asserts when Ana's only timer runs out; zero: she has none.
func timers(t *testing.T, s bot.Store, want time.Time) {
	t.Helper()
	got := load(t, s, ana).Contact.Timers
	if want.IsZero() && len(got) == 0 {
		return
	}
	if len(got) != 1 || !got[0].At.Equal(want) || got[0].Timer != daily {
		t.Errorf("timers %v, want one at %v", got, want)
	}
}

func TestATimerThatRunsOutIsAReminderAndTheNextTime(t *testing.T) {
	store, b, a := begun(t)
	c, timer := one(t, store, due)
	r := fire(t, a, c, timer, due.Add(5*time.Second))
	if !r.Reminded || r.Late || r.Skipped || r.Duplicate || len(r.Out) != 1 || r.Out[0].ID == 0 {
		t.Errorf("receipt %+v", r)
	}
	if len(b.happened) != 1 || b.happened[0] != (flows.Event{Timer: daily, Due: due}) {
		t.Errorf("the book was told %v", b.happened)
	}
	got := reminders(t, store)
	if len(got) != 1 || got[0].To != ana || got[0].Message.Text != "now, sms" || !got[0].Until.Equal(due.Add(5*time.Second+time.Hour)) || !got[0].LateFrom.Equal(due.Add(10*time.Minute)) {
		t.Errorf("queued %v", got)
	}
	timers(t, store, due.AddDate(0, 0, 1))
	if who, next, err := store.Due(t.Context(), due, 10); err != nil || len(who) != 0 || !next.Equal(due.AddDate(0, 0, 1)) {
		t.Errorf("%d are still due, the next at %v, %v", len(who), next, err)
	}
	if s, err := flows.DecodeSession(load(t, store, ana).Session); err != nil || s.Node != "hola.reminded." {
		t.Errorf("the conversation stands at %q, %v", s.Node, err)
	}
	// Of one that is late the receipt says so.
	c, timer = one(t, store, due.AddDate(0, 0, 1))
	if r := fire(t, a, c, timer, due.AddDate(0, 0, 1).Add(time.Hour)); !r.Late {
		t.Errorf("receipt %+v", r)
	}
}

func TestWhatFailsHalfWayIsNeitherSaidNorMoved(t *testing.T) {
	full := errors.New("no space left on device")
	store := &rough{Store: memory.New()}
	a := bot.New(&almanac{}, store)
	receive(t, a, inbound("1", "hola"))
	c, timer := one(t, store, due)
	store.fail = full
	if _, err := a.Fire(t.Context(), c, timer, due); !errors.Is(err, full) || strings.Contains(err.Error(), ana.ID) {
		t.Fatalf("error %v", err)
	}
	store.fail = nil
	if len(reminders(t, store)) != 0 {
		t.Error("a reminder is queued all the same")
	}
	timers(t, store, due)
	if r := fire(t, a, c, timer, due); !r.Reminded {
		t.Error("it cannot be fired again")
	}
}

func TestATimerFiredTwiceIsHeardOnce(t *testing.T) {
	store, b, a := begun(t)
	c, timer := one(t, store, due)
	fire(t, a, c, timer, due)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if r, err := a.Fire(t.Context(), c, timer, due.Add(time.Hour)); err != nil || !r.Duplicate || len(r.Out) > 0 {
				t.Errorf("fired again: %+v, %v", r, err)
			}
		})
	}
	wg.Wait()
	// And by one who knows nothing of the first.
	if r := fire(t, bot.New(b, store), c, timer, due); !r.Duplicate {
		t.Errorf("fired by another: %+v", r)
	}
	if len(reminders(t, store)) != 1 || len(b.happened) != 1 {
		t.Errorf("%d reminders of %d events", len(reminders(t, store)), len(b.happened))
	}
	timers(t, store, due.AddDate(0, 0, 1))
}

// Two processes cannot have one file; two assistants on one store are worse.
func TestATimerFiredTwiceAtOnceIsHeardOnce(t *testing.T) {
	store, b, a := begun(t)
	c, timer := one(t, store, due)
	other := bot.New(b, store)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := []*bot.Assistant{a, other}[i%2].Fire(t.Context(), c, timer, due); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(reminders(t, store)); n != 1 {
		t.Errorf("%d reminders", n)
	}
}

func TestATimerThatIsNoLongerAsItWasDoesNothing(t *testing.T) {
	does := func(kind flows.EffectKind) func(*bot.Assistant, bot.Store) {
		return func(_ *bot.Assistant, store bot.Store) {
			receive(t, bot.New(&script{effects: []flows.Effect{{Kind: kind}}}, store), inbound("2", "x"))
		}
	}
	for name, change := range map[string]func(*bot.Assistant, bot.Store){
		"moved": func(a *bot.Assistant, _ bot.Store) {
			in := inbound("2", "otra hora")
			in.At = now.Add(bot.MessageEvery)
			receive(t, a, in)
		},
		"forgotten": does(flows.EffectForget), // a timer brings nobody back who was erased
		"stopped":   does(flows.EffectOptOut),
	} {
		t.Run(name, func(t *testing.T) {
			store, b, a := begun(t)
			c, timer := one(t, store, due)
			change(a, store)
			before := counts(t, store)
			if r := fire(t, a, c, timer, due); !r.Duplicate {
				t.Errorf("receipt %+v", r)
			}
			if len(b.happened) != 0 || counts(t, store) != before {
				t.Errorf("%d events; kept %+v, before %+v", len(b.happened), counts(t, store), before)
			}
		})
	}
}

// For whoever stopped at the provider, or cannot be reached, the day goes on
// without a word.
func TestWhoStoppedHearsNothing(t *testing.T) {
	for name, part := range map[string]func(*memory.Store) error{
		"unreachable": func(s *memory.Store) error { return s.Reach(t.Context(), ana, false) },
		"opted out": func(s *memory.Store) error {
			snap := load(t, s, ana)
			_, err := s.Commit(t.Context(), bot.Turn{Snapshot: snap, Now: now, Quiet: true, OptOut: bot.MarkOut, Session: snap.Session})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, _, a := begun(t)
			if err := part(store); err != nil {
				t.Fatal(err)
			}
			c, timer := one(t, store, due)
			r := fire(t, a, c, timer, due)
			if len(r.Out) != 0 || r.Reminded || r.Late || len(reminders(t, store)) != 0 {
				t.Errorf("receipt %+v", r)
			}
			timers(t, store, due.AddDate(0, 0, 1))
			if counts(t, store).Unreachable+counts(t, store).OptedOut != 1 {
				t.Error("the mark is gone, though nobody wrote")
			}
		})
	}
}

func TestABookThatFailsOnATimerDoesNotLoop(t *testing.T) {
	store, b, a := begun(t)
	b.happens = func(flows.Event, flows.At) []flows.Effect { panic("never repeat: " + ana.ID) }
	before := load(t, store, ana)
	c, timer := one(t, store, due)
	_, err := a.Fire(t.Context(), c, timer, due)
	if !errors.Is(err, bot.ErrStep) || strings.Contains(err.Error(), ana.ID) {
		t.Errorf("error %v", err)
	}
	if len(b.happened) != 1 || a.Lost() != 0 || string(load(t, store, ana).Session) != string(before.Session) {
		t.Errorf("it was tried %d times, and %d conversations are lost", len(b.happened), a.Lost())
	}
	timers(t, store, due.Add(bot.PutOff))
	// Once the book is mended, the reminder comes.
	b.happens = nil
	c, timer = one(t, store, due.Add(bot.PutOff))
	if r := fire(t, a, c, timer, due.Add(bot.PutOff)); !r.Reminded {
		t.Errorf("receipt %+v", r)
	}
}

func TestABookThatForgetsOrKeepsATimerDoesNotLoop(t *testing.T) {
	for name, effects := range map[string][]flows.Effect{"forgets it": nil, "sets it to the same moment": {set(due)}} {
		most := 1 + len(effects) // events
		t.Run(name, func(t *testing.T) {
			store, b, a := begun(t)
			b.happens = func(flows.Event, flows.At) []flows.Effect { return effects }
			for i := range 10 {
				who, _, err := store.Due(t.Context(), due, 10)
				if err != nil {
					t.Fatal(err)
				}
				if len(who) == 0 {
					timers(t, store, time.Time{})
					if len(b.happened) != most {
						t.Errorf("the book was told %d times", len(b.happened))
					}
					return
				}
				fire(t, a, who[0], who[0].Timers[0], due.Add(time.Duration(i)*time.Second))
			}
			t.Error("it runs out for ever")
		})
	}
}

// The clock was set back by an hour after a reminder, and the person chose the
// same time again: they have heard it, and the next days' must not be lost.
func TestATimerSetAnewToAMomentThatHasBeenGoesOnUnheard(t *testing.T) {
	store, b, a := begun(t)
	c, timer := one(t, store, due)
	fire(t, a, c, timer, due)
	in := inbound("back", "hola") // at now, again
	receive(t, a, in)
	timers(t, store, due)
	c, timer = one(t, store, due)
	if r := fire(t, a, c, timer, due); !r.Duplicate || len(r.Out) != 0 {
		t.Errorf("receipt %+v", r)
	}
	if len(reminders(t, store)) != 1 || len(b.happened) != 2 {
		t.Errorf("%d reminders of %d events", len(reminders(t, store)), len(b.happened))
	}
	timers(t, store, due.AddDate(0, 0, 1))
}

func TestAFormThatIsGonePutsTheTimerOff(t *testing.T) {
	store, b, a := begun(t)
	c, timer := one(t, store, due)
	a.FormNamed = func(string) (flows.Form, bool) { return flows.Form{}, false }
	if _, err := a.Fire(t.Context(), c, timer, due); !errors.Is(err, bot.ErrForm) || strings.Contains(err.Error(), ana.ID) {
		t.Errorf("error %v", err)
	}
	if len(b.happened) != 0 {
		t.Error("the book was told")
	}
	timers(t, store, due.Add(bot.PutOff))
	// A form as the settings have it is what is written in.
	a.FormNamed = func(name string) (flows.Form, bool) { return flows.Form{Name: "settings' " + name}, true }
	c, timer = one(t, store, due.Add(bot.PutOff))
	if r := fire(t, a, c, timer, due.Add(bot.PutOff)); len(r.Out) != 1 || r.Out[0].Message.Text != "now, settings' sms" {
		t.Errorf("receipt %+v", r)
	}
}

func TestAReminderWaitsItsTurnAmongMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, b, a := begun(t)
		c, timer := one(t, store, due)
		b.hold = make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { fire(t, a, c, timer, due) })
		synctest.Wait()
		for i, text := range []string{"uno", "dos"} {
			in := inbound(fmt.Sprint("m", i), text)
			in.At = due.Add(time.Duration(1+i) * bot.MessageEvery)
			wg.Go(func() { receive(t, a, in) })
			synctest.Wait()
		}
		// Nobody else waits.
		other := inbound("other", "x")
		other.From.ID = "+15550199"
		receive(t, a, other)
		close(b.hold)
		wg.Wait()
		if s, _ := flows.DecodeSession(load(t, store, ana).Session); s.Node != "hola.reminded.uno.dos." {
			t.Errorf("taken in the order %q", s.Node)
		}
	})
}

// Somebody else's turn comes between: both are kept, and the reminder is of
// what stands then.
func TestAConflictWithAMessageLosesNeither(t *testing.T) {
	for _, moves := range []bool{false, true} {
		store, b, a := begun(t)
		other := &script{next: func(s flows.Session, in flows.Input) flows.Session { s.Node += in.Text + "."; return s }}
		if moves {
			other.effects = []flows.Effect{set(due.Add(time.Hour))}
		}
		c, timer := one(t, store, due)
		first := true
		b.happens = func(e flows.Event, _ flows.At) []flows.Effect {
			if first {
				first = false
				receive(t, bot.New(other, store), inbound("between", "entre")) // as if by another process
			}
			return []flows.Effect{{Kind: flows.EffectRemind, Moment: due.Add(time.Hour)}, set(e.Due.AddDate(0, 0, 1))}
		}
		r := fire(t, a, c, timer, due)
		s, _ := flows.DecodeSession(load(t, store, ana).Session)
		if moves {
			// The message set the timer to another time: then it comes, and not now.
			if !r.Duplicate || len(reminders(t, store)) != 0 || s.Node != "hola.entre." {
				t.Errorf("receipt %+v, at %q", r, s.Node)
			}
			timers(t, store, due.Add(time.Hour))
			continue
		}
		if !r.Reminded || len(reminders(t, store)) != 1 || s.Node != "hola.entre.reminded." {
			t.Errorf("receipt %+v, at %q", r, s.Node)
		}
		timers(t, store, due.AddDate(0, 0, 1))
	}
}

func TestEndlessConflictsLeaveTheTimer(t *testing.T) {
	store := &rough{Store: memory.New()}
	a := bot.New(&almanac{}, store)
	receive(t, a, inbound("1", "hola"))
	c, timer := one(t, store, due)
	store.conflicts = 100
	if _, err := a.Fire(t.Context(), c, timer, due); !errors.Is(err, bot.ErrBusy) {
		t.Errorf("error %v", err)
	}
	timers(t, store, due)
}

func TestAReminderIsNoWordOfThePerson(t *testing.T) {
	store, _, a := begun(t)
	c, timer := one(t, store, due)
	fire(t, a, c, timer, due)
	_, err := store.Sweep(t.Context(), bot.Sweep{Judge: func(k bot.Kept) bot.Verdict {
		if !k.At.Equal(now) {
			t.Errorf("the person is said to have written at %v", k.At)
		}
		return bot.Verdict{}
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhoGivesUpWaitingDoesNotFire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, b, a := begun(t)
		c, timer := one(t, store, due)
		b.hold = make(chan struct{})
		go func() { _, _ = a.Fire(t.Context(), c, timer, due) }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		go func() { _, err = a.Fire(ctx, c, timer, due) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("waiting ended with %v", err)
		}
		close(b.hold)
		synctest.Wait()
		if len(b.happened) != 1 {
			t.Errorf("%d events", len(b.happened))
		}
	})
}
