// The webhook's door: what a stranger gets, what Telegram gets.
package telegram

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"posada/bot"
	"posada/channel/telegram/telegramtest"
)

const goodUpdate = `{"update_id":7,"message":{"message_id":1,"from":{"id":5,"is_bot":false,"first_name":"x"},"chat":{"id":5,"type":"private"},"date":1,"text":"hello"}}`

func TestAStrangerGetsAStatusAndNothingElse(t *testing.T) {
	s := telegramtest.New(t)
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		body   string
		want   int
		in     int
	}{
		{"the real thing", func(*http.Request) {}, goodUpdate, 200, 1},
		{"with a charset", func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-8") }, goodUpdate, 200, 1},
		{"no secret", func(r *http.Request) { r.Header.Del(secretHeader) }, goodUpdate, 401, 0},
		{"an empty secret", func(r *http.Request) { r.Header.Set(secretHeader, "") }, goodUpdate, 401, 0},
		{"a wrong secret", func(r *http.Request) { r.Header.Set(secretHeader, testSecret+"x") }, goodUpdate, 401, 0},
		{"the beginning of the secret", func(r *http.Request) { r.Header.Set(secretHeader, testSecret[:5]) }, goodUpdate, 401, 0},
		{"two secrets", func(r *http.Request) { r.Header.Add(secretHeader, testSecret) }, goodUpdate, 401, 0},
		{"GET", func(r *http.Request) { r.Method = http.MethodGet }, goodUpdate, 405, 0},
		{"PUT", func(r *http.Request) { r.Method = http.MethodPut }, goodUpdate, 405, 0},
		{"a form", func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, goodUpdate, 415, 0},
		{"no type", func(r *http.Request) { r.Header.Del("Content-Type") }, goodUpdate, 415, 0},
		{"too large", func(*http.Request) {}, `{"update_id":7,"x":"` + strings.Repeat("a", maxUpdate) + `"}`, 413, 0},
		{"too large without saying so", func(r *http.Request) { r.ContentLength = -1 }, strings.Repeat(" ", maxUpdate+1), 413, 0},
		{"no JSON", func(*http.Request) {}, `Guadalupe`, 200, 0},
		{"deep JSON", func(*http.Request) {}, strings.Repeat(`{"message":`, 20_000), 200, 0},
		{"nothing", func(*http.Request) {}, ``, 200, 0},
		{"invalid UTF-8", func(*http.Request) {}, strings.Replace(goodUpdate, "hello", "h\xff\xfe", 1), 200, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRecord()
			h := channel(t, s, r).Handler()
			req := httptest.NewRequest(http.MethodPost, "/hook", io.NopCloser(bytes.NewReader([]byte(c.body))))
			req.ContentLength = int64(len(c.body))
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set(secretHeader, testSecret)
			c.change(req)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			if w.Code != c.want || w.Body.Len() != 0 || len(r.inbound) != c.in {
				t.Errorf("status %d, body %q, %d messages", w.Code, w.Body, len(r.inbound))
			}
			if strings.Contains(r.said(), "Guadalupe") {
				t.Error("what was told repeats the body")
			}
		})
	}
}

func TestWithoutASecretThereIsNoWebhook(t *testing.T) {
	s, r := telegramtest.New(t), newRecord()
	h := channel(t, s, r, func(c *Config) { c.Secret = "" }).Handler()
	for _, header := range []http.Header{{}, {secretHeader: {""}}} {
		req := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(goodUpdate))
		req.Header = header
		req.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if w.Code != http.StatusNotFound || len(r.inbound) != 0 {
			t.Errorf("status %d, %d messages", w.Code, len(r.inbound))
		}
	}
}

func TestTheWebhookSaysYesOnlyToWhatIsDurable(t *testing.T) {
	s, r := telegramtest.New(t), newRecord()
	h := channel(t, s, r).Handler()
	post := func() int {
		req := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(goodUpdate))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(secretHeader, testSecret)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		return w.Code
	}
	r.fail = func(bot.Inbound) error { return errors.New("full") }
	if got := post(); got != http.StatusInternalServerError {
		t.Errorf("status %d for a store that fails", got)
	}
	r.fail = nil
	if got := post(); got != http.StatusOK {
		t.Errorf("status %d for a store that works", got)
	}
}

func TestTheWebhookIsSetWithItsSecretAndRemovedOnDemand(t *testing.T) {
	s, r := telegramtest.New(t), newRecord()
	c := channel(t, s, r, func(cfg *Config) { cfg.Webhook = "https://posada.example/hook" })
	stop := run(t, c)
	s.Await("the webhook", func() bool { return s.Webhook() == "https://posada.example/hook" && s.Secret() == testSecret })
	stop()
	if s.Webhook() == "" {
		t.Error("a stop removed it: what comes in meanwhile would not be brought")
	}
	if err := c.RemoveWebhook(t.Context()); err != nil || s.Webhook() != "" {
		t.Errorf("removed: %v, still set: %q", err, s.Webhook())
	}
}

func TestPollingTakesOverFromAWebhookAndLosesNothing(t *testing.T) {
	s, r := telegramtest.New(t), newRecord()
	hooked := channel(t, s, newRecord(), func(cfg *Config) { cfg.Webhook = "https://posada.example/hook" })
	stop := run(t, hooked)
	s.Await("the webhook", func() bool { return s.Webhook() != "" })
	stop()
	s.Say(1, "written meanwhile")
	run(t, channel(t, s, r))
	r.await(t, "the message", func() bool { return len(r.inbound) == 1 })
}
