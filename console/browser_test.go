// The console as its officers have it: in a browser, narrow and wide, by day and
// by night, by keyboard, and as a screen reader finds it.
package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"posada/bot/staff"
)

// Without a Chromium these tests skip, unless POSADA_BROWSER=require.
// POSADA_AXE is the path of axe.min.js, with which pages are examined; without
// it that skips, unless it is "require". POSADA_SCREENSHOTS names a folder for
// pictures.

// step is one thing that is done in a tab.
type step = chromedp.Action[chromedp.Void]

// chromium starts one browser for a test and its subtests.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("POSADA_CHROMIUM")
	if path == "" {
		path, _ = exec.LookPath("chromium")
	}
	if path == "" {
		if os.Getenv("POSADA_BROWSER") == "require" {
			t.Fatal("there is no chromium, and POSADA_BROWSER=require: install it, or name it in POSADA_CHROMIUM")
		}
		t.Skip("there is no chromium: install it, or name it in POSADA_CHROMIUM")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path)}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	options = append(options, chromedp.Flag("lang", "en-US"))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("close the browser: %v", err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// tab is one tab of an officer's own browser profile.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string // of the console's addresses
	axe  string // the script that examines pages, "" for none

	mu     sync.Mutex
	faults []string // what the page's console complained of
}

// open opens a tab with a profile of its own. Its pages must never complain.
func open(t *testing.T, browser context.Context, base string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, base: base}
	err := chromedp.Listen(ctx, func(e any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			b.faults = append(b.faults, e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			// Answers such as 403 and 422 are pages of the console too.
			if !strings.Contains(e.Entry.Text, "the server responded with a status of 4") {
				b.faults = append(b.faults, e.Entry.Text)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.faults) > 0 {
			t.Errorf("a page complained: %q", b.faults)
		}
	})
	b.screen(1280, "light")
	return b
}

// screen sets its width, and whether it is "light" or "dark".
func (b *tab) screen(width int64, scheme string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-reduced-motion", Value: "reduce"}, {Name: "prefers-color-scheme", Value: scheme}}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(width, 900))
}

func (b *tab) do(steps ...step) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.broken(err)
	}
}

func (b *tab) broken(err error) {
	b.t.Helper()
	b.shot("failed-" + strings.NewReplacer("/", "-", " ", "-").Replace(b.t.Name()))
	b.t.Fatal(err)
}

// eval is the value of an expression on the page, or what it promises.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.broken(fmt.Errorf("%w: %s", err, short(expression, 300)))
	}
	return v
}

// want checks that a condition holds on the page.
func (b *tab) want(condition string) {
	b.t.Helper()
	if !eval[bool](b, condition) {
		b.t.Errorf("on %s this does not hold: %s", eval[string](b, "location.pathname"), condition)
	}
}

// until waits until a condition holds.
func (b *tab) until(condition string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`new Promise((done) => {
		const holds = () => %s;
		if (holds()) return done(true);
		const watch = new MutationObserver(() => holds() && (watch.disconnect(), done(true)));
		watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
	})`, condition))
}

// visit opens a page of the console.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// fill types into a field.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// send presses a button that leads to another page, and waits for it.
func (b *tab) send(selector string) {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		b.broken(fmt.Errorf("%w: %s", err, selector))
	}
}

// says checks that a text stands on the page.
func (b *tab) says(text string) {
	b.t.Helper()
	quoted, _ := json.Marshal(text)
	b.want(fmt.Sprintf(`document.body.innerText.includes(%s)`, quoted))
}

// shot saves the whole page, when pictures are wanted.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("POSADA_SCREENSHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), 20*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Logf("no picture %s: %v", name, err)
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// examine looks at the page as it is now with axe, and at whether it is wider
// than the screen.
func (b *tab) examine(name string) {
	b.t.Helper()
	b.want(`document.documentElement.scrollWidth <= innerWidth`)
	if b.axe == "" {
		return
	}
	b.do(chromedp.Evaluate[chromedp.Void](b.axe))
	found := eval[string](b, `axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations.map((v) =>
		v.impact + " " + v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | "))))`)
	var violations []string
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range violations {
		b.t.Errorf("%s: %s", name, v)
	}
}

// axe is the script that examines pages, or it skips.
func axeScript(t *testing.T) string {
	t.Helper()
	path := os.Getenv("POSADA_AXE")
	switch path {
	case "require":
		t.Fatal("POSADA_AXE=require, and there is no axe: name axe.min.js in it")
	case "":
		t.Skip("there is no axe: name axe.min.js in POSADA_AXE")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("POSADA_AXE: %v", err)
	}
	return string(raw)
}

// signIn signs an officer in by the form.
func (b *tab) signIn(name string) {
	b.t.Helper()
	b.visit("/sign-in")
	b.fill("#name", name)
	b.fill("#password", password)
	b.send("main button")
}

func TestAnOfficerComesInByTheFirstLink(t *testing.T) {
	browser := chromium(t)
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	token, ok, err := h.staff.FirstToken(context.Background(), time.Now())
	if err != nil || !ok {
		t.Fatalf("first link: %v %v", ok, err)
	}
	b := open(t, browser, server.URL)
	b.visit(staff.JoinPath + token)
	b.fill("#name", "Ana")
	b.fill("#password", password)
	b.fill("#password-again", password)
	b.send("main button")
	b.says(h.say("en", "join.done"))
	b.send(`form[action="/code/new"] button`)
	ana := &officer{h: h, name: "Ana", secret: eval[string](b, `document.querySelector("code.secret").textContent`)}
	b.shot("code-set-up")
	b.fill("#code", ana.code(time.Now()))
	b.send(`form[action="/code"] button`)
	b.says(h.say("en", "code.done"))

	// Once round by keyboard: the first stop leads past the menu.
	b.visit("/")
	b.do(chromedp.KeyEvent(kb.Tab))
	b.want(`document.activeElement.matches(".skip") && document.activeElement.getBoundingClientRect().left >= 0`)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.want(`document.activeElement.id === "main" || location.hash === "#main"`)

	// Numbers change while the page is open.
	b.until(`document.documentElement.dataset.live === "on"`)
	h.console.counted.mu.Lock()
	h.numbers.Rumours.N = 77
	h.console.counted.mu.Unlock()
	b.until(`document.querySelector('[data-live="rumours"]').textContent === "77"`)

	// A second officer is needed.
	b.visit("/withdrawals?kind=flow&target=menu")
	b.fill("#reason", "It leads <b>wrong</b>")
	b.send(`form[action="/withdrawals"] button`)
	b.says(h.say("en", "withdraw.mine"))
	b.says("It leads <b>wrong</b>")
	h.hire("Bea", staff.RoleApprover, true)
	bea := open(t, browser, server.URL)
	bea.signIn("Bea")
	bea.visit("/withdrawals")
	bea.fill(`form[action$="/confirm"] input[name="confirm-code"]`, "000000")
	bea.send(`form[action$="/confirm"] button`)
	bea.says(h.say("en", "again.wrong"))
	bea.shot("again")

	b.send(`form[action="/sign-out"] button`)
	b.says(h.say("en", "signout.done"))
	b.visit("/staff")
	b.want(`location.pathname === "/sign-in"`)
}

func TestPagesAreReadableByEverybody(t *testing.T) {
	browser := chromium(t)
	axe := axeScript(t)
	h := newHouse(t)
	h.numbers.Alarms = []Alarm{{Word: "alarm.rumour", Args: []string{"23"}, Path: "/rumours"}}
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	ana, bea := h.hire("Ana", staff.RoleAdmin, true), h.hire("Bea", staff.RoleApprover, true)
	for i, f := range h.book.Facts()[:2] {
		ana.post("/withdrawals", "once", newOnce(), "kind", "fact", "target", f.ID, "reason", fmt.Sprintf("Reason %d", i))
	}
	page := bea.get("/withdrawals")
	path := regexp.MustCompile(`/withdrawals/[a-z0-9]+/confirm`).FindString(page.text)
	bea.follow(bea.post(path, "version", page.hidden(t, "version")))

	b := open(t, browser, server.URL)
	b.axe = axe
	look := func(path, name string) {
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{360, 768, 1920} {
				b.screen(width, scheme)
				b.visit(path)
				b.want(`document.documentElement.scrollWidth <= innerWidth`)
				if scheme == "dark" && width != 360 || width == 768 {
					b.shot(fmt.Sprintf("%s-%s-%d", name, scheme, width))
					continue
				}
				b.examine(fmt.Sprintf("%s %s %d", name, scheme, width))
				b.shot(fmt.Sprintf("%s-%s-%d", name, scheme, width))
			}
		}
	}
	look("/sign-in", "sign-in")
	b.signIn("Ana")
	for _, r := range h.console.table {
		if method, path := r.request(); method == "GET" && r.Menu != "" {
			look(path, "page-"+r.Page)
		}
	}
	look("/account", "account")
	look("/code", "code")
	look("/content/fact/"+h.book.Facts()[0].ID, "fact")
	look("/nowhere", "not-found")
	b.screen(360, "light")
	ana.post("/account/language", "lang", "es")
	b.visit("/withdrawals")
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach((d) => { d.open = true; })`))
	b.examine("Spanish, open")
	b.shot("spanish-360")
	b.visit("/")
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach((d) => { d.open = true; })`))
	b.examine("today, tables open")
	b.shot("spanish-today-360")
}
