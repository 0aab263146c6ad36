// What becomes of a mailing: its sums add up, whatever happens.
package storetest

import (
	"fmt"
	"time"

	"posada/bot"
)

// mailingReport reads it, and holds it to its promise.
func (s *suite) mailingReport(id bot.MailingID) bot.MailingReport {
	s.Helper()
	r, ok, err := s.MailingReport(s.Context(), id)
	if err != nil || !ok {
		s.Fatalf("mailing %d is not known: %v", id, err)
	}
	if err := addsUp(r); err != nil {
		s.Error(err)
	}
	return r
}

// addsUp is what always holds.
func addsUp(r bot.MailingReport) error {
	failed := 0
	for _, n := range r.Reasons {
		failed += n
	}
	if r.Queued != r.Waiting+r.Sent+r.Delivered+r.Failed+r.Unreachable+r.OptedOut+r.Dropped || failed != r.Failed || r.Parked > r.Waiting {
		return fmt.Errorf("it does not add up: %+v", r)
	}
	return nil
}

// mailKnown is what is known of a mailing's message that left: never its words.
func (s *suite) mailKnown(message uint64) string {
	s.Helper()
	sent, ok, err := s.Sent(s.Context(), message)
	if err != nil || !ok || sent.ID != message || sent.Message.Text != "" {
		s.Fatalf("known of message %d: %v %v, %d words", message, ok, err, len(sent.Message.Text))
	}
	said := fmt.Sprintf("%d %s of %d", sent.State, sent.Ref, sent.Mailing)
	if sent.To.ID != "" {
		said += " to somebody"
	}
	return said
}

func (s *suite) said(id bot.MailingID) string {
	s.Helper()
	r := s.mailingReport(id)
	return fmt.Sprintf("waiting %d parked %d sent %d delivered %d failed %d unreachable %d opted out %d dropped %d of %d",
		r.Waiting, r.Parked, r.Sent, r.Delivered, r.Failed, r.Unreachable, r.OptedOut, r.Dropped, r.Queued)
}

func (s *suite) mailingAddsUp() {
	people := s.crowd(8)
	s.mail(1, everybody)
	s.equal("report", s.said(1), "waiting 8 parked 0 sent 0 delivered 0 failed 0 unreachable 0 opted out 0 dropped 0 of 8")
	got := s.bulletins()
	x := fates(bot.Settlement{}, got...)
	x[0].Fate = bot.FateSent
	x[1].Fate, x[1].Ref = bot.FateSent, "SM1"
	x[2].Fate, x[2].Ref = bot.FateSent, "SM2"
	x[3].Fate, x[3].Reason = bot.FateDead, "too-old"
	x[4].Fate, x[4].Reason = bot.FateUnreachable, "403"
	x[5].Fate, x[5].Reason = bot.FateOptedOut, "21610"
	x[6].Fate, x[6].Due, x[6].Tries = bot.FateLater, day.Add(time.Hour), 1
	x[7].Fate = bot.FateReleased
	s.equal("refused", s.settle(day, x...), 0)
	s.equal("report", s.said(1), "waiting 2 parked 0 sent 3 delivered 0 failed 1 unreachable 1 opted out 1 dropped 0 of 8")
	s.equal("reasons", s.mailingReport(1).Reasons, map[string]int{"too-old": 1})
	s.report(bot.Report{Message: got[1].ID, Ref: "SM1", State: bot.DeliveryFailed, Reason: "30003", Fate: bot.FateDead}, bot.ReportMoved)
	s.equal("reasons", s.mailingReport(1).Reasons, map[string]int{"too-old": 1, "30003": 1})
	s.report(bot.Report{Message: got[1].ID, Ref: "SM1", State: bot.DeliveryDelivered}, bot.ReportMoved)
	s.report(bot.Report{Message: got[1].ID, Ref: "SM1", State: bot.DeliveryRead}, bot.ReportMoved)
	s.report(bot.Report{Message: got[2].ID, Ref: "SM2", State: bot.DeliverySent}, bot.ReportMoved)
	s.equal("report", s.said(1), "waiting 2 parked 0 sent 2 delivered 1 failed 1 unreachable 1 opted out 1 dropped 0 of 8")
	letters, err := s.Dead(s.Context(), 9)
	if err != nil {
		s.Fatal(err)
	}
	for _, d := range letters {
		s.equal("dead letter", d.Flow+" "+d.Node, "bulletin 1")
	}
	s.equal("dead letters", len(letters), 4)
	s.promote(day.Add(time.Hour))
	again := s.claim(day.Add(time.Hour), "sms", bot.Bulletin, 9, 9)
	s.equal("again", len(again), 2)
	s.equal("tries", again[0].Tries+again[1].Tries, 1)
	s.equal("people", len(people), 8)
}

func (s *suite) mailingReportedLate() {
	people := s.crowd(2)
	s.mail(1, everybody)
	got := s.bulletins()
	for i, c := range got {
		s.settle(day, bot.Settlement{Token: c.Token, Fate: bot.FateSent, Ref: fmt.Sprint("SM", i)})
	}
	s.equal("known", s.mailKnown(got[0].ID), "1 SM0 of 1 to somebody")
	s.commit(bot.Turn{Snapshot: s.load(people[0], s.id()), Forget: true}, bot.Committed)
	s.commit(bot.Turn{Snapshot: s.load(people[1], s.id()), Session: []byte("x"), OptOut: bot.MarkOut}, bot.Committed)
	s.equal("report", s.said(1), "waiting 0 parked 0 sent 2 delivered 0 failed 0 unreachable 0 opted out 0 dropped 0 of 2")
	for i, c := range got {
		s.report(bot.Report{Message: c.ID, Ref: fmt.Sprint("SM", i), State: bot.DeliveryDelivered}, bot.ReportMoved)
		s.report(bot.Report{Message: c.ID, Ref: fmt.Sprint("SM", i), State: bot.DeliveryDelivered}, bot.ReportStale)
	}
	s.equal("known", s.mailKnown(got[0].ID), "4 SM0 of 1")
	s.equal("report", s.said(1), "waiting 0 parked 0 sent 0 delivered 2 failed 0 unreachable 0 opted out 0 dropped 0 of 2")
}

func (s *suite) mailingErased() {
	people := s.crowd(4)
	s.mail(1, everybody)
	lent := s.claim(day, "sms", bot.Bulletin, 9, 9)
	s.commit(bot.Turn{Snapshot: s.load(people[0], s.id()), Forget: true}, bot.Committed)
	s.stops(people[1], people[2])
	s.equal("report", s.said(1), "waiting 1 parked 0 sent 0 delivered 0 failed 0 unreachable 0 opted out 0 dropped 3 of 4")
	// One of them had left before.
	for _, c := range lent {
		if c.To == people[1] {
			s.equal("refused", s.settle(day, bot.Settlement{Token: c.Token, Fate: bot.FateSent, Ref: "SM1"}), 1)
		}
	}
	s.equal("report", s.said(1), "waiting 1 parked 0 sent 1 delivered 0 failed 0 unreachable 0 opted out 0 dropped 2 of 4")
}

func (s *suite) mailingAgain() {
	s.crowd(1)
	s.mail(1, everybody)
	c := s.bulletins()[0]
	s.settle(day, bot.Settlement{Token: c.Token, Fate: bot.FateSent, Ref: "SM1"})
	s.report(bot.Report{Message: c.ID, Ref: "SM1", State: bot.DeliveryFailed, Reason: "r", Fate: bot.FateLater, Due: day.Add(time.Hour)}, bot.ReportMoved)
	s.equal("report", s.said(1), "waiting 1 parked 0 sent 0 delivered 0 failed 0 unreachable 0 opted out 0 dropped 0 of 1")
	s.promote(day.Add(time.Hour))
	again := s.bulletins()
	s.equal("again", fmt.Sprintln(len(again), again[0].ID == c.ID, again[0].Tries, again[0].Message.Text), "1 true 1 1 es sms\n")
	s.settle(day, bot.Settlement{Token: again[0].Token, Fate: bot.FateLater, Due: day.Add(2 * time.Hour), Tries: 2, Unknown: 1})
	s.equal("known", s.mailKnown(c.ID), "3 SM1 of 1 to somebody")
	s.report(bot.Report{Message: c.ID, Ref: "SM2", State: bot.DeliverySent}, bot.ReportMoved)
	s.equal("it left after all", s.said(1), "waiting 0 parked 0 sent 1 delivered 0 failed 0 unreachable 0 opted out 0 dropped 0 of 1")
	s.equal("queued", s.counts().Queued, 0)
}

func (s *suite) mailingParked() {
	people := s.crowd(5)
	s.mail(1, everybody)
	s.settle(day, fates(bot.Settlement{Fate: bot.FateParked, Due: day.Add(time.Hour)}, s.bulletins()...)...)
	s.mail(2, func(p bot.Person) bool { return p.ID == "0" })
	s.equal("report", s.said(1), "waiting 5 parked 5 sent 0 delivered 0 failed 0 unreachable 0 opted out 0 dropped 0 of 5")
	s.equal("behind one that is parked", s.said(2), "waiting 1 parked 1 sent 0 delivered 0 failed 0 unreachable 0 opted out 0 dropped 0 of 1")
	s.spoken(people[0], "es", "sms")
	s.equal("who wrote", s.said(1)+s.said(2), "waiting 5 parked 4 sent 0 delivered 0 failed 0 unreachable 0 opted out 0 dropped 0 of 5"+
		"waiting 1 parked 0 sent 0 delivered 0 failed 0 unreachable 0 opted out 0 dropped 0 of 1")
	s.commit(bot.Turn{Snapshot: s.load(people[1], s.id()), Forget: true}, bot.Committed)
	s.equal("who left", s.said(1), "waiting 4 parked 3 sent 0 delivered 0 failed 0 unreachable 0 opted out 0 dropped 1 of 5")
	s.promote(day.Add(time.Hour))
	s.equal("too long", s.said(1), "waiting 4 parked 0 sent 0 delivered 0 failed 0 unreachable 0 opted out 0 dropped 1 of 5")
}
