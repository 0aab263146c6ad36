// Package storetest is the contract of bot.Store: every store passes it.
package storetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
)

// Store is what is tested: a bot.Store that can be counted.
type Store interface {
	bot.Store
	Counts(context.Context) (bot.Counts, error)
}

// day is when the tests happen.
var day = time.Date(2026, 3, 15, 10, 30, 0, 0, time.UTC)

var (
	ana  = bot.Address{Channel: "sms", ID: "+15550100"}
	beto = bot.Address{Channel: "sms", ID: "+15550101"}
)

// Run holds a store to the contract. open makes an empty store that the test
// closes by itself; reopen closes one and opens it anew, and is nil when the
// store keeps nothing.
func Run(t *testing.T, open func(*testing.T) Store, reopen func(*testing.T, Store) Store) {
	tests := map[string]func(*suite){
		"a new contact is unknown":                            (*suite).unknown,
		"a turn is kept whole":                                (*suite).whole,
		"a repeated message changes nothing":                  (*suite).repeated,
		"ids of messages belong to their channel":             (*suite).idsPerChannel,
		"a turn on old ground is a conflict, and all of it":   (*suite).conflict,
		"one of many at once wins":                            (*suite).race,
		"a turn that was not loaded here is refused":          (*suite).notLoaded,
		"a turn that cannot be kept whole is not kept":        (*suite).allOrNothing,
		"an ended context changes nothing":                    (*suite).ended,
		"the urgent is claimed first, then the old":           (*suite).order,
		"channels have queues of their own":                   (*suite).channels,
		"what is lent is lent once":                           (*suite).lentOnce,
		"later ones of a line wait for those that are lent":   (*suite).line,
		"an ended lease is lent anew, and its token is stale": (*suite).stale,
		"an ended lease that nobody took still counts":        (*suite).late,
		"forget leaves the confirmation and the opt-out mark": (*suite).forget,
		"after forget the person is new":                      (*suite).anew,
		"opt-out drops what was not asked for":                (*suite).optOut,
		"a sweep does what is judged":                         (*suite).sweep,
		"a sweep leaves those who wrote meanwhile":            (*suite).sweepMeanwhile,
		"a swept session is a conflict for whoever loaded it": (*suite).sweepConflict,
		"a sweep drops old ids, rumours and diaries":          (*suite).sweepOld,
	}
	if reopen != nil {
		tests["all is there after reopening"] = (*suite).reopened
		tests["what was lent is lent again after reopening"] = (*suite).reopenedQueue
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(&suite{T: t, Store: open(t), reopen: reopen}) })
	}
}

type suite struct {
	*testing.T
	Store
	reopen  func(*testing.T, Store) Store
	counter int
}

// id is a message id that was not used before.
func (s *suite) id() string {
	s.counter++
	return fmt.Sprintf("id-%d", s.counter)
}

func (s *suite) load(who bot.Address, id string) bot.Snapshot {
	s.Helper()
	snap, err := s.Load(s.Context(), who, id)
	if err != nil {
		s.Fatal(err)
	}
	return snap
}

func (s *suite) commit(t bot.Turn, want bot.Outcome) bot.Turn {
	s.Helper()
	if t.Now.IsZero() {
		t.Now = day
	}
	got, err := s.Commit(s.Context(), t)
	if err != nil {
		s.Fatal(err)
	}
	if got != want {
		s.Fatalf("outcome %d, want %d", got, want)
	}
	return t
}

func contact(who bot.Address) *bot.Contact { return &bot.Contact{Address: who, Since: day} }

// say commits a first or later turn with messages of these kinds.
func (s *suite) say(who bot.Address, kinds ...bot.Kind) bot.Turn {
	s.Helper()
	return s.commit(bot.Turn{Snapshot: s.load(who, s.id()), Contact: contact(who), Session: []byte("session"), Out: out(who, kinds...)}, bot.Committed)
}

func out(who bot.Address, kinds ...bot.Kind) (out []bot.Outbound) {
	for i, k := range kinds {
		out = append(out, bot.Outbound{To: who, Kind: k, At: day, Message: flows.Message{Text: fmt.Sprintf("%s %d", k, i)}})
	}
	return out
}

func (s *suite) claim(now time.Time, channel string, limit int) []bot.Claimed {
	s.Helper()
	got, err := s.Claim(s.Context(), now, channel, limit, time.Minute)
	if err != nil {
		s.Fatal(err)
	}
	return got
}

// done returns how many tokens were refused.
func (s *suite) done(claimed ...bot.Claimed) int {
	s.Helper()
	var tokens []bot.Token
	for _, c := range claimed {
		tokens = append(tokens, c.Token)
	}
	refused, err := s.Done(s.Context(), tokens)
	if err != nil {
		s.Fatal(err)
	}
	return len(refused)
}

func (s *suite) count(want bot.Counts) {
	s.Helper()
	got, err := s.Counts(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	if got != want {
		s.Errorf("the store holds %+v, want %+v", got, want)
	}
}

func ids(claimed []bot.Claimed) (ids []uint64) {
	for _, c := range claimed {
		ids = append(ids, c.ID)
	}
	return ids
}

func outIDs(turns ...bot.Turn) (ids []uint64) {
	for _, t := range turns {
		for _, o := range t.Out {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

func (s *suite) equal(what string, got, want any) {
	s.Helper()
	if !reflect.DeepEqual(got, want) {
		s.Errorf("%s = %v, want %v", what, got, want)
	}
}

func (s *suite) unknown() {
	snap := s.load(ana, "1")
	if snap.Seen || snap.OptedOut || snap.Damaged || snap.Contact.Known() || snap.Session != nil || snap.From != ana || snap.MessageID != "1" {
		s.Errorf("a new contact is not empty: seen %v, known %v, session %q", snap.Seen, snap.Contact.Known(), snap.Session)
	}
	s.count(bot.Counts{})
}

// full is a turn that uses everything.
func (s *suite) full(who bot.Address, id string) bot.Turn {
	s.Helper()
	c := contact(who)
	c.Consent = day.Add(time.Second)
	c.Subscriptions = []bot.Subscription{
		{Programme: "cbp-one", Place: "tijuana", Zone: "America/Tijuana", When: "time", Minute: 600, State: bot.Paused, Since: day},
		{Programme: "shelter", When: "opens", State: bot.On, Since: day},
	}
	return bot.Turn{
		Snapshot: s.load(who, id), Contact: c, Session: []byte("where they stand"),
		Diary:   []bot.Entry{{At: day, Programme: "cbp-one", Outcome: "no luck"}},
		Rumours: []bot.Rumour{{At: day, From: who, Lang: "es", Text: "dicen que abren"}},
		OptOut:  bot.MarkOut,
		Out: []bot.Outbound{{To: who, Kind: bot.Reply, At: day, Message: flows.Message{
			Text: "¿Listo?", Lang: "es", Flow: "registration", Node: "start", Segments: 1, Fault: "x.y",
			Choices: []flows.Choice{{Key: "1", Label: "Sí", Payload: "p1"}, {Key: "2", Label: "No", Payload: "p2"}},
		}}},
	}
}

func (s *suite) whole() {
	t := s.commit(s.full(ana, "1"), bot.Committed)
	s.isWhole(t)
}

func (s *suite) isWhole(t bot.Turn) {
	s.Helper()
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Diary: 1, Rumours: 1, Queued: 1, OptedOut: 1, Seen: 1})
	snap := s.load(ana, "2")
	s.equal("contact", fields(snap.Contact), fields(*t.Contact))
	s.equal("session", string(snap.Session), string(t.Session))
	s.equal("opted out", snap.OptedOut, true)
	s.equal("seen", snap.Seen, false)
	s.equal("first message seen", s.load(ana, "1").Seen, true)
	got := s.claim(day, "sms", 10)
	if len(got) != 1 {
		s.Fatalf("%d messages queued, want 1", len(got))
	}
	s.equal("message", got[0].Message, t.Out[0].Message)
	if got[0].ID == 0 || got[0].ID != t.Out[0].ID || got[0].To != ana || got[0].Kind != bot.Reply || !got[0].At.Equal(day) {
		s.Errorf("claimed %v, want what was committed", got[0].Outbound)
	}
}

// fields is a contact without its methods, so that a failing test can show it.
func fields(c bot.Contact) []any {
	return []any{c.Channel, c.ID, c.Since, c.Consent, c.Simulated, c.Subscriptions}
}

func (s *suite) repeated() {
	first := s.load(ana, "1")
	again := s.load(ana, "1")
	s.commit(bot.Turn{Snapshot: first, Contact: contact(ana), Session: []byte("one"), Out: out(ana, bot.Reply)}, bot.Committed)
	if !s.load(ana, "1").Seen {
		s.Error("a handled message is loaded as new")
	}
	s.commit(bot.Turn{Snapshot: again, Contact: contact(ana), Session: []byte("two"), Out: out(ana, bot.Reply), OptOut: bot.MarkOut}, bot.Duplicate)
	s.equal("session", string(s.load(ana, "2").Session), "one")
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Queued: 1, Seen: 1})
	// The days before count too, and so does a clock that was set back.
	for i, now := range []time.Time{day.Add(24 * time.Hour), day.Add(48 * time.Hour), day.Add(-24 * time.Hour)} {
		id := fmt.Sprintf("later-%d", i)
		s.commit(bot.Turn{Snapshot: s.load(ana, id), Now: now, Session: []byte("x")}, bot.Committed)
	}
	if !s.load(ana, "1").Seen || !s.load(ana, "later-2").Seen {
		s.Error("a message of the days around is loaded as new")
	}
}

func (s *suite) idsPerChannel() {
	s.commit(bot.Turn{Snapshot: s.load(ana, "1"), Session: []byte("x")}, bot.Committed)
	if s.load(bot.Address{Channel: "telegram", ID: ana.ID}, "1").Seen {
		s.Error("an id of one channel counts on another")
	}
	if !s.load(beto, "1").Seen {
		s.Error("an id counts for one contact of its channel only")
	}
}

func (s *suite) conflict() {
	s.say(ana)
	old := s.load(ana, "old")
	s.say(ana, bot.Reply)
	t := s.full(ana, "old")
	t.Snapshot = old
	before, _ := s.Counts(s.Context())
	s.commit(t, bot.Conflict)
	s.count(before)
	s.equal("session", string(s.load(ana, "old").Session), "session")
	t.Snapshot = s.load(ana, "old")
	s.commit(t, bot.Committed)

	// A contact that appeared meanwhile is a conflict too.
	none := s.load(beto, "b1")
	s.say(beto)
	s.commit(bot.Turn{Snapshot: none, Session: []byte("x")}, bot.Conflict)
	// And one that was forgotten.
	known := s.load(beto, "b2")
	s.commit(bot.Turn{Snapshot: s.load(beto, "b3"), Forget: true}, bot.Committed)
	s.commit(bot.Turn{Snapshot: known, Session: []byte("x")}, bot.Conflict)
}

func (s *suite) race() {
	for _, sameID := range []bool{true, false} {
		const n = 16
		var snaps []bot.Snapshot
		shared := s.id()
		for range n {
			id := shared
			if !sameID {
				id = s.id()
			}
			snaps = append(snaps, s.load(ana, id))
		}
		outcomes := make([]bot.Outcome, n)
		errs := make([]error, n)
		var wg sync.WaitGroup
		for i, snap := range snaps {
			wg.Go(func() {
				outcomes[i], errs[i] = s.Commit(s.Context(), bot.Turn{Snapshot: snap, Now: day, Session: []byte("x"), Out: out(ana, bot.Reply)})
			})
		}
		wg.Wait()
		won := 0
		for i, o := range outcomes {
			if errs[i] != nil {
				s.Fatal(errs[i])
			}
			switch {
			case o == bot.Committed:
				won++
			case sameID && o != bot.Duplicate, !sameID && o != bot.Conflict:
				s.Errorf("same id %v: outcome %d", sameID, o)
			}
		}
		s.equal("committed", won, 1)
	}
	s.equal("queued", len(s.claim(day, "sms", 100)), 2)
}

func (s *suite) notLoaded() {
	for name, snap := range map[string]bot.Snapshot{"empty": {}, "made up": {From: ana, MessageID: "1"}, "another's": {From: ana, MessageID: "1", Basis: 7}} {
		if _, err := s.Commit(s.Context(), bot.Turn{Snapshot: snap, Now: day}); err == nil {
			s.Errorf("%s: committed", name)
		}
	}
	s.count(bot.Counts{})
}

func (s *suite) allOrNothing() {
	for name, spoil := range map[string]func(*bot.Outbound){
		"no kind":       func(o *bot.Outbound) { o.Kind = 0 },
		"unknown kind":  func(o *bot.Outbound) { o.Kind = 9 },
		"somebody else": func(o *bot.Outbound) { o.To = beto },
	} {
		t := s.full(ana, "1")
		t.Now = day
		t.Out = append(t.Out, t.Out[0])
		spoil(&t.Out[1])
		if _, err := s.Commit(s.Context(), t); err == nil {
			s.Errorf("%s: committed", name)
		}
		s.count(bot.Counts{})
	}
	s.commit(s.full(ana, "1"), bot.Committed)
}

func (s *suite) ended() {
	snap := s.load(ana, "1")
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	_, e1 := s.Load(ctx, ana, "1")
	_, e2 := s.Commit(ctx, bot.Turn{Snapshot: snap, Now: day, Session: []byte("x")})
	_, e3 := s.Claim(ctx, day, "sms", 1, time.Minute)
	_, e4 := s.Done(ctx, nil)
	for i, err := range []error{e1, e2, e3, e4} {
		if err == nil {
			s.Errorf("call %d went on after its context ended", i)
		}
	}
	s.count(bot.Counts{})
}

func (s *suite) order() {
	a := s.say(ana, bot.Bulletin, bot.Reminder, bot.Reply, bot.Reply)
	b := s.say(beto, bot.Reply, bot.Bulletin, bot.Reminder)
	want := []uint64{a.Out[2].ID, a.Out[3].ID, b.Out[0].ID, a.Out[1].ID, b.Out[2].ID, a.Out[0].ID, b.Out[1].ID}
	var got []uint64
	for range 10 {
		claimed := s.claim(day, "sms", 2)
		got = append(got, ids(claimed)...)
		s.equal("refused", s.done(claimed...), 0)
	}
	s.equal("order", got, want)
	s.count(bot.Counts{Contacts: 2, Sessions: 2, Seen: 2})
}

func (s *suite) channels() {
	far := bot.Address{Channel: "smsx", ID: "1"}
	a := s.say(ana, bot.Bulletin)
	b := s.say(far, bot.Reply)
	s.equal("sms", ids(s.claim(day, "sms", 10)), outIDs(a))
	s.equal("smsx", ids(s.claim(day, "smsx", 10)), outIDs(b))
	s.equal("none", len(s.claim(day, "s", 10))+len(s.claim(day, "", 10)), 0)
}

func (s *suite) lentOnce() {
	a, b := s.say(ana, bot.Reply), s.say(beto, bot.Reply)
	first := s.claim(day, "sms", 1)
	second := s.claim(day.Add(59*time.Second), "sms", 10)
	s.equal("first", ids(first), outIDs(a))
	s.equal("second", ids(second), outIDs(b))
	s.equal("third", len(s.claim(day.Add(59*time.Second), "sms", 10)), 0)
	s.equal("limit 0", len(s.claim(day.Add(time.Hour), "sms", 0)), 0)
}

func (s *suite) line() {
	a := s.say(ana, bot.Reply, bot.Reply)
	first := s.claim(day, "sms", 1)
	s.equal("first", ids(first), outIDs(a)[:1])
	b := s.say(beto, bot.Reply)
	// Ana's second reply would overtake her first one; her reminder would not.
	r := s.say(ana, bot.Reminder)
	s.equal("while lent", ids(s.claim(day, "sms", 10)), append(outIDs(b), outIDs(r)...))
	s.equal("refused", s.done(first...), 0)
	s.equal("then", ids(s.claim(day, "sms", 10)), outIDs(a)[1:])
}

func (s *suite) stale() {
	a := s.say(ana, bot.Reply, bot.Reply)
	first := s.claim(day, "sms", 10)
	s.equal("before its end", len(s.claim(day.Add(time.Minute-time.Nanosecond), "sms", 10)), 0)
	second := s.claim(day.Add(time.Minute), "sms", 10)
	s.equal("first", ids(first), outIDs(a))
	s.equal("second", ids(second), outIDs(a))
	s.equal("refused of the stale", s.done(first...), 2)
	s.equal("refused of a mixture", s.done(second[0], first[1]), 1)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Queued: 1, Seen: 1})
	s.equal("refused of the valid", s.done(second[1]), 0)
	s.equal("refused of what is gone", s.done(second[1]), 1)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 1})
}

func (s *suite) late() {
	s.say(ana, bot.Reply)
	claimed := s.claim(day, "sms", 1)
	s.equal("refused", s.done(claimed...), 0)
	s.equal("sent again", len(s.claim(day.Add(time.Hour), "sms", 1)), 0)
}

func (s *suite) forget() {
	s.commit(s.full(ana, s.id()), bot.Committed)
	s.say(ana, bot.Reply, bot.Reminder, bot.Bulletin)
	other := s.say(beto, bot.Reply)
	lent := s.claim(day, "sms", 1)
	t := s.full(ana, s.id())
	t.Forget, t.OptOut = true, bot.MarkAsWas
	t.Out[0].Message.Text = "Todo está borrado."
	t = s.commit(t, bot.Committed)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Queued: 2, OptedOut: 1, Seen: 4})
	s.equal("refused of an erased one", s.done(lent...), 1)
	got := s.claim(day, "sms", 10)
	s.equal("left", ids(got), append(outIDs(other), outIDs(t)...))
	s.equal("text", got[1].Message.Text, "Todo está borrado.")
	s.equal("to", got[1].To == ana, true)
	if !s.load(ana, t.Snapshot.MessageID).Seen {
		s.Error("the message that asked for it would be handled again")
	}
}

func (s *suite) anew() {
	s.commit(s.full(ana, s.id()), bot.Committed)
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Forget: true}, bot.Committed)
	snap := s.load(ana, s.id())
	if snap.Contact.Known() || snap.Session != nil || snap.Damaged {
		s.Error("something is known of a forgotten person")
	}
	s.equal("opted out", snap.OptedOut, true)
	s.commit(bot.Turn{Snapshot: snap, Contact: contact(ana), Session: []byte("new"), OptOut: bot.MarkIn}, bot.Committed)
	s.equal("opted out after coming back", s.load(ana, s.id()).OptedOut, false)
}

func (s *suite) optOut() {
	t := s.say(ana, bot.Reply, bot.Reminder, bot.Bulletin)
	other := s.say(beto, bot.Reminder)
	stop := bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("x"), OptOut: bot.MarkOut, Out: out(ana, bot.Reply)}
	stop = s.commit(stop, bot.Committed)
	want := append(outIDs(t)[:1], outIDs(stop, other)...)
	s.equal("left", ids(s.claim(day, "sms", 10)), want)
	s.equal("opted out", s.load(ana, s.id()).OptedOut, true)
	s.equal("somebody else", s.load(beto, s.id()).OptedOut, false)
}

func (s *suite) sweep() {
	const people = 700 // more than a store may hold in one transaction
	who := func(i int) bot.Address { return bot.Address{Channel: "telegram", ID: fmt.Sprint(i)} }
	for i := range people {
		id := who(i)
		s.commit(bot.Turn{Snapshot: s.load(id, s.id()), Contact: contact(id), Session: fmt.Appendf(nil, "%d", i), Out: out(id, bot.Reminder)}, bot.Committed)
	}
	asked := map[string]int{}
	swept, err := s.Sweep(s.Context(), bot.Sweep{Judge: func(k bot.Kept) bot.Verdict {
		asked[string(k.Session)]++
		if !k.At.Equal(day) {
			s.Errorf("the turn is said to have been at %v", k.At)
		}
		switch last := k.Session[len(k.Session)-1]; last {
		case '1':
			return bot.Verdict{Act: bot.Forget}
		case '2':
			return bot.Verdict{Act: bot.Replace, Session: append(slices.Clone(k.Session), '!')}
		case '3':
			return bot.Verdict{Act: bot.Replace}
		}
		return bot.Verdict{}
	}})
	if err != nil {
		s.Fatal(err)
	}
	tenth := people / 10
	s.equal("swept", swept, bot.Swept{Sessions: people, Replaced: 2 * tenth, Forgotten: tenth})
	for i := range people {
		if n := asked[fmt.Sprint(i)]; n != 1 {
			s.Fatalf("session %d was judged %d times", i, n)
		}
		want := fmt.Sprint(i)
		switch i % 10 {
		case 1, 3:
			want = ""
		case 2:
			want += "!"
		}
		snap := s.load(who(i), s.id())
		if string(snap.Session) != want || snap.Contact.Known() != (i%10 != 1) {
			s.Fatalf("session %d is %q and its contact known %v", i, snap.Session, snap.Contact.Known())
		}
	}
	s.count(bot.Counts{Contacts: people - tenth, Sessions: people - tenth, Queued: people - tenth, Seen: people})
}

func (s *suite) sweepMeanwhile() {
	s.say(ana)
	_, err := s.Sweep(s.Context(), bot.Sweep{Judge: func(bot.Kept) bot.Verdict {
		s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("just now")}, bot.Committed)
		return bot.Verdict{Act: bot.Forget}
	}})
	if err != nil {
		s.Fatal(err)
	}
	s.equal("session", string(s.load(ana, s.id()).Session), "just now")
}

func (s *suite) sweepConflict() {
	s.say(ana)
	snap := s.load(ana, s.id())
	_, err := s.Sweep(s.Context(), bot.Sweep{Judge: func(bot.Kept) bot.Verdict { return bot.Verdict{Act: bot.Replace} }})
	if err != nil {
		s.Fatal(err)
	}
	s.commit(bot.Turn{Snapshot: snap, Session: []byte("with the erased answers")}, bot.Conflict)
}

func (s *suite) sweepOld() {
	const days = 5
	for i := range days {
		at := day.AddDate(0, 0, i)
		s.commit(bot.Turn{
			Snapshot: s.load(ana, fmt.Sprint("day ", i)), Now: at, Contact: contact(ana), Session: []byte("x"),
			Diary: []bot.Entry{{At: at}}, Rumours: []bot.Rumour{{At: at, From: ana}},
		}, bot.Committed)
	}
	keep := func(bot.Kept) bot.Verdict { return bot.Verdict{} }
	swept, err := s.Sweep(s.Context(), bot.Sweep{
		Judge: keep, SeenBefore: day.AddDate(0, 0, 2), RumoursBefore: day.AddDate(0, 0, 1), DiaryBefore: day.AddDate(0, 0, 4),
	})
	if err != nil {
		s.Fatal(err)
	}
	s.equal("swept", swept, bot.Swept{Sessions: 1, SeenDays: 2, Rumours: 1, Diary: 4})
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Diary: 1, Rumours: 4, Seen: 3})
	s.equal("dropped id", s.load(ana, "day 1").Seen, false)
	s.equal("kept id", s.load(ana, "day 2").Seen, true)
	again, err := s.Sweep(s.Context(), bot.Sweep{Judge: keep})
	if err != nil {
		s.Fatal(err)
	}
	s.equal("swept without lifetimes", again, bot.Swept{Sessions: 1})
}

func (s *suite) reopened() {
	t := s.commit(s.full(ana, "1"), bot.Committed)
	s.Store = s.reopen(s.T, s.Store)
	s.isWhole(t)
	later := s.say(beto, bot.Reply)
	if later.Out[0].ID <= t.Out[0].ID {
		s.Errorf("after reopening message %d comes after %d", later.Out[0].ID, t.Out[0].ID)
	}
}

func (s *suite) reopenedQueue() {
	a := s.say(ana, bot.Reply, bot.Reply, bot.Reply)
	first := s.claim(day, "sms", 2)
	s.equal("refused", s.done(first[0]), 0)
	s.Store = s.reopen(s.T, s.Store)
	got := s.claim(day.Add(time.Minute), "sms", 10)
	s.equal("claimed", ids(got), outIDs(a)[1:])
	s.equal("refused of a token from before", s.done(first[1]), 1)
	s.equal("refused", s.done(got...), 0)
}
