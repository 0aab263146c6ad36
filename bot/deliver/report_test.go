// Delivery reports: what follows when a message that had left did not arrive.

package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/bot/deliver"
)

// refs makes the provider give every message a reference, a new one each time.
func (w *world) refs() {
	w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
		return deliver.Result{Outcome: deliver.Sent, Ref: ref(c.ID, nth)}, true
	}
}

func ref(message uint64, nth int) string { return fmt.Sprintf("SM%d-%d", message, nth) }

func (w *world) report(r deliver.Report) {
	w.Helper()
	r.Channel, r.At = channel, time.Now()
	if err := w.d.Report(context.Background(), r); err != nil {
		w.Error(err)
	}
}

func failed(id uint64, nth int, o deliver.Outcome) deliver.Report {
	return deliver.Report{Message: id, Ref: ref(id, nth), State: bot.DeliveryFailed, Outcome: o, Reason: "30003"}
}

func TestWhatDidNotArriveIsTreatedByItsReason(t *testing.T) {
	type end struct {
		sends     int
		died      int
		after     time.Duration // when the second send was, at most
		reachable bool
	}
	for o, want := range map[deliver.Outcome]end{
		0:                     {1, 1, 0, true},
		deliver.Drop:          {1, 1, 0, true},
		deliver.Unknown:       {1, 1, 0, true},
		deliver.Retry:         {2, 0, 62 * time.Second, true},
		deliver.Misconfigured: {2, 1, 6 * time.Minute, true},
		deliver.Unreachable:   {1, 1, 0, false},
		deliver.OptedOut:      {1, 1, 0, false},
	} {
		start(t, deliver.Lane{}, func(w *world) {
			w.refs()
			w.run(w.store)
			id := w.put(bot.Reply, "ana", "x")
			time.Sleep(time.Second)
			w.report(failed(id, 1, o))
			time.Sleep(10 * time.Minute)
			w.report(failed(id, 1, o)) // once more, late
			time.Sleep(10 * time.Minute)
			at := w.provider.times("x")
			if len(at) != want.sends || want.sends == 2 && at[1] > want.after+time.Second {
				t.Errorf("%v: sent at %v, want %d times", o, at, want.sends)
			}
			if want.sends == 2 {
				w.report(failed(id, 2, o))
				time.Sleep(10 * time.Minute)
				most := 2
				if o == deliver.Retry { // a few times, ever more rarely
					most = 3
				}
				if n := len(w.provider.times("x")); n != most {
					t.Errorf("%v: sent %d times after a second failure", o, n)
				}
			}
			if w.metered().died["30003"] != want.died || w.counts().Dead != want.died {
				t.Errorf("%v: died %v, %d dead letters", o, w.metered().died, w.counts().Dead)
			}
			n, err := w.store.Queue(t.Context(), []bot.Outbound{{To: address("ana"), Kind: bot.Bulletin, At: time.Now()}})
			if err != nil || n == 1 != want.reachable {
				t.Errorf("%v: %d bulletins queued for the contact (%v)", o, n, err)
			}
		})
	}
}

func TestWhatFailedOutsideTheWindowWaitsForThePerson(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.refs()
		// Told of it, the sender knows that it has to nudge.
		ask := w.provider.do
		w.provider.do = func(ctx context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
			if c.Message.Text == "x" && nth == 2 {
				return deliver.Result{Outcome: deliver.Parked}, false
			}
			return ask(ctx, c, nth)
		}
		w.run(w.store)
		w.known("ana")
		time.Sleep(time.Hour)
		id := w.put(bot.Bulletin, "ana", "x")
		time.Sleep(time.Second)
		w.report(failed(id, 1, deliver.Parked))
		time.Sleep(24 * time.Hour)
		w.sent("x")
		w.put(bot.Reply, "ana", "hola")
		time.Sleep(time.Second)
		if got := w.provider.texts(); !slices.Equal(sorted(got), []string{"hola", "x", "x"}) {
			t.Errorf("sent %q", got)
		}
	})
}

func TestASenderWhoNeverLearnsOfTheWindowIsNotAskedForEver(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
			go func() {
				time.Sleep(time.Minute)
				w.report(failed(c.ID, nth, deliver.Parked))
			}()
			return deliver.Result{Outcome: deliver.Sent, Ref: ref(c.ID, nth)}, false
		}
		w.run(w.store)
		w.put(bot.Bulletin, "ana", "x")
		time.Sleep(6 * 24 * time.Hour)
		if n := len(w.provider.times("x")); n < 2 || n > 4 {
			t.Errorf("it was sent %d times outside the window", n)
		}
		if w.counts().Parked != 1 {
			t.Errorf("it does not wait for its person: %+v", w.counts())
		}
	})
}

func TestWhatFailedTooLateIsGivenUp(t *testing.T) {
	for _, o := range []deliver.Outcome{deliver.Retry, deliver.Parked, deliver.Misconfigured} {
		start(t, deliver.Lane{}, func(w *world) {
			w.refs()
			w.run(w.store)
			id := w.put(bot.Reminder, "ana", "x")
			time.Sleep(deliver.ReminderLife)
			w.report(failed(id, 1, o))
			time.Sleep(time.Hour)
			if w.sent("x"); w.metered().died["30003"] != 1 || w.counts().Queued != 0 {
				t.Errorf("%v: died %v", o, w.metered().died)
			}
		})
	}
}

func TestAStateNeverMovesBackwards(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.refs()
		w.run(w.store)
		id := w.put(bot.Reply, "ana", "x")
		time.Sleep(time.Second)
		for _, s := range []bot.DeliveryState{bot.DeliveryDelivered, bot.DeliverySent, bot.DeliveryFailed, bot.DeliveryDelivered} {
			r := failed(id, 1, deliver.Retry)
			r.State = s
			w.report(r)
		}
		time.Sleep(time.Hour)
		w.sent("x")
		if got := w.metered().reported; got[bot.ReportMoved] != 1 || got[bot.ReportStale] != 3 {
			t.Errorf("reported %v", got)
		}
	})
}

func TestAReportMayComeBeforeTheProvidersAnswer(t *testing.T) {
	for _, o := range []deliver.Outcome{deliver.Sent, deliver.Unknown} {
		start(t, deliver.Lane{}, func(w *world) {
			w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
				w.report(deliver.Report{Message: c.ID, Ref: ref(c.ID, nth), State: bot.DeliveryDelivered})
				time.Sleep(time.Second)
				return deliver.Result{Outcome: o, Ref: ref(c.ID, nth)}, true
			}
			w.run(w.store)
			w.put(bot.Reply, "ana", "x")
			w.put(bot.Reply, "ana", "y")
			time.Sleep(time.Hour)
			// The report settles x, so y may leave while x's own answer is under way: begun in order, answered in any.
			if got := w.provider.texts(); !slices.Equal(sorted(got), []string{"x", "y"}) || w.provider.attempts[0].Message.Text != "x" {
				t.Errorf("%v: sent %q, first %q", o, got, w.provider.attempts[0].Message.Text)
			}
			if w.counts().Queued != 0 || w.metered().reported[bot.ReportMoved] != 2 {
				t.Errorf("%v: %d queued, reported %v", o, w.counts().Queued, w.metered().reported)
			}
		})
	}
}

func TestTextsAreErasedAtTheProviderWhereTheLaneSaysSo(t *testing.T) {
	for _, erase := range []bool{true, false} {
		start(t, deliver.Lane{Erase: erase}, func(w *world) {
			var erased []string
			w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
				if c.Kind == bot.Errand {
					erased = append(erased, c.To.ID)
				}
				return deliver.Result{Outcome: deliver.Sent, Ref: ref(c.ID, nth)}, true
			}
			w.run(w.store)
			id := w.put(bot.Reply, "ana", "x")
			time.Sleep(time.Second)
			for _, s := range []bot.DeliveryState{bot.DeliverySent, bot.DeliveryDelivered, bot.DeliveryDelivered} {
				w.report(deliver.Report{Message: id, Ref: ref(id, 1), State: s})
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if erase != slices.Equal(erased, []string{ref(id, 1)}) || !erase && len(erased) > 0 {
				t.Errorf("erase %v: erased %q", erase, erased)
			}
		})
	}
}

func TestReportsOfNobodysMessagesAreBorne(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.run(w.store)
		w.report(failed(4711, 1, deliver.Retry))
		if w.metered().reported[bot.ReportUnknown] != 1 {
			t.Errorf("reported %v", w.metered().reported)
		}
		err := w.d.Report(t.Context(), deliver.Report{Channel: "pigeon", Message: 1, State: bot.DeliveryFailed})
		if !errors.Is(err, deliver.ErrChannel) {
			t.Errorf("a channel without a lane: %v", err)
		}
		w.d.Wake("pigeon")
	})
}
