// vocabulary.go finds the words of one language in a text: single ones, several in a row, beginnings of words, and misspelt ones.

package claim

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"posada/locales"
)

// vocabulary is the words of one language and what they mean.
type vocabulary struct {
	terms    map[string][]term   // by the first word
	stems    map[string][]term   // by the first word, of which any ending may follow
	slips    map[string][]string // single words and stems of some length without one letter: the words
	prefixes []string
	longest  int // bytes of the longest stem
}

// term is one way to say what id stands for.
type term struct {
	id   string
	rest []string // the words after the first; a stem ends in *
}

// add takes a word, or several in a row; a * stands for any ending.
func (v *vocabulary) add(id, text string) {
	var words []string
	for part := range strings.FieldsSeq(text) {
		stem := strings.HasSuffix(part, "*")
		tokens := locales.Tokens(locales.Fold(strings.TrimSuffix(part, "*")))
		if stem && len(tokens) > 0 {
			tokens[len(tokens)-1] += "*"
		}
		words = append(words, tokens...)
	}
	if len(words) == 0 {
		return
	}
	into := v.terms
	first, stem := strings.CutSuffix(words[0], "*")
	if stem {
		into = v.stems
		v.longest = max(v.longest, len(first))
	}
	into[first] = append(into[first], term{id, words[1:]})
}

// settle makes the vocabulary ready: the same whatever the order in which words were added.
func (v *vocabulary) settle() {
	for _, all := range []map[string][]term{v.terms, v.stems} {
		for first, terms := range all {
			slices.SortFunc(terms, func(a, b term) int { return cmp.Or(cmp.Compare(a.id, b.id), slices.Compare(a.rest, b.rest)) })
			if utf8.RuneCountInString(first) >= shortest && !locales.Spaceless(first) && !hasDigit(first) {
				for _, s := range slipsOf(first) {
					if !slices.Contains(v.slips[s], first) {
						v.slips[s] = append(v.slips[s], first)
					}
				}
			}
		}
	}
	for _, words := range v.slips {
		slices.Sort(words)
	}
}

// find tells what the beginning of tokens means, and how many of them that is; 0 for nothing known.
func (v *vocabulary) find(tokens []string) ([]string, int) {
	if v == nil {
		return nil, 0
	}
	if ids, n := v.exact(tokens); n > 0 {
		return ids, n
	}
	first := tokens[0]
	if utf8.RuneCountInString(first) < shortest || hasDigit(first) {
		return nil, 0
	}
	return v.misspelt(first)
}

// exact finds words as they are listed, also behind a prefix.
func (v *vocabulary) exact(tokens []string) ([]string, int) {
	ids, n := v.at(tokens[0], tokens)
	if n > 0 || len(v.prefixes) == 0 {
		return ids, n
	}
	for _, p := range v.prefixes {
		if bare, ok := strings.CutPrefix(tokens[0], p); ok && utf8.RuneCountInString(bare) >= 3 {
			if found, m := v.at(bare, tokens); m > n {
				ids, n = found, m
			}
		}
	}
	return ids, n
}

// at finds what stands at the beginning of tokens when first is taken for the first of them. The most words win; of those, all
// that are meant, concepts before words that carry none.
func (v *vocabulary) at(first string, tokens []string) (ids []string, n int) {
	try := func(terms []term) {
		for _, t := range terms {
			size := 1 + len(t.rest)
			if size < n || !follows(t.rest, tokens[1:]) {
				continue
			}
			if size > n {
				ids, n = nil, size
			}
			if !slices.Contains(ids, t.id) {
				ids = append(ids, t.id)
			}
		}
	}
	try(v.terms[first])
	for end := range min(len(first), v.longest) + 1 {
		if end >= 2 && (end == len(first) || utf8.RuneStart(first[end])) {
			try(v.stems[first[:end]])
		}
	}
	return ids, n
}

// misspelt finds a single word with a slip in it. Only a word of the same length, or about so, is taken for it.
func (v *vocabulary) misspelt(word string) (ids []string, n int) {
	letters := []rune(word)
	for end := len(letters); end >= max(shortest, len(letters)-4); end-- {
		start := string(letters[:end])
		for _, s := range slipsOf(start) {
			for _, known := range v.slips[s] {
				if !locales.Near(start, known) {
					continue
				}
				if end == len(letters) {
					ids = single(ids, v.terms[known])
				}
				ids = single(ids, v.stems[known])
			}
		}
		if len(ids) > 0 {
			return ids, 1
		}
	}
	return nil, 0
}

// single adds what terms of one word mean.
func single(ids []string, terms []term) []string {
	for _, t := range terms {
		if len(t.rest) == 0 && !slices.Contains(ids, t.id) {
			ids = append(ids, t.id)
		}
	}
	return ids
}

// slipsOf lists a word and the word without each of its letters: two words that share one of these are a slip or two apart.
func slipsOf(word string) []string {
	out := []string{word}
	for i, r := range word {
		out = append(out, word[:i]+word[i+utf8.RuneLen(r):])
	}
	return out
}

// follows tells whether words, the stems among them with any ending, stand at the beginning of tokens.
func follows(words, tokens []string) bool {
	if len(words) > len(tokens) {
		return false
	}
	for i, w := range words {
		if stem, ok := strings.CutSuffix(w, "*"); ok && !strings.HasPrefix(tokens[i], stem) || !ok && tokens[i] != w {
			return false
		}
	}
	return true
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }
