// The promises about timers: who is due, and turns in which nobody wrote.
package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"posada/bot"
	"posada/flows"
)

var dueTests = map[string]func(*suite){
	"who is due is listed, the longest due first":              (*suite).dueFirst,
	"who is due later is not listed, but told of":              (*suite).dueLater,
	"after the turn that moved its timer nobody is due":        (*suite).dueMoved,
	"who is forgotten is not due":                              (*suite).dueForgotten,
	"who has stopped is not due":                               (*suite).dueStopped,
	"who stopped at the provider is reminded of nothing":       (*suite).dueStoppedThere,
	"who is swept away is not due":                             (*suite).dueSwept,
	"a turn that is not kept moves nobody":                     (*suite).dueConflict,
	"many are listed a part at a time, each once":              (*suite).dueMany,
	"a quiet turn keeps when the person wrote, and what waits": (*suite).quiet,
	"a quiet turn queues nothing for whom it must not reach":   (*suite).quietMute,
	"a quiet turn is not the person's":                         (*suite).quietNotWritten,
	"a quiet turn is kept once":                                (*suite).quietOnce,
	"a timer is kept to the second":                            (*suite).dueSecond,
	"every contact is handed out once":                         (*suite).contacts,
}

const daily, again = flows.TimerDaily, flows.TimerAgain

func timer(kind flows.TimerKind, at time.Time) bot.Timer {
	return bot.Timer{Timer: flows.Timer{Kind: kind, Programme: "shelter"}, At: at}
}

// timed gives a contact these timers and no others, in a turn of theirs.
func (s *suite) timed(who bot.Address, timers ...bot.Timer) bot.Turn {
	s.Helper()
	c := contact(who)
	c.Subscriptions = []bot.Subscription{{Programme: "shelter", When: "opens", State: bot.On, Since: day}}
	c.Timers = timers
	return s.commit(bot.Turn{Snapshot: s.load(who, s.id()), Contact: c, Session: []byte("session")}, bot.Committed)
}

// isDue asserts who is due at a time, and when the next one is: a second after
// day, -1 for none.
func (s *suite) isDue(now time.Time, next time.Duration, want ...bot.Address) {
	s.Helper()
	got, after, err := s.Due(s.Context(), now, 100)
	if err != nil {
		s.Fatal(err)
	}
	var who []string
	for _, c := range got {
		if c.Due().After(now) || !c.Known() {
			s.Errorf("a contact is listed whose first timer runs out at %v", c.Due())
		}
		who = append(who, c.ID)
	}
	var ids []string
	for _, w := range want {
		ids = append(ids, w.ID)
	}
	s.equal("due", who, ids)
	var at time.Time
	if next >= 0 {
		at = day.Add(next)
	}
	if !after.Equal(at) {
		s.Errorf("the next is due at %v, want %v", after, at)
	}
}

func (s *suite) dueFirst() {
	s.isDue(day, -1)
	s.timed(ana, timer(daily, day.Add(-time.Minute)), timer(again, day.Add(time.Hour)))
	s.timed(beto, timer(daily, day.Add(2*time.Hour)), timer(again, day.Add(-time.Hour)))
	s.isDue(day, -1, beto, ana)
	// What is due stays due, and is due at its very second.
	s.isDue(day, -1, beto, ana)
	s.isDue(day.Add(-time.Minute), -1, beto, ana)
	got, next, err := s.Due(s.Context(), day, 1)
	if err != nil || len(got) != 1 || got[0].Address != beto || !next.Equal(day.Add(-time.Minute)) {
		s.Errorf("the first of two: %d, the next at %v, %v", len(got), next, err)
	}
	s.equal("timers", got[0].Timers, []bot.Timer{timer(daily, day.Add(2*time.Hour)), timer(again, day.Add(-time.Hour))})
	if none, next, err := s.Due(s.Context(), day, 0); err != nil || len(none) != 0 || !next.Equal(day.Add(-time.Hour)) {
		s.Errorf("of none: %d, the next at %v, %v", len(none), next, err)
	}
}

func (s *suite) dueLater() {
	s.timed(ana, timer(daily, day.Add(time.Hour)))
	s.timed(beto, timer(daily, day.Add(time.Minute)))
	s.isDue(day, time.Minute)
	s.isDue(day.Add(time.Minute-time.Nanosecond), time.Minute)
	s.isDue(day.Add(time.Minute), time.Hour, beto)
	s.isDue(day.Add(time.Hour), -1, beto, ana)
}

func (s *suite) dueMoved() {
	s.timed(ana, timer(daily, day))
	s.timed(ana, timer(daily, day.AddDate(0, 0, 1)))
	s.isDue(day, 24*time.Hour)
	s.timed(ana, timer(daily, day.Add(-time.Hour))) // and back
	s.isDue(day, -1, ana)
	// A turn that has no word on the contact leaves the timers as they are.
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("x")}, bot.Committed)
	s.isDue(day, -1, ana)
	s.timed(ana)
	s.isDue(day.AddDate(9, 0, 0), -1)
}

func (s *suite) dueForgotten() {
	s.timed(ana, timer(daily, day))
	s.timed(beto, timer(daily, day))
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Forget: true}, bot.Committed)
	s.isDue(day, -1, beto)
}

func (s *suite) dueStopped() {
	s.timed(ana, timer(daily, day))
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Contact: contact(ana), Session: []byte("x"), OptOut: bot.MarkOut}, bot.Committed)
	s.isDue(day.AddDate(1, 0, 0), -1)
}

// By the fate of a message, and by a report on one.
func (s *suite) dueStoppedThere() {
	for _, stop := range []func(){
		func() {
			s.answer(ana)
			s.settle(day, fates(bot.Settlement{Fate: bot.FateOptedOut, Reason: "stop"}, s.replies(day)...)...)
		},
		func() {
			o := s.left(ana, "SM1")
			s.timed(ana, timer(daily, day))
			s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateOptedOut, Reason: "stop"}, bot.ReportMoved)
		},
	} {
		s.timed(ana, timer(daily, day))
		old := s.load(ana, s.id())
		stop()
		s.isDue(day.AddDate(1, 0, 0), -1)
		snap := s.load(ana, s.id())
		if len(snap.Contact.Timers)+len(snap.Contact.Subscriptions) != 0 || !snap.OptedOut || !snap.Contact.Known() {
			s.Errorf("after stop %d timers and %d subscriptions are kept", len(snap.Contact.Timers), len(snap.Contact.Subscriptions))
		}
		s.commit(bot.Turn{Snapshot: old, Contact: &old.Contact, Session: []byte("x")}, bot.Conflict)
		s.commit(bot.Turn{Snapshot: snap, Session: []byte("x"), OptOut: bot.MarkIn}, bot.Committed)
		s.isDue(day.AddDate(1, 0, 0), -1)
	}
	// Who cannot be reached for a while is not one who stopped.
	s.timed(ana, timer(daily, day))
	if err := s.Reach(s.Context(), ana, false); err != nil {
		s.Fatal(err)
	}
	s.isDue(day, -1, ana)
}

// answer says something in a turn that leaves the timers as they are.
func (s *suite) answer(who bot.Address) {
	s.Helper()
	s.commit(bot.Turn{Snapshot: s.load(who, s.id()), Session: []byte("session"), Out: out(who, bot.Reply)}, bot.Committed)
}

func (s *suite) dueSwept() {
	s.timed(ana, timer(daily, day))
	s.timed(beto, timer(daily, day))
	first := true
	judge := func(bot.Kept) bot.Verdict {
		v := bot.Verdict{Act: bot.Replace, Session: []byte("swept")}
		if first {
			v.Act = bot.Forget
		}
		first = false
		return v
	}
	if _, err := s.Sweep(s.Context(), bot.Sweep{Judge: judge}); err != nil {
		s.Fatal(err)
	}
	left := ana
	if !s.load(ana, s.id()).Contact.Known() {
		left = beto
	}
	s.isDue(day, -1, left)
}

func (s *suite) dueConflict() {
	s.timed(ana, timer(daily, day))
	old := s.load(ana, s.id())
	s.timed(ana, timer(daily, day.Add(time.Hour)))
	c := old.Contact
	c.Timers = []bot.Timer{timer(daily, day.AddDate(0, 0, 1))}
	s.commit(bot.Turn{Snapshot: old, Quiet: true, Contact: &c, Session: []byte("x")}, bot.Conflict)
	s.isDue(day, time.Hour)
}

func (s *suite) dueMany() {
	const people = 300
	for i := range people {
		s.timed(bot.Address{Channel: "sms", ID: fmt.Sprint(i)}, timer(daily, day.Add(-time.Duration(i%7)*time.Minute)))
	}
	fired := map[string]int{}
	for rounds := 0; ; rounds++ {
		due, next, err := s.Due(s.Context(), day, 64)
		if err != nil || rounds > people {
			s.Fatal(rounds, err)
		}
		if len(due) == 0 {
			s.equal("next", next.Equal(day.Add(time.Hour)), true)
			break
		}
		if !slices.IsSortedFunc(due, func(a, b bot.Contact) int { return a.Due().Compare(b.Due()) }) {
			s.Error("not the longest due first")
		}
		for _, c := range due {
			fired[c.ID]++
			s.timed(c.Address, timer(daily, day.Add(time.Hour)))
		}
	}
	for i := range people {
		if fired[fmt.Sprint(i)] != 1 {
			s.Fatalf("contact %d was due %d times", i, fired[fmt.Sprint(i)])
		}
	}
}

// park parks a reply to ana.
func (s *suite) park() bot.Outbound {
	s.Helper()
	t := s.say(ana, bot.Reply)
	s.settle(day, fates(bot.Settlement{Fate: bot.FateParked, Due: day.Add(20 * time.Hour)}, s.replies(day)...)...)
	return t.Out[0]
}

func (s *suite) quiet() {
	parked := s.park()
	later := day.Add(5 * time.Hour)
	t := bot.Turn{Snapshot: s.load(ana, s.id()), Now: later, Quiet: true, Session: []byte("fired"), Out: out(ana, bot.Reminder, bot.Bulletin)}
	t = s.commit(t, bot.Committed)
	s.equal("session", string(s.load(ana, s.id()).Session), "fired")
	s.equal("replies let go", len(s.replies(later)), 0)
	got := s.claim(later, "sms", bot.Reminder, 9, 9)
	s.equal("reminders", ids(got), outIDs(t)[:1])
	s.equal("last heard of", got[0].Heard.Equal(day), true)
	if _, err := s.Sweep(s.Context(), bot.Sweep{Judge: func(k bot.Kept) bot.Verdict {
		s.equal("the last turn", k.At.Equal(day), true)
		return bot.Verdict{}
	}}); err != nil {
		s.Fatal(err)
	}
	// Then the person writes.
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Now: later, Session: []byte("written")}, bot.Committed)
	got = s.replies(later)
	s.equal("let go", ids(got), []uint64{parked.ID})
	s.equal("heard of", got[0].Heard.Equal(later), true)
	// A timer of somebody without a session makes one, of now.
	s.commit(bot.Turn{Snapshot: s.load(beto, s.id()), Now: later, Quiet: true, Contact: contact(beto), Session: []byte("x"), Out: out(beto, bot.Reminder)}, bot.Committed)
	s.equal("heard of the other", s.claim(later, "sms", bot.Reminder, 9, 9)[0].Heard.Equal(later), true)
}

func (s *suite) quietMute() {
	stop := func() {
		s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Contact: contact(ana), Session: []byte("x"), OptOut: bot.MarkOut}, bot.Committed)
	}
	lose := func() {
		if err := s.Reach(s.Context(), ana, false); err != nil {
			s.Fatal(err)
		}
	}
	for name, part := range map[string]func(){"unreachable": lose, "stopped": stop} {
		s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Contact: contact(ana), Session: []byte("x"), OptOut: bot.MarkIn}, bot.Committed)
		part()
		c := contact(ana)
		c.Timers = []bot.Timer{timer(daily, day.Add(time.Hour))}
		o := append(out(ana, bot.Reminder, bot.Reply), errand("SM "+name))
		t := s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Quiet: true, Contact: c, Session: []byte("fired"), Out: o}, bot.Committed)
		if t.Out[0].ID != 0 || t.Out[1].ID != 0 || t.Out[2].ID == 0 {
			s.Errorf("%s: ids %v", name, outIDs(t))
		}
		s.equal(name+": replies", len(s.replies(day)), 0)
		s.equal(name+": reminders", len(s.claim(day, "sms", bot.Reminder, 9, 9)), 0)
		s.equal(name+": errands", ids(s.claim(day, "sms", bot.Errand, 9, 9)), []uint64{t.Out[2].ID})
		s.equal(name+": session", string(s.load(ana, s.id()).Session), "fired")
		s.isDue(day.Add(time.Hour), -1, ana)
		// Neither a reminder nor anything else comes before the person does.
		s.queue(0, out(ana, bot.Bulletin)...)
		s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("x"), OptOut: bot.MarkIn}, bot.Committed)
		t = s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Quiet: true, Contact: contact(ana), Session: []byte("x"), Out: out(ana, bot.Reminder)}, bot.Committed)
		got := s.claim(day, "sms", bot.Reminder, 9, 9)
		s.equal(name+": reminders once they wrote", ids(got), outIDs(t))
		s.sent(day, got...)
	}
}

// While a message is lent, a timer and a sweep are no word of the person.
func (s *suite) quietNotWritten() {
	quiet := func() {
		s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Quiet: true, Session: []byte("fired")}, bot.Committed)
	}
	sweep := func() {
		if _, err := s.Sweep(s.Context(), bot.Sweep{Judge: func(bot.Kept) bot.Verdict { return bot.Verdict{Act: bot.Replace, Session: []byte("swept")} }}); err != nil {
			s.Fatal(err)
		}
	}
	for _, meanwhile := range []func(){quiet, sweep} {
		s.say(ana, bot.Reply)
		lent := s.replies(day)
		meanwhile()
		s.settle(day, fates(bot.Settlement{Fate: bot.FateParked, Due: day.Add(time.Hour)}, lent...)...)
		s.equal("ready", len(s.replies(day)), 0)
		s.say(ana)
		lent = s.replies(day)
		meanwhile()
		s.settle(day, fates(bot.Settlement{Fate: bot.FateUnreachable, Reason: "x"}, lent...)...)
		s.equal("unreachable", s.counts().Unreachable, 1)
	}
}

func (s *suite) quietOnce() {
	s.say(ana)
	for _, quiet := range []bool{true, false} {
		id := s.id()
		old := s.load(ana, id)
		s.commit(bot.Turn{Snapshot: old, Quiet: true, Session: []byte("fired"), Out: out(ana, bot.Reminder)}, bot.Committed)
		s.commit(bot.Turn{Snapshot: old, Quiet: quiet, Session: []byte("again"), Out: out(ana, bot.Reminder)}, bot.Duplicate)
		s.equal("seen", s.load(ana, id).Seen, true)
		s.equal("reminders", len(s.claim(day, "sms", bot.Reminder, 9, 9)), 1)
		s.sent(day, s.claim(day.Add(time.Hour), "sms", bot.Reminder, 9, 9)...)
	}
}

func (s *suite) dueSecond() {
	at := day.Add(1500 * time.Millisecond)
	s.timed(ana, timer(daily, at.In(time.FixedZone("x", 3600))))
	s.isDue(day.Add(time.Second), -1, ana)
	s.isDue(day, time.Second)
	if got := s.load(ana, s.id()).Contact.Timers; len(got) != 1 || !got[0].At.Equal(day.Add(time.Second)) {
		s.Errorf("kept %v", got)
	}
}

func (s *suite) contacts() {
	const people = 600 // more than a store may hold in one transaction
	for i := range people {
		s.timed(bot.Address{Channel: "sms", ID: fmt.Sprint(i)}, timer(daily, day))
	}
	s.commit(bot.Turn{Snapshot: s.load(bot.Address{Channel: "sms", ID: "7"}, s.id()), Forget: true}, bot.Committed)
	seen := map[bot.Address]int{}
	err := s.Contacts(s.Context(), func(c bot.Contact) error {
		seen[c.Address]++
		s.isTimed(c)
		return nil
	})
	if err != nil || len(seen) != people-1 {
		s.Fatalf("%d contacts, %v", len(seen), err)
	}
	for _, n := range seen {
		s.equal("times", n, 1)
	}
	enough := errors.New("enough")
	n := 0
	err = s.Contacts(s.Context(), func(bot.Contact) error { n++; return enough })
	if !errors.Is(err, enough) || n != 1 || strings.Contains(err.Error(), ana.ID) {
		s.Errorf("after %d contacts: %v", n, err)
	}
}

func (s *suite) isTimed(c bot.Contact) {
	s.Helper()
	if len(c.Timers) != 1 || !c.Due().Equal(day) || len(c.Subscriptions) != 1 {
		s.Error("a contact lacks something")
	}
}

func (s *suite) reopenedDue() {
	s.timed(ana, timer(daily, day))
	s.timed(beto, timer(daily, day.Add(time.Hour)))
	s.Store = s.reopen(s.T, s.Store)
	s.isDue(day, time.Hour, ana)
	s.timed(ana, timer(daily, day.Add(2*time.Hour)))
	s.Store = s.reopen(s.T, s.Store)
	s.isDue(day.Add(time.Hour), 2*time.Hour, beto)
}
