// Package twiliotest is a strict double of Twilio over HTTP: the parts of its
// API that Posada uses, the webhooks it posts, and the phones at the other end.
//
// It refuses what Twilio refuses and what its interface does not know, keeps
// its limits, fails as it is told to, and shows what reached each phone and
// what Twilio still keeps. A process of its own can be tested with it as well:
// give it URL as the base of the API, and tell Connect where it listens.
package twiliotest

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// The channels, as Posada calls them.
const (
	SMS      = "sms"
	WhatsApp = "whatsapp"
)

// What a double has at first.
const (
	AccountSID     = "AC0123456789abcdef0123456789abcdef"
	AuthToken      = "c0ffee00c0ffee00c0ffee00c0ffee00"
	SMSNumber      = "+15005550006"
	WhatsAppNumber = "+14155238886"
	// Service is a Messaging Service that holds both numbers.
	Service = "MG0123456789abcdef0123456789abcdef"
)

// Window is how long free text goes to a person on WhatsApp after they wrote.
const Window = 24 * time.Hour

// Twilio is the double. It is safe for use by many goroutines.
type Twilio struct {
	// URL is the base of its API, for all of Twilio's hosts.
	URL string

	t      testing.TB
	server *httptest.Server
	specs  *specs
	closed chan struct{}
	work   underway

	mu        sync.Mutex
	changed   chan struct{} // closed and made anew whenever something happened
	token     string        // what requests are signed and checked with
	status    string        // of the account
	skew      time.Duration
	public    string // the public URL of the process under test
	target    string // where it listens
	smsURL    string // the webhook that the number is set to
	smsMethod string
	service   bool // webhooks come by the Messaging Service
	limits    map[string]*rate.Limiter
	delay     time.Duration
	faults    []Fault
	messages  map[string]*message
	phones    map[phone]*handset
	templates map[string]template
	reports   reports
	counts    Counts
	mistakes  []string
}

// Counts are what reached the double.
type Counts struct {
	Requests  int // all of them
	Sends     int // messages that were created: each costs money and reaches a phone, or fails
	Refused   int // message creations that were answered with an error
	Redacted  int // texts that were erased
	Callbacks int // status callbacks that were acknowledged
}

// New starts a double that ends with the test. When POSADA_SPECS names the
// folder of Twilio's OpenAPI files, every request is held against them.
func New(t testing.TB) *Twilio {
	t.Helper()
	d := &Twilio{
		t: t, specs: loadSpecs(t), closed: make(chan struct{}), changed: make(chan struct{}),
		token: AuthToken, status: "active", smsMethod: http.MethodPost,
		limits: map[string]*rate.Limiter{}, messages: map[string]*message{}, phones: map[phone]*handset{}, templates: map[string]template{},
	}
	d.server = httptest.NewServer(d.routes())
	d.URL = d.server.URL
	t.Cleanup(func() {
		close(d.closed)
		d.server.CloseClientConnections()
		d.server.Close()
		d.work.wait()
	})
	return d
}

// Connect tells where webhooks go: public is the address that they are signed
// for, target where the process listens; a proxy between them is thus played.
// An empty target is the public address.
func (d *Twilio) Connect(public, target string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if target == "" {
		target = public
	}
	d.public, d.target = public, target
	d.smsURL = public + "/twilio/message"
}

// ByService has messages come and go by the Messaging Service.
func (d *Twilio) ByService() { d.set(func() { d.service = true }) }

// SetToken changes the auth token, as an operator who rotates it does.
func (d *Twilio) SetToken(token string) { d.set(func() { d.token = token }) }

// SetAccountStatus makes the account "suspended" or "closed".
func (d *Twilio) SetAccountStatus(status string) { d.set(func() { d.status = status }) }

// SetNumberWebhook changes what the SMS number is set to call.
func (d *Twilio) SetNumberWebhook(url, method string) {
	d.set(func() { d.smsURL, d.smsMethod = url, method })
}

// SetClock has answers be dated so much later.
func (d *Twilio) SetClock(skew time.Duration) { d.set(func() { d.skew = skew }) }

// SetRate lets a channel send so many messages a second; more are refused with
// 429 and 20429. 0 is no limit.
func (d *Twilio) SetRate(channel string, perSecond float64) {
	d.set(func() {
		delete(d.limits, channel)
		if perSecond > 0 {
			d.limits[channel] = rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))
		}
	})
}

// SetDelay has every message creation take so long.
func (d *Twilio) SetDelay(delay time.Duration) { d.set(func() { d.delay = delay }) }

// Counts are what reached the double so far.
func (d *Twilio) Counts() Counts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.counts
}

// WaitCounts waits until what reached the double is as done wants it.
func (d *Twilio) WaitCounts(what string, done func(Counts) bool) {
	d.t.Helper()
	d.wait(what, func() bool { return done(d.counts) })
}

// Mistakes are the requests that Twilio's interface does not know, or that no
// careful client makes. Each has failed the test as well, unless ExpectMistakes
// was called.
func (d *Twilio) Mistakes() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.mistakes...)
}

// template is a template and its text.
type template struct {
	text, language, approval string
	variables                map[string]string
}

// AddTemplate makes a template and returns its ContentSid. Its approval is
// "approved", "pending" or "rejected"; {{1}} and so on are its variables.
func (d *Twilio) AddTemplate(language, approval, text string, variables map[string]string) (contentSID string) {
	contentSID = sid("HX")
	d.set(func() { d.templates[contentSID] = template{text, language, approval, variables} })
	return contentSID
}

// set changes something and tells whoever waits.
func (d *Twilio) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
	d.happened()
}

// happened wakes whoever waits. The lock is held.
func (d *Twilio) happened() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// wait returns when done does true, or fails the test. The lock is held while
// done is asked.
func (d *Twilio) wait(what string, done func() bool) {
	d.t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		d.mu.Lock()
		ok, changed := done(), d.changed
		d.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-limit.C:
			d.t.Errorf("twiliotest: waited in vain for %s", what)
			return
		}
	}
}

// mistake fails the test. The lock is held.
func (d *Twilio) mistake(what string) {
	d.mistakes = append(d.mistakes, what)
	if !d.reports.mistakesExpected {
		d.t.Errorf("twiliotest: a mistake: %s", what)
	}
}

// ExpectMistakes keeps mistakes from failing the test: for tests of the double.
func (d *Twilio) ExpectMistakes() { d.set(func() { d.reports.mistakesExpected = true }) }

// sid makes an id as Twilio's.
func sid(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + hex.EncodeToString(b[:])
}

// trimChannel takes the channel off an address.
func trimChannel(address string) (channel, rest string) {
	if rest, ok := strings.CutPrefix(address, "whatsapp:"); ok {
		return WhatsApp, rest
	}
	return SMS, address
}
