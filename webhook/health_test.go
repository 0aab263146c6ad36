// Health: what the operator is told.

package webhook

import (
	"net/http/httptest"
	"testing"
)

func TestHealthyIsOkWhateverIsDown(t *testing.T) {
	w := httptest.NewRecorder()
	Healthy(w, httptest.NewRequest("GET", "/healthz", nil))
	if w.Code != 200 || w.Body.String() != "ok\n" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestReadySaysWhichChannelIsDownAndWhy(t *testing.T) {
	up := func(name string) Check { return Check{name, func() string { return "" }} }
	down := func(name, why string) Check { return Check{name, func() string { return why }} }
	for _, c := range []struct {
		name    string
		checks  []Check
		notices func() []string
		status  int
		want    string
	}{
		{"no channel", nil, nil, 200, "Posada is ready.\n"},
		{"all up", []Check{up("telegram in"), up("telegram out")}, nil, 200, "Posada is ready.\ntelegram in: up\ntelegram out: up\n"},
		{"one down", []Check{up("telegram out"), down("sms out", "settings: the provider refuses everything (20003)")}, nil, 503,
			"Posada is not ready: 1 of 2 down.\ntelegram out: up\nsms out: down: settings: the provider refuses everything (20003)\n"},
		{"all down", []Check{down("sms out", "a"), down("sms in", "b")}, nil, 503, "Posada is not ready: 2 of 2 down.\nsms out: down: a\nsms in: down: b\n"},
		{"a trial is ready", []Check{up("sms out")}, func() []string { return []string{"TRIAL: fill the directory", "  legal help in mx"} }, 200,
			"Posada is ready.\nsms out: up\nnotice: TRIAL: fill the directory\nnotice: legal help in mx\n"},
		{"no notice", []Check{up("sms out")}, func() []string { return nil }, 200, "Posada is ready.\nsms out: up\n"},
		{"one line each", []Check{down("sms out", "bad\r\nsms out: up\n")}, nil, 503, "Posada is not ready: 1 of 1 down.\nsms out: down: bad sms out: up\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			Ready(c.checks, c.notices).ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
			if w.Code != c.status || w.Body.String() != c.want || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("%d %s\n%s", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
		})
	}
}

func TestReadyAsksAnewEachTime(t *testing.T) {
	why := "starting"
	h := Ready([]Check{{"sms out", func() string { return why }}}, nil)
	for _, want := range []int{503, 200} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		if w.Code != want {
			t.Errorf("%d, want %d", w.Code, want)
		}
		why = ""
	}
}
