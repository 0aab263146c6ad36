// suggest.go guesses in which language a person writes, from what the locale files know of each: its script, its letters, its
// greetings and its small words. It only ever suggests; the person is asked.

package locales

import (
	"strings"
	"unicode"
)

// What speaks for a language, in points, and how many of them make a suggestion.
const (
	pointsGreeting = 2.0
	pointsLetter   = 1.0 // for each different letter that only this language of its script has
	pointsWord     = 1.0 // for each small word, shared among the languages that have it
	leastPoints    = 1.0
	leastRatio     = 1.3 // to the second
)

// scripts are those that tell languages apart.
var scripts = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Arabic, unicode.Han, unicode.Devanagari, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Hebrew, unicode.Greek, unicode.Thai, unicode.Armenian, unicode.Georgian, unicode.Ethiopic, unicode.Bengali, unicode.Gurmukhi}

// tongue is what is known of a language for guessing.
type tongue struct {
	code    string
	script  int
	letters string
}

// indexTongues reads what the locale files tell for guessing: language.words, language.letters, and the script of the language's
// own name.
func (c *Catalogue) indexTongues() {
	c.smallWords = map[string][]string{}
	for _, l := range c.order {
		c.tongues = append(c.tongues, tongue{l.Code, scriptOf(l.Raw("language.name")), l.Raw("language.letters")})
		seen := map[string]bool{}
		for _, w := range l.List("language.words") {
			for _, part := range Tokens(Fold(w)) {
				if !seen[part] {
					seen[part] = true
					c.smallWords[part] = append(c.smallWords[part], l.Code)
				}
			}
		}
	}
}

// scriptOf tells in which of the scripts most letters of a text are, -1 for none.
func scriptOf(text string) int {
	var counts [16]int
	best := -1
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		for i, s := range scripts {
			if unicode.Is(s, r) {
				if counts[i]++; best < 0 || counts[i] > counts[best] {
					best = i
				}
				break
			}
		}
	}
	return best
}

// Suggest tells in which language a text seems to be written, "" when it cannot be told: two languages of one script are told
// apart by their own letters and words or not at all, so that a Ukrainian is not spoken to in Russian, nor a speaker of Dari in
// Arabic.
func (c *Catalogue) Suggest(text string) string {
	script := scriptOf(text)
	if script < 0 {
		return ""
	}
	if r := []rune(text); len(r) > suggestRunes {
		text = string(r[:suggestRunes])
	}
	folded := Fold(text)
	lower := strings.ToLower(text)
	greeting := c.Greeting(folded)
	if greeting == "" {
		greeting = c.KeywordLanguage(folded)
	}
	words := Tokens(folded)
	best, bestPoints, second, candidates := "", 0.0, 0.0, 0
	for _, t := range c.tongues {
		if t.script != script {
			if t.code == greeting { // in the letters of another script: "privet"
				return greeting
			}
			continue
		}
		candidates++
		points := 0.0
		if t.code == greeting {
			points += pointsGreeting
		}
		for _, r := range t.letters {
			if strings.ContainsRune(lower, r) {
				points += pointsLetter
			}
		}
		for _, w := range words {
			in := c.smallWords[w]
			for _, code := range in {
				if code == t.code {
					points += pointsWord / float64(len(in))
				}
			}
		}
		if points > bestPoints {
			best, bestPoints, second = t.code, points, bestPoints
		} else if points > second {
			second = points
		} else if best == "" && candidates == 1 {
			best = t.code
		}
	}
	if candidates == 1 && script != latin {
		return best
	}
	if bestPoints < leastPoints || bestPoints < leastRatio*second {
		return ""
	}
	return best
}

// latin is the index of the script that so many languages share that it alone tells nothing.
const latin = 0

// suggestRunes is how much of a text is looked at.
const suggestRunes = 300
