// Whatever was changed in a text of ours, however little, it is never called ours.
package sent

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"posada/locales"
)

// denial is a word of each language that turns a sentence round.
var denial = map[string]string{"en": "not", "es": "no", "fr": "pas", "ht": "pa", "ar": "لا", "fa-AF": "نه", "zh-Hans": "不", "hi": "नहीं", "ru": "не", "tr": "değil"}

// stranger is a sentence of somebody else's.
var stranger = map[string]string{"en": "Send 50 dollars first.", "es": "Mande primero 50 dólares.", "fr": "Envoyez d'abord 50 dollars.", "ht": "Voye 50 dola anvan.", "ar": "أرسل 50 دولارا أولا.",
	"fa-AF": "اول 50 دالر بفرستید.", "zh-Hans": "先汇五十美元。", "hi": "पहले 50 डॉलर भेजें।", "ru": "Сначала пришлите деньги.", "tr": "Önce 50 dolar gönderin."}

// other is a word that is put in or in the place of another one.
var other = map[string]string{"en": "Tapachula", "es": "Tapachula", "fr": "Tapachula", "ht": "Tapachula", "ar": "تاباتشولا", "fa-AF": "مکسیکو", "zh-Hans": "钱", "hi": "तापाचुला", "ru": "Тапачула", "tr": "Tapachula"}

// signsAndWords are what a text of a script without spaces is made of.
var signsAndWords = regexp.MustCompile(`[!-~]+|(?s:.)`)

// parted cuts a text into what a class of changes works on, and says what joins it again.
func parted(text string) ([]string, string) {
	if locales.Spaceless(text) {
		return signsAndWords.FindAllString(text, -1), ""
	}
	return strings.Fields(text), " "
}

// change changes a text; "" when it has nothing to change.
type change func(words []string, glue, lang string, r *rand.Rand, others []Known) string

// inside picks a word that is neither the first nor the last, of some letters; -1 when there is none.
func inside(words []string, r *rand.Rand, ok func(string) bool) int {
	var at []int
	for i := 1; i < len(words)-1; i++ {
		if ok(words[i]) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return -1
	}
	return at[r.IntN(len(at))]
}

func hasLetter(w string) bool { return strings.ContainsFunc(w, unicode.IsLetter) }
func hasNumber(w string) bool { return strings.ContainsFunc(w, unicode.IsDigit) }
func isDenial(w string) bool  { return guard().denies(locales.Fold(w)) }
func with(words []string, at int, glue string, put ...string) string {
	out := append([]string{}, words[:at]...)
	return strings.Join(append(append(out, put...), words[at+1:]...), glue)
}

var changes = map[string]change{
	"a digit": func(words []string, glue, _ string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, hasNumber)
		if at < 0 {
			return ""
		}
		w := []rune(words[at])
		for i, c := range w {
			if c >= '0' && c <= '9' {
				w[i] = '0' + (c-'0'+1+rune(r.IntN(9)))%10
				break
			}
		}
		return with(words, at, glue, string(w))
	},
	"a digit more": func(words []string, glue, _ string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, hasNumber)
		if at < 0 {
			return ""
		}
		i := strings.IndexFunc(words[at], unicode.IsDigit)
		return with(words, at, glue, words[at][:i]+"1"+words[at][i:])
	},
	"a word lost": func(words []string, glue, _ string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, hasLetter)
		if at < 0 {
			return ""
		}
		return with(words, at, glue)
	},
	"a denial lost": func(words []string, glue, _ string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, isDenial)
		if at < 0 {
			return ""
		}
		return with(words, at, glue)
	},
	"a denial more": func(words []string, glue, lang string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, hasLetter)
		if at < 0 {
			return ""
		}
		return with(words, at, glue, denial[lang], words[at])
	},
	"a denial before it": func(words []string, glue, lang string, _ *rand.Rand, _ []Known) string {
		return denial[lang] + glue + strings.Join(words, glue)
	},
	"a word more": func(words []string, glue, lang string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, hasLetter)
		if at < 0 {
			return ""
		}
		return with(words, at, glue, other[lang], words[at])
	},
	"another word": func(words []string, glue, lang string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, hasLetter)
		if at < 0 {
			return ""
		}
		return with(words, at, glue, other[lang])
	},
	"another of our words": func(words []string, glue, _ string, r *rand.Rand, others []Known) string {
		at := inside(words, r, hasLetter)
		from, _ := parted(others[r.IntN(len(others))].Text)
		put := from[r.IntN(len(from))]
		if at < 0 || !hasLetter(put) || locales.Fold(put) == locales.Fold(words[at]) {
			return ""
		}
		return with(words, at, glue, put)
	},
	"two words swapped": func(words []string, glue, _ string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, hasLetter)
		if at < 1 || locales.Fold(words[at]) == locales.Fold(words[at-1]) || !hasLetter(words[at-1]) {
			return ""
		}
		w := append([]string{}, words...)
		w[at], w[at-1] = w[at-1], w[at]
		return strings.Join(w, glue)
	},
	"another link": func(words []string, glue, _ string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, func(w string) bool { return strings.Contains(w, ".org") })
		if at < 0 {
			return ""
		}
		return with(words, at, glue, strings.Replace(words[at], ".org", [...]string{".com", ".org.mx", "-help.org", ".0rg"}[r.IntN(4)], 1))
	},
	"a link of one other letter": func(words []string, glue, _ string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, func(w string) bool { return strings.Contains(w, ".org") })
		if at < 0 {
			return ""
		}
		return with(words, at, glue, strings.Replace(strings.Replace(words[at], "posada", "posado", 1), "unhcr", "unchr", 1))
	},
	"a link more": func(words []string, glue, _ string, _ *rand.Rand, _ []Known) string {
		return strings.Join(words, glue) + " https://bit.ly/3xYz"
	},
	"a phone more": func(words []string, glue, _ string, _ *rand.Rand, _ []Known) string {
		return strings.Join(words, glue) + " +52 55 1234 5678"
	},
	"a stranger's sentence before it": func(words []string, glue, lang string, _ *rand.Rand, _ []Known) string {
		return stranger[lang] + " " + strings.Join(words, glue)
	},
	"a stranger's sentence behind it": func(words []string, glue, lang string, _ *rand.Rand, _ []Known) string {
		return strings.Join(words, glue) + " " + stranger[lang]
	},
	"a stranger's sentence within it": func(words []string, glue, lang string, r *rand.Rand, _ []Known) string {
		at := inside(words, r, hasLetter)
		if at < 0 {
			return ""
		}
		return with(words, at, glue, " "+stranger[lang]+" ", words[at])
	},
	"two pieces of two texts": func(words []string, glue, _ string, r *rand.Rand, others []Known) string {
		more, _ := parted(others[r.IntN(len(others))].Text)
		return strings.Join(words[:1+len(words)/2], glue) + glue + strings.Join(more[len(more)/2:], glue)
	},
	"its middle lost": func(words []string, glue, _ string, _ *rand.Rand, _ []Known) string {
		n := len(words)
		return strings.Join(words[:n/3], glue) + glue + strings.Join(words[n/3+2:], glue)
	},
}

func TestAChangedTextIsNeverOurs(t *testing.T) {
	x, by := all(t)
	plain := map[string][]string{}
	for lang, texts := range by {
		for _, k := range texts {
			plain[lang] = append(plain[lang], plainly(k.Text))
		}
	}
	for class, do := range changes {
		r := rand.New(rand.NewPCG(5, 6))
		tried, changed, yes := 0, 0, 0
		for _, lang := range langs {
			for i, k := range by[lang] {
				if i%4 != 0 {
					continue
				}
				words, glue := parted(k.Text)
				text := do(words, glue, lang, r, by[lang])
				if text == "" || isOurs(plain[lang], plainly(text)) {
					continue
				}
				tried++
				switch a := x.Find(text); a.Verdict {
				case Changed:
					changed++
				case Sent:
					yes++
					t.Errorf("%s: %s: %+v: %q of %q", class, k.ID, a, text, k.Text)
				}
			}
		}
		t.Logf("%s: %d texts, %d told to be made from ours, %d taken for ours", class, tried, changed, yes)
		if tried < 50 && !raced {
			t.Errorf("%s: tried on %d texts alone", class, tried)
		}
	}
}

// isOurs tells whether all words of a text stand in a row in one of ours after all.
func isOurs(plain []string, text string) bool {
	for _, p := range plain {
		if strings.Contains(p, text) {
			return true
		}
	}
	return false
}
