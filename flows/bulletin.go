// Bulletins: how a text of the staff looks to those who get it.
package flows

import (
	"strings"

	"posada/locales"
)

// Messages of bulletins.
const (
	msgBulletinHead     = "bulletin.head"
	msgBulletinCorrects = "bulletin.corrects"
	msgBulletinFoot     = "bulletin.foot"
)

// FlowBulletin is the flow that messages of bulletins name: no flow of the book.
const FlowBulletin = "bulletin"

// Bulletin is a text of the staff as people of a language get it in a form: with
// whom it is from, of which day, what it corrects (0: nothing), and what they can
// do about it. It has no numbered choices: those that a person sees are always
// of the question before. On SMS the letters are those that cost least.
func (b *Book) Bulletin(form Form, lang, text string, day, corrects Date) Message {
	l := b.Catalogue.Language(lang)
	if l == nil {
		l = b.Catalogue.Language(locales.Source)
	}
	t := &turn{book: b, form: form, day: b.On(Noon(day)), s: Session{Language: l.Code}, up: b.up()}
	a := &answerText{}
	paragraphs := []string{t.valued(a, l, msgBulletinHead, map[string]any{"day": day.In(l)})}
	if corrects != 0 {
		paragraphs = append(paragraphs, t.valued(a, l, msgBulletinCorrects, map[string]any{"day": corrects.In(l)}))
	}
	paragraphs = append(paragraphs, strings.TrimSpace(text), t.plain(a, l, msgBulletinFoot))
	gap := "\n\n"
	if form.Join {
		gap = "\n"
	}
	m := Message{Text: t.fit(l, strings.Join(paragraphs, gap)), Lang: l.Code, Flow: FlowBulletin, Node: FlowBulletin, Fault: a.fault}
	if form.Buttons {
		m.Choices = []Choice{{Key: "menu", Label: l.Raw(msgButtonMenu), Payload: payloadMenu}}
	}
	if form.MaxSegments > 0 {
		m.Segments = locales.Segments(m.Text)
	}
	return m
}

// Betrays is the word of a text that must not show on a lock screen, "" for none.
func (b *Book) Betrays(text string) string { return b.betrays(text) }
