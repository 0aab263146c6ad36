// What an update means. Everything that is not needed is dropped here: of media
// the kind alone is kept.
package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"posada/bot"
	"posada/flows"
)

// The kinds of updates that are asked for; of all others Posada wants to know
// nothing.
var wanted = []string{"message", "callback_query", "my_chat_member", "channel_post"}

// Kinds for the meter.
const (
	kindMessage    = "message"
	kindCallback   = "callback"
	kindMembership = "membership"
	kindGroup      = "group"
	kindIgnored    = "ignored"
	kindBroken     = "broken"
)

// update is what an update means to Posada. At most one of in, reachable and
// group is set.
type update struct {
	id        int64 // 0: it could not even be read
	kind      string
	chat      int64 // the private chat, whose updates are taken in order; 0 for none
	message   int64 // the newest message of that chat; 0 for none
	query     string
	in        *bot.Inbound // but for the time
	reachable *bool
	group     *groupEvent
}

// groupEvent is a sign of life of a chat of many.
type groupEvent struct {
	chat int64
	lang string // the language of whoever caused it, "" when not known
	gone bool   // Posada is no longer in it
}

type wireChat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

type wireUser struct {
	ID    int64  `json:"id"`
	IsBot bool   `json:"is_bot"`
	Lang  string `json:"language_code"`
}

type wireMember struct {
	Status string `json:"status"`
}

// Errors of parse. None holds anything of the update.
var (
	errNoID    = errors.New("an update without a readable number")
	errNotRead = errors.New("an update that cannot be read")
)

// parse reads one update. With an error it gives what could be read all the
// same: the number, to be acknowledged, and the callback query, to be answered.
func parse(raw []byte) (update, error) {
	u := update{kind: kindBroken}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || json.Unmarshal(fields["update_id"], &u.id) != nil || u.id <= 0 {
		u.id = 0
		return u, errNoID
	}
	var err error
	switch {
	case present(fields, "message"):
		err = u.readMessage(fields["message"])
	case present(fields, "callback_query"):
		err = u.readCallback(fields["callback_query"])
	case present(fields, "my_chat_member"):
		err = u.readMembership(fields["my_chat_member"])
	case present(fields, "channel_post"):
		err = u.readMessage(fields["channel_post"])
	default:
		u.kind = kindIgnored
	}
	if err != nil {
		return update{id: u.id, kind: kindBroken, query: u.query}, err
	}
	return u, nil
}

func present(fields map[string]json.RawMessage, name string) bool {
	v, ok := fields[name]
	return ok && string(v) != "null"
}

// into decodes the fields that are there.
func into(fields map[string]json.RawMessage, targets map[string]any) error {
	for name, target := range targets {
		if present(fields, name) && json.Unmarshal(fields[name], target) != nil {
			return fmt.Errorf("%w: its %s", errNotRead, name)
		}
	}
	return nil
}

// Media that a message may hold. The first that is there counts: a venue comes
// with a location, an animation with a document.
var media = []struct {
	field string
	kind  flows.Media
}{
	{"photo", flows.MediaPhoto}, {"live_photo", flows.MediaPhoto},
	{"voice", flows.MediaVoice}, {"audio", flows.MediaVoice},
	{"video", flows.MediaVideo}, {"video_note", flows.MediaVideo}, {"animation", flows.MediaVideo},
	{"sticker", flows.MediaSticker},
	{"contact", flows.MediaContact},
	{"venue", flows.MediaLocation}, {"location", flows.MediaLocation},
	{"document", flows.MediaFile}, {"paid_media", flows.MediaFile}, {"story", flows.MediaFile},
	{"rich_message", flows.MediaFile}, {"checklist", flows.MediaFile}, {"dice", flows.MediaFile},
	{"game", flows.MediaFile}, {"poll", flows.MediaFile}, {"invoice", flows.MediaFile}, {"giveaway", flows.MediaFile},
}

func (u *update) readMessage(raw json.RawMessage) error {
	var (
		fields        map[string]json.RawMessage
		chat          wireChat
		from          *wireUser
		text, caption string
		movedTo       int64
	)
	if json.Unmarshal(raw, &fields) != nil {
		return fmt.Errorf("%w: its message", errNotRead)
	}
	if err := into(fields, map[string]any{"message_id": &u.message, "chat": &chat, "from": &from, "text": &text, "caption": &caption, "migrate_to_chat_id": &movedTo}); err != nil {
		return err
	}
	if err := u.place(chat, from); err != nil {
		return err
	}
	if u.message <= 0 {
		return fmt.Errorf("%w: its message has no number", errNotRead)
	}
	if movedTo != 0 {
		// That group is no more; its successor gives a sign of its own.
		u.group, u.kind = nil, kindIgnored
		return nil
	}
	if u.chat == 0 || from == nil || from.IsBot {
		return nil
	}
	in := bot.Inbound{ID: inboundID(u.id), From: address(u.chat), Form: flows.Telegram, Text: command(text)}
	for _, m := range media {
		if present(fields, m.field) {
			in.Media = m.kind
			in.Text = caption
			break
		}
	}
	in.Forwarded = present(fields, "forward_origin")
	in.Hidden = leadsElsewhere(fields, in.Text)
	if in.Text == "" && in.Media == "" {
		return nil // a note of the service: a pinned message, a new background
	}
	u.in, u.kind = &in, kindMessage
	return nil
}

// leadsElsewhere tells whether a message leads somewhere that its text does not
// say: by a link behind words, by a button, or by a preview of another page.
// Posada's own messages never do.
func leadsElsewhere(fields map[string]json.RawMessage, text string) bool {
	var (
		spans, below []struct{ Type string }
		keys         struct {
			Rows [][]map[string]json.RawMessage `json:"inline_keyboard"`
		}
		preview struct{ URL string }
	)
	if into(fields, map[string]any{"entities": &spans, "caption_entities": &below, "reply_markup": &keys, "link_preview_options": &preview}) != nil {
		return true // whatever that is
	}
	for _, s := range append(spans, below...) {
		if s.Type == "text_link" || s.Type == "text_mention" {
			return true
		}
	}
	for _, row := range keys.Rows {
		for _, key := range row {
			if !present(key, "callback_data") {
				return true
			}
		}
	}
	_, bare, _ := strings.Cut(strings.TrimSuffix(preview.URL, "/"), "://")
	return !strings.Contains(text, bare)
}

func (u *update) readCallback(raw json.RawMessage) error {
	var (
		fields map[string]json.RawMessage
		from   *wireUser
		data   string
		on     *struct {
			ID   int64    `json:"message_id"`
			Chat wireChat `json:"chat"`
		}
	)
	if json.Unmarshal(raw, &fields) != nil {
		return fmt.Errorf("%w: its callback query", errNotRead)
	}
	// The query first: it is answered even when nothing else can be read.
	if err := into(fields, map[string]any{"id": &u.query}); err != nil {
		return err
	}
	if err := into(fields, map[string]any{"from": &from, "data": &data, "message": &on}); err != nil {
		return err
	}
	if u.query == "" || from == nil {
		return fmt.Errorf("%w: its callback query is not whole", errNotRead)
	}
	if on == nil {
		u.kind = kindIgnored // it was pressed on a message that Posada did not send
		return nil
	}
	if err := u.place(on.Chat, from); err != nil {
		return err
	}
	if u.chat == 0 || from.IsBot || data == "" {
		return nil
	}
	if on.ID <= 0 {
		return fmt.Errorf("%w: its message has no number", errNotRead)
	}
	u.kind = kindCallback
	u.in = &bot.Inbound{
		ID: inboundID(u.id), From: address(u.chat), Form: flows.Telegram,
		Payload: data, Pressed: strconv.FormatInt(on.ID, 10),
	}
	return nil
}

func (u *update) readMembership(raw json.RawMessage) error {
	var m struct {
		Chat wireChat    `json:"chat"`
		From *wireUser   `json:"from"`
		New  *wireMember `json:"new_chat_member"`
	}
	if json.Unmarshal(raw, &m) != nil || m.New == nil || m.New.Status == "" {
		return fmt.Errorf("%w: its membership", errNotRead)
	}
	if err := u.place(m.Chat, m.From); err != nil {
		return err
	}
	gone := m.New.Status == "left" || m.New.Status == "kicked"
	if u.group != nil {
		u.group.gone = gone
		return nil
	}
	if reachable := m.New.Status == "member"; u.chat != 0 && (reachable || gone) {
		u.kind, u.reachable = kindMembership, &reachable
	}
	return nil
}

// place notes where an update comes from: a person's own chat, or one of many.
// Until something is found in it, it is ignored.
func (u *update) place(chat wireChat, from *wireUser) error {
	u.kind = kindIgnored
	switch {
	case chat.ID == 0 || chat.Type == "" || chat.Type == "private" && chat.ID < 0:
		return fmt.Errorf("%w: its chat", errNotRead)
	case chat.Type == "private":
		u.chat = chat.ID
	case chat.Type == "group", chat.Type == "supergroup", chat.Type == "channel":
		u.kind, u.group = kindGroup, &groupEvent{chat: chat.ID}
		if from != nil && !from.IsBot {
			u.group.lang = from.Lang
		}
	}
	return nil
}

func inboundID(id int64) string { return "u" + strconv.FormatInt(id, 10) }

// A command is a word after a slash; in groups the bot's name follows.
var commandForm = regexp.MustCompile(`^/([A-Za-z0-9_]{1,32})(@[A-Za-z0-9_]+)?(\s|$)`)

// command makes the word of a command of a text that is one. What follows it is
// dropped: it is what somebody put into a link, and not what the person says.
func command(text string) string {
	if m := commandForm.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		return m[1]
	}
	return text
}
