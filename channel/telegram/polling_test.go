// Outages: how long it waits, what it says, and that it says it once. Time is
// the bubble's own, and the provider is a function.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"posada/channel/telegram/telegramtest"
)

// script answers calls by method.
func script(t *testing.T, r *record, answer func(ctx context.Context, method string) (int, string, error)) *Channel {
	t.Helper()
	c, err := New(Config{
		Token: telegramtest.Token, Catalogue: catalogue(t), Receive: r.Receive, Reach: r.Reach, Report: r.Report, Meter: r,
		Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
			if err := req.ParseForm(); err != nil {
				return nil, err
			}
			seconds, _ := strconv.Atoi(req.Form.Get("timeout"))
			ctx := context.WithValue(req.Context(), timeoutKey{}, time.Duration(seconds)*time.Second)
			ctx = context.WithValue(ctx, offsetKey{}, req.Form.Get("offset"))
			status, body, err := answer(ctx, path.Base(req.URL.Path))
			if err != nil {
				return nil, err
			}
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	okTrue  = `{"ok":true,"result":true}`
	okEmpty = `{"ok":true,"result":[]}`
)

// sleep lets time pass, and everything happen that was to happen in it.
func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

type timeoutKey struct{}
type offsetKey struct{}

// hold is a poll that brings nothing, after as long as was asked for.
func hold(ctx context.Context) (int, string, error) {
	select {
	case <-ctx.Done():
		return 0, "", ctx.Err()
	case <-time.After(ctx.Value(timeoutKey{}).(time.Duration)):
		return 200, okEmpty, nil
	}
}

func TestAnOutageIsToldOnceAndEndsByItself(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	for name, c := range map[string]struct {
		status int
		body   string
		err    error
		want   string        // in what is told
		most   int           // calls in an hour of outage
		soon   time.Duration // after which it works again
	}{
		"the network":    {0, "", refused, "cannot be reached", 90, 2 * time.Minute},
		"a bad gateway":  {502, "<html>", nil, "cannot be reached", 90, 2 * time.Minute},
		"the token":      {401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, nil, "@BotFather", 20, 10 * time.Minute},
		"another poller": {409, `{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}`, nil, "Another program", 90, 3 * time.Minute},
		"a webhook":      {409, `{"ok":false,"error_code":409,"description":"Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}`, nil, "webhook was set", 90, 3 * time.Minute},
		"a flood":        {429, `{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":60}}`, nil, "pause", 61, 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRecord()
				var broken atomic.Bool
				var calls atomic.Int64
				ch := script(t, r, func(ctx context.Context, method string) (int, string, error) {
					switch {
					case method != "getUpdates":
						return 200, okTrue, nil
					case broken.Load():
						calls.Add(1)
						return c.status, c.body, c.err
					}
					return hold(ctx)
				})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go ch.Run(ctx)
				sleep(time.Minute)
				if why := ch.Down(); why != "" {
					t.Fatalf("down before the outage: %s", why)
				}
				broken.Store(true)
				sleep(time.Hour)
				if why := ch.Down(); !strings.Contains(why, c.want) {
					t.Errorf("it says %q", why)
				}
				if len(r.reports) != 1 || !strings.Contains(r.said(), c.want) {
					t.Errorf("told %d times: %s", len(r.reports), r.said())
				}
				if n := int(calls.Load()); n < 5 || n > c.most {
					t.Errorf("%d calls in an hour", n)
				}
				broken.Store(false)
				sleep(c.soon + pollTimeout)
				if why := ch.Down(); why != "" {
					t.Errorf("still down: %s", why)
				}
				broken.Store(true)
				sleep(time.Hour)
				if len(r.reports) != 2 {
					t.Errorf("of the second outage it told %d times", len(r.reports)-1)
				}
				leaks(t, "what was told", r.said())
				cancel()
				synctest.Wait()
			})
		})
	}
}

func TestAnOffsetIsNotHeldOnceAllIsAcknowledged(t *testing.T) {
	// After a quiet week Telegram's numbers may be lower than before.
	synctest.Test(t, func(t *testing.T) {
		r := newRecord()
		var mu sync.Mutex
		var offsets []string
		ch := script(t, r, func(ctx context.Context, method string) (int, string, error) {
			if method != "getUpdates" {
				return 200, okTrue, nil
			}
			mu.Lock()
			offsets = append(offsets, ctx.Value(offsetKey{}).(string))
			n := len(offsets)
			mu.Unlock()
			switch n {
			case 1:
				return 200, fmt.Sprintf(`{"ok":true,"result":[%s]}`, goodUpdate), nil
			case 2: // the answer is lost: it must be acknowledged once more
				return 502, "", nil
			case 5:
				return 200, fmt.Sprintf(`{"ok":true,"result":[%s]}`, strings.Replace(goodUpdate, `"update_id":7`, `"update_id":3`, 1)), nil
			}
			return hold(ctx)
		})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go ch.Run(ctx)
		sleep(4 * pollTimeout)
		mu.Lock()
		defer mu.Unlock()
		if want := []string{"", "8", "8", "", "", "4", ""}; len(offsets) < len(want) || !slices.Equal(offsets[:len(want)], want) {
			t.Errorf("offsets %q", offsets)
		}
		if len(r.inbound) != 2 {
			t.Errorf("%d messages", len(r.inbound))
		}
		cancel()
		synctest.Wait()
	})
}

func TestAStartWithoutNetworkWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecord()
		var up, got atomic.Bool
		ch := script(t, r, func(ctx context.Context, method string) (int, string, error) {
			switch {
			case !up.Load():
				return 0, "", &net.DNSError{Err: "no such host", Name: "api.telegram.org"}
			case method == "getUpdates" && got.CompareAndSwap(false, true):
				return 200, fmt.Sprintf(`{"ok":true,"result":[%s]}`, goodUpdate), nil
			case method == "getUpdates":
				return hold(ctx)
			}
			return 200, okTrue, nil
		})
		if ch.Down() == "" {
			t.Error("it says it is up before it began")
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go ch.Run(ctx)
		sleep(time.Hour)
		if why := ch.Down(); !strings.Contains(why, "name is not found") {
			t.Errorf("it says %q", why)
		}
		up.Store(true)
		sleep(2 * time.Minute)
		if len(r.inbound) != 1 || ch.Down() != "" || len(r.reports) != 1 {
			t.Errorf("%d messages, down %q, told %d times", len(r.inbound), ch.Down(), len(r.reports))
		}
		cancel()
		synctest.Wait()
	})
}

func TestAWebhookThatFailsIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecord()
		well := func() string { return `{"url":"https://posada.example/hook","pending_update_count":0}` }
		var info atomic.Value
		ch := script(t, r, func(_ context.Context, method string) (int, string, error) {
			if method == "getWebhookInfo" {
				return 200, `{"ok":true,"result":` + info.Load().(func() string)() + `}`, nil
			}
			return 200, okTrue, nil
		})
		ch.webhook = "https://posada.example/hook"
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go ch.Run(ctx)
		for _, c := range []struct {
			info func() string
			want string
		}{
			{well, ""},
			{func() string {
				return fmt.Sprintf(`{"url":"https://posada.example/hook","pending_update_count":4,"last_error_date":%d,"last_error_message":"Wrong response from the webhook: 502 Bad Gateway"}`, time.Now().Unix())
			}, "502 Bad Gateway"},
			{well, ""},
			{func() string { return `{"url":"https://elsewhere.example/hook","pending_update_count":0}` }, "another program"},
			{func() string { return `{"url":"","pending_update_count":0}` }, "was removed"},
			{well, ""},
		} {
			info.Store(c.info)
			sleep(watchEvery + time.Second)
			if why := ch.Down(); c.want == "" && why != "" || !strings.Contains(why, c.want) {
				t.Errorf("it says %q, want %q", why, c.want)
			}
		}
		cancel()
		synctest.Wait()
	})
}

func TestWhatHoldsAnAddressIsNotQuoted(t *testing.T) {
	for words, want := range map[string]string{
		"Wrong response from the webhook: 500 Internal Server Error": "Wrong response from the webhook: 500 Internal Server Error",
		"Bad Request: bad webhook: Failed to resolve host.":          "Bad Request: bad webhook: Failed to resolve host",
		"Connection timed out 10.1.2.3":                              "",
		"cannot connect to [2001:db8::1]":                            "",
		"no route to posada.example":                                 "",
		"chat 123456789 not found":                                   "",
		"see https://a":                                              "",
		"user @somebody":                                             "",
		"two\nlines":                                                 "",
		strings.Repeat("long ", 50):                                  "",
	} {
		if got := quote(words); got != want {
			t.Errorf("%q is quoted as %q", words, got)
		}
	}
}
