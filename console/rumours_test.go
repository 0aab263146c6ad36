// Rumours and letters, from what people wrote to what goes back to them.
package console

import (
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/rumour"
	"posada/bot/staff"
)

const markup = `<script>alert(1)</script><b>"bold'&amp;`

// verdictFields is a verdict that can be filed.
func verdictFields(version string, more ...string) []string {
	return append([]string{
		"version", version, "verdict", rumour.False, "claim.es", "Los grupos entran antes.", "reason.es", "No hay filas por grupo.",
		"publisher", "CBP", "title", "Preguntas", "url", approvedLink, "date", "2026-03-01",
		"review", time.Now().AddDate(0, 1, 0).Format(time.DateOnly),
	}, more...)
}

func TestARumourIsReadAnsweredAndTheAnswerGoesBack(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Wim", staff.RoleWriter, false)
	h.heard(0, 3, "es", "los grupos entran antes "+markup)
	id := h.rumour().ID
	o.get("/rumours").want(t, http.StatusOK, "/rumours/"+id)
	page := o.get("/rumours/" + id)
	page.want(t, http.StatusOK, html.EscapeString("los grupos entran antes"), "&lt;script&gt;alert(1)", `lang="es"`)
	if strings.Contains(page.text, "<script>alert") || strings.Contains(page.text, secretID) {
		t.Fatal("the page holds markup of a person, or an address")
	}
	got := o.post("/rumours/"+id+"/answer", verdictFields(page.hidden(t, "version"))...)
	o.follow(got).want(t, http.StatusOK, h.say("en", "rumours.done.answered"), "Los grupos entran antes.")
	h.pass()
	if n := len(h.furniture.called); n != 3 {
		t.Errorf("%d people were told, want 3", n)
	}
	o.get("/rumours/answered").want(t, http.StatusOK, "Los grupos entran antes.", h.say("en", "rumours.verdict.false"))
	if entries := h.entries(); entries[0].Did != "rumour.answer" || entries[0].On != id {
		t.Errorf("the audit log ends with %s", entries[0].Did)
	}
}

func TestAVerdictThatLacksSomethingSaysWhatAndLosesNoWord(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Wim", staff.RoleWriter, false)
	h.heard(0, 1, "es", "venden citas")
	id := h.rumour().ID
	version := o.get("/rumours/"+id).hidden(t, "version")
	got := o.post("/rumours/"+id+"/answer", "version", version, "verdict", "false", "claim.ht", markup, "reason.ht", "palabra larga",
		"publisher", markup, "title", markup, "url", "https://evil.example/"+markup, "date", "2026-03-01", "review", "soon")
	got.want(t, http.StatusUnprocessableEntity, "palabra larga", h.say("en", "rumours.problem.unread.review"), html.EscapeString(markup))
	got = o.post("/rumours/"+id+"/answer", "version", version, "verdict", "false", "claim.ht", markup, "reason.ht", "palabra larga",
		"publisher", markup, "title", markup, "url", "https://evil.example/", "date", "2026-03-01", "review", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
	got.want(t, http.StatusUnprocessableEntity, "palabra larga", h.say("en", "rumours.problem.no-bridge"), "https://evil.example/")
	if strings.Contains(got.text, "<script>alert") {
		t.Error("markup came back as markup")
	}
	if h.rumour().Written != nil {
		t.Error("it was filed")
	}
}

func TestTwoOfficersOnOneRumourLoseNoWord(t *testing.T) {
	h := newHouse(t)
	first, second := h.hire("Wim", staff.RoleWriter, false), h.hire("Eva", staff.RoleWriter, false)
	h.heard(0, 1, "es", "venden citas")
	id := h.rumour().ID
	version := first.get("/rumours/"+id).hidden(t, "version")
	first.follow(first.post("/rumours/"+id+"/answer", verdictFields(version)...))
	got := second.post("/rumours/"+id+"/answer", verdictFields(version, "claim.en", "What I had typed", "reason.en", "And why")...)
	got.want(t, http.StatusConflict, "What I had typed", "And why", h.say("en", "rumours.changed"), "No hay filas por grupo.")
	refused := second.post("/rumours/"+id+"/answer", verdictFields(got.hidden(t, "version"), "claim.en", "What I had typed", "reason.en", "And why")...)
	refused.want(t, http.StatusUnprocessableEntity, "What I had typed", h.say("en", "rumours.replace"))
	third := h.hire("Zoe", staff.RoleApprover, true)
	third.follow(third.post("/rumours/"+id+"/answer", verdictFields(got.hidden(t, "version"), "claim.en", "What I had typed", "reason.en", "And why")...)).want(t, http.StatusOK, "What I had typed")
	page := first.get("/rumours/" + id)
	first.post("/rumours/"+id+"/answer", verdictFields(page.hidden(t, "version"))...).want(t, http.StatusUnprocessableEntity, h.say("en", "rumours.replace"))
}

func TestARumourIsMergedSplitDismissedAndWithdrawn(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Ada", staff.RoleApprover, true)
	h.heard(0, 2, "es", "venden citas")
	a := h.rumour().ID
	h.heard(10, 1, "en", "they sell appointments")
	var b string
	for _, s := range h.furniture.desk.Cases(rumour.Filter{}, time.Now()) {
		if s.ID != a {
			b = s.ID
		}
	}
	page := o.get("/rumours/" + b)
	page.want(t, http.StatusOK, `<option value="`+a+`"`)
	o.follow(o.post("/rumours/"+b+"/merge", "version", page.hidden(t, "version"), "into", a)).want(t, http.StatusOK, h.say("en", "rumours.done.merged"), "they sell appointments")
	page = o.get("/rumours/" + a)
	o.follow(o.post("/rumours/"+a+"/out", "note", page.hidden(t, "note"))).want(t, http.StatusOK)
	page = o.get("/rumours/" + a)
	o.follow(o.post("/rumours/"+a+"/answer", verdictFields(page.hidden(t, "version"))...))
	page = o.get("/rumours/" + a)
	o.follow(o.post("/rumours/"+a+"/withdraw", "version", page.hidden(t, "version"))).want(t, http.StatusOK, h.say("en", "rumours.done.withdrawn"))
	stale := o.post("/rumours/"+a+"/dismiss", "version", page.hidden(t, "version"))
	o.follow(stale).want(t, http.StatusOK, h.say("en", "rumours.stale"))
	page = o.get("/rumours/" + a)
	o.follow(o.post("/rumours/"+a+"/dismiss", "version", page.hidden(t, "version"))).want(t, http.StatusOK, h.say("en", "rumours.done.dismissed"))
}

func TestALetterIsAnsweredByAnOfficerWhoNeverLearnsWhoWrote(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Wim", staff.RoleWriter, false)
	h.someone(7, "fa", bot.Note{Kind: bot.NoteLetter, Text: "کمک " + markup})
	h.pass()
	list := h.furniture.desk.Letters(time.Now())
	if len(list) != 1 {
		t.Fatalf("%d letters", len(list))
	}
	path := letterPath(list[0].ID)
	o.get("/letters").want(t, http.StatusOK, path, "فارسی")
	page := o.get(path)
	page.want(t, http.StatusOK, "کمک &lt;script&gt;", `lang="fa" dir="auto"`)
	if strings.Contains(page.text, "<script>alert") || strings.Contains(page.text, secretID) {
		t.Error("the page holds markup of a person, or an address")
	}
	version := page.hidden(t, "version")
	o.post(path+"/reply", "version", version, "text", "Call +1 555 000 1111").want(t, http.StatusUnprocessableEntity, "1 555 000 1111</textarea>")
	o.follow(o.post(path+"/take", "version", version)).want(t, http.StatusOK, h.say("en", "letters.taken.you"))
	o.post(path+"/reply", "version", version, "text", "An answer of mine").want(t, http.StatusConflict, "An answer of mine", h.say("en", "letters.changed"))
	o.follow(o.post(path+"/reply", "version", o.get(path).hidden(t, "version"), "text", "An answer of mine")).want(t, http.StatusOK, h.say("en", "letters.done.sent"))
	o.follow(o.post(path+"/close", "version", o.get(path).hidden(t, "version"))).want(t, http.StatusOK, h.say("en", "letters.done.closed"))
	o.follow(o.get(letterPath("nobody"))).want(t, http.StatusOK)
}

func TestDutyAndHoursAreTold(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Wim", staff.RoleWriter, false)
	page := o.get("/letters")
	page.want(t, http.StatusOK, h.say("en", "letters.duty.nobody"))
	o.follow(o.post("/letters/duty", "on", "yes")).want(t, http.StatusOK, h.say("en", "letters.duty.on"))
	version := o.get("/letters").hidden(t, "version")
	o.follow(o.post("/letters/hours", "version", version, "hours.en", "Monday to Friday")).want(t, http.StatusOK, `value="Monday to Friday"`)
	o.post("/letters/hours", "version", version, "hours.en", "Never").want(t, http.StatusConflict, `value="Never"`, "Monday to Friday")
	o.follow(o.post("/letters/duty", "on", "no")).want(t, http.StatusOK, h.say("en", "letters.duty.off"))
}
