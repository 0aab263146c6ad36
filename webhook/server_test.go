// The private face, over real sockets: behind the guard, with streams that
// last.

package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// startPrivate serves a page to this computer, until the test ends.
func startPrivate(t *testing.T, limits Limits, h http.HandlerFunc) *face {
	t.Helper()
	f := &face{t: t, metrics: NewMetrics()}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.serve(Private(h, limits, f.metrics, f.report), l)
	return f
}

func TestThePrivateServerStandsBehindTheGuard(t *testing.T) {
	f := startPrivate(t, Limits{}, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a page") })
	if status, header, body := f.ask("GET", "/", nil); status != 200 || body != "a page" || header.Get("Content-Security-Policy") != policy {
		t.Errorf("%d %q", status, body)
	}
	for name, request := range map[string]string{
		"another name": "GET / HTTP/1.1\r\nHost: posada.example.org\r\nConnection: close\r\n\r\n",
		"forwarded":    "GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n",
		"an old proxy": "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n",
		"another page": "POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
	} {
		_, r := f.raw(request)
		if said, err := io.ReadAll(r); err != nil || !strings.Contains(string(said), " 403 ") || strings.Contains(string(said), "a page\n") {
			t.Errorf("%s: %q, %v", name, said, err)
		}
	}
}

func TestAPanicOnAPrivatePageIs500AndTellsNoWords(t *testing.T) {
	f := startPrivate(t, Limits{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/begun" {
			fmt.Fprint(w, "half")
		}
		panic(secret)
	})
	if status, _, body := f.ask("GET", "/", nil); status != 500 || strings.Contains(body, secret) {
		t.Errorf("%d %q", status, body)
	}
	res, err := f.client.Post("http://"+f.addr+"/begun", "text/plain", nil)
	if err == nil {
		_, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	if err == nil {
		t.Error("half a page looks whole")
	}
	if got := f.reports(); len(got) != 1 || !errors.Is(got[0], ErrPanic) || strings.Contains(got[0].Error(), secret) {
		t.Errorf("reported %v", got)
	}
	wantMetrics(t, f.metrics, `posada_server_faults_total{kind="panic"} 2`)
}

// A stream lasts though bodies have a time, and ends when its reader goes.
func TestAStreamOutlivesTheTimeOfABody(t *testing.T) {
	more, gone := make(chan struct{}), make(chan struct{})
	f := startPrivate(t, Limits{Body: 20 * time.Millisecond, Write: 20 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		say := func(words string) {
			if err := errors.Join(control.SetWriteDeadline(time.Now().Add(time.Minute)), second(io.WriteString(w, words)), control.Flush()); err != nil {
				t.Errorf("%s: %v", words, err)
			}
		}
		switch r.URL.Path {
		case "/stream":
			say("one\n")
			select {
			case <-more:
				say("two\n")
			case <-r.Context().Done():
				t.Error("the stream was ended")
			}
			<-r.Context().Done()
			close(gone)
		case "/body":
			if _, err := io.ReadAll(r.Body); err == nil {
				t.Error("half a body arrived whole")
			}
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	c, stream := f.raw("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
	until := func(want string) {
		for {
			line, err := stream.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if line == want {
				return
			}
		}
	}
	until("one\n")
	// The time of a body passes: one that began later is cut off.
	_, r := f.raw("POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
	if said, err := io.ReadAll(r); err != nil || !strings.Contains(string(said), " 400 ") && len(said) > 0 {
		t.Errorf("a slow body: %q, %v", said, err)
	}
	close(more)
	until("two\n")
	c.Close()
	<-gone
}

func second[T any](_ T, err error) error { return err }

func TestThePrivateServerStops(t *testing.T) {
	f := startPrivate(t, Limits{}, func(http.ResponseWriter, *http.Request) {})
	if status, _, _ := f.ask("GET", "/", nil); status != 200 {
		t.Error(status)
	}
	if err := f.stop(); err != nil {
		t.Error(err)
	}
	if _, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", f.addr); err == nil {
		t.Error("it still listens")
	}
}
