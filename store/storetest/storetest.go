// Package storetest is the contract of bot.Store and bot.Outbox: every store
// passes it.
package storetest

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
)

// Store is what is tested: a bot.Store and a bot.Outbox that can be counted.
type Store interface {
	bot.Store
	bot.Outbox
	bot.Shelf
	bot.Notes
	bot.Mailings
	Counts(context.Context) (bot.Counts, error)
	Dead(ctx context.Context, limit int) ([]bot.Dead, error)
	// Contacts hands out every contact once, between short transactions.
	Contacts(ctx context.Context, each func(bot.Contact) error) error
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
		"forget leaves the confirmation and the opt-out mark": (*suite).forget,
		"after forget the person is new":                      (*suite).anew,
		"opt-out drops all that was queued before":            (*suite).optOut,
		"a sweep does what is judged":                         (*suite).sweep,
		"a sweep leaves those who wrote meanwhile":            (*suite).sweepMeanwhile,
		"a swept session is a conflict for whoever loaded it": (*suite).sweepConflict,
		"a sweep drops old ids, rumours and diaries":          (*suite).sweepOld,
	}
	if reopen != nil {
		tests["all is there after reopening"] = (*suite).reopened
		tests["what was lent is lent again after reopening"] = (*suite).reopenedQueue
		tests["what waits, left or died is there after reopening"] = (*suite).reopenedOutbox
		tests["who is due is due after reopening"] = (*suite).reopenedDue
		tests["papers and notes are there after reopening"] = (*suite).reopenedPapers
		tests["a mailing goes on after reopening"] = (*suite).reopenedMailing
	}
	maps.Copy(tests, diaryTests)
	maps.Copy(tests, paperTests)
	maps.Copy(tests, noteTests)
	maps.Copy(tests, mailingTests)
	maps.Copy(tests, dueTests)
	maps.Copy(tests, outboxTests)
	maps.Copy(tests, sentTests)
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
	c.Form, c.Consent = "whatsapp", day.Add(time.Second)
	c.Timers = []bot.Timer{timer(daily, day.Add(time.Hour)), timer(again, day.Add(2*time.Hour))}
	c.Subscriptions = []bot.Subscription{
		{Programme: "cbp-one", Place: "tijuana", Zone: "America/Tijuana", When: "time", Minute: 600, State: bot.Paused, Since: day},
		{Programme: "shelter", When: "opens", State: bot.On, Since: day},
	}
	return bot.Turn{
		Snapshot: s.load(who, id), Contact: c, Session: []byte("where they stand"),
		Diary:  []bot.Entry{{At: day, Programme: "cbp-one", Outcome: "no luck"}},
		Notes:  []bot.Note{{Kind: bot.NoteRumour, At: day, From: who, Lang: "es", Text: "dicen que abren"}},
		OptOut: bot.MarkOut,
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
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Diary: 1, Notes: 1, Queued: 1, OptedOut: 1, Seen: 1})
	snap := s.load(ana, "2")
	s.equal("contact", fields(snap.Contact), fields(*t.Contact))
	s.equal("session", string(snap.Session), string(t.Session))
	s.equal("opted out", snap.OptedOut, true)
	s.equal("seen", snap.Seen, false)
	s.equal("first message seen", s.load(ana, "1").Seen, true)
	got := s.replies(day)
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
	return []any{c.Channel, c.ID, c.Form, c.Since, c.Consent, c.Simulated, c.Subscriptions, c.Timers}
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
	s.equal("queued", len(s.replies(day)), 2)
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
		"errand abroad": func(o *bot.Outbound) { o.Kind, o.To = bot.Errand, bot.Address{Channel: "telegram", ID: "1"} },
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
	_, e3 := s.Claim(ctx, day, order("sms", bot.Reply, 1, 1))
	_, e4 := s.Settle(ctx, day, nil)
	_, e5 := s.Queue(ctx, out(ana, bot.Errand))
	_, e6 := s.Promote(ctx, day)
	_, _, e7 := s.Sent(ctx, 1)
	_, e8 := s.Report(ctx, bot.Report{Message: 1, State: bot.DeliverySent})
	_, e9 := s.Dead(ctx, 1)
	_, _, e10 := s.Due(ctx, day, 1)
	e11 := s.Contacts(ctx, func(bot.Contact) error { return nil })
	_, e12 := s.File(ctx, paper("kind", "id", "body"))
	_, e13 := s.Paper(ctx, "kind", "id")
	_, e14 := s.Papers(ctx, "kind", "", 9)
	_, e15 := s.NotesOf(ctx, ana)
	_, e16 := s.SortNote(ctx, "", "case")
	e17 := s.Notes(ctx, func(bot.Note) error { return nil })
	for i, err := range []error{e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13, e14, e15, e16, e17, s.Reach(ctx, ana, false), s.EraseNotes(ctx, "x")} {
		if err == nil {
			s.Errorf("call %d went on after its context ended", i)
		}
	}
	s.count(bot.Counts{})
}

func (s *suite) forget() {
	s.commit(s.full(ana, s.id()), bot.Committed)
	s.say(ana, bot.Reply, bot.Reminder, bot.Bulletin)
	other := s.say(beto, bot.Reply)
	lent := s.claim(day, "sms", bot.Reply, 1, 1)
	t := s.full(ana, s.id())
	t.Forget, t.OptOut = true, bot.MarkAsWas
	t.Out[0].Message.Text = "Todo está borrado."
	t.Out = append(t.Out, errand("SM7"))
	t = s.commit(t, bot.Committed)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Queued: 3, OptedOut: 1, Seen: 4})
	s.equal("holds an erased one", s.Holds(lent[0].Token), false)
	s.equal("refused of an erased one", s.sent(day, lent...), 1)
	got := s.replies(day)
	s.equal("left", ids(got), append(outIDs(other), t.Out[0].ID))
	s.equal("text", got[1].Message.Text, "Todo está borrado.")
	s.equal("to", got[1].To == ana, true)
	s.equal("errands", ids(s.claim(day, "sms", bot.Errand, 9, 9)), []uint64{t.Out[1].ID})
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
	s.queue(1, errand("SM1"))
	other := s.say(beto, bot.Reply, bot.Reminder)
	lent := s.claim(day, "sms", bot.Reply, 1, 9)
	s.equal("lent", ids(lent), outIDs(t)[:1])
	stop := bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("x"), OptOut: bot.MarkOut, Out: append(out(ana, bot.Reply), errand("SM2"))}
	stop = s.commit(stop, bot.Committed)
	s.equal("holds what was lent", s.Holds(lent[0].Token), false)
	s.equal("replies left", ids(s.replies(day)), []uint64{other.Out[0].ID, stop.Out[0].ID})
	s.equal("reminders left", ids(s.claim(day, "sms", bot.Reminder, 9, 9)), outIDs(other)[1:])
	s.equal("bulletins left", len(s.claim(day, "sms", bot.Bulletin, 9, 9)), 0)
	s.equal("errands left", len(s.claim(day, "sms", bot.Errand, 9, 9)), 2)
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
			Diary: []bot.Entry{{At: at}}, Notes: []bot.Note{{At: at, From: ana}},
		}, bot.Committed)
	}
	keep := func(bot.Kept) bot.Verdict { return bot.Verdict{} }
	swept, err := s.Sweep(s.Context(), bot.Sweep{
		Judge: keep, SeenBefore: day.AddDate(0, 0, 2), NotesBefore: day.AddDate(0, 0, 1), DiaryBefore: day.AddDate(0, 0, 4),
	})
	if err != nil {
		s.Fatal(err)
	}
	s.equal("swept", swept, bot.Swept{Sessions: 1, SeenDays: 2, Notes: 1, Diary: 4})
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Diary: 1, Notes: 4, Seen: 3})
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
	first := s.claim(day, "sms", bot.Reply, 1, 2)
	s.equal("refused", s.sent(day, first[0]), 0)
	s.Store = s.reopen(s.T, s.Store)
	s.equal("holds a token from before", s.Holds(first[1].Token), false)
	got := s.replies(day)
	s.equal("claimed", ids(got), outIDs(a)[1:])
	s.equal("refused of a token from before", s.sent(day, first[1]), 1)
	s.equal("refused", s.sent(day, got...), 0)
}
