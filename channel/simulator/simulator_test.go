// Delivery to simulated phones.

package simulator

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
	"posada/locales"
	"posada/store/memory"
)

// echo is a book that answers a message with its own words, once in each of
// its languages.
type echo struct{ langs []string }

func (b echo) Step(s flows.Session, in flows.Input, form flows.Form, at flows.At) (flows.Session, []flows.Message, []flows.Effect) {
	var out []flows.Message
	for _, lang := range b.langs {
		text := in.Text + in.Payload
		if !at.AsOf.IsZero() {
			text = at.AsOf.UTC().Format(time.DateOnly) + " " + text
		}
		m := flows.Message{Text: text, Lang: lang, Flow: "echo", Node: form.Name, Segments: form.MaxSegments}
		m.Choices = []flows.Choice{{Key: "1", Label: "Again", Payload: "echo/again#1"}}
		out = append(out, m)
	}
	return s, out, nil
}

func (echo) Urgent(string) bool { return false }

func (echo) WantsDiary(flows.Session, flows.Input) bool { return false }

func (echo) WantsLetters(flows.Session, flows.Input) bool { return false }

func (echo) Recheck(flows.Session, time.Time) ([]flows.Effect, bool) { return nil, false }

func (echo) Expire(s flows.Session, _ time.Time) (flows.Session, bool) { return s, false }

// rig is a simulator, an assistant that echoes, and a dispatcher that brings
// what it says to the phones.
type rig struct {
	t          *testing.T
	store      *memory.Store
	assistant  *bot.Assistant
	sim        *Simulator
	dispatcher *deliver.Dispatcher

	mu       sync.Mutex
	reported []error
}

func newRig(t *testing.T, langs ...string) *rig {
	t.Helper()
	if len(langs) == 0 {
		langs = []string{"en"}
	}
	catalogue, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, store: memory.New()}
	r.assistant = bot.New(echo{langs}, r.store)
	r.sim, r.dispatcher = connect(r.store, r.assistant.Receive, catalogue, r.report)
	return r
}

// connect makes a simulator, and what brings messages from a store to it.
func connect(store deliver.Outbox, receive Receive, catalogue *locales.Catalogue, report func(error)) (*Simulator, *deliver.Dispatcher) {
	var d *deliver.Dispatcher
	s := New(func(ctx context.Context, in bot.Inbound) (bot.Receipt, error) {
		defer d.Wake(bot.Simulator)
		return receive(ctx, in)
	}, catalogue, report)
	d = deliver.New(store, []deliver.Lane{{Channel: bot.Simulator, Sender: s, Workers: 2, Timeout: time.Second}}, nil, report)
	return s, d
}

// running runs a simulator and its dispatcher until stop.
func running(s *Simulator, d *deliver.Dispatcher) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { s.Run(ctx) })
	wg.Go(func() { d.Run(ctx) })
	return sync.OnceFunc(func() {
		cancel()
		wg.Wait()
	})
}

func (r *rig) report(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reported = append(r.reported, err)
}

func (r *rig) faults() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.reported)
}

// run runs the simulator until the test, or stop, ends it.
func (r *rig) run() (stop func()) {
	stop = running(r.sim, r.dispatcher)
	r.t.Cleanup(stop)
	return stop
}

// write commits a message of a contact, as another process or room might.
func (r *rig) write(phone, id, text string) {
	r.t.Helper()
	_, err := r.assistant.Receive(r.t.Context(), bot.Inbound{
		ID: id, From: bot.Address{Channel: bot.Simulator, ID: phone}, Form: flows.SMS, Text: text, At: time.Now(),
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// shows are the texts on a phone.
func (r *rig) shows(phone string) (texts []string) {
	r.sim.phones.mu.Lock()
	defer r.sim.phones.mu.Unlock()
	if p := r.sim.phones.byID[phone]; p != nil {
		for _, e := range p.events {
			texts = append(texts, e.Text)
		}
	}
	return texts
}

func (r *rig) wantShown(phone string, want ...string) {
	r.t.Helper()
	if got := r.shows(phone); !slices.Equal(got, want) {
		r.t.Errorf("the phone shows %q, want %q", got, want)
	}
}

func (r *rig) wantQueued(want int) {
	r.t.Helper()
	c, err := r.store.Counts(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	if c.Queued != want {
		r.t.Errorf("%d messages in the outbox, want %d", c.Queued, want)
	}
}

const (
	anna = "00000000000000000000000000000a11"
	bea  = "00000000000000000000000000000bea"
)

func TestWhatWaitsInTheOutboxComesToItsPhone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.write(anna, "1", "one")
		r.write(anna, "2", "two")
		r.write(bea, "3", "three")
		stop := r.run()
		synctest.Wait()
		r.wantShown(anna, "one", "two")
		r.wantShown(bea, "three")
		stop()
		r.wantQueued(0)
		if faults := r.faults(); len(faults) != 0 {
			t.Errorf("reported %v", faults)
		}
	})
}

func TestOtherChannelsAreNotTouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		_, err := r.assistant.Receive(t.Context(), bot.Inbound{
			ID: "1", From: bot.Address{Channel: "sms", ID: "+15005550006"}, Form: flows.SMS, Text: "one", At: time.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		stop := r.run()
		time.Sleep(time.Minute) // of the bubble's clock
		stop()
		r.wantQueued(1)
	})
}

func TestAMessageThatIsSentAgainIsShownOnce(t *testing.T) {
	r := newRig(t)
	m := bot.Claimed{Outbound: bot.Outbound{ID: 7, To: bot.Address{Channel: bot.Simulator, ID: anna}, Kind: bot.Reply, Message: flows.Message{Text: "one"}}}
	for range 3 {
		if got := r.sim.Send(t.Context(), m); got != (deliver.Result{Outcome: deliver.Sent}) {
			t.Errorf("sent with %+v", got)
		}
	}
	// The same words in another message are another message.
	m.ID = 8
	r.sim.Send(t.Context(), m)
	r.wantShown(anna, "one", "one")
}

func TestAnErrandIsShownToNobody(t *testing.T) {
	r := newRig(t)
	m := bot.Claimed{Outbound: bot.Outbound{ID: 7, To: bot.Address{Channel: bot.Simulator, ID: anna}, Kind: bot.Errand}}
	if got := r.sim.Send(t.Context(), m); got.Outcome != deliver.Sent {
		t.Errorf("sent with %+v", got)
	}
	r.wantShown(anna)
}

func TestRunEndsWithItsContextAndReportsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		stop := r.run()
		synctest.Wait()
		select {
		case <-r.sim.stopped:
			t.Error("the event streams were ended before")
		default:
		}
		stop()
		select {
		case <-r.sim.stopped:
		default:
			t.Error("the event streams were not told")
		}
		if faults := r.faults(); len(faults) != 0 {
			t.Errorf("reported %v", faults)
		}
	})
}

func TestAPhoneKeepsItsLastMessages(t *testing.T) {
	s := newPhones()
	for i := range maxMessages + 5 {
		s.add(anna, message{ID: fmt.Sprint(i)})
	}
	p := s.byID[anna]
	if len(p.events) != maxMessages || p.events[0].ID != "5" || p.events[maxMessages-1].ID != fmt.Sprint(maxMessages+4) {
		t.Errorf("%d messages from %s", len(p.events), p.events[0].ID)
	}
}

func TestThePhoneUsedLeastLatelyIsDroppedFirstAndAWatchedOneLast(t *testing.T) {
	s := newPhones()
	phone := func(i int) string { return fmt.Sprintf("%032x", i) }
	for i := range maxPhones {
		s.add(phone(i), message{ID: "1"})
	}
	watched, leave, ok := s.watch(phone(0))
	if !ok {
		t.Fatal("cannot watch")
	}
	s.add(phone(1), message{ID: "2"}) // used again
	s.byID[phone(0)].used = 0         // though watched, the oldest
	s.add(anna, message{ID: "1"})
	if s.byID[phone(2)] != nil || s.byID[phone(0)] == nil || s.byID[phone(1)] == nil || s.byID[anna] == nil || len(s.byID) != maxPhones {
		t.Errorf("%d phones, and not the oldest that nobody watches was dropped", len(s.byID))
	}

	// The only one that nobody watches goes, though it is the newest.
	for _, p := range s.byID {
		p.streams = max(p.streams, 1)
	}
	s.byID[anna].streams = 0
	s.add(bea, message{ID: "1"})
	if s.byID[anna] != nil {
		t.Error("a watched phone was dropped before one that nobody watches")
	}

	// When all are watched the oldest goes, and its watchers see it.
	s.byID[bea].streams = 1
	_, changed, _ := s.since(phone(0), watched, 0)
	s.add(anna, message{ID: "1"})
	<-changed
	if _, _, ok := s.since(phone(0), watched, 0); ok {
		t.Error("a dropped phone is still watched")
	}
	leave()
}

func TestEventsOfAnotherProcessAreNotMistakenForOurs(t *testing.T) {
	one, two := newPhones(), newPhones()
	id := one.eventID(7)
	for _, c := range []struct {
		id   string
		want uint64
	}{{id, 7}, {two.eventID(7), 0}, {"", 0}, {"7", 0}, {one.boot + "-", 0}, {one.boot + "--1", 0}, {one.boot + "-99999999999999999999", 0}} {
		if got := one.after(c.id); got != c.want {
			t.Errorf("after %q: %d, want %d", c.id, got, c.want)
		}
	}
}

func TestDirectionIsThatOfTheFirstLetter(t *testing.T) {
	for text, want := range map[string]string{
		"English": "ltr", "Kreyòl ayisyen": "ltr", "中文": "ltr", "Українська": "ltr", "አማርኛ": "ltr", "": "ltr", "123 ...": "ltr", "\xff": "ltr",
		"العربية": "rtl", "دری": "rtl", "پښتو": "rtl", "עברית": "rtl", "(1) فارسی": "rtl", "𞤆𞤵𞤤𞤢𞤪": "rtl",
	} {
		if got := direction(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
