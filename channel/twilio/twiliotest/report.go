// Delivery, and the status callbacks that tell of it: in order, late, twice,
// out of order, or never.
package twiliotest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Order is how status callbacks come.
type Order int

// The orders.
const (
	InOrder  Order = iota
	Late           // all wait for Release; until then no message is finished
	Twice          // each comes two times
	Reversed       // the last first
	Never          // none comes, though the messages arrive
)

// reports are how callbacks come.
type reports struct {
	order            Order
	read             bool
	held             []func() // what waits for Release
	mistakesExpected bool
}

// SetReports changes how status callbacks come from now on. With read, phones
// on WhatsApp tell that messages were opened.
func (d *Twilio) SetReports(order Order, read bool) {
	d.set(func() { d.reports.order, d.reports.read = order, read })
}

// Release lets everything go that Late holds back.
func (d *Twilio) Release() {
	d.mu.Lock()
	held := d.reports.held
	d.reports.held = nil
	d.mu.Unlock()
	for _, run := range held {
		d.background(run)
	}
}

// Settle waits until no callback is on its way any more.
func (d *Twilio) Settle() { d.work.wait() }

// background runs something that ends with the double.
func (d *Twilio) background(run func()) { d.work.run(run) }

// deliver brings a message to its phone, or has it fail with a code, and tells
// so. The lock is held.
func (d *Twilio) deliver(m *message, text string, failure int) {
	statuses := []string{"queued", "sent", "delivered"}
	if d.reports.read && m.channel == WhatsApp {
		statuses = append(statuses, "read")
	}
	if failure != 0 {
		statuses = []string{"queued", "sent", "undelivered"}
		if m.channel == WhatsApp {
			statuses = []string{"queued", "failed"}
		}
	} else {
		d.show(m, text)
	}
	last := statuses[len(statuses)-1]
	order := d.reports.order
	switch order {
	case Twice:
		statuses = append(slices.Clone(statuses), statuses...)
		slices.SortStableFunc(statuses, func(a, b string) int { return rank(a) - rank(b) })
	case Reversed:
		slices.Reverse(statuses)
	case Never:
		m.status = last
		return
	}
	run := func() {
		d.set(func() { m.status = last })
		if m.callback == "" {
			return
		}
		for _, status := range statuses {
			code := 0
			if status == last {
				code = failure
			}
			d.callback(m, status, code)
		}
	}
	if order == Late {
		d.reports.held = append(d.reports.held, run)
		return
	}
	d.background(run)
}

func rank(status string) int {
	return slices.Index([]string{"queued", "sent", "undelivered", "failed", "delivered", "read"}, status)
}

// callback posts one status, a few times where it is not acknowledged.
func (d *Twilio) callback(m *message, status string, code int) {
	d.mu.Lock()
	form := url.Values{
		"AccountSid": {AccountSID}, "ApiVersion": {"2010-04-01"}, "MessageSid": {m.sid}, "SmsSid": {m.sid},
		"MessageStatus": {status}, "SmsStatus": {status}, "To": {address(m.channel, m.number)}, "From": {d.own(m.channel)},
	}
	d.mu.Unlock()
	if code != 0 {
		form.Set("ErrorCode", strconv.Itoa(code))
	}
	if m.channel == WhatsApp {
		form.Set("ChannelPrefix", "whatsapp")
	}
	for range callbackTries {
		answered, err := d.post(m.callback, form, nil)
		if err == nil && answered.Status/100 == 2 {
			d.set(func() { d.counts.Callbacks++ })
			return
		}
		if !d.sleep(retryEvery) {
			return
		}
	}
}

const (
	// callbackTries: Twilio promises none, and in practice tries a few times.
	callbackTries = 5
	// retryEvery is much shorter than Twilio's pauses: a test waits for it.
	retryEvery = 50 * time.Millisecond
)

// sleep waits, false when the double ends.
func (d *Twilio) sleep(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-d.closed:
		return false
	}
}

// Callback posts a status of a message as Twilio would: for tests that make
// up their own.
func (d *Twilio) Callback(address string, form url.Values) Answer {
	d.t.Helper()
	answered, err := d.post(address, form, nil)
	if err != nil {
		d.t.Errorf("twiliotest: %v", err)
	}
	return answered
}

// client is for webhooks. Twilio waits for 15 seconds.
var client = &http.Client{
	Timeout:       15 * time.Second,
	Transport:     &http.Transport{MaxIdleConnsPerHost: 256},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
