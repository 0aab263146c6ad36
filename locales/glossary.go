// glossary.go holds the translations to their terms: a word of the law is called the same everywhere. glossary/LANG.yaml has one line a
// term, with the official or usual one first; glossary/en.yaml says which terms there are, and in which words English speaks of them.

package locales

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// glossaryFolder holds a file for each language.
const glossaryFolder = "glossary"

// term is one line of a glossary: its forms as they are written there, a stem with a * at its end.
type term struct {
	name  string
	forms []string
	line  int
}

// readGlossaries reads the terms of every language that has some.
func (c *Catalogue) readGlossaries(fsys fs.FS) error {
	names, err := fs.Glob(fsys, glossaryFolder+"/*.yaml")
	if err != nil {
		return fmt.Errorf("list %s: %w", glossaryFolder, err)
	}
	for _, name := range names {
		l := c.byCode[strings.TrimSuffix(path.Base(name), ".yaml")]
		if l == nil {
			return fmt.Errorf("%s: no language is called so", name)
		}
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		err = eachLine(name, string(raw), func(line int, key, value string) error {
			text, rest, ok := unquote(value)
			t := term{name: key, forms: split(text, "|"), line: line}
			if !ok || rest != "" || len(t.forms) == 0 {
				return errors.New(`it is no "term | other form | stem*"`)
			}
			l.terms = append(l.terms, t)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Term is the official or usual word of the language for a term of the glossary, "" when there is none.
func (l *Language) Term(name string) string {
	for _, t := range l.terms {
		if t.name == name {
			return t.forms[0]
		}
	}
	return ""
}

// Fault is something wrong with a language, and where.
type Fault struct {
	File    string // in the folder of languages
	Line    int
	Message string // "" when it is about no message
	Text    string
}

// TermFaults lists the messages of a translation whose original speaks of a term, and which have none of the language's forms for it;
// and terms that the language's glossary lacks. Lists for the machine are not looked at.
func (c *Catalogue) TermFaults(l *Language) []Fault {
	src := c.byCode[Source]
	if l == src || len(src.terms) == 0 {
		return nil
	}
	var out []Fault
	file := glossaryFolder + "/" + l.File
	forms := map[string][]pattern{}
	for _, t := range l.terms {
		if !slices.ContainsFunc(src.terms, func(s term) bool { return s.name == t.name }) {
			out = append(out, Fault{file, t.line, "", fmt.Sprintf("%s/%s has no term %q", glossaryFolder, src.File, t.name)})
		}
		forms[t.name] = patterns(t.forms, false)
	}
	var terms []englishTerm
	for _, t := range src.terms {
		if forms[t.name] == nil {
			out = append(out, Fault{file, 1, "", fmt.Sprintf("term %q is missing", t.name)})
		}
		for _, p := range patterns(t.forms, true) {
			terms = append(terms, englishTerm{t.name, p})
		}
	}
	slices.SortStableFunc(terms, func(a, b englishTerm) int { return len(b.form.words) - len(a.form.words) })
	for _, id := range l.IDs() {
		if IsList(id) || !src.Has(id) || l.Line(id) == 0 {
			continue
		}
		folded := termText(l.Raw(id))
		words := Words(folded)
		for _, name := range termsOf(src.Raw(id), terms) {
			if forms[name] != nil && !slices.ContainsFunc(forms[name], func(p pattern) bool { return p.in(words, folded) }) {
				out = append(out, Fault{l.File, l.Line(id), id, fmt.Sprintf("message %s speaks of %q, and uses no word of the glossary for it: %s", id, name, l.Term(name))})
			}
		}
	}
	return out
}

// termText folds a text for its terms: what is joined to a word by an apostrophe (d'asile) or a joiner (Persian plurals) stands apart,
// and placeholders are no words.
func termText(text string) string {
	var b strings.Builder
	for text != "" {
		before, rest, open := strings.Cut(text, "{{")
		b.WriteString(before)
		if text = ""; open {
			_, text, _ = strings.Cut(rest, "}}")
		}
	}
	return Fold(apart.Replace(b.String()))
}

var apart = strings.NewReplacer("'", " ", "’", " ", "\u200c", " ")

type englishTerm struct {
	name string
	form pattern
}

// termsOf lists the terms that an English text speaks of. A word counts for the longest term alone: an "asylum officer" is no
// "asylum".
func termsOf(text string, longestFirst []englishTerm) []string {
	words := Words(termText(text))
	taken := make([]bool, len(words))
	var out []string
	for _, t := range longestFirst {
		for at := range words {
			n := len(t.form.words)
			if at+n > len(words) || slices.Contains(taken[at:at+n], true) || !t.form.at(words[at:]) {
				continue
			}
			for i := range n {
				taken[at+i] = true
			}
			if !slices.Contains(out, t.name) {
				out = append(out, t.name)
			}
		}
	}
	return out
}

// pattern is one form of a term: words in a row, or, in a script without spaces, signs anywhere.
type pattern struct {
	words  []formWord
	joined string
}

type formWord struct {
	text string
	stem bool // any word that begins so
	s    bool // an English plural counts too
}

func patterns(forms []string, english bool) []pattern {
	var out []pattern
	for _, form := range forms {
		var p pattern
		for field := range strings.FieldsSeq(form) {
			text, stem := strings.CutSuffix(field, "*")
			words := Words(termText(text))
			for i, w := range words {
				p.words = append(p.words, formWord{w, stem && i == len(words)-1, english})
			}
			if strings.ContainsFunc(text, isSpaceless) {
				p.joined += strings.Join(words, "")
			}
		}
		if len(p.words) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func (p pattern) in(words []string, folded string) bool {
	if p.joined != "" {
		return strings.Contains(strings.ReplaceAll(folded, " ", ""), p.joined)
	}
	for at := range words {
		if p.at(words[at:]) {
			return true
		}
	}
	return false
}

// at tells whether words begin with the form.
func (p pattern) at(words []string) bool {
	if len(words) < len(p.words) {
		return false
	}
	for i, f := range p.words {
		w := words[i]
		plural := f.s && (w == f.text+"s" || w == f.text+"es" || strings.HasSuffix(f.text, "y") && w == strings.TrimSuffix(f.text, "y")+"ies")
		if w != f.text && !plural && (!f.stem || !strings.HasPrefix(w, f.text)) {
			return false
		}
	}
	return true
}
