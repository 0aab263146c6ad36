// How updates leave the double: held polls, webhook calls, and both again until
// they are acknowledged.
package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kinds are all kinds of updates; the last three come on demand only.
var kinds = strings.Fields(`message edited_message channel_post edited_channel_post business_connection business_message
	edited_business_message deleted_business_messages guest_message inline_query chosen_inline_result callback_query
	shipping_query pre_checkout_query purchased_paid_media poll poll_answer my_chat_member chat_join_request chat_boost
	removed_chat_boost managed_bot message_reaction message_reaction_count chat_member`)

const onDemand = 3

// push queues an update, unless its kind is not asked for. The lock is held.
func (s *Server) push(chat int64, kind string, body any) int64 {
	s.lastUpdate++
	raw, err := json.Marshal(map[string]any{"update_id": s.lastUpdate, kind: body})
	if err != nil {
		s.t.Errorf("telegramtest: encode an update: %v", err)
		return 0
	}
	if problem := s.spec.value("Update", raw); problem != "" {
		s.t.Errorf("telegramtest: the double's own update does not fit the description: %s", problem)
	}
	if allowed := s.allowed; len(allowed) > 0 && !slices.Contains(allowed, kind) ||
		len(allowed) == 0 && slices.Contains(kinds[len(kinds)-onDemand:], kind) {
		return s.lastUpdate
	}
	s.enqueue(queued{id: s.lastUpdate, chat: chat, raw: raw})
	return s.lastUpdate
}

// enqueue adds to the queue. The lock is held.
func (s *Server) enqueue(q queued) {
	s.queue = append(s.queue, q)
	s.change()
}

// Raw queues an update as it is given, but for its number, which replaces
// "update_id":0. It returns the number.
func (s *Server) Raw(update string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastUpdate++
	raw := strings.Replace(update, `"update_id":0`, `"update_id":`+strconv.FormatInt(s.lastUpdate, 10), 1)
	s.enqueue(queued{id: s.lastUpdate, raw: json.RawMessage(raw)})
	return s.lastUpdate
}

// Pending counts the updates that are not acknowledged.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// Webhook is the URL that is set, "" for none.
func (s *Server) Webhook() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook == nil {
		return ""
	}
	return s.hook.url
}

// Secret is the secret token that was set with the webhook.
func (s *Server) Secret() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook == nil {
		return ""
	}
	return s.hook.secret
}

// Polling tells whether a getUpdates is held.
func (s *Server) Polling() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.poll != nil
}

// setAllowed reads allowed_updates.
func (s *Server) setAllowed(p url.Values) *refusal {
	raw := p.Get("allowed_updates")
	if raw == "" {
		return nil
	}
	var list []string
	if json.Unmarshal([]byte(raw), &list) != nil {
		return refuse(http.StatusBadRequest, "Bad Request: can't parse allowed_updates JSON object")
	}
	for _, kind := range list {
		if !slices.Contains(kinds, kind) {
			return refuse(http.StatusBadRequest, "Bad Request: the double knows no update kind %q", kind)
		}
	}
	s.allowed = list
	return nil
}

// number reads a whole number within bounds, or what stands for none.
func number(p url.Values, key string, none, least, most int64) (int64, *refusal) {
	raw := p.Get(key)
	if raw == "" {
		return none, nil
	}
	n, err := strconv.ParseInt(raw, 10, 64)
	if err != nil || n < least || n > most {
		return 0, refuse(http.StatusBadRequest, "Bad Request: %s is out of range", key)
	}
	return n, nil
}

func (s *Server) getUpdates(ctx context.Context, p url.Values) (any, *refusal) {
	offset, no1 := number(p, "offset", 0, -100_000, 1<<40)
	limit, no2 := number(p, "limit", 100, 1, 100)
	timeout, no3 := number(p, "timeout", 0, 0, 3600)
	for _, no := range []*refusal{no1, no2, no3} {
		if no != nil {
			return nil, no
		}
	}
	mine := &poll{end: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook != nil {
		return nil, refuse(http.StatusConflict, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	if no := s.setAllowed(p); no != nil {
		return nil, no
	}
	if s.poll != nil {
		close(s.poll.end)
	}
	s.poll = mine
	defer func() {
		if s.poll == mine {
			s.poll = nil
		}
		s.change()
	}()
	s.acknowledge(offset)
	s.change()
	hold := time.NewTimer(time.Duration(timeout) * time.Second)
	defer hold.Stop()
	for {
		if len(s.queue) > 0 || timeout == 0 {
			return s.batch(int(limit)), nil
		}
		changed := s.changed
		s.mu.Unlock()
		var no *refusal
		over := false
		select {
		case <-changed:
		case <-hold.C:
			over = true
		case <-mine.end:
			no = refuse(http.StatusConflict, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
		case <-ctx.Done():
			over = true
		case <-s.quit:
			over = true
		}
		s.mu.Lock()
		switch {
		case no != nil:
			return nil, no
		case s.hook != nil:
			return nil, refuse(http.StatusConflict, "Conflict: terminated by setWebhook request")
		case over:
			return s.batch(int(limit)), nil
		}
	}
}

// acknowledge forgets what lies before the offset; a negative one counts from
// the end. The lock is held.
func (s *Server) acknowledge(offset int64) {
	switch {
	case offset < 0:
		s.queue = s.queue[max(0, len(s.queue)+int(offset)):]
	case offset > 0:
		s.queue = slices.DeleteFunc(s.queue, func(q queued) bool { return q.id < offset })
	}
}

func (s *Server) batch(limit int) []json.RawMessage {
	out := []json.RawMessage{}
	for _, q := range s.queue[:min(limit, len(s.queue))] {
		out = append(out, q.raw)
	}
	return out
}

// hook is a webhook that is set.
type hook struct {
	url, secret string
	most        int
	busy        map[int64]bool // chats of which a call is under way
	calls       int
	errorAt     time.Time
	error       string
	ctx         context.Context
	cancel      context.CancelFunc
}

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

func (s *Server) setWebhook(p url.Values) (any, *refusal) {
	most, no := number(p, "max_connections", 40, 1, 100)
	if no != nil {
		return nil, no
	}
	u, err := url.Parse(p.Get("url"))
	switch {
	case err != nil || u.Host == "":
		return nil, refuse(http.StatusBadRequest, "Bad Request: bad webhook: invalid webhook URL specified")
	case u.Scheme != "https":
		return nil, refuse(http.StatusBadRequest, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
	case !slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port()):
		return nil, refuse(http.StatusBadRequest, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	secret := p.Get("secret_token")
	if _, given := p["secret_token"]; given && !secretForm.MatchString(secret) {
		return nil, refuse(http.StatusBadRequest, "Bad Request: secret token contains unallowed characters")
	}
	if no := s.setAllowed(p); no != nil {
		return nil, no
	}
	s.unhook(p)
	ctx, cancel := context.WithCancel(context.Background())
	h := &hook{url: p.Get("url"), secret: secret, most: int(most), busy: map[int64]bool{}, ctx: ctx, cancel: cancel}
	s.hook = h
	go s.deliver(h)
	return true, nil
}

func (s *Server) deleteWebhook(p url.Values) (any, *refusal) {
	s.unhook(p)
	return true, nil
}

func (s *Server) unhook(p url.Values) {
	if s.hook != nil {
		s.hook.cancel()
		s.hook = nil
	}
	for i := range s.queue {
		s.queue[i].sent = false
	}
	if p.Get("drop_pending_updates") == "true" {
		s.queue = nil
	}
}

func (s *Server) getWebhookInfo(url.Values) (any, *refusal) {
	out := map[string]any{"url": "", "has_custom_certificate": false, "pending_update_count": len(s.queue)}
	if s.allowed != nil {
		out["allowed_updates"] = s.allowed
	}
	if h := s.hook; h != nil {
		out["url"], out["max_connections"] = h.url, h.most
		if h.error != "" {
			out["last_error_date"], out["last_error_message"] = h.errorAt.Unix(), h.error
		}
	}
	return out, nil
}

// Route says where the calls to a public https base really go: what stands for
// the TLS proxy.
func (s *Server) Route(public, actual string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routes[public] = actual
	s.change()
}

// deliver calls the webhook until it is removed: one call at a time for a chat,
// and again until the answer is 2xx.
func (s *Server) deliver(h *hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.hook == h {
		for i := range s.queue {
			q := &s.queue[i]
			if h.calls >= h.most {
				break
			}
			if q.sent || h.busy[q.chat] {
				continue
			}
			q.sent, h.busy[q.chat] = true, true
			h.calls++
			go s.callHook(h, *q)
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-h.ctx.Done():
		case <-s.quit:
			h.cancel()
		}
		s.mu.Lock()
		if h.ctx.Err() != nil {
			return
		}
	}
}

// hookPause is the pause before a call is repeated. The real one is longer.
const hookPause = 20 * time.Millisecond

func (s *Server) callHook(h *hook, q queued) {
	err := s.post(h, q.raw)
	if err != nil && h.ctx.Err() == nil {
		t := time.NewTimer(hookPause)
		defer t.Stop()
		select {
		case <-t.C:
		case <-h.ctx.Done():
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h.calls--
	delete(h.busy, q.chat)
	if s.hook != h {
		return
	}
	i := slices.IndexFunc(s.queue, func(o queued) bool { return o.id == q.id })
	switch {
	case err != nil:
		h.error, h.errorAt = err.Error(), time.Now()
		if i >= 0 {
			s.queue[i].sent = false
		}
	case i >= 0:
		s.queue = slices.Delete(s.queue, i, i+1)
	}
	s.change()
}

func (s *Server) post(h *hook, raw []byte) error {
	s.mu.Lock()
	target := h.url
	for public, actual := range s.routes {
		if rest, ok := strings.CutPrefix(target, public); ok {
			target = actual + rest
		}
	}
	s.mu.Unlock()
	req, err := http.NewRequestWithContext(h.ctx, http.MethodPost, target, bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("bad webhook URL")
	}
	req.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("Connection refused") //lint:ignore ST1005 it is what Telegram says
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("Wrong response from the webhook: %s", resp.Status) //lint:ignore ST1005 it is what Telegram says
	}
	return nil
}
