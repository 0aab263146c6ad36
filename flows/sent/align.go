// align.go lays a text beside one of ours, word by word.

package sent

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"posada/locales"
)

// slipsIn is of how many words one may be misspelt.
const slipsIn = 4

// piece tells whether q is the whole of a known text, or a piece of it that stands by itself.
func (x *Index) piece(q []word, k *known) (whole, piece bool) {
	for from := range k.words {
		to, ok := x.along(q, k, from)
		if !ok {
			continue
		}
		if from == 0 && to == len(k.words) {
			return true, false
		}
		piece = piece || standsAlone(k.words, from, to)
	}
	return false, piece
}

// along walks q beside a known text from a word of it on, and returns the word after the last. The first and the last word of q
// may be what a cut has left of one.
func (x *Index) along(q []word, k *known, from int) (to int, ok bool) {
	slips, i, j := 0, 0, from
	used := x.used[k.Lang]
	for i < len(q) {
		if j == len(k.words) {
			return 0, false
		}
		a, b := q[i], k.words[j]
		na, nb := 0, 0
		if a.exact && b.exact && a.text != b.text {
			na, nb = grouped(q[i:], k.words[j:])
		}
		switch {
		case a.text == b.text:
			i, j = i+1, j+1
		case slip(a, b, used, k.Lang):
			slips++
			i, j = i+1, j+1
		case j+1 < len(k.words) && joined(a, b, k.words[j+1]):
			i, j = i+1, j+2
		case i+1 < len(q) && joined(b, a, q[i+1]):
			i, j = i+2, j+1
		case na > 0:
			i, j = i+na, j+nb
		case i == 0 && !a.begun && cutOff(a, b) && strings.HasSuffix(b.text, a.text), i == len(q)-1 && !a.done && cutOff(a, b) && strings.HasPrefix(b.text, a.text):
			i, j = i+1, j+1
		default:
			return 0, false
		}
	}
	return j, slips <= max(1, len(q)/slipsIn)
}

// joined tells whether a word is two others written together.
func joined(one, a, b word) bool {
	return len(one.text) == len(a.text)+len(b.text) && one.text == a.text+b.text && a.ends < endSentence &&
		!one.exact && !one.close && !a.exact && !a.close && !b.exact && !b.close && utf8.RuneCountInString(one.text) >= 6
}

// leastDialled is from how many digits on they may be grouped in any way: so long a run is dialled, not read.
const leastDialled = 7

// grouped returns how many words of each side are the same digits in other groups: 1 000 is 1000, and a telephone number is one
// however it is parted. 0 when they are not. A number does not go on behind the end of a sentence: "on the 14. 120 places" is
// not 14120 places.
func grouped(a, b []word) (na, nb int) {
	if !digits(a[0].text) || !digits(b[0].text) {
		return 0, 0
	}
	na, nb = 1, 1
	x, y, total, small := a[0].text, b[0].text, 0, false
	for {
		n := min(len(x), len(y))
		if x[:n] != y[:n] {
			return 0, 0
		}
		x, y, total = x[n:], y[n:], total+n
		if x == "" && y == "" && (!small || total >= leastDialled) {
			return na, nb
		}
		side, at, rest := a, &na, &x
		if y == "" {
			side, at, rest = b, &nb, &y
		}
		if *at == len(side) || side[*at-1].ends >= endSentence || !digits(side[*at].text) {
			return 0, 0
		}
		*rest = side[*at].text
		small = small || len(*rest) < 3
		*at++
	}
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// cutOff tells whether a word may be what is left of another one. It may not read as a word that denies or counts.
func cutOff(part, of word) bool {
	return !part.exact && (!part.close || len(part.text) == 1) && !of.exact && !of.close && !of.sign && part.text != of.text
}

// standsAlone tells whether the words from..to of a text still say what they say in it: not when what was cut off their
// sentence denies it, nor when the next sentence does nothing else.
func standsAlone(k []word, from, to int) bool {
	if lostBefore(k[:from]) {
		return false
	}
	rest, next := k[to:], 0
	if k[to-1].ends < endSentence {
		next = sentence(rest)
		if lostAfter(rest[:next]) {
			return false
		}
	}
	if to+next > 0 && k[to+next-1].ends == endLine {
		return true // another matter begins
	}
	verdict := rest[next : next+sentence(rest[next:])]
	return len(verdict) > verdictWords || !denied(verdict)
}

const (
	verdictWords = 3 // of a sentence that does nothing but deny the one before
	asideWords   = 5 // of a part of a sentence that may deny the part beside it: "..., which is not true"
)

// sentence is how many words stand to the end of the sentence.
func sentence(words []word) int {
	for i, w := range words {
		if w.ends >= endSentence {
			return i + 1
		}
	}
	return len(words)
}

func denied(words []word) bool {
	return slices.ContainsFunc(words, func(w word) bool { return w.deny })
}

// lostBefore tells whether the words before a cut hold a denial of what follows it: in the same part of its sentence, or in a
// short one beside it.
func lostBefore(words []word) bool {
	part := 0
	for i := len(words) - 1; i >= 0 && words[i].ends < endSentence; i-- {
		if words[i].ends == endClause {
			if denied(words[i+1 : i+1+part]) {
				return true
			}
			aside := words[:i+1]
			from := len(aside) - 1
			for from > 0 && aside[from-1].ends == endNothing {
				from--
			}
			return len(aside)-from <= asideWords && denied(aside[from:])
		}
		part++
	}
	return denied(words[len(words)-part:])
}

// lostAfter is the same of the words behind a cut, to the end of the sentence.
func lostAfter(words []word) bool {
	for i, w := range words {
		if w.ends == endNothing {
			continue
		}
		if denied(words[:i+1]) {
			return true
		}
		aside := words[i+1:]
		to := 0
		for to < len(aside) && (to == 0 || aside[to-1].ends == endNothing) {
			to++
		}
		return to <= asideWords && denied(aside[:to])
	}
	return denied(words)
}

// Slips.
const (
	leastLetters = 5  // of a word in which a letter may be wrong
	longWord     = 10 // letters of one in which two may be
	leastSwapped = 4  // letters of a word in which two may be swapped or one doubled, in scripts that write their vowels
)

// slip tells whether a is b, which is ours, with a slip of the finger. used are the words of our own texts in that language: one
// of them is itself, not a slip for another. In a name, and in a word that denies or counts, the slip may not bring in or lose
// a letter: that makes another one.
func slip(a, b word, used map[string]bool, lang string) bool {
	if a.exact || b.exact || a.sign || b.sign || a.close || used[a.text] {
		return false
	}
	if a.text[0] != b.text[0] || max(len(a.text), len(b.text)) > 4*maxWord {
		return false
	}
	var roomA, roomB [maxWord]rune
	x, y := letters(&roomA, a.text), letters(&roomB, b.text)
	if x == nil || y == nil || x[0] != y[0] { // "legal", "illegal"
		return false
	}
	own := len(y)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 {
		return false
	}
	from, left := apart(x, y)
	if own >= leastSwapped && swapped(x, y, from, left) && (own >= leastLetters || !arabic(x[0])) {
		return true
	}
	if b.close || own < leastLetters || lang == "tr" && strings.Count(a.text, "m") != strings.Count(b.text, "m") {
		return false // one letter denies in Turkish: "yapıyor", "yapmıyor"
	}
	return left == 1 || own >= longWord && locales.Near(a.text, b.text)
}

func arabic(r rune) bool { return unicode.Is(unicode.Arabic, r) }

// maxWord is the most letters of a word that may be misspelt.
const maxWord = 40

// letters puts the letters of a word into room; nil when they are too many.
func letters(room *[maxWord]rune, s string) []rune {
	n := 0
	for _, r := range s {
		if n == maxWord {
			return nil
		}
		room[n] = r
		n++
	}
	return room[:n]
}

// apart tells from where on two words differ, and for how many letters of the longer one, y.
func apart(x, y []rune) (from, left int) {
	for from < len(x) && x[from] == y[from] {
		from++
	}
	e := 0
	for e < len(x)-from && x[len(x)-1-e] == y[len(y)-1-e] {
		e++
	}
	return from, len(y) - from - e
}

// swapped tells whether all that parts two words is two letters the other way round, or one letter written twice.
func swapped(x, y []rune, from, left int) bool {
	if len(x) == len(y) {
		return left == 2 && x[from] == y[from+1] && x[from+1] == y[from]
	}
	return left == 1 && y[from] == y[from-1]
}
