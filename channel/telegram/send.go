// Sending one message, and what became of it.
package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
)

// noPreview: Telegram's servers need not fetch a page because Posada named it.
const noPreview = `{"is_disabled":true}`

// Send sends one message as plain text with its choices as buttons. It is
// deliver.Sender.
func (c *Channel) Send(ctx context.Context, m bot.Claimed) deliver.Result {
	if m.Kind == bot.Errand {
		return deliver.Result{Outcome: deliver.Sent} // there is nothing to do at Telegram
	}
	chat, err := strconv.ParseInt(m.To.ID, 10, 64)
	switch {
	case err != nil || chat == 0:
		return deliver.Result{Outcome: deliver.Drop, Reason: "address"}
	case len(m.Message.Voices) > 0:
		return c.sendVoice(ctx, chat, m.Message.Voices[0])
	case strings.TrimSpace(m.Message.Text) == "":
		return deliver.Result{Outcome: deliver.Drop, Reason: "empty"}
	case units(m.Message.Text) > flows.Telegram.MaxChars:
		return deliver.Result{Outcome: deliver.Drop, Reason: "length"}
	}
	params := tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10), "text": m.Message.Text, "link_preview_options": noPreview}
	if k := keyboard(m.Message.Choices); k != "" {
		params["reply_markup"] = k
	}
	if pressed, err := strconv.ParseInt(m.Pressed, 10, 64); err == nil && c.last.is(chat, pressed) {
		if r, done := c.edit(ctx, params, m.Pressed); done {
			return r
		}
	}
	a, err := c.call(ctx, callLimit, "sendMessage", params)
	if err != nil {
		return result(err)
	}
	c.noteSent(chat, a)
	return deliver.Result{Outcome: deliver.Sent}
}

// sentMessage is what Telegram answers to what was sent.
type sentMessage struct {
	ID    int64 `json:"message_id"`
	Voice struct {
		FileID string `json:"file_id"`
	} `json:"voice"`
}

// noteSent remembers the newest message of a chat.
func (c *Channel) noteSent(chat int64, a answer) sentMessage {
	var sent sentMessage
	if json.Unmarshal(a.result, &sent) == nil && sent.ID > 0 {
		c.last.note(chat, sent.ID)
	}
	return sent
}

// Probe asks whether Telegram answers. It is deliver.Prober.
func (c *Channel) Probe(ctx context.Context) deliver.Result {
	_, err := c.call(ctx, callLimit, "getMe", nil)
	return result(err)
}

// edit puts a message in the place of the one whose button was pressed. Not
// done means that it must be sent anew: the old one is too old, or deleted.
func (c *Channel) edit(ctx context.Context, params tgbotapi.Params, pressed string) (deliver.Result, bool) {
	edited := tgbotapi.Params{"message_id": pressed}
	for k, v := range params {
		edited[k] = v
	}
	_, err := c.call(ctx, callLimit, "editMessageText", edited)
	var f *failure
	if errors.As(err, &f) && f.status == http.StatusBadRequest {
		return deliver.Result{Outcome: deliver.Sent}, f.about == aboutSame
	}
	return result(err), true
}

// result puts the failure of a call into the one taxonomy.
func result(err error) deliver.Result {
	if err == nil {
		return deliver.Result{Outcome: deliver.Sent}
	}
	var f *failure
	if !errors.As(err, &f) {
		return deliver.Result{Outcome: deliver.Unknown, Reason: "error"}
	}
	r := deliver.Result{Outcome: deliver.Unknown, After: f.after, Reason: f.code}
	switch {
	case f.fault == faultUnsent:
		r.Outcome = deliver.Retry
	case f.fault == faultLost:
	case f.status == http.StatusTooManyRequests:
		r.Outcome = deliver.Retry
	case f.status == http.StatusUnauthorized, f.status == http.StatusNotFound:
		r.Outcome = deliver.Misconfigured
	case f.status == http.StatusForbidden:
		r.Outcome = deliver.Unreachable
	case f.about == aboutVoice:
		r.Outcome, r.Reason = deliver.Drop, f.code+"-voice"
	case f.about == aboutChat:
		r.Outcome, r.Reason = deliver.Unreachable, f.code+"-chat"
	default:
		r.Outcome = deliver.Drop
	}
	return r
}

// units is the length of a text as Telegram counts it: in UTF-16.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
