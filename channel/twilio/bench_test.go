// How many webhooks a second are taken to their end.
package twilio

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/twilio/twiliotest"
	"posada/flows"
	"posada/locales"
	"posada/store/bolt"
	"posada/store/seal"
)

// clients post at once.
const clients = 128

// people are how many write, in turn: few by default, so that the benchmark
// can run on every change, or POSADA_SCALE=full.
func people() int {
	if os.Getenv("POSADA_SCALE") == "full" {
		return 20_000
	}
	return 2_000
}

// post is a webhook, signed ahead.
type post struct{ body, signature string }

// BenchmarkWebhook is the whole way of a message from Twilio: signature, parse,
// load, open, step by the real book, seal, commit with fsync, 200; 128 clients
// over loopback HTTP, which take their share of the same processors.
//
//	POSADA_SCALE=full go test -run - -bench Webhook -benchtime 60000x ./channel/twilio
func BenchmarkWebhook(b *testing.B) {
	catalogue, err := locales.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	book, err := flows.Embedded(catalogue)
	if err != nil {
		b.Fatal(err)
	}
	keys, err := seal.New()
	if err != nil {
		b.Fatal(err)
	}
	store, err := bolt.Open(filepath.Join(b.TempDir(), "posada.db"), keys)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	}()
	a, err := New(Config{
		AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, PublicURL: public, SMS: Sender{From: twiliotest.SMSNumber},
		SMSForm: flows.SMS, WhatsAppForm: flows.WhatsApp, Redact: true,
		Receive:   bot.New(book, store).Receive,
		Delivered: func(context.Context, deliver.Report) error { return nil },
		Report:    func(err error) { b.Error(err) },
	})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(a.Routes()[MessagePath])
	defer server.Close()
	pool := &http.Transport{MaxIdleConnsPerHost: clients}
	defer pool.CloseIdleConnections()

	texts := []string{"hola", "2", "1", "1", "1", "menu", "atras"}
	posts := make([]post, b.N)
	for i := range posts {
		form := url.Values{
			"AccountSid": {twiliotest.AccountSID}, "ApiVersion": {"2010-04-01"}, "MessageSid": {fmt.Sprintf("SM%032x", i)}, "SmsSid": {fmt.Sprintf("SM%032x", i)},
			"SmsMessageSid": {fmt.Sprintf("SM%032x", i)}, "SmsStatus": {"received"}, "From": {fmt.Sprintf("+1555%07d", i%people())}, "To": {twiliotest.SMSNumber},
			"Body": {texts[i/people()%len(texts)]}, "NumMedia": {"0"}, "NumSegments": {"1"}, "FromCity": {"TIJUANA"}, "FromState": {""}, "FromZip": {"22000"},
			"FromCountry": {"MX"}, "ToCity": {""}, "ToState": {"CA"}, "ToZip": {""}, "ToCountry": {"US"},
		}
		posts[i] = post{form.Encode(), twiliotest.Sign(twiliotest.AuthToken, public+MessagePath, form)}
	}
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range clients {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				begun := time.Now()
				r, err := http.NewRequest(http.MethodPost, server.URL+MessagePath, strings.NewReader(posts[i].body))
				if err != nil {
					b.Error(err)
					return
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
				r.Header.Set(signatureHeader, posts[i].signature)
				answer, err := pool.RoundTrip(r)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				took[i] = time.Since(begun)
				if answer.StatusCode != http.StatusOK {
					b.Errorf("answered %d", answer.StatusCode)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "webhooks/s")
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(took[min(b.N*p/100, b.N-1)].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
	b.ReportMetric(0, "ns/op")
}
