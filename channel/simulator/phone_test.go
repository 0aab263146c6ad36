// The phone over HTTP: what is taken, and what comes out.

package simulator

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/locales"
)

const local = "localhost:8080"

// ask is one request as the page would make it.
func ask(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, "http://"+local+path, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", "http://"+local)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return r
}

func answer(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// msg is the body of a message: a right one, changed by the given pairs.
func msg(t *testing.T, changes ...string) string {
	t.Helper()
	m := map[string]string{"phone": anna, "id": bea, "channel": "sms", "text": "hola"}
	for i := 0; i < len(changes); i += 2 {
		m[changes[i]] = changes[i+1]
	}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestEveryAnswerForbidsWhatThePageDoesNotNeed(t *testing.T) {
	h := newRig(t).sim.Handler()
	for _, r := range []*http.Request{ask("GET", "/", ""), ask("GET", "/phone/phone.js", ""), ask("GET", "/nothing", ""), ask("POST", "/phone/send", "{}")} {
		got := answer(h, r).Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the policy is %q, want %q in it", r.URL.Path, got, want)
			}
		}
		for _, loose := range []string{"unsafe", "http:", "https:", "data:", "*"} {
			if strings.Contains(got, loose) {
				t.Errorf("the policy allows %s", loose)
			}
		}
	}
}

func TestThePageHasNothingInlineAndNothingFromElsewhere(t *testing.T) {
	h := newRig(t).sim.Handler()
	for path, kind := range map[string]string{"/": "text/html", "/phone/phone.css": "text/css", "/phone/phone.js": "text/javascript", "/phone/icon.svg": "image/svg+xml"} {
		w := answer(h, ask("GET", path, ""))
		text := strings.ReplaceAll(w.Body.String(), "http://www.w3.org/2000/svg", "")
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || text == "" {
			t.Fatalf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		for _, bad := range []string{"//cdn", "http://", "https://", " style=", "<style", " onclick=", " onload=", "innerHTML", "insertAdjacentHTML", "document.write", "@import", "url("} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
	}
}

func TestALanguageNameIsOnlyAText(t *testing.T) {
	catalogue, err := locales.Load(fstest.MapFS{
		"en.yaml": {Data: []byte(`language.name: "English"`)},
		"ar.yaml": {Data: []byte(`language.name: "العربية"`)},
		"es.yaml": {Data: []byte(`language.name: "<script>alert(1)</script>"`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	page := answer(New(r.assistant.Receive, catalogue, r.report).Handler(), ask("GET", "/", "")).Body.String()
	if strings.Contains(page, "<script>alert") || !strings.Contains(page, "&lt;script&gt;alert(1)") {
		t.Error("a name came out as HTML")
	}
	if !strings.Contains(page, `value="ar" lang="ar" data-dir="rtl"`) || !strings.Contains(page, `value="en" lang="en" data-dir="ltr"`) {
		t.Error("the languages lack their directions")
	}
}

func TestUnknownPathsAndMethodsAreRefused(t *testing.T) {
	h := newRig(t).sim.Handler()
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/x", 404}, {"GET", "/phone/", 404}, {"GET", "/phone/index.html", 404}, {"GET", "/assets/phone.js", 404},
		{"POST", "/", 405}, {"GET", "/phone/send", 405}, {"DELETE", "/phone/send", 405}, {"POST", "/phone/events", 405},
	} {
		if w := answer(h, ask(c.method, c.path, "")); w.Code != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.want)
		}
	}
}

func TestAMessageThatIsNotRightNeverReachesTheAssistant(t *testing.T) {
	reached := 0
	r := newRig(t)
	s := New(func(context.Context, bot.Inbound) (bot.Receipt, error) {
		reached++
		return bot.Receipt{}, nil
	}, r.sim.catalogue, r.report)
	h := s.Handler()
	for _, c := range []struct {
		name, kind, body string
		want             int
	}{
		{"no type", "-", msg(t), 415},
		{"a form", "application/x-www-form-urlencoded", "text=hola", 415},
		{"plain text, as another site could send", "text/plain", msg(t), 415},
		{"a type that is none", "application/json;;", msg(t), 415},
		{"too long", "", msg(t, "text", strings.Repeat("a", maxBody)), 413},
		{"too long after the message", "", msg(t) + strings.Repeat(" ", maxBody), 413},
		{"empty", "", "", 400},
		{"not JSON", "", "hola", 400},
		{"two messages", "", msg(t) + msg(t), 400},
		{"a list", "", "[]", 400},
		{"an unknown field", "", msg(t, "admin", "yes"), 400},
		{"a number for a text", "", `{"text": 1}`, 400},
		{"no phone", "", msg(t, "phone", ""), 400},
		{"a short phone", "", msg(t, "phone", "a1"), 400},
		{"a phone number", "", msg(t, "phone", "+15005550006"), 400},
		{"a phone in capitals", "", msg(t, "phone", strings.ToUpper(anna)), 400},
		{"no id", "", msg(t, "id", ""), 400},
		{"a path for an id", "", msg(t, "id", "../"+anna[3:]), 400},
		{"no channel", "", msg(t, "channel", ""), 400},
		{"an unknown channel", "", msg(t, "channel", "fax"), 400},
		{"an unknown language", "", msg(t, "lang", "xx"), 400},
		{"a month for a day", "", msg(t, "asOf", "2024-03"), 400},
		{"a day that is none", "", msg(t, "asOf", "2024-02-30"), 400},
		{"a day in words", "", msg(t, "asOf", "yesterday"), 400},
		{"a kind that cannot be attached", "", msg(t, "media", "bomb"), 400},
		{"a kind in capitals", "", msg(t, "media", "Photo"), 400},
		{"a payload no button has", "", msg(t, "payload", strings.Repeat("a", flows.MaxPayload+1)), 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := ask("POST", "/phone/send", c.body)
			switch c.kind {
			case "":
			case "-":
				q.Header.Del("Content-Type")
			default:
				q.Header.Set("Content-Type", c.kind)
			}
			w := answer(h, q)
			if w.Code != c.want || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
				t.Errorf("%d %s %q, want %d", w.Code, w.Header().Get("Content-Type"), w.Body, c.want)
			}
			if strings.Contains(w.Body.String(), "hola") || strings.Contains(w.Body.String(), "yesterday") {
				t.Errorf("it repeats what was written: %s", w.Body)
			}
		})
	}
	if reached != 0 || len(s.phones.byID) != 0 {
		t.Errorf("%d reached the assistant, %d phones were made", reached, len(s.phones.byID))
	}
}

func TestAMessageReachesTheAssistantAsItWasSent(t *testing.T) {
	var got bot.Inbound
	r := newRig(t)
	s := New(func(_ context.Context, in bot.Inbound) (bot.Receipt, error) {
		got = in
		return bot.Receipt{Out: make([]bot.Outbound, 3)}, nil
	}, r.sim.catalogue, r.report)
	before := time.Now()
	w := answer(s.Handler(), ask("POST", "/phone/send", msg(t, "channel", "telegram", "lang", "en", "asOf", "2024-03-15", "payload", "menu/menu#rule", "label", "The rule", "text", "")))
	if w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != `{"replies":3,"duplicate":false}` {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	day := time.Date(2024, 3, 15, 18, 0, 0, 0, time.UTC)
	if got.From != (bot.Address{Channel: bot.Simulator, ID: anna}) || got.ID != anna+"/"+bea || got.Form != flows.Telegram ||
		got.Lang != "en" || got.Payload != "menu/menu#rule" || got.Text != "" || !got.AsOf.Equal(day) || got.At.Before(before) {
		t.Errorf("the assistant got another message (channel %s, form %s, as of %v)", got.From, got.Form.Name, got.AsOf)
	}
}

func TestOfSomethingAttachedTheKindReachesTheAssistant(t *testing.T) {
	for _, kind := range media {
		var got bot.Inbound
		r := newRig(t)
		s := New(func(_ context.Context, in bot.Inbound) (bot.Receipt, error) {
			got = in
			return bot.Receipt{}, nil
		}, r.sim.catalogue, r.report)
		w := answer(s.Handler(), ask("POST", "/phone/send", msg(t, "media", string(kind), "label", "A thing", "text", "look at this")))
		if w.Code != http.StatusOK || got.Media != kind || got.Text != "look at this" || got.Payload != "" {
			t.Errorf("%s: %d, the assistant got %s", kind, w.Code, got.Media)
		}
		if e := s.phones.byID[anna].events; len(e) != 1 || e[0].Text != "[A thing]\nlook at this" {
			t.Errorf("%s: the phone shows %+v", kind, e)
		}
	}
	if m := mine(sending{Media: "photo", Label: "Photo"}, time.Now()); m.Text != "[Photo]" {
		t.Errorf("without a text the bubble says %q", m.Text)
	}
}

func TestBadTextIsTheAssistantsToAnswer(t *testing.T) {
	r := newRig(t)
	h := r.sim.Handler()
	for i, text := range []string{"", strings.Repeat("🌵", 10_000), "\x00\u202e\u0007", "<script>alert(1)</script>", "٣"} {
		w := answer(h, ask("POST", "/phone/send", msg(t, "id", strings.Repeat("0", 31)+string(rune('a'+i)), "text", text)))
		if w.Code != http.StatusOK {
			t.Errorf("%.20q: %d %s", text, w.Code, w.Body)
		}
	}
	q := ask("POST", "/phone/send", `{"phone":"`+anna+`","id":"`+strings.Repeat("1", 32)+`","channel":"sms","text":"`+"\xff\xfe"+`"}`)
	if w := answer(h, q); w.Code != http.StatusOK {
		t.Errorf("invalid UTF-8: %d", w.Code)
	}
	r.wantQueued(6)
	for _, shown := range r.shows(anna) {
		if n := len([]rune(shown)); n > flows.MaxText {
			t.Errorf("%d characters of a text are kept", n)
		}
	}
}

func TestAMessageSentAgainIsTakenOnce(t *testing.T) {
	r := newRig(t)
	h := r.sim.Handler()
	for _, want := range []string{`{"replies":1,"duplicate":false}`, `{"replies":0,"duplicate":true}`} {
		if w := answer(h, ask("POST", "/phone/send", msg(t))); strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%d %s, want %s", w.Code, w.Body, want)
		}
	}
	// Another phone that chose the same id is another message.
	if w := answer(h, ask("POST", "/phone/send", msg(t, "phone", bea))); !strings.Contains(w.Body.String(), `"duplicate":false`) {
		t.Errorf("%s", w.Body)
	}
	r.wantQueued(2)
	r.wantShown(anna, "hola")
}

func TestAMessageThatCannotBeKeptIsNotAcknowledged(t *testing.T) {
	r := newRig(t)
	full := errors.New("disk full")
	s := New(func(context.Context, bot.Inbound) (bot.Receipt, error) { return bot.Receipt{}, full }, r.sim.catalogue, r.report)
	w := answer(s.Handler(), ask("POST", "/phone/send", msg(t)))
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if faults := r.faults(); len(faults) != 1 || !errors.Is(faults[0], full) || strings.Contains(faults[0].Error(), anna) {
		t.Errorf("reported %v", faults)
	}
	if n := len(s.phones.byID[anna].events); n != 0 {
		t.Errorf("%d messages on the phone that nobody received", n)
	}
}

func TestAnAnswerIsOnThePhoneAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		synctest.Wait()
		begin := time.Now()
		if w := answer(r.sim.Handler(), ask("POST", "/phone/send", msg(t))); w.Code != http.StatusOK {
			t.Fatal(w.Code)
		}
		synctest.Wait()
		r.wantShown(anna, "hola", "hola")
		if waited := time.Since(begin); waited != 0 {
			t.Errorf("it came after %v", waited)
		}
	})
}

// serve serves until the test's requests have ended.
func serve(t *testing.T, h http.Handler) *httptest.Server {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

// follow opens an event stream and returns how to read its next event.
func follow(t *testing.T, server *httptest.Server, query, last string) (next func() (id string, m message), end func() error) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/phone/events?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		q.Header.Set("Last-Event-ID", last)
	}
	res, err := server.Client().Do(q)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s %s", res.Status, res.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(res.Body)
	next = func() (id string, m message) {
		t.Helper()
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				id = rest
			}
			if rest, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(rest), &m); err != nil {
					t.Fatal(err)
				}
				return id, m
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return "", m
	}
	return next, func() error {
		_, err := io.Copy(io.Discard, res.Body)
		return err
	}
}

func TestTheStreamShowsAConversationAndGoesOnWhereItStood(t *testing.T) {
	r := newRig(t, "en", "es")
	r.run()
	server := serve(t, r.sim.Handler())
	post := func(id, text string) {
		t.Helper()
		res, err := server.Client().Post(server.URL+"/phone/send", "application/json", strings.NewReader(msg(t, "id", id, "text", text)))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatal(res.Status)
		}
	}
	evil := "line\n\ndata: {}\n<img src=x onerror=alert(1)> \u2028 \"end\""
	next, _ := follow(t, server, "phone="+anna, "")
	post(strings.Repeat("1", 32), evil)
	_, own := next()
	first, en := next()
	_, es := next()
	if !own.Mine || own.ID != strings.Repeat("1", 32) || en.Mine || en.Text != evil || en.Lang != "en" || es.Lang != "es" {
		t.Errorf("got %+v, %+v, %+v", own, en, es)
	}
	if en.Dir != "ltr" || en.Flow != "echo" || en.Node != "sms" || en.Segments != 2 || en.Kind != "reply" ||
		!slices.Equal(en.Choices, []choice{{"1", "Again", "echo/again#1"}}) {
		t.Errorf("got %+v", en)
	}

	again, _ := follow(t, server, "phone="+anna, first)
	if _, m := again(); m.Lang != "es" {
		t.Errorf("Last-Event-ID: got %+v first", m)
	}
	after, _ := follow(t, server, "phone="+anna+"&after="+first, "")
	if _, m := after(); m.Lang != "es" {
		t.Errorf("after: got %+v first", m)
	}
	restarted, _ := follow(t, server, "phone="+anna, "OTHERBOOT-2")
	if _, m := restarted(); !m.Mine {
		t.Errorf("after a restart: got %+v first", m)
	}
	post(strings.Repeat("2", 32), "two")
	if _, m := again(); m.Text != "two" || !m.Mine {
		t.Errorf("got %+v", m)
	}

	// Another phone sees nothing of it.
	other, _ := follow(t, server, "phone="+bea, "")
	r.write(bea, "b", "for bea")
	r.dispatcher.Wake(bot.Simulator)
	if _, m := other(); m.Text != "for bea" {
		t.Errorf("another phone got %+v", m)
	}
}

func TestAStreamEndsWhenTheSimulatorStops(t *testing.T) {
	r := newRig(t)
	stop := r.run()
	server := serve(t, r.sim.Handler())
	_, end := follow(t, server, "phone="+anna, "")
	stop()
	if err := end(); err != nil {
		t.Errorf("it was cut off: %v", err)
	}
}

func TestAPhoneIsNotOpenedTooOften(t *testing.T) {
	r := newRig(t)
	server := serve(t, r.sim.Handler())
	for range maxStreams {
		follow(t, server, "phone="+anna, "")
	}
	w := answer(r.sim.Handler(), ask("GET", "/phone/events?phone="+anna, ""))
	if w.Code != http.StatusTooManyRequests {
		t.Errorf("%d, want 429", w.Code)
	}
	for _, query := range []string{"", "phone=", "phone=%2B15005550006"} {
		if w := answer(r.sim.Handler(), ask("GET", "/phone/events?"+query, "")); w.Code != http.StatusBadRequest {
			t.Errorf("%q: %d, want 400", query, w.Code)
		}
	}
}

// slow is a reader whose connection may break.
type slow struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
	broken    atomic.Bool
}

func (w *slow) SetWriteDeadline(t time.Time) error {
	w.deadlines = append(w.deadlines, t)
	return nil
}

func (w *slow) Write(b []byte) (int, error) {
	if w.broken.Load() {
		return 0, io.ErrClosedPipe
	}
	return w.ResponseRecorder.Write(b)
}

func (w *slow) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

func TestAQuietStreamSaysThatItLivesAndABrokenOneEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		w := &slow{ResponseRecorder: httptest.NewRecorder()}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			r.sim.Handler().ServeHTTP(w, ask("GET", "/phone/events?phone="+anna, ""))
		}()
		time.Sleep(2*keepAlive + time.Second)
		synctest.Wait()
		w.broken.Store(true)
		time.Sleep(keepAlive)
		<-ended
		if got := w.Body.String(); got != ": open\n\n: alive\n\n: alive\n\n" {
			t.Errorf("the stream said %q", got)
		}
		// Each write has its own deadline, so a server's does not cut the stream.
		if n := len(w.deadlines); n != 4 || w.deadlines[2].Sub(w.deadlines[1]) != keepAlive {
			t.Errorf("deadlines %v", w.deadlines)
		}
		if n := r.sim.phones.byID[anna].streams; n != 0 {
			t.Errorf("%d streams are still counted", n)
		}
	})
}
