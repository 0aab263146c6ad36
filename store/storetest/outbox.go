// The promises of the queue: what is lent, settled, waits and is left out.
package storetest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"posada/bot"
	"posada/flows"
)

var outboxTests = map[string]func(*suite){
	"the line whose first message is oldest is claimed first":       (*suite).order,
	"a line comes together and in order":                            (*suite).together,
	"kinds of one contact do not wait for each other":               (*suite).kinds,
	"channels have queues of their own":                             (*suite).channels,
	"what is lent is lent once":                                     (*suite).lentOnce,
	"later ones of a line wait for those that are lent":             (*suite).lineWaits,
	"an ended lease is lent anew, and its token is stale":           (*suite).stale,
	"an ended lease that nobody took still counts":                  (*suite).late,
	"a fate is taken once":                                          (*suite).once,
	"many settle at once and each message goes once":                (*suite).settleRace,
	"what is being settled is lent to nobody":                       (*suite).settling,
	"everything at once lends nothing twice":                        (*suite).atOnce,
	"what is to be tried later waits, and its line with it":         (*suite).later,
	"attempts are remembered":                                       (*suite).tries,
	"what waits is not ready before its time":                       (*suite).due,
	"when one message stays the rest of its line is free":           (*suite).restFree,
	"what was released is ready at once":                            (*suite).released,
	"what is parked waits until the person writes":                  (*suite).parked,
	"what is parked too long is ready all the same":                 (*suite).parkedLong,
	"who wrote while it was tried is not waited for":                (*suite).wroteMeanwhile,
	"what was given up leaves its reason and nothing of the person": (*suite).dead,
	"who cannot be reached is marked and nothing is queued":         (*suite).unreachable,
	"who stopped at the provider is marked and nothing is queued":   (*suite).stopped,
	"who wrote meanwhile is not marked":                             (*suite).notMarked,
	"a message lifts the mark of the unreachable":                   (*suite).reached,
	"nobody is marked who is unknown":                               (*suite).unknownMark,
	"a bulletin leaves out whom it must not reach":                  (*suite).leftOut,
	"a large batch is queued whole":                                 (*suite).batch,
	"an errand is nobody's":                                         (*suite).errands,
	"a turn may carry errands":                                      (*suite).turnErrands,
	"a borrower is told when the person last wrote":                 (*suite).heard,
	"who stopped while it was lent gets nothing more":               (*suite).holds,
	"what makes no sense is refused whole":                          (*suite).nonsense,
	"everything of a message comes back":                            (*suite).everything,
}

func order(channel string, kind bot.Kind, lines, each int) bot.ClaimOrder {
	return bot.ClaimOrder{Channel: channel, Kind: kind, Lines: lines, Each: each, Lease: time.Minute}
}

func (s *suite) claim(now time.Time, channel string, kind bot.Kind, lines, each int) []bot.Claimed {
	s.Helper()
	got, err := s.Claim(s.Context(), now, order(channel, kind, lines, each))
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range got {
		if c.To.Channel != channel || c.Kind != kind || c.Token.Message != c.ID || !s.Holds(c.Token) {
			s.Errorf("claimed %v, which was not asked for or is not held", c.Outbound)
		}
	}
	return got
}

// replies claims all replies by SMS.
func (s *suite) replies(now time.Time) []bot.Claimed {
	s.Helper()
	return s.claim(now, "sms", bot.Reply, 1000, 1000)
}

// settle returns how many were refused.
func (s *suite) settle(now time.Time, settled ...bot.Settlement) int {
	s.Helper()
	refused, err := s.Settle(s.Context(), now, settled)
	if err != nil {
		s.Fatal(err)
	}
	return len(refused)
}

func (s *suite) sent(now time.Time, claimed ...bot.Claimed) int {
	s.Helper()
	return s.settle(now, fates(bot.Settlement{Fate: bot.FateSent}, claimed...)...)
}

// fates is the same fate for each.
func fates(x bot.Settlement, claimed ...bot.Claimed) (all []bot.Settlement) {
	for _, c := range claimed {
		x.Token = c.Token
		all = append(all, x)
	}
	return all
}

func (s *suite) queue(want int, out ...bot.Outbound) []bot.Outbound {
	s.Helper()
	n, err := s.Queue(s.Context(), out)
	if err != nil {
		s.Fatal(err)
	}
	s.equal("queued", n, want)
	return out
}

func (s *suite) promote(now time.Time) time.Time {
	s.Helper()
	next, err := s.Promote(s.Context(), now)
	if err != nil {
		s.Fatal(err)
	}
	return next
}

func (s *suite) counts() bot.Counts {
	s.Helper()
	c, err := s.Counts(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// errand is about a message of the provider.
func errand(ref string) bot.Outbound {
	return bot.Outbound{To: bot.Address{Channel: "sms", ID: ref}, Kind: bot.Errand, At: day}
}

func (s *suite) order() {
	a := s.say(ana, bot.Reply)
	b := s.say(beto, bot.Reply, bot.Reply)
	a2 := s.say(ana, bot.Reply)
	var got []uint64
	for range 10 {
		claimed := s.claim(day, "sms", bot.Reply, 1, 1)
		got = append(got, ids(claimed)...)
		s.equal("refused", s.sent(day, claimed...), 0)
	}
	s.equal("order", got, outIDs(a, b, a2))
	s.count(bot.Counts{Contacts: 2, Sessions: 2, Seen: 3})
}

func (s *suite) together() {
	a := s.say(ana, bot.Reply, bot.Reply)
	b := s.say(beto, bot.Reply)
	a2 := s.say(ana, bot.Reply)
	s.equal("claimed", ids(s.claim(day, "sms", bot.Reply, 1, 2)), outIDs(a))
	s.equal("other", ids(s.claim(day, "sms", bot.Reply, 5, 5)), outIDs(b))
	s.equal("all, later", ids(s.claim(day.Add(time.Hour), "sms", bot.Reply, 5, 5)), outIDs(a, a2, b))
}

func (s *suite) kinds() {
	t := s.say(ana, bot.Bulletin, bot.Reminder, bot.Reply)
	for i, kind := range []bot.Kind{bot.Bulletin, bot.Reminder, bot.Reply} {
		got := s.claim(day, "sms", kind, 9, 9)
		s.equal(kind.String(), ids(got), []uint64{t.Out[i].ID})
		s.settle(day, fates(bot.Settlement{Fate: bot.FateParked, Due: day.Add(time.Hour)}, got...)...)
	}
	s.equal("parked", s.counts().Parked, 3)
}

func (s *suite) channels() {
	far := bot.Address{Channel: "smsx", ID: "1"}
	a := s.say(ana, bot.Bulletin)
	b := s.say(far, bot.Bulletin)
	s.equal("sms", ids(s.claim(day, "sms", bot.Bulletin, 9, 9)), outIDs(a))
	s.equal("smsx", ids(s.claim(day, "smsx", bot.Bulletin, 9, 9)), outIDs(b))
	s.equal("none", len(s.claim(day, "s", bot.Bulletin, 9, 9))+len(s.claim(day, "", bot.Bulletin, 9, 9)), 0)
}

func (s *suite) lentOnce() {
	a, b := s.say(ana, bot.Reply), s.say(beto, bot.Reply)
	first := s.claim(day, "sms", bot.Reply, 1, 9)
	second := s.replies(day.Add(59 * time.Second))
	s.equal("first", ids(first), outIDs(a))
	s.equal("second", ids(second), outIDs(b))
	s.equal("third", len(s.replies(day.Add(59*time.Second))), 0)
	s.equal("no lines", len(s.claim(day.Add(time.Hour), "sms", bot.Reply, 0, 9)), 0)
	s.equal("none of each", len(s.claim(day.Add(time.Hour), "sms", bot.Reply, 9, 0)), 0)
	s.equal("held all the same", s.Holds(first[0].Token) && s.Holds(second[0].Token), true)
}

func (s *suite) lineWaits() {
	a := s.say(ana, bot.Reply, bot.Reply)
	first := s.claim(day, "sms", bot.Reply, 1, 1)
	s.equal("first", ids(first), outIDs(a)[:1])
	b := s.say(beto, bot.Reply)
	// Ana's second reply would overtake her first one.
	s.equal("while lent", ids(s.replies(day)), outIDs(b))
	s.equal("refused", s.sent(day, first...), 0)
	s.equal("then", ids(s.replies(day)), outIDs(a)[1:])
}

func (s *suite) stale() {
	a := s.say(ana, bot.Reply, bot.Reply)
	first := s.replies(day)
	s.equal("before its end", len(s.replies(day.Add(time.Minute-time.Nanosecond))), 0)
	second := s.replies(day.Add(time.Minute))
	s.equal("first", ids(first), outIDs(a))
	s.equal("second", ids(second), outIDs(a))
	s.equal("holds the stale", s.Holds(first[0].Token) || s.Holds(first[1].Token), false)
	s.equal("refused of the stale", s.sent(day, first...), 2)
	s.equal("refused of a mixture", s.sent(day, second[0], first[1]), 1)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Queued: 1, Seen: 1})
	s.equal("refused of the valid", s.sent(day, second[1]), 0)
	s.equal("holds what is settled", s.Holds(second[1].Token), false)
	s.equal("refused of what is gone", s.sent(day, second[1]), 1)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 1})
}

func (s *suite) late() {
	s.say(ana, bot.Reply)
	claimed := s.replies(day)
	later := day.Add(time.Hour)
	s.promote(later)
	s.equal("holds", s.Holds(claimed[0].Token), true)
	s.equal("refused", s.sent(later, claimed...), 0)
	s.equal("sent again", len(s.replies(later)), 0)
}

func (s *suite) once() {
	s.say(ana, bot.Reply)
	c := s.replies(day)[0]
	s.equal("refused of a repetition", s.sent(day, c, c), 1)
	s.equal("refused of what nobody lent", s.settle(day, bot.Settlement{Token: bot.Token{Message: 99, Fence: 1}, Fate: bot.FateSent}), 1)
	s.equal("refused of nothing", s.settle(day), 0)
}

func (s *suite) settleRace() {
	const n = 40
	for i := range n {
		s.say(bot.Address{Channel: "sms", ID: fmt.Sprint(i)}, bot.Reply, bot.Reply)
	}
	claimed := s.replies(day)
	s.equal("claimed", len(claimed), 2*n)
	var mu sync.Mutex
	refused := 0
	var wg sync.WaitGroup
	for range 3 {
		for part := range slices.Chunk(claimed, 7) {
			wg.Go(func() {
				r, err := s.Settle(s.Context(), day, fates(bot.Settlement{Fate: bot.FateSent}, part...))
				if err != nil {
					s.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				refused += len(r)
			})
		}
	}
	wg.Wait()
	s.equal("refused", refused, 4*n)
	s.equal("queued", s.counts().Queued, 0)
	s.equal("claimed again", len(s.replies(day.Add(time.Hour))), 0)
}

func (s *suite) settling() {
	for round := range 20 {
		s.say(ana, bot.Reply)
		mine := s.replies(day)
		later := day.Add(time.Hour) // the lease has run out
		var refused []bot.Token
		var err error
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			refused, err = s.Settle(s.Context(), later, fates(bot.Settlement{Fate: bot.FateSent}, mine...))
		}()
		var theirs []bot.Claimed
		for i, busy := 0, true; busy; i++ {
			now := day
			if i > round*round { // before it begins, in its midst, or after it
				now = later
			}
			theirs = append(theirs, s.replies(now)...)
			select {
			case <-ended:
				busy = false
			default:
			}
		}
		if err != nil {
			s.Fatal(err)
		}
		if len(refused)+1 != len(mine)+len(theirs) {
			s.Fatalf("settled by %d, and lent to %d others meanwhile", len(mine)-len(refused), len(theirs))
		}
		s.equal("refused", s.sent(later, theirs...), 0)
	}
}

// atOnce lets many write, stop, send and report at the same time. Whoever is
// told that their message left must have been the only one who had it.
func (s *suite) atOnce() {
	const workers, each = 8, 40
	people := []bot.Address{ana, beto, {Channel: "sms", ID: "3"}, {Channel: "sms", ID: "4"}}
	for _, who := range people {
		s.say(who)
	}
	var gone sync.Map // messages that left for good
	check := func(err error) {
		if err != nil {
			s.Error(err)
		}
	}
	send := func(i int) {
		now := day.Add(time.Duration(i) * 20 * time.Second) // some leases run out
		claimed, err := s.Claim(s.Context(), now, order("sms", bot.Kind(1+i%3), 3, 2))
		check(err)
		settled := make([]bot.Settlement, len(claimed))
		for j, c := range claimed {
			settled[j] = bot.Settlement{Token: c.Token, Fate: bot.FateSent}
			if (i+j)%4 == 0 {
				settled[j] = bot.Settlement{Token: c.Token, Fate: bot.FateLater, Due: now, Tries: c.Tries + 1, Unknown: i % 2}
			}
		}
		refused, err := s.Settle(s.Context(), now, settled)
		check(err)
		for _, x := range settled {
			if x.Fate != bot.FateSent || slices.Contains(refused, x.Token) {
				continue
			}
			if _, twice := gone.LoadOrStore(x.Token.Message, true); twice {
				s.Errorf("message %d left twice", x.Token.Message)
			}
		}
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				who := people[(w*7+i)%len(people)]
				switch (w + i) % 5 {
				case 0, 1:
					send(i)
				case 2:
					snap, err := s.Load(s.Context(), who, fmt.Sprint(w, "-", i))
					check(err)
					t := bot.Turn{Snapshot: snap, Now: day, Session: []byte("x"), Out: out(who, bot.Reply, bot.Reply)}
					switch i % 9 {
					case 3:
						t.OptOut = bot.MarkOut
					case 4:
						t.Forget = true
					default:
						t.OptOut = bot.MarkIn
					}
					_, err = s.Commit(s.Context(), t)
					check(err)
				case 3:
					_, err := s.Queue(s.Context(), out(who, bot.Bulletin, bot.Reminder, bot.Bulletin))
					check(err)
					_, err = s.Promote(s.Context(), day.Add(time.Hour))
					check(err)
				case 4:
					check(s.Reach(s.Context(), who, i%7 != 0))
					_, err := s.Sweep(s.Context(), bot.Sweep{Judge: keep, Unreported: day.Add(time.Hour)})
					check(err)
				}
			}
		})
	}
	wg.Wait()
	// In the end nothing is stuck.
	for kind := bot.Reply; kind <= bot.Bulletin; kind++ {
		s.promote(day.Add(24 * time.Hour))
		s.equal("refused", s.sent(day, s.claim(day.Add(24*time.Hour), "sms", kind, 1000, 1000)...), 0)
	}
	s.equal("left in the queue", s.counts().Queued, 0)
}

func (s *suite) later() {
	a := s.say(ana, bot.Reply, bot.Reply)
	b := s.say(beto, bot.Reply)
	got := s.claim(day, "sms", bot.Reply, 1, 1)
	due := day.Add(time.Minute)
	s.equal("refused", s.settle(day, fates(bot.Settlement{Fate: bot.FateLater, Due: due, Tries: 1}, got...)...), 0)
	s.equal("holds", s.Holds(got[0].Token), false)
	s.count(bot.Counts{Contacts: 2, Sessions: 2, Seen: 2, Queued: 3, Waiting: 1})
	more := s.say(ana, bot.Reply)
	s.equal("the others", ids(s.replies(day)), outIDs(b))
	s.equal("next", s.promote(day).Equal(due), true)
	s.equal("while it waits", len(s.claim(due.Add(-time.Millisecond), "sms", bot.Reply, 9, 9)), 0)
	s.equal("next after it", s.promote(due).IsZero(), true)
	s.equal("then", ids(s.replies(due))[:3], outIDs(a, more))
	s.equal("waiting", s.counts().Waiting, 0)
}

func (s *suite) tries() {
	s.say(ana, bot.Reply, bot.Reply)
	got := s.replies(day)
	s.settle(day, bot.Settlement{Token: got[0].Token, Fate: bot.FateLater, Due: day.Add(time.Second), Tries: 3, Unknown: 2})
	s.promote(day.Add(time.Second))
	again := s.replies(day.Add(time.Second))
	s.equal("tries", []int{again[0].Tries, again[0].Unknown, again[1].Tries, again[1].Unknown}, []int{3, 2, 0, 0})
	s.settle(day, bot.Settlement{Token: again[0].Token, Fate: bot.FateReleased, Tries: 7, Unknown: 7})
	again = s.replies(day.Add(time.Second))
	s.equal("tries after a release", []int{again[0].Tries, again[0].Unknown}, []int{3, 2})
}

func (s *suite) due() {
	// Odd times, many lines, and more than one is due at once.
	const n = 600
	for i := range n {
		s.say(bot.Address{Channel: "sms", ID: fmt.Sprint(i)}, bot.Reply)
	}
	at := func(i int) time.Time { return day.Add(time.Duration(i%7)*time.Second + 400*time.Microsecond) }
	for i, c := range s.replies(day) {
		s.settle(day, bot.Settlement{Token: c.Token, Fate: bot.FateLater, Due: at(i)})
	}
	s.equal("waiting", s.counts().Waiting, n)
	total := 0
	for i := range 7 {
		early := at(i)
		next := s.promote(early)
		if next.Before(early) || next.After(early.Add(time.Millisecond)) {
			s.Errorf("the next line is due at %v, want %v", next, early)
		}
		s.equal("too early", len(s.claim(early, "sms", bot.Reply, n, 1)), 0)
		s.promote(next)
		total += len(s.claim(next, "sms", bot.Reply, n, 1))
		s.equal("waiting", s.counts().Waiting, n-total)
	}
	s.equal("ready", total, n)
	// What is due already does not wait.
	s.say(beto, bot.Reply)
	got := s.replies(day.Add(time.Second))
	s.settle(day, fates(bot.Settlement{Fate: bot.FateLater, Due: day}, got...)...)
	s.equal("due already", ids(s.replies(day.Add(time.Second))), ids(got))
}

func (s *suite) restFree() {
	a := s.say(ana, bot.Reply, bot.Reply, bot.Reply)
	got := s.replies(day)
	s.equal("refused", s.settle(day,
		bot.Settlement{Token: got[0].Token, Fate: bot.FateSent},
		bot.Settlement{Token: got[1].Token, Fate: bot.FateLater, Due: day.Add(time.Second)}), 0)
	s.equal("holds the rest", s.Holds(got[2].Token), false)
	s.equal("refused of the rest", s.sent(day, got[2]), 1)
	s.equal("while it waits", len(s.replies(day)), 0)
	s.promote(day.Add(time.Second))
	s.equal("then", ids(s.replies(day.Add(time.Second))), outIDs(a)[1:])
}

func (s *suite) released() {
	a := s.say(ana, bot.Reply, bot.Reply)
	got := s.replies(day)
	s.equal("refused", s.settle(day, bot.Settlement{Token: got[0].Token, Fate: bot.FateReleased}), 0)
	s.equal("holds", s.Holds(got[0].Token) || s.Holds(got[1].Token), false)
	s.equal("at once", ids(s.replies(day)), outIDs(a))
	s.equal("waiting", s.counts().Waiting, 0)
}

func (s *suite) parked() {
	due := day.Add(48 * time.Hour)
	a := s.say(ana, bot.Bulletin, bot.Bulletin, bot.Reminder)
	b := s.say(beto, bot.Bulletin)
	park := bot.Settlement{Fate: bot.FateParked, Due: due, Tries: 1}
	bulletins := s.claim(day, "sms", bot.Bulletin, 9, 1)
	s.settle(day, fates(park, append(bulletins, s.claim(day, "sms", bot.Reminder, 9, 9)...)...)...)
	s.count(bot.Counts{Contacts: 2, Sessions: 2, Seen: 2, Queued: 4, Parked: 3})
	s.equal("next", s.promote(day.Add(24*time.Hour)).Equal(due), true)
	s.equal("what waits for Ana's word is no bulletin alone", s.load(ana, s.id()).Parked, true)
	s.equal("what waits for Beto's is", s.load(beto, s.id()).Parked, false)
	more := s.queue(1, out(ana, bot.Bulletin)...)
	s.equal("while parked", len(s.claim(day, "sms", bot.Bulletin, 9, 9)), 0)
	// One who is trying again does not wait for the person to write.
	r := s.say(ana, bot.Reply)
	got := s.replies(day)
	s.equal("reply", ids(got), outIDs(r))
	s.equal("Ana's word was waited for", s.load(ana, s.id()).Parked, false)
	s.count(bot.Counts{Contacts: 2, Sessions: 2, Seen: 3, Queued: 6, Parked: 1})
	s.equal("bulletins", ids(s.claim(day, "sms", bot.Bulletin, 9, 9)), append(outIDs(a)[:2], more[0].ID))
	s.equal("reminders", ids(s.claim(day, "sms", bot.Reminder, 9, 9)), outIDs(a)[2:])
	s.settle(day, fates(bot.Settlement{Fate: bot.FateLater, Due: day.Add(time.Hour)}, got...)...)
	s.equal("a reply that backs off waits for no word", s.load(ana, s.id()).Parked, false)
	s.say(ana)
	s.equal("backing off", len(s.replies(day)), 0)
	s.say(beto)
	s.equal("Beto's", ids(s.claim(day, "sms", bot.Bulletin, 9, 9)), outIDs(b))
}

func (s *suite) parkedLong() {
	a := s.say(ana, bot.Bulletin)
	due := day.Add(48 * time.Hour)
	s.settle(day, fates(bot.Settlement{Fate: bot.FateParked, Due: due}, s.claim(day, "sms", bot.Bulletin, 9, 9)...)...)
	s.promote(due.Add(-time.Millisecond))
	s.equal("before", len(s.claim(due, "sms", bot.Bulletin, 9, 9)), 0)
	s.promote(due)
	s.equal("parked", s.counts().Parked, 0)
	s.equal("at its time", ids(s.claim(due, "sms", bot.Bulletin, 9, 9)), outIDs(a))
}

func (s *suite) wroteMeanwhile() {
	a := s.say(ana, bot.Bulletin)
	got := s.claim(day, "sms", bot.Bulletin, 9, 9)
	s.say(ana)
	s.settle(day, fates(bot.Settlement{Fate: bot.FateParked, Due: day.Add(time.Hour), Tries: 1}, got...)...)
	again := s.claim(day, "sms", bot.Bulletin, 9, 9)
	s.equal("ready", ids(again), outIDs(a))
	s.equal("tries", again[0].Tries, 1)
}

func (s *suite) dead() {
	t := s.say(ana)
	t.Snapshot = s.load(ana, s.id())
	t.Out = out(ana, bot.Reply, bot.Reply)
	t.Out[0].Message.Flow, t.Out[0].Message.Node = "menu", "start"
	t = s.commit(t, bot.Committed)
	got := s.replies(day)
	s.equal("refused", s.settle(day.Add(time.Hour), bot.Settlement{Token: got[0].Token, Fate: bot.FateDead, Reason: "21617"}), 0)
	s.equal("holds the rest", s.Holds(got[1].Token), true)
	s.settle(day.Add(2*time.Hour), bot.Settlement{Token: got[1].Token, Fate: bot.FateDead, Reason: "late"})
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 2, Dead: 2})
	letters, err := s.Dead(s.Context(), 10)
	if err != nil {
		s.Fatal(err)
	}
	s.equal("dead letters", letters, []bot.Dead{
		{ID: t.Out[1].ID, Channel: "sms", Kind: bot.Reply, Reason: "late", Queued: day, At: day.Add(2 * time.Hour)},
		{ID: t.Out[0].ID, Channel: "sms", Kind: bot.Reply, Flow: "menu", Node: "start", Reason: "21617", Queued: day, At: day.Add(time.Hour)},
	})
	if letters, err = s.Dead(s.Context(), 1); err != nil || len(letters) != 1 || letters[0].Reason != "late" {
		s.Errorf("the newest of them: %v, %v", letters, err)
	}
}

func (s *suite) unreachable() {
	s.say(ana, bot.Reply, bot.Reply, bot.Reminder, bot.Bulletin)
	b := s.say(beto, bot.Reply)
	s.queue(1, errand("SM1"))
	got := s.replies(day)
	reminder := s.claim(day, "sms", bot.Reminder, 9, 9)[0]
	s.equal("refused", s.settle(day, bot.Settlement{Token: got[0].Token, Fate: bot.FateUnreachable, Reason: "30005"}), 0)
	s.equal("holds", s.Holds(got[1].Token) || s.Holds(reminder.Token), false)
	s.equal("holds another's", s.Holds(got[2].Token), true)
	s.equal("refused of what was erased", s.sent(day, got[1], reminder), 2)
	s.count(bot.Counts{Contacts: 2, Sessions: 2, Seen: 2, Queued: 2, Unreachable: 1, Dead: 1})
	s.equal("Beto's", ids(s.replies(day.Add(time.Hour))), outIDs(b))
	s.queue(0, out(ana, bot.Bulletin)...)
	// The provider's word by another way.
	if err := s.Reach(s.Context(), beto, false); err != nil {
		s.Fatal(err)
	}
	s.count(bot.Counts{Contacts: 2, Sessions: 2, Seen: 2, Queued: 1, Unreachable: 2, Dead: 1})
	if err := s.Reach(s.Context(), ana, true); err != nil {
		s.Fatal(err)
	}
	s.queue(1, out(ana, bot.Bulletin)...)
}

func (s *suite) stopped() {
	s.say(ana, bot.Reply, bot.Reminder, bot.Bulletin)
	got := s.replies(day)
	s.equal("refused", s.settle(day, bot.Settlement{Token: got[0].Token, Fate: bot.FateOptedOut, Reason: "21610"}), 0)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 1, OptedOut: 1, Dead: 1})
	s.equal("opted out", s.load(ana, s.id()).OptedOut, true)
	s.queue(0, out(ana, bot.Bulletin)...)
}

func (s *suite) notMarked() {
	for _, fate := range []bot.Fate{bot.FateUnreachable, bot.FateOptedOut} {
		s.say(ana, bot.Bulletin)
		got := s.claim(day, "sms", bot.Bulletin, 9, 9)
		answer := s.say(ana, bot.Reply)
		s.equal("refused", s.settle(day, fates(bot.Settlement{Fate: fate, Reason: "x"}, got...)...), 0)
		reply := s.replies(day)
		s.equal("their answer", ids(reply), outIDs(answer))
		s.sent(day, reply...)
	}
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 4, Dead: 2})
}

func (s *suite) reached() {
	s.say(ana)
	if err := s.Reach(s.Context(), ana, false); err != nil {
		s.Fatal(err)
	}
	s.equal("unreachable", s.counts().Unreachable, 1)
	s.say(ana)
	s.equal("unreachable", s.counts().Unreachable, 0)
	s.queue(1, out(ana, bot.Bulletin)...)
	// Forgotten is forgotten.
	if err := s.Reach(s.Context(), ana, false); err != nil {
		s.Fatal(err)
	}
	if _, err := s.Sweep(s.Context(), bot.Sweep{Judge: func(bot.Kept) bot.Verdict { return bot.Verdict{Act: bot.Forget} }}); err != nil {
		s.Fatal(err)
	}
	s.count(bot.Counts{Seen: 2})
}

func (s *suite) unknownMark() {
	t := s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Forget: true, Out: out(ana, bot.Reply)}, bot.Committed)
	got := s.replies(day)
	s.equal("claimed", ids(got), outIDs(t))
	s.settle(day, fates(bot.Settlement{Fate: bot.FateUnreachable, Reason: "403"}, got...)...)
	if err := s.Reach(s.Context(), beto, false); err != nil {
		s.Fatal(err)
	}
	s.count(bot.Counts{Seen: 1, Dead: 1})
}

func (s *suite) leftOut() {
	gone := bot.Address{Channel: "sms", ID: "gone"}
	away := bot.Address{Channel: "sms", ID: "away"}
	s.say(ana)
	s.say(away)
	s.commit(bot.Turn{Snapshot: s.load(beto, s.id()), Contact: contact(beto), Session: []byte("x"), OptOut: bot.MarkOut}, bot.Committed)
	if err := s.Reach(s.Context(), away, false); err != nil {
		s.Fatal(err)
	}
	var all []bot.Outbound
	for _, who := range []bot.Address{beto, gone, away, ana} {
		all = append(all, out(who, bot.Bulletin, bot.Reminder)...)
		all[len(all)-1].ID = 77
	}
	all = s.queue(3, append(all, errand("SM1"))...)
	for i, o := range all {
		if want := i >= 6; (o.ID != 0) != want {
			s.Errorf("message %d has id %d", i, o.ID)
		}
	}
	s.equal("bulletins", ids(s.claim(day, "sms", bot.Bulletin, 9, 9)), []uint64{all[6].ID})
	s.equal("reminders", ids(s.claim(day, "sms", bot.Reminder, 9, 9)), []uint64{all[7].ID})
	s.equal("errands", ids(s.claim(day, "sms", bot.Errand, 9, 9)), []uint64{all[8].ID})
}

func (s *suite) batch() {
	const n = 1000
	var all []bot.Outbound
	for i := range n {
		who := bot.Address{Channel: "sms", ID: fmt.Sprint(i / 2)}
		if i%2 == 0 {
			s.say(who)
		}
		all = append(all, out(who, bot.Bulletin)...)
	}
	all = s.queue(n, all...)
	if !slices.IsSortedFunc(all, func(a, b bot.Outbound) int { return int(a.ID) - int(b.ID) }) {
		s.Error("their ids do not grow")
	}
	s.equal("claimed", len(s.claim(day, "sms", bot.Bulletin, n, 1)), n/2)
	s.equal("queued", s.counts().Queued, n)
	s.queue(0)
}

func (s *suite) errands() {
	all := s.queue(3, errand("SM1"), errand(ana.ID), errand("SM3"))
	s.say(ana)
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Forget: true, OptOut: bot.MarkOut}, bot.Committed)
	if err := s.Reach(s.Context(), ana, false); err != nil {
		s.Fatal(err)
	}
	got := s.claim(day, "sms", bot.Errand, 9, 9)
	s.equal("errands", ids(got), []uint64{all[0].ID, all[1].ID, all[2].ID})
	s.equal("about", got[0].To == all[0].To, true)
	s.equal("refused", s.settle(day,
		bot.Settlement{Token: got[0].Token, Fate: bot.FateSent, Ref: "SM1"},
		bot.Settlement{Token: got[1].Token, Fate: bot.FateUnreachable, Reason: "404"},
		bot.Settlement{Token: got[2].Token, Fate: bot.FateLater, Due: day.Add(time.Second), Tries: 1, Unknown: 1}), 0)
	s.count(bot.Counts{Seen: 2, OptedOut: 1, Queued: 1, Waiting: 1, Dead: 1})
}

func (s *suite) turnErrands() {
	t := bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("x"), Out: append([]bot.Outbound{errand("SM1")}, out(ana, bot.Reply)...)}
	t = s.commit(t, bot.Committed)
	s.equal("reply", ids(s.replies(day)), outIDs(t)[1:])
	s.equal("errand", ids(s.claim(day, "sms", bot.Errand, 9, 9)), outIDs(t)[:1])
}

func (s *suite) heard() {
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Now: day.Add(17 * time.Second), Session: []byte("x"), Out: out(ana, bot.Reply, bot.Bulletin)}, bot.Committed)
	s.equal("to the minute", s.replies(day)[0].Heard.Equal(day), true)
	later := day.Add(26 * time.Hour)
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Now: later, Session: []byte("y")}, bot.Committed)
	s.equal("the last", s.claim(day, "sms", bot.Bulletin, 9, 9)[0].Heard.Equal(later), true)
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Forget: true, Out: append(out(ana, bot.Reply), errand("SM1"))}, bot.Committed)
	s.equal("of a forgotten person", s.replies(day)[0].Heard.IsZero(), true)
	s.equal("of an errand", s.claim(day, "sms", bot.Errand, 9, 9)[0].Heard.IsZero(), true)
}

func (s *suite) holds() {
	for name, end := range map[string]func(){
		"stop": func() {
			s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("x"), OptOut: bot.MarkOut}, bot.Committed)
		},
		"forget": func() { s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Forget: true}, bot.Committed) },
		"reach": func() {
			if err := s.Reach(s.Context(), ana, false); err != nil {
				s.Fatal(err)
			}
		},
		"silence": func() {
			if _, err := s.Sweep(s.Context(), bot.Sweep{Judge: func(bot.Kept) bot.Verdict { return bot.Verdict{Act: bot.Forget} }}); err != nil {
				s.Fatal(err)
			}
		},
	} {
		s.say(ana, bot.Reply)
		got := s.replies(day)
		s.equal("claimed", len(got), 1)
		end()
		s.equal(name+": holds", s.Holds(got[0].Token), false)
		s.equal(name+": refused", s.sent(day, got...), 1)
		s.equal(name+": queued", s.counts().Queued, 0)
	}
	s.equal("holds what never was", s.Holds(bot.Token{Message: 1, Fence: 1}), false)
}

func (s *suite) nonsense() {
	s.say(ana, bot.Reply)
	got := s.replies(day)
	for _, x := range []bot.Settlement{{}, {Fate: 99}, {Fate: bot.FateLater}, {Fate: bot.FateParked}} {
		x.Token = got[0].Token
		good := bot.Settlement{Token: got[0].Token, Fate: bot.FateSent}
		if _, err := s.Settle(s.Context(), day, []bot.Settlement{good, x}); err == nil {
			s.Errorf("settled with fate %d and no time", x.Fate)
		}
	}
	s.equal("holds", s.Holds(got[0].Token), true)
	for _, o := range []bot.Outbound{{To: ana}, {To: ana, Kind: 9}, {To: bot.Address{Channel: "a\x00b", ID: "1"}, Kind: bot.Errand}} {
		if _, err := s.Queue(s.Context(), []bot.Outbound{errand("SM1"), o}); err == nil {
			s.Errorf("queued with kind %d and a channel of %d bytes", o.Kind, len(o.To.Channel))
		}
	}
	for _, r := range []bot.Report{{State: 9}, {State: bot.DeliveryFailed, Fate: bot.FateSent}, {State: bot.DeliveryFailed, Fate: bot.FateReleased},
		{State: bot.DeliveryFailed, Fate: 99}, {State: bot.DeliveryFailed, Fate: bot.FateLater}} {
		if r.Message = got[0].ID; true {
			if _, err := s.Report(s.Context(), r); err == nil {
				s.Errorf("took a report of state %d and fate %d", r.State, r.Fate)
			}
		}
	}
	s.equal("queued", s.counts().Queued, 1)
}

func (s *suite) everything() {
	o := bot.Outbound{
		To: ana, Kind: bot.Reply, At: day, Until: day.Add(time.Hour), LateFrom: day.Add(time.Minute), Pressed: "55", Tries: 1, Unknown: 2,
		Message: flows.Message{Text: "¿Listo?", Late: "¿Listo? (tarde)", Lang: "es", Flow: "f", Node: "n", Fault: "x", Segments: 2, Home: true, Choices: []flows.Choice{{Key: "1", Label: "Sí", Payload: "p"}}},
	}
	t := s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("x"), Out: []bot.Outbound{o}}, bot.Committed)
	got := s.replies(day)
	o.ID = t.Out[0].ID
	s.equalOutbound(got[0].Outbound, o)
	s.settle(day, bot.Settlement{Token: got[0].Token, Fate: bot.FateLater, Due: day, Tries: 5})
	o.Tries, o.Unknown = 5, 0
	got = s.replies(day)
	s.equalOutbound(got[0].Outbound, o)
	s.settle(day, bot.Settlement{Token: got[0].Token, Fate: bot.FateSent, Ref: "SM1"})
	sent, ok, err := s.Sent(s.Context(), o.ID)
	if err != nil || !ok || sent.Ref != "SM1" || sent.State != bot.DeliveryAccepted {
		s.Errorf("sent %v as %q, %v", ok, sent.Ref, err)
	}
	s.equalOutbound(sent.Outbound, o)
}

// equalOutbound compares without printing.
func (s *suite) equalOutbound(got, want bot.Outbound) {
	s.Helper()
	type bare bot.Outbound
	type address bot.Address
	g, w := bare(got), bare(want)
	s.equal("to", address(g.To), address(w.To))
	g.To, w.To = bot.Address{}, bot.Address{}
	s.equal("outbound", g, w)
}
