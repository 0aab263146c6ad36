// A question in a person's own words, in the middle of anything: it is searched
// among the vetted answers, answered or asked back, and then the question that
// was interrupted is asked again. Nothing is ever made up.
package flows

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"posada/locales"
)

// Messages and nodes of the search.
const (
	msgSearchFound   = "search.found"
	msgSearchAnother = "search.choice.another"
	nodeWhich        = "which"
	nodeNothing      = "nothing"
	nodeStarting     = "starting"
	answerFound      = "found"

	// fromFound makes a question's choices of what a search found.
	fromFound = "found"
	// keyNone is the choice that none of them was meant.
	keyNone = "none"

	// sayOneSource stands among what was shown where the source of the answer is
	// named.
	sayOneSource = "search.source"
)

// asksSomething tells whether a text can be a question at all.
func (t *turn) asksSomething() bool {
	if slices.Contains(t.notes, msgTooLong) {
		return false
	}
	if words := locales.Tokens(t.folded); len(words) < 4 && len(words) > 0 {
		if _, err := strconv.Atoi(words[0]); err == nil { // rather a choice that is not there
			return false
		}
	}
	letters := 0
	for _, r := range t.folded {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters >= 3 || len(locales.Tokens(t.folded)) > 1 && letters > 1
}

// searched takes a text that is no answer to the question that waits as a
// question of its own. It tells whether that led anywhere. sure: only a clear
// match counts, because the text may as well be an answer that was mistyped.
func (t *turn) searched(sure bool) bool {
	if n := t.here(); n.Line { // it stands on a lock screen, where topics are not named unasked
		if len(locales.Tokens(t.folded)) < 3 {
			return false
		}
		sure = true
	}
	if !t.s.Consented {
		sure = true
	}
	if t.s.Language == "" || !t.asksSomething() || t.here().flow.ID == t.book.roles.Away {
		return false
	}
	found, ready := t.find()
	switch {
	case found.Clear:
		if v := t.book.vettedByID(found.Hits[0].Answer); v != nil && t.mayTell(v) {
			t.answerWith(v)
			return true
		}
		return false
	case sure:
		return false
	case !ready && len(locales.Tokens(t.folded)) > 1:
		t.askBack(nodeStarting)
		return true
	}
	var ids []string
	for _, h := range found.Hits {
		if v := t.book.vettedByID(h.Answer); v != nil && t.mayTell(v) {
			ids = append(ids, v.ID)
		}
	}
	if len(ids) > 0 {
		t.askBack(nodeWhich)
		t.s.setAnswer(Answer{Flow: t.book.roles.Search, Name: answerFound, Text: strings.Join(ids, " "), Given: t.minute})
		return true
	}
	if t.s.Flow == t.book.roles.Search || len(locales.Tokens(t.folded)) < 2 { // it was just said that there is nothing; or it is hardly a question
		return false
	}
	t.askBack(nodeNothing)
	return true
}

// mayTell tells whether an answer may be given to who asks: before consent nothing
// is gone into.
func (t *turn) mayTell(v *Vetted) bool {
	_, gone := t.board().answers[v.ID]
	return !gone && (v.node == nil || t.nodeGone(v.node) == 0) && (t.s.Consented || !v.Enter)
}

// askBack asks one of the search's own questions, and comes back from it.
func (t *turn) askBack(node string) {
	t.s.Misses = 0
	f := t.book.flowByID[t.book.roles.Search]
	if t.s.Flow == t.book.roles.Search { // one question of the search after another
		t.run(f.Nodes[node])
		return
	}
	t.interrupt(f.Nodes[node])
}

// answerWith says an answer, and then asks again what was asked before it.
func (t *turn) answerWith(v *Vetted) {
	t.s.Misses = 0
	if t.s.Flow == t.book.roles.Search { // the question of the search is done with
		if n := t.pop(); n != nil && n.isAsk() {
			t.s.Flow, t.s.Node = n.flow.ID, n.id
		}
	}
	t.s.eraseAnswers(t.book.roles.Search)
	if v.Enter {
		t.interrupt(v.node)
		return
	}
	t.tell(v)
	if n := t.here(); n != nil {
		t.show(n)
	}
}

// recite says what stands from a node on, up to the next question: of that only
// what is said before it is asked.
func (t *turn) recite(n *Node) {
	for range MaxSteps {
		switch {
		case n == nil:
			return
		case n.isAsk():
			if n.speaks() && n.place() != (Place{t.s.Flow, t.s.Node}) {
				t.show(n)
			}
			return
		case n.speaks():
			t.show(n)
			n = n.next
		case len(n.Decide) > 0:
			n = t.decide(n)
		case n.Call != "":
			n = n.target
		default:
			return
		}
	}
}

// foundWays lists the answers that the last search found as ways to answer, and
// that none of them was meant.
func (t *turn) foundWays(n *Node, l *locales.Language) []way {
	a, _ := t.s.answer(t.book.roles.Search, answerFound)
	var out []way
	for _, id := range strings.Fields(a.Text) {
		if v := t.book.vettedByID(id); v != nil {
			out = append(out, way{key: v.ID, label: t.choiceOf(l, v), payload: n.name() + "#" + v.ID})
		}
	}
	return append(out, way{key: keyNone, label: t.label(l, msgSearchAnother), payload: n.name() + "#" + keyNone})
}

// mark ends the label of a rumour: it is what people say, and not true because it
// stands there.
func (v *Vetted) mark(l *locales.Language) string {
	if !strings.HasPrefix(v.ID, "rumour.") && v.board == nil {
		return ""
	}
	for _, mark := range []string{"؟", "？"} {
		if strings.Contains(l.Raw(msgRumourPick), mark) {
			return mark
		}
	}
	return "?"
}

// pickFound takes one of them. Where it was asked whether a rumour is known, it
// is asked once more, beside the answer.
func (t *turn) pickFound(key string) {
	if n := t.here(); n.flow.ID == t.book.roles.Rumours {
		t.s.eraseAnswers(t.book.roles.Search)
		if v := t.book.vettedByID(key); v != nil {
			t.tell(v)
			t.run(n.flow.Nodes[nodeKnown])
			return
		}
		t.run(n.next)
		return
	}
	if v := t.book.vettedByID(key); v != nil {
		t.answerWith(v)
		return
	}
	t.s.eraseAnswers(t.book.roles.Search)
	t.run(t.book.flowByID[t.book.roles.Search].Nodes[nodeNothing])
}

// tell says an answer and names its source.
func (t *turn) tell(v *Vetted) {
	if v.board != nil {
		t.readsNews(v.board.ID)
	}
	t.after(msgSearchFound)
	t.recite(v.node)
	t.after(sayOneSource)
}

// choiceOf is an answer among those to choose from.
func (t *turn) choiceOf(l *locales.Language, v *Vetted) string {
	label := t.book.labelOf(l, v)
	if l.RightToLeft() {
		label = locales.Isolated(label)
	}
	if mark := v.mark(l); !strings.HasSuffix(label, mark) {
		label += mark
	}
	return label
}
