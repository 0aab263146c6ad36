// The care for the languages by the command line, on a copy of the folder.
package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// tree copies the folder of languages, so that a test may change it.
func tree(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "locales")
	from := filepath.Join("..", "..", "locales")
	for _, name := range []string{"*.yaml", "made/*.yaml", "glossary/*.yaml", "crisis/*.yaml"} {
		paths, err := filepath.Glob(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel(from, path)
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, rel), string(raw))
		}
	}
	return dir
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// everything is all files of a folder with what they hold.
func everything(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out[path] = get(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func must(t *testing.T, args ...string) string {
	t.Helper()
	code, stdout, stderr := posada(t, "", args...)
	if code != 0 {
		t.Fatalf("posada %s: exit %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

func TestStatusFollowsStampsReviewsAndNewOriginals(t *testing.T) {
	t.Parallel()
	dir := tree(t)
	must(t, "locales", "stamp", "es", "ht", "--dir", dir)
	before := everything(t, dir)
	must(t, "locales", "stamp", "all", "--dir", dir)
	must(t, "locales", "review", "es", "ui.miss.*", "ui.yes", "--by", "Ana Paz", "--on", "2026-11-22", "--dir", dir)
	row := func(lang string) string {
		line := regexp.MustCompile(`(?m)^ *` + lang + ` +(.*)$`).FindStringSubmatch(must(t, "locales", "status", "--dir", dir))
		if line == nil {
			t.Fatalf("no row for %s", lang)
		}
		return strings.Join(strings.Fields(line[1])[2:], " ") // reviewed, stale, missing, back, not stamped
	}
	if got := row("es"); !regexp.MustCompile(`^3 0 0 \d+ 0$`).MatchString(got) {
		t.Errorf("after a review: %s", got)
	}
	made := filepath.Join(dir, "made", "ht.yaml")
	if get(t, made) != before[made] {
		t.Error("a stamp of what was stamped changed it")
	}
	en, es := filepath.Join(dir, "en.yaml"), filepath.Join(dir, "es.yaml")
	put(t, en, strings.Replace(get(t, en), `ui.yes: "Yes"`, `ui.yes: "Yes, please"`, 1))
	put(t, es, regexp.MustCompile(`(?m)^ui\.no: .*\n`).ReplaceAllString(get(t, es), ""))
	if got := row("es"); !regexp.MustCompile(`^2 1 1 \d+ 0$`).MatchString(got) {
		t.Errorf("after a new original: %s", got)
	}
	list := must(t, "locales", "status", "--dir", dir, "--lang", "es")
	for _, want := range []string{`/es\.yaml:2: stale: ui\.yes`, `/en\.yaml:3: missing: ui\.no`} {
		if !regexp.MustCompile(want).MatchString(list) {
			t.Errorf("no %s in\n%s", want, list)
		}
	}
	if got := strings.Count(list, "\n"); got != 2 {
		t.Errorf("%d lines\n%s", got, list)
	}
	must(t, "locales", "stamp", "es", "--back", "2026-11-23", "--dir", dir)
	if got := regexp.MustCompile(`^2 1 1 \d{3,} 0$`); !got.MatchString(row("es")) {
		t.Errorf("after the texts were translated back: %s", row("es"))
	}
	for _, args := range [][]string{{"stamp", "xx"}, {"stamp", "es", "--back", "soon"}, {"review", "es", "ui.yes", "--by", ""}, {"review", "es", "ui.yep", "--by", "Ana"}, {"review", "es", "ui.yes", "--by", "Ana", "--on", "1 May"}} {
		if code, stdout, stderr := posada(t, "", append(append([]string{"locales"}, args...), "--dir", dir)...); code != 1 || stderr == "" {
			t.Errorf("%v: exit %d, %s%s", args, code, stdout, stderr)
		}
	}
}

func TestTheTextsOfTheProgramAreStamped(t *testing.T) {
	for _, line := range strings.Split(strings.TrimSpace(must(t, "locales", "status")), "\n")[1:] {
		if f := strings.Fields(line); f[4] != "0" || f[len(f)-1] != "0" {
			t.Errorf("stale or not stamped texts (posada locales stamp all): %s", line)
		}
	}
}

func TestToTranslatorsAndBackChangesNoByte(t *testing.T) {
	t.Parallel()
	dir := tree(t)
	must(t, "locales", "stamp", "all", "--dir", dir)
	must(t, "locales", "review", "es", "ui.miss.*", "--by", "Ana Paz", "--dir", dir)
	before := everything(t, dir)
	for _, lang := range []string{"es", "ar"} {
		file := filepath.Join(t.TempDir(), lang+".po")
		must(t, "locales", "export", lang, "-o", file, "--dir", dir)
		if text := must(t, "locales", "export", lang, "--dir", dir); text != get(t, file) {
			t.Error("what is printed is not what is written")
		}
		must(t, "locales", "import", file, "--dir", dir)
	}
	after := everything(t, dir)
	if len(after) != len(before) {
		t.Errorf("%d files became %d", len(before), len(after))
	}
	for path, text := range before {
		if after[path] != text {
			t.Errorf("%s has changed", path)
		}
	}
}

func TestAnImportThatWouldBreakALimitIsRefusedAndTakesNothing(t *testing.T) {
	t.Parallel()
	dir := tree(t)
	must(t, "locales", "stamp", "es", "--dir", dir)
	file := filepath.Join(t.TempDir(), "es.po")
	must(t, "locales", "export", "es", "-o", file, "--dir", dir)
	good, before := get(t, file), everything(t, dir)
	entry := func(text, id string) (from, to int) {
		from = strings.Index(text, `msgctxt "`+id+`"`)
		if from < 0 {
			t.Fatalf("no %s in the export", id)
		}
		return from, from + strings.Index(text[from:]+"\n\n", "\n\n")
	}
	msgstr := regexp.MustCompile(`(?s)msgstr .*`)
	for _, broken := range [][]struct{ id, str, want string }{
		{ // what the catalogue refuses
			{"ui.overdue", "Revisado.", "message ui.overdue shows []"},
			{"ui.slow", "Espere {{.emergency_number.", "message ui.slow: "},
			{"ui.withheld", "Pida ayuda legal en https://evil.example antes.", "message ui.withheld holds an address that the source language does not: https://evil.example"},
			{"ui.lost", "Escriba a ayuda@evil.example.", "holds an address"},
			{"ui.not_sure", "No\u202e sé", "a sign that cannot be seen: U+202E"},
			{"ui.yes", "S\u200bí", "a sign that cannot be seen: U+200B"},
		},
		{ // what the book refuses
			{"ui.yes", strings.Repeat("sí ", 20), "more than 40"},
			{"ui.withheld", strings.Repeat("No sabemos. ", 50), "more than 420"},
			{"ui.lost", strings.Repeat("no ", 30) + ".", "a sentence of 30 words"},
			{"ui.no", "No\\nclaro", "label ui.no has a line break"},
			{"ui.expired", "Espere 3 semanas.", "holds a digit"},
			{"reminders.word.w2", strings.Repeat("Tome agua fresca. ", 9), "one SMS segment"},
		},
	} {
		text := good
		for _, c := range broken {
			from, to := entry(text, c.id)
			text = text[:from] + msgstr.ReplaceAllLiteralString(text[from:to], `msgstr "`+c.str+`"`) + text[to:]
		}
		put(t, file, text)
		code, stdout, stderr := posada(t, "", "locales", "import", file, "--dir", dir)
		if code != 1 {
			t.Errorf("exit %d, %s", code, stdout)
		}
		for _, c := range broken {
			from, _ := entry(text, c.id)
			line := regexp.MustCompile(`(?m)^.*/es\.po:(\d+): .*` + regexp.QuoteMeta(c.want)).FindStringSubmatch(stderr)
			if line == nil || line[1] != strconv.Itoa(strings.Count(text[:from], "\n")+1) {
				t.Errorf("%s is not refused by line:\n%s", c.id, stderr)
			}
		}
		after := everything(t, dir)
		for path, text := range before {
			if after[path] != text {
				t.Errorf("%s has changed", path)
			}
		}
	}
	from, to := entry(good, "ui.withheld")
	str := msgstr.ReplaceAllString(good[from:to], `msgstr "No lo sabemos hoy. Pida ayuda legal."`)
	put(t, file, good[:from]+str+good[to:])
	if out := must(t, "locales", "import", file, "--dir", dir); !strings.Contains(out, "es: 1 texts changed, 1 recorded anew") {
		t.Error(out)
	}
	if !strings.Contains(get(t, filepath.Join(dir, "es.yaml")), `ui.withheld: "No lo sabemos hoy. Pida ayuda legal."`) {
		t.Error("the text was not taken")
	}
	put(t, file, "hello\n")
	if code, _, stderr := posada(t, "", "locales", "import", file, "--dir", dir); code != 1 || !strings.Contains(stderr, "es.po:1: ") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

func TestCheckTellsCostsAndHowPlainTheTextsAre(t *testing.T) {
	t.Parallel()
	out := must(t, "check", "--sms", "--sms-price", "0.01")
	for _, want := range []string{`(?m)^es +ui\.miss\.second +2 +1 +0\.0200 +0\.0100 *$`, `(?m)^ht +rule\.what\.1 +\d `, `(?m)^LANGUAGE +ANSWERS +MEDIAN EXACT +MEDIAN PLAIN`, `(?m)^es +\d{3} +\d +\d +0\.0\d00`} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("no %s in\n%.2000s", want, out)
		}
	}
	if out := must(t, "check", "--sms"); strings.Contains(out, "COST") {
		t.Error("without a price there is a cost")
	}
	out = must(t, "check", "--plain")
	for _, want := range []string{`(?m)^en: Flesch-Kincaid grade \d\.\d \(at most 7\)`, `(?m)^ht: no published formula`, `(?m)^  locales/en\.yaml:\d+: \d+\.\d: \S+: `} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("no %s in\n%.2000s", want, out)
		}
	}
	for _, args := range [][]string{{"--sms-price", "1"}, {"--sms", "--sms-price=-1"}, {"--sms", "--sms-price", "NaN"}} {
		if code, _, stderr := posada(t, "", append([]string{"check"}, args...)...); code != 1 || !strings.Contains(stderr, "--sms-price") {
			t.Errorf("%v: exit %d, %s", args, code, stderr)
		}
	}
}
