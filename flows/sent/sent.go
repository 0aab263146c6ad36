// Package sent tells whether a text that somebody was passed is one that Posada sent. People act on the answer, so it may fail
// in one direction alone: a text in which anything was changed is never called ours.
//
// Shingles (runs of words: Broder, "On the resemblance and containment of documents", 1997) only find the texts that may be
// meant. One is called sent when its words, in order and without a gap, make up the whole of what was asked about. A word may
// be misspelt, unless it holds a digit, is a link or a name, denies, counts, names a day, or is another word that we use. A
// piece may be cut from a text, unless the cut leaves out what denies the rest of its sentence, or the piece is so short that
// it could be anybody's.
//
// The package is pure: no clock, no network.
package sent

import (
	"posada/locales"
)

// Known is a text of ours: that of a bulletin as it was sent in one form, or a standing text with its values filled in. Of
// several that a piece could be from, the first given is named; give the newest first.
type Known struct {
	ID, Lang, Text string
	Whole          bool // a piece of it is not ours, nor is what is made from it: it tells what others say
}

// Verdict is what is known of a text.
type Verdict string

// The verdicts.
const (
	Sent    Verdict = "sent"    // it is ours, whole or a piece of it
	Changed Verdict = "changed" // it is made from ours, and something differs
	Foreign Verdict = "foreign" // it is not ours, or too little to tell
)

// Answer is what Find found out. ID names the text it is, or is made from; "" when it is foreign.
type Answer struct {
	Verdict Verdict
	ID      string
	Part    bool // it is a piece of it
}

const (
	// maxLetters is how much of a text is looked at, and signLetters for how many a sign of a script without spaces counts. A
	// longer one is none of ours.
	maxLetters  = 10000
	signLetters = 5
	// leastWords is how many words a text has at least that is called ours. A sign of a script without spaces counts half.
	leastWords = 6
	// candidates is how many known texts are compared word by word, and compared how many are for what was changed.
	candidates = 24
	compared   = 3
	// window is how many words of a text are compared for what was changed.
	window = 300
	// madeFrom is the part of its words that a changed text has from ours; a run of leastRun words is enough.
	madeFrom = 0.6
	leastRun = 7
)

// Find tells whether a text is ours.
func (x *Index) Find(text string) Answer {
	read, all := clip(text)
	q := x.words(Unframed(read), false)
	if len(q) == 0 || measure(q) < leastWords {
		return Answer{Verdict: Foreign}
	}
	near := x.near(q)
	if len(near) == 0 {
		return Answer{Verdict: Foreign}
	}
	if all {
		if a, ok := x.sent(q, near); ok {
			return a
		}
	}
	for _, n := range near[:min(len(near), compared)] {
		if !x.texts[n.text].Whole && x.madeFrom(q, n) {
			return Answer{Verdict: Changed, ID: x.texts[n.text].ID}
		}
	}
	return Answer{Verdict: Foreign}
}

// sent finds the text that q is, or is a piece of: a whole one rather than a piece of a longer one.
func (x *Index) sent(q []word, near []vote) (Answer, bool) {
	found, ok := Answer{}, false
	for _, n := range near {
		k := &x.texts[n.text]
		whole, piece := x.piece(q, k)
		if whole {
			return Answer{Verdict: Sent, ID: k.ID}, true
		}
		if piece && !ok && !k.Whole {
			found, ok = Answer{Verdict: Sent, ID: k.ID, Part: true}, true
		}
	}
	return found, ok
}

// clip returns as much of a text as is looked at, and whether that is all of it.
func clip(text string) (string, bool) {
	n := 0
	for i, r := range text {
		if n >= maxLetters {
			return text[:i], false
		}
		n++
		if r > 0x0E00 && locales.Spaceless(string(r)) {
			n += signLetters - 1
		}
	}
	return text, true
}

// measure counts words, a sign of a script without spaces as half of one.
func measure(words []word) float64 {
	n := 0.
	for _, w := range words {
		switch {
		case w.sign:
			n += 0.5
		case !w.inner:
			n++
		}
	}
	return n
}
