// The methods that send, edit and answer, as strict as the real ones.
package telegramtest

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

// Message is one message of a chat.
type Message struct {
	ID      int64
	Bot     bool // the bot wrote it
	Text    string
	Buttons [][]Button
	Edits   int // how often it was edited

	Voice    []byte // the OGG file of a voice message, nil for a text
	Duration int    // of the voice message, as the bot tells it
	FileID   string
}

// Button is one button under a message.
type Button struct{ Label, Data string }

// Query is one press of a button.
type Query struct {
	ID      string
	Chat    int64
	Data    string
	Answers int // how often it was answered
	old     bool
}

// Command is one command of the list beside the text field.
type Command struct{ Command, Description string }

// chat is what the service keeps of a chat.
type chat struct {
	id       int64
	kind     string // private, group, supergroup or channel
	name     string
	lang     string
	username string
	blocked  bool
	left     bool // the bot is not in it
	messages []Message
	events   int // messages and edits of the bot
	limiter  *rate.Limiter
}

func (s *Server) getMe(url.Values) (any, *refusal) { return s.me(), nil }

// me is the bot. The lock is held or not needed.
func (s *Server) me() map[string]any {
	id, _, _ := strings.Cut(s.Token, ":")
	n, _ := strconv.ParseInt(id, 10, 64)
	return map[string]any{
		"id": n, "is_bot": true, "first_name": "Posada", "username": "PosadaTestBot",
		"can_join_groups": s.joins, "can_read_all_group_messages": false, "supports_inline_queries": false,
	}
}

// reachable finds a chat to send to, within the limits.
func (s *Server) reachable(p url.Values) (*chat, *refusal) {
	id, err := strconv.ParseInt(p.Get("chat_id"), 10, 64)
	c := s.chats[id]
	switch {
	case err != nil || c == nil:
		return nil, refuse(http.StatusBadRequest, "Bad Request: chat not found")
	case c.blocked:
		return nil, refuse(http.StatusForbidden, "Forbidden: bot was blocked by the user")
	case c.left:
		return nil, refuse(http.StatusForbidden, "Forbidden: bot is not a member of the %s chat", c.kind)
	}
	if s.limits == nil {
		return c, nil
	}
	if c.limiter == nil {
		c.limiter = rate.NewLimiter(rate.Limit(s.limits.PerChat), s.limits.ChatBurst)
	}
	now := time.Now()
	for _, l := range []*rate.Limiter{c.limiter, s.all} {
		r := l.ReserveN(now, 1)
		if d := r.DelayFrom(now); d > 0 {
			r.CancelAt(now)
			seconds := int(math.Ceil(d.Seconds()))
			return nil, &refusal{Code: http.StatusTooManyRequests, Description: "Too Many Requests: retry after " + strconv.Itoa(seconds), RetryAfter: seconds}
		}
	}
	return c, nil
}

// body reads text, buttons and preview options.
func body(p url.Values) (string, [][]Button, *refusal) {
	text := p.Get("text")
	switch {
	case !utf8.ValidString(text):
		return "", nil, refuse(http.StatusBadRequest, "Bad Request: text must be encoded in UTF-8")
	case strings.TrimSpace(text) == "":
		return "", nil, refuse(http.StatusBadRequest, "Bad Request: message text is empty")
	case len(utf16.Encode([]rune(text))) > 4096:
		return "", nil, refuse(http.StatusBadRequest, "Bad Request: message is too long")
	}
	for _, flag := range []string{"disable_notification", "protect_content"} {
		if v := p.Get(flag); v != "" && v != "true" && v != "false" {
			return "", nil, refuse(http.StatusBadRequest, "Bad Request: %s is not true or false", flag)
		}
	}
	if raw := p.Get("link_preview_options"); raw != "" {
		var o struct {
			Disabled *bool `json:"is_disabled"`
		}
		if err := strict(raw, &o); err != nil {
			return "", nil, refuse(http.StatusBadRequest, "Bad Request: can't parse link preview options JSON object")
		}
	}
	buttons, no := markup(p.Get("reply_markup"))
	return strings.TrimSpace(text), buttons, no
}

// markup reads an inline keyboard.
func markup(raw string) ([][]Button, *refusal) {
	if raw == "" {
		return nil, nil
	}
	var k struct {
		Rows [][]struct {
			Text string  `json:"text"`
			Data *string `json:"callback_data"`
		} `json:"inline_keyboard"`
	}
	if err := strict(raw, &k); err != nil {
		return nil, refuse(http.StatusBadRequest, "Bad Request: can't parse reply keyboard markup JSON object")
	}
	var rows [][]Button
	total := 0
	for _, row := range k.Rows {
		if len(row) == 0 || len(row) > 8 {
			return nil, refuse(http.StatusBadRequest, "Bad Request: a row of buttons has 1 to 8")
		}
		var out []Button
		for _, b := range row {
			total++
			switch {
			case strings.TrimSpace(b.Text) == "":
				return nil, refuse(http.StatusBadRequest, "Bad Request: can't parse inline keyboard button: text is empty")
			case b.Data == nil:
				return nil, refuse(http.StatusBadRequest, "Bad Request: can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")
			case len(*b.Data) == 0 || len(*b.Data) > 64:
				return nil, refuse(http.StatusBadRequest, "Bad Request: BUTTON_DATA_INVALID")
			}
			out = append(out, Button{b.Text, *b.Data})
		}
		rows = append(rows, out)
	}
	if total == 0 || total > 100 {
		return nil, refuse(http.StatusBadRequest, "Bad Request: a keyboard has 1 to 100 buttons")
	}
	return rows, nil
}

// strict decodes JSON that has nothing unknown in it.
func strict(raw string, into any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (s *Server) sendMessage(p url.Values) (any, *refusal) {
	c, no := s.reachable(p)
	if no != nil {
		return nil, no
	}
	text, buttons, no := body(p)
	if no != nil {
		return nil, no
	}
	s.lastMessage++
	m := Message{ID: s.lastMessage, Bot: true, Text: text, Buttons: buttons}
	c.messages = append(c.messages, m)
	c.events++
	return s.wire(c, m), nil
}

func (s *Server) editMessageText(p url.Values) (any, *refusal) {
	c, no := s.reachable(p)
	if no != nil {
		return nil, no
	}
	text, buttons, no := body(p)
	if no != nil {
		return nil, no
	}
	id, err := strconv.ParseInt(p.Get("message_id"), 10, 64)
	i := slices.IndexFunc(c.messages, func(m Message) bool { return m.ID == id })
	switch {
	case err != nil || i < 0:
		return nil, refuse(http.StatusBadRequest, "Bad Request: message to edit not found")
	case !c.messages[i].Bot:
		return nil, refuse(http.StatusBadRequest, "Bad Request: message can't be edited")
	}
	m := &c.messages[i]
	if m.Text == text && slices.EqualFunc(m.Buttons, buttons, slices.Equal[[]Button]) {
		return nil, refuse(http.StatusBadRequest, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.Text, m.Buttons = text, buttons
	m.Edits++
	c.events++
	return s.wire(c, *m), nil
}

func (s *Server) answerCallbackQuery(p url.Values) (any, *refusal) {
	q := s.queries[p.Get("callback_query_id")]
	if n := len([]rune(p.Get("text"))); n > 200 {
		return nil, refuse(http.StatusBadRequest, "Bad Request: MESSAGE_TOO_LONG")
	}
	if q != nil {
		q.Answers++
	}
	if q == nil || q.old {
		return nil, refuse(http.StatusBadRequest, "Bad Request: query is too old and response timeout expired or query ID is invalid")
	}
	return true, nil
}

func (s *Server) leaveChat(p url.Values) (any, *refusal) {
	id, err := strconv.ParseInt(p.Get("chat_id"), 10, 64)
	c := s.chats[id]
	switch {
	case err != nil || c == nil || c.kind == "private":
		return nil, refuse(http.StatusBadRequest, "Bad Request: chat not found")
	case c.left:
		return nil, refuse(http.StatusForbidden, "Forbidden: bot is not a member of the %s chat", c.kind)
	}
	c.left = true
	s.membership(c, s.me(), "member", "left")
	return true, nil
}

var (
	commandForm  = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	languageForm = regexp.MustCompile(`^[a-z]{2}$`)
)

// languages are ISO 639-1.
const languages = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "

func (s *Server) setMyCommands(p url.Values) (any, *refusal) {
	var list []struct {
		Command     string `json:"command"`
		Description string `json:"description"`
	}
	if strict(p.Get("commands"), &list) != nil || list == nil {
		return nil, refuse(http.StatusBadRequest, "Bad Request: can't parse commands JSON object")
	}
	if len(list) > 100 {
		return nil, refuse(http.StatusBadRequest, "Bad Request: BOT_COMMANDS_TOO_MUCH")
	}
	var out []Command
	for _, c := range list {
		if !commandForm.MatchString(c.Command) {
			return nil, refuse(http.StatusBadRequest, "Bad Request: BOT_COMMAND_INVALID")
		}
		if n := len(utf16.Encode([]rune(c.Description))); n < 1 || n > 256 {
			return nil, refuse(http.StatusBadRequest, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
		}
		out = append(out, Command(c))
	}
	if raw := p.Get("scope"); raw != "" {
		var scope struct {
			Type string `json:"type"`
		}
		if strict(raw, &scope) != nil || !slices.Contains([]string{"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}, scope.Type) {
			return nil, refuse(http.StatusBadRequest, "Bad Request: can't parse BotCommandScope")
		}
	}
	code := p.Get("language_code")
	if code != "" && (!languageForm.MatchString(code) || !strings.Contains(languages, " "+code+" ")) {
		return nil, refuse(http.StatusBadRequest, "Bad Request: BOT_COMMAND_LANGUAGE_INVALID: invalid language code specified")
	}
	s.commands[code] = out
	return true, nil
}
