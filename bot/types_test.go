// Types that hold an address or words print neither.

package bot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"posada/bot"
	"posada/flows"
)

func TestNothingPrintsAnAddressOrWords(t *testing.T) {
	const id, words = "+15550100", "tengo miedo"
	address := bot.Address{Channel: "sms", ID: id}
	message := flows.Message{Text: words}
	values := map[string]any{
		"address":  address,
		"inbound":  bot.Inbound{ID: "SM1", From: address, Text: words, Payload: words, Pressed: words, Erase: words},
		"outbound": bot.Outbound{To: address, Message: message, Kind: bot.Reply, ID: 7, Pressed: words},
		"claimed":  bot.Claimed{Outbound: bot.Outbound{To: address, Message: message, Kind: bot.Reply, ID: 7}},
		"sent":     bot.Sent{Outbound: bot.Outbound{To: address, Message: message, Kind: bot.Reply, ID: 7}, Ref: "SM1"},
		"contact":  bot.Contact{Address: address},
		"rumour":   bot.Note{From: address, Text: words},
	}
	for name, v := range values {
		var said []string
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			said = append(said, fmt.Sprintf(verb, v), fmt.Sprintf(verb, []any{v}), fmt.Sprintf(verb, struct{ X any }{v}))
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		said = append(said, log.String())
		for _, s := range said {
			for _, secret := range []string{id, words, fmt.Sprintf("%x", id), fmt.Sprintf("%x", words)} {
				if strings.Contains(s, secret) {
					t.Errorf("%s prints as %s", name, s)
				}
			}
			if !strings.Contains(s, "sms") {
				t.Errorf("%s prints as %s, without its channel", name, s)
			}
		}
	}
	text, err := json.Marshal(address)
	if err != nil || string(text) != `"sms"` {
		t.Errorf("an address in JSON is %s, %v", text, err)
	}
}
