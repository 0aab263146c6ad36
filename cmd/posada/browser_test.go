// A browser, for tests of the running server's pages: tabs with profiles of their
// own, whose pages must never complain nor be wider than the screen.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Without a Chromium these tests skip, unless POSADA_BROWSER=require.
// POSADA_SCREENSHOTS names a folder for pictures.

// chromium starts one browser for a test.
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
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Flag("lang", "en-US")}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
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

// tab is one tab.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string // of its addresses

	mu     sync.Mutex
	faults []string // what the page's console complained of
}

func openTab(t *testing.T, browser context.Context, base string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, base: strings.TrimSuffix(base, "/")}
	err := chromedp.Listen(ctx, func(e any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			b.faults = append(b.faults, e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			// Answers such as 403 and 409 are pages of the console too.
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
	still := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, still); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(1280, 900))
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.broken(err)
	}
}

func (b *tab) broken(err error) {
	b.t.Helper()
	b.shot("failed-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
	b.t.Fatal(err)
}

// eval is the value of an expression on the page, or what it promises.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.broken(fmt.Errorf("%w: %s", err, expression))
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

// until waits, without asking again and again, until a condition holds: also on
// the page that this one goes on to by itself.
func (b *tab) until(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(`new Promise((done) => {
			const holds = () => %s;
			if (holds()) return done(true);
			const watch = new MutationObserver(() => holds() && (watch.disconnect(), done(true)));
			watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
		})`, condition), chromedp.EvalAwaitPromise))
		if err == nil {
			return
		}
		if ctx.Err() != nil || !strings.Contains(err.Error(), "navigated") {
			b.broken(fmt.Errorf("%w: %s", err, condition))
		}
	}
}

// visit opens a page.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// set puts texts into fields, whatever stood there: selector and text in turn.
func (b *tab) set(fields ...string) {
	b.t.Helper()
	for i := 0; i+1 < len(fields); i += 2 {
		b.want(fmt.Sprintf(`(document.querySelector(%q).value = %q) !== null`, fields[i], fields[i+1]))
	}
}

// send presses what leads to another page, and waits until that is there, whole.
func (b *tab) send(selector string) {
	b.t.Helper()
	b.want(`(document.documentElement.dataset.left = "yes") !== ""`)
	b.click(selector)
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && document.documentElement.dataset.left !== "yes"`))
		if err == nil && there { // on the way from page to page there is none to ask
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.broken(fmt.Errorf("%s leads nowhere: %w", selector, ctx.Err()))
		}
	}
}

// click presses what stays on the page.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// holds is the condition that a text stands in an element.
func holds(selector, text string) string {
	quoted, _ := json.Marshal(text)
	return fmt.Sprintf(`document.querySelector(%q)?.innerText.includes(%s) === true`, selector, quoted)
}

// shows checks that a text stands on the page.
func (b *tab) shows(text string) {
	b.t.Helper()
	b.want(holds("body", text))
}

// types writes into a field and sends it with Enter.
func (b *tab) types(selector, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS(selector), text), chromedp.KeyEvent(kb.Enter))
}

// looks checks the page at three widths, and saves it where pictures are wanted.
func (b *tab) looks(name string) {
	b.t.Helper()
	for _, width := range []int64{360, 768, 1920} {
		b.do(chromedp.EmulateViewport(width, 900))
		b.want(`document.documentElement.scrollWidth <= innerWidth`)
		b.shot(fmt.Sprintf("%s-%d", name, width))
	}
	b.do(chromedp.EmulateViewport(1280, 900))
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
