// What a person heard: it is weighed against what is answered already, before it
// is filed.
package flows

import (
	"strings"

	"posada/locales"
)

const (
	doWeigh        = "weigh"
	nodeWeigh      = "weigh"
	answerHeard    = "heard"
	msgWordsRumour = "words.rumour"
	answerMatched  = "matched"
	nodeKnown      = "known" // whether the answer that was said is about what they heard

	// MaxKept is the most runes of a typed text that a flow keeps.
	MaxKept = 600

	matchedSent  = "sent"
	matchedClear = "clear"
	matchedSome  = "some"
	matchedNone  = "none"
)

// weigh looks whether what was typed is a message of Posada's own, or a rumour
// that is answered: one that is clear is said at once, several are to be chosen
// from.
func (t *turn) weigh(n *Node) {
	matched := matchedNone
	if how, at := t.ofBulletins(); at >= 0 {
		t.keepTraced(how, at)
		matched = matchedSent
	} else if found, _ := t.find(); len(found.Hits) > 0 {
		var ids []string
		for i, h := range found.Hits {
			v := t.book.vettedByID(h.Answer)
			if v == nil || !t.mayTell(v) || !strings.HasPrefix(v.ID, "rumour.") && v.board == nil {
				continue
			}
			if i == 0 && found.Clear {
				matched = matchedClear
				t.tell(v)
				break
			}
			ids = append(ids, v.ID)
		}
		if matched == matchedNone && len(ids) > 0 {
			matched = matchedSome
			t.s.setAnswer(Answer{Flow: t.book.roles.Search, Name: answerFound, Text: strings.Join(ids, " "), Given: t.minute})
		}
	}
	t.s.setAnswer(Answer{Flow: n.flow.ID, Name: answerMatched, Text: matched, Given: t.minute})
}

// tellsRumour takes a text that begins with the word rumour, or that was
// forwarded, as what the person heard.
func (t *turn) tellsRumour() bool {
	if t.s.Language == "" || !t.s.Consented || t.here().Line || !t.asksSomething() {
		return false
	}
	text := t.text
	if !t.passed {
		text = t.afterRumour()
	}
	if len(locales.Tokens(locales.Fold(text))) < 3 {
		return false
	}
	t.text, t.folded = text, locales.Fold(text)
	t.s.Misses = 0
	kept, _ := locales.Clean(text, MaxKept)
	rumours := t.book.flowByID[t.book.roles.Rumours]
	if t.s.Flow == rumours.ID { // it stands at a question of the same flow
		t.remember()
	}
	t.s.setAnswer(Answer{Flow: rumours.ID, Name: answerHeard, Text: kept, Given: t.minute})
	t.interrupt(rumours.Nodes[nodeWeigh])
	return true
}

// afterRumour is what stands behind the word rumour, "" where the text does not
// begin with it.
func (t *turn) afterRumour() string {
	for _, word := range t.language().List(msgWordsRumour) {
		if len(t.text) < len(word) || locales.Fold(t.text[:len(word)]) != locales.Fold(word) {
			continue
		}
		rest := strings.TrimLeft(t.text[len(word):], " :：,،-")
		if rest != t.text[len(word):] || !strings.ContainsFunc(word, func(r rune) bool { return r < 0x2e80 }) {
			return rest
		}
	}
	return ""
}
