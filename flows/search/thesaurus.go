// The thesaurus: which words of a language say the same thing. A question that
// shares no word with any example is still found by what its words mean.
package search

import (
	"slices"
	"strings"

	"posada/locales"
)

// Concept is a thing that people have many words for. A word ends in * when any
// ending may follow; words may be several in a row.
type Concept struct {
	ID    string
	Words []string
}

// Thesaurus finds concepts in a text.
type Thesaurus struct {
	first map[string][]term // by the first word, or the stem of it
}

// term is one way to say a concept.
type term struct {
	concept string
	words   []string // with * at the end of a stem
}

// NewThesaurus gathers the concepts of one language.
func NewThesaurus(concepts []Concept) *Thesaurus {
	t := &Thesaurus{first: map[string][]term{}}
	for _, c := range concepts {
		for _, w := range c.Words {
			var words []string
			for _, part := range strings.Fields(w) {
				stem := strings.HasSuffix(part, "*")
				tokens := locales.Tokens(locales.Fold(strings.TrimSuffix(part, "*")))
				if stem && len(tokens) > 0 {
					tokens[len(tokens)-1] += "*"
				}
				words = append(words, tokens...)
			}
			if len(words) > 0 {
				t.first[words[0]] = append(t.first[words[0]], term{c.ID, words})
			}
		}
	}
	return t
}

// In lists the concepts that stand in a text, each once, in order of their ids.
func (t *Thesaurus) In(tokens []string) []string {
	if t == nil {
		return nil
	}
	var out []string
	add := func(key string, rest []string) {
		for _, term := range t.first[key] {
			if i, found := slices.BinarySearch(out, term.concept); !found && follows(term.words[1:], rest) {
				out = slices.Insert(out, i, term.concept)
			}
		}
	}
	var room [80]byte
	for i, w := range tokens {
		add(w, tokens[i+1:])
		if len(w) >= len(room) {
			continue
		}
		// Its beginnings, as stems are kept.
		for end := 2; end <= len(w); end++ {
			if end < len(w) && w[end]&0xC0 == 0x80 {
				continue // in the middle of a letter
			}
			add(string(append(append(room[:0], w[:end]...), '*')), tokens[i+1:])
		}
	}
	return out
}

// follows tells whether words stand at the beginning of tokens.
func follows(words, tokens []string) bool {
	if len(words) > len(tokens) {
		return false
	}
	for i, w := range words {
		if stem, ok := strings.CutSuffix(w, "*"); ok {
			if !strings.HasPrefix(tokens[i], stem) {
				return false
			}
		} else if tokens[i] != w {
			return false
		}
	}
	return true
}
