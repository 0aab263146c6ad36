// Bulletins, from a draft to the correction of what was sent.
package console

import (
	"context"
	"html"
	"html/template"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"posada/bot/staff"
	"posada/flows"
)

// begin writes a bulletin with texts by language, and returns its path.
func (o *officer) begin(title string, texts ...string) string {
	o.h.t.Helper()
	page := o.get("/bulletins")
	path := o.post("/bulletins", "once", page.hidden(o.h.t, "once"), "title", title, "source", "es").where(o.h.t)
	fields := []string{"version", o.get(path).hidden(o.h.t, "version"), "title", title, "source", "es", "seen", "0"}
	for i := 0; i+1 < len(texts); i += 2 {
		fields = append(fields, "text."+texts[i], texts[i+1])
	}
	o.follow(o.post(path+"/edit", fields...)).want(o.h.t, http.StatusOK)
	return path
}

// act presses a button of a bulletin's page.
func (o *officer) act(path, name string, more ...string) answer {
	o.h.t.Helper()
	return o.post(path+"/"+name, append([]string{"version", o.get(path).hidden(o.h.t, "version")}, more...)...)
}

// run sends until something was begun.
func (h *house) run() {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); h.furniture.bulletins.Run(ctx) }()
	h.begun()
	cancel()
	<-ended
}

func TestABulletinGoesFromDraftToEverybodyAndIsCorrected(t *testing.T) {
	h := newHouse(t)
	h.people(0, 40, "es")
	h.people(100, 30, "ht")
	writer, approver := h.hire("Wim", staff.RoleApprover, true), h.hire("Ada", staff.RoleApprover, true)
	path := writer.begin("Filas", "es", "No hay filas por grupo.", "ht", "Pa gen liy pou gwoup.", "en", "There are no lines by group.")
	writer.follow(writer.act(path, "hand-over")).want(t, http.StatusOK, h.say("en", "bulletins.done.handed"), h.say("en", "bulletins.approve.self"))
	writer.act(path, "approve", "read", "yes").want(t, http.StatusConflict, h.say("en", "bulletins.declined.own"))
	look := approver.get(path + "/approve")
	look.want(t, http.StatusOK, "No hay filas por grupo.", "Pa gen liy pou gwoup.", `<strong id="people">70</strong>`)
	approver.follow(approver.act(path, "approve", "read", "yes")).want(t, http.StatusOK, h.say("en", "bulletins.done.approved"))
	hash := h.bulletin("Filas").Approval.Hash
	if !strings.Contains(look.text, hash) {
		t.Error("what was approved is not what was shown")
	}
	if e := h.entries()[0]; e.Did != "bulletin.approve" || e.Note != hash {
		t.Errorf("the audit log says %s %s", e.Did, e.Note)
	}
	approver.follow(approver.act(path, "send")).want(t, http.StatusOK, h.say("en", "bulletins.done.sending"))
	h.run()
	approver.get(path).want(t, http.StatusOK, `data-live-from="`+path+`/live"`, h.say("en", "bulletins.progress.queued"))
	approver.follow(approver.post(path+"/pause")).want(t, http.StatusOK, h.say("en", "bulletins.state.paused"))
	approver.follow(approver.post(path+"/go-on")).want(t, http.StatusOK, h.say("en", "bulletins.done.running"))
	once := approver.get(path).hidden(t, "once")
	correction := approver.post(path+"/correct", "once", once).where(t)
	if again := approver.post(path+"/correct", "once", once).where(t); again != correction {
		t.Error("a replayed form began a second correction")
	}
	approver.get(path).want(t, http.StatusOK, h.say("en", "bulletins.state.stopped"))
	approver.get(correction).want(t, http.StatusOK, h.say("en", "bulletins.recall.is"), h.say("en", "bulletins.audience.fixed"))
}

func TestWhatWasTypedIsNeverLostWhenSomebodyElseSavedOrItWasSent(t *testing.T) {
	h := newHouse(t)
	h.people(0, 40, "es")
	first, second := h.hire("Wim", staff.RoleWriter, false), h.hire("Ada", staff.RoleApprover, true)
	path := first.begin("Filas", "es", "Uno")
	version := first.get(path).hidden(t, "version")
	first.follow(first.post(path+"/edit", "version", version, "title", "Filas", "source", "es", "text.es", "Dos"))
	got := second.post(path+"/edit", "version", version, "title", "Filas", "source", "es", "text.es", "Tres", "text.fa", "چهار")
	got.want(t, http.StatusConflict, "Dos", ">Tres</textarea>", ">چهار</textarea>", h.say("en", "bulletins.changed.kept"))
	if h.bulletin("Filas").Texts["es"].Body != "Dos" {
		t.Fatal("somebody's text was overwritten")
	}
	second.follow(second.post(path+"/edit", "version", got.hidden(t, "version"), "title", "Filas", "source", "es", "text.es", "Tres")).want(t, http.StatusOK, ">Tres</textarea>")
	first.follow(first.act(path, "hand-over"))
	third := h.hire("Eva", staff.RoleApprover, true)
	third.follow(third.act(path, "approve", "read", "yes"))
	stale := third.get(path).hidden(t, "version")
	third.follow(third.act(path, "send"))
	h.run()
	first.post(path+"/edit", "version", stale, "title", "Filas", "source", "es", "text.es", "Quinto").want(t, http.StatusConflict, "Quinto")
}

func TestEveryFieldOfABulletinComesBackAsText(t *testing.T) {
	h := newHouse(t)
	h.people(0, 25, "es")
	o := h.hire("Ada", staff.RoleApprover, true)
	path := o.begin(markup, "es", markup, "en", "en "+markup)
	for _, p := range []string{path, path + "/preview", path + "/approve", "/bulletins"} {
		got := o.get(p)
		got.want(t, http.StatusOK, "alert(1)")
		if strings.Contains(got.text, "<script>alert") || strings.Contains(got.text, "<b>") {
			t.Errorf("%s holds markup that somebody typed", p)
		}
		if strings.Contains(got.text, secretID) {
			t.Errorf("%s holds an address", p)
		}
	}
	got := o.post(path+"/edit", "version", "1", "title", markup, "source", markup, "text.es", markup, "to.languages", markup, "not.got", markup, "at", markup, "what", markup, "where", markup, "do", markup)
	if strings.Contains(got.text, "<script>alert") {
		t.Error("a refused form holds markup")
	}
}

func TestAPreviewIsWhatTheComposerGives(t *testing.T) {
	h := newHouse(t)
	h.people(0, 25, "fa")
	o := h.hire("Ada", staff.RoleWriter, false)
	path := o.begin("Filas", "es", "Hola & adiós", "fa", "سلام")
	page := o.get(path + "/preview")
	for _, form := range flows.Forms {
		for lang, text := range map[string]string{"es": "Hola & adiós", "fa": "سلام"} {
			want := template.HTMLEscapeString(testComposer{}.Bulletin(form, lang, text, 0, 0).Text)
			if !strings.Contains(page.text, want) {
				t.Errorf("%s %s is not shown as it is sent", form.Name, lang)
			}
		}
	}
	page.want(t, http.StatusOK, `<p class="bubble" lang="fa" dir="rtl">`, h.say("en", "bulletins.preview.segment"), `<li>Menu</li>`)
}

func TestANumberBelowTwentyIsNeverShown(t *testing.T) {
	h := newHouse(t)
	h.people(0, 13, "es")
	h.people(100, 26, "ht")
	o := h.hire("Ada", staff.RoleApprover, true)
	path := o.begin("Filas", "es", "Hola", "ht", "Bonjou")
	fields := []string{"version", o.get(path).hidden(t, "version"), "title", "Filas", "source", "es", "text.es", "Hola", "text.ht", "Bonjou", "to.languages", "es"}
	o.follow(o.post(path+"/edit", fields...))
	page := o.get(path + "/preview")
	page.want(t, http.StatusOK, `<strong id="people">&lt;20</strong>`, h.say("en", "bulletins.preview.few"))
	if strings.Contains(page.text, ">13<") {
		t.Error("a small number is shown")
	}
}

func TestAReplayedFormBeginsOneBulletin(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Wim", staff.RoleWriter, false)
	once := o.get("/bulletins").hidden(t, "once")
	a := o.post("/bulletins", "once", once, "title", "A", "source", "es").where(t)
	if b := o.post("/bulletins", "once", once, "title", "A", "source", "es").where(t); a != b {
		t.Errorf("%s and %s", a, b)
	}
	o.post("/bulletins", "once", "../x", "title", "A").want(t, http.StatusBadRequest)
}

func TestLinksAndNumbersAreChosenWithoutScript(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Wim", staff.RoleWriter, false)
	path := o.begin("Filas", "es", "Hola", "en", "Hello")
	fields := func(more ...string) []string {
		return append([]string{"version", o.get(path).hidden(t, "version"), "title", "Filas", "source", "es", "text.es", "Hola", "text.en", "Hello", "do", "insert"}, more...)
	}
	o.follow(o.post(path+"/edit", fields("what", approvedNumber, "where", "all")...))
	if b := h.bulletin("Filas"); b.Texts["es"].Body != "Hola\n"+approvedNumber || b.Texts["en"].Body != "Hello\n"+approvedNumber || len(b.Texts) != 2 {
		t.Errorf("texts are %v", b.Texts)
	}
	o.follow(o.post(path+"/edit", fields("what", "https://evil.example", "where", "es")...))
	if b := h.bulletin("Filas"); strings.Contains(b.Texts["es"].Body, "evil") {
		t.Error("a link that is not approved was put in")
	}
}

func TestWhatSpeaksAgainstItIsSaidInBothLanguages(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Ada", staff.RoleWriter, false)
	path := o.begin("Filas", "es", "Mire https://evil.example y llame al 555 000 1111 22", "en", "Old")
	o.follow(o.post(path+"/edit", "version", o.get(path).hidden(t, "version"), "title", "Filas", "source", "es", "text.es", "Mire https://evil.example ahora", "text.en", "Old"))
	page := o.get(path)
	page.want(t, http.StatusOK, "https://evil.example", h.say("en", "bulletins.problem.stale"), `value="confirm.en"`)
	o.act(path, "hand-over").want(t, http.StatusUnprocessableEntity, h.say("en", "bulletins.refused"))
	o.follow(o.post(path+"/edit", "version", page.hidden(t, "version"), "title", "Filas", "source", "es", "text.es", "Mire ahora", "text.en", "Old", "do", "confirm.en"))
	if b := h.bulletin("Filas"); b.Stale("en") {
		t.Error("it is stale though an officer said that it holds")
	}
	o.post("/account/language", "lang", "es").want(t, http.StatusSeeOther)
	o.get(path).want(t, http.StatusOK, html.EscapeString(h.say("es", "bulletins.check")))
}

func TestEveryCodeStateReasonAndEventHasWords(t *testing.T) {
	raw := ""
	for _, name := range []string{"problem.go", "bulletin.go", "audience.go"} {
		file, err := os.ReadFile("../bot/bulletin/" + name)
		if err != nil {
			t.Fatal(err)
		}
		raw += string(file)
	}
	texts := allWords(t)
	want := func(pattern, prefix string, least int) {
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(raw, -1)
		if len(found) < least {
			t.Fatalf("%s: only %d were found", prefix, len(found))
		}
		for _, m := range found {
			for _, lang := range languages {
				if _, ok := texts[lang][prefix+m[1]]; !ok {
					t.Errorf("%s has no word %s%s", lang, prefix, m[1])
				}
			}
		}
	}
	want(`Code\w+ +Code = "([^"]+)"`, "bulletins.problem.", 20)
	want(`\bReason\w+ +Reason = "([^"]+)"`, "bulletins.left.", 4)
	want(`Did\w+ += "([^"]+)"`, "bulletins.did.", 14)
	want(`(?:Draft|Ready|Approved|Scheduled|Sending|Paused|Sent|Stopped) +State = "([^"]+)"`, "bulletins.state.", 8)
}
