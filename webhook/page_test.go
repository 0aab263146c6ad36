// Pages on the public listener.

package webhook

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestAPageIsReadAndNothingIsPostedToIt(t *testing.T) {
	f := &face{t: t, metrics: NewMetrics()}
	s, err := Public(base, map[string]http.Handler{"/rumours": Page(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, "answered"+string(body))
	}))}, Limits{}, f.metrics, f.report)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.serve(s, l)
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/base/rumours", 200, "answered"}, {"HEAD", "/base/rumours", 200, ""},
		{"POST", "/base/rumours", 405, ""}, {"DELETE", "/base/rumours", 405, ""},
		{"GET", "/base/rumours/", 404, ""}, {"GET", "/base/rumours/x", 404, ""}, {"GET", "/rumours", 404, ""},
	} {
		status, h, body := f.ask(c.method, c.path, strings.NewReader("words"))
		if status != c.status || body != c.body || status == 405 && h.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s %s: %d %q, %v", c.method, c.path, status, body, h)
		}
	}
}
