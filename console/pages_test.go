// Every page in both languages.
package console

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/staff"
)

func TestEveryPageIsWholeSmallAndInBothLanguages(t *testing.T) {
	h := newHouse(t)
	admin := h.hire("Ana", staff.RoleAdmin, true)
	h.hire("Bea", staff.RoleWriter, false)
	for _, lang := range languages {
		admin.post("/account/language", "lang", lang).want(t, http.StatusSeeOther)
		for _, r := range h.console.table {
			if r.Menu == "" {
				continue
			}
			path := strings.TrimSuffix(r.path(), "{$}")
			got := admin.get(path)
			got.want(t, http.StatusOK, `<html lang="`+lang+`">`, `</html>`, h.say(lang, r.Menu), `aria-current="page"`)
			if n := len(got.text) + assetBytes(h); n > 100<<10 {
				t.Errorf("%s weighs %d bytes with its assets", path, n)
			}
		}
	}
}

func assetBytes(h *house) (n int) {
	for _, a := range h.console.assets.files {
		n += len(a.body)
	}
	return n
}

// say is a word of the console.
func (h *house) say(lang, key string) string {
	h.t.Helper()
	texts, err := readWords(wordFiles)
	if err != nil {
		h.t.Fatal(err)
	}
	return texts[lang].say(key)
}

func hexOf(b [32]byte) string { return hex.EncodeToString(b[:]) }

func (h *house) sayWith(key string, args ...any) string {
	texts, err := readWords(wordFiles)
	if err != nil {
		h.t.Fatal(err)
	}
	return texts["en"].say(key, args...)
}

func TestHTMLInEveryTextComesOutAsText(t *testing.T) {
	h := newHouse(t)
	const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{.}}`
	h.numbers.Alarms = []Alarm{{Word: "alarm.channel", Args: []string{evil}}, {Word: evil, Path: "javascript:alert(1)"}}
	h.numbers.Languages[evil] = 50
	h.numbers.Channels[evil] = 60
	h.numbers.Delivery = append(h.numbers.Delivery, Delivery{Channel: evil})
	h.console.Phone = "javascript:alert(1)//" + evil
	ana := h.hire("Ana", staff.RoleAdmin, true)
	pages := map[string]answer{
		"proposal":  ana.post("/withdrawals", "once", newOnce(), "kind", evil, "target", evil, "reason", evil),
		"proposed":  ana.follow(ana.post("/withdrawals", "once", newOnce(), "kind", "flow", "target", "menu", "reason", evil)),
		"sign-in":   h.stranger().post("/sign-in", "name", evil, "password", evil, "next", evil),
		"again":     h.stranger().post("/withdrawals", evil, evil),
		"query":     ana.get("/withdrawals?kind=fact&target=" + url.QueryEscape(evil)),
		"not found": ana.get("/" + url.PathEscape(evil)),
		"join":      h.stranger().get("/join/" + url.PathEscape(evil)),
	}
	for _, r := range h.console.table {
		if method, path := r.request(); method == http.MethodGet && r.Page != "" {
			pages[path] = ana.get(path)
		}
	}
	for name, got := range pages {
		text := got.text
		if strings.Contains(text, "<script>alert") || strings.Contains(text, "<img src=x") || strings.Contains(text, `href="javascript:`) || strings.Contains(text, "ZgotmplZ\" onerror") {
			t.Errorf("%s: HTML of a text is on the page\n%s", name, got.main())
		}
		if strings.Count(text, "<script") > 1 || strings.Contains(text, " style=") || strings.Contains(text, "<style") || strings.Contains(text, " onclick") {
			t.Errorf("%s: a script or style stands in the page", name)
		}
	}
	pages["proposed"].want(t, http.StatusOK, "&lt;script&gt;alert(1)&lt;/script&gt;")
}

// A type that a page could be given, and that holds an address, would end on it
// some day.
func TestNothingThatThePagesAreGivenHoldsAnAddress(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(at string, typ reflect.Type)
	walk = func(at string, typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		for _, hides := range []reflect.Type{reflect.TypeFor[bot.Address](), reflect.TypeFor[bot.Note](), reflect.TypeFor[bot.Contact](), reflect.TypeFor[bot.Person]()} {
			if typ == hides {
				t.Errorf("%s holds %s", at, typ)
			}
		}
		switch typ.Kind() {
		case reflect.Interface:
			for i := range typ.NumMethod() {
				m := typ.Method(i)
				for j := range m.Type.NumOut() {
					walk(at+"."+m.Name, m.Type.Out(j))
				}
			}
		case reflect.Func:
			for i := range typ.NumOut() {
				walk(at, typ.Out(i))
			}
		case reflect.Struct:
			for i := range typ.NumField() {
				if f := typ.Field(i); f.IsExported() {
					walk(at+"."+f.Name, f.Type)
				}
			}
		case reflect.Map:
			walk(at, typ.Key())
			walk(at, typ.Elem())
		case reflect.Slice, reflect.Array, reflect.Pointer, reflect.Chan:
			walk(at, typ.Elem())
		}
	}
	walk("Config", reflect.TypeFor[Config]())
	if !seen[reflect.TypeFor[Delivery]()] || !seen[reflect.TypeFor[staff.Entry]()] {
		t.Error("the test did not look where it should")
	}
}

func TestFewPeopleAreNeverANumber(t *testing.T) {
	for n, want := range map[People]string{0: "<20", 1: "<20", 19: "<20", 20: "20", 29: "20", 87: "80", 1234: "1230"} {
		if got := fmt.Sprint(n); got != want {
			t.Errorf("%d people are shown as %s", int(n), got)
		}
		if p := n.point("x"); p.Text != want || n < fewest && p.Value != 0 || p.Value%10 != 0 {
			t.Errorf("%d people are drawn as %+v", int(n), p)
		}
	}
	h := newHouse(t)
	page := h.hire("Ana", staff.RoleWriter, false).get("/")
	page.want(t, http.StatusOK, "&lt;20", "1230")
	if strings.Contains(page.text, "1234") {
		t.Error("an exact number of people is on the page")
	}
}

func TestThatThereIsAnybodyIsNotTold(t *testing.T) {
	show := func(change func(*Numbers)) string {
		h := newHouse(t)
		change(&h.numbers)
		main := h.hire("Ana", staff.RoleWriter, false).get("/").main()
		main, _, _ = strings.Cut(main, "<footer")
		return main
	}
	nobody := show(func(n *Numbers) { delete(n.Languages, "ar"); delete(n.Channels, "telegram"); n.Due[3].N = 20 })
	few := show(func(n *Numbers) {
		n.Languages["ar"], n.Languages["qu"], n.Channels["telegram"] = 1, 1, 19
		n.Due[3].N = 29
	})
	if nobody != few {
		t.Errorf("the page tells of a few:\n%s\n\nand of nobody:\n%s", few, nobody)
	}
}

func TestNumbersAreCountedOnceForAllWhoLook(t *testing.T) {
	h := newHouse(t)
	counts := 0
	h.console.Numbers = func(context.Context, time.Time) (Numbers, error) { counts++; return sample(), nil }
	now := time.Now()
	for _, at := range []time.Duration{0, time.Second, countEvery - 1, countEvery, countEvery + time.Second} {
		if _, err := h.console.numbers(context.Background(), now.Add(at)); err != nil {
			t.Fatal(err)
		}
	}
	if counts != 2 {
		t.Errorf("counted %d times", counts)
	}
}

func TestEveryFactIsOnAPageOfContent(t *testing.T) {
	h := newHouse(t)
	o := h.hire("Ana", staff.RoleWriter, false)
	text := ""
	for page := 1; page <= len(h.book.Facts())/factRows+1; page++ {
		text += o.get(fmt.Sprintf("/content?page=%d", page)).text
	}
	for _, f := range h.book.Facts() {
		if strings.Count(text, `/content/fact/`+f.ID+`"`) != 1 {
			t.Errorf("%s is not there once", f.ID)
		}
	}
	for _, page := range []string{"-1", "0", "999", "x"} {
		o.get("/content?page="+page).want(t, http.StatusOK, h.book.Facts()[0].ID)
	}
}
