// Recordings on the public listener: those there are, by exactly their names.

package webhook

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// startAudio serves recordings beside a webhook, and counts what was asked for.
func startAudio(t *testing.T) (f *face, asked func() []string) {
	t.Helper()
	f = &face{t: t, metrics: NewMetrics()}
	var mu sync.Mutex
	var names []string
	get := func(lang, id string) ([]byte, bool) {
		mu.Lock()
		defer mu.Unlock()
		names = append(names, lang+"/"+id)
		return []byte("OggS sound"), lang == "mam" && id == "rule.what.3"
	}
	s, err := Public(base, map[string]http.Handler{
		"/twilio/message": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "taken") }), "/audio": Audio(get),
	}, Limits{}, f.metrics, f.report)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.serve(s, l)
	return f, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return names
	}
}

func TestARecordingIsFetchedByItsName(t *testing.T) {
	f, _ := startAudio(t)
	const path = "/base/audio/mam/rule.what.3.ogg"
	status, h, body := f.ask("GET", path, nil)
	if status != http.StatusOK || h.Get("Content-Type") != "audio/ogg" || h.Get("Content-Length") != "10" || body != "OggS sound" {
		t.Errorf("%d, %v, %q", status, h, body)
	}
	if h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", h)
	}
	if status, h, body = f.ask("HEAD", path, nil); status != http.StatusOK || h.Get("Content-Type") != "audio/ogg" || body != "" {
		t.Errorf("HEAD: %d, %v, %q", status, h, body)
	}
	if f.post() != http.StatusOK {
		t.Error("the webhook beside it is shut")
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		if status, h, body := f.ask(method, path, nil); status != http.StatusMethodNotAllowed || h.Get("Allow") != "GET, HEAD" || body != "" {
			t.Errorf("%s: %d, %v, %q", method, status, h, body)
		}
	}
}

func TestNothingElseIsBelowTheFolderOfRecordings(t *testing.T) {
	f, asked := startAudio(t)
	for _, path := range []string{
		"/base/audio", "/base/audio/", "/base/audio/mam", "/base/audio/mam/", "/base/audio/mam/rule.what.3", "/base/audio/mam/rule.what.4.ogg",
		"/base/audio/mam/rule.what.3.ogg/", "/base/audio/mam/deep/rule.what.3.ogg", "/base/audio//mam/rule.what.3.ogg", "/audio/mam/rule.what.3.ogg",
		"/base/audio/../audio/mam/rule.what.3.ogg", "/base/audio/mam/../mam/rule.what.3.ogg", "/base/audio/%6dam/rule.what.3.ogg", "/base/audio/mam%2Frule.what.3.ogg",
		"/base/audio/../../etc/passwd", "/base/audio/mam/..%2F..%2Fposada.key.ogg", "/base/audio/mam/.ogg", "/base/audio/mam/..ogg", "/base/audio/./rule.ogg",
		"/base/audio/mam/rule.what.3.ogg%00", "/base/audio/mam/" + strings.Repeat("a", 97) + ".ogg", "/base/audio/mam/r%C3%BCle.ogg",
	} {
		status, h, body := f.ask("GET", path, nil)
		if status != http.StatusNotFound || body != "" || h.Get("Content-Type") != "" || h.Get("Location") != "" {
			t.Errorf("%s: %d, %v, %q", path, status, h, body)
		}
	}
	for _, name := range asked() {
		if strings.Contains(name, "..") || strings.Count(name, "/") != 1 {
			t.Errorf("asked for %q", name)
		}
	}
	// However many strangers guess, the metrics know one name.
	if _, _, text := (&face{t: t, addr: f.addr, client: f.client}).ask("GET", "/base/audio/mam/guess.ogg", nil); text != "" {
		t.Errorf("%q", text)
	}
	families, err := f.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "posada_webhook_requests_total" {
			continue
		}
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "route" && l.GetValue() != "/audio" && l.GetValue() != "other" {
					t.Errorf("a route called %q", l.GetValue())
				}
			}
		}
	}
}

func TestWithoutRecordingsThereIsNoFolderOfThem(t *testing.T) {
	f := start(t, Limits{}, func(http.ResponseWriter, *http.Request) {})
	if status, _, _ := f.ask("GET", "/base/audio/mam/rule.what.3.ogg", nil); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}
