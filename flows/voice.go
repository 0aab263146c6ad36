// Recordings: what people have read aloud stands beside what is written. The
// book knows only which there are; their sound is the channels' concern.
package flows

import (
	"slices"
	"strings"

	"posada/locales"
)

// Messages about recordings.
const (
	msgListen      = "voice.listen"
	msgListenAgain = "voice.again"
	msgVoiceNone   = "voice.none"

	// keyListen is typed, and iconListen stands on the button.
	keyListen     = "🔊"
	payloadListen = ":listen"
)

// Voice names one recording: a message of the catalogue, read aloud in a
// language, be it one that Posada writes or one that it does not.
type Voice struct{ Lang, ID string }

// String is the recording's name: "mam/rule.what.3".
func (v Voice) String() string { return v.Lang + "/" + v.ID }

// SetRecordings tells, before the first step, which recordings there are. Those
// that MayRecord refuses are left out.
func (b *Book) SetRecordings(voices []Voice) {
	b.recordings, b.recorded = map[Voice]bool{}, map[string]int{}
	for _, v := range voices {
		if b.MayRecord(v) == "" && !b.recordings[v] {
			b.recordings[v] = true
			b.recorded[v.Lang]++
		}
	}
}

// MayRecord says why a recording would be of no use, "" where it is.
func (b *Book) MayRecord(v Voice) string {
	src := b.Catalogue.Language(locales.Source)
	switch {
	case b.Catalogue.Language(v.Lang) == nil && b.oral(v.Lang) == nil:
		return "there is no language " + v.Lang
	case !src.Has(v.ID):
		return "there is no message " + v.ID
	case !b.speaks(v.ID):
		return "the message " + v.ID + " is a label or a list, and never said by itself"
	}
	for _, field := range src.Fields(v.ID) {
		if b.factByID[field] == nil {
			return "the message " + v.ID + " shows {{." + field + "}}, which is another for every person"
		}
	}
	return ""
}

// Dated lists the facts whose values a message says: a recording of it is to be
// made anew when one of them changes.
func (b *Book) Dated(id string) []string {
	var out []string
	for _, field := range b.Catalogue.Language(locales.Source).Fields(id) {
		if b.factByID[field] != nil {
			out = append(out, field)
		}
	}
	return out
}

// Spoken lists the messages that are said, sorted: not labels, lists or words
// that are only matched.
func (b *Book) Spoken() []string {
	b.spokenOnce.Do(func() {
		add := func(ids ...string) {
			for _, id := range ids {
				if id != "" {
					b.spoken = append(b.spoken, id)
				}
			}
		}
		for _, f := range b.flows {
			for _, n := range f.order {
				add(n.Ask, n.Invalid)
				for _, it := range n.Say {
					add(it.Text)
				}
			}
		}
		add(spokenNotes...)
		slices.Sort(b.spoken)
		b.spoken = slices.Compact(b.spoken)
	})
	return b.spoken
}

func (b *Book) speaks(id string) bool {
	_, found := slices.BinarySearch(b.Spoken(), id)
	return found
}

// spokenNotes are what the engine says by itself.
var spokenNotes = append([]string{
	msgMissFirst, msgMissSecond, msgOldButton, msgLost, msgExpired, msgFailed, msgStopped, msgStoppedAgain, msgStarted, msgWoken, msgUnsure, msgTrial,
	msgTooLong, msgUnreadable, msgDraft, msgSearchFound, msgVoiceNone, msgReminderGone,
}, mediaNotes()...)

// Unrecorded lists the messages whose mistakes can do harm and that could be
// recorded in a language, and are not; and how many there are of that kind.
func (b *Book) Unrecorded(lang string) (missing []string, of int) {
	for _, id := range b.Spoken() {
		v := Voice{lang, id}
		if !locales.HighCare(id) || b.MayRecord(v) != "" {
			continue
		}
		of++
		if !b.recordings[v] {
			missing = append(missing, id)
		}
	}
	return missing, of
}

// Recorded tells how many recordings there are, by language.
func (b *Book) Recorded() map[string]int { return b.recorded }

// voice is the recording of a message that the person would hear: in the
// language that is not written, else in the one that is. Of another day than
// today there is none: its facts were others.
func (t *turn) voice(id string) (Voice, bool) {
	if len(t.book.recordings) == 0 || t.form.Join || id == "" {
		return Voice{}, false
	}
	if !t.at.AsOf.IsZero() && len(t.book.Dated(id)) > 0 {
		return Voice{}, false
	}
	for _, lang := range []string{t.s.Oral, t.language().Code} {
		if v := (Voice{lang, id}); t.book.recordings[v] {
			return v, true
		}
	}
	return Voice{}, false
}

// voiced gives what was added to an answer since from the recording of its
// message, where there is one.
func (t *turn) voiced(a *answerText, from int, id string) {
	if v, ok := t.voice(id); ok && len(a.blocks) > from {
		a.blocks[len(a.blocks)-1].voice = v
		a.voices = append(a.voices, v)
	}
}

// speaks tells whether a recording is sent without being asked for: to who chose
// a language that is not written, and never with what comes by itself, for that
// shows, and may sound, where others are.
func (t *turn) speaks(v Voice) bool {
	return v != Voice{} && t.s.Oral != "" && v.Lang == t.s.Oral && !t.event && !t.listening
}

// listen sends the recordings of the last answer and asks its question again, or
// says that there are none.
func (t *turn) listen() {
	n := t.here()
	if len(t.s.Shown) == 0 {
		t.show(n)
	}
	a, l := &answerText{}, t.language()
	for _, s := range t.s.Shown {
		t.renderShown(a, l, s)
	}
	if n != nil {
		t.renderAsk(a, l, n)
	}
	if len(a.voices) > 0 {
		t.listening = true
		return
	}
	t.s.Shown = nil
	t.notes = append(t.notes, msgVoiceNone)
	t.reask(n)
}

// heardOnly leaves of an answer its recordings, and the question that waits.
func (t *turn) heardOnly(out []Message, a *answerText, l *locales.Language) []Message {
	m := Message{Lang: l.Code, Flow: t.s.Flow, Node: t.s.Node, Voices: a.voices}
	for _, b := range a.blocks {
		if b.voice != (Voice{}) {
			m.Of = append(m.Of, b.of...)
		}
	}
	return append([]Message{m}, out[len(out)-1])
}

// listenButton is the choice that sends the recordings of an answer, false where
// it has none.
func (t *turn) listenButton(a *answerText, l *locales.Language) (Choice, bool) {
	if len(a.voices) == 0 || a.ask == nil || a.ask.Line {
		return Choice{}, false
	}
	id := msgListen
	if t.listening || slices.ContainsFunc(a.voices, t.speaks) {
		id = msgListenAgain
	}
	return Choice{Key: keyListen, Label: strings.TrimSpace(keyListen + " " + l.Raw(id)), Payload: payloadListen}, true
}
