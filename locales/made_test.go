// How the texts were made: the files, the states, stamps and reviews.

package locales

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
)

// stamped is a small house with one translation whose texts are recorded as they stand.
func stamped(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{
		"en.yaml": "a.one: \"One\"\na.two: \"Two\"\nlanguage.order: \"a\"\nwords.yes: \"yes\"\nb.three: \"Three\"\n",
		"es.yaml": "a.one: \"Uno\"\na.two: \"Dos\"\nlanguage.order: \"b\"\nlanguage.status: \"draft\"\nwords.yes: \"si\"\nb.three: \"Tres\"\n",
	}
	made, n, err := mustCatalogue(t, files).Stamp("es", "", nil)
	if err != nil || n != (Stamped{New: 3}) {
		t.Fatal(n, err)
	}
	files["made/es.yaml"] = string(made)
	return files
}

func states(t *testing.T, files map[string]string) string {
	t.Helper()
	l := mustCatalogue(t, files).Language("es")
	return fmt.Sprint(l.State("a.one"), " ", l.State("a.two"), " ", l.State("b.three"))
}

func review(t *testing.T, files map[string]string, keys ...string) {
	t.Helper()
	made, _, err := mustCatalogue(t, files).Review("es", keys, "Ana \"Q\" \\ Paz", "2026-11-22")
	if err != nil {
		t.Fatal(err)
	}
	files["made/es.yaml"] = string(made)
}

func TestATextIsADraftUntilReviewedAndStaleWhenItsOriginalChanges(t *testing.T) {
	files := stamped(t)
	if got := states(t, files); got != "draft draft draft" {
		t.Errorf("new texts are %s", got)
	}
	review(t, files, "a.*")
	if got := states(t, files); got != "reviewed reviewed draft" {
		t.Errorf("after a review: %s", got)
	}
	m, ok := mustCatalogue(t, files).Language("es").Made("a.two")
	if !ok || m.By != `Ana "Q" \ Paz` || m.On != "2026-11-22" || m.Of != Fingerprint("Two") || m.Is != Fingerprint("Dos") || m.Line == 0 {
		t.Errorf("%+v", m)
	}
	files["en.yaml"] = strings.Replace(files["en.yaml"], "Two", "Two or three", 1)
	files["en.yaml"] = strings.Replace(files["en.yaml"], "Three", "Four", 1)
	if got := states(t, files); got != "reviewed stale stale" {
		t.Errorf("after the originals changed: %s", got)
	}
	files["es.yaml"] = strings.Replace(files["es.yaml"], "Uno", "Otro", 1)
	if got := states(t, files); got != "draft stale stale" {
		t.Errorf("a text that nobody read in this form is %s", got)
	}
}

func TestWithoutRecordsATextIsADraft(t *testing.T) {
	files := stamped(t)
	files["made/es.yaml"] = "# nothing yet\n"
	if got := states(t, files); got != "draft draft draft" {
		t.Errorf("%s", got)
	}
	if s := mustCatalogue(t, files).Language("en").State("a.one"); s != Reviewed {
		t.Errorf("the original is %s", s)
	}
	delete(files, "made/es.yaml")
	if got := states(t, files); got != "draft draft draft" {
		t.Errorf("by language.status alone: %s", got)
	}
	files["es.yaml"] = strings.Replace(files["es.yaml"], `"draft"`, `"reviewed"`, 1)
	if got := states(t, files); got != "reviewed reviewed reviewed" {
		t.Errorf("by language.status alone: %s", got)
	}
}

func TestAStampKeepsReviewsAndMakesNewWordsDrafts(t *testing.T) {
	files := stamped(t)
	review(t, files, "a.one", "a.two", "b.three")
	files["en.yaml"] = strings.Replace(files["en.yaml"], "Two", "Two or three", 1)
	files["es.yaml"] = strings.Replace(files["es.yaml"], "Uno", "Otro", 1)
	restamp := func(back string, again ...string) string {
		made, n, err := mustCatalogue(t, files).Stamp("es", back, again)
		if err != nil {
			t.Fatal(err)
		}
		files["made/es.yaml"] = string(made)
		return states(t, files) + fmt.Sprint(" ", n)
	}
	if got := restamp(""); got != "draft stale reviewed {0 1 2 0}" {
		t.Error(got)
	}
	if got := restamp("", "a.two"); got != "draft draft reviewed {0 1 2 0}" {
		t.Errorf("compared anew: %s", got)
	}
	files["en.yaml"] = strings.Replace(files["en.yaml"], "Three", "Four", 1)
	if got := restamp("2026-11-23"); got != "draft draft stale {0 0 3 0}" {
		t.Error(got)
	}
	l := mustCatalogue(t, files).Language("es")
	for id, want := range map[string]string{"a.one": "2026-11-23", "a.two": "2026-11-23", "b.three": ""} {
		if m, _ := l.Made(id); m.Back != want {
			t.Errorf("%s was translated back on %q, not %q", id, m.Back, want)
		}
	}
	files["es.yaml"] = strings.Replace(files["es.yaml"], "Dos", "Segundo", 1)
	restamp("")
	if m, _ := mustCatalogue(t, files).Language("es").Made("a.two"); m.Back != "" {
		t.Error("new words were never translated back, and are said to be")
	}
	files["es.yaml"] = strings.Replace(files["es.yaml"], "b.three: \"Tres\"\n", "", 1)
	c := mustCatalogue(t, files)
	if clash := c.Clashes(); len(clash) != 1 || clash[0].File != "made/es.yaml" || clash[0].Line < 4 || !strings.Contains(clash[0].Text, "b.three") {
		t.Errorf("a record of no text: %v", clash)
	}
	if _, n, err := c.Stamp("es", "", nil); err != nil || n != (Stamped{Kept: 2, Gone: 1}) {
		t.Error(n, err)
	}
}

func TestStampsAndReviewsRefuseWhatCannotBe(t *testing.T) {
	c := mustCatalogue(t, stamped(t))
	for name, do := range map[string]func() error{
		"no language":     func() error { _, _, err := c.Stamp("xx", "", nil); return err },
		"the original":    func() error { _, _, err := c.Stamp("en", "", nil); return err },
		"no day":          func() error { _, _, err := c.Stamp("es", "2026-02-30", nil); return err },
		"no message":      func() error { _, _, err := c.Stamp("es", "", []string{"z.*"}); return err },
		"nobody":          func() error { _, _, err := c.Review("es", []string{"a.one"}, "", "2026-11-22"); return err },
		"an address":      func() error { _, _, err := c.Review("es", []string{"a.one"}, "ana@b.org", "2026-11-22"); return err },
		"two lines":       func() error { _, _, err := c.Review("es", []string{"a.one"}, "Ana\nB", "2026-11-22"); return err },
		"no day reviewed": func() error { _, _, err := c.Review("es", []string{"a.one"}, "Ana", "today"); return err },
		"unknown text":    func() error { _, _, err := c.Review("es", []string{"a.on"}, "Ana", "2026-11-22"); return err },
	} {
		if do() == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
}

func TestAFileOfHowTextsWereMadeIsReadStrictly(t *testing.T) {
	const good = `{of: "0a1b2c3d", is: "12345678", made: draft}`
	for name, c := range map[string]struct{ text, want string }{
		"a colon alone":         {"a.one\n", `made/es.yaml:1: this is no "key: value"`},
		"a list":                {"# x\n\n- a: b\n", "made/es.yaml:3:"},
		"twice":                 {"a.one: " + good + "\na.one: " + good + "\n", "made/es.yaml:2: a.one stands here twice"},
		"out of order":          {"b.three: " + good + "\na.one: " + good + "\n", "made/es.yaml:2: a.one is out of order"},
		"a text":                {"a.one: draft\n", "made/es.yaml:1: a.one: it is no {of"},
		"unknown part":          {`a.one: {of: "0a1b2c3d", is: "12345678", made: draft, who: me}` + "\n", `"who" is nothing`},
		"part twice":            {`a.one: {of: "0a1b2c3d", of: "12345678", made: draft}` + "\n", "of stands here twice"},
		"no fingerprint":        {`a.one: {of: "0a1b2c3", is: "12345678", made: draft}` + "\n", "no fingerprint"},
		"capitals":              {`a.one: {of: "0A1B2C3D", is: "12345678", made: draft}` + "\n", "no fingerprint"},
		"another word":          {`a.one: {of: "0a1b2c3d", is: "12345678", made: done}` + "\n", `made is "done"`},
		"reviewed by nobody":    {`a.one: {of: "0a1b2c3d", is: "12345678", made: reviewed, on: 2026-11-22}` + "\n", "name of who"},
		"a draft with a name":   {`a.one: {of: "0a1b2c3d", is: "12345678", made: draft, by: "Ana", on: 2026-11-22}` + "\n", "reviewed by nobody"},
		"no day":                {`a.one: {of: "0a1b2c3d", is: "12345678", made: reviewed, by: "Ana", on: 22 Nov}` + "\n", "no day"},
		"no day back":           {`a.one: {of: "0a1b2c3d", is: "12345678", made: draft, back: yes}` + "\n", "no day"},
		"without quotes":        {`a.one: {of: 0a1b2c3d, is: "12345678", made: draft}` + "\n", "it is to be written"},
		"another order":         {`a.one: {is: "12345678", of: "0a1b2c3d", made: draft}` + "\n", "it is to be written"},
		"unfinished":            {`a.one: {of: "0a1b2c3d` + "\n", "it is no {of"},
		"unfinished but closed": {`a.one: {of: "0a1b2c3d}` + "\n", "made is"},
	} {
		t.Run(name, func(t *testing.T) {
			files := stamped(t)
			files["made/es.yaml"] = c.text
			_, err := catalogue(t, files)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "made/es.yaml:") {
				t.Errorf("%v, not %s", err, c.want)
			}
		})
	}
	for _, name := range []string{"made/xx.yaml", "made/en.yaml"} {
		files := stamped(t)
		files[name] = ""
		if _, err := catalogue(t, files); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The files are read by hand; they are YAML all the same.
func TestTheFilesAreYAML(t *testing.T) {
	files := stamped(t)
	review(t, files, "a.*")
	all := map[string]string{"a small one": files["made/es.yaml"]}
	err := fs.WalkDir(filesBeside, ".", func(name string, d fs.DirEntry, err error) error {
		if folder := filepath.Dir(name); err != nil || d.IsDir() || folder != madeFolder && folder != glossaryFolder {
			return err
		}
		raw, err := fs.ReadFile(filesBeside, name)
		all[name] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range all {
		var want map[string]any
		if err := yaml.Unmarshal([]byte(text), &want); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := map[string]any{}
		err := eachLine(name, text, func(_ int, key, value string) error {
			if s, rest, ok := unquote(value); ok && rest == "" {
				got[key] = s
				return nil
			}
			m, err := parseMadeValue(value)
			part := map[string]any{"of": m.Of, "is": m.Is, "made": "draft"}
			if m.Reviewed {
				part["made"], part["by"], part["on"] = "reviewed", m.By, m.On
			}
			if m.Back != "" {
				part["back"] = m.Back
			}
			got[key] = part
			return err
		})
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if err != nil || len(want) > 0 && string(a) != string(b) {
			t.Errorf("%s: %v\n%s\n%s", name, err, a, b)
		}
	}
}

var filesBeside fs.FS = files

func FuzzMade(f *testing.F) {
	f.Add(`{of: "0a1b2c3d", is: "12345678", made: reviewed, by: "Ana \"Q\" \\", on: 2026-11-22, back: 2026-11-23}`)
	f.Add(`{of: "0a1b2c3d", is: "12345678", made: draft}`)
	f.Add("{of: \"")
	f.Fuzz(func(t *testing.T, value string) {
		m, err := parseMadeValue(value)
		if err != nil {
			return
		}
		again, err := parseMadeValue(m.value())
		if err != nil || again != m {
			t.Errorf("%q: %+v is read back as %+v, %v", value, m, again, err)
		}
		out, err := parseMade("x", string(writeMade(map[string]Made{"a.b": m})))
		if m.Line = 4; err != nil || !maps.Equal(out, map[string]Made{"a.b": m}) {
			t.Errorf("%q: %v, %v", value, out, err)
		}
	})
}

func BenchmarkState(b *testing.B) {
	c, err := Embedded()
	if err != nil {
		b.Fatal(err)
	}
	l := c.Language("es")
	b.ReportAllocs()
	for b.Loop() {
		l.State("rule.what")
	}
}

func BenchmarkMade(b *testing.B) {
	c, err := Embedded()
	if err != nil {
		b.Fatal(err)
	}
	made, _, err := c.Stamp("es", "2026-11-22", nil)
	if err != nil {
		b.Fatal(err)
	}
	fsys := fstest.MapFS{"made/es.yaml": &fstest.MapFile{Data: made}}
	b.SetBytes(int64(len(made)))
	for b.Loop() {
		if err := c.readMade(fsys); err != nil {
			b.Fatal(err)
		}
		c.clash = nil
	}
}

func BenchmarkEmbedded(b *testing.B) {
	for b.Loop() {
		if _, err := Load(files); err != nil {
			b.Fatal(err)
		}
	}
}
