// Plural forms: every language has its own, and gettext counts as CLDR does.

package locales

import (
	"fmt"
	"strings"
	"testing"

	"github.com/expr-lang/expr"
)

// counts are numbers at which the rules of some language turn.
func counts() []int {
	out := []int{1_000_000, 1_000_001, 2_000_000, 1_000_011, 100_000, 1_000_100}
	for n := range 1300 {
		out = append(out, n)
	}
	return out
}

// twelve are the languages that Posada means to speak.
var twelve = []string{"ar", "en", "es", "fa-AF", "fr", "hi", "ht", "pt", "ru", "tr", "uk", "zh-Hans"}

func TestEveryLanguageLoadsItsPluralsAndGettextCountsTheSame(t *testing.T) {
	for _, code := range twelve {
		rule, ok := pluralRules[code]
		if !ok {
			t.Errorf("%s has no plural rule", code)
			continue
		}
		var text strings.Builder
		text.WriteString("days:\n")
		for _, category := range rule.needs() {
			fmt.Fprintf(&text, "  %s: \"%s {{.n}}\"\n", category, category)
		}
		c := mustCatalogue(t, map[string]string{"en.yaml": "days:\n  one: \"one {{.n}}\"\n  other: \"other {{.n}}\"\n", code + ".yaml": text.String()})
		l := c.Language(code)
		if missing := c.MissingForms(l, "days"); len(missing) > 0 {
			t.Errorf("%s: a text with all forms misses %v", code, missing)
		}
		expression := rule.expression
		if expression == "n!=1" || expression == "n>1" {
			expression += " ? 1 : 0"
		}
		program, err := expr.Compile(expression, expr.Env(map[string]any{"n": 0}))
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		seen := map[string]bool{}
		for _, n := range counts() {
			got, err := l.Render("days", map[string]any{"n": n})
			if err != nil {
				t.Fatalf("%s: %d: %v", code, n, err)
			}
			index, err := expr.Run(program, map[string]any{"n": n})
			if err != nil {
				t.Fatal(err)
			}
			want := rule.categories[index.(int)]
			seen[want] = true
			if got != fmt.Sprintf("%s %d", want, n) {
				t.Errorf("%s: %d is %q, and %s by gettext's rule", code, n, got, want)
			}
		}
		if len(seen) != len(rule.categories) {
			t.Errorf("%s: of %v only %v come up", code, rule.categories, seen)
		}
	}
}

func TestHaitianCreoleIsLoadedUnderAPrivateTag(t *testing.T) {
	l := mustCatalogue(t, map[string]string{"en.yaml": `a: "b"`, "ht.yaml": `a: "c"`}).Language("ht")
	if l.tag.String() != "art-x-ht" {
		t.Errorf("its tag is %s", l.tag)
	}
}

func TestTextsWithACountHaveEveryFormOfTheirLanguage(t *testing.T) {
	c := embeddedCatalogue(t)
	for _, l := range c.Languages() {
		if _, ok := pluralRules[l.Code]; !ok {
			t.Errorf("%s has no plural rule", l.Code)
		}
		for _, id := range l.IDs() {
			if missing := c.MissingForms(l, id); len(missing) > 0 {
				t.Errorf("%s:%d: %s has no form for %v", l.File, l.Line(id), id, missing)
			}
		}
	}
	c = mustCatalogue(t, map[string]string{"en.yaml": "days:\n  one: \"day\"\n  other: \"days\"\n", "ru.yaml": "days:\n  one: \"день\"\n  other: \"дня\"\n", "zh-Hans.yaml": "days: \"天\"\n"})
	if got := fmt.Sprint(c.MissingForms(c.Language("ru"), "days"), c.MissingForms(c.Language("zh-Hans"), "days")); got != "[few many] []" {
		t.Errorf("%s is missing", got)
	}
}
