// Receiving: all or nothing, once, and in order.

package bot_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"posada/bot"
	"posada/flows"
	"posada/store/memory"
)

var now = time.Date(2026, 3, 15, 10, 30, 0, 0, time.UTC)

// script is a book of a few lines: what it was given, and what it does.
type script struct {
	mu      sync.Mutex
	heard   []flows.Input
	stood   []flows.Session
	at      []flows.At
	effects []flows.Effect // of every step
	next    func(flows.Session, flows.Input) flows.Session
	expire  func(flows.Session, time.Time) (flows.Session, bool)
}

func (b *script) Step(s flows.Session, in flows.Input, _ flows.Form, at flows.At) (flows.Session, []flows.Message, []flows.Effect) {
	b.mu.Lock()
	b.heard, b.stood, b.at = append(b.heard, in), append(b.stood, s), append(b.at, at)
	b.mu.Unlock()
	next := flows.Session{Language: "es", Flow: "menu", Node: in.Text}
	if b.next != nil {
		next = b.next(s, in)
	}
	return next, []flows.Message{{Text: "a: " + in.Text}, {Text: "b: " + in.Text}}, b.effects
}

func (b *script) Expire(s flows.Session, now time.Time) (flows.Session, bool) {
	if b.expire == nil {
		return s, false
	}
	return b.expire(s, now)
}

func (b *script) Urgent(text string) bool { return text == "alto" }

func (b *script) WantsDiary(flows.Session, flows.Input) bool { return false }

func (b *script) WantsLetters(flows.Session, flows.Input) bool { return false }

func (b *script) Recheck(flows.Session, time.Time) ([]flows.Effect, bool) { return nil, false }

var ana = bot.Address{Channel: "sms", ID: "+15550100"}

func inbound(id, text string) bot.Inbound {
	return bot.Inbound{ID: id, From: ana, Form: flows.SMS, Text: text, At: now}
}

func receive(t *testing.T, a *bot.Assistant, in bot.Inbound) bot.Receipt {
	t.Helper()
	r, err := a.Receive(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func load(t *testing.T, s bot.Store, who bot.Address) bot.Snapshot {
	t.Helper()
	snap, err := s.Load(t.Context(), who, "a question of the test")
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func counts(t *testing.T, s *memory.Store) bot.Counts {
	t.Helper()
	c, err := s.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// replies claims what is queued in answer to people by SMS.
func replies(t *testing.T, s *memory.Store) []bot.Claimed {
	t.Helper()
	queued, err := s.Claim(t.Context(), now, bot.ClaimOrder{Channel: "sms", Kind: bot.Reply, Lines: 10, Each: 10, Lease: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return queued
}

func texts(out []bot.Outbound) (texts []string) {
	for _, o := range out {
		texts = append(texts, o.Message.Text)
	}
	return texts
}

func TestAPersonIsAnsweredAndComesBackToWhereTheyWere(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	r := receive(t, a, inbound("1", "hola"))
	if got := texts(r.Out); !slices.Equal(got, []string{"a: hola", "b: hola"}) || r.Duplicate || r.Lost {
		t.Fatalf("answered %q, %+v", got, r)
	}
	receive(t, bot.New(b, store), inbound("2", "otra vez"))
	if b.stood[0].Flow != "" || b.stood[1].Node != "hola" {
		t.Errorf("the book was handed the sessions %+v", b.stood)
	}
	if !b.at[0].Now.Equal(now) || !b.at[0].AsOf.IsZero() {
		t.Errorf("the time of the step was %+v", b.at[0])
	}
	queued := replies(t, store)
	var got []string
	for _, q := range queued {
		if q.To != ana || q.Kind != bot.Reply || !q.At.Equal(now) {
			t.Errorf("queued %v at %v", q.Outbound, q.At)
		}
		got = append(got, q.Message.Text)
	}
	if want := []string{"a: hola", "b: hola", "a: otra vez", "b: otra vez"}; !slices.Equal(got, want) {
		t.Errorf("queued %q, want %q", got, want)
	}
	c := load(t, store, ana).Contact
	if c.Address != ana || !c.Since.Equal(now) || c.Simulated || !c.Consent.IsZero() {
		t.Errorf("the contact since %v is simulated %v, consent %v", c.Since, c.Simulated, c.Consent)
	}
}

func TestTheSameMessageTwiceIsAnsweredOnce(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	receive(t, a, inbound("1", "hola"))
	if r := receive(t, a, inbound("1", "hola")); !r.Duplicate || len(r.Out) != 0 {
		t.Errorf("second receipt %+v", r)
	}
	var wg sync.WaitGroup
	var fresh sync.Map
	for i := range 20 {
		wg.Go(func() {
			// Half of them from somebody else: an id is the channel's.
			in := inbound("2", "hola")
			in.From.ID = fmt.Sprint(i % 2)
			r, err := a.Receive(t.Context(), in)
			if err != nil {
				t.Error(err)
			} else if !r.Duplicate {
				fresh.Store(i, true)
			}
		})
	}
	wg.Wait()
	n := 0
	fresh.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d of 20 equal messages at once were answered", n)
	}
	if c := counts(t, store); c.Queued != 4 || c.Seen != 2 {
		t.Errorf("queued %d, seen %d", c.Queued, c.Seen)
	}
}

func TestMessagesOfOnePersonAreTakenInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		b := &script{}
		b.next = func(s flows.Session, in flows.Input) flows.Session {
			if in.Text == "0" {
				<-hold
			}
			return flows.Session{Flow: "f", Node: s.Node + in.Text}
		}
		store := memory.New()
		a := bot.New(b, store)
		for i := range 9 {
			go func() {
				if _, err := a.Receive(t.Context(), inbound(fmt.Sprint("id ", i), fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait() // it is in line
		}
		// Others need not wait for Ana.
		other := inbound("other", "x")
		other.From.ID = "+15550199"
		receive(t, a, other)
		close(hold)
		synctest.Wait()
		s, err := flows.DecodeSession(load(t, store, ana).Session)
		if err != nil || s.Node != "012345678" {
			t.Errorf("the messages were taken in the order %q (%v)", s.Node, err)
		}
	})
}

func TestWhoGivesUpWaitingIsNotReceived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		b := &script{next: func(s flows.Session, in flows.Input) flows.Session {
			if in.Text == "first" {
				<-hold
			}
			return flows.Session{Flow: "f", Node: s.Node + in.Text + "."}
		}}
		store := memory.New()
		a := bot.New(b, store)
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp := errors.New("not yet")
		go func() { _, _ = a.Receive(t.Context(), inbound("1", "first")) }()
		synctest.Wait()
		go func() { _, gaveUp = a.Receive(ctx, inbound("2", "second")) }()
		synctest.Wait()
		go func() { _, _ = a.Receive(t.Context(), inbound("3", "third")) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !errors.Is(gaveUp, context.Canceled) {
			t.Fatalf("waiting ended with %v", gaveUp)
		}
		close(hold)
		synctest.Wait()
		s, _ := flows.DecodeSession(load(t, store, ana).Session)
		if s.Node != "first.third." {
			t.Errorf("taken: %q", s.Node)
		}
	})
}

func TestOnlyTheSimulatedAreAnsweredAsOfAnotherDay(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	in := inbound("1", "hola")
	in.AsOf = now.AddDate(-2, 0, 0)
	if _, err := a.Receive(t.Context(), in); !errors.Is(err, bot.ErrAsOf) {
		t.Fatalf("a person by SMS was answered as of another day: %v", err)
	}
	if len(b.heard) != 0 || counts(t, store) != (bot.Counts{}) {
		t.Error("and something was kept")
	}
	in.From.Channel = bot.Simulator
	receive(t, a, in)
	if !b.at[0].AsOf.Equal(in.AsOf) || !b.at[0].Now.Equal(now) {
		t.Errorf("the step was at %+v", b.at[0])
	}
	if !load(t, store, in.From).Contact.Simulated {
		t.Error("a simulated contact is not marked as such")
	}
}

func TestAnIncompleteMessageIsRefused(t *testing.T) {
	store := memory.New()
	a := bot.New(&script{}, store)
	for name, spoil := range map[string]func(*bot.Inbound){
		"no id":        func(in *bot.Inbound) { in.ID = "" },
		"no channel":   func(in *bot.Inbound) { in.From.Channel = "" },
		"no address":   func(in *bot.Inbound) { in.From.ID = "" },
		"odd channel":  func(in *bot.Inbound) { in.From.Channel = "sms\x00a" },
		"long channel": func(in *bot.Inbound) { in.From.Channel = strings.Repeat("a", 33) },
		"long address": func(in *bot.Inbound) { in.From.ID = strings.Repeat("1", 257) },
		"no time":      func(in *bot.Inbound) { in.At = time.Time{} },
	} {
		in := inbound("1", "hola")
		spoil(&in)
		if _, err := a.Receive(t.Context(), in); !errors.Is(err, bot.ErrInbound) {
			t.Errorf("%s: %v, want ErrInbound", name, err)
		}
	}
	if counts(t, store) != (bot.Counts{}) {
		t.Error("something was kept")
	}
}

func TestAnyTextIsBorne(t *testing.T) {
	long := strings.Repeat("é", 10_000)
	for name, text := range map[string]string{
		"empty": "", "long": long, "invalid": "ho\xffla\xc3", "long and odd": "a" + long, "only invalid": "\xff\xfe",
		"controls": "\x00\x1b[31m\u202e", "broken at the limit": strings.Repeat("\xf0", 10_000), "emoji": "👍🏽",
	} {
		t.Run(name, func(t *testing.T) {
			b := &script{}
			in := inbound("1", text)
			in.Payload = text
			receive(t, bot.New(b, memory.New()), in)
			got := b.heard[0]
			if !utf8.ValidString(got.Text) || !utf8.ValidString(got.Payload) {
				t.Error("the book was handed invalid UTF-8")
			}
			if len(got.Text) > 8*flows.MaxText {
				t.Errorf("the book was handed %d bytes", len(got.Text))
			}
			if n := utf8.RuneCountInString(got.Text); utf8.ValidString(text) && n < min(utf8.RuneCountInString(text), flows.MaxText+1) {
				t.Errorf("of %d characters %d are left: the book cannot tell that there were more than it reads", utf8.RuneCountInString(text), n)
			}
		})
	}
}

func TestEffectsChangeTheContact(t *testing.T) {
	type effects = []flows.Effect
	subscribe := flows.Effect{Kind: flows.EffectSubscribe, Programme: "cbp", Place: "tijuana", Zone: "America/Tijuana", When: "time", Minute: 600}
	shelter := flows.Effect{Kind: flows.EffectSubscribe, Programme: "shelter", When: "opens"}
	sub := bot.Subscription{Programme: "cbp", Place: "tijuana", Zone: "America/Tijuana", When: "time", Minute: 600, State: bot.On, Since: now}
	bed := bot.Subscription{Programme: "shelter", When: "opens", State: bot.On, Since: now}
	with := func(s bot.Subscription, change func(*bot.Subscription)) bot.Subscription { change(&s); return s }
	paused := func(s *bot.Subscription) { s.State = bot.Paused }
	for name, c := range map[string]struct {
		turns []effects
		want  []bot.Subscription
	}{
		"none":             {[]effects{{}}, nil},
		"subscribe":        {[]effects{{subscribe}}, []bot.Subscription{sub}},
		"change":           {[]effects{{subscribe}, {with2(subscribe, 700)}}, []bot.Subscription{with(sub, func(s *bot.Subscription) { s.Minute = 700 })}},
		"two":              {[]effects{{subscribe, shelter}}, []bot.Subscription{sub, bed}},
		"pause":            {[]effects{{subscribe, shelter}, {{Kind: flows.EffectPause, Programme: "cbp"}}}, []bot.Subscription{with(sub, paused), bed}},
		"pause all":        {[]effects{{subscribe, shelter}, {{Kind: flows.EffectPause}}}, []bot.Subscription{with(sub, paused), with(bed, paused)}},
		"resume":           {[]effects{{subscribe}, {{Kind: flows.EffectPause}}, {{Kind: flows.EffectResume, Programme: "cbp"}}}, []bot.Subscription{sub}},
		"pause another":    {[]effects{{subscribe}, {{Kind: flows.EffectPause, Programme: "shelter"}}}, []bot.Subscription{sub}},
		"subscribe paused": {[]effects{{subscribe}, {{Kind: flows.EffectPause}}, {subscribe}}, []bot.Subscription{sub}},
		"unsubscribe":      {[]effects{{subscribe, shelter}, {{Kind: flows.EffectUnsubscribe, Programme: "cbp"}}}, []bot.Subscription{bed}},
		"unsubscribe all":  {[]effects{{subscribe, shelter}, {{Kind: flows.EffectUnsubscribe}}}, []bot.Subscription{}},
		"kept by others":   {[]effects{{subscribe}, {{Kind: flows.EffectReport, Programme: "cbp", Outcome: "no"}}}, []bot.Subscription{sub}},
	} {
		t.Run(name, func(t *testing.T) {
			store, b := memory.New(), &script{}
			a := bot.New(b, store)
			for i, e := range c.turns {
				b.effects = e
				receive(t, a, inbound(fmt.Sprint(i), "x"))
			}
			if got := load(t, store, ana).Contact.Subscriptions; !reflect.DeepEqual(got, c.want) {
				t.Errorf("subscriptions %+v, want %+v", got, c.want)
			}
		})
	}
}

func with2(e flows.Effect, minute int) flows.Effect { e.Minute = minute; return e }

func TestConsentReportsAndRumoursAreKept(t *testing.T) {
	store, b := memory.New(), &script{effects: []flows.Effect{
		{Kind: flows.EffectConsent}, {Kind: flows.EffectReport, Programme: "cbp", Outcome: "got it"}, {Kind: flows.EffectRumour, Text: "dicen"},
	}}
	receive(t, bot.New(b, store), inbound("1", "x"))
	if c := load(t, store, ana).Contact; !c.Consent.Equal(now) {
		t.Errorf("consent at %v", c.Consent)
	}
	if c := counts(t, store); c.Diary != 1 || c.Notes != 1 {
		t.Errorf("%d diary entries and %d rumours", c.Diary, c.Notes)
	}
}

func TestDeleteLeavesTheConfirmationAlone(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	b.effects = []flows.Effect{{Kind: flows.EffectConsent}, {Kind: flows.EffectReport}, {Kind: flows.EffectRumour, Text: "x"}, {Kind: flows.EffectSubscribe, Programme: "cbp"}}
	receive(t, a, inbound("1", "hola"))
	b.effects = append(b.effects, flows.Effect{Kind: flows.EffectForget})
	r := receive(t, a, inbound("2", "borrar"))
	if !r.Forgotten {
		t.Error("the receipt does not tell")
	}
	if c := counts(t, store); c != (bot.Counts{Queued: 2, Seen: 2}) {
		t.Errorf("left: %+v", c)
	}
	queued := replies(t, store)
	if len(queued) != 2 || queued[0].Message.Text != "a: borrar" {
		t.Errorf("%d messages are left", len(queued))
	}
	b.effects = nil
	receive(t, a, inbound("3", "hola"))
	if s := b.stood[2]; !s.Empty() {
		t.Errorf("the book was handed a session of the erased person: %+v", s)
	}
}

func TestStopOutlivesDelete(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	for i, kinds := range [][]flows.EffectKind{{flows.EffectOptOut}, {flows.EffectForget}, {}} {
		b.effects = nil
		for _, k := range kinds {
			b.effects = append(b.effects, flows.Effect{Kind: k})
		}
		receive(t, a, inbound(fmt.Sprint(i), "x"))
	}
	if !load(t, store, ana).OptedOut {
		t.Error("the opt-out mark is gone")
	}
	if !b.stood[2].Stopped {
		t.Error("a person who said stop and was forgotten is spoken to as if they had not")
	}
	b.effects = []flows.Effect{{Kind: flows.EffectOptIn}}
	receive(t, a, inbound("in", "x"))
	if load(t, store, ana).OptedOut {
		t.Error("start did not lift the mark")
	}
}

func TestAnUnreadableSessionSilencesNobody(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	snap := load(t, store, ana)
	snap.MessageID = "0"
	if _, err := store.Commit(t.Context(), bot.Turn{Snapshot: snap, Now: now, Session: []byte("not a session")}); err != nil {
		t.Fatal(err)
	}
	r := receive(t, a, inbound("1", "hola"))
	if !r.Lost || len(r.Out) != 2 || a.Lost() != 1 {
		t.Errorf("receipt %+v, lost %d", r, a.Lost())
	}
	if !b.stood[0].Empty() {
		t.Errorf("the book was handed %+v", b.stood[0])
	}
	if r := receive(t, a, inbound("2", "hola")); r.Lost || a.Lost() != 1 {
		t.Error("the next message is lost too")
	}
}

func TestABookThatPanicsTakesNobodyDown(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	receive(t, a, inbound("1", "hola"))
	b.next = func(s flows.Session, in flows.Input) flows.Session {
		if s.Node != "" {
			panic("never repeat: " + in.Text)
		}
		return flows.Session{Flow: "menu", Node: "new"}
	}
	if r := receive(t, a, inbound("2", "secreto")); !r.Lost || len(r.Out) != 2 {
		t.Errorf("a session that cannot be stepped: %+v", r)
	}
	b.next = func(_ flows.Session, in flows.Input) flows.Session { panic("never repeat: " + in.Text) }
	before := counts(t, store)
	_, err := a.Receive(t.Context(), inbound("3", "secreto"))
	if !errors.Is(err, bot.ErrStep) || strings.Contains(err.Error(), "secreto") {
		t.Errorf("error %v", err)
	}
	if counts(t, store) != before {
		t.Error("a message that failed was kept")
	}
	b.next = nil
	if r := receive(t, a, inbound("3", "hola")); r.Duplicate {
		t.Error("the failed message counts as handled")
	}
}

// rough is a store in which other things happen.
type rough struct {
	*memory.Store
	conflicts int
	fail      error
	loads     int
}

func (s *rough) Load(ctx context.Context, who bot.Address, id string) (bot.Snapshot, error) {
	s.loads++
	return s.Store.Load(ctx, who, id)
}

func (s *rough) Commit(ctx context.Context, t bot.Turn) (bot.Outcome, error) {
	if s.fail != nil {
		return 0, s.fail
	}
	if s.conflicts > 0 {
		s.conflicts--
		return bot.Conflict, nil
	}
	return s.Store.Commit(ctx, t)
}

func TestAConflictIsLoadedAnew(t *testing.T) {
	store := &rough{Store: memory.New(), conflicts: 2}
	a := bot.New(&script{}, store)
	if r := receive(t, a, inbound("1", "hola")); len(r.Out) != 2 || store.loads != 3 {
		t.Errorf("%d answers after %d loads", len(r.Out), store.loads)
	}
	store.conflicts = 100
	if _, err := a.Receive(t.Context(), inbound("2", "hola")); !errors.Is(err, bot.ErrBusy) {
		t.Errorf("endless conflicts end in %v", err)
	}
}

func TestAFailedCommitIsNotAcknowledged(t *testing.T) {
	full := errors.New("no space left on device")
	store := &rough{Store: memory.New(), fail: full}
	a := bot.New(&script{}, store)
	_, err := a.Receive(t.Context(), inbound("1", "secreto"))
	if !errors.Is(err, full) {
		t.Fatalf("error %v", err)
	}
	if strings.Contains(err.Error(), "secreto") || strings.Contains(err.Error(), ana.ID) {
		t.Errorf("the error says too much: %v", err)
	}
	store.fail = nil
	if r := receive(t, a, inbound("1", "secreto")); r.Duplicate || len(r.Out) != 2 {
		t.Error("when the provider repeats it, it is not answered")
	}
}

func TestAPresetLanguageIsWhereANewContactBegins(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	in := inbound("1", "x")
	in.Lang = "ht"
	receive(t, a, in)
	in.ID = "2"
	receive(t, a, in)
	if b.stood[0].Language != "ht" || b.stood[1].Language != "es" {
		t.Errorf("languages %q and %q: a preset is for the beginning only", b.stood[0].Language, b.stood[1].Language)
	}
}
