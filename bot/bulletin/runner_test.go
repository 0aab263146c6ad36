// Sending: to everybody once, whatever happens on the way.

package bulletin_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
)

// each runs a test on each kind of store.
func each(t *testing.T, test func(*testing.T, *office)) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) { test(t, newOffice(t, open(t))) })
	}
}

// who lists who was lent a message of a mailing, and fails on whoever was twice.
func who(t *testing.T, claimed []bot.Claimed) []string {
	t.Helper()
	var out []string
	for _, c := range claimed {
		if slices.Contains(out, c.To.ID) {
			t.Error("somebody gets it twice")
		}
		out = append(out, c.To.ID)
	}
	slices.Sort(out)
	return out
}

func ids(people ...[]bot.Address) []string {
	var out []string
	for _, p := range slices.Concat(people...) {
		out = append(out, p.ID)
	}
	slices.Sort(out)
	return out
}

func TestEverybodyOfTheAudienceIsSentItOnceInTheirLanguage(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		es, en := o.enrol(30, bot.Person{}), o.enrol(25, bot.Person{Lang: "en"})
		o.enrol(25, bot.Person{Lang: "ht"})
		o.enrol(25, bot.Person{Contact: bot.Contact{Simulated: true, Address: bot.Address{Channel: bot.Simulator}, Form: "sms"}})
		b := o.send(o.approved(content(), day), day)
		o.until(day, func() bool { return o.read(b.ID).Queued })
		got := o.claim(day.Add(time.Minute), 1000)
		if want := ids(es, en); !slices.Equal(who(t, got), want) {
			t.Errorf("%d were sent it, want %d", len(got), len(want))
		}
		for _, c := range got {
			want := "Nadie vende citas."
			if slices.Contains(ids(en), c.To.ID) {
				want = "Nobody sells appointments."
			}
			if c.Message.Text != want || c.Kind != bot.Bulletin {
				t.Errorf("%v was sent %q", c.Kind, c.Message.Text)
			}
		}
		o.until(day.Add(2*time.Minute), func() bool { return o.read(b.ID).State == bulletin.Sent })
		p, err := o.Progress(t.Context(), b.ID, day.Add(3*time.Minute))
		if err != nil || p.Report.Queued != 55 || p.Report.Sent+p.Report.Delivered != 55 || p.Report.Waiting != 0 {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func TestQueueingGoesOnAfterACrashWhereverItHappens(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		people := o.enrol(1500, bot.Person{})
		b := o.send(o.approved(content(), day), day)
		random := rand.New(rand.NewPCG(1, 2))
		crashes := 0
		o.world.Log = nil // it files on the store that works
		var r *bulletin.Rounds
		for i := 0; !o.read(b.ID).Queued; i++ {
			if r == nil || random.IntN(2) == 0 { // the process dies: nothing in memory stays
				o.Desk, crashes = bulletin.New(broken{o.s, random}, o.world), crashes+1
				r = bulletin.NewRounds(o.Desk)
			}
			if _, err := r.Round(t.Context(), day.Add(time.Duration(i)*time.Second)); err != nil && !errors.Is(err, errBroken) {
				t.Fatal(err)
			}
		}
		if crashes < 2 {
			t.Fatal("it did not crash")
		}
		if got := who(t, o.claim(day.Add(time.Hour), 1<<20)); !slices.Equal(got, ids(people)) {
			t.Errorf("%d were sent it", len(got))
		}
	})
}

var errBroken = errors.New("the disk")

// broken fails now and then, before or after what it was asked to do.
type broken struct {
	store
	random *rand.Rand
}

func (b broken) fails() bool { return b.random.IntN(4) == 0 }

func (b broken) File(ctx context.Context, papers ...*bot.Paper) (bot.Outcome, error) {
	if b.fails() {
		return 0, errBroken
	}
	return b.store.File(ctx, papers...)
}

func (b broken) OpenMailing(ctx context.Context, m bot.Mailing) error {
	if b.fails() {
		return errBroken
	}
	err := b.store.OpenMailing(ctx, m)
	if err == nil && b.fails() {
		return errBroken
	}
	return err
}

func (b broken) QueueMailing(ctx context.Context, id bot.MailingID, got []bot.MailingID, choose func(bot.Person) bool) (bot.MailingProgress, error) {
	p, err := b.store.QueueMailing(ctx, id, got, choose)
	if err == nil && b.fails() {
		return p, errBroken
	}
	return p, err
}

func (b broken) SetMailing(ctx context.Context, id bot.MailingID, state bot.MailingState) error {
	if b.fails() {
		return errBroken
	}
	return b.store.SetMailing(ctx, id, state)
}

func TestAPausedOneRestsAndGoesOnAndAStoppedOneNeverDoes(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(100, bot.Person{})
		ok := must[bulletin.Bulletin](o)
		b := o.send(o.approved(content(), day), day)
		o.until(day, func() bool { return o.read(b.ID).Queued })
		if n := len(o.claim(day, 30)); n != 30 {
			t.Fatalf("%d were lent", n)
		}
		ok(o.Pause(t.Context(), b.ID, ana, day))
		if n := len(o.claim(day, 1000)); n != 0 {
			t.Errorf("%d were lent of what is paused", n)
		}
		ok(o.GoOn(t.Context(), b.ID, ana, day))
		if n := len(o.claim(day, 20)); n != 20 {
			t.Errorf("%d were lent of what goes on", n)
		}
		ok(o.Stop(t.Context(), b.ID, ana, day))
		if n := len(o.claim(day, 1000)); n != 0 {
			t.Errorf("%d were lent of what is stopped", n)
		}
		o.until(day, func() bool { return o.read(b.ID).Dropped })
		p, err := o.Progress(t.Context(), b.ID, day)
		if err != nil || p.Report.Dropped != 50 || p.Report.Waiting != 0 {
			t.Errorf("%+v, %v", p.Report, err)
		}
		if _, err := o.GoOn(t.Context(), b.ID, ana, day); !errors.Is(err, bulletin.ErrState) {
			t.Errorf("it goes on: %v", err)
		}
	})
}

func TestSeveralThatAreDueGoInOrderAndCorrectionsFirst(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(40, bot.Person{})
		first := o.send(o.approved(content(), day), day)
		o.until(day, func() bool { return o.read(first.ID).Queued })
		var plan []string
		for i, after := range []time.Duration{3, 1, 2} {
			c := content()
			c.Title, c.At = fmt.Sprint(i), day.Add(after*time.Hour)
			plan = append(plan, o.send(o.approved(c, day), day).ID)
		}
		c := content()
		c.At = day.Add(4 * time.Hour)
		fix := must[bulletin.Bulletin](o)(o.Recall(t.Context(), first.ID, ana, c, false, day))
		fix = o.send(o.approve(fix, day), day)
		if o.read(first.ID).State == bulletin.Stopped {
			t.Error("a correction that is planned stops the first before its time")
		}
		o.until(day.Add(5*time.Hour), func() bool { return o.read(plan[0]).Queued })
		if got := o.read(first.ID); got.State != bulletin.Stopped || got.Correction != fix.ID {
			t.Errorf("at the time of its correction the first is %s", got.State)
		}
		order := []string{fix.ID, plan[1], plan[2], plan[0]}
		for i := range order[1:] {
			if a, b := o.read(order[i]), o.read(order[i+1]); a.Mailing == 0 || a.Mailing >= b.Mailing {
				t.Errorf("mailing %d of %s is not before %d of %s", a.Mailing, a.ID, b.Mailing, b.ID)
			}
		}
	})
}

func TestAPausedOneIsNotQueuedFurtherUnlessAnotherIsDue(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(1500, bot.Person{})
		ok := must[bulletin.Bulletin](o)
		b := o.send(o.approved(content(), day), day)
		r := bulletin.NewRounds(o.Desk)
		round := func() int {
			if _, err := r.Round(t.Context(), day); err != nil {
				t.Fatal(err)
			}
			report, _, err := o.s.MailingReport(t.Context(), o.read(b.ID).Mailing)
			if err != nil {
				t.Fatal(err)
			}
			return report.Queued
		}
		for round() == 0 {
		}
		ok(o.Pause(t.Context(), b.ID, ana, day))
		queued := round()
		for range 5 {
			if n := round(); n != queued {
				t.Fatalf("%d are queued of what is paused, and were %d", n, queued)
			}
		}
		other := o.send(o.approved(content(), day), day)
		for !o.read(other.ID).Queued {
			round()
		}
		if got := o.read(b.ID); got.State != bulletin.Paused || !got.Queued || got.Mailing > o.read(other.ID).Mailing {
			t.Errorf("the first is %s, queued %v", got.State, got.Queued)
		}
	})
}

func TestNothingIsBegunBeforeItsTimeNorLongAfter(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(40, bot.Person{})
		c := content()
		c.At = day.Add(time.Hour)
		b := o.send(o.approved(c, day), day)
		r := bulletin.NewRounds(o.Desk)
		if _, err := r.Round(t.Context(), day.Add(59*time.Minute)); err != nil || o.read(b.ID).Begun() {
			t.Errorf("it was begun early, %v", err)
		}
		if _, err := r.Round(t.Context(), day.Add(8*time.Hour)); err != nil {
			t.Fatal(err)
		}
		got := o.read(b.ID)
		last := got.History[len(got.History)-1]
		if got.State != bulletin.Approved || last.Did != bulletin.DidRefuse || last.Note != string(bulletin.CodeLate) {
			t.Errorf("it is %s, %+v", got.State, last)
		}
	})
}

func TestTheAudienceIsCountedAgainWhenItsTimeComes(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		people := o.enrol(30, bot.Person{})
		c := content()
		c.At = day.Add(time.Hour)
		b := o.send(o.approved(c, day), day)
		for _, who := range people[:11] {
			o.turn(who, bot.Turn{Now: day, OptOut: bot.MarkOut})
		}
		o.until(day.Add(time.Hour), func() bool { return o.read(b.ID).State != bulletin.Scheduled })
		if got := o.read(b.ID); got.State != bulletin.Approved || got.Begun() || got.History[len(got.History)-1].Note != string(bulletin.CodeFew) {
			t.Errorf("it is %s, %+v", got.State, got.History)
		}
	})
}

func TestRunSendsAtItsTimeAndTellsHowItGoes(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, open(t))
				now := time.Now()
				o.enrol(200, bot.Person{Contact: bot.Contact{Since: now, Consent: now}, Seen: now})
				c := content()
				c.At = now.Add(time.Hour)
				b := o.send(o.approved(c, now), now)
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() { o.Run(ctx); close(ended) }()
				time.Sleep(time.Hour - time.Second)
				if o.read(b.ID).Begun() {
					t.Error("it was begun early")
				}
				time.Sleep(5 * time.Second)
				if got := o.read(b.ID); !got.Queued {
					t.Fatalf("it is %s: %v", got.State, o.reported())
				}
				for range 20 {
					o.claim(time.Now(), 10)
					time.Sleep(time.Second)
				}
				time.Sleep(2 * time.Second)
				if got := o.read(b.ID); got.State != bulletin.Sent {
					t.Errorf("it is %s", got.State)
				}
				o.mu.Lock()
				live := slices.Clone(o.live)
				did := slices.Clone(o.did)
				o.mu.Unlock()
				if len(live) < 10 || len(live) > 40 {
					t.Errorf("told %d times", len(live))
				}
				rate := false
				for _, p := range live {
					rate = rate || p.Rate > 5 && p.Rate < 15 && p.Ends.After(now)
				}
				if !rate {
					t.Errorf("no rate of about ten a second was told: %+v", live)
				}
				for i, want := range []string{"draft", "hand-over", "approve", "send", "begin", "queued", "sent"} {
					if i >= len(did) || did[i] != "bulletin."+want+" "+b.ID {
						t.Errorf("the log was not told that it was %s: %q", want, did)
					}
				}
				if faults := o.reported(); len(faults) != 0 {
					t.Errorf("%v", faults)
				}
				cancel()
				<-ended
				if c, ok := o.s.(interface{ Close() error }); ok {
					if err := c.Close(); err != nil {
						t.Error(err)
					}
				}
			})
		})
	}
}

func TestRunBacksOffFromAFaultAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, stores["memory"](t))
		now := time.Now()
		o.enrol(50, bot.Person{Contact: bot.Contact{Since: now, Consent: now}, Seen: now})
		b := o.send(o.approved(content(), now), now)
		sick := &ill{store: o.s, until: now.Add(time.Hour)}
		o.world.Log = nil // it files on the store that works
		desk := bulletin.New(sick, o.world)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { desk.Run(ctx); close(ended) }()
		time.Sleep(time.Hour + 2*time.Minute)
		if n := len(o.reported()); n < 50 || n > 80 {
			t.Errorf("%d faults in an hour", n)
		}
		if got := o.read(b.ID); !got.Queued {
			t.Errorf("it is %s", got.State)
		}
		cancel()
		<-ended
	})
}

// ill cannot queue until some time.
type ill struct {
	store
	until time.Time
}

func (s *ill) QueueMailing(ctx context.Context, id bot.MailingID, got []bot.MailingID, choose func(bot.Person) bool) (bot.MailingProgress, error) {
	if time.Now().Before(s.until) {
		return bot.MailingProgress{}, errBroken
	}
	return s.store.QueueMailing(ctx, id, got, choose)
}

func TestNumbersAreKeptAndPapersGoAtTheirTime(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enrol(40, bot.Person{})
		b := o.send(o.approved(content(), day), day)
		o.until(day, func() bool { return o.read(b.ID).Queued })
		o.claim(day, 1000)
		o.until(day.Add(time.Minute), func() bool { return o.read(b.ID).State == bulletin.Sent })
		o.until(day.Add(2*time.Hour), func() bool { return o.read(b.ID).Closed })
		r := bulletin.NewRounds(o.Desk)
		if _, err := r.Round(t.Context(), day.Add(20*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := o.s.ForgetMailing(t.Context(), o.read(b.ID).Mailing); err != nil {
			t.Fatal(err)
		}
		p, err := o.Progress(t.Context(), b.ID, day.Add(40*24*time.Hour))
		if err != nil || !p.Final || p.Report.Queued != 40 {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := r.Round(t.Context(), day.Add(366*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Bulletin(t.Context(), b.ID); !errors.Is(err, bulletin.ErrNone) {
			t.Errorf("after a year it is there: %v", err)
		}
		if all, err := o.List(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("%d are listed, %v", len(all), err)
		}
	})
}
