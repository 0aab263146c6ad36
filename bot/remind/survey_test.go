// Counting for the operator: right, and nobody to be made out.

package remind_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/remind"
	"posada/flows"
)

var day = time.Date(2026, 3, 15, 10, 30, 0, 0, time.UTC)

// enrol puts n contacts into a store that are in one state.
func enrol(t *testing.T, s store, n int, c bot.Contact) {
	t.Helper()
	for range n {
		counts, err := s.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprint(counts.Contacts)
		c.Address, c.Since = bot.Address{Channel: "sms", ID: id}, day
		snap, err := s.Load(t.Context(), c.Address, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Commit(t.Context(), bot.Turn{Snapshot: snap, Now: day, Contact: &c, Session: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
}

func sub(zone string, state bot.State) bot.Subscription {
	return bot.Subscription{Programme: programme, Zone: zone, When: "opens", State: state, Since: day}
}

func runs(kind flows.TimerKind, in time.Duration) bot.Timer {
	return bot.Timer{Timer: flows.Timer{Kind: kind, Programme: programme}, At: day.Add(in)}
}

func TestASurveyCountsByProgrammeAndZone(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			defer end(t, s)
			const tijuana, juarez = "America/Tijuana", "America/Ciudad_Juarez"
			soon, later := runs(flows.TimerDaily, 50*time.Minute), runs(flows.TimerDaily, 2*time.Hour)
			enrol(t, s, 30, bot.Contact{Subscriptions: []bot.Subscription{sub(tijuana, bot.On)}, Timers: []bot.Timer{soon}})
			enrol(t, s, 25, bot.Contact{Subscriptions: []bot.Subscription{sub(tijuana, bot.On)}, Timers: []bot.Timer{later}})
			enrol(t, s, 22, bot.Contact{Subscriptions: []bot.Subscription{sub(tijuana, bot.On)}, Timers: []bot.Timer{
				runs(flows.TimerOver, time.Minute), runs(flows.TimerOffer, time.Minute), runs(flows.TimerAgain, time.Minute), later}}) // no reminder of a day is due
			enrol(t, s, 21, bot.Contact{Subscriptions: []bot.Subscription{sub(tijuana, bot.Paused)}})
			enrol(t, s, 24, bot.Contact{Subscriptions: []bot.Subscription{{Programme: programme, State: bot.Paused, Since: day}}, Timers: []bot.Timer{soon}}) // to be told when it opens
			enrol(t, s, 19, bot.Contact{Subscriptions: []bot.Subscription{sub(juarez, bot.On)}, Timers: []bot.Timer{soon}})
			enrol(t, s, 40, bot.Contact{Simulated: true, Subscriptions: []bot.Subscription{sub(juarez, bot.On)}, Timers: []bot.Timer{soon}})
			enrol(t, s, 7, bot.Contact{})
			other := sub("", bot.On)
			other.Programme = "another"
			enrol(t, s, 20, bot.Contact{Subscriptions: []bot.Subscription{other, sub(tijuana, bot.Paused)}, Timers: []bot.Timer{soon}})
			got, err := remind.Survey(t.Context(), s, day)
			if err != nil {
				t.Fatal(err)
			}
			want := []remind.Count{
				{Programme: "another", On: 20},
				{Programme: programme, Waiting: 24},
				{Programme: programme, Zone: juarez, Few: true},
				{Programme: programme, Zone: tijuana, On: 77, Paused: 41, DueNextHour: 30},
			}
			if !slices.Equal(got, want) {
				t.Errorf("counted\n%+v, want\n%+v", got, want)
			}
		})
	}
}

func TestNoNumberOfASurveyIsAboutFewPeople(t *testing.T) {
	for n := range 2 * remind.Least {
		s := stores["memory"](t)
		enrol(t, s, n, bot.Contact{Subscriptions: []bot.Subscription{sub("z", bot.On)}, Timers: []bot.Timer{runs(flows.TimerDaily, 0)}})
		enrol(t, s, 2*remind.Least-n, bot.Contact{Subscriptions: []bot.Subscription{sub("z", bot.Paused)}})
		enrol(t, s, n, bot.Contact{Subscriptions: []bot.Subscription{sub("y", bot.On)}})
		got, err := remind.Survey(t.Context(), s, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range got {
			for _, number := range []int{c.On, c.Paused, c.Waiting, c.DueNextHour} {
				if number != 0 && (number < remind.Least || c.Few) {
					t.Errorf("of %d and %d: %+v", n, 2*remind.Least-n, c)
				}
			}
			if c.Zone == "y" && c.Few != (n < remind.Least) {
				t.Errorf("of %d: %+v", n, c)
			}
		}
	}
}

func TestASurveyEndsWithItsContext(t *testing.T) {
	for name, open := range stores {
		s := open(t)
		enrol(t, s, 3, bot.Contact{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got, err := remind.Survey(ctx, s, day); !errors.Is(err, context.Canceled) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		end(t, s)
	}
}
