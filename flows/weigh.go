// What a person heard: it is weighed against what is answered already, before it
// is filed.
package flows

import (
	"strings"
)

const (
	doWeigh       = "weigh"
	answerMatched = "matched"
	nodeKnown     = "known" // whether the answer that was said is about what they heard

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
	if how, at := t.traced(); at >= 0 && how != tracedWords {
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
