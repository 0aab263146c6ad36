// Too many for one minute: told before it happens, and of nobody.

package remind_test

import (
	"slices"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/remind"
	"posada/flows"
)

func TestMoreThanASenderTakesIsToldBeforehand(t *testing.T) {
	at := func(in time.Duration) []bot.Timer { return []bot.Timer{runs(flows.TimerDaily, in)} }
	last := day.Truncate(time.Minute).Add(2*time.Hour + 5*time.Minute)
	s := stores["memory"](t)
	enrol(t, s, 20, bot.Contact{Timers: at(2 * time.Hour)})
	enrol(t, s, 20, bot.Contact{Timers: at(2*time.Hour + 5*time.Minute)})
	enrol(t, s, 10, bot.Contact{Timers: at(time.Hour)})
	enrol(t, s, 40, bot.Contact{Timers: at(25 * time.Hour)})
	enrol(t, s, 40, bot.Contact{Timers: at(2 * time.Hour), Simulated: true})
	enrol(t, s, 40, bot.Contact{Timers: []bot.Timer{runs(flows.TimerOver, 2*time.Hour)}}) // no daily reminder
	for rate, want := range map[float64][]remind.Surge{
		10: nil, 40. / 900: nil, 0: nil, // of a channel that has no sender
		0.025: {{Channel: "sms", At: last, Wait: 40*40*time.Second - 5*time.Minute}}, // forty seconds each, five minutes of them gone by then
	} {
		got, err := remind.Surges(t.Context(), s, map[string]float64{"sms": rate}, day)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%g a second: %+v, %v", rate, got, err)
		}
	}
}

func TestASurgeOfFewPeopleIsNotTold(t *testing.T) {
	s := stores["memory"](t)
	enrol(t, s, remind.Least-1, bot.Contact{Timers: []bot.Timer{runs(flows.TimerDaily, time.Hour)}})
	if got, err := remind.Surges(t.Context(), s, map[string]float64{"sms": 0.001}, day); err != nil || len(got) > 0 {
		t.Errorf("told %+v, %v", got, err)
	}
}
