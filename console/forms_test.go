// Forms: what is sent twice, too late, without a session or without a code, and
// what never gets lost of it.
package console

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"posada/bot/staff"
	"posada/bot/withdraw"
)

func TestTwoOfficersWithdrawAndTwoRestore(t *testing.T) {
	h := newHouse(t)
	ana, bea := h.hire("Ana", staff.RoleApprover, true), h.hire("Bea", staff.RoleApprover, true)
	fact := h.book.Facts()[0].ID

	page := ana.get("/withdrawals?kind=fact&target=" + fact)
	once := page.hidden(t, "once")
	form := []string{"once", once, "kind", "fact", "target", fact, "reason", "The source was taken back."}
	ana.follow(ana.post("/withdrawals", form...)).want(t, http.StatusOK, h.say("en", "withdraw.proposed"), h.say("en", "withdraw.mine"))
	if len(h.out) != 0 {
		t.Fatalf("published by one officer: %v", h.out)
	}
	// The same form sent again proposes nothing more.
	ana.follow(ana.post("/withdrawals", form...)).want(t, http.StatusOK)
	items, _ := h.console.Withdrawals.List(context.Background())
	if len(items) != 1 {
		t.Fatalf("%d withdrawals", len(items))
	}

	version := ana.get("/withdrawals").hidden(t, "version")
	path := "/withdrawals/" + once
	ana.post(path+"/confirm", "version", version).want(t, http.StatusForbidden, h.say("en", "withdraw.same"))
	bea.get("/withdrawals").want(t, http.StatusOK, h.say("en", "withdraw.confirm"), "The source was taken back.", "Ana")
	bea.follow(bea.post(path+"/confirm", "version", version)).want(t, http.StatusOK, h.say("en", "withdraw.confirmed"))
	if len(h.out) != 1 || h.out[0].ID != fact || h.out[0].Kind != "fact" || h.out[0].Day == 0 {
		t.Fatalf("published: %v", h.out)
	}
	// Confirming once more is too late, and says so.
	bea.post(path+"/confirm", "version", version).want(t, http.StatusConflict, h.say("en", "withdraw.changed"))
	ana.get("/content/fact/"+fact).want(t, http.StatusOK, h.say("en", "content.out"))

	version = bea.get("/withdrawals").hidden(t, "version")
	bea.follow(bea.post(path+"/restore", "version", version, "reason", "It holds after all.")).want(t, http.StatusOK, h.say("en", "withdraw.restore.proposed"))
	if len(h.out) != 1 {
		t.Fatalf("restored by one officer: %v", h.out)
	}
	version = ana.get("/withdrawals").hidden(t, "version")
	bea.post(path+"/confirm", "version", version).want(t, http.StatusForbidden, h.say("en", "withdraw.same"))
	ana.follow(ana.post(path+"/confirm", "version", version)).want(t, http.StatusOK)
	if len(h.out) != 0 {
		t.Errorf("still published: %v", h.out)
	}
	h.did("content.withdraw.propose", "content.withdraw.confirm", "content.restore.propose", "content.restore.confirm")
}

// did checks that the audit log tells of acts, and is whole.
func (h *house) did(acts ...string) {
	h.t.Helper()
	entries, err := h.audit.Entries(context.Background(), 0, 500)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, _, err := h.audit.Verify(context.Background()); err != nil {
		h.t.Error(err)
	}
	told := map[string]bool{}
	for _, e := range entries {
		told[e.Did] = true
	}
	for _, act := range acts {
		if !told[act] {
			h.t.Errorf("the audit log does not tell of %s", act)
		}
	}
}

func TestAStaleFormLosesNoWord(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	ana, bea := h.hire("Ana", staff.RoleApprover, true), h.hire("Bea", staff.RoleApprover, true)
	flow := "menu"
	p := withdraw.Proposal{ID: "abc", Kind: withdraw.Flow, Target: flow, Reason: "for a test"}
	if err := h.console.Withdrawals.Propose(ctx, p, "someone", time.Now()); err != nil {
		t.Fatal(err)
	}
	bea.follow(bea.post("/withdrawals/abc/confirm", "version", bea.get("/withdrawals").hidden(t, "version")))
	version := ana.get("/withdrawals").hidden(t, "version")
	bea.follow(bea.post("/withdrawals/abc/restore", "version", version, "reason", "Bea was first"))
	got := ana.post("/withdrawals/abc/restore", "version", version, "reason", "what Ana wrote")
	got.want(t, http.StatusConflict, h.say("en", "withdraw.changed"), h.say("en", "withdraw.see"), "Bea was first")
	// A proposal that cannot be taken is shown with what was typed.
	long := strings.Repeat("Why. ", 100)
	ana.post("/withdrawals", "once", newOnce(), "kind", "message", "target", "no.such", "reason", "kept").
		want(t, http.StatusUnprocessableEntity, h.say("en", "withdraw.unknown"), `value="no.such"`, ">kept<")
	ana.post("/withdrawals", "once", newOnce(), "kind", "fact", "target", h.book.Facts()[0].ID, "reason", long).
		want(t, http.StatusUnprocessableEntity, h.say("en", "withdraw.reason.length"), strings.TrimSpace(long))
	ana.post("/withdrawals", "once", newOnce(), "kind", "flow", "target", flow, "reason", "twice").
		want(t, http.StatusConflict, h.say("en", "withdraw.already"), ">twice<")
}

func TestASessionThatEndedLosesNoWord(t *testing.T) {
	h := newHouse(t)
	ana := h.hire("Ana", staff.RoleApprover, true)
	cookie := *ana.cookie
	ana.post("/sign-out").want(t, http.StatusSeeOther)
	ana.cookie = &cookie
	got := ana.post("/withdrawals", "once", "x", "reason", "long and <b>typed</b>", "password", "secret words", "confirm-code", "123456")
	got.want(t, http.StatusUnauthorized, h.say("en", "again.session"), `name="reason" value="long and &lt;b&gt;typed&lt;/b&gt;"`, `action="/withdrawals"`)
	if strings.Contains(got.text, "secret words") || strings.Contains(got.text, "123456") {
		t.Error("the page holds a password or code")
	}
}

func TestACodeCanComeWithTheForm(t *testing.T) {
	h := newHouse(t)
	ctx, fact := context.Background(), h.book.Facts()[1].ID
	ana := h.hire("Ana", staff.RoleApprover, true)
	cookie, err := h.staff.SignIn(ctx, "Ana", password, "192.0.2.1", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ana.cookie.Value = cookie
	form := []string{"once", newOnce(), "kind", "fact", "target", fact, "reason", "said twice"}
	ana.post("/withdrawals", form...).want(t, http.StatusForbidden, h.say("en", "again.code"), `value="said twice"`, `name="confirm-code"`)
	ana.post("/withdrawals", append(form, "confirm-code", "000000")...).want(t, http.StatusForbidden, h.say("en", "again.wrong"), `value="said twice"`)
	// The next code: the one of now was given when she was hired.
	next := ana.code(time.Now().Add(30 * time.Second))
	ana.follow(ana.post("/withdrawals", append(form, "confirm-code", next)...)).want(t, http.StatusOK, h.say("en", "withdraw.proposed"))
}

func TestAnInvitationLeadsIn(t *testing.T) {
	h := newHouse(t)
	admin := h.hire("Ana", staff.RoleAdmin, true)
	form := []string{"role", "approver", "once", admin.get("/staff").hidden(t, "once")}
	page := admin.follow(admin.post("/staff/invite", form...))
	page.want(t, http.StatusOK, h.say("en", "link.invite"), "http://localhost/join/")
	if again := admin.follow(admin.post("/staff/invite", form...)); again.main() == "" || !strings.Contains(again.text, "http://localhost/join/") {
		t.Error("the form sent again does not show the link")
	}
	if invites, err := h.staff.Invites(context.Background(), time.Now()); err != nil || len(invites) != 1 {
		t.Fatalf("the form sent twice made %d links (%v)", len(invites), err)
	}
	path := regexp.MustCompile(`/join/[A-Za-z0-9_-]+`).FindString(page.text)
	admin.get("/").want(t, http.StatusOK)

	guest := h.stranger()
	guest.get(path).want(t, http.StatusOK, h.say("en", "role.approver.may"))
	guest.post(path, "name", "Bea", "password", password, "password-again", "other").want(t, http.StatusUnprocessableEntity, h.say("en", "password.differ"), `value="Bea"`)
	guest.post(path, "name", "B", "password", password, "password-again", password).want(t, http.StatusUnprocessableEntity, h.say("en", "join.name"))
	guest.post(path, "name", "ANA", "password", password, "password-again", password).want(t, http.StatusUnprocessableEntity, h.say("en", "join.taken"))
	guest.post(path, "name", "Bea", "password", "password", "password-again", "password").want(t, http.StatusUnprocessableEntity, h.say("en", "password.weak"))
	guest.follow(guest.post(path+"?lang=es", "name", "Bea", "password", password, "password-again", password)).want(t, http.StatusOK, h.say("es", "join.done"))
	h.stranger().get(path).want(t, http.StatusNotFound, h.say("en", "refused.token"))

	// The second factor, as a telephone would read it.
	page = guest.follow(guest.post("/code/new"))
	page.want(t, http.StatusOK, "otpauth://totp/", `class="qr"`)
	guest.secret = regexp.MustCompile(`<code class="secret">([A-Z2-7]+)</code>`).FindStringSubmatch(page.text)[1]
	guest.post("/code", "code", "000000").want(t, http.StatusUnprocessableEntity, guest.secret)
	guest.follow(guest.post("/code", "code", guest.code(time.Now()))).want(t, http.StatusOK, h.say("es", "account.code.fresh"))
	if again := guest.get("/code"); strings.Contains(again.text, guest.secret) {
		t.Error("the secret is shown after it was confirmed")
	}
}

func TestSigningInSaysNothingOfWhatWasWrong(t *testing.T) {
	h := newHouse(t)
	h.hire("Ana", staff.RoleWriter, false)
	page := h.stranger().get("/content")
	page.want(t, http.StatusSeeOther)
	to := page.Header.Get("Location")
	o := h.stranger()
	next := o.get(to).hidden(t, "next")
	wrong, nobody := o.post("/sign-in", "name", "Ana", "password", "wrong password"), o.post("/sign-in", "name", "Zoe", "password", "wrong password")
	wrong.want(t, http.StatusUnauthorized, h.say("en", "signin.refused"))
	if strings.ReplaceAll(wrong.main(), "Ana", "") != strings.ReplaceAll(nobody.main(), "Zoe", "") {
		t.Error("a wrong name and a wrong password are told apart")
	}
	got := o.post("/sign-in", "name", "ana", "password", password, "next", next)
	o.follow(got).want(t, http.StatusOK, `aria-current="page"`)
	if got.Header.Get("Location") != "/content" {
		t.Errorf("it leads to %s", got.Header.Get("Location"))
	}
	for range 6 {
		got = h.stranger().post("/sign-in", "name", "Ana", "password", "wrong password")
	}
	got.want(t, http.StatusTooManyRequests, "Too many tries. Wait 1 min")
}

func TestStaffIsChangedAsItWasShown(t *testing.T) {
	h := newHouse(t)
	admin := h.hire("Ana", staff.RoleAdmin, true)
	bea := h.hire("Bea", staff.RoleWriter, false)
	id := func(name string) string {
		all, err := h.staff.Officers(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range all {
			if o.Name == name {
				return o.ID
			}
		}
		t.Fatalf("no officer %s", name)
		return ""
	}
	admin.post("/staff/"+id("Ana")+"/end").want(t, http.StatusUnprocessableEntity, h.say("en", "staff.last"))
	admin.post("/staff/"+id("Bea")+"/role", "was", "approver", "role", "admin").want(t, http.StatusConflict, h.say("en", "staff.changed"))
	admin.post("/staff/"+id("Bea")+"/role", "was", "writer", "role", "king").want(t, http.StatusUnprocessableEntity, h.say("en", "staff.norole"))
	admin.follow(admin.post("/staff/"+id("Bea")+"/role", "was", "writer", "role", "approver")).want(t, http.StatusOK, h.say("en", "staff.role.done"))
	bea.get("/").want(t, http.StatusSeeOther) // her sessions ended
	page := admin.follow(admin.post("/staff/"+id("Bea")+"/reset", "once", newOnce()))
	page.want(t, http.StatusOK, h.say("en", "link.reset"))
	admin.follow(admin.post("/staff/"+id("Bea")+"/end")).want(t, http.StatusOK, h.say("en", "staff.past"))
	admin.post("/staff/nobody/end").want(t, http.StatusConflict, h.say("en", "staff.changed"))
}

func TestAPasswordIsChanged(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Ana", staff.RoleWriter, false)
	other := *o
	next := "seven rivers under a lantern"
	o.post("/account/password", "password-old", "wrong", "password", next, "password-again", next).want(t, http.StatusUnprocessableEntity, h.say("en", "password.old"))
	o.post("/account/password", "password-old", password, "password", next, "password-again", "x").want(t, http.StatusUnprocessableEntity, h.say("en", "password.differ"))
	o.post("/account/password", "password-old", password, "password", "short", "password-again", "short").want(t, http.StatusUnprocessableEntity, h.say("en", "password.weak"))
	o.follow(o.post("/account/password", "password-old", password, "password", next, "password-again", next)).want(t, http.StatusOK, h.say("en", "password.done"))
	other.get("/").want(t, http.StatusSeeOther)
}

func TestTheAuditLogIsReadAndChecked(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Ana", staff.RoleAdmin, true)
	for range auditRows + 5 {
		if err := h.audit.Append(context.Background(), staff.Entry{At: time.Now(), Officer: staff.System, Did: "test.entry", On: "<i>x</i>"}); err != nil {
			t.Fatal(err)
		}
	}
	page := o.get("/audit")
	page.want(t, http.StatusOK, "test.entry", "&lt;i&gt;x&lt;/i&gt;", `rel="next"`)
	older := regexp.MustCompile(`/audit\?before=\d+`).FindString(page.text)
	o.get(older).want(t, http.StatusOK, "staff.accept", "Ana")
	n, head, err := h.audit.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	o.post("/audit/verify").want(t, http.StatusOK, hexOf(head), h.sayWith("audit.whole", n))
}
