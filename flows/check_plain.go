// How plain the texts are that a person reads.
package flows

import (
	"cmp"
	"fmt"
	"slices"

	"posada/locales"
)

const (
	// minPlainWords is the least of words that a formula is asked about: they were made for samples of a hundred.
	minPlainWords = 100
	// minHardWords is the least of words for a message to be among the hardest: a label of one long word is no sentence.
	minHardWords = 8
	// MaxSentenceSigns is the most signs of one sentence in a script without spaces.
	MaxSentenceSigns = 45
)

// Hard is a message and how it reads.
type Hard struct {
	Message string
	Line    int
	Text    string
	locales.Readability
}

// Plain measures all that a person reads in a language on a day, and finds its hardest messages, the hardest first: by the formula of
// the language, or, where there is none, by their longest sentence.
func (b *Book) Plain(day *Day, l *locales.Language, most int) (locales.Readability, []Hard) {
	var texts []string
	var hard []Hard
	for _, id := range l.IDs() {
		if locales.IsList(id) {
			continue
		}
		text := b.shown(day, l, id)
		texts = append(texts, text)
		if r := l.Read(text); r.Words >= minHardWords {
			hard = append(hard, Hard{id, l.Line(id), text, r})
		}
	}
	slices.SortStableFunc(hard, func(x, y Hard) int {
		switch {
		case x.Formula == nil:
			return cmp.Compare(y.Longest, x.Longest)
		case x.Formula.Grade:
			return cmp.Compare(y.Score, x.Score)
		}
		return cmp.Compare(x.Score, y.Score)
	})
	return l.Read(texts...), hard[:min(most, len(hard))]
}

// plain warns of a language that reads too hard on the whole, and of sentences that are too long where no spaces count their words.
func (c *checker) plain(l *locales.Language) {
	r, hard := c.book.Plain(c.day, l, len(l.IDs()))
	if f := r.Formula; f != nil && r.Words >= minPlainWords && f.Misses(r.Score) {
		c.add("locales/"+l.File, 1, true, "it reads too hard: %s", Verdict(r))
	}
	for _, h := range hard {
		if locales.Spaceless(h.Text) && h.Longest > MaxSentenceSigns {
			file, line := c.where(l, h.Message)
			c.add(file, line, true, "message %s has a sentence of %d signs, more than %d", h.Message, h.Longest, MaxSentenceSigns)
		}
	}
}

// Verdict is the score of a language in words.
func Verdict(r locales.Readability) string {
	if r.Formula == nil {
		return fmt.Sprintf("no published formula; %.1f words a sentence, at most %d", r.Mean(), r.Longest)
	}
	bound := "at least"
	if r.Formula.Grade {
		bound = "at most"
	}
	return fmt.Sprintf("%s %.1f (%s %.0f); %.1f words a sentence", r.Formula.Name, r.Score, bound, r.Formula.Bound, r.Mean())
}
