// A console to test: real staff, audit log and withdrawals over a store in
// memory, the real book, and officers who are signed in.
package console

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot/staff"
	"posada/bot/withdraw"
	"posada/flows"
	"posada/locales"
	"posada/store/memory"
)

// house is a console with what it stands on.
type house struct {
	t       testing.TB
	staff   *staff.Staff
	audit   *staff.Audit
	out     []withdraw.Out // what was published last
	book    *flows.Book
	console *Console
	handler http.Handler
	numbers Numbers
	reports []error

	*furniture // of the pages where officers write to people
}

const password = "a lantern beside seven rivers"

// theBook is loaded once: it takes longer than most tests.
var theBook = sync.OnceValues(func() (*flows.Book, error) {
	c, err := locales.Embedded()
	if err != nil {
		return nil, err
	}
	return flows.Embedded(c)
})

func newHouse(t testing.TB) *house {
	t.Helper()
	b, err := theBook()
	if err != nil {
		t.Fatal(err)
	}
	shelf := memory.New()
	h := &house{t: t, book: b, audit: staff.NewAudit(shelf), numbers: sample()}
	h.staff = staff.New(shelf, h.audit)
	config := Config{
		Staff: h.staff, Audit: h.audit, Book: b,
		Numbers: func(context.Context, time.Time) (Numbers, error) { return h.numbers, nil },
		Phone:   "http://localhost:8081/",
		Report:  func(err error) { h.reports = append(h.reports, err) },
	}
	withdrawals := withdraw.New(shelf, InBook(b), func(out []withdraw.Out) { h.out = out })
	withdrawals.Log = h.audit.Log
	config.Withdrawals = withdrawals
	furnish(h, shelf, &config)
	if h.console, err = New(config); err != nil {
		t.Fatal(err)
	}
	h.handler = h.console.Handler()
	t.Cleanup(func() {
		for _, err := range h.reports {
			t.Errorf("the console reported: %v", err)
		}
	})
	return h
}

// sample are numbers with small ones among them.
func sample() Numbers {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	n := Numbers{
		Languages: map[string]People{"es": 1234, "ht": 310, "en": 87, "ar": 7, "zh": 0},
		Channels:  map[string]People{"sms": 702, "whatsapp": 811, "telegram": 118},
		Delivery: []Delivery{{Channel: "sms", Waiting: 12, Sent: 4031, Failed: 3, Oldest: 4 * time.Second},
			{Channel: "whatsapp", Waiting: 2, Parked: 40, Sent: 2210, Dead: 1}, {Channel: "telegram", Sent: 390}},
		Rumours: Open{N: 14, New: 3}, Letters: Open{N: 5, New: 1},
		Alarms: []Alarm{},
	}
	for i := range 14 {
		n.Unanswered = append(n.Unanswered, DayCount{day.AddDate(0, 0, i-13), 20 + i*i%17})
		n.Due = append(n.Due, DayCount{day.AddDate(0, 0, i), 900 - 40*i})
	}
	return n
}

// officer is somebody with a browser.
type officer struct {
	h      *house
	name   string
	role   staff.Role
	secret string // of the second factor, "" for none
	cookie *http.Cookie
	flash  *http.Cookie
}

// hire makes an officer who is signed in; confirmed ones gave a code.
func (h *house) hire(name string, role staff.Role, confirmed bool) *officer {
	h.t.Helper()
	ctx, now := context.Background(), time.Now()
	token, err := h.staff.Invite(ctx, staff.Operator(), role, now)
	if err != nil {
		h.t.Fatal(err)
	}
	cookie, err := h.staff.Accept(ctx, token, name, password, now)
	if err != nil {
		h.t.Fatal(err)
	}
	o := &officer{h: h, name: name, role: role, cookie: &http.Cookie{Name: sessionName, Value: cookie}}
	if confirmed {
		s, err := h.staff.Session(ctx, cookie, now)
		if err != nil {
			h.t.Fatal(err)
		}
		if o.secret, _, err = h.staff.SetCode(ctx, s, now); err != nil {
			h.t.Fatal(err)
		}
		if err := h.staff.ConfirmCode(ctx, cookie, o.code(now), now); err != nil {
			h.t.Fatal(err)
		}
	}
	return o
}

// code is what the officer's telephone shows.
func (o *officer) code(now time.Time) string {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(o.secret)
	if err != nil {
		o.h.t.Fatal(err)
	}
	mac := hmac.New(sha1.New, raw)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(now.Unix()/30))
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// stranger has a browser and nothing else.
func (h *house) stranger() *officer { return &officer{h: h} }

// answer is what came back.
type answer struct {
	*http.Response
	text string
}

// do sends a request as a browser would from a page of the console.
func (o *officer) do(method, path string, form url.Values, header ...string) answer {
	o.h.t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, "http://localhost"+path, body)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if h := r.Header.Get("Host"); h != "" {
		r.Host = h
	}
	if o.cookie != nil {
		r.AddCookie(o.cookie)
	}
	if o.flash != nil {
		r.AddCookie(o.flash)
	}
	w := httptest.NewRecorder()
	o.h.handler.ServeHTTP(w, r)
	res := w.Result()
	for _, c := range res.Cookies() {
		switch {
		case c.Name == sessionName && c.MaxAge < 0:
			o.cookie = nil
		case c.Name == sessionName:
			o.cookie = c
		case c.Name == flashName && c.MaxAge < 0:
			o.flash = nil
		case c.Name == flashName:
			o.flash = c
		}
	}
	return answer{res, w.Body.String()}
}

func (o *officer) get(path string) answer {
	o.h.t.Helper()
	return o.do(http.MethodGet, path, nil)
}

func (o *officer) post(path string, fields ...string) answer {
	o.h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return o.do(http.MethodPost, path, form)
}

// follow goes where an answer leads, when it was the status of a form that was
// taken.
func (o *officer) follow(a answer) answer {
	o.h.t.Helper()
	if a.StatusCode != http.StatusSeeOther {
		o.h.t.Fatalf("the form was not taken: %d\n%s", a.StatusCode, a.main())
	}
	return o.get(a.Header.Get("Location"))
}

// want checks the status, and texts on the page.
func (a answer) want(t testing.TB, status int, texts ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("status %d, want %d\n%s", a.StatusCode, status, a.main())
	}
	for _, text := range texts {
		if !strings.Contains(a.text, text) {
			t.Errorf("the page does not hold %q\n%s", text, a.main())
		}
	}
}

// main is the part of the page that changes.
func (a answer) main() string {
	_, rest, ok := strings.Cut(a.text, "<main")
	if !ok {
		return a.text
	}
	rest, _, _ = strings.Cut(rest, "</main>") // below it stands the minute
	return rest
}

// hidden is the value of a form's hidden field.
func (a answer) hidden(t testing.TB, name string) string {
	t.Helper()
	m := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]*)"`).FindStringSubmatch(a.text)
	if m == nil {
		t.Fatalf("the page has no hidden %s\n%s", name, a.main())
	}
	return m[1]
}
