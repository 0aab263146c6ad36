// The terms of the law: where English speaks of one, every translation uses its own word for it.

package locales

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestEveryTranslationUsesTheWordsOfItsGlossary(t *testing.T) {
	c := embeddedCatalogue(t)
	if n := len(c.Language(Source).terms); n < 13 {
		t.Errorf("there are only %d terms", n)
	}
	for _, l := range c.Languages() {
		for _, f := range c.TermFaults(l) {
			t.Errorf("%s:%d: %s", f.File, f.Line, f.Text)
		}
		if l.Code != Source && (l.Term("asylum") == "" || l.Term("parole") == "" || l.Term("dance") != "") {
			t.Errorf("%s lacks a term, or has one that nobody knows", l.Code)
		}
	}
}

func TestATextOfATermNeedsItsWord(t *testing.T) {
	files := func(lang, english, glossary, text string) map[string]string {
		return map[string]string{
			"en.yaml": "a.b: \"" + english + "\"\nwords.a: \"port\"\n", lang + ".yaml": "a.b: \"" + text + "\"\nwords.a: \"x\"\n",
			"glossary/en.yaml":           "asylum: \"asylum\"\nasylum officer: \"asylum officer\"\nport: \"port of entry | port\"\n",
			"glossary/" + lang + ".yaml": glossary,
		}
	}
	const es = "asylum: \"asilo | refugi*\"\nasylum officer: \"oficial de asilo\"\nport: \"puerto de entrada | puert*\"\n"
	const zh = "asylum: \"庇护\"\nasylum officer: \"庇护官\"\nport: \"口岸\"\n"
	const fr = "asylum: \"asile\"\nasylum officer: \"agent d'asile\"\nport: \"point d’entrée\"\n"
	for _, c := range []struct{ lang, english, glossary, text, want string }{
		{"es", "You may ask for Asylum.", es, "Puede pedir ASILO.", ""},
		{"es", "You may ask for asylum.", es, "Puede pedir ayuda.", "asylum"},
		{"es", "You may ask for asylum.", es, "Se refugió allí.", ""},
		{"es", "You may ask for asylum.", es, "Un asilos.", "asylum"},
		{"es", "Two ports of entry", es, "Dos puertos", ""},
		{"es", "Two ports", es, "Dos lugares", "port"},
		{"es", "A report on importing, {{.port_number}}", es, "{{.port_number}} y nada", ""},
		{"es", "An asylum officer asks.", es, "Pregunta un oficial de asilo.", ""},
		{"es", "An asylum officer asks.", es, "Pregunta sobre el asilo.", "asylum officer"},
		{"es", "Asylum officers and asylum", es, "Un oficial de asilo", ""},
		{"es", "Asylum officers and asylum", es, "Oficiales", "asylum officer asylum"},
		{"zh-Hans", "asylum at a port", zh, "在口岸申请庇护", ""},
		{"zh-Hans", "asylum at a port", zh, "在口岸申请", "asylum"},
		{"fr", "asylum at a port", fr, "demande d'asile au point d'entrée", ""},
		{"fr", "asylum at a port", fr, "demande d’asile à l’entrée", "port"},
	} {
		k := mustCatalogue(t, files(c.lang, c.english, c.glossary, c.text))
		var got []string
		for _, f := range k.TermFaults(k.Language(c.lang)) {
			if f.File != c.lang+".yaml" || f.Line != 1 || f.Message != "a.b" {
				t.Errorf("%+v", f)
			}
			got = append(got, strings.Split(f.Text, `"`)[1])
		}
		slices.Sort(got)
		want := strings.Split(c.want, " ")
		if c.want == "asylum officer asylum" {
			want = []string{"asylum", "asylum officer"}
		} else if strings.HasPrefix(c.want, "asylum officer") || c.want == "" {
			want = slices.DeleteFunc([]string{c.want}, func(s string) bool { return s == "" })
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q as %q: %q, not %q", c.english, c.text, got, want)
		}
	}
}

func TestAGlossaryHasEveryTermAndNoOther(t *testing.T) {
	files := map[string]string{"en.yaml": "a.b: \"c\"\n", "es.yaml": "a.b: \"c\"\n", "glossary/en.yaml": "asylum: \"asylum\"\nport: \"port\"\n", "glossary/es.yaml": "asylum: \"asilo\"\nparole: \"parole\"\n"}
	c := mustCatalogue(t, files)
	if got := fmt.Sprint(c.TermFaults(c.Language("es"))); got != `[{glossary/es.yaml 2  glossary/en.yaml has no term "parole"} {glossary/es.yaml 1  term "port" is missing}]` {
		t.Error(got)
	}
	delete(files, "glossary/en.yaml")
	if c := mustCatalogue(t, files); c.TermFaults(c.Language("es")) != nil {
		t.Error("without English terms something is refused")
	}
	for name, text := range map[string]string{"no text": "asylum: asilo\n", "nothing": "asylum: \"\"\n", "more": "asylum: \"a\" b\n", "twice": "asylum: \"a\"\nasylum: \"b\"\n"} {
		files["glossary/es.yaml"] = text
		if _, err := catalogue(t, files); err == nil || !strings.Contains(err.Error(), "glossary/es.yaml:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
