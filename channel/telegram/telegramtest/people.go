// The people: what they do becomes updates with the real field names.
package telegramtest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// What the double's media hold. None of it may ever leave the parser.
var Private = []string{
	"19.432608", "-99.133209", "5215512345678", "Guadalupe", "Nombre-Privado", "AgACAgEAAx-file-id", "Calle Secreta 12", "perfil_privado",
}

// media are the contents of a message that are not text.
var media = map[string]map[string]any{
	"photo":      {"photo": []any{file(map[string]any{"width": 90, "height": 90})}},
	"live_photo": {"live_photo": file(map[string]any{"width": 90, "height": 90, "duration": 2})},
	"voice":      {"voice": file(map[string]any{"duration": 3})},
	"audio":      {"audio": file(map[string]any{"duration": 3, "performer": "Guadalupe"})},
	"video":      {"video": file(map[string]any{"width": 90, "height": 90, "duration": 3})},
	"video_note": {"video_note": file(map[string]any{"length": 90, "duration": 3})},
	"animation":  {"animation": file(map[string]any{"width": 90, "height": 90, "duration": 3}), "document": file(nil)},
	"sticker":    {"sticker": file(map[string]any{"type": "regular", "width": 90, "height": 90, "is_animated": false, "is_video": false})},
	"contact":    {"contact": map[string]any{"phone_number": "+5215512345678", "first_name": "Guadalupe", "user_id": 42}},
	"location":   {"location": place},
	"venue":      {"location": place, "venue": map[string]any{"location": place, "title": "Albergue", "address": "Calle Secreta 12"}},
	"document":   {"document": file(map[string]any{"file_name": "Guadalupe.pdf"})},
	"dice":       {"dice": map[string]any{"emoji": "🎲", "value": 4}},
}

var place = map[string]any{"latitude": 19.432608, "longitude": -99.133209}

func file(more map[string]any) map[string]any {
	out := map[string]any{"file_id": "AgACAgEAAx-file-id", "file_unique_id": "AgACAgEAAx-file-id-2"}
	maps.Copy(out, more)
	return out
}

// MediaKinds lists what Media can send.
func MediaKinds() []string { return slices.Sorted(maps.Keys(media)) }

// private finds or makes a person's chat. The lock is held.
func (s *Server) private(id int64) *chat {
	c := s.chats[id]
	if c == nil {
		c = &chat{id: id, kind: "private", name: "Nombre-Privado", username: "perfil_privado"}
		s.chats[id] = c
	}
	return c
}

// Meet opens chats, as people who wrote long ago have.
func (s *Server) Meet(chats ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range chats {
		s.private(id)
	}
}

// Language sets the language of a person's app.
func (s *Server) Language(chat int64, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.private(chat).lang = code
}

func (c *chat) user() map[string]any {
	u := map[string]any{"id": c.id, "is_bot": false, "first_name": c.name, "username": c.username}
	if c.lang != "" {
		u["language_code"] = c.lang
	}
	return u
}

func (c *chat) wire() map[string]any {
	if c.kind == "private" {
		return map[string]any{"id": c.id, "type": c.kind, "first_name": c.name, "username": c.username}
	}
	return map[string]any{"id": c.id, "type": c.kind, "title": c.name}
}

// wire is a message as the Bot API shows it. The lock is held.
func (s *Server) wire(c *chat, m Message) map[string]any {
	out := map[string]any{"message_id": m.ID, "chat": c.wire(), "date": time.Now().Unix(), "text": m.Text}
	if m.Voice != nil {
		delete(out, "text")
		out["voice"] = map[string]any{"file_id": m.FileID, "file_unique_id": "u" + m.FileID, "duration": m.Duration, "mime_type": "audio/ogg", "file_size": len(m.Voice)}
	}
	switch {
	case m.Bot:
		out["from"] = s.me()
	case c.kind == "private":
		out["from"] = c.user()
	}
	if len(m.Buttons) > 0 {
		var rows [][]map[string]any
		for _, row := range m.Buttons {
			var line []map[string]any
			for _, b := range row {
				line = append(line, map[string]any{"text": b.Label, "callback_data": b.Data})
			}
			rows = append(rows, line)
		}
		out["reply_markup"] = map[string]any{"inline_keyboard": rows}
	}
	return out
}

// written makes a message of a person. The lock is held.
func (s *Server) written(c *chat, text string) map[string]any {
	s.lastMessage++
	m := Message{ID: s.lastMessage, Text: text}
	c.messages = append(c.messages, m)
	out := s.wire(c, m)
	if strings.HasPrefix(text, "/") {
		word, _, _ := strings.Cut(text, " ")
		out["entities"] = []any{map[string]any{"type": "bot_command", "offset": 0, "length": len(utf16.Encode([]rune(word)))}}
	}
	return out
}

// Say writes a text in a private chat and returns the update's number.
func (s *Server) Say(chat int64, text string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.private(chat)
	return s.push(chat, "message", s.written(c, text))
}

// Media sends something that is not text, with or without a caption.
func (s *Server) Media(chat int64, kind, caption string) int64 {
	s.t.Helper()
	content, ok := media[kind]
	if !ok {
		s.t.Fatalf("telegramtest: no medium is called %q", kind)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.written(s.private(chat), "")
	delete(m, "text")
	maps.Copy(m, content)
	if caption != "" {
		m["caption"] = caption
	}
	return s.push(chat, "message", m)
}

// Press presses the newest button with this label or data and returns the
// query's id. The test fails when there is none.
func (s *Server) Press(chat int64, button string) string {
	s.t.Helper()
	s.mu.Lock()
	c := s.private(chat)
	for _, m := range slices.Backward(c.messages) {
		for _, row := range m.Buttons {
			for _, b := range row {
				if b.Label == button || b.Data == button {
					defer s.mu.Unlock()
					return s.pressed(c, m, b.Data)
				}
			}
		}
	}
	s.mu.Unlock()
	s.t.Fatalf("telegramtest: no message has the button %q", button)
	return ""
}

// PressOn presses a button with this data on a message, whether or not it has
// one: old keyboards stay on phones.
func (s *Server) PressOn(chat, message int64, data string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pressed(s.private(chat), Message{ID: message, Bot: true, Text: "…"}, data)
}

func (s *Server) pressed(c *chat, m Message, data string) string {
	q := s.query(c.id, data)
	s.push(c.id, "callback_query", map[string]any{
		"id": q.ID, "from": s.private(c.id).user(), "message": s.wire(c, m), "chat_instance": "-7", "data": data,
	})
	return q.ID
}

// query notes a press. The lock is held.
func (s *Server) query(chat int64, data string) *Query {
	s.lastQuery++
	q := &Query{ID: "44300" + strconv.FormatInt(s.lastQuery, 10), Chat: chat, Data: data}
	s.queries[q.ID] = q
	s.queryIDs = append(s.queryIDs, q.ID)
	return q
}

// OldQuery makes the id of a press that can no longer be answered.
func (s *Server) OldQuery(chat int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.query(chat, "")
	q.old = true
	return q.ID
}

// Queries are all presses in order.
func (s *Server) Queries() []Query {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Query
	for _, id := range s.queryIDs {
		out = append(out, *s.queries[id])
	}
	return out
}

// Block and Unblock are what a person does with the bot in the chat's menu.
func (s *Server) Block(chat int64) int64 { return s.block(chat, true, "member", "kicked") }

// Unblock undoes Block.
func (s *Server) Unblock(chat int64) int64 { return s.block(chat, false, "kicked", "member") }

func (s *Server) block(chat int64, blocked bool, from, to string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.private(chat)
	c.blocked = blocked
	return s.membership(c, c.user(), from, to)
}

// membership queues a change of the bot's own membership. The lock is held.
func (s *Server) membership(c *chat, by map[string]any, from, to string) int64 {
	member := func(status string) map[string]any {
		m := map[string]any{"status": status, "user": s.me()}
		switch status {
		case "kicked":
			m["until_date"] = 0
		case "administrator":
			for _, right := range strings.Fields("can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories") {
				m[right] = false
			}
		}
		return m
	}
	return s.push(c.id, "my_chat_member", map[string]any{
		"chat": c.wire(), "from": by, "date": time.Now().Unix(), "old_chat_member": member(from), "new_chat_member": member(to),
	})
}

// AddToGroup has a person add the bot to a group, a supergroup or a channel.
func (s *Server) AddToGroup(group int64, kind string, by int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[group]
	if c == nil {
		c = &chat{id: group, kind: kind, name: "Grupo"}
		s.chats[group] = c
	}
	c.left = false
	who := s.private(by).user()
	if kind == "channel" {
		s.membership(c, who, "left", "administrator")
		return
	}
	s.membership(c, who, "left", "member")
	m := s.written(c, "")
	delete(m, "text")
	m["from"], m["new_chat_members"] = who, []any{s.me()}
	s.push(group, "message", m)
}

// GroupSay writes a text in a group or a channel.
func (s *Server) GroupSay(group, by int64, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[group]
	if c == nil {
		s.t.Errorf("telegramtest: there is no such group")
		return
	}
	m := s.written(c, text)
	if c.kind == "channel" {
		s.push(group, "channel_post", m)
		return
	}
	m["from"] = s.private(by).user()
	s.push(group, "message", m)
}

// GroupPress presses a button on a message in a group.
func (s *Server) GroupPress(group, by int64, data string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.query(group, data)
	s.push(group, "callback_query", map[string]any{
		"id": q.ID, "from": s.private(by).user(), "chat_instance": "-8", "data": data,
		"message": s.wire(s.chats[group], Message{ID: 1, Bot: true, Text: "…"}),
	})
	return q.ID
}

// Left tells whether the bot has left a group.
func (s *Server) Left(group int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[group]
	return c != nil && c.left
}

// Messages are all messages of a chat, the person's and the bot's.
func (s *Server) Messages(chat int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[chat]; c != nil {
		return slices.Clone(c.messages)
	}
	return nil
}

// Received are the bot's messages in a chat, as they now stand.
func (s *Server) Received(chat int64) []Message {
	return slices.DeleteFunc(s.Messages(chat), func(m Message) bool { return !m.Bot })
}

// Total counts the bot's messages in all chats.
func (s *Server) Total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.chats {
		for _, m := range c.messages {
			if m.Bot {
				n++
			}
		}
	}
	return n
}

// Commands are those set for a language; "" for everybody else.
func (s *Server) Commands(language string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands[language])
}

// Person is somebody with a phone, for tests that talk.
type Person struct {
	Chat int64
	s    *Server
	seen int // events of the bot that Next has returned
}

// Person makes a person whose app is in this language.
func (s *Server) Person(chat int64, language string) *Person {
	s.Language(chat, language)
	return &Person{Chat: chat, s: s}
}

// Say writes a text.
func (p *Person) Say(text string) { p.s.Say(p.Chat, text) }

// Press presses the newest button with this label or data.
func (p *Person) Press(button string) {
	p.s.t.Helper()
	p.s.Press(p.Chat, button)
}

// Next waits until the bot has sent or edited something more, and returns the
// newest message as it then stands.
func (p *Person) Next() Message {
	p.s.t.Helper()
	events := func() int {
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		return p.s.private(p.Chat).events
	}
	p.s.Await(fmt.Sprintf("an answer to person %d", p.Chat), func() bool { return events() > p.seen })
	p.seen++
	all := p.s.Received(p.Chat)
	return all[len(all)-1]
}
