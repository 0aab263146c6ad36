// Paging: an answer in the shape a channel can show.
package flows

import (
	"slices"
	"strconv"
	"strings"

	"posada/locales"
)

// choices are the ways of a question as a person may type or press them.
func (t *turn) choices(a *answerText) []Choice {
	out := make([]Choice, 0, len(a.ways)+2)
	for i, w := range a.ways {
		label := w.label
		if t.form.Icons && w.icon != "" {
			label = w.icon + " " + label
		}
		out = append(out, Choice{Key: strconv.Itoa(i + 1), Label: label, Payload: w.payload})
	}
	if a.hasOriginal && t.form.Join && len(out) > 0 && t.s.View == ViewAnswer {
		out = append(out, Choice{Key: strconv.Itoa(len(out) + 1), Label: t.language().Raw(msgOriginalAsk), Payload: payloadOriginal})
	}
	return out
}

// numbered writes the choices of a question as lines, or on one line where it
// says so, for channels without buttons.
func numbered(b *strings.Builder, l *locales.Language, a *answerText, choices []Choice) {
	for i, c := range choices {
		if i < len(a.ways) && a.ways[i].heading != "" {
			b.WriteString("\n" + l.Raw(a.ways[i].heading))
		}
		if i > 0 && a.ask.Line {
			b.WriteByte(' ')
		} else {
			b.WriteByte('\n')
		}
		b.WriteString(l.Digits(c.Key))
		b.WriteByte(' ')
		b.WriteString(c.Label)
	}
}

// split sends every paragraph as a message of its own, the question last with
// its choices. It is for channels whose messages are long enough.
func (t *turn) split(a *answerText, l *locales.Language) []Message {
	mark := t.mark(l)
	t.s.Page, t.s.Pages = 0, 1
	var out []Message
	for i, b := range a.blocks {
		text := b.text
		var choices []Choice
		if a.ask != nil && i == len(a.blocks)-1 {
			choices = t.choices(a)
			listen, listens := t.listenButton(a, l)
			if !t.form.Buttons {
				var s strings.Builder
				s.WriteString(text)
				numbered(&s, l, a, choices)
				if !a.ask.Line {
					s.WriteString("\n" + l.Raw(msgNavChat))
				}
				if listens {
					s.WriteString("\n" + listen.Label)
				}
				text = s.String()
			} else if !a.ask.Line {
				if listens {
					choices = append(choices, listen)
				}
				choices = append(choices, t.buttons(l)...)
			}
		}
		for text != "" {
			var head string
			head, text = locales.Cut(text, func(s string) bool { return utf16Len(mark)+utf16Len(s) <= t.form.MaxChars })
			m := Message{Text: mark + head, Lang: l.Code, Flow: b.flow, Node: b.node, Fault: a.fault, Of: b.of}
			if text == "" {
				m.Choices = choices
				if t.speaks(b.voice) {
					m.Voices = []Voice{b.voice}
				}
			}
			out = append(out, m)
		}
	}
	if t.listening {
		return t.heardOnly(out, a, l)
	}
	if len(out) == 1 {
		out[0].Home = t.isHome(a)
	}
	return out
}

// isHome tells whether an answer is the menu, and nothing but the menu.
func (t *turn) isHome(a *answerText) bool {
	return a.ask != nil && a.ask == t.book.flowByID[t.book.roles.Menu].start && len(a.blocks) == 1
}

// buttons that stand under every question.
func (t *turn) buttons(l *locales.Language) []Choice {
	var out []Choice
	if len(t.s.Trail) > 0 {
		out = append(out, Choice{Key: "*", Label: l.Raw(msgButtonBack), Payload: payloadBack})
	}
	if t.s.Consented && t.s.Flow != t.book.roles.Menu {
		out = append(out, Choice{Key: "#", Label: l.Raw(msgButtonMenu), Payload: payloadMenu})
	}
	return out
}

// join makes one text of the whole answer and cuts it into pages; it sends the
// page the session stands on. Every page says how to go on.
func (t *turn) join(a *answerText, l *locales.Language) []Message {
	if len(a.blocks) == 0 {
		return nil
	}
	pages := t.pages(a, l)
	// Where nobody is left to ask for a next page, or one line is to be short:
	// rather in plain letters.
	if short := t.alone && len(pages) > 1 || a.ask != nil && a.ask.Line && locales.Segments(pages[0]) > 1; short && t.form.Exact != "" {
		t.form.Exact = ""
		pages = t.pages(a, l)
	}
	if a.ask != nil && a.ask.Line && len(pages) > 1 && len(a.blocks) == len(t.notes)+1 { // rather without Posada's own words before it
		a.blocks = a.blocks[len(a.blocks)-1:]
		pages = t.pages(a, l)
	}
	if t.opened != nil && len(pages) > 1 { // it is shown once: a second page would come too late
		t.form.MaxSegments = 0
		pages = t.pages(a, l)
	}
	if t.alone && len(pages) > 1 { // a script of which a page holds less than half
		t.form.MaxSegments = 0
		pages = t.pages(a, l)
	}
	t.s.Pages = len(pages)
	t.s.Page = min(t.s.Page, len(pages)-1)
	last := a.blocks[len(a.blocks)-1]
	m := Message{Text: pages[t.s.Page], Lang: l.Code, Flow: last.flow, Node: last.node, Fault: a.fault, Segments: locales.Segments(pages[t.s.Page]),
		Home: len(pages) == 1 && t.isHome(a), Of: a.of()}
	for _, c := range t.choices(a) {
		if t.s.Page+1 == len(pages) || t.wasShown(l, c, pages[:t.s.Page+1]) {
			m.Choices = append(m.Choices, c)
		}
	}
	if t.s.Page+1 < len(pages) {
		m.Choices = append(m.Choices, Choice{Key: "0", Label: l.Raw(msgMore)})
	}
	return []Message{m}
}

// pages of the whole answer. The question stays together with its choices
// where a page can hold them.
func (t *turn) pages(a *answerText, l *locales.Language) []string {
	nav := ""
	if a.ask != nil && !a.ask.Line {
		nav = "\n" + t.fit(l, l.Raw(msgNavSMS))
	}
	more := "\n" + strings.TrimRight(t.fit(l, l.Raw(msgMore))+" "+strings.TrimPrefix(nav, "\n"), " ")
	mark := t.fit(l, t.mark(l))
	said, asked := a.blocks, []block(nil)
	if a.ask != nil {
		said, asked = said[:len(said)-1], said[len(said)-1:]
	}
	body, question := t.lines(l, said), t.lines(l, asked)
	if question != "" {
		var b strings.Builder
		b.WriteString(question)
		numbered(&b, l, a, t.choices(a))
		question = t.fit(l, b.String())
	}
	whole := strings.Trim(body+"\n"+question, "\n")
	if fits := t.fits(mark + whole + nav); fits || body == "" || question == "" || !t.fits(mark+question+nav) {
		return paginate(whole, mark, more, nav, t.fits)
	}
	pages := paginate(body, mark, more, more, t.fits)
	last := strings.TrimSuffix(strings.TrimPrefix(pages[len(pages)-1], mark), more)
	if joined := mark + last + "\n" + question + nav; t.fits(joined) {
		pages[len(pages)-1] = joined
		return pages
	}
	return append(pages, mark+question+nav)
}

// lines joins paragraphs into one text, in the letters of the form.
func (t *turn) lines(l *locales.Language, blocks []block) string {
	var b strings.Builder
	for i, bl := range blocks {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(bl.text)
	}
	return t.fit(l, b.String())
}

// wasShown tells whether a choice stands on one of some pages.
func (t *turn) wasShown(l *locales.Language, c Choice, pages []string) bool {
	line := "\n" + t.fit(l, l.Digits(c.Key)+" "+c.Label) + "\n"
	return slices.ContainsFunc(pages, func(p string) bool { return strings.Contains("\n"+p+"\n", line) })
}

// answersUnseen tells whether the text picks a choice that is on a page still to
// come: nobody may agree to, or erase, what they have not read. A label of
// several words, or a typed place or month, can mean nothing else and counts;
// a number, "yes" and "no" can.
func (t *turn) answersUnseen() bool {
	n := t.here()
	if !t.unread() || n == nil || t.folded == "" || n.Type != "" && n.Type != TypePlace {
		return false
	}
	l := t.language()
	a := t.compose(l)
	pages := t.pages(a, l)
	if t.s.Page+1 >= len(pages) {
		return false
	}
	if n.Type == TypePlace { // by its number in the list
		i, err := strconv.Atoi(t.folded)
		return err == nil && i >= 1 && i <= len(t.book.spots) &&
			!t.wasShown(l, Choice{Key: t.folded, Label: l.Raw(t.book.spots[i-1].Name)}, pages[:t.s.Page+1])
	}
	i := t.book.match(t.folded, a.ways, l)
	if i < 0 || t.wasShown(l, t.choices(a)[i], pages[:t.s.Page+1]) {
		return false
	}
	if _, err := strconv.Atoi(t.folded); err != nil && n.ChoicesFrom == fromLanguages {
		return false // the name of a language means nothing else
	}
	label := t.book.fold(a.ways[i].label)
	return !strings.Contains(label, " ") || t.folded != label && !locales.Near(t.folded, label)
}

// unread tells whether pages of the last answer have not been asked for.
func (t *turn) unread() bool { return t.form.Join && t.s.Page+1 < t.s.Pages && !t.s.Stopped }

// paginate cuts a text into pages: each begins with mark and ends with more,
// the last one with nav. What is left after MaxPages is never cut off in the
// middle of a choice by a page too many: the walk proves that none has so many.
func paginate(text, mark, more, nav string, fits func(string) bool) []string {
	if whole := mark + text + nav; fits(whole) {
		return []string{whole}
	}
	var pages []string
	for len(pages) < MaxPages {
		if fits(mark + text + nav) {
			break
		}
		var head string
		head, text = locales.Cut(text, func(s string) bool { return fits(mark + s + more) })
		pages = append(pages, mark+head+more)
		if text == "" {
			return pages
		}
	}
	return append(pages, mark+text+nav)
}

func (t *turn) fits(s string) bool {
	if t.form.MaxSegments > 0 { // far below what any channel takes as a text
		return locales.Segments(s) <= t.form.MaxSegments
	}
	return utf16Len(s) <= t.form.MaxChars
}

// fit writes a text in the letters that the form counts cheaply, but for the
// languages whose letters it keeps.
func (t *turn) fit(l *locales.Language, s string) string {
	if l.RightToLeft() && t.form.MaxSegments > 0 {
		s = locales.Unisolated(s)
	}
	if t.form.Transliterate && !t.form.keeps(l.Code) {
		return locales.Transliterate(s)
	}
	return s
}

// mark begins every message of a conversation held on another day.
func (t *turn) mark(l *locales.Language) string {
	if t.at.AsOf.IsZero() {
		return ""
	}
	return l.Raw(msgTraining) + "\n"
}

// utf16Len counts as providers do: in UTF-16 units.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
