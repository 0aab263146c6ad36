// What the operator reads of reminders: whole, and of nobody alone.
package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/remind"
)

func TestTheOperatorReadsWhoIsRemindedAndWhatCameOfIt(t *testing.T) {
	h := newDesks(t)
	store, _, err := h.data.open()
	h.must(err)
	defer store.Close()
	now := time.Now()
	for i := range 43 {
		who := bot.Address{Channel: "telegram", ID: fmt.Sprint(8000 + i)}
		snap, err := store.Load(t.Context(), who, fmt.Sprint("r", i))
		h.must(err)
		sub := bot.Subscription{Programme: "list", Since: now, State: bot.Paused} // they wait for it to open
		if i >= 22 {
			sub.Zone, sub.When, sub.State = "UTC", "opens", bot.On
		}
		_, err = store.Commit(t.Context(), bot.Turn{Snapshot: snap, Now: now, Session: []byte("x"), Contact: &bot.Contact{Address: who, Since: now, Subscriptions: []bot.Subscription{sub}}})
		h.must(err)
	}
	for want, outcomes := range map[string]func() []remind.Outcomes{
		"No server runs":      nil,
		"No reminder was due": func() []remind.Outcomes { return nil },
		"since the server's start  sent  late      skipped\nlist                      120   under 20  0\n": func() []remind.Outcomes {
			return []remind.Outcomes{{Programme: "list", Sent: 120, Late: 7}}
		},
	} {
		var out strings.Builder
		h.must(listReminders(t.Context(), store, &out, outcomes, now))
		said := out.String()
		if fields := strings.Fields(strings.ReplaceAll(said, "under 20", "-")); !strings.Contains(strings.Join(fields, " "), "list - - - 22 list UTC 21 - - -") || !strings.Contains(said, want) {
			t.Errorf("it prints\n%s", said)
		}
	}
}
