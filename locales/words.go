// The words that work everywhere: keywords, greetings, names of months and
// the phrases of a crisis, of all languages at once. A person need not have
// chosen a language to be understood.
package locales

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The keywords: each language lists its own words for them.
const (
	KeyMenu     = "menu"
	KeyBack     = "back"
	KeyRepeat   = "repeat"
	KeyHelp     = "help"
	KeyLanguage = "language"
	KeyStop     = "stop"
	KeyStart    = "start"
	KeyDelete   = "delete"
	KeySource   = "source"
	KeyMore     = "more"
	KeyDiary    = "diary"
	KeyListen   = "listen"
	KeyPerson   = "person"
)

// Keywords lists them all.
var Keywords = []string{KeyMenu, KeyBack, KeyRepeat, KeyHelp, KeyLanguage, KeyStop, KeyStart, KeyDelete, KeySource, KeyMore, KeyDiary, KeyListen, KeyPerson}

// CrisisKinds are the crises whose phrases each language lists under crisis.*.
var CrisisKinds = []string{"kidnapped", "danger", "suicide", "sexual", "missing", kindChild}

const kindChild = "child"

// crisisGap is how many words "..." in a phrase may stand for.
const crisisGap = 3

type phrase struct {
	parts      [][]string // runs of words; between two runs up to crisisGap others
	last       bool       // nothing may stand after it: "我想死$" is not "我想死你了"
	kind, lang string
}

func (c *Catalogue) indexWords() {
	c.keywords = map[string]string{"*": KeyBack, "#": KeyMenu, "?": KeyHelp, "##": KeyLanguage, "🌐": KeyLanguage, "🔊": KeyListen}
	c.keywordLang = map[string]string{}
	c.greeting = map[string]string{}
	c.yearWord = map[string]int{}
	c.crisis = map[string][]phrase{}
	c.negation = map[string]bool{}
	for _, l := range c.order {
		for _, kw := range Keywords {
			for _, w := range l.List("keyword." + kw) {
				w = Fold(w)
				if was, ok := c.keywords[w]; ok && was != kw {
					c.clash = append(c.clash, Clash{l.File, l.Line("keyword." + kw), fmt.Sprintf("%q means %s, and elsewhere %s", w, kw, was)})
					continue
				}
				c.keywords[w] = kw
				if was, ok := c.keywordLang[w]; !ok {
					c.keywordLang[w] = l.Code
				} else if was != l.Code {
					c.keywordLang[w] = "" // a word of several languages tells nothing
				}
			}
		}
		for _, w := range append(l.List("language.greetings"), l.Raw("language.name")) {
			if w = Fold(w); w != "" && c.greeting[w] == "" {
				c.greeting[w] = l.Code
			}
		}
		for m := 1; m <= 12; m++ {
			id := fmt.Sprintf("m%02d", m)
			for _, w := range append(l.List("date.month_also."+id), l.months[m]) {
				w = Fold(w)
				if short := strings.ReplaceAll(w, " ", ""); short != w { // "كانون الثاني"
					c.longMonths = append(c.longMonths, " "+w+" ", " "+short+" ")
					w = short
				}
				if w != "" {
					l.monthWords[w] = m
				}
				if was, ok := c.yearWord[w]; ok && was != m {
					c.clash = append(c.clash, Clash{l.File, l.Line("date.month." + id), fmt.Sprintf("%q is two months: %d and %d", w, was, m)})
					continue
				}
				if w != "" {
					c.yearWord[w] = m
				}
			}
		}
		for _, w := range l.List("words.no") {
			c.negation[Fold(w)] = true
		}
		for _, kind := range CrisisKinds {
			for _, text := range split(l.Raw("crisis."+kind), "|") {
				p := phrase{kind: kind, lang: l.Code, last: strings.HasSuffix(text, "$")}
				for _, run := range strings.Split(text, "...") {
					if words := Tokens(Fold(run)); len(words) > 0 {
						p.parts = append(p.parts, words)
					}
				}
				if len(p.parts) > 0 {
					first := p.parts[0][0]
					c.crisis[first] = append(c.crisis[first], p)
				}
			}
		}
	}
	c.joinMonths = strings.NewReplacer(c.longMonths...)
}

// Clashes lists keywords and month names that mean two things at once.
func (c *Catalogue) Clashes() []Clash {
	c.dangers.listen()
	return append(slices.Clip(c.clash), c.dangers.clash...)
}

// Listen reads at once what Crisis else reads at the first text it looks at.
func (c *Catalogue) Listen() { c.dangers.listen() }

// Clash is a word that means two things, and where it stands for the second.
type Clash struct {
	File string
	Line int
	Text string
}

// Keyword tells which keyword a folded text is, "" for none.
func (c *Catalogue) Keyword(folded string) string { return c.keywords[folded] }

// KeywordLanguage tells which language alone has a folded text as a keyword,
// "" for none or several.
func (c *Catalogue) KeywordLanguage(folded string) string { return c.keywordLang[folded] }

// Greeting tells in which language a folded text greets (or names the
// language), "" if it does not. It only ever suggests a language: a person is
// asked. A greeting followed by other words counts.
func (c *Catalogue) Greeting(folded string) string {
	if code := c.greeting[folded]; code != "" {
		return code
	}
	for i, r := range folded {
		if r == ' ' {
			if code := c.greeting[folded[:i]]; code != "" {
				return code
			}
		}
	}
	return ""
}

// ForDates writes a folded text so that its dates and times can be read word by
// word: month names of several words as one, and Chinese dates and times as
// others write them.
func (c *Catalogue) ForDates(folded string) string {
	folded = eastern(folded)
	if joined := c.joinMonths.Replace(" " + folded + " "); len(joined) != len(folded)+2 {
		return strings.TrimSpace(joined)
	}
	return folded
}

// Month tells which month (1..12) a folded word names in any language, 0 for
// none.
func (c *Catalogue) Month(folded string) int { return c.yearWord[folded] }

// Month tells which month (1..12) a folded word names in this language, 0 for
// none. "Mas" is March in Haitian Creole, and "more" in Spanish.
func (l *Language) Month(folded string) int { return l.monthWords[folded] }

// Crisis finds a crisis phrase of any language anywhere in a folded text, or
// words that mean one together. It
// returns its kind and language, "" when there is none. Of several it takes the
// one that stands first; that the person is a child comes after everything
// else, for a child in danger is in danger first.
func (c *Catalogue) Crisis(folded string) (kind, lang string) {
	words := Tokens(folded)
	kind, lang = c.phrases(words)
	if kind == "" || kind == kindChild {
		if said, in := c.dangers.find(words); said != "" {
			return said, in
		}
	}
	return kind, lang
}

// phrases finds whole phrases that mean a crisis by themselves.
func (c *Catalogue) phrases(words []string) (kind, lang string) {
	for i, w := range words {
		meant := c.crisis[w]
		if isAge(w) {
			meant = append(slices.Clip(meant), c.crisis["#"]...)
		}
		for _, p := range meant {
			if p.kind == kindChild && (kind != "" || i > 0 && c.negation[words[i-1]]) || !p.at(words[i:]) {
				continue // "no soy menor de edad"
			}
			kind, lang = p.kind, p.lang
			if kind != kindChild {
				return kind, lang
			}
		}
	}
	return kind, lang
}

// same compares words with a run of a phrase, in which # is the age of a child.
func same(words, run []string) bool {
	return slices.EqualFunc(words, run, func(w, want string) bool {
		return w == want || want == "#" && isAge(w)
	})
}

// isAge tells whether a word is the age of a child who can write.
func isAge(w string) bool {
	age, err := strconv.Atoi(w)
	return err == nil && age >= 5 && age < adult
}

// adult is the age at which nobody is a child any more in US law.
const adult = 18

// at tells whether the phrase stands at the beginning of words.
func (p phrase) at(words []string) bool {
	if len(words) < len(p.parts[0]) || !same(words[:len(p.parts[0])], p.parts[0]) {
		return false
	}
	words = words[len(p.parts[0]):]
	for _, part := range p.parts[1:] {
		found := false
		for skip := 0; skip <= crisisGap && skip+len(part) <= len(words); skip++ {
			if same(words[skip:skip+len(part)], part) {
				words, found = words[skip+len(part):], true
				break
			}
		}
		if !found {
			return false
		}
	}
	return !p.last || len(words) == 0
}
