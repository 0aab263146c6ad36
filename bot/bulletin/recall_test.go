// Corrections: to exactly those who were sent the first or may have got it, and
// it goes no further.

package bulletin_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
)

func TestACorrectionGoesToExactlyThoseWhoGotTheFirst(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(60, bot.Person{})
		o.enrol(30, bot.Person{Lang: "en", Contact: bot.Contact{Address: bot.Address{Channel: "telegram"}}})
		c := content()
		c.Audience.Channels = []string{"sms"}
		first := o.send(o.approved(c, day), day)
		o.until(day, func() bool { return o.read(first.ID).Queued })
		told := who(t, o.claim(day, 25))
		lent, err := o.s.Claim(t.Context(), day, bot.ClaimOrder{Channel: "sms", Kind: bot.Bulletin, Lines: 3, Each: 5, Lease: time.Hour})
		if err != nil || len(told) != 25 || len(lent) != 3 {
			t.Fatalf("%d were sent it and %d lent, %v", len(told), len(lent), err)
		}
		told = append(told, who(t, lent)...) // nobody knows whether it has left
		slices.Sort(told)
		o.enrol(30, bot.Person{}) // they came too late to get it
		ok := must[bulletin.Bulletin](o)
		fix := ok(o.Recall(t.Context(), first.ID, ana, content(), false, day))
		if o.read(first.ID).State != bulletin.Sending {
			t.Error("a draft of a correction stops the first")
		}
		wrong := fix.Content()
		wrong.Audience.Channels = []string{"sms"}
		if _, err := o.Edit(t.Context(), fix.ID, fix.Version, ana, wrong, day); !errors.Is(err, bulletin.ErrFixed) {
			t.Errorf("its audience can be changed: %v", err)
		}
		fix = o.send(o.approve(fix, day), day)
		if got := o.read(first.ID); got.State != bulletin.Stopped {
			t.Errorf("the first is %s once its correction is sent", got.State)
		}
		if n := len(o.claim(day, 1000)); n != 0 {
			t.Errorf("%d were lent of the first", n)
		}
		o.until(day, func() bool { return o.read(fix.ID).Queued })
		got := o.claim(day.Add(time.Hour), 1000)
		if !slices.Equal(who(t, got), told) {
			t.Errorf("%d got the correction, want %d", len(got), len(told))
		}
		for _, c := range got {
			if c.Message.Text != "corrects 2026-03-15: Nadie vende citas." {
				t.Fatalf("it says %q", c.Message.Text)
			}
		}
		texts, err := o.SentTexts(t.Context(), day)
		if err != nil || len(texts) != 4 || texts[0].Corrected != 20260315 || texts[0].By != uint64(o.read(fix.ID).Mailing) || texts[3].Corrected != 0 {
			t.Errorf("%+v, %v", texts, err)
		}
	})
}

func TestWhoGotWhatWasWrongIsToldThoughFewAreLeftOfThem(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		es := o.enrol(25, bot.Person{})
		first := o.send(o.approved(content(), day), day)
		o.until(day, func() bool { return o.read(first.ID).Queued })
		o.claim(day, 25)
		for _, who := range es[:20] {
			o.turn(who, bot.Turn{Now: day, OptOut: bot.MarkOut})
		}
		fix := must[bulletin.Bulletin](o)(o.Recall(t.Context(), first.ID, ana, content(), true, day))
		fix = o.send(o.approve(fix, day), day)
		o.until(day, func() bool { return o.read(fix.ID).Queued })
		if got := who(t, o.claim(day.Add(time.Hour), 100)); !slices.Equal(got, ids(es[20:])) {
			t.Errorf("%d were told", len(got))
		}
		again := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, content(), day))
		if problems, err := o.Check(t.Context(), again, day); err != nil || !hasCode(problems, bulletin.CodeFew, false) {
			t.Errorf("any other goes to a few: %v, %v", problems, err)
		}
	})
}

func TestACorrectionMustSpeakEveryLanguageOfTheFirst(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(40, bot.Person{})
		first := o.send(o.approved(content(), day), day)
		o.until(day, func() bool { return o.read(first.ID).Queued })
		c := content()
		delete(c.Texts, "en")
		fix := must[bulletin.Bulletin](o)(o.Recall(t.Context(), first.ID, ana, c, true, day))
		fix = must[bulletin.Bulletin](o)(o.HandOver(t.Context(), fix.ID, fix.Version, ana, day))
		if _, err := o.Approve(t.Context(), fix.ID, fix.Version, beto, day); !refusedFor(err, bulletin.CodeUntold) {
			t.Errorf("%v", err)
		}
	})
}

func TestACorrectionStopsAFirstThatIsStillBeingQueued(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(3000, bot.Person{})
		first := o.send(o.approved(content(), day), day)
		r := bulletin.NewRounds(o.Desk)
		var report bot.MailingReport
		for report.Queued < bulletin.Least { // until a chunk or some are queued
			if _, err := r.Round(t.Context(), day); err != nil {
				t.Fatal(err)
			}
			report, _, _ = o.s.MailingReport(t.Context(), o.read(first.ID).Mailing)
		}
		if o.read(first.ID).Queued {
			t.Fatal("everybody is queued at once")
		}
		told := o.claim(day, 30)
		fix := must[bulletin.Bulletin](o)(o.Recall(t.Context(), first.ID, ana, content(), false, day))
		fix = o.send(o.approve(fix, day), day)
		o.until(day, func() bool { return o.read(fix.ID).Queued })
		after, _, err := o.s.MailingReport(t.Context(), o.read(fix.ID).Mailing)
		if err != nil || after.Queued != len(told) {
			t.Errorf("%d got the first, %d the correction, %v", len(told), after.Queued, err)
		}
	})
}

func TestACorrectionWaitsUntilItIsKnownWhoNeverGotTheFirst(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(3000, bot.Person{}) // more than is taken out of the queue at once
		first := o.send(o.approved(content(), day), day)
		o.until(day, func() bool { return o.read(first.ID).Queued })
		told := who(t, o.claim(day, 30))
		fix := must[bulletin.Bulletin](o)(o.Recall(t.Context(), first.ID, ana, content(), false, day))
		fix = o.send(o.approve(fix, day), day)
		o.until(day, func() bool { return o.read(fix.ID).Queued })
		if got := who(t, o.claim(day.Add(time.Hour), 5000)); !slices.Equal(got, told) {
			t.Errorf("%d got the first, %d the correction", len(told), len(got))
		}
	})
}

func TestNobodyIsToldOfWhatNobodyGot(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(40, bot.Person{})
		first := o.send(o.approved(content(), day), day)
		o.until(day, func() bool { return o.read(first.ID).Queued })
		fix := must[bulletin.Bulletin](o)(o.Recall(t.Context(), first.ID, ana, content(), true, day))
		fix = o.send(o.approve(fix, day), day)
		o.until(day, func() bool { return o.read(fix.ID).Queued })
		if n := len(o.claim(day.Add(time.Hour), 100)); n != 0 {
			t.Errorf("%d were told", n)
		}
	})
}

// Whoever writes while another bulletin rests is told what that means; what
// corrects it waits for nothing.
func TestWhatRestsIsNamedToWhoeverSendsSomethingElse(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(40, bot.Person{})
		resting := o.inState(bulletin.Paused, day)
		other := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, content(), day))
		p, err := o.Preview(t.Context(), other, day)
		if err != nil || !slices.ContainsFunc(p.Problems, func(p bulletin.Problem) bool {
			return p.Code == bulletin.CodeWaits && p.Warning && p.Word == resting.Title
		}) {
			t.Errorf("nobody hears of it: %+v, %v", p.Problems, err)
		}
		fix := must[bulletin.Bulletin](o)(o.Recall(t.Context(), resting.ID, ana, content(), false, day))
		if p, err := o.Preview(t.Context(), fix, day); err != nil || hasCode(p.Problems, bulletin.CodeWaits, true) {
			t.Errorf("its correction waits for it: %+v, %v", p.Problems, err)
		}
	})
}
