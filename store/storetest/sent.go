// The promises about messages that left: reports, and how long what is kept.
package storetest

import (
	"fmt"
	"sync"
	"time"

	"posada/bot"
)

var sentTests = map[string]func(*suite){
	"of a message that left all is known until it arrived":     (*suite).sentUntil,
	"nothing is known of what nobody reports on":               (*suite).sentNothing,
	"a state never moves backwards":                            (*suite).forwards,
	"one report many times at once moves once":                 (*suite).reportRace,
	"what failed is queued again at the head of its line":      (*suite).failedLater,
	"what failed is queued again once":                         (*suite).failedOnce,
	"what failed and arrived after all is not sent again":      (*suite).failedArrived,
	"what failed for the window is parked":                     (*suite).failedParked,
	"what failed for good leaves its reason":                   (*suite).failedDead,
	"a report may tell that a person cannot be reached":        (*suite).failedUnreachable,
	"a report older than the person's word marks nobody":       (*suite).failedOld,
	"what may have left and did is not sent again":             (*suite).unknownLeft,
	"what may have left and did not is tried again":            (*suite).unknownFailed,
	"a second attempt outlives the report on the first":        (*suite).twoAttempts,
	"a report may come before its message is settled":          (*suite).early,
	"a failure may be reported before its message is settled":  (*suite).earlyFailed,
	"a text is erased at the provider when its state is final": (*suite).eraseFinal,
	"a text without a report is erased all the same":           (*suite).eraseUnreported,
	"a text that left while its person was erased is erased":   (*suite).eraseForgotten,
	"forgetting leaves nothing of what was sent":               (*suite).forgetSent,
	"who stopped is not sent again what failed":                (*suite).stopSent,
	"what is known of messages ends in time":                   (*suite).sweepSent,
}

// left says something to a person and settles that it left under a reference.
func (s *suite) left(who bot.Address, ref string) bot.Outbound {
	s.Helper()
	t := s.say(who, bot.Reply)
	got := s.replies(day)
	if len(got) != 1 || got[0].ID != t.Out[0].ID {
		s.Fatalf("%d replies are ready, want this one", len(got))
	}
	s.equal("refused", s.settle(day, fates(bot.Settlement{Fate: bot.FateSent, Ref: ref}, got...)...), 0)
	return t.Out[0]
}

func (s *suite) report(r bot.Report, want bot.Reported) {
	s.Helper()
	if r.At.IsZero() {
		r.At = day.Add(time.Minute)
	}
	got, err := s.Report(s.Context(), r)
	if err != nil {
		s.Fatal(err)
	}
	if got != want {
		s.Errorf("reported %d, want %d", got, want)
	}
}

// known is what is known of a message; "" for nothing.
func (s *suite) known(message uint64) (what string) {
	s.Helper()
	sent, ok, err := s.Sent(s.Context(), message)
	if err != nil {
		s.Fatal(err)
	}
	if !ok {
		return ""
	}
	if sent.ID != message || sent.Kind != bot.Reply || !sent.At.Equal(day) {
		s.Errorf("known of message %d is number %d, %s of %v", message, sent.ID, sent.Kind, sent.At)
	}
	what = fmt.Sprintf("%d %s", sent.State, sent.Ref)
	if sent.To.ID != "" || sent.Message.Text != "" {
		what += " with text"
	}
	return what
}

func (s *suite) sentUntil() {
	o := s.left(ana, "SM1")
	s.equal("left", s.known(o.ID), "1 SM1 with text")
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliverySent}, bot.ReportMoved)
	s.equal("carried", s.known(o.ID), "2 SM1 with text")
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryDelivered}, bot.ReportMoved)
	s.equal("arrived", s.known(o.ID), "4 SM1")
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryRead}, bot.ReportMoved)
	s.equal("read", s.known(o.ID), "5 SM1")
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 1, Sent: 1})
}

func (s *suite) sentNothing() {
	t := s.say(ana, bot.Reply)
	s.equal("queued", s.known(t.Out[0].ID), "")
	s.report(bot.Report{Message: t.Out[0].ID, Ref: "SM1", State: bot.DeliverySent}, bot.ReportUnknown)
	got := s.replies(day)
	s.equal("in flight it may have left", s.known(t.Out[0].ID), "0  with text")
	s.sent(day, got...)
	s.equal("left", s.known(t.Out[0].ID), "")
	s.report(bot.Report{Message: t.Out[0].ID, Ref: "SM1", State: bot.DeliverySent}, bot.ReportUnknown)
	s.report(bot.Report{Message: 4711, State: bot.DeliveryFailed, Fate: bot.FateDead}, bot.ReportUnknown)
	e := s.queue(1, errand("SM1"))[0]
	lent := s.claim(day, "sms", bot.Errand, 9, 9)
	s.report(bot.Report{Message: e.ID, State: bot.DeliverySent}, bot.ReportUnknown)
	s.settle(day, bot.Settlement{Token: lent[0].Token, Fate: bot.FateSent, Ref: "x"})
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 1})
}

func (s *suite) forwards() {
	for _, first := range []bot.DeliveryState{bot.DeliverySent, bot.DeliveryFailed, bot.DeliveryDelivered, bot.DeliveryRead} {
		for then := bot.DeliveryUnknown; then <= bot.DeliveryRead; then++ {
			o := s.left(ana, "SM1")
			s.report(bot.Report{Message: o.ID, Ref: "SM1", State: first}, bot.ReportMoved)
			want := bot.ReportMoved
			if then <= first {
				want = bot.ReportStale
			}
			s.report(bot.Report{Message: o.ID, Ref: "SM1", State: then, Fate: bot.FateDead}, want)
			sent, _, _ := s.Sent(s.Context(), o.ID)
			s.equal("state", sent.State, max(first, then))
		}
	}
}

func (s *suite) reportRace() {
	const n = 8
	var ids []uint64
	for i := range n {
		ids = append(ids, s.left(bot.Address{Channel: "sms", ID: fmt.Sprint(i)}, fmt.Sprint("SM", i)).ID)
	}
	moved := make([]int, n)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		for i, id := range ids {
			wg.Go(func() {
				r, err := s.Report(s.Context(), bot.Report{
					Message: id, Ref: fmt.Sprint("SM", i), State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Hour), At: day, Erase: true,
				})
				if err != nil {
					s.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if r == bot.ReportMoved {
					moved[i]++
				}
			})
		}
	}
	wg.Wait()
	for i, m := range moved {
		if m != 1 {
			s.Errorf("the report on message %d moved it %d times", i, m)
		}
	}
	c := s.counts()
	s.equal("queued, errands included", c.Queued, 2*n)
	s.equal("waiting", c.Waiting, n)
}

func (s *suite) failedLater() {
	o := s.left(ana, "SM1")
	next := s.say(ana, bot.Reply, bot.Reply)
	lent := s.claim(day, "sms", bot.Reply, 1, 1)
	due := day.Add(time.Hour)
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Reason: "30003", Fate: bot.FateLater, Due: due}, bot.ReportMoved)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 2, Queued: 3, Waiting: 1, Sent: 1})
	// What is in flight is not sent a second time for it.
	s.equal("holds", s.Holds(lent[0].Token), true)
	s.equal("refused", s.sent(day, lent...), 0)
	s.equal("while it waits", len(s.replies(day.Add(30*time.Minute))), 0)
	s.equal("next", s.promote(day).Equal(due), true)
	s.promote(due)
	got := s.replies(due)
	s.equal("then", ids(got), []uint64{o.ID, next.Out[1].ID})
	s.equal("tries", got[0].Tries, 1)
	s.equal("text", got[0].Message.Text, o.Message.Text)
	s.settle(due, bot.Settlement{Token: got[0].Token, Fate: bot.FateSent, Ref: "SM2"})
	s.equal("left again", s.known(o.ID), "1 SM2 with text")
	s.report(bot.Report{Message: o.ID, Ref: "SM2", State: bot.DeliveryDelivered}, bot.ReportMoved)
}

func (s *suite) failedOnce() {
	o := s.left(ana, "SM1")
	failed := bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Second)}
	s.report(failed, bot.ReportMoved)
	s.report(failed, bot.ReportStale)
	s.equal("known", s.known(o.ID), "3 SM1 with text")
	s.promote(day.Add(time.Second))
	got := s.replies(day)
	s.equal("tries", got[0].Tries, 1)
	// The same word again while it is in flight is not about this attempt.
	s.report(failed, bot.ReportStale)
	s.equal("holds", s.Holds(got[0].Token), true)
	s.equal("refused", s.settle(day, bot.Settlement{Token: got[0].Token, Fate: bot.FateSent, Ref: "SM2"}), 0)
	s.report(failed, bot.ReportStale)
	s.equal("queued", s.counts().Queued, 0)
	s.equal("known", s.known(o.ID), "1 SM2 with text")
	failed.Ref = "SM2"
	s.report(failed, bot.ReportMoved)
	s.equal("queued", s.counts().Queued, 1)
}

func (s *suite) failedArrived() {
	o := s.left(ana, "SM1")
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Second)}, bot.ReportMoved)
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryDelivered}, bot.ReportMoved)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 1, Sent: 1})
	s.equal("known", s.known(o.ID), "4 SM1")
}

func (s *suite) failedParked() {
	o := s.left(ana, "SM1")
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateParked, Due: day.Add(time.Hour)}, bot.ReportMoved)
	s.equal("parked", s.counts().Parked, 1)
	s.say(ana)
	s.equal("when they write", ids(s.replies(day)), []uint64{o.ID})
}

func (s *suite) failedDead() {
	o := s.left(ana, "SM1")
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateDead, Reason: "30007"}, bot.ReportMoved)
	o = s.left(ana, "SM2")
	s.report(bot.Report{Message: o.ID, Ref: "SM2", State: bot.DeliveryFailed, Reason: "30007"}, bot.ReportMoved)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 2, Sent: 2, Dead: 1})
	s.equal("known", s.known(o.ID), "3 SM2")
	letters, err := s.Dead(s.Context(), 9)
	if err != nil || len(letters) != 1 || letters[0].Reason != "30007" || letters[0].Channel != "sms" || letters[0].Kind != bot.Reply {
		s.Errorf("dead letters %v, %v", letters, err)
	}
}

func (s *suite) failedUnreachable() {
	for who, fate := range map[bot.Address]bot.Fate{ana: bot.FateUnreachable, beto: bot.FateOptedOut} {
		o := s.left(who, "SM1")
		s.queue(1, out(who, bot.Bulletin)...)
		lent := s.claim(day, "sms", bot.Bulletin, 9, 9)
		s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: fate, Reason: "x"}, bot.ReportMoved)
		s.equal("holds", s.Holds(lent[0].Token), false)
		s.queue(0, out(who, bot.Bulletin)...)
	}
	s.count(bot.Counts{Contacts: 2, Sessions: 2, Seen: 2, Sent: 2, Dead: 2, Unreachable: 1, OptedOut: 1})
}

func (s *suite) failedOld() {
	o := s.left(ana, "SM1")
	later := day.Add(time.Hour)
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Now: later, Session: []byte("x"), Out: out(ana, bot.Reply)}, bot.Committed)
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateUnreachable, Reason: "30005", At: later.Add(time.Minute)}, bot.ReportMoved)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 2, Queued: 1, Sent: 1, Dead: 1})
}

// unsure says something to Ana of which it is not known whether it left.
func (s *suite) unsure() bot.Outbound {
	s.Helper()
	t := s.say(ana, bot.Reply, bot.Reply)
	got := s.claim(day, "sms", bot.Reply, 1, 1)
	s.settle(day, bot.Settlement{Token: got[0].Token, Fate: bot.FateLater, Due: day.Add(time.Second), Tries: 1, Unknown: 1})
	s.equal("known", s.known(t.Out[0].ID), "0  with text")
	return t.Out[0]
}

func (s *suite) unknownLeft() {
	for _, state := range []bot.DeliveryState{bot.DeliveryAccepted, bot.DeliverySent, bot.DeliveryDelivered} {
		o := s.unsure()
		s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryUnknown}, bot.ReportStale)
		s.report(bot.Report{Message: o.ID, Ref: "SM1", State: state}, bot.ReportMoved)
		s.equal("queued", s.counts().Queued, 1)
		s.promote(day.Add(time.Second))
		rest := s.replies(day)
		s.equal("rest", ids(rest), []uint64{o.ID + 1})
		s.sent(day, rest...)
	}
	// And when it comes while it is tried again.
	o := s.unsure()
	s.promote(day.Add(time.Second))
	lent := s.replies(day)
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryDelivered}, bot.ReportMoved)
	s.equal("holds", s.Holds(lent[0].Token), false)
	s.equal("refused", s.sent(day, lent...), 0)
	s.equal("queued", s.counts().Queued, 0)
}

func (s *suite) unknownFailed() {
	o := s.unsure()
	due := day.Add(2 * time.Minute)
	failed := bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateLater, Due: due}
	s.report(failed, bot.ReportMoved)
	s.report(failed, bot.ReportStale)
	s.promote(due.Add(-time.Millisecond))
	s.equal("early", len(s.replies(day)), 0)
	s.promote(due)
	got := s.replies(due)
	s.equal("tries", []int{got[0].Tries, got[0].Unknown}, []int{1, 0})
	s.sent(day, got...)
	s.equal("known", s.known(o.ID), "")
	// Nothing follows: then it goes.
	o = s.unsure()
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed}, bot.ReportMoved)
	s.equal("queued", s.counts().Queued, 1)
}

func (s *suite) twoAttempts() {
	o := s.unsure()
	s.promote(day.Add(time.Second))
	got := s.replies(day)
	// The first attempt failed: the second is in flight, and will tell itself.
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Second), Erase: true}, bot.ReportStale)
	s.equal("errands", len(s.claim(day, "sms", bot.Errand, 9, 9)), 1)
	s.equal("refused", s.settle(day, bot.Settlement{Token: got[0].Token, Fate: bot.FateSent, Ref: "SM2"}), 0)
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Second)}, bot.ReportStale)
	s.equal("known", s.known(o.ID), "1 SM2 with text")
	s.report(bot.Report{Message: o.ID, Ref: "SM2", State: bot.DeliveryDelivered}, bot.ReportMoved)
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryRead, Erase: true}, bot.ReportStale)
	s.equal("known", s.known(o.ID), "4 SM2")
	s.equal("more errands", len(s.claim(day.Add(time.Hour), "sms", bot.Errand, 9, 9)), 2)
}

func (s *suite) early() {
	for _, fate := range []bot.Fate{bot.FateSent, bot.FateLater, bot.FateReleased} {
		t := s.say(ana, bot.Reply, bot.Reply)
		got := s.replies(day)
		id := t.Out[0].ID
		s.report(bot.Report{Message: id, Ref: "SM1", State: bot.DeliverySent}, bot.ReportMoved)
		s.equal("known", s.known(id), "2 SM1 with text")
		s.equal("holds", s.Holds(got[0].Token), false)
		s.equal("holds the rest", s.Holds(got[1].Token), true)
		s.equal("refused", s.settle(day, bot.Settlement{Token: got[0].Token, Fate: fate, Due: day, Ref: "SM1", Tries: 1, Unknown: 1}), 0)
		s.equal("known", s.known(id), "2 SM1 with text")
		s.equal("refused of the rest", s.sent(day, got[1]), 0)
		s.equal("queued", s.counts().Queued, 0)
	}
}

func (s *suite) earlyFailed() {
	t := s.say(ana, bot.Reply)
	got := s.replies(day)
	s.report(bot.Report{Message: t.Out[0].ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Hour)}, bot.ReportMoved)
	s.equal("refused", s.settle(day, bot.Settlement{Token: got[0].Token, Fate: bot.FateSent, Ref: "SM1"}), 0)
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 1, Queued: 1, Waiting: 1, Sent: 1})
	s.promote(day.Add(time.Hour))
	got = s.replies(day)
	s.equal("again", ids(got), outIDs(t))
	s.equal("tries", got[0].Tries, 1)
}

// erasing claims the errands and returns what they are about.
func (s *suite) erasing() (refs []string) {
	s.Helper()
	got := s.claim(day, "sms", bot.Errand, 99, 9)
	for _, c := range got {
		refs = append(refs, c.To.ID)
	}
	s.sent(day, got...)
	return refs
}

func (s *suite) eraseFinal() {
	o := s.left(ana, "SM1")
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliverySent, Erase: true}, bot.ReportMoved)
	s.equal("not yet", len(s.erasing()), 0)
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryDelivered, Erase: true}, bot.ReportMoved)
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryRead, Erase: true}, bot.ReportMoved)
	s.equal("once", s.erasing(), []string{"SM1"})
	o = s.left(ana, "SM2")
	s.report(bot.Report{Message: o.ID, Ref: "SM2", State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Hour), Erase: true}, bot.ReportMoved)
	s.equal("of a failed one", s.erasing(), []string{"SM2"})
	s.report(bot.Report{Message: o.ID, Ref: "SM2", State: bot.DeliveryDelivered, Erase: true}, bot.ReportMoved)
	o = s.left(ana, "SM3")
	s.report(bot.Report{Message: o.ID, Ref: "SM3", State: bot.DeliveryDelivered}, bot.ReportMoved)
	s.equal("not wanted", len(s.erasing()), 0)
}

func keep(bot.Kept) bot.Verdict { return bot.Verdict{} }

func (s *suite) sweepNow(order bot.Sweep) bot.Swept {
	s.Helper()
	if order.Judge == nil {
		order.Judge = keep
	}
	swept, err := s.Sweep(s.Context(), order)
	if err != nil {
		s.Fatal(err)
	}
	return swept
}

func (s *suite) eraseUnreported() {
	a, b := s.left(ana, "SM1"), s.left(beto, "SM2")
	s.report(bot.Report{Message: b.ID, Ref: "SM2", State: bot.DeliveryDelivered}, bot.ReportMoved)
	c := s.unsure()
	s.sweepNow(bot.Sweep{Unreported: day, Erase: true})
	s.equal("young", s.known(a.ID), "1 SM1 with text")
	s.sweepNow(bot.Sweep{Unreported: day.Add(time.Second), Erase: true})
	s.equal("taken as final", s.known(a.ID), "4 SM1")
	s.equal("still queued", s.known(c.ID), "0  with text")
	s.equal("erased", s.erasing(), []string{"SM1"})
	s.sweepNow(bot.Sweep{Unreported: day.Add(time.Hour), Erase: true})
	s.equal("erased once", len(s.erasing()), 0)
	s.report(bot.Report{Message: a.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateDead}, bot.ReportStale)
	d := s.left(beto, "SM4")
	s.sweepNow(bot.Sweep{Unreported: day.Add(time.Hour)})
	s.equal("without erasing", s.known(d.ID), "4 SM4")
	s.equal("erased", len(s.erasing()), 0)
}

func (s *suite) eraseForgotten() {
	t := s.say(ana, bot.Reply)
	got := s.replies(day)
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Forget: true}, bot.Committed)
	s.equal("refused", s.settle(day, fates(bot.Settlement{Fate: bot.FateSent, Ref: "SM1"}, got...)...), 1)
	s.equal("known", s.known(t.Out[0].ID), "1 SM1")
	s.report(bot.Report{Message: t.Out[0].ID, Ref: "SM1", State: bot.DeliveryDelivered, Erase: true}, bot.ReportMoved)
	s.equal("erased", s.erasing(), []string{"SM1"})
}

func (s *suite) forgetSent() {
	o := s.left(ana, "SM1")
	again := s.left(ana, "SM2")
	s.report(bot.Report{Message: again.ID, Ref: "SM2", State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Hour)}, bot.ReportMoved)
	other := s.left(beto, "SM3")
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Forget: true}, bot.Committed)
	s.equal("left", s.known(o.ID), "1 SM1")
	s.equal("queued again", s.known(again.ID), "3 SM2")
	s.equal("somebody else's", s.known(other.ID), "1 SM3 with text")
	s.report(bot.Report{Message: o.ID, Ref: "SM1", State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Hour), Erase: true}, bot.ReportMoved)
	s.equal("erased", s.erasing(), []string{"SM1"})
	s.count(bot.Counts{Contacts: 1, Sessions: 1, Seen: 4, Sent: 3})
}

func (s *suite) stopSent() {
	for i, end := range []func(){
		func() {
			s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("x"), OptOut: bot.MarkOut}, bot.Committed)
		},
		func() {
			if err := s.Reach(s.Context(), ana, false); err != nil {
				s.Fatal(err)
			}
		},
	} {
		ref := fmt.Sprint("SM", i)
		o := s.left(ana, ref)
		end()
		s.report(bot.Report{Message: o.ID, Ref: ref, State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Hour)}, bot.ReportMoved)
		s.equal("queued", s.counts().Queued, 0)
		s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("x"), OptOut: bot.MarkIn}, bot.Committed)
	}
}

func (s *suite) sweepSent() {
	const n = 300 // more than a store may hold in one transaction
	var all []bot.Outbound
	for i := range n {
		who := bot.Address{Channel: "sms", ID: fmt.Sprint(i)}
		s.say(who, bot.Reply)
	}
	// What counts is when they left, not when they were queued.
	for i, c := range s.replies(day) {
		x := bot.Settlement{Token: c.Token, Fate: bot.FateSent, Ref: fmt.Sprint("SM", i)}
		if i%3 == 0 {
			x.Fate, x.Reason = bot.FateDead, "x"
		}
		s.settle(day.Add(time.Duration(i)*time.Hour), x)
		all = append(all, c.Outbound)
	}
	s.equal("nothing is old", s.sweepNow(bot.Sweep{}), bot.Swept{Sessions: n})
	swept := s.sweepNow(bot.Sweep{SentBefore: day.Add(30 * time.Hour), DeadBefore: day.Add(60 * time.Hour)})
	s.equal("swept", swept, bot.Swept{Sessions: n, Sent: 20, Dead: 20})
	c := s.counts()
	s.equal("sent", c.Sent, n*2/3-20)
	s.equal("dead", c.Dead, n/3-20)
	s.equal("the last to go", s.known(all[29].ID), "")
	s.equal("the first to stay", s.known(all[31].ID), "1 SM31 with text")
	s.report(bot.Report{Message: all[29].ID, Ref: "SM29", State: bot.DeliveryFailed}, bot.ReportUnknown)
	swept = s.sweepNow(bot.Sweep{SentBefore: day.AddDate(1, 0, 0), DeadBefore: day.AddDate(1, 0, 0)})
	s.equal("swept", swept, bot.Swept{Sessions: n, Sent: n*2/3 - 20, Dead: n/3 - 20})
}

// reopenedOutbox is about everything that is neither ready nor lent.
func (s *suite) reopenedOutbox() {
	later := s.unsure()
	gone := s.left(beto, "SM9")
	carla := bot.Address{Channel: "sms", ID: "carla"}
	s.say(carla, bot.Bulletin)
	s.settle(day, fates(bot.Settlement{Fate: bot.FateParked, Due: day.Add(time.Hour)}, s.claim(day, "sms", bot.Bulletin, 9, 9)...)...)
	dora := bot.Address{Channel: "sms", ID: "dora"}
	s.say(dora, bot.Reminder)
	s.settle(day, fates(bot.Settlement{Fate: bot.FateUnreachable, Reason: "403"}, s.claim(day, "sms", bot.Reminder, 9, 9)...)...)
	want := s.counts()
	letters, _ := s.Dead(s.Context(), 9)
	s.Store = s.reopen(s.T, s.Store)
	s.count(want)
	again, err := s.Dead(s.Context(), 9)
	s.equal("dead letters", again, letters)
	s.equal("reading them", err, nil)
	s.equal("known", s.known(gone.ID), "1 SM9 with text")
	s.equal("unsure", s.known(later.ID), "0  with text")
	s.equal("next", s.promote(day).Equal(day.Add(time.Second)), true)
	s.say(carla)
	s.equal("parked", len(s.claim(day, "sms", bot.Bulletin, 9, 9)), 1)
	s.report(bot.Report{Message: later.ID, Ref: "SM1", State: bot.DeliverySent}, bot.ReportMoved)
	s.equal("waiting", s.counts().Waiting, 1)
}
