// The double itself: it refuses what the real service refuses, and shows what
// happened.
package telegramtest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// reply is an answer of the Bot API.
type reply struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

// ask calls a method with parameters given as name, value, name, value.
func ask(t *testing.T, s *Server, token, method string, pairs ...string) reply {
	t.Helper()
	p := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		p.Add(pairs[i], pairs[i+1])
	}
	resp, err := http.PostForm(s.URL+"/bot"+token+"/"+method, p)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var r reply
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		t.Fatal(err)
	}
	if !r.OK && r.Code != resp.StatusCode {
		t.Errorf("status %d, error_code %d", resp.StatusCode, r.Code)
	}
	return r
}

func TestWhatTheServiceRefusesIsRefused(t *testing.T) {
	long := strings.Repeat("x", 4097)
	button := func(text, data string) string {
		return `{"inline_keyboard":[[{"text":"` + text + `","callback_data":"` + data + `"}]]}`
	}
	for name, c := range map[string]struct {
		method string
		pairs  []string
		code   int // 0: it is accepted
	}{
		"an unknown method":               {"sendMassage", nil, 404},
		"a message":                       {"sendMessage", []string{"chat_id", "1", "text", "x"}, 0},
		"no text":                         {"sendMessage", []string{"chat_id", "1"}, 400},
		"a blank text":                    {"sendMessage", []string{"chat_id", "1", "text", " \n"}, 400},
		"a text too long":                 {"sendMessage", []string{"chat_id", "1", "text", long}, 400},
		"the longest text":                {"sendMessage", []string{"chat_id", "1", "text", long[:4096]}, 0},
		"a text too long in UTF-16":       {"sendMessage", []string{"chat_id", "1", "text", strings.Repeat("𝒳", 2049)}, 400},
		"bytes that are no text":          {"sendMessage", []string{"chat_id", "1", "text", "a\xff"}, 400},
		"a chat that never wrote":         {"sendMessage", []string{"chat_id", "2", "text", "x"}, 400},
		"an old reply":                    {"sendMessage", []string{"chat_id", "1", "text", "x", "reply_to_message_id", "1"}, 400},
		"an old preview":                  {"sendMessage", []string{"chat_id", "1", "text", "x", "disable_web_page_preview", "true"}, 400},
		"entities that are null":          {"sendMessage", []string{"chat_id", "1", "text", "x", "entities", "null"}, 400},
		"a keyboard that is null":         {"sendMessage", []string{"chat_id", "1", "text", "x", "reply_markup", "null"}, 400},
		"a parameter twice":               {"sendMessage", []string{"chat_id", "1", "text", "x", "text", "y"}, 400},
		"a button":                        {"sendMessage", []string{"chat_id", "1", "text", "x", "reply_markup", button("a", strings.Repeat("é", 32))}, 0},
		"a button with 65 bytes":          {"sendMessage", []string{"chat_id", "1", "text", "x", "reply_markup", button("a", strings.Repeat("x", 65))}, 400},
		"a button with no data":           {"sendMessage", []string{"chat_id", "1", "text", "x", "reply_markup", button("a", "")}, 400},
		"a button without data":           {"sendMessage", []string{"chat_id", "1", "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a"}]]}`}, 400},
		"a button without a label":        {"sendMessage", []string{"chat_id", "1", "text", "x", "reply_markup", button("", "a")}, 400},
		"a button with something else":    {"sendMessage", []string{"chat_id", "1", "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"a","colour":"red"}]]}`}, 400},
		"an empty row":                    {"sendMessage", []string{"chat_id", "1", "text", "x", "reply_markup", `{"inline_keyboard":[[]]}`}, 400},
		"previews off":                    {"sendMessage", []string{"chat_id", "1", "text", "x", "link_preview_options", `{"is_disabled":true}`}, 0},
		"previews odd":                    {"sendMessage", []string{"chat_id", "1", "text", "x", "link_preview_options", `{"off":true}`}, 400},
		"an edit of nothing":              {"editMessageText", []string{"chat_id", "1", "message_id", "99", "text", "x"}, 400},
		"an edit of a person's message":   {"editMessageText", []string{"chat_id", "1", "message_id", "1", "text", "x"}, 400},
		"an unknown query":                {"answerCallbackQuery", []string{"callback_query_id", "1"}, 400},
		"leaving a person":                {"leaveChat", []string{"chat_id", "1"}, 400},
		"commands":                        {"setMyCommands", []string{"commands", `[{"command":"menu","description":"x"}]`, "language_code", "ht", "scope", `{"type":"all_private_chats"}`}, 0},
		"a command in capitals":           {"setMyCommands", []string{"commands", `[{"command":"Menu","description":"x"}]`}, 400},
		"a command without description":   {"setMyCommands", []string{"commands", `[{"command":"menu","description":""}]`}, 400},
		"a command described at length":   {"setMyCommands", []string{"commands", `[{"command":"menu","description":"` + long[:257] + `"}]`}, 400},
		"too many commands":               {"setMyCommands", []string{"commands", `[` + strings.Repeat(`{"command":"a","description":"x"},`, 100) + `{"command":"a","description":"x"}]`}, 400},
		"an unknown language":             {"setMyCommands", []string{"commands", `[]`, "language_code", "xx"}, 400},
		"a long language":                 {"setMyCommands", []string{"commands", `[]`, "language_code", "fa-AF"}, 400},
		"an unknown scope":                {"setMyCommands", []string{"commands", `[]`, "scope", `{"type":"everybody"}`}, 400},
		"a webhook without TLS":           {"setWebhook", []string{"url", "http://a.example/x"}, 400},
		"a webhook on an odd port":        {"setWebhook", []string{"url", "https://a.example:8080/x"}, 400},
		"a webhook with an odd secret":    {"setWebhook", []string{"url", "https://a.example/x", "secret_token", "a b"}, 400},
		"a webhook with a long secret":    {"setWebhook", []string{"url", "https://a.example/x", "secret_token", long[:257]}, 400},
		"a webhook with many connections": {"setWebhook", []string{"url", "https://a.example/x", "max_connections", "101"}, 400},
		"a webhook for unknown updates":   {"setWebhook", []string{"url", "https://a.example/x", "allowed_updates", `["massage"]`}, 400},
		"too many updates":                {"getUpdates", []string{"limit", "101"}, 400},
		"an odd offset":                   {"getUpdates", []string{"offset", "x"}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			s := New(t)
			s.Say(1, "hello")
			r := ask(t, s, s.Token, c.method, c.pairs...)
			if r.Code != c.code || r.OK != (c.code == 0) {
				t.Errorf("%d %s", r.Code, r.Description)
			}
			if (len(s.Refusals()) == 1) != (c.code != 0) {
				t.Errorf("remembered %q", s.Refusals())
			}
		})
	}
}

func TestAWrongTokenIsRefused(t *testing.T) {
	s := New(t)
	if r := ask(t, s, "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "getMe"); r.Code != 401 {
		t.Errorf("a wrong token: %d", r.Code)
	}
	if r := ask(t, s, "token", "getMe"); r.Code != 404 {
		t.Errorf("no token: %d", r.Code)
	}
	if r := ask(t, s, s.Token, "getMe"); !r.OK {
		t.Errorf("the token: %d", r.Code)
	}
}

func TestUpdatesComeAgainUntilTheOffsetPassesThem(t *testing.T) {
	s := New(t)
	first := s.Say(1, "a")
	s.Say(1, "b")
	get := func(pairs ...string) (out []struct {
		ID int64 `json:"update_id"`
	}) {
		if err := json.Unmarshal(ask(t, s, s.Token, "getUpdates", pairs...).Result, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for range 2 {
		if got := get(); len(got) != 2 || got[0].ID != first {
			t.Fatalf("got %v", got)
		}
	}
	if got := get("offset", num(first+1)); len(got) != 1 || got[0].ID != first+1 {
		t.Errorf("got %v", got)
	}
	if got := get("offset", num(first+2)); len(got) != 0 || s.Pending() != 0 {
		t.Errorf("got %v", got)
	}
}

func num(n int64) string { b, _ := json.Marshal(n); return string(b) }

func TestUpdatesThatNobodyAskedForDoNotCome(t *testing.T) {
	s := New(t)
	ask(t, s, s.Token, "getUpdates", "allowed_updates", `["message"]`)
	s.Block(1)
	s.Say(1, "a")
	if n := s.Pending(); n != 1 {
		t.Errorf("%d updates wait", n)
	}
}

func TestOnlyOneMayPollAndNobodyWhileAWebhookIsSet(t *testing.T) {
	s := New(t)
	var first reply
	var wait sync.WaitGroup
	wait.Go(func() { first = ask(t, s, s.Token, "getUpdates", "timeout", "20") })
	s.Await("the first poll", s.Polling)
	second := make(chan reply)
	go func() { second <- ask(t, s, s.Token, "getUpdates", "timeout", "20") }()
	wait.Wait()
	if first.Code != 409 || !strings.Contains(first.Description, "other getUpdates") {
		t.Errorf("the first poll: %d %s", first.Code, first.Description)
	}
	s.Say(1, "a")
	if r := <-second; !r.OK {
		t.Errorf("the second poll: %d %s", r.Code, r.Description)
	}
	ask(t, s, s.Token, "setWebhook", "url", "https://a.example/x")
	if r := ask(t, s, s.Token, "getUpdates"); r.Code != 409 || !strings.Contains(r.Description, "webhook is active") {
		t.Errorf("a poll beside a webhook: %d %s", r.Code, r.Description)
	}
	ask(t, s, s.Token, "deleteWebhook")
	if r := ask(t, s, s.Token, "getUpdates"); !r.OK {
		t.Errorf("after the webhook: %d", r.Code)
	}
}

func TestTheWebhookIsCalledAgainUntilItSaysYes(t *testing.T) {
	s := New(t)
	var mu sync.Mutex
	calls, secret := 0, ""
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		calls++
		secret = r.Header.Get("X-Telegram-Bot-Api-Secret-Token")
		if _, err := io.Copy(io.Discard, r.Body); err != nil || calls < 3 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer hook.Close()
	s.Route("https://a.example", hook.URL)
	ask(t, s, s.Token, "setWebhook", "url", "https://a.example/x", "secret_token", "s-1")
	s.Say(1, "a")
	s.Await("the update to be taken", func() bool { return s.Pending() == 0 })
	mu.Lock()
	defer mu.Unlock()
	if calls != 3 || secret != "s-1" {
		t.Errorf("%d calls with secret %q", calls, secret)
	}
}

func TestLimitsAreKept(t *testing.T) {
	s := New(t, WithLimits(Limits{PerSecond: 0.001, Burst: 3, PerChat: 0.001, ChatBurst: 2}))
	s.Meet(1, 2, 3)
	var codes []int
	var after int
	for _, chat := range []string{"1", "1", "1", "2", "3"} {
		r := ask(t, s, s.Token, "sendMessage", "chat_id", chat, "text", "x")
		codes = append(codes, r.Code)
		after = max(after, r.Parameters.RetryAfter)
	}
	for i, want := range []int{0, 0, 429, 0, 429} {
		if codes[i] != want {
			t.Errorf("send %d: %d, want %d", i, codes[i], want)
		}
	}
	if after < 1 || s.Total() != 3 {
		t.Errorf("retry after %d, %d messages", after, s.Total())
	}
}

func TestFaultsHappenBeforeOrAfterTheDeed(t *testing.T) {
	for _, done := range []bool{false, true} {
		for _, f := range []Fault{Reset, HTML, Internal, BadJSON, TimeOut} {
			s := New(t)
			s.Meet(1)
			if done {
				f = After(f)
			}
			s.Fail("sendMessage", 1, f)
			ctx, cancel := context.WithCancel(t.Context())
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/bot"+s.Token+"/sendMessage", strings.NewReader("chat_id=1&text=x"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			failed := make(chan error)
			go func() {
				resp, err := http.DefaultClient.Do(req)
				if err == nil {
					_ = resp.Body.Close()
				}
				failed <- err
			}()
			s.Await("the call", func() bool { return s.Calls("sendMessage") == 1 && (!done || s.Total() == 1) })
			if f.Hold {
				cancel()
			}
			if err := <-failed; (err != nil) != (f.Hold || f.Reset) {
				t.Errorf("%s: %v", f.Name, err)
			}
			want := 0
			if done {
				want = 1
			}
			if n := s.Total(); n != want {
				t.Errorf("%s: %d messages arrived, want %d", f.Name, n, want)
			}
			cancel()
			if r := ask(t, s, s.Token, "sendMessage", "chat_id", "1", "text", "y"); !r.OK {
				t.Errorf("after one fault: %d", r.Code)
			}
		}
	}
}

func TestAPersonSeesAnswersAndEdits(t *testing.T) {
	s := New(t)
	p := s.Person(1, "es")
	p.Say("hola")
	ask(t, s, s.Token, "sendMessage", "chat_id", "1", "text", "¿Sí?", "reply_markup", `{"inline_keyboard":[[{"text":"Sí","callback_data":"y"}]]}`)
	m := p.Next()
	p.Press("Sí")
	if q := s.Queries(); len(q) != 1 || q[0].Data != "y" {
		t.Fatalf("pressed %v", q)
	}
	ask(t, s, s.Token, "editMessageText", "chat_id", "1", "message_id", num(m.ID), "text", "Gracias")
	if e := p.Next(); e.ID != m.ID || e.Text != "Gracias" || e.Edits != 1 || len(e.Buttons) != 0 {
		t.Errorf("the person sees %+v", e)
	}
	if r := ask(t, s, s.Token, "editMessageText", "chat_id", "1", "message_id", num(m.ID), "text", "Gracias"); r.Code != 400 || !strings.Contains(r.Description, "not modified") {
		t.Errorf("the same edit: %d %s", r.Code, r.Description)
	}
	s.Block(1)
	if r := ask(t, s, s.Token, "sendMessage", "chat_id", "1", "text", "x"); r.Code != 403 {
		t.Errorf("to somebody who blocked the bot: %d", r.Code)
	}
}

func TestItsClockCanBeOff(t *testing.T) {
	s := New(t, WithClockOff(time.Hour))
	resp, err := http.Get(s.URL + "/bot" + s.Token + "/getMe")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil || time.Until(at) < 50*time.Minute {
		t.Errorf("its time is %v (%v)", at, err)
	}
}
