// To translators and back: nothing is lost on the way, and what cannot be taken is refused by line.

package locales

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"posada/locales/po"
)

func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// counted is a house whose texts change with a count, in a language of three forms.
func counted(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{
		"en.yaml": "# Engine\nui.yes: \"Yes\"\nui.hi: \"Hello {{.name}}\"\ndays:\n  one: \"{{.n}} day\"\n  other: \"{{.n}} days\"\nrule.what: \"Law\"\nui.new: \"New\"\nwords.yes: \"yes, ok\"\nlanguage.order: \"a\"\nconcept.a: \"x\"\n",
		"ru.yaml": "# Движок\nui.yes:   \"Да\"\nui.hi: \"Привет, \\\"{{.name}}\\\"\"  \ndays:\n  one: \"{{.n}} день\"\n  few: \"{{.n}} дня\"\n  many: \"{{.n}} дней\"\n  other: \"{{.n}} дня\"\n\nrule.what: \"Закон\"\nwords.yes: \"да, ага\"\nlanguage.order: \"b\"\nlanguage.status: \"draft\"\n",
	}
	made, _, err := mustCatalogue(t, files).Stamp("ru", "2026-11-20", nil)
	if err != nil {
		t.Fatal(err)
	}
	files["made/ru.yaml"] = string(made)
	if made, _, err = mustCatalogue(t, files).Review("ru", []string{"rule.what"}, "Ana, Dr. Paz", "2026-11-21"); err != nil {
		t.Fatal(err)
	}
	files["made/ru.yaml"] = string(made)
	return files
}

func export(t *testing.T, files map[string]string, code string) string {
	t.Helper()
	f, err := mustCatalogue(t, files).Export(code, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(f.Bytes())
}

func importPO(t *testing.T, files map[string]string, text, by, on string) (*Imported, error) {
	t.Helper()
	f, err := po.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return mustCatalogue(t, files).Import(tree(files), f, by, on, "2026-12-31")
}

// bring imports and writes what came of it.
func bring(t *testing.T, files map[string]string, text, by, on string) *Imported {
	t.Helper()
	in, err := importPO(t, files, text, by, on)
	if err != nil {
		t.Fatal(err)
	}
	files[in.Lang+".yaml"] = string(in.YAML)
	if in.Made != nil {
		files["made/"+in.Lang+".yaml"] = string(in.Made)
	}
	return in
}

func TestAnExportTellsWhatATranslatorNeeds(t *testing.T) {
	files := counted(t)
	files["en.yaml"] = strings.Replace(files["en.yaml"], `"Yes"`, `"Yes!"`, 1)
	got := export(t, files, "ru")
	for _, want := range []string{
		"\"Language: ru\\n\"\n", "\"Content-Type: text/plain; charset=UTF-8\\n\"\n", "\"Plural-Forms: nplurals=3; plural=(n%10==1 && ",
		"# translated back: 2026-11-20\n#. stale: the English has changed since this was translated\n#: locales/en.yaml:2\n#, fuzzy\nmsgctxt \"ui.yes\"\nmsgid \"Yes!\"\nmsgstr \"Да\"\n",
		"# reviewed: Ana, Dr. Paz, 2026-11-21\n# translated back: 2026-11-20\n#. care: high (law, deadlines, danger, health)\n#: locales/en.yaml:7\nmsgctxt \"rule.what\"\n",
		"#, fuzzy\nmsgctxt \"days\"\nmsgid \"{{.n}} day\"\nmsgid_plural \"{{.n}} days\"\nmsgstr[0] \"{{.n}} день\"\nmsgstr[1] \"{{.n}} дня\"\nmsgstr[2] \"{{.n}} дней\"\n",
		"#: locales/en.yaml:8\nmsgctxt \"ui.new\"\nmsgid \"New\"\nmsgstr \"\"\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no\n%s\nin\n%s", want, got)
		}
	}
	for _, no := range []string{"language.order", "concept."} {
		if strings.Contains(got, no) {
			t.Errorf("%s is shown to translators", no)
		}
	}
}

func TestToTranslatorsAndBackChangesNothing(t *testing.T) {
	files := counted(t)
	files["en.yaml"] = strings.Replace(files["en.yaml"], `"Yes"`, `"Yes!"`, 1)
	before := fmt.Sprint(files)
	in := bring(t, files, export(t, files, "ru"), "", "")
	if fmt.Sprint(files) != before || in.Texts != 0 || in.Records != 0 || in.Made != nil {
		t.Errorf("%d texts, %d records\n%s", in.Texts, in.Records, fmt.Sprint(files))
	}
	c := embeddedCatalogue(t)
	for _, l := range c.Languages() {
		if l.Code == Source {
			continue
		}
		f, err := c.Export(l.Code, nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := po.Read(f.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		in, err := c.Import(filesBeside, back, "", "", "2026-12-31")
		if err != nil {
			t.Fatalf("%s: %v", l.Code, err)
		}
		raw, err := fs.ReadFile(filesBeside, l.File)
		if err != nil || string(raw) != string(in.YAML) || in.Made != nil {
			t.Errorf("%s: %d texts and %d records changed, %v", l.Code, in.Texts, in.Records, err)
		}
	}
}

func TestATranslatorsWorkIsTaken(t *testing.T) {
	files := counted(t)
	text := export(t, files, "ru")
	for _, change := range [][2]string{
		{"msgstr \"Да\"", "msgstr \"Да-да\""},                                                 // a new draft
		{"#, fuzzy\nmsgctxt \"ui.hi\"", "# reviewed: Boris, 2026-11-22\nmsgctxt \"ui.hi\""},   // reviewed as it is
		{"#, fuzzy\nmsgctxt \"days\"", "msgctxt \"days\""},                                    // reviewed by whoever the header says
		{"{{.n}} дней", "дней: {{.n}}"}, {"msgstr \"Закон\"", "msgstr \"Право \\\"\\\\\\n\""}, // other words, reviewed by that person
		{"msgid \"New\"\nmsgstr \"\"", "msgid \"New\"\nmsgstr \"Новое\""},
		{"Last-Translator: ", "Last-Translator: Vera <vera@example.org>"}, {"PO-Revision-Date: ", "PO-Revision-Date: 2026-11-23 10:00+0000"},
	} {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("no %q", change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	in := bring(t, files, text, "", "")
	if in.Texts != 4 || in.Records != 5 {
		t.Errorf("%d texts, %d records", in.Texts, in.Records)
	}
	want := "# Движок\nui.yes: \"Да-да\"\nui.hi: \"Привет, \\\"{{.name}}\\\"\"  \ndays:\n  one: \"{{.n}} день\"\n  few: \"{{.n}} дня\"\n  many: \"дней: {{.n}}\"\n  other: \"{{.n}} дня\"\n\nrule.what: \"Право \\\"\\\\\\n\"\nwords.yes: \"да, ага\"\nlanguage.order: \"b\"\nlanguage.status: \"draft\"\nui.new: \"Новое\"\n"
	if files["ru.yaml"] != want {
		t.Errorf("the language reads\n%s", files["ru.yaml"])
	}
	l := mustCatalogue(t, files).Language("ru")
	for id, want := range map[string]string{
		"ui.yes": "draft  ", "ui.hi": "reviewed Boris 2026-11-22", "days": "reviewed Vera 2026-11-23", "rule.what": "reviewed Vera 2026-11-23", "ui.new": "reviewed Vera 2026-11-23",
	} {
		m, _ := l.Made(id)
		if got := fmt.Sprintf("%s %s %s", l.State(id), m.By, m.On); got != want {
			t.Errorf("%s is %q, not %q", id, got, want)
		}
	}
	if m, _ := l.Made("ui.hi"); m.Back != "2026-11-20" {
		t.Error("the same words were translated back, and it is forgotten")
	}
	if m, _ := l.Made("rule.what"); m.Back != "" {
		t.Error("new words are said to be translated back")
	}
	before := fmt.Sprint(files)
	bring(t, files, export(t, files, "ru"), "", "")
	if fmt.Sprint(files) != before {
		t.Error("the way to translators and back changes something afterwards")
	}
}

func TestATranslationOfAnOlderOriginalIsStale(t *testing.T) {
	files := counted(t)
	text := export(t, files, "ru")
	files["en.yaml"] = strings.NewReplacer(`"Law"`, `"New law"`, `"Yes"`, `"Yes!"`).Replace(files["en.yaml"])
	before := files["made/ru.yaml"]
	bring(t, files, text, "", "")
	if files["made/ru.yaml"] != before {
		t.Errorf("an older file changes\n%s", files["made/ru.yaml"])
	}
	bring(t, files, strings.Replace(text, "msgstr \"Да\"", "msgstr \"Ага\"", 1), "", "")
	l := mustCatalogue(t, files).Language("ru")
	if l.State("ui.yes") != Stale || l.State("rule.what") != Stale {
		t.Errorf("they are %s and %s", l.State("ui.yes"), l.State("rule.what"))
	}
	text = strings.Replace(export(t, files, "ru"), "#, fuzzy\nmsgctxt \"rule.what\"", "msgctxt \"rule.what\"", 1)
	bring(t, files, text, "Vera", "2026-11-24")
	if m, _ := mustCatalogue(t, files).Language("ru").Made("rule.what"); m.By != "Vera" || m.On != "2026-11-24" || m.Of != Fingerprint("New law") {
		t.Errorf("after a new review: %+v", m)
	}
}

func TestAnImportRefusesByLineAndTakesNothing(t *testing.T) {
	files := counted(t)
	good := export(t, files, "ru")
	for name, c := range map[string]struct{ old, new, at, want string }{
		"a broken placeholder":     {"Привет, \\\"{{.name}}", "Привет, \\\"{{.name", "msgctxt \"ui.hi\"", "message ui.hi: "},
		"another placeholder":      {"Привет, \\\"{{.name}}", "Привет, \\\"{{.nam}}", "msgctxt \"ui.hi\"", "message ui.hi shows [nam], the source language [name]"},
		"a placeholder left out":   {"Привет, \\\"{{.name}}\\\"", "Привет", "msgctxt \"ui.hi\"", "message ui.hi shows [], the source language [name]"},
		"a condition":              {"Привет, \\\"{{.name}}\\\"", "{{if .name}}{{end}}", "msgctxt \"ui.hi\"", "only plain"},
		"a placeholder in a form":  {"{{.n}} дней", "{{.m}} дней", "msgctxt \"days\"", "message days shows [m]"},
		"a plural form left out":   {"msgstr[2] \"{{.n}} дней\"\n", "", "msgctxt \"days\"", "message days has 2 plural forms, and the language has 3"},
		"an empty plural form":     {"msgstr[2] \"{{.n}} дней\"", "msgstr[2] \"\"", "msgctxt \"days\"", "takes no text away"},
		"no plural":                {"msgid_plural \"{{.n}} days\"\nmsgstr[0] \"{{.n}} день\"\nmsgstr[1] \"{{.n}} дня\"\nmsgstr[2] \"{{.n}} дней\"\n", "msgstr \"дней\"\n", "msgctxt \"days\"", "changes with a count"},
		"a plural too many":        {"msgid \"Yes\"\nmsgstr \"Да\"", "msgid \"Yes\"\nmsgid_plural \"Yes\"\nmsgstr[0] \"Да\"", "msgctxt \"ui.yes\"", "changes with a count"},
		"an unknown message":       {"msgctxt \"ui.yes\"", "msgctxt \"ui.yep\"", "msgctxt \"ui.yep\"", "there is no message ui.yep"},
		"a setting":                {"msgctxt \"ui.yes\"", "msgctxt \"language.order\"", "msgctxt \"language.order\"", "there is no message"},
		"no name":                  {"msgctxt \"ui.yes\"\n", "", "msgid \"Yes\"", "no msgctxt"},
		"one message twice":        {"msgctxt \"ui.new\"", "msgctxt \"ui.yes\"", "msgctxt \"ui.yes\"\nmsgid \"New", "stands in line"},
		"an empty text":            {"msgstr \"Закон\"", "msgstr \" \"", "msgctxt \"rule.what\"", "takes no text away"},
		"a control character":      {"msgstr \"Закон\"", "msgstr \"Закон\\a\"", "msgctxt \"rule.what\"", "that cannot be seen: U+0007"},
		"an override":              {"msgstr \"Закон\"", "msgstr \"Зак\u202eон\"", "msgctxt \"rule.what\"", "that cannot be seen: U+202E"},
		"an address":               {"msgstr \"Закон\"", "msgstr \"Закон: t.me/zakon\"", "msgctxt \"rule.what\"", "holds an address"},
		"reviewed in the future":   {"#, fuzzy\nmsgctxt \"ui.yes\"", "# reviewed: Ana, 2030-01-01\nmsgctxt \"ui.yes\"", "msgctxt \"ui.yes\"", "yet to come"},
		"reviewed by nobody":       {"#, fuzzy\nmsgctxt \"ui.yes\"", "msgctxt \"ui.yes\"", "msgctxt \"ui.yes\"", "who reviewed it"},
		"reviewed by an address":   {"#, fuzzy\nmsgctxt \"ui.yes\"", "# reviewed: a@b.org, 2026-11-22\nmsgctxt \"ui.yes\"", "msgctxt \"ui.yes\"", "e-mail"},
		"reviewed on no day":       {"#, fuzzy\nmsgctxt \"ui.yes\"", "# reviewed: Ana\nmsgctxt \"ui.yes\"", "msgctxt \"ui.yes\"", "no day"},
		"changed and who knows by": {"msgstr \"Закон\"", "msgstr \"Право\"", "msgctxt \"rule.what\"", "who reviewed it"},
		"no such language":         {"Language: ru", "Language: uk", "msgid \"\"", `no translation "uk"`},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatal("nothing is changed")
			}
			in, err := importPO(t, files, text, "", "")
			var fault *po.Error
			if in != nil || !errors.As(err, &fault) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v, not %s", err, c.want)
			}
			if line := strings.Count(text[:strings.Index(text, c.at)], "\n") + 1; fault.Line != line {
				t.Errorf("line %d, not %d: %v", fault.Line, line, err)
			}
		})
	}
	delete(files, "made/ru.yaml")
	if _, err := importPO(t, files, good, "", ""); err == nil || !strings.Contains(err.Error(), "stamp ru") {
		t.Errorf("nothing is recorded: %v", err)
	}
}

func TestAnImportNamesAllFaultsAtOnce(t *testing.T) {
	files := counted(t)
	text := strings.NewReplacer(`msgctxt "ui.yes"`, `msgctxt "ui.a"`, `msgctxt "rule.what"`, `msgctxt "ui.b"`).Replace(export(t, files, "ru"))
	if _, err := importPO(t, files, text, "", ""); err == nil || strings.Count(err.Error(), "there is no message") != 2 {
		t.Errorf("%v", err)
	}
}

// Any texts that an import takes come back from a translator as they were written.
func TestAnyTextSurvivesTheWay(t *testing.T) {
	signs := []rune("aБ\"\\\n\t:#'}% \u200c\u00a0\U0001f600|-&*!`,?[]~\u0301")
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		out := []rune{'x'}
		for range random.IntN(12) {
			out = append(out, signs[random.IntN(len(signs))])
		}
		return string(out)
	}
	for range 300 {
		files := counted(t)
		f, err := mustCatalogue(t, files).Export("ru", nil)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]string{}
		for i := range f.Entries {
			e := &f.Entries[i]
			if e.Context == "ui.hi" || random.IntN(2) == 0 {
				continue
			}
			e.Flags = []string{"fuzzy"}
			for j := range e.Str {
				e.Str[j] = word()
			}
			if e.Context == "days" {
				e.Str[0] += "{{.n}}"
			}
			want[e.Context] = e.Str
		}
		bring(t, files, string(f.Bytes()), "", "")
		c := mustCatalogue(t, files)
		again, err := c.Export("ru", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range again.Entries {
			if w := want[e.Context]; w != nil && fmt.Sprint(w) != fmt.Sprint(e.Str) {
				t.Fatalf("%s: %q comes back as %q\n%s", e.Context, w, e.Str, files["ru.yaml"])
			}
		}
		before := fmt.Sprint(files)
		bring(t, files, string(again.Bytes()), "", "")
		if fmt.Sprint(files) != before {
			t.Fatal("the way and back changes something")
		}
	}
}

func TestGettextFindsNoFaultInAnExport(t *testing.T) {
	msgfmt, err := exec.LookPath("msgfmt")
	if err != nil {
		t.Skip("gettext is not installed")
	}
	c := embeddedCatalogue(t)
	files := map[string]string{}
	for _, l := range c.Languages() {
		if l.Code != Source {
			f, err := c.Export(l.Code, nil)
			if err != nil {
				t.Fatal(err)
			}
			files[l.Code] = string(f.Bytes())
		}
	}
	files["counted"] = export(t, counted(t), "ru")
	for name, text := range files {
		path := filepath.Join(t.TempDir(), name+".po")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(msgfmt, "--check-format", "--check-domain", "-o", filepath.Join(t.TempDir(), "x.mo"), path).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
