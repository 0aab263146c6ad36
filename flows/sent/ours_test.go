// The texts that the tests ask about: those of the catalogue, as they are, and bulletins made of them.
package sent

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"posada/locales"
)

var (
	fields = regexp.MustCompile(`\{\{[^}]*\}\}`)
	lists  = regexp.MustCompile(`^(ask|concept|danger|crisis|keyword|words|date|time|language|place|prefix|sms)\b`)
	langs  = []string{"en", "es", "fr", "ht", "ar", "fa-AF", "zh-Hans", "hi", "ru", "tr"}
)

// links are put into bulletins.
var links = []string{"https://posada.example.org/menu", "www.unhcr.org/help/mexico", "+52 800 226 8769", "(915) 533-7700"}

// ours lists texts of a language: every standing text of at least six words, and a bulletin for each four of them.
func ours(t testing.TB, lang string) []Known {
	x := New(nil)
	t.Helper()
	c, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var out []Known
	l := c.Language(lang)
	for _, id := range l.IDs() {
		raw := l.Raw(id)
		if lists.MatchString(id) || strings.Contains(raw, "|") {
			continue
		}
		n := len(id)
		text := fields.ReplaceAllStringFunc(raw, func(string) string { n += 7; return fmt.Sprint(10 + n%80) })
		if measure(x.words(text, true)) < leastWords {
			continue
		}
		out = append(out, Known{ID: lang + "/" + id, Lang: lang, Text: text})
	}
	standing := len(out)
	for i := 0; i+3 < standing; i += 4 {
		var b strings.Builder
		for j := range 4 {
			b.WriteString(out[i+j].Text)
			b.WriteString("\n")
			if j == 1 {
				b.WriteString(links[i/4%len(links)] + "\n")
			}
		}
		out = append(out, Known{ID: fmt.Sprintf("%s/bulletin-%d", lang, i), Lang: lang, Text: b.String()})
	}
	return out
}

func all(t testing.TB) (*Index, map[string][]Known) {
	var every []Known
	by := map[string][]Known{}
	for _, lang := range langs {
		by[lang] = ours(t, lang)
		every = append(every, by[lang]...)
	}
	x := New(every)
	if raced { // the index is only read: of each language some texts will do
		for lang, texts := range by {
			var some []Known
			for i := 0; i < len(texts); i += 10 {
				some = append(some, texts[i])
			}
			by[lang] = some
		}
	}
	return x, by
}

// plainly is a text of words alone, for asking whether one stands in another.
func plainly(text string) string {
	return " " + strings.Join(locales.Tokens(locales.Fold(signs.Replace(text))), " ") + " "
}
