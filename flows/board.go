// The board: what staff have put up while Posada runs. Answered rumours, texts
// of bulletins, what was withdrawn, and whether somebody reads letters.
package flows

import (
	"slices"
	"strings"

	"posada/flows/sent"
	"posada/locales"
)

// Board is all of it. Book.SetBoard puts it up whole.
type Board struct {
	Answers   []Answered
	Sent      []SentText
	Withdrawn []Withdrawal
	Desk      Desk
}

// Verdicts of rumours.
var Verdicts = []string{"false", "true", "misleading", "unknown"}

// Answered is a rumour that an officer answered.
type Answered struct {
	ID      string // lower-case letters, digits and '-'
	Edition uint64 // grows with each answer to the same rumour
	Day     Date   // on which it was answered
	Verdict string // one of Verdicts
	Claim   map[string]string
	Reason  map[string]string // by language; English or Spanish is there
	Sources []BoardSource
	Review  Date                // after it the answer says how old it is; 0: never
	Heard   map[string][]string // by language: how people say it, for the search
}

// BoardSource is where an officer's answer comes from.
type BoardSource struct {
	Publisher, Title, URL string
	Date                  Date // 0: not known
}

// SentText is a text of a bulletin, exactly as people of one language got it. One
// that was the same in several forms stands once.
type SentText struct {
	Mailing   uint64
	Day       Date
	Lang      string
	Text      string
	Corrected Date   // 0: it was not
	By        uint64 // the mailing that corrects it
}

// Withdrawal takes a part of the book out of use. Of an officer's answer it takes
// the editions up to one: what is answered after it is another answer.
type Withdrawal struct {
	Kind    string // one of Withdrawables
	ID      string
	Day     Date
	Edition uint64 // of an officer's answer
}

// Withdrawables are the kinds of parts that can be withdrawn.
var Withdrawables = []string{WithdrawMessage, WithdrawFact, WithdrawAnswer, WithdrawFlow}

// The kinds of parts that can be withdrawn.
const (
	WithdrawMessage = "message" // one message, in all languages
	WithdrawFact    = "fact"    // and whatever stands on it
	WithdrawAnswer  = "answer"  // an answer to a question in one's own words
	WithdrawFlow    = "flow"
)

// Desk tells who reads what people write to a human.
type Desk struct {
	Staffed bool              // somebody does, at times
	Open    bool              // somebody does now
	Hours   map[string]string // in words, by language
}

// Messages of the board.
const (
	msgWithdrawn  = "withdrawn.message"
	msgBoardClaim = "board.claim"
	msgVerdict    = "board."
)

// boardMessages are those that only the engine shows.
func boardMessages() []string {
	out := []string{msgWithdrawn, msgBoardClaim, msgBulletinHead, msgBulletinCorrects, msgBulletinFoot, msgPersonHint, msgNewsGone,
		msgSentYes, msgSentPart, msgSentWords, msgSentCorrected, msgSentChanged, msgSentOriginal, msgSentNo, msgSentNever, msgSentShort,
		msgPersonWrote, msgPersonGone, msgPersonHours}
	for _, v := range Verdicts {
		out = append(out, msgVerdict+v)
	}
	return out
}

// SetBoard puts a board up in the place of the one before. It may run beside
// Step: each step sees one of the two.
func (b *Book) SetBoard(board Board) { b.board.Store(b.raise(board)) }

// Board is the one that is up.
func (b *Book) Board() Board { return b.up().Board }

// up is the board that is up, an empty one before the first.
func (b *Book) up() *raised {
	if r := b.board.Load(); r != nil {
		return r
	}
	return noBoard
}

var noBoard = &raised{}

// raised is a board made ready.
type raised struct {
	Board
	sent     *sent.Index // nil for none
	heard    *heardIndex
	messages map[string]Date
	facts    map[string]Date
	places   map[Place]Date // of withdrawn answers
	flows    map[string]Date
	answers  map[string]Withdrawal
	verdicts verdicts
}

func (b *Book) raise(board Board) *raised {
	r := &raised{Board: board, messages: map[string]Date{}, facts: map[string]Date{}, places: map[Place]Date{}, flows: map[string]Date{}, answers: map[string]Withdrawal{}}
	for _, w := range board.Withdrawn {
		switch w.Kind {
		case WithdrawMessage:
			r.messages[w.ID] = w.Day
		case WithdrawFact:
			r.facts[w.ID] = w.Day
		case WithdrawFlow:
			r.flows[w.ID] = w.Day
		case WithdrawAnswer:
			if w.Edition >= r.answers[w.ID].Edition {
				r.answers[w.ID] = w
			}
			if v := b.vettedByID(w.ID); v != nil && v.board == nil && v.node != nil { // one node says all answers of officers
				r.places[v.node.place()] = w.Day
			}
		}
	}
	r.sent = indexSent(board.Sent)
	r.heard = b.indexHeard(board.Answers)
	return r
}

// answered is an answered rumour by its id, nil for none or a withdrawn one.
func (r *raised) answered(id string) *Answered {
	i := slices.IndexFunc(r.Answers, func(a Answered) bool { return a.ID == id })
	if w, gone := r.answers[boardAnswer+id]; i < 0 || gone && r.Answers[i].Edition <= w.Edition {
		return nil
	}
	return &r.Answers[i]
}

// has tells whether a rumour is answered, be it withdrawn.
func (r *raised) has(id string) bool {
	return slices.ContainsFunc(r.Answers, func(a Answered) bool { return a.ID == id })
}

// WithdrawnAnswer is the last edition of an officer's answer that is out of use,
// and the day since which it is; 0 for none.
func (b *Book) WithdrawnAnswer(id string) (edition uint64, since Date) {
	w := b.up().answers[boardAnswer+id]
	return w.Edition, w.Day
}

// Edition is that of what stands on the board under a kind and id as withdrawals
// name them; 0 for a part of the book.
func (b *Book) Edition(kind, id string) uint64 {
	at, ok := strings.CutPrefix(id, boardAnswer)
	i := slices.IndexFunc(b.Board().Answers, func(a Answered) bool { return ok && kind == WithdrawAnswer && a.ID == at })
	if i < 0 {
		return 0
	}
	return b.Board().Answers[i].Edition
}

// factsGone is the day on which the first of some facts was withdrawn, 0 for
// none.
func (r *raised) factsGone(facts []*Fact) Date {
	if len(r.facts) == 0 {
		return 0
	}
	for _, f := range facts {
		if day, ok := r.facts[f.ID]; ok {
			return day
		}
	}
	return 0
}

// inLanguage is a text of the board in a language, or in the one that a reader
// of it rather knows, and in which it is; "" for none.
func (b *Book) inLanguage(l *locales.Language, texts map[string]string) (text string, in *locales.Language) {
	for _, code := range append(append([]string{l.Code}, l.List("language.bridge")...), bridges...) {
		if other := b.Catalogue.Language(code); other != nil && texts[code] != "" {
			return texts[code], other
		}
	}
	return "", nil
}

// board is the one that was up when the turn began.
func (t *turn) board() *raised {
	if t.up == nil {
		return noBoard
	}
	return t.up
}
