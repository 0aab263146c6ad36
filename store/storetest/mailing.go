// The promises of mailings: everybody once, nobody who stopped, and every
// message is accounted for.
package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"posada/bot"
	"posada/flows"
)

var mailingTests = map[string]func(*suite){
	"a mailing is queued once for everybody who is chosen":      (*suite).mailed,
	"each is told in their language and form":                   (*suite).mailedWords,
	"a mailing without a number or a text is refused":           (*suite).mailingRefused,
	"who stopped or cannot be reached is left out":              (*suite).mailingLeavesOut,
	"who got a mailing is known":                                (*suite).mailingGot,
	"what never left of a mailing nobody got":                   (*suite).mailingNeverLeft,
	"who was dropped or given up unsent did not get a mailing":  (*suite).mailingUnsent,
	"a survey hands out who can be reached":                     (*suite).surveyed,
	"a paused mailing rests, and others do not":                 (*suite).mailingPaused,
	"a stopped mailing is sent no further":                      (*suite).mailingStopped,
	"an urgent mailing may overtake one that is half queued":    (*suite).mailingOvertaken,
	"what became of a mailing adds up":                          (*suite).mailingAddsUp,
	"a report after the end of the text still counts, and once": (*suite).mailingReportedLate,
	"what was erased of a mailing counts as dropped":            (*suite).mailingErased,
	"a message that failed and is tried again waits again":      (*suite).mailingAgain,
	"parked messages of a mailing are counted until they go on": (*suite).mailingParked,
	"old mailings are forgotten with all that waits":            (*suite).mailingForgotten,
	"many at once queue a mailing once for each":                (*suite).mailingRace,
}

func everybody(bot.Person) bool { return true }

// spoken commits a turn of a person in a language and form.
func (s *suite) spoken(who bot.Address, lang, form string) {
	s.Helper()
	c := contact(who)
	c.Form = form
	s.commit(bot.Turn{Snapshot: s.load(who, s.id()), Contact: c, Session: flows.Session{Language: lang}.Encode()}, bot.Committed)
}

// crowd lets n people speak by SMS, many at once.
func (s *suite) crowd(n int) (all []bot.Address) {
	s.Helper()
	for i := range n {
		all = append(all, bot.Address{Channel: "sms", ID: fmt.Sprint(i)})
	}
	session := flows.Session{Language: "es"}.Encode()
	var wg sync.WaitGroup
	for part := range slices.Chunk(all, n/64+1) {
		wg.Go(func() {
			for _, who := range part {
				snap, err := s.Load(s.Context(), who, "crowd "+who.ID)
				if err == nil {
					_, err = s.Commit(s.Context(), bot.Turn{Snapshot: snap, Now: day, Contact: &bot.Contact{Address: who, Form: "sms", Since: day}, Session: session})
				}
				if err != nil {
					s.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return all
}

func mailing(id bot.MailingID) bot.Mailing {
	m := bot.Mailing{ID: id, At: day, Until: day.Add(24 * time.Hour), Order: []string{"es", "en"}}
	for _, lang := range []string{"en", "es", "ht"} {
		for _, form := range []string{"sms", "telegram"} {
			m.Variants = append(m.Variants, bot.Variant{Lang: lang, Form: form, Message: flows.Message{
				Text: fmt.Sprint(id, " ", lang, " ", form), Lang: lang, Segments: 1, Choices: []flows.Choice{{Key: "1", Label: "menu", Payload: "m"}},
			}})
		}
	}
	return m
}

func (s *suite) open(id bot.MailingID) {
	s.Helper()
	if err := s.OpenMailing(s.Context(), mailing(id)); err != nil {
		s.Fatal(err)
	}
}

// mail opens and queues a mailing to the end.
func (s *suite) mail(id bot.MailingID, choose func(bot.Person) bool, got ...bot.MailingID) bot.MailingProgress {
	s.Helper()
	s.open(id)
	for range 10_000 {
		p, err := s.QueueMailing(s.Context(), id, got, choose)
		if err != nil {
			s.Fatal(err)
		}
		if p.Done {
			return p
		}
	}
	s.Fatal("a mailing is never done")
	return bot.MailingProgress{}
}

func (s *suite) set(id bot.MailingID, state bot.MailingState) {
	s.Helper()
	if err := s.SetMailing(s.Context(), id, state); err != nil {
		s.Fatal(err)
	}
}

func (s *suite) bulletins() []bot.Claimed {
	s.Helper()
	return s.claim(day, "sms", bot.Bulletin, 10_000, 9)
}

func (s *suite) mailed() {
	const n = 1500 // more than one chunk
	people := s.crowd(n)
	p := s.mail(1, func(p bot.Person) bool { return p.ID != "7" })
	s.equal("progress", p, bot.MailingProgress{Queued: n - 1, Done: true})
	again, err := s.QueueMailing(s.Context(), 1, nil, everybody)
	s.equal("once more", fmt.Sprint(again, err), fmt.Sprint(p, err))
	s.open(1) // changes nothing
	s.equal("queued", s.counts().Queued, n-1)
	got := map[bot.Address]int{}
	last := uint64(0)
	for _, c := range s.bulletins() {
		if c.ID <= last {
			s.Fatalf("message %d comes after %d", c.ID, last)
		}
		last = c.ID
		got[c.To]++
		if c.Mailing != 1 || c.Message.Flow != bot.MailingFlow || c.Message.Node != "1" || !c.At.Equal(day) || !c.Until.Equal(day.Add(24*time.Hour)) || !c.Heard.Equal(day) {
			s.Fatalf("claimed %v of mailing %d, %s %s", c.Outbound, c.Mailing, c.Message.Flow, c.Message.Node)
		}
	}
	for i, who := range people {
		if want := min(1, max(i-7, 7-i)); got[who] != want {
			s.Fatalf("person %d has it %d times", i, got[who])
		}
	}
	s.equal("report", s.said(1), fmt.Sprintf("waiting %d parked 0 sent 0 delivered 0 failed 0 unreachable 0 opted out 0 dropped 0 of %d", n-1, n-1))
}

func (s *suite) mailedWords() {
	who := map[bot.Address]string{}
	for i, x := range []struct{ lang, form, want string }{
		{"ht", "sms", "1 ht sms"}, {"en", "telegram", "1 en telegram"}, {"zh", "sms", "1 es sms"}, {"en", "whatsapp", "1 en sms"}, {"zh", "", "1 es sms"}, {"", "telegram", "1 es telegram"},
	} {
		a := bot.Address{Channel: "sms", ID: fmt.Sprint(i)}
		s.spoken(a, x.lang, x.form)
		who[a] = x.want
	}
	s.mail(1, everybody)
	dora := bot.Address{Channel: "sms", ID: "0"} // who changes their mind is told in their new language
	s.spoken(dora, "en", "telegram")
	who[dora] = "1 en telegram"
	got := s.bulletins()
	s.equal("claimed", len(got), len(who))
	for _, c := range got {
		s.equal("text", c.Message.Text, who[c.To])
		s.equal("choices", len(c.Message.Choices), 1)
	}
}

func (s *suite) mailingRefused() {
	for _, m := range []bot.Mailing{{}, {ID: 1}, {Variants: mailing(1).Variants}} {
		if err := s.OpenMailing(s.Context(), m); !errors.Is(err, bot.ErrMailing) {
			s.Errorf("opened: %v", err)
		}
	}
	_, e1 := s.QueueMailing(s.Context(), 1, nil, everybody)
	_, e2 := s.DropMailing(s.Context(), 1)
	for _, err := range []error{e1, e2, s.SetMailing(s.Context(), 1, bot.MailingPaused)} {
		if !errors.Is(err, bot.ErrNoMailing) {
			s.Errorf("a mailing that is not known: %v", err)
		}
	}
	_, ok, err := s.MailingReport(s.Context(), 1)
	s.equal("report", fmt.Sprint(ok, err), "false <nil>")
	s.equal("forget", s.ForgetMailing(s.Context(), 1), nil)
	s.open(1)
	if _, err := s.DropMailing(s.Context(), 1); !errors.Is(err, bot.ErrMailingRuns) {
		s.Errorf("dropped one that runs: %v", err)
	}
	if err := s.SetMailing(s.Context(), 1, 0); err == nil {
		s.Error("set to no state")
	}
}

// stops marks people as who has stopped and who cannot be reached.
func (s *suite) stops(stopped, unreachable bot.Address) {
	s.Helper()
	s.commit(bot.Turn{Snapshot: s.load(stopped, s.id()), Session: []byte("x"), OptOut: bot.MarkOut}, bot.Committed)
	if err := s.Reach(s.Context(), unreachable, false); err != nil {
		s.Fatal(err)
	}
}

func (s *suite) mailingLeavesOut() {
	people := s.crowd(6)
	s.stops(people[1], people[2])
	s.commit(bot.Turn{Snapshot: s.load(people[3], s.id()), Forget: true}, bot.Committed)
	p := s.mail(1, func(p bot.Person) bool { return p.ID != "0" })
	s.equal("progress", p, bot.MailingProgress{Queued: 2, LeftOut: 2, Done: true})
	s.equal("claimed", len(s.bulletins()), 2)
	s.equal("left out", s.mailingReport(1).LeftOut, 2)
}

func (s *suite) mailingGot() {
	people := s.crowd(700)
	s.mail(1, func(p bot.Person) bool { return len(p.ID) == 2 })
	s.mail(2, func(p bot.Person) bool { return p.ID == "5" })
	check := func(p bot.Person) bool {
		if p.Got(1) != (len(p.ID) == 2) || p.Got(2) != (p.ID == "5") || p.Got(3) {
			s.Errorf("who got a mailing is told wrongly: %v %v %v", p.Got(1), p.Got(2), p.Got(3))
		}
		return p.Got(1)
	}
	p := s.mail(4, check, 1, 2, 3)
	s.equal("those who got the first", p.Queued, 90)
	var mu sync.Mutex
	n := 0
	err := s.Survey(s.Context(), []bot.MailingID{1, 2}, func(p bot.Person) {
		mu.Lock()
		defer mu.Unlock()
		check(p)
		n++
	})
	s.equal("surveyed", fmt.Sprint(n, err), fmt.Sprint(len(people), nil))
}

// gotOf lists who is said to have got a mailing, of everybody who is known.
func (s *suite) gotOf(id bot.MailingID) []string {
	s.Helper()
	const asking = 900
	got := []string{}
	s.mail(asking, func(p bot.Person) bool {
		if p.Got(id) {
			got = append(got, p.ID)
		}
		return false
	}, id)
	s.equal("forget", s.ForgetMailing(s.Context(), asking), nil)
	slices.Sort(got)
	return got
}

// Over several lists of who got it, and with others in the same lines.
func (s *suite) mailingNeverLeft() {
	s.crowd(1200)
	s.mail(1, everybody)
	s.mail(2, everybody)
	want := []string{}
	for i, c := range s.claim(day, "sms", bot.Bulletin, 30, 1) {
		want = append(want, c.To.ID)
		if i%2 == 0 { // of the others nobody knows what becomes of them
			s.sent(day, c)
		}
	}
	slices.Sort(want)
	s.equal("while it waits", len(s.gotOf(1)), 1200)
	s.set(1, bot.MailingStopped)
	s.dropAll(1)
	s.equal("of the first", s.gotOf(1), want)
	s.equal("of the second", len(s.gotOf(2)), 1200)
	s.set(2, bot.MailingStopped)
	s.dropAll(2)
	s.equal("of the second", s.gotOf(2), []string{})
	s.equal("of the first", s.gotOf(1), want)
}

func (s *suite) mailingUnsent() {
	later := day.Add(time.Hour)
	cases := []struct {
		bot.Settlement
		got, resends bool // resends: a report says that it failed, and it is tried again
	}{
		{bot.Settlement{Fate: bot.FateSent}, true, false},
		{bot.Settlement{Fate: bot.FateSent, Ref: "SM1"}, true, false},
		{bot.Settlement{Fate: bot.FateSent, Ref: "SM2"}, true, true},
		{bot.Settlement{Fate: bot.FateLater, Due: later, Tries: 1, Unknown: 1}, true, false},
		{bot.Settlement{Fate: bot.FateLater, Due: later, Tries: 1}, false, false},
		{bot.Settlement{Fate: bot.FateParked, Due: later}, false, false},
		{bot.Settlement{Fate: bot.FateReleased}, false, false},
		{bot.Settlement{Fate: bot.FateDead, Reason: "too old"}, false, false},
		{bot.Settlement{Fate: bot.FateDead, Reason: "unknown", Tries: 1, Unknown: 1}, true, false},
		{bot.Settlement{Fate: bot.FateUnreachable, Reason: "r"}, false, false},
		{bot.Settlement{Fate: bot.FateOptedOut, Reason: "r"}, false, false},
	}
	s.crowd(len(cases) + 3)
	s.mail(1, everybody)
	claimed := s.bulletins()
	want := []string{}
	for i, x := range cases {
		c := claimed[i]
		if x.Token = c.Token; x.got {
			want = append(want, c.To.ID)
		}
		s.equal("refused", s.settle(day, x.Settlement), 0)
		if x.resends {
			s.report(bot.Report{Message: c.ID, Ref: x.Ref, State: bot.DeliveryFailed, Reason: "r", Fate: bot.FateLater, Due: later}, bot.ReportMoved)
		}
	}
	// Who goes while it waits, and who goes while it is lent; the third stays lent.
	waits, lent := claimed[len(cases)], claimed[len(cases)+1]
	s.settle(day, bot.Settlement{Token: waits.Token, Fate: bot.FateReleased})
	s.stops(waits.To, lent.To)
	want = append(want, lent.To.ID, claimed[len(cases)+2].To.ID)
	slices.Sort(want)
	given := s.gotOf(1)
	for _, c := range claimed[4:7] { // they wait, and may yet get it
		given = slices.DeleteFunc(given, func(id string) bool { return id == c.To.ID })
	}
	s.equal("while some wait", given, want)
	s.promote(later)
	for _, c := range s.claim(later, "sms", bot.Bulletin, 99, 9) {
		s.settle(later, bot.Settlement{Token: c.Token, Fate: bot.FateDead, Reason: "too old"})
	}
	s.equal("when all was given up", s.gotOf(1), want)
	s.set(1, bot.MailingStopped)
	s.dropAll(1)
	s.equal("when it is stopped", s.gotOf(1), want)
}

func (s *suite) surveyed() {
	people := s.crowd(40)
	s.stops(people[1], people[2])
	s.commit(bot.Turn{Snapshot: s.load(people[3], s.id()), Session: flows.Session{Language: "es", Stopped: true}.Encode()}, bot.Committed)
	s.commit(bot.Turn{Snapshot: s.load(people[4], s.id()), Forget: true}, bot.Committed)
	s.say(bot.Address{Channel: "telegram", ID: "5"}) // a session that says nothing
	var mu sync.Mutex
	got := map[bot.Address]bool{}
	err := s.Survey(s.Context(), nil, func(p bot.Person) {
		mu.Lock()
		defer mu.Unlock()
		if got[p.Address] {
			s.Error("somebody twice")
		}
		got[p.Address] = true
		want := "es"
		if p.Channel == "telegram" {
			want = ""
		}
		s.equal("person", fmt.Sprint(p.Lang, p.Seen.Equal(day), p.Got(1), p.Since.Equal(day)), want+"true false true")
	})
	if err != nil {
		s.Fatal(err)
	}
	for i, who := range people {
		if got[who] == (i >= 1 && i <= 4) {
			s.Errorf("person %d was handed out: %v", i, got[who])
		}
	}
	s.equal("surveyed", len(got), 37)
}

func (s *suite) mailingPaused() {
	s.crowd(600)
	s.mail(1, everybody)
	lent := s.claim(day, "sms", bot.Bulletin, 1, 1)
	s.set(1, bot.MailingPaused)
	s.equal("what is lent may still go", s.Holds(lent[0].Token), true)
	s.equal("while it rests", len(s.bulletins()), 0)
	other := bot.Address{Channel: "sms", ID: "other"}
	s.spoken(other, "ht", "sms")
	single := s.queue(1, out(other, bot.Bulletin)...)
	s.mail(2, func(p bot.Person) bool { return p.ID == "other" })
	got := s.bulletins()
	s.equal("others", len(got), 2)
	s.equal("a single one", got[0].ID, single[0].ID)
	s.equal("of a mailing", got[1].Message.Text, "2 ht sms")
	s.sent(day, got...)
	s.sent(day, lent...)
	s.set(1, bot.MailingRuns)
	s.equal("when it goes on", len(s.bulletins()), 599)
	s.equal("report", s.said(1), "waiting 599 parked 0 sent 1 delivered 0 failed 0 unreachable 0 opted out 0 dropped 0 of 600")
}

func (s *suite) dropAll(id bot.MailingID) {
	s.Helper()
	for more := true; more; {
		var err error
		if more, err = s.DropMailing(s.Context(), id); err != nil {
			s.Fatal(err)
		}
	}
}

func (s *suite) mailingStopped() {
	people := s.crowd(1200)
	s.mail(1, everybody)
	lent := s.claim(day, "sms", bot.Bulletin, 3, 1)
	s.settle(day, bot.Settlement{Token: lent[2].Token, Fate: bot.FateLater, Due: day.Add(time.Hour), Tries: 1, Unknown: 1})
	s.mail(2, func(p bot.Person) bool { return p.ID == "1" || p.ID == "2" })
	s.set(1, bot.MailingStopped)
	s.equal("held", s.Holds(lent[0].Token), false)
	s.equal("what is sent all the same counts", s.sent(day, lent[0]), 0)
	if err := s.SetMailing(s.Context(), 1, bot.MailingRuns); !errors.Is(err, bot.ErrMailingEnded) {
		s.Errorf("what ended goes on: %v", err)
	}
	for _, c := range s.bulletins() {
		s.equal("lent of", c.Mailing, bot.MailingID(2))
	}
	s.dropAll(1)
	s.equal("left", s.counts().Queued, 2)
	s.equal("refused", s.settle(day, bot.Settlement{Token: lent[1].Token, Fate: bot.FateSent, Ref: "SM1"}), 1)
	s.equal("report", s.said(1), fmt.Sprintf("waiting 0 parked 0 sent 2 delivered 0 failed 0 unreachable 0 opted out 0 dropped %d of %d", len(people)-2, len(people)))
	s.report(bot.Report{Message: lent[1].ID, Ref: "SM1", State: bot.DeliveryFailed, Reason: "r", Fate: bot.FateLater, Due: day.Add(time.Hour)}, bot.ReportMoved)
	s.report(bot.Report{Message: lent[2].ID, Ref: "SM2", State: bot.DeliveryFailed, Reason: "r", Fate: bot.FateLater, Due: day.Add(time.Hour)}, bot.ReportMoved)
	s.equal("nothing is queued again", s.counts().Queued, 2)
	s.equal("report", s.said(1), fmt.Sprintf("waiting 0 parked 0 sent 1 delivered 0 failed 2 unreachable 0 opted out 0 dropped %d of %d", len(people)-3, len(people)))
	p, err := s.QueueMailing(s.Context(), 1, nil, everybody)
	s.equal("queued no further", fmt.Sprint(p.Queued, p.Done, err), fmt.Sprint(len(people), true, nil))
	var got []string
	for _, c := range s.claim(day.Add(time.Hour), "sms", bot.Bulletin, 10_000, 9) {
		got = append(got, c.To.ID)
	}
	slices.Sort(got)
	s.equal("the other mailing", got, []string{"1", "2"})
}

func (s *suite) mailingOvertaken() {
	const n = 2000
	s.crowd(n)
	s.open(1)
	first, err := s.QueueMailing(s.Context(), 1, nil, everybody)
	if err != nil || first.Done {
		s.Fatal(first, err)
	}
	s.mail(2, everybody)
	s.mail(1, everybody)
	of := func() (count [3]int) {
		for _, c := range s.bulletins() {
			count[c.Mailing]++
		}
		return count
	}
	s.set(1, bot.MailingPaused)
	before := of()
	// Behind what rests of the first, a line waits.
	s.equal("of the second", before[1] == 0 && before[2] == n-first.Queued, true)
	s.set(1, bot.MailingStopped)
	s.dropAll(1)
	s.equal("then", of(), [3]int{0, 0, first.Queued})
}

func (s *suite) mailingForgotten() {
	s.crowd(3)
	s.mail(1, everybody)
	lent := s.claim(day, "sms", bot.Bulletin, 1, 1)
	s.mail(2, func(p bot.Person) bool { return p.ID == "0" })
	s.equal("young", s.sweepNow(bot.Sweep{MailingsBefore: day}).Mailings, 0)
	s.equal("one of two", s.ForgetMailing(s.Context(), 2), nil)
	s.equal("old", s.sweepNow(bot.Sweep{MailingsBefore: day.Add(time.Second)}).Mailings, 1)
	s.count(bot.Counts{Contacts: 3, Sessions: 3, Seen: 3})
	s.equal("held", s.Holds(lent[0].Token), false)
	_, ok, err := s.MailingReport(s.Context(), 1)
	s.equal("report", fmt.Sprint(ok, err), "false <nil>")
	s.equal("refused", s.settle(day, bot.Settlement{Token: lent[0].Token, Fate: bot.FateSent, Ref: "SM1"}), 1)
	p := s.mail(1, func(p bot.Person) bool { return !p.Got(1) }, 1)
	s.equal("it may begin anew", p.Queued, 3)
}

func (s *suite) mailingRace() {
	const n = 1500
	people := s.crowd(n)
	s.open(1)
	s.open(2)
	var wg sync.WaitGroup
	for _, id := range []bot.MailingID{1, 1, 1, 2} {
		wg.Go(func() {
			for range 1000 {
				p, err := s.QueueMailing(s.Context(), id, nil, everybody)
				if err != nil {
					s.Error(err)
				}
				if err != nil || p.Done {
					return
				}
			}
			s.Error("a mailing is never done")
		})
	}
	wg.Go(func() {
		for _, who := range people[:20] {
			s.stops(who, who)
		}
	})
	wg.Wait()
	got := map[string]int{}
	for _, c := range s.bulletins() {
		got[fmt.Sprint(c.Mailing, " ", c.To.ID)]++
	}
	for who, n := range got {
		if n != 1 {
			s.Fatalf("%s is queued %d times", who, n)
		}
	}
	for i := range people {
		for _, id := range []int{1, 2} {
			if got[fmt.Sprint(id, " ", i)] != min(1, i/20) {
				s.Fatalf("mailing %d is queued %d times for person %d", id, got[fmt.Sprint(id, " ", i)], i)
			}
		}
	}
	for _, id := range []bot.MailingID{1, 2} {
		r := s.mailingReport(id)
		s.equal("all are accounted for", r.Waiting == n-20 && r.Waiting+r.Dropped+r.LeftOut == n, true)
	}
}

func (s *suite) reopenedMailing() {
	s.crowd(1500)
	s.open(1)
	if p, err := s.QueueMailing(s.Context(), 1, nil, everybody); err != nil || p.Done {
		s.Fatal(p, err)
	}
	s.settle(day, fates(bot.Settlement{Fate: bot.FateParked, Due: day.Add(time.Hour)}, s.claim(day, "sms", bot.Bulletin, 3, 1)...)...)
	s.sent(day, s.claim(day, "sms", bot.Bulletin, 2, 1)...)
	s.set(1, bot.MailingPaused)
	want := s.mailingReport(1)
	s.Store = s.reopen(s.T, s.Store)
	s.equal("report", s.mailingReport(1), want)
	s.equal("it rests", len(s.bulletins()), 0)
	s.equal("queued", s.mail(1, everybody), bot.MailingProgress{Queued: 1500, Done: true})
	s.set(1, bot.MailingRuns)
	got := s.bulletins()
	s.equal("claimed", len(got), 1495)
	s.equal("text", got[0].Message.Text, "1 es sms")
	s.equal("who got it", s.mail(2, func(p bot.Person) bool { return p.Got(1) }, 1).Queued, 1500)
	s.set(1, bot.MailingStopped)
	s.Store = s.reopen(s.T, s.Store)
	s.dropAll(1)
	s.equal("report", s.said(1), "waiting 0 parked 0 sent 2 delivered 0 failed 0 unreachable 0 opted out 0 dropped 1498 of 1500")
	// Whoever had them in hand when the process ended may have sent the first.
	told := s.gotOf(1)
	s.equal("not to all", len(told) < 600, true)
	for _, c := range got[:300] {
		s.equal("may have left", slices.Contains(told, c.To.ID), true)
	}
}
