// What waits is said as it may be said when it goes.

package deliver_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
)

func TestWhatIsNotToBeSaidAnyMoreIsNotSentBecauseItWaited(t *testing.T) {
	var withdrawn atomic.Bool
	current := func(m flows.Message) flows.Message {
		if withdrawn.Load() && m.Text != "other" {
			m.Text = "taken out of use"
		}
		return m
	}
	start(t, deliver.Lane{Current: current}, func(w *world) {
		w.answers(map[string][]deliver.Result{
			"tried again": {{Outcome: deliver.Retry, After: 80 * time.Second}},
			"parked":      {{Outcome: deliver.Parked}},
		})
		w.put(bot.Reply, "ana", "tried again")
		w.put(bot.Reply, "bo", "parked")
		w.put(bot.Reply, "cy", "sent before")
		w.run(w.store)
		time.Sleep(time.Second)
		w.sent("sent before")
		withdrawn.Store(true)
		w.put(bot.Reply, "dee", "other")
		w.turn(address("bo"), func(*bot.Turn) {}) // who has to write first writes
		w.d.Wake(channel)
		time.Sleep(100 * time.Second)
		// Two people's messages at one moment leave in any order.
		if got := sorted(w.provider.texts()); !slices.Equal(got, []string{"other", "sent before", "taken out of use", "taken out of use"}) {
			t.Errorf("sent %q", got)
		}
	})
}
