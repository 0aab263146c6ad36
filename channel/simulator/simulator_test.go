// Delivery to simulated phones.

package simulator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
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

func (echo) Expire(s flows.Session, _ time.Time) (flows.Session, bool) { return s, false }

// store is a memory store that can be told to fail, and counts.
type store struct {
	*memory.Store
	mu                    sync.Mutex
	claimFault, doneFault error
	claims, dones         int
}

func (s *store) Claim(ctx context.Context, now time.Time, channel string, limit int, lease time.Duration) ([]bot.Claimed, error) {
	s.mu.Lock()
	fault := s.claimFault
	s.claims++
	s.mu.Unlock()
	if fault != nil {
		return nil, fault
	}
	return s.Store.Claim(ctx, now, channel, limit, lease)
}

func (s *store) Done(ctx context.Context, tokens []bot.Token) ([]bot.Token, error) {
	s.mu.Lock()
	fault := s.doneFault
	s.dones++
	s.mu.Unlock()
	if fault != nil {
		return nil, fault
	}
	return s.Store.Done(ctx, tokens)
}

func (s *store) fail(claim, done error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claimFault, s.doneFault = claim, done
}

// rig is a simulator over a store, and an assistant that echoes.
type rig struct {
	t         *testing.T
	store     *store
	assistant *bot.Assistant
	sim       *Simulator

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
	r := &rig{t: t, store: &store{Store: memory.New()}}
	r.assistant = bot.New(echo{langs}, r.store)
	r.sim = New(r.assistant.Receive, r.store, catalogue, r.report)
	return r
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
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.sim.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-ended
	}
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

func TestWhatACrashLeftIsDeliveredAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.write(anna, "1", "one")
		r.write(anna, "2", "two")
		r.write(bea, "3", "three")
		r.run()
		synctest.Wait()
		r.wantShown(anna, "one", "two")
		r.wantShown(bea, "three")
		r.wantQueued(0)
	})
}

func TestALongQueueIsDeliveredInOneGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		const people = 2*batch + 1
		for i := range people {
			r.write(fmt.Sprintf("%032x", i), "m", "hello")
		}
		for i := range people {
			r.write(fmt.Sprintf("%032x", i), fmt.Sprint("n", i), "again")
		}
		begin := time.Now()
		r.run()
		synctest.Wait()
		r.wantQueued(0)
		if took := time.Since(begin); took != 0 {
			t.Errorf("it waited %v in between", took)
		}
	})
}

func TestAWakeDeliversAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		synctest.Wait()
		begin := time.Now()
		r.write(anna, "1", "one")
		r.wantShown(anna)
		r.sim.Wake()
		r.sim.Wake()
		synctest.Wait()
		r.wantShown(anna, "one")
		if waited := time.Since(begin); waited != 0 {
			t.Errorf("it waited %v", waited)
		}
	})
}

func TestAMessageThatNobodyAnnouncedIsSoonDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		synctest.Wait()
		r.write(anna, "1", "a reminder")
		time.Sleep(pollEvery) // of the bubble's clock
		synctest.Wait()
		r.wantShown(anna, "a reminder")
		r.wantQueued(0)
	})
}

func TestAMessageIsShownOnceThoughItCannotBeTakenOutOfTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		full := errors.New("disk full")
		r.store.fail(nil, full)
		r.write(anna, "1", "one")
		r.run()
		synctest.Wait()
		r.wantShown(anna, "one")
		r.wantQueued(1)
		if faults := r.faults(); len(faults) != 1 || !errors.Is(faults[0], full) {
			t.Errorf("reported %v, want the fault once", faults)
		}
		r.store.fail(nil, nil)
		time.Sleep(lease + pollEvery)
		synctest.Wait()
		r.wantShown(anna, "one")
		r.wantQueued(0)
	})
}

func TestAFaultOfTheOutboxIsReportedAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		fault := errors.New("disk gone")
		r.store.fail(fault, nil)
		r.write(anna, "1", "one")
		r.run()
		synctest.Wait()
		r.wantShown(anna)
		if faults := r.faults(); len(faults) != 1 || !errors.Is(faults[0], fault) {
			t.Fatalf("reported %v, want the fault", faults)
		}
		r.store.fail(nil, nil)
		time.Sleep(retryAfter)
		synctest.Wait()
		r.wantShown(anna, "one")
	})
}

func TestAMessageLentToAnotherIsLeftToIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.write(anna, "1", "one")
		if _, err := r.store.Claim(t.Context(), time.Now(), bot.Simulator, 1, lease); err != nil {
			t.Fatal(err)
		}
		r.run()
		time.Sleep(lease - time.Second)
		synctest.Wait()
		r.wantShown(anna)
		time.Sleep(pollEvery)
		synctest.Wait()
		r.wantShown(anna, "one")
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
		r.run()
		time.Sleep(2 * pollEvery)
		synctest.Wait()
		r.wantQueued(1)
	})
}

func TestRunEndsWithItsContextAndReportsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		stop := r.run()
		synctest.Wait()
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
