// posada reminders warns where a sender is too slow for one minute's reminders.
package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

func TestRemindersWarnsOfASenderThatIsTooSlow(t *testing.T) {
	dir := t.TempDir()
	keys, err := seal.Create(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := bolt.Open(filepath.Join(dir, "db"), keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	now := time.Now()
	for i := range 30 {
		who := bot.Address{Channel: "sms", ID: fmt.Sprintf("+1555%07d", i)}
		snap, err := store.Load(t.Context(), who, who.ID)
		if err != nil {
			t.Fatal(err)
		}
		c := bot.Contact{
			Address: who, Since: now, Subscriptions: []bot.Subscription{{Programme: "shelter", Zone: "America/Tijuana", State: bot.On}},
			Timers: []bot.Timer{{Timer: flows.Timer{Kind: flows.TimerDaily, Programme: "shelter"}, At: now.Add(time.Hour)}},
		}
		if _, err := store.Commit(t.Context(), bot.Turn{Snapshot: snap, Now: now, Contact: &c, Session: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	c := operatorControl(store)
	for rate, warns := range map[float64]bool{0: false, 0.01: true, 1: false} {
		c.office = &office{rates: map[string]float64{"sms": rate}}
		mux := http.NewServeMux()
		c.operatorRoutes(mux)
		said, err := asked[printed](t.Context(), &controlClient{http: &http.Client{Transport: inProcess{mux}}}, "reminders", operatorAsk{})
		if err != nil || strings.Contains(said.Text, "Too slow: on sms, at 0.01 messages a second") != warns || !strings.Contains(said.Text, "shelter") {
			t.Errorf("%g a second: %v\n%s", rate, err, said.Text)
		}
	}
}
