// Withdrawing: what must not be said any more, and what can be taken away
// without leaving a person alone.
package flows

import (
	"errors"
	"fmt"
	"slices"

	"posada/locales"
)

// ErrWithdraw: there is no such part, or it cannot be withdrawn.
var ErrWithdraw = errors.New("it cannot be withdrawn")

// CanWithdraw tells whether a part can be withdrawn: it exists, and the
// conversation stands without it. What leads to safety, to the menu and to one's
// own data always stays.
func (b *Book) CanWithdraw(kind, id string) error {
	switch kind {
	case WithdrawMessage:
		for _, core := range engineMessages {
			if core == id {
				return fmt.Errorf("%w: Posada itself speaks with message %q", ErrWithdraw, id)
			}
		}
		if !slices.ContainsFunc(b.flows, func(f *Flow) bool { return f.says(id) }) {
			return fmt.Errorf("%w: no flow says message %q", ErrWithdraw, id)
		}
	case WithdrawFact:
		if b.factByID[id] == nil {
			return fmt.Errorf("%w: there is no fact %q", ErrWithdraw, id)
		}
		for _, n := range b.crisis {
			if slices.Contains(standsOn(n, ^uint32(0)), b.factByID[id]) {
				return fmt.Errorf("%w: words of safety stand on fact %q", ErrWithdraw, id)
			}
		}
	case WithdrawFlow:
		if b.flowByID[id] == nil {
			return fmt.Errorf("%w: there is no flow %q", ErrWithdraw, id)
		}
		r := b.roles
		if slices.Contains([]string{r.First, r.Menu, r.Away, r.Language, r.Help, r.Data, r.Search, r.Person}, id) {
			return fmt.Errorf("%w: the conversation cannot do without flow %q", ErrWithdraw, id)
		}
	case WithdrawAnswer:
		v := b.vettedByID(id)
		if v == nil {
			return fmt.Errorf("%w: there is no answer %q", ErrWithdraw, id)
		}
		if v.node != nil && slices.Contains([]string{b.roles.First, b.roles.Data, b.roles.Language, b.roles.Help, b.roles.Person}, v.node.flow.ID) {
			return fmt.Errorf("%w: answer %q leads to safety or to one's own data", ErrWithdraw, id)
		}
	default:
		return fmt.Errorf("%w: %q is no kind of part", ErrWithdraw, kind)
	}
	return nil
}

// says tells whether a message is among the items of a flow's nodes.
func (f *Flow) says(id string) bool {
	return slices.ContainsFunc(f.order, func(n *Node) bool {
		return slices.ContainsFunc(n.Say, func(it Item) bool { return it.Text == id })
	})
}

// closed tells whether a node was taken out of use with its flow, and says so in
// its place.
func (t *turn) closed(n *Node) bool {
	if _, gone := t.board().flows[n.flow.ID]; !gone {
		return false
	}
	t.s.setAnswer(Answer{Flow: t.book.roles.Search, Name: answerGone, Text: n.flow.ID, Given: t.minute})
	t.after(msgWithdrawn)
	return true
}

// answerGone remembers which flow was withdrawn, for the words that say so.
const answerGone = "gone"

// goneDay is the day of the withdrawal that was met last.
func (t *turn) goneDay() Date {
	a, _ := t.s.answer(t.book.roles.Search, answerGone)
	return t.board().flows[a.Text]
}

// nodeGone is the day on which a node was withdrawn, as an answer or with its
// flow; 0 for not.
func (t *turn) nodeGone(n *Node) Date {
	if day, gone := t.board().flows[n.flow.ID]; gone {
		return day
	}
	return t.board().places[n.place()]
}

// itemGone is the day on which a message, or a fact it stands on, was withdrawn;
// 0 for neither.
func (t *turn) itemGone(it Item) Date {
	if day, gone := t.board().messages[it.Text]; gone {
		return day
	}
	return t.board().factsGone(it.facts)
}

// sayGone stands in the place of what was withdrawn.
func (t *turn) sayGone(a *answerText, l *locales.Language, day Date) {
	a.add(t.valued(a, l, msgWithdrawn, map[string]any{"day": day.In(l)}), t.s.Flow, t.s.Node)
}
