// The languages as files: what is refused, what is shown, what is understood.

package locales

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func catalogue(t *testing.T, files map[string]string) (*Catalogue, error) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Load(fsys)
}

func mustCatalogue(t *testing.T, files map[string]string) *Catalogue {
	t.Helper()
	c, err := catalogue(t, files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func embeddedCatalogue(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestABrokenLanguageIsRefusedWithItsFile(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"no source language":    {map[string]string{"es.yaml": `a: "b"`}, []string{"no en.yaml"}},
		"broken YAML":           {map[string]string{"en.yaml": "a: \"b\"\nc: [\"d\"\n"}, []string{"en.yaml", "2:"}},
		"a message twice":       {map[string]string{"en.yaml": "a: \"b\"\nc: \"d\"\na: \"e\"\n"}, []string{"en.yaml", "3:", "already defined"}},
		"a broken placeholder":  {map[string]string{"en.yaml": "x: \"y\"\na: \"{{.b\"\n"}, []string{"en.yaml:2", "message a"}},
		"a condition in a text": {map[string]string{"en.yaml": "a: \"{{if .b}}c{{end}}\"\n"}, []string{"en.yaml:1", "message a", "only plain {{.name}}"}},
		"a pipe in a text":      {map[string]string{"en.yaml": "a: \"{{.b | printf}}\"\n"}, []string{"en.yaml:1", "message a"}},
		"a function in a text":  {map[string]string{"en.yaml": "a: \"{{len .b}}\"\n"}, []string{"en.yaml:1", "message a", "only plain {{.name}}"}},
		"a path in a text":      {map[string]string{"en.yaml": "a: \"{{.b.c}}\"\n"}, []string{"en.yaml:1", "message a", "only plain {{.name}}"}},
		"a bare dot in a text":  {map[string]string{"en.yaml": "a: \"{{.}}\"\n"}, []string{"en.yaml:1", "message a", "only plain {{.name}}"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := catalogue(t, c.files)
			if err == nil {
				t.Fatal("it loads")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in %v", want, err)
				}
			}
		})
	}
}

func TestNothingIsEverShownHalfFilled(t *testing.T) {
	c := mustCatalogue(t, map[string]string{"en.yaml": "greet: \"Hello {{.name}}, {{.name}} of {{.place}}\"\nplain: \"Plain\"\n"})
	l := c.Language("en")
	got, err := l.Render("greet", map[string]any{"name": "Ana", "place": "Here"})
	if err != nil || got != "Hello Ana, Ana of Here" {
		t.Errorf("%q, %v", got, err)
	}
	for _, data := range []map[string]any{nil, {}, {"name": "Ana"}, {"Name": "Ana", "place": "x"}} {
		if got, err := l.Render("greet", data); !errors.Is(err, ErrMessage) || got != "" {
			t.Errorf("with %v: %q, %v", data, got, err)
		}
	}
	if got, err := l.Render("nothing", nil); !errors.Is(err, ErrMessage) || got != "" {
		t.Errorf("a missing message: %q, %v", got, err)
	}
	if got, err := l.Render("plain", nil); err != nil || got != "Plain" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := l.Render("greet", map[string]any{"name": "{{.secret}}", "place": "<b>&"}); err != nil || got != "Hello {{.secret}}, {{.secret}} of <b>&" {
		t.Errorf("a value is taken for a text: %q, %v", got, err)
	}
	if got := fmt.Sprint(l.Fields("greet")); got != "[name place]" {
		t.Errorf("fields %s", got)
	}
}

func TestMessagesAreKnownByIDAndLine(t *testing.T) {
	c := mustCatalogue(t, map[string]string{"en.yaml": "# first\nb.one_thing: \"B\"\n\na.x: \" A, , c ,\"\n"})
	l := c.Language("en")
	if got := fmt.Sprint(l.IDs()); got != "[a.x b.one_thing]" {
		t.Errorf("ids %s", got)
	}
	if l.Line("b.one_thing") != 2 || l.Line("a.x") != 4 || l.Line("none") != 0 {
		t.Errorf("lines %d, %d, %d", l.Line("b.one_thing"), l.Line("a.x"), l.Line("none"))
	}
	if !l.Has("a.x") || l.Has("none") || l.Raw("none") != "" {
		t.Error("a message that is not there is there")
	}
	if got := l.List("a.x"); len(got) != 2 || got[0] != "A" || got[1] != "c" {
		t.Errorf("list %q", got)
	}
}

func TestEveryLanguageIsMatchedExactlyAndListedInOrder(t *testing.T) {
	c := mustCatalogue(t, map[string]string{
		"en.yaml": `language.order: "b"`, "es.yaml": `language.order: "a"`, "ht.yaml": `language.order: "d"`, "fa-AF.yaml": `language.order: "c"`,
	})
	var order []string
	for _, l := range c.Languages() {
		order = append(order, l.Code)
	}
	if got := strings.Join(order, " "); got != "es en fa-AF ht" {
		t.Errorf("order %s", got)
	}
	for _, code := range []string{"", "EN", "en-US", "fa", "pt", "e"} {
		if l := c.Language(code); l != nil {
			t.Errorf("%q is served %s", code, l.Code)
		}
	}
	if c.Language("ht") == nil || c.Language("fa-AF") == nil {
		t.Error("a language is missing")
	}
}

func TestWordsThatMeanTwoThingsAreClashesWithFileAndLine(t *testing.T) {
	c := mustCatalogue(t, map[string]string{
		"en.yaml": "keyword.menu: \"menu\"\nkeyword.back: \"back\"\ndate.month.m03: \"March\"\n",
		"es.yaml": "keyword.menu: \"menú\"\nx: \"y\"\nkeyword.back: \"atrás, MENU\"\ndate.month.m04: \"march\"\n",
	})
	got := c.Clashes()
	if len(got) != 2 {
		t.Fatalf("%v", got)
	}
	for i, want := range []Clash{{"es.yaml", 3, `"menu" means back, and elsewhere menu`}, {"es.yaml", 4, `"march" is two months: 3 and 4`}} {
		if got[i] != want {
			t.Errorf("%+v, not %+v", got[i], want)
		}
	}
	if c.Keyword("menu") != KeyMenu {
		t.Error("the word lost its first meaning")
	}
}

func TestKeywordsAndGreetingsOfAllLanguagesAreUnderstoodAtOnce(t *testing.T) {
	c := embeddedCatalogue(t)
	for _, clash := range c.Clashes() {
		t.Errorf("%+v", clash)
	}
	for _, l := range c.Languages() {
		for _, k := range Keywords {
			if len(l.List("keyword."+k)) == 0 {
				t.Errorf("%s has no word for %s", l.Code, k)
			}
			for _, w := range l.List("keyword." + k) {
				for _, text := range []string{w, strings.ToUpper(w), " " + w + "! ", Transliterate(w)} {
					if got := c.Keyword(Fold(text)); got != k {
						t.Errorf("%s: %q means %q, not %s", l.Code, text, got, k)
					}
				}
			}
		}
		for _, w := range l.List("language.greetings") {
			if got := c.Greeting(Fold(w)); got == "" {
				t.Errorf("%s: %q is no greeting", l.Code, w)
			}
		}
	}
	for text, want := range map[string]string{"hola": "es", "Bonjou!": "ht", "hello there": "en", "buenas tardes amigos": "es", "holanda": "", "": "", "x hola": ""} {
		if got := c.Greeting(Fold(text)); got != want {
			t.Errorf("%q greets in %q, not %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"*": KeyBack, "#": KeyMenu, "?": KeyHelp, "": "", "1": "", "menu please": ""} {
		if got := c.Keyword(Fold(text)); got != want {
			t.Errorf("%q means %q, not %q", text, got, want)
		}
	}
}

func TestCrisisPhrasesAreFoundAnywhereWithWordsBetween(t *testing.T) {
	c := mustCatalogue(t, map[string]string{
		"en.yaml": `crisis.kidnapped: "they ... kidnapped us | help now"` + "\n" + `crisis.suicide: "want to die"`,
		"es.yaml": `crisis.kidnapped: "me secuestraron"`,
	})
	for text, want := range map[string]string{
		"they kidnapped us": "kidnapped en", "they have just kidnapped us": "kidnapped en", "well THEY all then quickly KIDNAPPED us, please": "kidnapped en",
		"they a b c d kidnapped us": "", "they kidnapped": "", "kidnapped us": "", "theykidnapped us": "", "they and they kidnapped us": "kidnapped en",
		"I want to die": "suicide en", "want to diet": "", "wantto die": "", "want to die because they kidnapped us": "suicide en",
		"ayer me secuestrarón!": "kidnapped es", "me secuestraron, help now": "kidnapped es", "": "", "help": "", "now": "",
	} {
		kind, lang := c.Crisis(Fold(text))
		if got := strings.TrimSpace(kind + " " + lang); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
}

func TestEveryCrisisPhraseOfEveryLanguageIsRecognised(t *testing.T) {
	c := embeddedCatalogue(t)
	phrases := 0
	for _, l := range c.Languages() {
		for _, kind := range CrisisKinds {
			if l.Raw("crisis."+kind) == "" {
				t.Errorf("%s has no words for %s", l.Code, kind)
			}
			for _, phrase := range split(l.Raw("crisis."+kind), "|") {
				for _, between := range []string{" ", " xx ", " xx yy zz "} {
					phrases++
					text := "zzz " + strings.NewReplacer("...", between, "#", "14").Replace(phrase) + " zzz"
					if strings.HasSuffix(phrase, "$") { // nothing may follow it
						text = strings.TrimSuffix(text, "$ zzz")
					}
					if got, _ := c.Crisis(Fold(text)); got == "" {
						t.Errorf("%s: %q (%s) is no crisis", l.Code, text, kind)
					}
					if !strings.Contains(phrase, "...") {
						break
					}
				}
			}
		}
	}
	if phrases < 300 {
		t.Errorf("only %d phrases", phrases)
	}
}

func TestLabelsGreetingsAndAnswersAreNoCrisis(t *testing.T) {
	c := embeddedCatalogue(t)
	for _, l := range c.Languages() {
		for _, id := range l.IDs() {
			if !strings.HasPrefix(id, "words.") && !strings.HasPrefix(id, "keyword.") && id != "language.greetings" && !strings.HasPrefix(id, "date.month") && !strings.HasPrefix(id, "place.") {
				continue
			}
			for _, w := range l.List(id) {
				if kind, _ := c.Crisis(Fold(w)); kind != "" {
					t.Errorf("%s: %q of %s is taken for %s", l.Code, w, id, kind)
				}
			}
		}
	}
}

func TestDatesTimesAndNumbersAreWrittenAsTheLanguageDoes(t *testing.T) {
	c := embeddedCatalogue(t)
	for code, want := range map[string][]string{
		"en": {"11 May 2023", "May 2023", "2023", "7:05 am", "12:00 pm", "12:00 am", "1,450"},
		"es": {"11 de mayo de 2023", "mayo de 2023", "2023", "7:05 am", "12:00 pm", "12:00 am", "1,450"},
		"ht": {"11 me 2023", "me 2023", "2023", "7:05 am", "12:00 pm", "12:00 am", "1,450"},
	} {
		l := c.Language(code)
		for i, got := range []string{l.Date(2023, 5, 11), l.Date(2023, 5, 0), l.Date(2023, 0, 0), l.Clock(7*60 + 5), l.Clock(12 * 60), l.Clock(24 * 60), l.Number(1450)} {
			if got != want[i] {
				t.Errorf("%s: %q, not %q", code, got, want[i])
			}
		}
	}
	l := c.Language("en")
	for n, want := range map[int]string{0: "0", 72: "72", 999: "999", 1000: "1,000", 12345: "12,345", 123456: "123,456", 1234567: "1,234,567"} {
		if got := l.Number(n); got != want {
			t.Errorf("%d is %q, not %q", n, got, want)
		}
	}
	for m := 1; m <= 12; m++ {
		for _, l := range c.Languages() {
			if got := c.Month(Fold(l.Raw(fmt.Sprintf("date.month.m%02d", m)))); got != m {
				t.Errorf("%s: month %d is read as %d", l.Code, m, got)
			}
		}
	}
}

func TestAPluralIsChosenByTheCountOfTheLanguage(t *testing.T) {
	for _, code := range []string{"en", "es", "ht"} {
		files := map[string]string{"en.yaml": `x: "y"`, code + ".yaml": "days:\n  one: \"{{.n}} day\"\n  other: \"{{.n}} days\"\n"}
		l := mustCatalogue(t, files).Language(code)
		for n, want := range map[int]string{1: "1 day", 2: "2 days", 0: "0 days"} {
			if got, err := l.Render("days", map[string]any{"n": n}); err != nil || got != want {
				t.Errorf("%s: %d is %q, %v", code, n, got, err)
			}
		}
	}
}
