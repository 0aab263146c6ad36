// Who may go where: the whole table, walked by everybody.
package console

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/bot/staff"
)

// mayDo is what each role may do, stated apart from bot/staff.
var mayDo = map[staff.Role][]staff.Act{
	staff.RoleWriter:   {staff.ActRead, staff.ActWrite},
	staff.RoleApprover: {staff.ActRead, staff.ActWrite, staff.ActApprove, staff.ActWithdraw},
	staff.RoleAdmin:    {staff.ActRead, staff.ActWrite, staff.ActApprove, staff.ActWithdraw, staff.ActStaff},
}

// weighty acts need a code of the second factor.
var weighty = []staff.Act{staff.ActApprove, staff.ActWithdraw, staff.ActStaff}

// walkers are everybody who could knock: each role without a second factor, with
// one that was not given in this session, and with one that was.
func (h *house) walkers() (out []*officer) {
	out = append(out, h.stranger())
	for _, role := range staff.Roles {
		name := strings.ToUpper(string(role[:1])) + string(role[1:])
		out = append(out, h.hire(name+" bare", role, false), h.hire(name+" ready", role, true))
		unsaid := h.hire(name+" unsaid", role, true)
		cookie, err := h.staff.SignIn(context.Background(), unsaid.name, password, "192.0.2.1", time.Now())
		if err != nil {
			h.t.Fatal(err)
		}
		unsaid.cookie.Value = cookie
		out = append(out, unsaid)
	}
	return out
}

var pathValue = regexp.MustCompile(`\{[^}]*\}`)

// request of a route, with made-up values in its path.
func (r route) request() (method, path string) {
	method, path, _ = strings.Cut(strings.ReplaceAll(r.Pattern, "{$}", ""), " ")
	return method, pathValue.ReplaceAllString(path, "x")
}

func TestEveryRouteIsClosedToWhoeverMayNotGoThere(t *testing.T) {
	h := newHouse(t)
	reached := ""
	for i := range h.console.table {
		r := &h.console.table[i]
		r.Do = func(v *visit) (reply, error) {
			reached = v.route.Pattern
			v.w.WriteHeader(http.StatusNoContent)
			return reply{done: true}, nil
		}
	}
	h.handler = h.console.Handler()
	walks := 0
	for _, o := range h.walkers() {
		for _, r := range h.console.table {
			method, path := r.request()
			reached = ""
			got := o.do(method, path, url.Values{"typed": {"my words"}})
			walks++
			signed, given := o.cookie != nil, strings.HasSuffix(o.name, "ready")
			allowed := r.Who == officers && slices.Contains(mayDo[o.role], r.Act)
			needsCode := method == http.MethodPost && slices.Contains(weighty, r.Act)
			want, why := http.StatusNoContent, ""
			switch {
			case r.Who == anyone:
			case !signed && method == http.MethodGet:
				want = http.StatusSeeOther
			case !signed:
				want, why = http.StatusUnauthorized, "again.session"
			case r.Who == signedIn:
			case !allowed:
				want, why = http.StatusForbidden, "refused.role"
			case needsCode && !given && o.secret == "":
				want, why = http.StatusForbidden, "again.none"
			case needsCode && !given:
				want, why = http.StatusForbidden, "again.code"
			}
			if got.StatusCode != want || (reached == r.Pattern) != (want == http.StatusNoContent) {
				t.Errorf("%s by %q: status %d, want %d; reached %q", r.Pattern, o.name, got.StatusCode, want, reached)
			}
			if want == http.StatusSeeOther && !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
				t.Errorf("%s by %q leads to %s", r.Pattern, o.name, got.Header.Get("Location"))
			}
			if why != "" && !strings.Contains(got.text, h.say("en", why)) {
				t.Errorf("%s by %q does not say %s", r.Pattern, o.name, why)
			}
		}
	}
	t.Logf("%d routes, %d walks", len(h.console.table), walks)
}

func TestOnlyTheWayInIsOpenToStrangers(t *testing.T) {
	h := newHouse(t)
	var open []string
	for _, r := range h.console.table {
		if r.Who == anyone {
			open = append(open, r.Pattern)
		}
	}
	want := []string{"GET /assets/{name}", "GET /sign-in", "POST /sign-in", "GET /join/{token}", "POST /join/{token}"}
	if !slices.Equal(open, want) {
		t.Errorf("open to strangers: %q", open)
	}
}

func TestWhatIsNotInTheTableIsNotFound(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Ana", staff.RoleAdmin, true)
	for _, path := range []string{"/nowhere", "/assets", "/assets/", "/assets/console.css", "/assets/..%2fconsole.go", "/content/fact/none", "/join/none", "/staff/x", "/metrics"} {
		if got := o.get(path); got.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s: status %d", path, got.StatusCode)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		if got := o.do(method, "/content", nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s /content: status %d", method, got.StatusCode)
		}
	}
}

func TestARouteThatSaysNotWhoMayGoThereIsAMistake(t *testing.T) {
	h := newHouse(t)
	do := func(*visit) (reply, error) { return missing(), nil }
	for name, r := range map[string]route{
		"for nobody":        {Pattern: "GET /x", Do: do},
		"for no act":        {Pattern: "GET /x", Who: officers, Do: do},
		"an act for anyone": {Pattern: "GET /x", Who: anyone, Act: staff.ActRead, Do: do},
		"no method":         {Pattern: "/x", Who: anyone, Do: do},
		"nothing to do":     {Pattern: "GET /x", Who: anyone},
		"no such page":      {Pattern: "GET /x", Who: anyone, Page: "nowhere", Do: do},
	} {
		if r.check(h.console.pages) == nil {
			t.Errorf("%s: no mistake", name)
		}
	}
}

func TestTheMenuHoldsWhatTheOfficerMaySee(t *testing.T) {
	h := newHouse(t)
	if got := h.stranger().get("/sign-in"); strings.Contains(got.text, `class="menu"`) {
		t.Error("strangers see the menu")
	}
	h.hire("Wen", staff.RoleWriter, false).get("/").want(t, http.StatusOK, `href="/audit"`, `href="/content"`)
}
