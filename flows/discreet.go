// Discretion: what a reminder may say. It shows on a lock screen, where a word
// too many can get a person kidnapped.
package flows

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"posada/locales"
)

// msgForbidden lists the words that no reminder may hold, in each language. A
// word with a star at its end stands for all that begin so.
const msgForbidden = "words.forbidden"

// What is said to a person whose own words cannot be taken.
const (
	msgOwnBad       = "reminders.own.bad"
	msgOwnLong      = "reminders.own.long"
	msgOwnNumbers   = "reminders.own.numbers"
	msgOwnForbidden = "reminders.own.forbidden"
	msgWordsTaken   = "reminders.words.taken"
)

// Messages of a reminder itself.
const (
	msgDay          = "reminders.day.ask"
	msgLate         = "reminders.late"
	msgHoursChanged = "reminders.hours_changed"
	msgHoursMoved   = "reminders.hours_moved"
	msgReminderGone = "reminders.gone"
	msgNoneUntil    = "reminders.none_until"
	msgSilence      = "reminders.silence"
)

// wordings are the neutral ones that a person chooses among.
var wordings = []string{"w1", "w2", "w3", "w4", "w5"}

const ownWording = "own"

func msgWording(key string) string { return "reminders.word." + key }

// The short answers to a reminder, and to the one that comes once more.
var (
	dayAnswers   = []string{"reminders.answer.done", "reminders.answer.problem", "reminders.answer.offer", "reminders.answer.later", "reminders.answer.pause"}
	againAnswers = []string{"reminders.answer.done", "reminders.answer.problem", "reminders.answer.offer", "reminders.answer.not_today", "reminders.answer.pause"}
)

// reminderNotes are what the engine itself says of reminders.
var reminderNotes = func() []string {
	out := []string{msgLate, msgHoursChanged, msgHoursMoved, msgReminderGone, msgNoneUntil, msgSilence, msgOwnBad, msgOwnLong, msgOwnNumbers, msgOwnForbidden, msgWordsTaken, msgForbidden, msgRemindWhich}
	for _, key := range wordings {
		out = append(out, msgWording(key))
	}
	return out
}()

// shortPlace is the length of those names of places that may as well be another
// word: "tapa", "df".
const shortPlace = 4

// gatherForbidden folds the forbidden words of all languages. The cities of the
// book are among them: most are the name of a port too.
func (b *Book) gatherForbidden() {
	for name := range b.spotWords {
		if len(name) > shortPlace {
			b.forbidden = append(b.forbidden, strings.Join(locales.Tokens(name), " "))
		}
	}
	for _, l := range b.Catalogue.Languages() {
		for _, w := range l.List(msgForbidden) {
			w = locales.Fold(w)
			stem, open := strings.CutSuffix(w, "*")
			w = strings.Join(locales.Tokens(stem), " ")
			if open {
				w += "*"
			}
			b.forbidden = append(b.forbidden, w)
		}
	}
	slices.Sort(b.forbidden)
	b.forbidden = slices.Compact(b.forbidden)
}

// betrays is the forbidden word that a text holds, in any language, "" for none.
func (b *Book) betrays(text string) string {
	words := locales.Tokens(locales.Fold(text))
	words = append(words, spelt(words)...)
	all := " " + strings.Join(words, " ") + " "
	for _, w := range b.forbidden {
		stem, open := strings.CutSuffix(w, "*")
		if w = " " + stem; !open {
			w += " "
		}
		if strings.Contains(all, w) {
			return stem
		}
	}
	return ""
}

// spelt are words that were written letter by letter: "c b p".
func spelt(words []string) []string {
	var out []string
	run := ""
	for i, w := range words {
		if utf8.RuneCountInString(w) == 1 {
			run += w
		}
		if len(w) > 1 || i+1 == len(words) {
			if len(run) > 1 {
				out = append(out, run)
			}
			run = ""
		}
	}
	return out
}

// ownWords takes a person's own words for a reminder, or says why they cannot be
// taken. None of it may tell what the reminder is about, or lead anywhere.
func (b *Book) ownWords(l *locales.Language, text string) (words, reason string) {
	words = strings.Join(strings.Fields(text), " ")
	switch {
	case !strings.ContainsFunc(words, unicode.IsLetter):
		return "", msgOwnBad
	case b.betrays(words) != "":
		return "", msgOwnForbidden
	case leads(words):
		return "", msgOwnNumbers
	case utf8.RuneCountInString(words) > MaxWords || !b.oneSegment(l, words):
		return "", msgOwnLong
	}
	return words, ""
}

// taken tells whether another reminder of the person has these words already:
// nobody could tell which of the two came.
func (t *turn) taken(f *Flow, words string) bool {
	l := t.language()
	for _, flow := range t.subscribed() {
		other := t.book.flowByID[flow]
		if other == nil || other == f || other.reminds == nil || t.kept(other, answerWording) == "" {
			continue
		}
		if locales.Fold(t.wording(l, other)) == locales.Fold(words) {
			return true
		}
	}
	return false
}

// leads tells whether a text holds a link, or digits enough for a number to call
// or a code.
func leads(text string) bool {
	digits := 0
	for i, r := range text {
		switch {
		case unicode.IsNumber(r):
			digits++
		case r == '@' || r == '_' || r == '\\':
			return true
		case r == '.' || r == '/' || r == ':':
			before, _ := utf8.DecodeLastRuneInString(text[:i])
			after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
			if (unicode.IsLetter(before) || unicode.IsDigit(before)) && (unicode.IsLetter(after) || after == '/') {
				return true
			}
		}
	}
	return digits > 4 || strings.Contains(strings.ToLower(text), "www")
}

// oneSegment tells whether a reminder of these words is one SMS segment in a
// language, late and with its answers.
func (b *Book) oneSegment(l *locales.Language, words string) bool {
	for _, answers := range [][]string{dayAnswers, againAnswers} {
		if locales.Segments(locales.Transliterate(b.asSMS(l, words, answers))) > 1 {
			return false
		}
	}
	return true
}

// fitting is as many of a person's words as leave the reminder one segment: they fitted in the language in which they were written,
// and another one's answers may be longer, or of signs of which a segment holds fewer.
func (b *Book) fitting(l *locales.Language, words string) string {
	for words != "" && !b.oneSegment(l, words) {
		words = words[:max(0, strings.LastIndexByte(words, ' '))]
	}
	return words
}

// asSMS is a late reminder with its answers, as an SMS has it.
func (b *Book) asSMS(l *locales.Language, words string, answers []string) string {
	text, err := l.Render(msgLate, map[string]any{fieldWording: words})
	if err != nil {
		text = words
	}
	for i, id := range answers {
		text += " " + strconv.Itoa(i+1) + " " + l.Raw(id)
	}
	return text
}
