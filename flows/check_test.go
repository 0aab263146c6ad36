// What Check finds: one change to the small book or its languages each.
package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func (f *fixture) check(t testing.TB, date string) []Finding {
	t.Helper()
	b := f.mustLoad(t)
	return b.Check(b.On(on(t, date)))
}

func TestCheckFindsNothingInAGoodBook(t *testing.T) {
	for _, f := range newFixture().check(t, "2026-11-23") {
		t.Error(f)
	}
}

func TestCheckFindsWhatIsWrongAndWhere(t *testing.T) {
	for name, c := range map[string]struct {
		file, old, new string
		in             string // the file named
		at             string // a text on the line named; "" for line 1
		want           string
	}{
		"message missing in a language": {"es.yaml", "topic.told: \"It began on {{.start_day}}.\"\n", "", "locales/es.yaml", "", "message topic.told is missing"},
		"unused message":                {"en.yaml", "", "nobody.says: \"Unsaid.\"\n", "locales/en.yaml", "nobody.says", "message nobody.says is used by nothing"},
		"unused message elsewhere":      {"es.yaml", "", "nobody.says: \"Unsaid.\"\n", "locales/es.yaml", "nobody.says", "message nobody.says is used by nothing"},
		"empty message":                 {"es.yaml", `"People help."`, `" "`, "locales/es.yaml", "topic.words", "message topic.words is empty"},
		"digit without a fact":          {"es.yaml", "People help.", "In 2024 people help.", "locales/es.yaml", "topic.words", "message topic.words holds a digit that comes from no fact"},
		"digit of another script":       {"es.yaml", "People help.", "People help ٣ times.", "locales/es.yaml", "topic.words", "message topic.words holds a digit that comes from no fact"},
		"digit in a question":           {"en.yaml", "How do you feel?", "How do 2 of you feel?", "locales/en.yaml", "topic.feel", "message topic.feel holds a digit that comes from no fact"},
		"digit in a label":              {"en.yaml", `"Glad"`, `"Glad 2"`, "locales/en.yaml", "topic.glad", "message topic.glad holds a digit that comes from no fact"},
		"placeholder left out":          {"es.yaml", "It began on {{.start_day}}", "It began long ago", "locales/es.yaml", "topic.told", "message topic.told shows [], the source language [start_day]"},
		"placeholder of another name":   {"es.yaml", "It began on {{.start_day}}", "It began on {{.a_place}}", "locales/es.yaml", "topic.told", "message topic.told shows [a_place], the source language [start_day]"},
		"sentence too long":             {"en.yaml", "People help.", strings.Repeat("people ", MaxSentenceWords) + "help.", "locales/en.yaml", "topic.words", fmt.Sprintf("message topic.words has a sentence of %d words", MaxSentenceWords+1)},
		"message too long":              {"es.yaml", "People help.", strings.Repeat("People help. ", 40), "locales/es.yaml", "topic.words", "message topic.words has 520 characters, more than"},
		"no value":                      {"es.yaml", "People help.", "People help <no value>.", "locales/es.yaml", "topic.words", "message topic.words holds <no value>"},
		"keywords collide in languages": {"es.yaml", `keyword.menu: "menu"`, `keyword.menu: "menu, back"`, "locales/es.yaml", "keyword.menu:", `"back" means`},
		"a month of two meanings":       {"es.yaml", `month_also.m03: "alsod"`, `month_also.m03: "alsof"`, "locales/es.yaml", "", `"alsof" is two months`},
		"label that is a keyword":       {"es.yaml", `"Glad"`, `"Help"`, "locales/es.yaml", "topic.glad", `answer "Help" of topic/feel is also the keyword help`},
		"synonym that is a keyword":     {"en.yaml", `"sorry, low"`, `"sorry, stop"`, "locales/en.yaml", "topic.sad", `answer "stop" of topic/feel is also the keyword stop`},
		"two equal labels":              {"es.yaml", `"Glad"`, `"sád!"`, "locales/es.yaml", "topic.sad", `answers two choices of topic/feel: glad and sad`},
		"label that is a synonym":       {"en.yaml", `"Glad"`, `"Low"`, "locales/en.yaml", "topic.sad", `"low" answers two choices of topic/feel: glad and sad`},
		"label too long":                {"es.yaml", `"Glad"`, `"` + strings.Repeat("glad ", 9) + `"`, "locales/es.yaml", "topic.glad", "label topic.glad has"},
		"a lock screen that tells":      {"es.yaml", "Words of reminders goon ask", "The borders are open", "locales/es.yaml", "reminders.goon.ask", `shows on a lock screen, and holds the forbidden word "border"`},
		"a day that tells":              {"es.yaml", `"Glad"`, `"Border"`, "locales/es.yaml", "topic.glad", `message topic.glad shows on a lock screen and holds the word "border"`},
		"a reminder that is too dear":   {"es.yaml", "Words of reminders word wb.", strings.Repeat("Drink more water. ", 8), "locales/es.yaml", "reminders.word.w2", "is more than one SMS segment"},
		"digits allowed for nothing":    {"digits.yaml", "", "  nobody.says: \"a reason\"\n", "digits.yaml", "nobody.says", "digits are allowed in unknown message nobody.says"},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture()
			fx.change(t, c.file, c.old, c.new)
			want := Finding{File: c.in, Line: 1}
			if c.at != "" {
				text := fx.words[strings.TrimPrefix(c.in, "locales/")] + fx.book[c.in]
				want.Line = lineOf(t, text, c.at)
			}
			found := fx.check(t, "2026-11-23")
			if !slices.ContainsFunc(found, func(f Finding) bool {
				return f.File == want.File && (f.Line == want.Line || c.at == "" && f.Line > 0) && strings.Contains(f.Text, c.want) && !f.Warning
			}) {
				t.Errorf("want %s %s\ngot %v", want, c.want, found)
			}
		})
	}
}

func TestCheckFindsANodeThatFillsTooManyPages(t *testing.T) {
	fx := newFixture()
	var say strings.Builder
	for i := range 16 {
		id := fmt.Sprintf("topic.long%c", 'a'+i)
		say.WriteString(id + ", ")
		words := id + ": \"" + strings.Repeat("People help other people. ", 15) + "\"\n"
		fx.change(t, "en.yaml", "", words)
		fx.change(t, "es.yaml", "", words)
	}
	fx.change(t, topicYAML, "say: [topic.words]", "say: ["+say.String()+"topic.words]")
	found := fx.check(t, "2026-11-23")
	if len(found) != 2 || found[0].File != topicYAML || found[0].Warning || !strings.Contains(found[0].Text, "it fills") {
		t.Errorf("found %v", found)
	}
}

func TestOverdueReviewsAreWarningsAndNothingElse(t *testing.T) {
	for date, want := range map[string][]string{
		"2027-02-20": nil,
		"2027-02-21": {"warning: directory entry police", "fact court was to be reviewed by 2027-02-20", "fact helps was to be reviewed by 2027-02-20", "fact start_day was to be reviewed by 2027-02-20"},
		"2027-03-23": {"warning: directory entry police", "fact court was to be reviewed by 2027-02-20: it is withheld", "fact helps was to be reviewed by 2027-02-20", "fact start_day was to be reviewed by 2027-02-20: it is withheld"},
	} {
		found := newFixture().check(t, date)
		var got []string
		for _, f := range found {
			if !f.Warning {
				t.Errorf("%s: not a warning: %s", date, f)
			}
			got = append(got, f.String())
		}
		for _, w := range want {
			if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, w) }) {
				t.Errorf("%s: %q is not in %v", date, w, got)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %v", date, got)
		}
		if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "helps") && strings.Contains(s, "withheld") }) {
			t.Errorf("%s: what needs no care is withheld: %v", date, got)
		}
	}
}

func TestFindingsPointToALineAndAreSorted(t *testing.T) {
	fx := newFixture()
	fx.change(t, "en.yaml", "People help.", "In 2024 people help.")
	fx.change(t, "es.yaml", "People help.", "In 2024 people help.")
	fx.change(t, "es.yaml", `"Glad"`, `"2"`)
	found := fx.check(t, "2027-02-21")
	for i, f := range found {
		if f.File == "" || f.Line < 1 {
			t.Errorf("no line: %s", f)
		}
		if i > 0 && (found[i-1].File > f.File || found[i-1].File == f.File && found[i-1].Line > f.Line) {
			t.Errorf("out of order: %s after %s", f, found[i-1])
		}
	}
	if len(found) < 7 {
		t.Errorf("only %v", found)
	}
}
