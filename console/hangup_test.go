// Officers who hang up in the middle of what they do.
package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"posada/bot/bulletin"
	"posada/bot/rumour"
	"posada/bot/staff"
)

// hangingUp are desks whose caller goes away the moment something was done.
type hangingUp struct {
	Desk
	Bulletins
	gone context.CancelFunc
}

func (h *hangingUp) Draft(ctx context.Context, by bulletin.Actor, c bulletin.Content, now time.Time) (bulletin.Bulletin, error) {
	defer h.gone()
	return h.Bulletins.Draft(ctx, by, c, now)
}

func (h *hangingUp) Dismiss(ctx context.Context, by, id string, seen uint64, now time.Time) error {
	defer h.gone()
	return h.Desk.Dismiss(ctx, by, id, seen, now)
}

func TestWhoHangsUpIsInTheLogAllTheSame(t *testing.T) {
	h := newHouse(t)
	h.heard(0, 1, "es", "El puente cierra")
	eva := h.hire("Eva", staff.RoleWriter, false)
	desks := &hangingUp{Desk: h.console.Desk, Bulletins: h.console.Config.Bulletins}
	h.console.Desk, h.console.Config.Bulletins = desks, desks
	send := func(path string, form url.Values) {
		ctx, cancel := context.WithCancel(t.Context())
		desks.gone = cancel
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.AddCookie(eva.cookie)
		h.handler.ServeHTTP(httptest.NewRecorder(), r)
		if ctx.Err() == nil {
			t.Fatalf("%s did nothing", path)
		}
	}
	c := h.rumour()
	for did, do := range map[string]func(){
		"bulletin.draft": func() {
			send("/bulletins", url.Values{"once": {newOnce()}, "title": {"Quiet"}, "source": {"es"}})
		},
		"rumour.dismiss": func() {
			send("/rumours/"+c.ID+"/dismiss", url.Values{"version": {strconv.FormatUint(c.Revision, 10)}})
		},
	} {
		do()
		if last := h.entries()[0]; last.Did != did || last.Officer == "" {
			t.Errorf("the log's last entry is %s, want %s", last.Did, did)
		}
	}
	if h.rumour().Status != rumour.Closed {
		t.Error("it was not done")
	}
}
