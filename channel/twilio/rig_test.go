// What the tests of this package share: an account, the double of Twilio it
// speaks with, and the webhooks' server between them.
package twilio

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/twilio/twiliotest"
	"posada/flows"
)

const (
	public = "https://posada.example.org/app"
	maria  = "+5215512345678"
	jean   = "+50934567890"
	juan   = "US.13491208655302741918" // shows no number
)

type rig struct {
	*Account
	t      *testing.T
	double *twiliotest.Twilio

	mu       sync.Mutex
	in       []bot.Inbound
	reports  []deliver.Report
	errs     []error
	counted  map[string]int
	receive  func(bot.Inbound) (bot.Receipt, error) // nil: all is well
	delivery error
}

// newRig makes an account with settings changed by change.
func newRig(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t, double: twiliotest.New(t), counted: map[string]int{}}
	c := Config{
		AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, API: r.double.URL, PublicURL: public,
		SMS: Sender{From: twiliotest.SMSNumber}, WhatsApp: Sender{From: twiliotest.WhatsAppNumber},
		SMSForm: flows.SMS, WhatsAppForm: flows.WhatsApp, Redact: true,
		Receive: func(_ context.Context, in bot.Inbound) (bot.Receipt, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.in = append(r.in, in)
			if r.receive != nil {
				return r.receive(in)
			}
			return bot.Receipt{}, nil
		},
		Delivered: func(_ context.Context, report deliver.Report) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.reports = append(r.reports, report)
			return r.delivery
		},
		Report: func(err error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.errs = append(r.errs, err)
		},
		Meter: func(webhook, result string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.counted[webhook+" "+result]++
		},
	}
	if change != nil {
		change(&c)
	}
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	r.Account = a
	mux := http.NewServeMux()
	for path, handler := range a.Routes() {
		mux.Handle(path, handler)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r.double.Connect(public, server.URL)
	return r
}

func (r *rig) received() []bot.Inbound {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.in)
}

func (r *rig) reported() []deliver.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.reports)
}

func (r *rig) faults() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.errs)
}

func (r *rig) results(which string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counted[which]
}

// claimed is a message on its way, to somebody who wrote a minute ago.
func claimed(channel, id, text string) bot.Claimed {
	return bot.Claimed{
		Outbound: bot.Outbound{ID: 7, To: bot.Address{Channel: channel, ID: id}, Kind: bot.Reply, Message: flows.Message{Text: text, Lang: "es"}, At: time.Now()},
		Heard:    time.Now().Add(-time.Minute),
	}
}

// sendAt makes one attempt at a time.
func (r *rig) sendAt(now time.Time, m bot.Claimed) deliver.Result {
	r.t.Helper()
	s := r.Sender(m.To.Channel).(*sender)
	s.now = func() time.Time { return now }
	return s.Send(r.t.Context(), m)
}

func (r *rig) send(m bot.Claimed) deliver.Result {
	r.t.Helper()
	return r.sendAt(time.Now(), m)
}
