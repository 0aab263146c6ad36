// What the console refuses before any page: forged forms, other names, too much;
// and what stands in the head of every answer.
package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"posada/bot/staff"
)

func TestAFormThatAnotherPageSentChangesNothing(t *testing.T) {
	h := newHouse(t)
	admin := h.hire("Ana", staff.RoleAdmin, true)
	for _, r := range h.console.table {
		method, path := r.request()
		if method != http.MethodPost {
			continue
		}
		for _, header := range [][]string{
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
			{"Sec-Fetch-Site", "", "Origin", "https://elsewhere.example"}, {"Sec-Fetch-Site", "", "Origin", "null"},
			{"Sec-Fetch-Site", ""}, // no word of where it comes from
		} {
			if got := admin.do(method, path, url.Values{}, header...); got.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %q: status %d", path, header, got.StatusCode)
			}
		}
	}
	admin.get("/").want(t, http.StatusOK) // nobody was signed out
}

func TestTheConsoleAnswersByItsOwnNamesAlone(t *testing.T) {
	h := newHouse(t)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8082": 200, "127.0.0.1:8082": 200, "[::1]:8082": 200, "LOCALHOST": 200,
		"elsewhere.example": 421, "localhost.elsewhere.example": 421, "192.0.2.7": 421, "127.0.0.1.nip.io": 421,
	} {
		if got := h.stranger().do(http.MethodGet, "/sign-in", nil, "Host", host); got.StatusCode != want {
			t.Errorf("%s: status %d, want %d", host, got.StatusCode, want)
		}
	}
	h.console.Hosts = []string{"console.posada.example"}
	for host, want := range map[string]int{"console.posada.example": 200, "console.posada.example:443": 200, "localhost": 421, "posada.example": 421} {
		if got := h.stranger().do(http.MethodGet, "/sign-in", nil, "Host", host); got.StatusCode != want {
			t.Errorf("%s: status %d, want %d", host, got.StatusCode, want)
		}
	}
}

func TestEveryAnswerIsHardened(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Ana", staff.RoleAdmin, true)
	for _, path := range []string{"/", "/sign-in", "/staff", "/nowhere", "/today/live-not"} {
		head := o.get(path).Header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if head.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, head.Get(name))
			}
		}
		policy := head.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy lacks %s", path, part)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "http") {
			t.Errorf("%s: the policy is %s", path, policy)
		}
	}
}

func TestCookiesAreOutOfReach(t *testing.T) {
	h := newHouse(t)
	h.hire("Ana", staff.RoleAdmin, true)
	for _, secure := range []bool{false, true} {
		h.console.Secure = secure
		got := h.stranger().post("/sign-in", "name", "Ana", "password", password)
		got.want(t, http.StatusSeeOther)
		cookies := got.Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%d cookies", len(cookies))
		}
		c := cookies[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.Secure != secure || strings.HasPrefix(c.Name, "__Host-") != secure {
			t.Errorf("secure %v: cookie %s", secure, c.Raw)
		}
		if (got.Header.Get("Strict-Transport-Security") != "") != secure {
			t.Errorf("secure %v: no word of TLS", secure)
		}
	}
}

func TestNobodyIsLedToAnotherSite(t *testing.T) {
	for path, want := range map[string]string{
		"/audit": "/audit", "": "/", "audit": "/", "//evil.example": "/", "https://evil.example/": "/", "/\\evil.example": "/",
		"/a\r\nSet-Cookie: x": "/", "javascript:alert(1)": "/", "/audit?before=3": "/audit", "/%2f%2fevil.example": "/%2f%2fevil.example", "/%5cevil.example": "/%5cevil.example",
	} {
		if got := own(path); got != want {
			t.Errorf("own(%q) = %q", path, got)
		}
	}
	h := newHouse(t)
	h.hire("Ana", staff.RoleWriter, false)
	got := h.stranger().post("/sign-in", "name", "Ana", "password", password, "next", "//evil.example/")
	if to := got.Header.Get("Location"); to != "/" {
		t.Errorf("signing in leads to %q", to)
	}
}

func TestAWordIsShownOnceAndOnlyWhenTheConsoleSaidIt(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Ana", staff.RoleWriter, false)
	page := o.follow(o.post("/account/language", "lang", "es"))
	page.want(t, http.StatusOK, h.say("es", "account.language.done"))
	if again := o.get("/account"); strings.Contains(again.text, h.say("es", "account.language.done")) {
		t.Error("the word is shown twice")
	}
	forged := o.do(http.MethodGet, "/account", nil, "Cookie", flashName+"=eyJXb3JkIjoiZm9yZ2VkIn0; "+sessionName+"="+o.cookie.Value)
	if strings.Contains(forged.text, "forged") {
		t.Error("a forged word is shown")
	}
}

func TestAFormThatIsTooLargeIsToldSo(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Ana", staff.RoleApprover, true)
	o.post("/withdrawals", "reason", strings.Repeat("a", maxForm)).want(t, http.StatusRequestEntityTooLarge, h.say("en", "refused.large"))
}

func TestAssetsAreKeptByTheirContent(t *testing.T) {
	h := newHouse(t)
	page := h.stranger().get("/sign-in")
	for name := range h.console.assets.names {
		url, err := h.console.assets.url(name)
		if err != nil || !strings.Contains(page.text, url) {
			t.Errorf("%s is not on the page as %s", name, url)
		}
		got := h.stranger().get(url)
		got.want(t, http.StatusOK)
		if !strings.Contains(got.Header.Get("Cache-Control"), "immutable") || got.Header.Get("Content-Type") == "" {
			t.Errorf("%s: %v", url, got.Header)
		}
	}
	if css := len(h.console.assets.files[h.console.assets.names["console.css"]].body); css > 15<<10 {
		t.Errorf("the style has %d bytes", css)
	}
	if js := len(h.console.assets.files[h.console.assets.names["console.js"]].body); js > 6<<10 {
		t.Errorf("the script has %d bytes", js)
	}
}
