// What officers are told, for whoever tells it outside of the pages: the same
// words for the same problem, on a page and in a terminal.
package console

import (
	"errors"
	"strings"

	"posada/bot/bulletin"
	"posada/bot/rumour"
	"posada/bot/withdraw"
	"posada/flows"
)

// Speaker says things in one language of the console.
type Speaker struct {
	Lang   string // en or es
	Supply *Supply
}

// Say is the text of a key, with {0}, {1} and so on filled. A key that has none
// is its own text.
func (s Speaker) Say(key string, args ...any) string {
	texts, err := spokenWords()
	if err != nil {
		return key // New has refused such a console
	}
	return texts[s.Lang].say(key, args...)
}

// BulletinProblem is what speaks against a bulletin: where, and what.
func (s Speaker) BulletinProblem(p bulletin.Problem) string {
	var where []string
	if p.Lang != "" {
		where = append(where, s.Supply.tongue(p.Lang).Name)
	}
	if p.Form != "" {
		where = append(where, s.Say("bulletins.form."+p.Form))
	}
	if p.Field != "" {
		field, except := strings.CutPrefix(p.Field, "except.")
		label := s.Say("bulletins.field." + field)
		if except {
			label = s.Say("bulletins.audience.exclude") + " (" + label + ")"
		}
		where = append(where, label)
	}
	key := "bulletins.problem." + string(p.Code)
	if p.Code == bulletin.CodeLong {
		if form, ok := flows.FormNamed(p.Form); ok && form.MaxSegments > 0 {
			key += ".sms"
		}
	}
	text := s.Say(key, p.Word, p.N, p.Max, p.People)
	if len(where) == 0 {
		return text
	}
	return strings.Join(where, ", ") + ": " + text
}

// RumourProblem is why something officers wrote for people cannot be filed.
func (s Speaker) RumourProblem(p rumour.Problem) string {
	where := s.Say("rumours.field." + p.Field)
	if p.Lang != "" {
		where += ", " + s.Supply.tongue(p.Lang).Name
	}
	return where + ": " + s.Say("rumours.problem."+p.Code, p.What, p.Max)
}

// Declined is why a desk did not do what an officer asked for; "" for an error
// that is no answer to an officer but a fault.
func (s Speaker) Declined(err error) string {
	word := declinedWord(err)
	switch {
	case word != "":
	case errors.Is(err, rumour.ErrStale):
		word = "rumours.stale"
	case errors.Is(err, rumour.ErrClosed):
		word = "rumours.closed"
	default:
		_, word = withdrawnWord(err)
	}
	if word == "" {
		return ""
	}
	text := s.Say(word)
	var state *bulletin.StateError
	if errors.As(err, &state) {
		text += " (" + s.Say("bulletins.state."+string(state.State)) + ")"
	}
	if errors.Is(err, withdraw.ErrGone) {
		text = s.Say("refused.missing")
	}
	return text
}
