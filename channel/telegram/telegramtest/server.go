// Package telegramtest is a strict double of Telegram's Bot API over HTTP, with
// the people who use it. It refuses what the real service refuses, and what the
// real service only ignores: a parameter that it does not know. What a program
// needs of it is its URL and its Token.
//
// With the environment variable POSADA_SPECS set to the folder that holds
// telegram_bot_api.json, every request is checked against that description too.
package telegramtest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// Token is the double's token unless WithToken says otherwise.
const Token = "123456789:AAF-telegramtest_SecretHalfOfTheToken"

// Patience is how long anything is waited for before the test fails.
const Patience = 30 * time.Second

// Limits are how fast a bot may send.
type Limits struct {
	PerSecond float64 // over all chats
	Burst     int
	PerChat   float64 // to one chat
	ChatBurst int
}

// RealLimits are near those of the real service, which are not published.
var RealLimits = Limits{PerSecond: 30, Burst: 30, PerChat: 1, ChatBurst: 3}

// Option changes a double.
type Option func(*Server)

// WithToken sets the token that is accepted.
func WithToken(token string) Option { return func(s *Server) { s.Token = token } }

// WithLimits makes the double answer 429 to whoever sends faster.
func WithLimits(l Limits) Option { return func(s *Server) { s.limits = &l } }

// WithGroups says that @BotFather lets the bot join groups, as it does unless
// told otherwise.
func WithGroups() Option { return func(s *Server) { s.joins = true } }

// WithClockOff makes the double's Date differ from the real one.
func WithClockOff(d time.Duration) Option { return func(s *Server) { s.clockOff = d } }

// Server is the double. It is safe for use by many goroutines.
type Server struct {
	URL   string // the base of the Bot API
	Token string

	t        testing.TB
	http     *httptest.Server
	spec     *spec
	limits   *Limits
	joins    bool
	clockOff time.Duration
	quit     chan struct{}
	quitOnce sync.Once

	mu       sync.Mutex
	changed  chan struct{} // closed and made anew with every change
	chats    map[int64]*chat
	queries  map[string]*Query
	queryIDs []string
	commands map[string][]Command // by language code
	calls    map[string]int
	refusals []string
	faults   []*planned
	all      *rate.Limiter

	files     map[string][]byte // what was sent before, by file_id
	attached  map[string][]byte // what came with a call, by its name in the form
	forbidden map[int64]bool    // chats that take no voice messages

	lastUpdate  int64
	lastMessage int64
	lastQuery   int64
	queue       []queued
	allowed     []string // nil: the default
	poll        *poll
	hook        *hook
	routes      map[string]string // public base → where it really is
}

// queued is an update that is not acknowledged yet.
type queued struct {
	id   int64
	chat int64
	raw  json.RawMessage
	sent bool // a webhook call with it is under way
}

// poll is the getUpdates that is held.
type poll struct{ end chan struct{} }

// New starts a double on a loopback port. It stops with the test.
func New(t testing.TB, options ...Option) *Server {
	t.Helper()
	s := &Server{
		Token: Token, t: t, quit: make(chan struct{}), changed: make(chan struct{}),
		chats: map[int64]*chat{}, queries: map[string]*Query{}, commands: map[string][]Command{},
		calls: map[string]int{}, routes: map[string]string{},
		files: map[string][]byte{}, attached: map[string][]byte{}, forbidden: map[int64]bool{}, lastUpdate: 700_000_000,
	}
	for _, o := range options {
		o(s)
	}
	if s.limits != nil {
		s.all = rate.NewLimiter(rate.Limit(s.limits.PerSecond), s.limits.Burst)
	}
	s.spec = loadSpec(t)
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL
	t.Cleanup(s.Close)
	return s
}

// Close stops the double, and with it everything that is held.
func (s *Server) Close() {
	s.quitOnce.Do(func() { close(s.quit) })
	s.http.CloseClientConnections()
	s.http.Close()
}

// change tells whoever waits that something happened. The lock is held.
func (s *Server) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Await returns when ok holds, and fails the test when it does not within
// Patience. ok may call any method of the double.
func (s *Server) Await(what string, ok func() bool) {
	s.t.Helper()
	limit := time.NewTimer(Patience)
	defer limit.Stop()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if ok() {
			return
		}
		select {
		case <-changed:
		case <-limit.C:
			s.t.Fatalf("telegramtest: waited in vain for %s", what)
		}
	}
}

// The answers that are not for one method alone.
type refusal struct {
	Code        int
	Description string
	RetryAfter  int
}

func refuse(code int, format string, args ...any) *refusal {
	return &refusal{Code: code, Description: fmt.Sprintf(format, args...)}
}

var tokenForm = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]{20,}$`)

// method is one method of the Bot API: its parameters, true for those that must
// be there, and what it does. run is called with the lock held.
type method struct {
	params map[string]bool
	run    func(s *Server, p url.Values) (any, *refusal)
}

var methods = map[string]method{
	"getMe":               {nil, (*Server).getMe},
	"setWebhook":          {map[string]bool{"url": true, "secret_token": false, "allowed_updates": false, "max_connections": false, "drop_pending_updates": false}, (*Server).setWebhook},
	"deleteWebhook":       {map[string]bool{"drop_pending_updates": false}, (*Server).deleteWebhook},
	"getWebhookInfo":      {nil, (*Server).getWebhookInfo},
	"sendMessage":         {map[string]bool{"chat_id": true, "text": true, "link_preview_options": false, "reply_markup": false, "disable_notification": false, "protect_content": false}, (*Server).sendMessage},
	"editMessageText":     {map[string]bool{"chat_id": true, "message_id": true, "text": true, "link_preview_options": false, "reply_markup": false}, (*Server).editMessageText},
	"sendVoice":           {map[string]bool{"chat_id": true, "voice": true, "caption": false, "duration": false, "reply_markup": false, "disable_notification": false, "protect_content": false}, (*Server).sendVoice},
	"answerCallbackQuery": {map[string]bool{"callback_query_id": true, "text": false, "show_alert": false, "cache_time": false}, (*Server).answerCallbackQuery},
	"leaveChat":           {map[string]bool{"chat_id": true}, (*Server).leaveChat},
	"setMyCommands":       {map[string]bool{"commands": true, "scope": false, "language_code": false}, (*Server).setMyCommands},
	"getUpdates":          {map[string]bool{"offset": false, "limit": false, "timeout": false, "allowed_updates": false}, nil},
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if s.clockOff != 0 {
		w.Header().Set("Date", time.Now().Add(s.clockOff).UTC().Format(http.TimeFormat))
	}
	token, name, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	switch {
	case !strings.HasPrefix(r.URL.Path, "/bot") || !ok || !tokenForm.MatchString(token):
		write(w, refuse(http.StatusNotFound, "Not Found"))
		return
	case token != s.Token:
		write(w, refuse(http.StatusUnauthorized, "Unauthorized"))
		return
	}
	m, known := methods[name]
	if !known {
		s.refused(w, name, refuse(http.StatusNotFound, "Not Found: method not found"))
		return
	}
	if no := s.parse(r, name); no != nil {
		s.refused(w, name, no)
		return
	}
	if no := s.check(name, m, r.Form); no != nil {
		s.refused(w, name, no)
		return
	}
	s.mu.Lock()
	s.calls[name]++
	f := s.fault(name, r.Form)
	s.change()
	s.mu.Unlock()
	if f != nil {
		s.fail(w, r, name, m, f)
		return
	}
	result, no := s.run(r, name, m)
	if no != nil {
		s.refused(w, name, no)
		return
	}
	write(w, result)
}

// run does what a method does.
func (s *Server) run(r *http.Request, name string, m method) (any, *refusal) {
	if name == "getUpdates" {
		return s.getUpdates(r.Context(), r.Form)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change()
	return m.run(s, r.Form)
}

// check refuses parameters that are missing, unknown or given twice.
func (s *Server) check(name string, m method, p url.Values) *refusal {
	for key, required := range m.params {
		if required && p.Get(key) == "" {
			return refuse(http.StatusBadRequest, "Bad Request: %s is empty", key)
		}
	}
	for key, values := range p {
		if _, ok := m.params[key]; !ok {
			return refuse(http.StatusBadRequest, "Bad Request: the double knows no parameter %s of %s", key, name)
		}
		if len(values) != 1 || values[0] == "null" {
			return refuse(http.StatusBadRequest, "Bad Request: one value is expected of %s", key)
		}
	}
	if problem := s.spec.call(name, p); problem != "" {
		return refuse(http.StatusBadRequest, "Bad Request: %s", problem)
	}
	return nil
}

// refused answers with a refusal and remembers it.
func (s *Server) refused(w http.ResponseWriter, name string, no *refusal) {
	s.mu.Lock()
	s.refusals = append(s.refusals, fmt.Sprintf("%s: %d %s", name, no.Code, no.Description))
	s.change()
	s.mu.Unlock()
	write(w, no)
}

// envelope is what every answer of the Bot API comes in.
type envelope struct {
	OK          bool           `json:"ok"`
	Result      any            `json:"result,omitempty"`
	Code        int            `json:"error_code,omitempty"`
	Description string         `json:"description,omitempty"`
	Parameters  map[string]int `json:"parameters,omitempty"`
}

// write writes what the Bot API writes. A client that is gone is nobody to tell.
func write(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	answer := envelope{OK: true, Result: what}
	if no, ok := what.(*refusal); ok {
		answer = envelope{Code: no.Code, Description: no.Description}
		if no.RetryAfter > 0 {
			answer.Parameters = map[string]int{"retry_after": no.RetryAfter}
		}
		w.WriteHeader(no.Code)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// Calls counts the accepted calls of a method, those that were made to fail
// too.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Refusals are the calls that were refused, each with its reason, in order.
func (s *Server) Refusals() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refusals)
}

// reset closes a connection without a word.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
