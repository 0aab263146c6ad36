// What effects do to a contact.

package bot

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"posada/flows"
)

func subscribed() Contact {
	now := time.Date(2024, 3, 15, 12, 0, 0, 0, time.UTC)
	return Contact{
		Address: Address{Channel: Simulator, ID: "+15550100"}, Since: now,
		Subscriptions: []Subscription{{Programme: "cbp-one", Place: "tijuana", Zone: "America/Tijuana", When: "opens", State: On, Since: now}},
		Timers:        []Timer{{flows.Timer{Kind: flows.TimerDaily, Programme: "cbp-one"}, now.Add(time.Hour)}},
	}
}

// Who said stop and later start is not reminded of what they asked for before.
func TestStopEndsEveryReminder(t *testing.T) {
	c := subscribed()
	turn := Turn{Now: c.Since}
	turn.apply(c, "sms", "es", []flows.Effect{{Kind: flows.EffectOptOut}})
	if turn.OptOut != MarkOut || turn.Contact == nil || len(turn.Contact.Subscriptions) != 0 || len(turn.Contact.Timers) != 0 {
		t.Errorf("after stop the turn keeps %d subscriptions and %d timers", len(turn.Contact.Subscriptions), len(turn.Contact.Timers))
	}
	if len(c.Subscriptions) != 1 {
		t.Error("the loaded contact was changed")
	}
}

// A pause without a programme pauses them all: so a person whose session was
// lost is not reminded of what they can no longer end.
func TestPauseWithoutAProgrammePausesAll(t *testing.T) {
	turn := Turn{Now: subscribed().Since}
	turn.apply(subscribed(), "sms", "es", []flows.Effect{{Kind: flows.EffectPause}})
	if turn.Contact == nil || turn.Contact.Subscriptions[0].State != Paused || len(turn.Contact.Timers) != 0 {
		t.Error("the subscription goes on")
	}
}

func TestJSONHoldsNoAddressAndNoWords(t *testing.T) {
	const words = "they took my brother"
	from := subscribed().Address
	for _, v := range []any{
		[]Inbound{{From: from, Text: words}}, []Contact{subscribed()}, []Note{{From: from, Text: words}},
		[]Outbound{{To: from, Message: flows.Message{Text: words}}},
	} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), words) || strings.Contains(string(raw), from.ID) {
			t.Errorf("%T as JSON tells too much", v)
		}
	}
}
