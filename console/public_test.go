// The public page and the feed: open to all, about nobody.
package console

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"posada/bot/rumour"
	"posada/bot/staff"
	"posada/flows"
)

type feedOf rumour.Feed

func (f feedOf) Feed(time.Time) rumour.Feed { return rumour.Feed(f) }

func publicHouse(t *testing.T, feed Feed) http.Handler {
	t.Helper()
	h, err := PublicHandler(feed, []Tongue{{"es", "Español", false}, {"fa", "فارسی", true}}, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func fetch(h http.Handler, path string, header ...string) answer {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Result(), w.Body.String()}
}

func TestThePublicPageShowsWhatWasAnsweredAndNothingOfPeople(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Wim", staff.RoleWriter, false)
	h.heard(0, 3, "es", "las palabras de una persona")
	id := h.rumour().ID
	o.follow(o.post("/rumours/"+id+"/answer", verdictFields(o.get("/rumours/"+id).hidden(t, "version"))...))
	site := publicHouse(t, h.furniture.desk)
	page := fetch(site, PublicPage, "Accept-Language", "es")
	page.want(t, http.StatusOK, `<html lang="es">`, "Los grupos entran antes.", h.say("es", "rumours.verdict.false"), `id="`+id+`-es"`, approvedLink)
	feed := fetch(site, PublicJSON)
	feed.want(t, http.StatusOK, "ClaimReview", "Los grupos entran antes.")
	if !json.Valid([]byte(feed.text)) || feed.Header.Get("Access-Control-Allow-Origin") != "*" || page.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("the feed is not for everybody, or the page is")
	}
	for _, a := range []answer{page, feed} {
		if strings.Contains(a.text, "palabras de una persona") || strings.Contains(a.text, secretID) || strings.Contains(a.text, "Wim") {
			t.Error("it holds what belongs to a person or an officer")
		}
		if len(a.Cookies()) > 0 || !strings.HasPrefix(a.Header.Get("Cache-Control"), "public") {
			t.Error("it is not for caches")
		}
	}
	fetch(site, PublicJSON, "If-None-Match", feed.Header.Get("ETag")).want(t, http.StatusNotModified)
	r := httptest.NewRequest(http.MethodPost, PublicPage, nil)
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a form is answered with %d", w.Code)
	}
}

func TestAWordStandsInThePlaceOfAWithdrawnAnswer(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Zoe", staff.RoleApprover, true)
	h.heard(0, 3, "es", "venden citas")
	id := h.rumour().ID
	o.follow(o.post("/rumours/"+id+"/answer", verdictFields(o.get("/rumours/"+id).hidden(t, "version"))...))
	o.get("/rumours/"+id).want(t, http.StatusOK, h.say("en", "rumours.withdraw.do"), h.say("en", "rumours.answer.correct"))
	h.gone = 20261122
	site := publicHouse(t, h.furniture.desk)
	page := fetch(site, PublicPage, "Accept-Language", "en")
	page.want(t, http.StatusOK, h.sayWith("public.gone", "2026-11-22"), `id="`+id+`-es"`)
	for _, a := range []answer{page, fetch(site, PublicJSON)} {
		if strings.Contains(a.text, "Los grupos entran antes.") || strings.Contains(a.text, h.say("en", "public.none")) {
			t.Errorf("what is withdrawn stands there:\n%s", a.text)
		}
	}
	o.get("/rumours").want(t, http.StatusOK, id, h.say("en", "rumours.out"))
	own := o.get("/rumours/" + id)
	own.want(t, http.StatusOK, h.sayWith("rumours.out.since", "2026-11-22"), h.say("en", "rumours.answer.do"))
	if strings.Contains(own.text, h.say("en", "rumours.answer.correct")) || strings.Contains(own.text, "/withdraw\"") {
		t.Error("the page takes the answer for one in use")
	}
}

func TestThePublicPageWritesWhatOfficersTypedAsText(t *testing.T) {
	site := publicHouse(t, feedOf{Author: rumour.Author{Name: markup, URL: "javascript:alert(2)"}, Reviews: []rumour.Review{{
		ID: "a", Lang: "fa", Verdict: rumour.False, Claim: markup, Reason: markup, Overdue: true, Reports: 40,
		Sources: []rumour.Source{{Publisher: markup, Title: markup, URL: "javascript:alert(3)", Date: flows.Date(20260301)}},
	}}})
	page := fetch(site, PublicPage)
	page.want(t, http.StatusOK, `id="a-fa" lang="fa" dir="rtl"`, "&lt;script&gt;")
	if strings.Contains(page.text, "<script>") || strings.Contains(page.text, "javascript:") {
		t.Error("markup or a script's address is on the page")
	}
}
