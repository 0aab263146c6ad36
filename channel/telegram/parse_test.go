// The parser: every kind of update there is, and any bytes at all.
package telegram

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"posada/bot"
	"posada/channel/telegram/telegramtest"
	"posada/flows"
)

func TestCommandsBecomeTheirWord(t *testing.T) {
	for text, want := range map[string]string{
		"/menu": "menu", "/menu@PosadaBot": "menu", "/menu@PosadaBot now": "menu", "/start abc_DEF-1": "start", " /help ": "help", "/Menu": "Menu",
		"/start\nmore": "start", "menu": "menu", "/": "/", "//": "//", "/ menu": "/ menu", "1/2": "1/2", "/menú": "/menú", "/a.b": "/a.b",
		"": "", "two words": "two words",
	} {
		raw, _ := json.Marshal(map[string]any{"update_id": 1, "message": map[string]any{"message_id": 1, "from": map[string]any{"id": 1}, "chat": map[string]any{"id": 1, "type": "private"}, "text": text}})
		u, err := parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := u.in; want == "" && got != nil || want != "" && (got == nil || got.Text != want) {
			t.Errorf("%q became %s", text, u.kind)
		}
	}
}

func TestUpdatesThatAreNoConversation(t *testing.T) {
	const private = `"chat":{"id":5,"type":"private"}`
	for name, c := range map[string]struct{ raw, kind string }{
		"an edited message":             {`"edited_message":{"message_id":1,"from":{"id":5},` + private + `,"text":"x"}`, kindIgnored},
		"a reaction":                    {`"message_reaction":{"chat":{"id":5,"type":"private"}}`, kindIgnored},
		"a message of a bot":            {`"message":{"message_id":1,"from":{"id":9,"is_bot":true},` + private + `,"text":"x"}`, kindIgnored},
		"a message of nobody":           {`"message":{"message_id":1,` + private + `,"text":"x"}`, kindIgnored},
		"a group that moved":            {`"message":{"message_id":1,"from":{"id":5},"chat":{"id":-1,"type":"group"},"migrate_to_chat_id":-100123}`, kindIgnored},
		"a group that came":             {`"message":{"message_id":1,"from":{"id":5},"chat":{"id":-100123,"type":"supergroup"},"migrate_from_chat_id":-1}`, kindGroup},
		"a channel's post":              {`"channel_post":{"message_id":1,"chat":{"id":-100123,"type":"channel"},"text":"x"}`, kindGroup},
		"a chat of an unknown kind":     {`"message":{"message_id":1,"from":{"id":5},"chat":{"id":-7,"type":"plaza"},"text":"x"}`, kindIgnored},
		"a press on no message":         {`"callback_query":{"id":"1","from":{"id":5},"inline_message_id":"x","data":"x"}`, kindIgnored},
		"a press without data":          {`"callback_query":{"id":"1","from":{"id":5},"message":{"message_id":1,` + private + `},"game_short_name":"x"}`, kindIgnored},
		"a press in an unknown chat":    {`"callback_query":{"id":"1","from":{"id":5},"message":{"message_id":1,"chat":{"id":-7,"type":"plaza"}},"data":"x"}`, kindIgnored},
		"a membership of nothing new":   {`"my_chat_member":{` + private + `,"from":{"id":5},"new_chat_member":{"status":"restricted"}}`, kindIgnored},
		"a membership in a plaza":       {`"my_chat_member":{"chat":{"id":-7,"type":"plaza"},"from":{"id":5},"new_chat_member":{"status":"member"}}`, kindIgnored},
		"nothing but a number":          {`"x":null,"message":null`, kindIgnored},
		"a note of the service":         {`"message":{"message_id":1,"from":{"id":5},` + private + `,"message_auto_delete_timer_changed":{"message_auto_delete_time":86400}}`, kindIgnored},
		"a null where a photo would be": {`"message":{"message_id":1,"from":{"id":5},` + private + `,"photo":null}`, kindIgnored},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := parse([]byte(`{"update_id":3,` + c.raw + `}`))
			if err != nil || u.id != 3 || u.kind != c.kind || u.in != nil || u.reachable != nil {
				t.Errorf("error %v, number %d, kind %s", err, u.id, u.kind)
			}
		})
	}
}

func TestAPressOnAMessageThatIsNoLongerShownCounts(t *testing.T) {
	u, err := parse([]byte(`{"update_id":3,"callback_query":{"id":"88","from":{"id":5,"is_bot":false,"first_name":"x"},"message":{"message_id":12,"date":0,"chat":{"id":5,"type":"private"}},"chat_instance":"1","data":"m/rule"}}`))
	if err != nil || u.in == nil || u.in.Payload != "m/rule" || u.in.Pressed != "12" || u.query != "88" {
		t.Errorf("error %v, kind %s", err, u.kind)
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	for _, raw := range []string{``, `null`, `[]`, `7`, `{}`, `{"update_id":"7"}`, `{"update_id":0}`, `{"update_id":-1}`, `{"update_id":1.5}`, `{"update_id":1e99}`, `{"update_id":null}`} {
		if u, err := parse([]byte(raw)); err == nil || u.id != 0 || u.kind != kindBroken {
			t.Errorf("%q: error %v, number %d", raw, err, u.id)
		}
	}
}

// about the fields of a message: who and where it is from, and notes of the
// service that say nothing to Posada. All others are text or media.
const (
	metadata = ` message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot sender_tag date
		guest_query_id business_connection_id chat forward_origin is_topic_message is_automatic_forward reply_to_message external_reply quote
		reply_to_story reply_to_checklist_task_id reply_to_poll_option_id via_bot guest_bot_caller_user guest_bot_caller_chat edit_date
		has_protected_content is_from_offline is_paid_post media_group_id author_signature paid_star_count entities link_preview_options
		suggested_post_info effect_id caption caption_entities show_caption_above_media has_media_spoiler reply_markup `
	service = ` new_chat_members left_chat_member chat_owner_left chat_owner_changed new_chat_title new_chat_photo delete_chat_photo
		group_chat_created supergroup_chat_created channel_chat_created message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id
		pinned_message successful_payment refunded_payment users_shared chat_shared gift unique_gift gift_upgrade_sent connected_website
		write_access_allowed passport_data proximity_alert_triggered boost_added chat_background_set checklist_tasks_done checklist_tasks_added
		direct_message_price_changed forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened general_forum_topic_hidden
		general_forum_topic_unhidden giveaway_created giveaway_winners giveaway_completed managed_bot_created paid_message_price_changed
		poll_option_added poll_option_deleted suggested_post_approved suggested_post_approval_failed suggested_post_declined suggested_post_paid
		suggested_post_refunded video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited web_app_data `
)

func TestEveryFieldOfAMessageIsUnderstood(t *testing.T) {
	all := telegramtest.Fields(t, "Message")
	if all == nil {
		t.Skip("without the environment variable " + telegramtest.EnvSpecs + " there is no description to go by")
	}
	for name, kind := range all {
		message := map[string]any{"message_id": 1, "date": 1, "from": map[string]any{"id": 5}, "chat": map[string]any{"id": 5, "type": "private"}}
		if !slices.Contains([]string{"message_id", "date", "from", "chat"}, name) {
			message[name] = telegramtest.Minimal(t, kind)
		}
		raw, err := json.Marshal(map[string]any{"update_id": 9, "message": message})
		if err != nil {
			t.Fatal(err)
		}
		u, err := parse(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		noContent := slices.Contains(strings.Fields(metadata+service), name)
		switch {
		case name == "text":
			if u.in == nil || u.in.Text == "" {
				t.Error("a text did not arrive")
			}
		case noContent && u.in != nil:
			t.Errorf("%s reached the conversation", name)
		case !noContent && (u.in == nil || u.in.Media == ""):
			t.Errorf("%s is a new kind of content that nobody answers", name)
		}
		if u.in != nil && name != "text" {
			private(t, name, *u.in)
		}
	}
}

func TestEveryKindOfUpdateIsAcknowledged(t *testing.T) {
	all := telegramtest.Fields(t, "Update")
	if all == nil {
		t.Skip("without the environment variable " + telegramtest.EnvSpecs + " there is no description to go by")
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name == "update_id" {
			continue
		}
		raw, err := json.Marshal(map[string]any{"update_id": 9, name: telegramtest.Minimal(t, all[name])})
		if err != nil {
			t.Fatal(err)
		}
		u, err := parse(raw)
		if u.id != 9 || err == nil && u.kind == kindBroken {
			t.Errorf("%s: number %d, error %v", name, u.id, err)
		}
		if !slices.Contains(wanted, name) && (u.kind != kindIgnored || u.in != nil) {
			t.Errorf("%s is not ignored", name)
		}
	}
}

func private(t *testing.T, what string, in bot.Inbound) {
	t.Helper()
	for _, p := range telegramtest.Private {
		if strings.Contains(fields(in), p) {
			t.Errorf("%s: %s left the parser", what, p)
		}
	}
}

func FuzzUpdates(f *testing.F) {
	f.Add([]byte(goodUpdate))
	f.Add([]byte(`{"update_id":3,"callback_query":{"id":"88","from":{"id":5},"message":{"message_id":12,"chat":{"id":5,"type":"private"}},"data":"m/rule"}}`))
	f.Add([]byte(`{"update_id":3,"my_chat_member":{"chat":{"id":5,"type":"private"},"from":{"id":5},"new_chat_member":{"status":"kicked"}}}`))
	f.Add([]byte(`{"update_id":3,"message":{"message_id":1,"from":{"id":5},"chat":{"id":5,"type":"private"},"location":{"latitude":19.432608,"longitude":-99.133209}}}`))
	f.Add([]byte(`{"update_id":3,"message":{"message_id":1,"from":{"id":5},"chat":{"id":5,"type":"private"},"location":{"latitude":19.432608,"longitude":-99.133209},"venue":{"title":"19.432608"}}}`))
	f.Add([]byte(`{"update_id":3,"channel_post":{"message_id":1,"chat":{"id":-5,"type":"channel"},"text":"x"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, err := parse(raw)
		if err != nil {
			if u.in != nil || u.reachable != nil || u.group != nil {
				t.Error("what cannot be read does something")
			}
			return
		}
		if u.id <= 0 {
			t.Errorf("number %d", u.id)
		}
		if u.in == nil {
			return
		}
		if u.chat <= 0 || u.group != nil || u.in.From != address(u.chat) || u.in.ID != fmt.Sprintf("u%d", u.id) || u.in.Form != flows.Telegram || u.in.Text == "" && u.in.Payload == "" && u.in.Media == "" {
			t.Errorf("a message without sense: %s", fields(*u.in))
		}
		// Coordinates may be typed by a person, but never come out of a place.
		var whole struct {
			Message struct {
				Text     string          `json:"text"`
				Caption  string          `json:"caption"`
				Location json.RawMessage `json:"location"`
			} `json:"message"`
		}
		if json.Unmarshal(raw, &whole) == nil && len(whole.Message.Location) > 0 && !strings.Contains(whole.Message.Text+whole.Message.Caption, "19.432608") &&
			strings.Contains(fields(*u.in), "19.432608") {
			t.Error("coordinates left the parser")
		}
	})
}

func TestAForwardedMessageIsKnownAsOne(t *testing.T) {
	for _, forwarded := range []bool{true, false} {
		origin := ""
		if forwarded {
			origin = `"forward_origin":{"type":"hidden_user","sender_user_name":"x","date":1},`
		}
		u, err := parse([]byte(`{"update_id":3,"message":{"message_id":1,"from":{"id":5},"chat":{"id":5,"type":"private"},` + origin + `"text":"buses leave"}}`))
		if err != nil || u.in == nil || u.in.Forwarded != forwarded {
			t.Errorf("forwarded %t: error %v, kind %s", forwarded, err, u.kind)
		}
	}
}

func TestWhatLeadsWhereItsTextDoesNotSayIsKnown(t *testing.T) {
	for about, c := range map[string]struct {
		fields string
		want   bool
	}{
		"a text":                      {`"text":"see unhcr.org"`, false},
		"a link that is read":         {`"text":"see unhcr.org","entities":[{"type":"url","offset":4,"length":9}],"link_preview_options":{"url":"https://unhcr.org/"}`, false},
		"a preview that is off":       {`"text":"see unhcr.org","link_preview_options":{"is_disabled":true}`, false},
		"a link behind it":            {`"text":"see unhcr.org","entities":[{"type":"text_link","offset":4,"length":9,"url":"https://evil.example/"}]`, true},
		"a person behind it":          {`"text":"ask Posada","entities":[{"type":"text_mention","offset":4,"length":6,"user":{"id":9}}]`, true},
		"behind a caption":            {`"photo":[],"caption":"see unhcr.org","caption_entities":[{"type":"text_link","offset":4,"length":9,"url":"https://evil.example/"}]`, true},
		"a button":                    {`"text":"see unhcr.org","reply_markup":{"inline_keyboard":[[{"text":"Open","url":"https://evil.example/"}]]}`, true},
		"a button of a conversation":  {`"text":"see unhcr.org","reply_markup":{"inline_keyboard":[[{"text":"Menu","callback_data":"menu"}]]}`, false},
		"another page below the text": {`"text":"see unhcr.org","link_preview_options":{"url":"https://evil.example/"}`, true},
		"what nobody knows":           {`"text":"see unhcr.org","entities":7`, true},
	} {
		u, err := parse([]byte(`{"update_id":1,"message":{"message_id":2,"chat":{"id":5,"type":"private"},"from":{"id":5},` + c.fields + `}}`))
		if err != nil || u.in == nil || u.in.Hidden != c.want {
			t.Errorf("%s: %+v, %v; want %v", about, u.in, err, c.want)
		}
	}
}
