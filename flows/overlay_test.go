// The operator's folder over the book of the binary.
package flows

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestOverlayIsAWholeFileSystem(t *testing.T) {
	base := asFS(map[string]string{"facts.yaml": "old", "directory.yaml": "old", "flow/a.yaml": "old", "flow/b.yaml": "old", "only/base.yaml": "old"})
	over := asFS(map[string]string{"directory.yaml": "new", "flow/b.yaml": "new", "flow/c.yaml": "new", "more/d.yaml": "new", ".hidden/e.yaml": "x", "flow/.f.yaml.swp": "x", "..data/directory.yaml": "x"})
	fsys := Overlay(base, over)
	want := map[string]string{"facts.yaml": "old", "directory.yaml": "new", "flow/a.yaml": "old", "flow/b.yaml": "new", "flow/c.yaml": "new", "only/base.yaml": "old", "more/d.yaml": "new"}
	names := []string{}
	for name, text := range want {
		names = append(names, name)
		if raw, err := fs.ReadFile(fsys, name); err != nil || string(raw) != text {
			t.Errorf("%s: %q, %v", name, raw, err)
		}
	}
	if err := fstest.TestFS(fsys, names...); err != nil {
		t.Error(err)
	}
	if flows, err := fs.Glob(fsys, flowFiles); err != nil || !slices.Equal(flows, []string{"flow/a.yaml", "flow/b.yaml", "flow/c.yaml"}) {
		t.Errorf("flows %v, %v", flows, err)
	}
	seen := 0
	if err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if _, known := want[name]; !d.IsDir() && !known {
			t.Errorf("%s is seen", name)
		}
		if !d.IsDir() {
			seen++
		}
		return err
	}); err != nil || seen != len(want) {
		t.Errorf("%d files, %v", seen, err)
	}
	if err := fstest.TestFS(Overlay(embeddedFiles(), asFS(map[string]string{"directory.yaml": "entries: []\n"})), "directory.yaml", "facts.yaml", "flow/help.yaml"); err != nil {
		t.Error(err)
	}
}

// operator writes an operator's folder.
func operator(t *testing.T, files map[string]string) fs.FS {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return os.DirFS(dir)
}

const operatorDirectory = `sources:
  our-office: {publisher: "Our office", title: "Calls to everybody listed", date: 2026-11-20, standing: source}
entries:
  - {id: emergency, kind: emergency, name: "911", note: directory.note.emergency, checked: 2026-11-22, review_by: 2027-02-20, source: [emergency-911]}
  - {id: law, kind: legal, country: MX, name: "The lawyers of a test", checked: 2026-11-20, review_by: 2027-02-20, source: [our-office]}
`

func TestAnOperatorsDirectoryTakesThePlaceOfTheBooks(t *testing.T) {
	c := realBook(t).Catalogue
	b, err := EmbeddedUnder(operator(t, map[string]string{"directory.yaml": operatorDirectory}), c)
	if err != nil {
		t.Fatal(err)
	}
	if b.Version() == realBook(t).Version() {
		t.Error("it is taken for the same book")
	}
	k := newTalker(t, b, "en", WhatsApp, reviewed(b)).atMenu()
	k.say("help")
	if text := k.pick("legal"); !strings.Contains(text, "The lawyers of a test (MX)") || strings.Contains(text, k.words().Raw(msgDirNone)) {
		t.Errorf("legal help says %q", text)
	}
	for _, g := range b.On(reviewed(b)).Gaps() {
		if g.Kind == "legal" && g.Country == "MX" || g.Kind == "emergency" {
			t.Errorf("a gap: %s", g)
		}
	}
	if s := b.Source("our-office"); s == nil || s.Publisher != "Our office" {
		t.Errorf("source %+v", s)
	}
	for _, f := range b.Check(b.On(reviewed(b))) {
		if !f.Warning {
			t.Error(f)
		}
	}
}

func TestAnOperatorsFlowIsAdded(t *testing.T) {
	c := realBook(t).Catalogue
	menu, err := fs.ReadFile(embeddedFiles(), "flow/menu.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := EmbeddedUnder(operator(t, map[string]string{
		"flow/extra.yaml": "flow: extra\nstart: words\nnodes:\n  words: {say: [help.police], facts: [emergency_police], next: fin}\n  fin: {end: true}\n",
		"flow/menu.yaml":  strings.Replace(string(menu), "rule: {call: rule,", "rule: {call: extra,", 1) + "  more: {call: rule, next: menu}\n",
	}), c)
	if b != nil || err == nil || !strings.Contains(err.Error(), "node more: nothing leads here") {
		t.Errorf("a node that nothing leads to: %v", err)
	}
	if b, err = EmbeddedUnder(operator(t, map[string]string{
		"flow/extra.yaml": "flow: extra\nstart: words\nnodes:\n  words: {say: [help.police], facts: [emergency_police], next: rule}\n  rule: {call: rule, next: fin}\n  fin: {end: true}\n",
		"flow/menu.yaml":  strings.Replace(string(menu), "rule: {call: rule,", "rule: {call: extra,", 1),
	}), c); err != nil {
		t.Fatal(err)
	}
	k := newTalker(t, b, "en", WhatsApp, reviewed(b)).atMenu()
	k.says(k.pick("rule"), "help.police", "rule.more.ask")
}

func TestAFileOfANameThatNoBookHasIsRefusedByItsName(t *testing.T) {
	c := realBook(t).Catalogue
	for _, name := range []string{"directroy.yaml", "Directory.yaml", "directory.yml", "directory.yaml.txt", "README.md", "flow/help.yml", "flows/help.yaml", "flow/more/help.yaml", "help.yaml", "flow", "book/directory.yaml"} {
		_, err := EmbeddedUnder(operator(t, map[string]string{name: operatorDirectory}), c)
		if err == nil || !strings.Contains(err.Error(), name+":1: a book has no file of this name") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{".DS_Store", ".git/config", "flow/.help.yaml.swp", "..data/directory.yaml"} {
		if _, err := EmbeddedUnder(operator(t, map[string]string{name: "x"}), c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFaultInAnOperatorsFileIsNamedWithItsLine(t *testing.T) {
	c := realBook(t).Catalogue
	for name, broken := range map[string]struct{ old, new, at, want string }{
		"unknown source":  {"[our-office]", "[our-ofice]", "id: law", `directory entry law: unknown source "our-ofice"`},
		"kind nobody has": {"kind: legal", "kind: lawyer", "id: law", `no flow lists kind "lawyer", only asylum_mexico, child, crisis, emergency, legal, missing`},
		"country":         {"country: MX", "country: MEX", "id: law", "country is MX or US"},
		"unknown key":     {"name: \"The", "names: \"The", "id: law", `unknown field "names"`},
		"never checked":   {"checked: 2026-11-20, ", "", "id: law", "needs id, kind, name, checked and review_by"},
		"broken YAML":     {"source: [our-office]}", "source: [our-office}", "id: law", ""},
		"a taken source":  {"our-office:", "amnesty-2024:", "amnesty-2024:", "source amnesty-2024 stands in sources.yaml too"},
	} {
		text := strings.Replace(operatorDirectory, broken.old, broken.new, 1)
		_, err := EmbeddedUnder(operator(t, map[string]string{"directory.yaml": text}), c)
		if want := fmt.Sprintf("directory.yaml:%d: ", lineOf(t, text, broken.at)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), broken.want) {
			t.Errorf("%s: want %s%s, got %v", name, want, broken.want, err)
		}
	}
}

// noEntry is a tree whose directory.yaml cannot be opened.
type noEntry struct{ fs.FS }

func (n noEntry) Open(name string) (fs.File, error) {
	if name == "directory.yaml" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return n.FS.Open(name)
}

func TestWhatAnOperatorMeantIsNeverPassedOverInSilence(t *testing.T) {
	c := realBook(t).Catalogue
	missing := os.DirFS(filepath.Join(t.TempDir(), "gone"))
	if _, err := EmbeddedUnder(missing, c); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	closed := noEntry{operator(t, map[string]string{"directory.yaml": operatorDirectory})}
	if _, err := EmbeddedUnder(closed, c); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a file that cannot be read: %v", err)
	}
	empty, err := EmbeddedUnder(operator(t, nil), c)
	if err != nil || empty.Version() != realBook(t).Version() {
		t.Errorf("an empty folder: %v", err)
	}
}

var _ fs.ReadDirFile = (*layersDir)(nil)

func FuzzOperatorsDirectory(f *testing.F) {
	small := fixtureFiles()["directory.yaml"]
	f.Add([]byte(small))
	for _, text := range []string{"", "entries:", "entries:\n  -\n", "sources: {a: ~}\nentries: []\n", "sources: {paper: {}}\n" + small, "entries: [{id: a, kind: legal, country: us}]",
		strings.ReplaceAll(small, "2026", "0000"), strings.ReplaceAll(small, "country: MX, ", "")} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := fixtureLanguages()
		if err != nil {
			t.Fatal(err)
		}
		b, err := Load(Overlay(asFS(fixtureFiles()), fstest.MapFS{"directory.yaml": {Data: raw}}), c)
		if err != nil {
			if !strings.Contains(err.Error(), "directory.yaml") {
				t.Errorf("the file is not named: %v", err)
			}
			return
		}
		for _, g := range b.On(on(t, "2026-11-23")).Gaps() {
			if !strings.HasSuffix(g.String(), ").") {
				t.Errorf("gap %q", g)
			}
		}
	})
}
