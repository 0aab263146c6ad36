// Rendering: what a turn shows, in one language, in the form of a channel.
package flows

import (
	"slices"
	"strconv"
	"strings"

	"posada/locales"
)

// The placeholders that are a person's own values.
const (
	fieldOpens  = "opens_at"
	fieldCloses = "closes_at"
	fieldPlace  = "place"
)

// block is one paragraph of an answer.
type block struct {
	text string
	flow string
	node string
	of   []Part

	voice Voice // its recording, if any
}

// answerText is all that a turn says, before it is cut to a form.
type answerText struct {
	blocks []block
	ask    *Node // the question that ends it, nil for none
	ways   []way
	fault  string
	voices []Voice // recordings of all of it, in order

	hasOriginal bool                // some of it is a draft whose original can be asked for
	bridged     []*locales.Language // in which texts stand that are not sent in one's own, and it was said why
}

// language of this turn: the person's; before they chose one that of their
// greeting or of the word they used, or the source language.
func (t *turn) language() *locales.Language {
	code := t.s.Language
	if t.done {
		code = t.lang
	}
	if code == "" {
		greeted, _ := t.s.answer(t.book.roles.First, answerGreeted)
		code = greeted.Text
	}
	if l := t.book.Catalogue.Language(code); l != nil {
		return l
	}
	return t.book.Catalogue.Language(locales.Source)
}

func (t *turn) render() []Message {
	if t.silent {
		return nil
	}
	l := t.language()
	a := t.compose(l)
	if t.form.Join {
		return t.join(a, l)
	}
	return t.split(a, l)
}

// compose gathers all that this turn says.
func (t *turn) compose(l *locales.Language) *answerText {
	a := &answerText{}
	if t.alone {
		for _, id := range t.notes {
			from := len(a.blocks)
			a.add(t.plain(a, l, id), t.s.Flow, t.s.Node)
			t.voiced(a, from, id)
		}
	} else {
		t.keepNotes()
		switch t.s.View {
		case ViewSource:
			t.renderSources(a, l)
		case ViewOriginal:
			t.renderOriginals(a, l)
		default:
			for _, s := range t.s.Shown {
				t.renderShown(a, l, s)
			}
		}
		if n := t.here(); n != nil && n.isAsk() && n != t.coming {
			t.renderAsk(a, l, n)
		}
	}
	return a
}

// keepNotes puts Posada's own words before what is shown, where the next page
// finds them too.
func (t *turn) keepNotes() {
	if len(t.notes) == 0 {
		return
	}
	shown := make([]Shown, 0, len(t.notes)+len(t.s.Shown))
	for _, id := range t.notes {
		shown = append(shown, Shown{Place: Place{Node: id}})
	}
	shown = append(shown, t.s.Shown...)
	t.s.Shown = shown[:min(len(shown), maxStored)]
}

func (a *answerText) add(text, flow, node string) {
	if text != "" && (len(a.blocks) == 0 || a.blocks[len(a.blocks)-1].text != text) {
		a.blocks = append(a.blocks, block{text: text, flow: flow, node: node})
	}
}

// plain is a message with the facts of the day, or, when that fails, the same
// in the source language, or an admission that it cannot be said. The fault is
// kept for the operator.
func (t *turn) plain(a *answerText, l *locales.Language, id string) string {
	return t.valued(a, l, id, nil)
}

func (t *turn) valued(a *answerText, l *locales.Language, id string, extra map[string]any) string {
	s, err := t.day.text(l, id, extra)
	if err == nil {
		return s
	}
	a.fault = err.Error()
	if s, err = t.day.text(t.book.Catalogue.Language(locales.Source), id, extra); err == nil {
		return s
	}
	s, _ = t.day.text(l, msgWithheld, nil)
	return s
}

// words is a message of a flow, with the person's own values if it shows any.
func (t *turn) words(a *answerText, l *locales.Language, f *Flow, id string) string {
	if !t.book.personal[id] {
		return t.plain(a, l, id)
	}
	extra := map[string]any{}
	for _, field := range t.book.Catalogue.Language(locales.Source).Fields(id) {
		if v := t.value(l, f, field); v != "" {
			extra[field] = v
		}
	}
	return t.valued(a, l, id, extra)
}

// value is one of the person's own values in words, "" when there is none.
func (t *turn) value(l *locales.Language, f *Flow, field string) string {
	if name, ok := strings.CutPrefix(field, "a_"); ok {
		v, ok := t.s.answer(f.ID, name)
		if !ok {
			return ""
		}
		switch f.answers[name].kind {
		case TypePlace:
			if spot := t.book.spotByID[v.Text]; spot != nil {
				return l.Raw(spot.Name)
			}
		case TypeTime:
			return l.Clock(v.Number)
		case TypeMoment:
			return t.momentText(l, f, v.Number)
		case TypeMonth:
			if m := v.Number % 100; m >= 1 && m <= 12 {
				return l.Date(v.Number/100, m, 0)
			}
		}
		return ""
	}
	if f.reminds != nil {
		return t.reminderValue(l, f, field)
	}
	p := t.book.programme(f.Programme)
	place, _ := t.s.answer(f.ID, fieldPlace)
	spot := t.book.spotByID[place.Text]
	if p == nil || spot == nil {
		return ""
	}
	w, ok := p.WindowOn(t.day.Date)
	if !ok {
		return ""
	}
	at := w.Opens(t.day.Date)
	if field == fieldCloses {
		at = w.Closes(t.day.Date)
	}
	return l.Clock(localMinute(at, spot.loc))
}

// renderShown says one node: its items, its part of the directory, and how old
// its facts are. Each item is judged by the facts it stands on, so that what is
// withheld never takes words of safety with it.
func (t *turn) renderShown(a *answerText, l *locales.Language, s Shown) {
	if s.Flow == "" && s.Node == sayOneSource {
		t.renderOneSource(a, l)
		return
	}
	from := len(a.blocks)
	if s.Flow == "" && isOralNote(s.Node) {
		t.renderOral(a, l, s.Node)
		return
	}
	if s.Flow == "" && s.Node == msgWithdrawn {
		t.sayGone(a, l, t.goneDay())
		return
	}
	if s.Flow == "" {
		a.add(t.plain(a, l, s.Node), t.s.Flow, t.s.Node)
		t.voiced(a, from, s.Node)
		return
	}
	n := t.book.node(s.Place)
	if n == nil {
		return
	}
	if day := t.nodeGone(n); day != 0 {
		t.sayGone(a, l, day)
		return
	}
	begin := len(a.blocks)
	overdue, withheld := Date(0), false
	var originals, drafts []string
	for i, it := range n.Say {
		if s.Items&(1<<i) == 0 {
			continue
		}
		fresh, reviewed := t.day.worst(it.facts)
		if fresh == Withheld {
			if !withheld {
				a.add(t.plain(a, l, msgWithheld), n.flow.ID, n.id)
			}
			withheld = true
			continue
		}
		if day := t.itemGone(it); day != 0 {
			t.sayGone(a, l, day)
			continue
		}
		from = len(a.blocks)
		t.item(a, l, n, it.Text, &originals)
		if len(originals) > len(drafts) {
			drafts = append(drafts, it.Text)
		}
		a.stands(from, n.place(), it.Text)
		t.voiced(a, from, it.Text)
		if fresh == Overdue && (overdue == 0 || reviewed < overdue) {
			overdue = reviewed
		}
	}
	from = len(a.blocks)
	t.original(a, l, n, originals)
	a.stands(from, n.place(), drafts...)
	if n.Directory != "" {
		t.renderDirectory(a, l, n)
	}
	switch n.List {
	case listDiary, listExport:
		t.renderDiary(a, l, n)
	case listVault:
		t.renderVault(a, l, n)
	case listBoard:
		t.renderBoard(a, l, n)
	case listTraced:
		t.renderTraced(a, l, n)
	case listLetters:
		t.renderLetters(a, l, n)
	case listHours:
		t.renderHours(a, l, n)
	}
	if overdue != 0 {
		a.add(t.valued(a, l, msgOverdue, map[string]any{"checked": overdue.In(l)}), n.flow.ID, n.id)
	}
	a.stands(begin, n.place(), "")
}

// standsOn lists the facts behind what a node said.
func standsOn(n *Node, items uint32) []*Fact {
	out := union(n.facts, n.asks)
	for i := range n.Say {
		if items&(1<<i) != 0 {
			out = union(out, n.Say[i].facts)
		}
	}
	return out
}

// renderDirectory lists the entries of a kind that were checked recently
// enough; stale ones are not shown at all.
func (t *turn) renderDirectory(a *answerText, l *locales.Language, n *Node) {
	listed := false
	for _, e := range t.book.directory {
		if e.Kind != n.Directory || !e.shownOn(t.day.Date) {
			continue
		}
		listed = true
		a.add(t.directoryLine(a, l, e), n.flow.ID, n.id)
	}
	if !listed {
		a.add(t.plain(a, l, msgDirNone), n.flow.ID, n.id)
	}
}

func (t *turn) directoryLine(a *answerText, l *locales.Language, e *Contact) string {
	line := e.Name
	if e.Country != "" {
		line += " (" + e.Country + ")"
	}
	if e.Phone != "" {
		line += ": " + e.Phone
	}
	line = t.foreign(l, line)
	if e.Note != "" {
		line += ". " + t.plain(a, l, e.Note)
	}
	return line + " " + t.valued(a, l, msgSourceWhen, map[string]any{"checked": e.Checked.In(l)})
}

func (t *turn) renderAsk(a *answerText, l *locales.Language, n *Node) {
	a.ask = n
	text := ""
	if n.ChoicesFrom == fromLanguages && t.s.Language == "" {
		text = t.chooseLanguage()
	} else {
		text = t.words(a, l, n.flow, n.Ask)
	}
	if len(n.Progress) == 2 {
		step, err := t.day.step(l, n.Progress[0], n.Progress[1])
		if err != nil {
			a.fault = err.Error()
		} else {
			text = step + "\n" + text
		}
	}
	if n.Type == TypePlace {
		text += t.placeList(l)
	}
	a.ways = t.ways(n, l)
	from := len(a.blocks)
	a.add(text, n.flow.ID, n.id)
	a.stands(from, n.place(), n.Ask)
	t.voiced(a, from, n.Ask)
}

// chooseLanguage asks in every language at once; where that is too long, in the
// first two of them, above the languages' own names.
func (t *turn) chooseLanguage() string {
	var lines []string
	for _, w := range t.languages(t.here()) {
		if t.form.Join && len(lines) == 2 {
			break
		}
		if other := t.book.Catalogue.Language(w.key); other != nil {
			lines = append(lines, other.Raw("language.choose"))
		}
	}
	return strings.Join(lines, "\n")
}

// placeList numbers the places of the book: a name is hard to spell.
func (t *turn) placeList(l *locales.Language) string {
	var b strings.Builder
	for i, s := range t.book.spots {
		b.WriteString("\n" + l.Digits(strconv.Itoa(i+1)) + " " + l.Raw(s.Name))
	}
	return b.String()
}

// renderSources says where the last answer comes from, and what was not
// checked.
func (t *turn) renderSources(a *answerText, l *locales.Language) {
	n := t.here()
	var facts []*Fact
	said := false
	if n != nil && n.Why != "" {
		if fresh, _ := t.day.worst(n.whys); fresh == Withheld || t.board().factsGone(n.whys) != 0 {
			a.add(t.plain(a, l, msgWithheld), n.flow.ID, n.id)
		} else {
			from := len(a.blocks)
			a.add(t.words(a, l, n.flow, n.Why), n.flow.ID, n.id)
			a.stands(from, n.place(), n.Why)
			facts = union(facts, n.whys)
		}
	}
	for _, s := range t.s.Shown {
		if m := t.book.node(s.Place); m != nil {
			said = true
			facts = union(facts, standsOn(m, s.Items))
		}
	}
	facts = slices.DeleteFunc(facts, func(f *Fact) bool { return t.day.stale[f.index] == Withheld }) // it was not said
	sources := t.day.sources(facts)
	_, reviewed := t.day.worst(facts)
	if t.shows(listBoard) && t.renderBoardSources(a, l, MaxSources) {
		a.add(t.plain(a, l, msgSourceNot), t.s.Flow, t.s.Node)
		return
	}
	if len(sources) == 0 {
		sources, reviewed = t.hoursSources()
	}
	if len(sources) == 0 {
		id := msgSourcePlain
		if !said {
			id = msgSourceNone
		}
		a.add(t.plain(a, l, id), t.s.Flow, t.s.Node)
		return
	}
	// Those that need a warning come first: they must not be cut off.
	slices.SortStableFunc(sources, func(x, y *Source) int { return strings.Compare(x.Standing, y.Standing) })
	post := false
	for _, s := range sources[:min(len(sources), MaxSources)] {
		post = post || s.Standing == StandingPost
		a.add(t.sourceLine(a, l, s), t.s.Flow, t.s.Node)
	}
	if reviewed != 0 {
		a.add(t.valued(a, l, msgSourceWhen, map[string]any{"checked": reviewed.In(l)}), t.s.Flow, t.s.Node)
	}
	if post {
		a.add(t.plain(a, l, msgSourcePost), t.s.Flow, t.s.Node)
	}
	a.add(t.plain(a, l, msgSourceNot), t.s.Flow, t.s.Node)
}

// renderOneSource names the best source of what was said, for an answer to a
// question in the person's own words.
func (t *turn) renderOneSource(a *answerText, l *locales.Language) {
	var facts []*Fact
	for _, s := range t.s.Shown {
		if n := t.book.node(s.Place); n != nil && n.place() != (Place{t.s.Flow, t.s.Node}) {
			facts = union(facts, standsOn(n, s.Items))
		}
	}
	facts = slices.DeleteFunc(facts, func(f *Fact) bool { return t.day.stale[f.index] == Withheld })
	if t.shows(listBoard) {
		t.renderBoardSources(a, l, 1)
		return
	}
	if sources := t.day.sources(facts); len(sources) > 0 {
		a.add(t.sourceLine(a, l, sources[0]), t.s.Flow, t.s.Node)
	}
}

func (t *turn) sourceLine(a *answerText, l *locales.Language, s *Source) string {
	when := l.Raw(msgDateUnknown)
	if s.Date != 0 {
		when = s.Date.In(l)
	}
	return t.valued(a, l, msgSourceLine, map[string]any{"publisher": s.Publisher, "title": s.Title, "date": when})
}
