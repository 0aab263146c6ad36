// One lane: what goes next, how fast, and to whom not.

package deliver_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
)

func TestTheMostUrgentGoesFirst(t *testing.T) {
	start(t, deliver.Lane{Rate: 1}, func(w *world) {
		for _, k := range []bot.Kind{bot.Bulletin, bot.Reminder, bot.Reply} {
			for i := range 2 {
				w.put(k, fmt.Sprint(i), fmt.Sprintf("%s%d", k, i))
			}
		}
		w.run(w.store)
		time.Sleep(10 * time.Second)
		w.sent("reply0", "reply1", "reminder0", "reminder1", "bulletin0", "bulletin1")
	})
}

func TestAReplyGoesWithTheNextToken(t *testing.T) {
	start(t, deliver.Lane{Rate: 1}, func(w *world) {
		for i := range 1000 {
			w.put(bot.Bulletin, fmt.Sprint(i), "b")
		}
		w.run(w.store)
		time.Sleep(10*time.Second + 500*time.Millisecond)
		w.put(bot.Reply, "7", "reply")
		time.Sleep(510 * time.Millisecond)
		if got := w.provider.times("reply"); len(got) != 1 || got[0] != 11*time.Second {
			t.Errorf("the reply went at %v, want the next token's 11 s", got)
		}
		if n := len(w.provider.texts()); n != 12 {
			t.Errorf("%d messages in 11 s, want 12", n)
		}
	})
}

func TestTheRateAndItsBurstAreKept(t *testing.T) {
	start(t, deliver.Lane{Rate: 30, Burst: 10, Workers: 64}, func(w *world) {
		for i := range 1000 {
			w.put(bot.Bulletin, fmt.Sprint(i), "b")
		}
		w.run(w.store)
		time.Sleep(10 * time.Second)
		at := w.provider.times("b")
		if n := len(at); n < 305 || n > 311 {
			t.Errorf("%d messages in 10 s, want 30 a second and a burst of 10", n)
		}
		for i := 31; i < len(at); i++ {
			if d := at[i] - at[i-31]; d < 690*time.Millisecond {
				t.Fatalf("31 messages within %v", d)
			}
		}
	})
}

func TestErrandsTakeNothingFromPeople(t *testing.T) {
	start(t, deliver.Lane{Rate: 1, Workers: 64}, func(w *world) {
		for i := range 100 {
			w.put(bot.Errand, fmt.Sprint("SM", i), "errand")
			w.put(bot.Bulletin, fmt.Sprint(i), "b")
		}
		w.run(w.store)
		time.Sleep(5*time.Second + time.Millisecond)
		if b, e := len(w.provider.times("b")), len(w.provider.times("errand")); b != 6 || e != 60 {
			t.Errorf("%d bulletins and %d errands in 5 s, want 6 and 60", b, e)
		}
	})
}

func TestOneContactIsPacedAndOthersAreNot(t *testing.T) {
	start(t, deliver.Lane{PerContact: time.Second, ContactBurst: 3}, func(w *world) {
		for i := range 6 {
			w.put(bot.Reply, "ana", fmt.Sprint("ana", i))
		}
		w.put(bot.Reply, "bo", "bo")
		w.run(w.store)
		time.Sleep(100 * time.Millisecond)
		w.put(bot.Bulletin, "ana", "bulletin")
		time.Sleep(10 * time.Second)
		var at []time.Duration
		for i := range 6 {
			at = append(at, w.provider.times(fmt.Sprint("ana", i))...)
		}
		if want := []time.Duration{0, 0, 0, 1e9, 2e9, 3e9}; !slices.Equal(at, want) {
			t.Errorf("sent at %v, want %v", at, want)
		}
		if got := w.provider.times("bo"); !slices.Equal(got, []time.Duration{0}) {
			t.Errorf("somebody else was sent at %v", got)
		}
		if got := w.provider.times("bulletin"); !slices.Equal(got, []time.Duration{4e9}) {
			t.Errorf("another kind to the same contact went at %v", got)
		}
	})
}

func TestNothingEverTakesTheWorkersOfReplies(t *testing.T) {
	for _, k := range all[1:] {
		start(t, deliver.Lane{Workers: 4, Timeout: time.Minute}, func(w *world) {
			w.provider.do = func(_ context.Context, c bot.Claimed, _ int) (deliver.Result, bool) {
				if c.Kind != bot.Reply {
					time.Sleep(50 * time.Second)
				}
				return deliver.Result{Outcome: deliver.Sent}, true
			}
			for i := range 40 {
				w.put(k, fmt.Sprint(i), "slow")
			}
			w.run(w.store)
			time.Sleep(time.Second)
			w.put(bot.Reply, "ana", "reply")
			time.Sleep(time.Second)
			w.sent("reply")
			if n := len(w.provider.times("slow")); n != 4 {
				t.Errorf("%d %ss under way, want as many as workers", n, k)
			}
		})
	}
}

func TestNoMoreIsUnderWayThanThereAreWorkers(t *testing.T) {
	start(t, deliver.Lane{Workers: 16}, func(w *world) {
		w.provider.do = func(context.Context, bot.Claimed, int) (deliver.Result, bool) {
			time.Sleep(100 * time.Millisecond)
			return deliver.Result{Outcome: deliver.Sent}, true
		}
		for i := range 2000 {
			w.put(bot.Reply, fmt.Sprint(i), "r")
			w.put(bot.Bulletin, fmt.Sprint(i), "b")
		}
		w.run(w.store)
		time.Sleep(10 * time.Second)
		if w.played().most != 18 {
			t.Errorf("%d under way at once, want 16 and the 2 of replies", w.played().most)
		}
		if n := len(w.provider.texts()); n < 1750 || n > 1800 {
			t.Errorf("%d sent in 10 s, want 18 workers' 10 a second each", n)
		}
	})
}

func TestALineKeepsItsOrderAcrossClaims(t *testing.T) {
	start(t, deliver.Lane{Workers: 8}, func(w *world) {
		w.provider.do = func(context.Context, bot.Claimed, int) (deliver.Result, bool) {
			time.Sleep(10 * time.Millisecond)
			return deliver.Result{Outcome: deliver.Sent}, true
		}
		var want []string
		for i := range 50 {
			want = append(want, fmt.Sprint(i))
		}
		w.putAll(bot.Reply, "ana", want[:30]...)
		w.run(w.store)
		for _, text := range want[30:] {
			w.put(bot.Reply, "ana", text)
			time.Sleep(7 * time.Millisecond)
		}
		time.Sleep(5 * time.Second)
		w.sent(want...)
	})
}

func TestALineThatWaitsHoldsUpItselfAlone(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.answers(map[string][]deliver.Result{
			"first":  {{Outcome: deliver.Retry, After: 30 * time.Second}},
			"parked": {{Outcome: deliver.Parked}},
		})
		w.putAll(bot.Reply, "ana", "first", "second")
		w.put(bot.Reminder, "ana", "reminder")
		w.putAll(bot.Bulletin, "ana", "parked", "behind")
		w.put(bot.Reply, "bo", "bo")
		w.run(w.store)
		time.Sleep(20 * time.Second)
		if got := w.provider.texts(); !slices.Equal(sorted(got), []string{"bo", "reminder"}) {
			t.Errorf("sent %q while a line waited", got)
		}
		time.Sleep(20 * time.Second)
		if got := w.provider.texts(); !slices.Equal(got[2:], []string{"first", "second"}) {
			t.Errorf("then %q", got)
		}
		w.put(bot.Reply, "ana", "the person wrote")
		time.Sleep(time.Second)
		if got := w.provider.texts(); !slices.Equal(sorted(got[4:]), []string{"behind", "parked", "the person wrote"}) {
			t.Errorf("and then %q", got[4:])
		}
	})
}

func sorted(s []string) []string { s = slices.Clone(s); slices.Sort(s); return s }

func TestWhoStopsGetsNothingMore(t *testing.T) {
	start(t, deliver.Lane{Rate: 1}, func(w *world) {
		w.putAll(bot.Bulletin, "ana", "1", "2", "3", "4")
		w.run(w.store)
		time.Sleep(1500 * time.Millisecond)
		w.turn(address("ana"), func(t *bot.Turn) { t.OptOut = bot.MarkOut })
		time.Sleep(10 * time.Second)
		w.sent("1", "2")
		if w.metered().withheld != 2 {
			t.Errorf("%d withheld, want the 2 that were claimed", w.metered().withheld)
		}
	})
}

func TestWhoStoppedAtTheProviderGetsNothingMore(t *testing.T) {
	for _, o := range []deliver.Outcome{deliver.OptedOut, deliver.Unreachable} {
		start(t, deliver.Lane{Rate: 1}, func(w *world) {
			w.answers(map[string][]deliver.Result{"1": {{Outcome: o, Reason: "21610"}}})
			w.putAll(bot.Reply, "ana", "1", "2")
			w.put(bot.Reminder, "ana", "3")
			w.put(bot.Bulletin, "ana", "4")
			w.put(bot.Reply, "bo", "bo")
			w.run(w.store)
			time.Sleep(time.Hour)
			w.sent("bo")
			if c := w.counts(); c.Queued != 0 || w.metered().died["21610"] != 1 {
				t.Errorf("after %v %d are queued and %v died", o, c.Queued, w.metered().died)
			}
		})
	}
}

func TestWhatIsTooOldIsNotSent(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		for i, k := range all {
			w.put(k, "ana", fmt.Sprint(i))
		}
		w.put(bot.Bulletin, "ana", "behind")
		var until []bot.Outbound
		for _, at := range []time.Duration{time.Hour, 3 * time.Hour} {
			until = append(until, bot.Outbound{To: address("bo"), Kind: bot.Reminder, At: begin, Until: begin.Add(at)})
		}
		// One that is of use for long misleads all the same, hours after its time;
		// one that came an hour later does not yet.
		until = append(until, bot.Outbound{To: address("bo"), Kind: bot.Reminder, At: begin.Add(time.Hour), Until: begin.Add(9 * time.Hour), Message: flows.Message{Text: "young"}})
		w.known("bo")
		if _, err := w.store.Queue(t.Context(), until); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		w.run(w.store)
		time.Sleep(time.Second)
		if got := sorted(w.provider.texts()); !slices.Equal(got, []string{"0", "2", "3", "behind", "young"}) {
			t.Errorf("after two hours %q are sent", got)
		}
		if w.metered().died[deliver.ReasonOld] != 3 || w.counts().Queued != 0 {
			t.Errorf("died %v, %d queued", w.metered().died, w.counts().Queued)
		}
	})
	for k, life := range map[bot.Kind]time.Duration{bot.Reply: deliver.ReplyLife, bot.Reminder: deliver.ReminderLife, bot.Bulletin: deliver.BulletinLife, bot.Errand: deliver.ErrandLife} {
		start(t, deliver.Lane{}, func(w *world) {
			w.put(k, "ana", "x")
			time.Sleep(life)
			w.run(w.store)
			time.Sleep(time.Second)
			if w.sent(); w.metered().died[deliver.ReasonOld] != 1 {
				t.Errorf("a %s of %v: died %v", k, life, w.metered().died)
			}
		})
	}
}

// What was on time when it was queued may wait for a provider, or behind
// thousands of others.
func TestAReminderThatLeavesLateSaysSoAndLeavesWhileItsWindowIsOpen(t *testing.T) {
	for after, want := range map[time.Duration]string{
		0: "soon", flows.Spread: "soon", flows.Spread + time.Second: "late", 9*time.Hour - time.Second: "late", 9 * time.Hour: "",
	} {
		start(t, deliver.Lane{}, func(w *world) {
			w.known("ana")
			o := bot.Outbound{
				To: address("ana"), Kind: bot.Reminder, At: begin.Add(time.Second), Until: begin.Add(9*time.Hour + time.Second), LateFrom: begin.Add(flows.Spread + time.Second),
				Message: flows.Message{Text: "soon", Late: "late"},
			}
			if _, err := w.store.Queue(t.Context(), []bot.Outbound{o}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second + after)
			w.run(w.store)
			time.Sleep(time.Second)
			if got := strings.Join(w.provider.texts(), " "); got != want || (w.metered().late == 1) != (want == "late") || (w.metered().died[deliver.ReasonOld] == 1) != (want == "") {
				t.Errorf("%v later: %q is sent, %d late, died %v", after, got, w.metered().late, w.metered().died)
			}
		})
	}
	start(t, deliver.Lane{}, func(w *world) { // a window without an end
		w.known("ana")
		o := bot.Outbound{To: address("ana"), Kind: bot.Reminder, At: begin, Until: begin.AddDate(0, 0, 9), LateFrom: begin.Add(flows.Spread)}
		if _, err := w.store.Queue(t.Context(), []bot.Outbound{o}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(deliver.LateLife)
		w.run(w.store)
		time.Sleep(time.Second)
		if w.sent(); w.metered().died[deliver.ReasonOld] != 1 {
			t.Errorf("a day later: died %v", w.metered().died)
		}
	})
}

func TestWhatIsParkedIsGivenUpAtItsExpiry(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.answers(map[string][]deliver.Result{"x": {{Outcome: deliver.Parked}}})
		w.put(bot.Bulletin, "ana", "x")
		w.run(w.store)
		time.Sleep(deliver.BulletinLife - time.Minute)
		if w.counts().Queued != 1 {
			t.Error("it is gone before its time")
		}
		time.Sleep(2 * time.Minute)
		if w.sent(); w.counts().Queued != 0 || w.metered().died[deliver.ReasonOld] != 1 {
			t.Errorf("queued %d, died %v", w.counts().Queued, w.metered().died)
		}
	})
}

func TestAPauseThatTheProviderAsksForIsKept(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.answers(map[string][]deliver.Result{
			"a": {{Outcome: deliver.Retry, After: 35 * time.Second}, {Outcome: deliver.Retry, After: 100 * time.Hour}},
		})
		w.put(bot.Reply, "ana", "a")
		w.run(w.store)
		time.Sleep(time.Second)
		w.put(bot.Reply, "bo", "b")
		time.Sleep(time.Minute)
		at := w.provider.times("a")
		if len(at) != 2 || at[1] < 35*time.Second || at[1] > 36*time.Second+100*time.Millisecond {
			t.Errorf("attempts at %v, want the second after 35 s", at)
		}
		if got := w.provider.times("b"); !slices.Equal(got, []time.Duration{time.Second}) {
			t.Errorf("somebody else was sent at %v", got)
		}
		time.Sleep(deliver.ReplyLife)
		if w.counts().Queued != 0 || w.metered().died[deliver.ReasonOld] != 1 {
			t.Errorf("an absurd pause outlives the message: %v died", w.metered().died)
		}
	})
}

func TestWhenTwoContactsAreToWaitTheLaneWaits(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.answers(map[string][]deliver.Result{
			"a": {{Outcome: deliver.Retry, After: 8 * time.Second}}, "b": {{Outcome: deliver.Retry, After: 5 * time.Second}},
		})
		w.put(bot.Reply, "ana", "a")
		w.run(w.store)
		time.Sleep(time.Second)
		w.put(bot.Reply, "bo", "b")
		time.Sleep(time.Second)
		w.put(bot.Reply, "eva", "c")
		time.Sleep(30 * time.Second)
		if got := w.provider.times("c"); len(got) != 1 || got[0] != 8*time.Second {
			t.Errorf("the lane went on at %v, want the longest pause's 8 s", got)
		}
		if got := w.provider.texts(); len(got) != 3 {
			t.Errorf("sent %q", got)
		}
		if s := w.state(); !s.Up {
			t.Errorf("a lane that was asked to slow down is called down: %v", s.Why)
		}
	})
}

func TestRetriesBackOffAtRandomAndWithinBounds(t *testing.T) {
	first := map[time.Duration]bool{}
	for range 10 {
		start(t, deliver.Lane{}, func(w *world) {
			w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
				if c.Message.Text == "r" && nth < 12 {
					return deliver.Result{Outcome: deliver.Retry, Reason: "30001"}, false
				}
				return deliver.Result{Outcome: deliver.Sent}, true
			}
			w.put(bot.Reply, "ana", "r")
			w.run(w.store)
			for range 3600 { // others go through, and keep the lane closed
				w.put(bot.Reply, "bo", "b")
				time.Sleep(time.Second)
			}
			at := w.provider.times("r")
			if len(at) != 12 {
				t.Fatalf("%d attempts, want 12", len(at))
			}
			for n := 1; n < len(at); n++ {
				most := min(time.Second<<(n-1), deliver.MaxBackoff)
				// The store is asked no more often than it can bear.
				if pause := at[n] - at[n-1]; pause <= 0 || pause > most+100*time.Millisecond {
					t.Errorf("pause %d is %v, want at most %v", n, pause, most)
				}
			}
			first[at[3]-at[2]] = true
		})
	}
	if len(first) < 9 {
		t.Errorf("10 messages that failed alike came back after %d different pauses", len(first))
	}
}

func TestTheLaneOpensWhenTheProviderIsDownAndIsProbed(t *testing.T) {
	start(t, deliver.Lane{Workers: 4}, func(w *world) {
		var up atomic.Bool
		w.provider.do = func(ctx context.Context, _ bot.Claimed, _ int) (deliver.Result, bool) {
			time.Sleep(100 * time.Millisecond)
			if up.Load() {
				return deliver.Result{Outcome: deliver.Sent}, true
			}
			return deliver.Result{Outcome: deliver.Retry, Reason: "503"}, false
		}
		for i := range 1000 {
			w.put(bot.Bulletin, fmt.Sprint(i), "b")
		}
		w.run(w.store)
		time.Sleep(10 * time.Minute)
		s := w.state()
		if s.Up || s.Why != "the provider has not answered since 2000-01-01 00:00:00 UTC (503)" {
			t.Errorf("state %+v", s)
		}
		at := w.provider.times("b")
		// Two rounds of four workers at most before it opens, six probes in the first minute, then one every 45 seconds at most.
		if n := len(at); n < 12 || n > 2*4+6+600/45+1 {
			t.Errorf("%d attempts in ten minutes of outage, want a few", n)
		}
		last := at[len(at)-6:]
		for i := 1; i < len(last); i++ {
			if d := last[i] - last[i-1]; d < 45*time.Second || d > 61*time.Second {
				t.Errorf("probes %v apart", d)
			}
		}
		up.Store(true)
		time.Sleep(90 * time.Second)
		if s := w.state(); !s.Up || s.Why != "" {
			t.Errorf("after a success: %+v", s)
		}
		if n := len(w.provider.texts()); n < 900 {
			t.Errorf("%d sent after the provider came back", n)
		}
		time.Sleep(5 * time.Minute)
		if n := len(w.provider.texts()); n != 1000 || w.counts().Queued != 0 {
			t.Errorf("%d sent, %d queued", n, w.counts().Queued)
		}
	})
}

func TestAPauseAskedForIsAWordOfTheProvider(t *testing.T) {
	start(t, deliver.Lane{Workers: 1}, func(w *world) {
		w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
			return deliver.Result{Outcome: deliver.Retry, After: time.Second, Reason: "429"}, false
		}
		for range 20 {
			w.put(bot.Reply, "ana", "r")
		}
		w.run(w.store)
		time.Sleep(time.Minute)
		if s := w.state(); !s.Up {
			t.Errorf("state %+v", s)
		}
	})
}

func TestWrongSettingsLoseNothingAndAreSaid(t *testing.T) {
	start(t, deliver.Lane{Workers: 4}, func(w *world) {
		var mended atomic.Bool
		w.provider.do = func(context.Context, bot.Claimed, int) (deliver.Result, bool) {
			if mended.Load() {
				return deliver.Result{Outcome: deliver.Sent}, true
			}
			return deliver.Result{Outcome: deliver.Misconfigured, Reason: "401"}, false
		}
		var want []string
		for i := range 30 {
			want = append(want, fmt.Sprint(i))
			w.put(bot.Reply, "ana", fmt.Sprint(i))
			w.put(bot.Bulletin, fmt.Sprint(i), "b")
		}
		w.run(w.store)
		time.Sleep(time.Hour)
		if s := w.state(); s.Up || !strings.HasPrefix(s.Why, "settings: ") || !strings.Contains(s.Why, "401") {
			t.Errorf("state %+v", s)
		}
		if n := len(w.played().attempts); n > 30 {
			t.Errorf("%d attempts in an hour of wrong settings", n)
		}
		if n := w.counts().Queued; n != 60 {
			t.Errorf("%d are queued, want all 60", n)
		}
		mended.Store(true)
		time.Sleep(8 * time.Minute)
		got := slices.DeleteFunc(w.provider.texts(), func(s string) bool { return s == "b" })
		if !slices.Equal(got, want) || w.counts().Queued != 0 || !w.state().Up {
			t.Errorf("sent %q, %d queued, state %+v", got, w.counts().Queued, w.state())
		}
	})
}

func TestOneOddMessageDoesNotCloseALane(t *testing.T) {
	start(t, deliver.Lane{Workers: 2}, func(w *world) {
		w.provider.do = func(_ context.Context, c bot.Claimed, _ int) (deliver.Result, bool) {
			if c.Message.Text == "odd" {
				return deliver.Result{Outcome: deliver.Misconfigured, Reason: "template"}, false
			}
			return deliver.Result{Outcome: deliver.Sent}, true
		}
		w.put(bot.Reply, "ana", "odd")
		w.run(w.store)
		for range 60 {
			w.put(bot.Reply, "bo", "x")
			time.Sleep(time.Minute)
		}
		time.Sleep(10 * time.Minute)
		if n := len(w.provider.texts()); n != 60 {
			t.Errorf("%d of 60 were sent", n)
		}
	})
}

func TestASenderThatPanicsTakesNobodyDown(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
			if c.Message.Text == "secret" && nth == 1 {
				panic("never repeat: " + c.Message.Text)
			}
			return deliver.Result{Outcome: deliver.Sent}, true
		}
		w.put(bot.Reply, "ana", "secret")
		w.run(w.store)
		w.put(bot.Reply, "bo", "b")
		time.Sleep(time.Second)
		w.sent("b")
		time.Sleep(time.Minute)
		w.sent("b", "secret")
		if len(w.faults()) != 1 || strings.Contains(w.faults()[0].Error(), "secret") || !strings.Contains(w.faults()[0].Error(), "panicked") {
			t.Errorf("reported %v", w.faults())
		}
		if w.metered().attempts[deliver.Unknown] != 1 {
			t.Errorf("attempts %v", w.metered().attempts)
		}
	})
}

func TestASenderThatForgetsItsTimeOutHoldsUpNobodyElse(t *testing.T) {
	start(t, deliver.Lane{Workers: 2, Timeout: 10 * time.Second}, func(w *world) {
		w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
			if c.Message.Text == "stuck" && nth == 1 {
				time.Sleep(time.Hour)
			}
			return deliver.Result{Outcome: deliver.Sent}, true
		}
		w.put(bot.Reply, "ana", "stuck")
		w.put(bot.Bulletin, "eva", "stuck")
		w.run(w.store)
		for i := range 20 {
			w.put(bot.Reply, "bo", fmt.Sprint(i))
			time.Sleep(time.Second)
		}
		if n := len(w.provider.texts()); n != 20 {
			t.Errorf("%d of 20 went past the stuck ones", n)
		}
		time.Sleep(time.Minute)
		// The rule for unknown outcomes: the reply again, the bulletin not.
		if at := w.provider.times("stuck"); len(at) != 3 || at[2] < 35*time.Second {
			t.Errorf("attempts at %v", at)
		}
		if w.metered().died[deliver.ReasonUnknown] != 1 {
			t.Errorf("died %v", w.metered().died)
		}
		time.Sleep(2 * time.Hour)
		if w.metered().refused != 2 {
			t.Errorf("%d late results were counted, want 2", w.metered().refused)
		}
	})
}

func TestASenderWithoutAResultIsUnknown(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.answers(map[string][]deliver.Result{"x": {{}}})
		w.put(bot.Bulletin, "ana", "x")
		w.run(w.store)
		time.Sleep(time.Minute)
		if w.sent(); w.metered().died[deliver.ReasonUnknown] != 1 {
			t.Errorf("died %v", w.metered().died)
		}
	})
}

func TestStoppingFinishesWhatIsUnderWayAndGivesTheRestBack(t *testing.T) {
	start(t, deliver.Lane{Workers: 3, Timeout: 10 * time.Second}, func(w *world) {
		w.provider.do = func(ctx context.Context, _ bot.Claimed, _ int) (deliver.Result, bool) {
			select {
			case <-time.After(5 * time.Second):
				return deliver.Result{Outcome: deliver.Sent}, true
			case <-ctx.Done():
				return deliver.Result{Outcome: deliver.Unknown}, false
			}
		}
		for i := range 20 {
			w.putAll(bot.Bulletin, fmt.Sprint(i), "1", "2")
		}
		w.run(w.store)
		time.Sleep(time.Second)
		stopped := time.Now()
		w.stop()
		if took := time.Since(stopped); took != 4*time.Second {
			t.Errorf("stopping took %v, want the 4 s that were left", took)
		}
		w.sent("1", "1", "1")
		if n := w.counts().Queued; n != 37 {
			t.Errorf("%d are queued, want 37", n)
		}
		// All of it is ready at once for the next.
		got, err := w.store.Claim(t.Context(), time.Now(), bot.ClaimOrder{Channel: channel, Kind: bot.Bulletin, Lines: 100, Each: 100, Lease: time.Minute})
		if err != nil || len(got) != 37 {
			t.Errorf("%d can be claimed again, want 37 (%v)", len(got), err)
		}
	})
}

func TestStoppingWaitsNoLongerThanASendMayTake(t *testing.T) {
	start(t, deliver.Lane{Workers: 1, Timeout: 10 * time.Second}, func(w *world) {
		w.provider.do = func(context.Context, bot.Claimed, int) (deliver.Result, bool) {
			time.Sleep(time.Hour)
			return deliver.Result{Outcome: deliver.Sent}, true
		}
		w.put(bot.Reply, "ana", "x")
		w.run(w.store)
		time.Sleep(time.Second)
		stopped := time.Now()
		w.stop()
		if took := time.Since(stopped); took > 10*time.Second+deliver.Grace {
			t.Errorf("stopping took %v", took)
		}
		if n := w.counts().Queued; n != 1 {
			t.Errorf("%d are queued: a reply of unknown outcome is to be sent again", n)
		}
		time.Sleep(2 * time.Hour) // the sender comes back to nobody
	})
}

func TestNobodyNeedsToWakeALaneForWhatComesBack(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.run(w.store)
		synctest.Wait()
		w.d = nil // nobody wakes it
		w.put(bot.Reply, "ana", "x")
		time.Sleep(31 * time.Second)
		w.sent("x")
	})
}

func TestNothingIsSentThatCannotBeKept(t *testing.T) {
	start(t, deliver.Lane{Workers: 4}, func(w *world) {
		w.provider.do = func(context.Context, bot.Claimed, int) (deliver.Result, bool) {
			time.Sleep(10 * time.Millisecond)
			return deliver.Result{Outcome: deliver.Sent}, true
		}
		outbox := &flaky{Outbox: w.store}
		outbox.settle.Store(20)
		for i := range 1000 {
			w.put(bot.Bulletin, fmt.Sprint(i), "b")
		}
		w.run(outbox)
		time.Sleep(time.Minute)
		if n := len(w.provider.texts()); n > 8 {
			t.Errorf("%d were sent while the store failed", n)
		}
		if s := w.state(); s.Up || s.Why != "the store fails" || s.Since.Sub(begin) > time.Second {
			t.Errorf("state %+v", s)
		}
		time.Sleep(time.Minute)
		if n := len(w.provider.texts()); n != 1000 || w.counts().Queued != 0 || !w.state().Up {
			t.Errorf("then %d were sent, %d are queued, state %+v", n, w.counts().Queued, w.state())
		}
		if len(w.faults()) != 20 || !strings.Contains(w.faults()[0].Error(), errDisk.Error()) {
			t.Errorf("%d faults reported: %v", len(w.faults()), w.faults()[0])
		}
	})
}

func TestASettlementThatIsRefusedIsCounted(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		outbox := &flaky{Outbox: w.store}
		outbox.settle.Store(1)
		outbox.keep.Store(true)
		w.put(bot.Reply, "ana", "x")
		w.run(outbox)
		time.Sleep(time.Minute)
		if w.sent("x"); w.metered().refused != 1 {
			t.Errorf("%d refused, want 1", w.metered().refused)
		}
	})
}

func TestWhatWaitsLongerThanItsLeaseIsClaimedAnew(t *testing.T) {
	start(t, deliver.Lane{Rate: 1.0 / 600}, func(w *world) {
		w.putAll(bot.Bulletin, "ana", "1", "2", "3")
		w.put(bot.Bulletin, "bo", "4")
		w.run(w.store)
		time.Sleep(time.Hour)
		w.sent("1", "2", "3", "4")
		if w.metered().refused != 0 || w.counts().Queued != 0 {
			t.Errorf("%d refused, %d queued", w.metered().refused, w.counts().Queued)
		}
	})
}

func TestALaneThatIsDownLeavesOthersAlone(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.provider.do = func(context.Context, bot.Claimed, int) (deliver.Result, bool) {
			return deliver.Result{Outcome: deliver.Misconfigured, Reason: "401"}, false
		}
		other := &provider{}
		d := deliver.New(w.store, []deliver.Lane{
			{Channel: channel, Sender: w.provider}, {Channel: "telegram", Sender: other}, {Channel: "whatsapp", Sender: other},
		}, nil, func(err error) { t.Error(err) })
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() { d.Run(ctx); close(ended) }()
		w.d = d
		w.put(bot.Reply, "ana", "x")
		w.turn(bot.Address{Channel: "telegram", ID: "1"}, func(t *bot.Turn) {
			t.Out = []bot.Outbound{{To: t.Snapshot.From, Kind: bot.Reply, At: time.Now()}}
		})
		d.Wake("telegram")
		time.Sleep(time.Second)
		if n := len(other.texts()); n != 1 {
			t.Errorf("%d were sent on another lane, want 1", n)
		}
		states := d.States()
		if len(states) != 3 || states[0].Up || !states[1].Up || !states[2].Up || states[2].Channel != "whatsapp" {
			t.Errorf("states %+v", states)
		}
		cancel()
		<-ended
	})
}

func TestWhoWritesAfterAllGetsWhatWasSetAside(t *testing.T) {
	start(t, deliver.Lane{Rate: 1}, func(w *world) {
		w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
			if c.Message.Text == "1" {
				w.write("ana") // while the provider says that they cannot be reached
				return deliver.Result{Outcome: deliver.Unreachable, Reason: "30005"}, false
			}
			return deliver.Result{Outcome: deliver.Sent}, true
		}
		w.putAll(bot.Reply, "ana", "1", "2")
		w.put(bot.Bulletin, "ana", "3")
		w.run(w.store)
		time.Sleep(10 * time.Second)
		w.sent("2", "3")
	})
}

// slow is an outbox whose disk is slow.
type slow struct {
	deliver.Outbox
	takes   time.Duration
	batches []int // the sizes of what was settled together
}

func (s *slow) Settle(ctx context.Context, now time.Time, list []bot.Settlement) ([]bot.Token, error) {
	s.batches = append(s.batches, len(list))
	time.Sleep(s.takes)
	return s.Outbox.Settle(ctx, now, list)
}

func TestWhoCannotBeReachedGetsNothingMoreEvenBeforeThatIsKept(t *testing.T) {
	for _, o := range []deliver.Outcome{deliver.OptedOut, deliver.Unreachable} {
		start(t, deliver.Lane{Rate: 1}, func(w *world) {
			w.answers(map[string][]deliver.Result{"1": {{Outcome: o}}})
			w.putAll(bot.Reply, "ana", "1", "2")
			w.put(bot.Bulletin, "ana", "3")
			w.put(bot.Bulletin, "bo", "4")
			w.run(&slow{Outbox: w.store, takes: 10 * time.Second})
			time.Sleep(time.Hour)
			if w.sent("4"); w.counts().Queued != 0 {
				t.Errorf("%d are queued", w.counts().Queued)
			}
		})
	}
}

func TestTheDiskIsNotLeftBehind(t *testing.T) {
	start(t, deliver.Lane{Workers: 32}, func(w *world) {
		for i := range 2000 {
			w.put(bot.Bulletin, fmt.Sprint(i), "b")
		}
		w.run(&slow{Outbox: w.store, takes: time.Minute})
		time.Sleep(20 * time.Second)
		// One batch is on its way to the disk.
		if n := len(w.provider.texts()); n < 500 || n > 600 {
			t.Errorf("%d were sent that are not kept", n)
		}
		w.put(bot.Reply, "ana", "reply")
		time.Sleep(time.Millisecond)
		if n := len(w.provider.times("reply")); n != 1 {
			t.Error("a reply waits for what others have not kept")
		}
	})
}

func TestAStoreThatTakesLongerThanALeaseDoublesNothing(t *testing.T) {
	start(t, deliver.Lane{Workers: 32}, func(w *world) {
		for i := range 300 {
			w.putAll(bot.Reply, fmt.Sprint(i), "1", "2")
		}
		w.run(&slow{Outbox: w.store, takes: 2 * deliver.Lease(w.lane.Timeout)})
		time.Sleep(time.Minute)
		if s := w.state(); s.Up || s.Why != "the store fails" {
			t.Errorf("state %+v", s)
		}
		time.Sleep(10 * time.Hour)
		if n := len(w.provider.texts()); n != 600 || w.metered().refused != 0 {
			t.Errorf("%d sends of 600 messages, %d refused", n, w.metered().refused)
		}
	})
}

func TestTransactionsAreShortWhilePeopleAreAnswered(t *testing.T) {
	for _, talk := range []bool{true, false} {
		start(t, deliver.Lane{Workers: 32}, func(w *world) {
			w.provider.do = func(context.Context, bot.Claimed, int) (deliver.Result, bool) {
				time.Sleep(10 * time.Millisecond)
				return deliver.Result{Outcome: deliver.Sent}, true
			}
			for i := range 2000 {
				w.put(bot.Bulletin, fmt.Sprint(i), "b")
			}
			outbox := &slow{Outbox: w.store, takes: 100 * time.Millisecond}
			w.put(bot.Reply, "ana", "hola")
			w.run(outbox)
			for range 20 {
				if talk {
					w.put(bot.Reply, "ana", "hola")
				}
				time.Sleep(200 * time.Millisecond)
			}
			w.stop()
			if most := slices.Max(outbox.batches); most != map[bool]int{true: 64, false: 256}[talk] {
				t.Errorf("talking %v: settled %d together", talk, most)
			}
		})
	}
}

func TestWhatIsWithheldCostsNoToken(t *testing.T) {
	start(t, deliver.Lane{Rate: 1}, func(w *world) {
		w.putAll(bot.Bulletin, "ana", "1", "2", "3")
		w.run(w.store)
		time.Sleep(500 * time.Millisecond)
		w.turn(address("ana"), func(t *bot.Turn) { t.OptOut = bot.MarkOut })
		time.Sleep(700 * time.Millisecond)
		w.put(bot.Reply, "bo", "reply")
		time.Sleep(time.Millisecond)
		if at := w.provider.times("reply"); len(at) != 1 {
			t.Error("the reply waits for a token that nobody used")
		}
		w.sent("1", "reply")
	})
}
