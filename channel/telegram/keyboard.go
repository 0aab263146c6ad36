// Choices as buttons under a message.
package telegram

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/rivo/uniseg"

	"posada/flows"
	"posada/locales"
)

const (
	// wideLabel is the widest label, in columns of a terminal, of which two
	// stand in a row on a small phone without being cut.
	wideLabel = 15
	// maxLabel is the most runes of a button.
	maxLabel = 64
	// Keys of the choices that lead out of a question; they share the last row.
	keyBack, keyMenu = "*", "#"
)

// keyboard is the reply_markup of the choices, "" for none. What carries no
// payload, or one that Telegram would refuse, cannot be a button.
func keyboard(choices []flows.Choice) string {
	var rows [][]tgbotapi.InlineKeyboardButton
	var out []tgbotapi.InlineKeyboardButton
	open := false // the last row has room for another short one
	for _, c := range choices {
		label := buttonLabel(c)
		if c.Payload == "" || len(c.Payload) > flows.MaxPayload || label == "" {
			continue
		}
		b := tgbotapi.NewInlineKeyboardButtonData(label, c.Payload)
		short := uniseg.StringWidth(label) <= wideLabel
		switch {
		case c.Key == keyBack || c.Key == keyMenu:
			out = append(out, b)
		case short && open:
			rows[len(rows)-1] = append(rows[len(rows)-1], b)
			open = false
		default:
			rows = append(rows, []tgbotapi.InlineKeyboardButton{b})
			open = short
		}
	}
	if len(out) > 0 {
		rows = append(rows, out)
	}
	if len(rows) == 0 {
		return ""
	}
	k, _ := json.Marshal(tgbotapi.NewInlineKeyboardMarkup(rows...)) // strings and lists always can be encoded
	return string(k)
}

func buttonLabel(c flows.Choice) string {
	label := strings.TrimSpace(c.Label)
	if label == "" {
		label = strings.TrimSpace(c.Key)
	}
	head, tail := locales.Cut(label, func(s string) bool { return utf8.RuneCountInString(s) < maxLabel })
	if tail != "" {
		head += "…"
	}
	return head
}
