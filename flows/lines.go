// A message of Posada's that is sent back whole: words with a question, its
// choices and how to go on below them, each of which is ours. It is read line by
// line.
package flows

import (
	"slices"
	"strings"

	"posada/flows/sent"
	"posada/locales"
)

// tracedIn is how a text was found among the standing words and the officers'
// answers of a language, with the id of the words.
func (t *turn) tracedIn(l *locales.Language) string {
	words := t.standing(l)
	answers := t.board().verdicts.in(t.book, t.board(), l)
	if found := answers.texts.Find(t.text); found.Verdict == sent.Sent {
		return tracedVerdict + " " + found.ID
	}
	whole := words.texts.Find(t.text)
	if whole.Verdict == sent.Sent {
		return tracedWords + " " + whole.ID
	}
	lines := linesOf(t.text)
	if id := t.verdictOf(lines, words, answers); id != "" {
		return tracedVerdict + " " + id
	}
	if id, all := t.wordsOf(lines, words); id != "" {
		return tracedWords + " " + id
	} else if all {
		return tracedShort
	}
	if whole.Verdict == sent.Changed || answers.texts.Find(t.text).Verdict == sent.Changed {
		return tracedChanged
	}
	return tracedNot
}

// standing are the standing words of this turn's day in a language.
func (t *turn) standing(l *locales.Language) *standingIn {
	return t.book.standing.on(t.day, !t.at.AsOf.IsZero()).in(l)
}

// line is one of a text, and its words alone.
type line struct{ text, key string }

// linesOf takes a text apart, without what messengers put before what is passed on.
func linesOf(text string) []line {
	var out []line
	for text := range strings.Lines(sent.Unframed(text)) {
		if k := lineKey(text); k != "" {
			out = append(out, line{text, k})
		}
	}
	return out
}

// wordsOf is the id of the standing words that every line is of; of those that are
// out of use, if some are; "" where not all of them are ours, or all are too short
// to say anything. Below the title of an original stand words of the source
// language.
func (t *turn) wordsOf(lines []line, words *standingIn) (id string, all bool) {
	texts, title := words.texts, lineKey(words.lang.Raw(msgOriginalTitle))
	ids, all := words.allOurs(t.book, lines, func(at line) string {
		if at.key == title {
			texts = t.standing(t.book.Catalogue.Language(locales.Source)).texts
		}
		found := texts.Find(at.text)
		if found.Verdict != sent.Sent {
			return ""
		}
		return found.ID
	})
	for _, id := range ids {
		if gone, withheld := t.outOfUse(id); gone != 0 || withheld {
			return id, all
		}
	}
	if len(ids) == 0 {
		return "", all
	}
	return ids[0], all
}

// verdictOf is the id of the officer's answer that every line is of, "" for none.
func (t *turn) verdictOf(lines []line, words *standingIn, answers *verdictsIn) string {
	id := ""
	ids, _ := words.allOurs(t.book, lines, func(at line) string {
		found := answers.texts.Find(at.text)
		if id == "" && found.Verdict == sent.Sent {
			id = found.ID
		}
		if id != "" && (answers.lines[id][at.key] || found.Verdict == sent.Sent && found.ID == id) {
			return id
		}
		return ""
	})
	if slices.Contains(ids, id) {
		return id
	}
	return ""
}

// allOurs are the ids of what some lines say; none unless all of them are ours, or
// questions with their choices, or stand beside such lines.
func (s *standingIn) allOurs(b *Book, lines []line, ours func(line) string) (ids []string, all bool) {
	for len(lines) > 0 {
		n, id := s.asked(b, lines)
		switch {
		case n > 1 || n == 1 && len(strings.Fields(lines[0].key)) >= leastToTell:
			ids = append(ids, id)
		case n == 1: // too short to say anything
		default:
			n = 1
			if id = ours(lines[0]); id != "" {
				ids = append(ids, id)
			} else if !s.notes[lines[0].key] {
				return nil, false
			}
		}
		lines = lines[n:]
	}
	return ids, true
}
