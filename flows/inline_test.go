// An operator's programme: one file with texts of its own, and what is wrong
// with it named by file and line.
package flows

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAnOperatorsProgrammeNeedsNoCode(t *testing.T) {
	b := operatorBook(t)
	for _, f := range b.Check(b.On(reviewed(b))) {
		if !f.Warning {
			t.Error(f)
		}
	}
	if b.Catalogue == realBook(t).Catalogue || realBook(t).programme("shelter-list") != nil {
		t.Error("the operator's texts are in the catalogue of the binary")
	}
	for lang, name := range map[string]string{"en": "The shelter's list", "es": "La lista del albergue", "ht": "Lis abri a"} {
		if got := b.Catalogue.Language(lang).Raw(b.programme("shelter-list").Name); got != name {
			t.Errorf("%s: %q", lang, got)
		}
	}
}

// Its hours stand on no fact of the book: asked where they come from, Posada
// names the operator's source.
func TestTheHoursOfAnOperatorsProgrammeHaveTheirSource(t *testing.T) {
	b := operatorBook(t)
	k := newTalker(t, b, "en", WhatsApp, utc(t, "2026-11-20T18:00")).atMenu()
	k.pick("reminders")
	k.pick("shelter-list")
	k.say("cdmx")
	if text := k.say("source"); !strings.Contains(text, "The shelter: Notice at the door") || !strings.Contains(text, "1 November 2026") {
		t.Errorf("said %q", text)
	}
}

func TestEveryFaultOfAnOperatorsProgrammeIsNamedWithFileAndLine(t *testing.T) {
	const file = "programme/shelter-list.yaml"
	raw, err := os.ReadFile("testdata/operator/" + file)
	if err != nil {
		t.Fatal(err)
	}
	window := string(raw[strings.Index(string(raw), "      - from:"):strings.Index(string(raw), "    reminders:")])
	for name, c := range map[string]struct{ old, new, at, want string }{
		"an empty window":            {`closes: "12:00"`, `closes: "07:00"`, "      - from: 2026-11-01", "it closes (07:00) before it opens (07:00)"},
		"an inverted window":         {`closes: "12:00"`, `closes: "06:00"`, "      - from: 2026-11-01", "it closes (06:00) before it opens (07:00)"},
		"a window over a day long":   {`closes: "12:00"`, `closes: "08:00", next_day: true`, "      - from: 2026-11-01", "longer than a day"},
		"overlapping windows":        {window, window + strings.Replace(window, "from: 2026-11-01", "from: 2026-11-02", 1), "      - from: 2026-11-02", "overlaps another or ends before it begins"},
		"a window that ends early":   {"      - from: 2026-11-01\n", "      - from: 2026-11-01\n        until: 2026-10-01\n", "      - from: 2026-11-01", "ends before it begins"},
		"a window without hours":     {`          - {opens: "07:00", closes: "12:00", zone: America/Mexico_City}` + "\n", "", "      - from: 2026-11-01", "has no reading"},
		"a time of no day":           {`opens: "07:00"`, `opens: "25:00"`, "      - from: 2026-11-01", `"25:00" is not a time of day`},
		"a zone that is unknown":     {"zone: America/Mexico_City}\n    reminders", "zone: America/Mexico}\n    reminders", "      - from: 2026-11-01", `unknown time zone "America/Mexico"`},
		"a weekday that is unknown":  {"[sunday]", "[domingo]", "      - from: 2026-11-01", `"domingo" is not a weekday`},
		"never open":                 {"[sunday]", "[sunday, monday, tuesday, wednesday, thursday, friday, saturday]", "      - from: 2026-11-01", "it never opens"},
		"a source that is unknown":   {"source: [shelter-board], standing: source, reviewed: 2026-11-01}\n    windows", "source: [board], standing: source, reviewed: 2026-11-01}\n    windows", "      - {from: 2026-11-01", `unknown source "board"`},
		"a name in one language":     {`name: {en: "The shelter's list", es: "La lista del albergue", ht: "Lis abri a"}`, `name: {ht: "Lis abri a"}`, "    name:", "the text is missing in English and in Spanish"},
		"a name that is no text":     {`ht: "Lis abri a"`, `ht: [x]`, "    name:", "a text is a string in each language"},
		"a name of a broken pattern": {`en: "The shelter's list"`, `en: "The {{list"`, "    name:", "message"},
		"a name that is no message":  {`name: {en: "The shelter's list", es: "La lista del albergue", ht: "Lis abri a"}`, "name: the_list", "  shelter-list:", `unknown message "the_list"`},
		"a name twice":               {"  shelter-list:", "  cbp-one:", "  cbp-one:", "programme cbp-one stands in programmes.yaml too"},
		"a key that is unknown":      {"    windows:", "    window:", "    window:", "unknown field"},
		"a place that is unknown":    {"places: [mexico_city]", "places: [atlantis]", "    places:", `unknown place "atlantis"`},
		"a trouble that is unknown":  {"    reminders:", "    reminders:\n      helps: {error: nothing}", "  shelter-list:", `unknown trouble "nothing"`},
		"a problem that is unknown":  {"    reminders:", "    reminders:\n      helps: {boredom: nothing}", "  shelter-list:", `"boredom" is no kind of problem`},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(string(raw), c.old) {
				t.Fatalf("no longer in the file: %s", c.old)
			}
			text := strings.Replace(string(raw), c.old, c.new, 1)
			_, err := EmbeddedUnder(fstest.MapFS{file: &fstest.MapFile{Data: []byte(text)}}, realBook(t).Catalogue)
			if err == nil {
				t.Fatal("the book loads")
			}
			where := strings.Split(text, "\n")
			line := slices.IndexFunc(where, func(s string) bool { return strings.HasPrefix(s, c.at) }) + 1
			faults := strings.Split(err.Error(), "\n")
			if !slices.ContainsFunc(faults, func(f string) bool {
				return strings.HasPrefix(f, file+":") && strings.HasPrefix(strings.TrimPrefix(f, file+":"), strconv.Itoa(line)+":") && strings.Contains(f, c.want)
			}) {
				t.Errorf("want %s:%d … %s\ngot  %v", file, line, c.want, err)
			}
		})
	}
}
