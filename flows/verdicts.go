// Officers' answers to rumours, ready to be recognised when a person sends one
// back: whole, in a bubble of it, or in a piece of its reason.
package flows

import (
	"strings"
	"sync"

	"posada/flows/sent"
	"posada/locales"
)

// verdicts are those of one board, by language, made when they are first asked
// for.
type verdicts struct {
	mu sync.Mutex
	by map[string]*verdictsIn
}

type verdictsIn struct {
	texts *sent.Index                // by the id of their answer
	lines map[string]map[string]bool // of each answer
}

func (v *verdicts) in(b *Book, up *raised, l *locales.Language) *verdictsIn {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.by[l.Code] == nil {
		if v.by == nil {
			v.by = map[string]*verdictsIn{}
		}
		v.by[l.Code] = b.readVerdicts(up.Answers, l)
	}
	return v.by[l.Code]
}

// readVerdicts takes the answers as readers of a language get them. What people
// say is taken with the words that say so, and never in pieces: without them it
// is the rumour.
func (b *Book) readVerdicts(answers []Answered, l *locales.Language) *verdictsIn {
	out := &verdictsIn{lines: map[string]map[string]bool{}}
	var known []sent.Known
	for i := range answers {
		answer := &answers[i]
		t := &turn{book: b, day: b.On(Noon(max(answer.Day, b.begins))), s: Session{Language: l.Code}}
		claim, reason := t.answeredIn(l, answer)
		checked := map[string]any{"checked": answer.Day.In(l)}
		a := &answerText{}
		said := []string{claim, t.plain(a, l, msgVerdict+answer.Verdict), reason, t.valued(a, l, msgSourceWhen, checked)}
		known = append(known, sent.Known{ID: answer.ID, Lang: l.Code, Text: strings.Join(said, "\n"), Whole: true},
			sent.Known{ID: answer.ID, Lang: l.Code, Text: claim, Whole: true}, sent.Known{ID: answer.ID, Lang: l.Code, Text: reason})
		out.lines[answer.ID] = map[string]bool{}
		for _, from := range answer.Sources {
			line := t.boardSource(a, l, from)
			said = append(said, line)
			known = append(known, sent.Known{ID: answer.ID, Lang: l.Code, Text: line, Whole: true})
		}
		for _, text := range append(said, t.valued(a, l, msgOverdue, checked), t.plain(a, l, msgSourceNot)) {
			if lines := linesOf(text); text != claim || len(lines) == 1 {
				for _, at := range lines {
					out.lines[answer.ID][at.key] = true
				}
			}
		}
	}
	out.texts = sent.New(known)
	return out
}

// answeredIn are what people say, as Posada says it, and the reason.
func (t *turn) answeredIn(l *locales.Language, answer *Answered) (claim, reason string) {
	if said, _ := t.book.inLanguage(l, answer.Claim); said != "" {
		claim = t.valued(&answerText{}, l, msgBoardClaim, map[string]any{"claim": t.foreign(l, said)})
	}
	reason, _ = t.book.inLanguage(l, answer.Reason)
	return claim, t.foreign(l, reason)
}
