// Matching: what a typed text or a button answers.
package flows

import (
	"slices"
	"strconv"
	"strings"

	"posada/locales"
)

// msgLanguageAlso lists other names of a language, as people write them.
const msgLanguageAlso = "language.also"

// way is one visible answer to a question.
type way struct {
	key     string
	label   string // as shown, without its icon
	icon    string
	payload string
	option  *Option // nil for a language
	heading string  // a message that stands above it in a numbered list
}

// ways are the answers to a question that are visible now, in order.
func (t *turn) ways(n *Node, l *locales.Language) []way {
	switch n.ChoicesFrom {
	case fromLanguages:
		return t.languages(n)
	case fromBridges:
		return t.bridgeWays(n, l)
	case fromFound:
		return t.foundWays(n, l)
	}
	out := make([]way, 0, len(n.Choices))
	for i := range n.Choices {
		o := &n.Choices[i]
		if ok, err := o.cond.holds(t.day, n.flow, &t.s); err != nil || !ok || o.Staffed && !t.board().Desk.Staffed {
			continue
		}
		out = append(out, way{key: o.Key, label: t.label(l, o.Label), icon: o.Icon, payload: o.payload, option: o})
	}
	return out
}

// label is a short text of a choice, fit for the direction of its language.
func (t *turn) label(l *locales.Language, id string) string {
	if l.RightToLeft() {
		return locales.Isolated(l.Raw(id))
	}
	return l.Raw(id)
}

// languages lists every language, the one of the greeting first and those that
// are not written last.
func (t *turn) languages(n *Node) []way {
	greeted, _ := t.s.answer(t.book.roles.First, answerGreeted)
	var out []way
	for _, l := range t.book.Catalogue.Languages() {
		out = append(out, way{key: l.Code, label: l.Raw("language.name"), payload: n.name() + "#" + l.Code})
	}
	slices.SortStableFunc(out, func(a, b way) int {
		switch greeted.Text {
		case a.key:
			return -1
		case b.key:
			return 1
		}
		return 0
	})
	return append(out, t.oralWays(n)...)
}

// answer takes the input as an answer to the question that waits.
func (t *turn) answer(payload string) {
	n := t.here()
	l := t.language()
	if payload != "" {
		t.press(payload, n, l)
		return
	}
	if t.folded == "" {
		t.s.Misses++
		t.notes = append(t.notes, msgUnreadable)
		t.reask(n)
		return
	}
	if n.Type != "" {
		t.typed(n)
		return
	}
	ways := t.ways(n, l)
	if i := t.book.match(t.folded, ways, l); i >= 0 {
		t.choose(n, ways[i])
		return
	}
	if t.doubted && !t.s.Consented {
		t.misheard()
		return
	}
	if t.recognised() || t.alarmed() {
		return
	}
	if t.s.Language == "" && (t.namesOral() || t.suggestAnew()) {
		return
	}
	if t.greeted() {
		t.show(n) // a greeting in the middle is greeted by the question
		return
	}
	if t.tellsRumour() || t.searched(false) {
		return
	}
	t.miss(n)
}

// greeted tells whether the text is a greeting and hardly more.
func (t *turn) greeted() bool {
	return len(locales.Words(t.folded)) <= 3 && t.book.Catalogue.Greeting(t.folded) != ""
}

// miss says that the text was not understood; the second time in a row it says
// something else.
func (t *turn) miss(n *Node) {
	if slices.Contains(t.notes, msgTooLong) { // that says enough
		t.s.Misses++
		t.reask(n)
		return
	}
	note := msgMissFirst
	if t.s.Misses++; t.s.Misses > 1 || n.flow.ID == t.book.roles.Search { // there it was already said that there is no answer
		note = msgMissSecond
	}
	t.notes = append(t.notes, note)
	if note == msgMissSecond && t.s.Consented && t.board().Desk.Staffed {
		t.notes = append(t.notes, msgPersonHint)
	}
	t.reask(n)
}

// reask shows the question again; when pages before it were not read, the whole
// answer from its beginning.
func (t *turn) reask(n *Node) {
	if len(t.before) > 0 {
		t.s.Shown = t.before
		return
	}
	t.show(n)
}

// match finds the way that a folded text means: its number, its label, a
// synonym, its number with its label, or a near-miss of exactly one label.
// It returns -1 for none.
func (b *Book) match(folded string, ways []way, l *locales.Language) int {
	if i, err := strconv.Atoi(folded); err == nil {
		if i >= 1 && i <= len(ways) && len(folded) < 4 {
			return i - 1
		}
		return -1
	}
	for i, w := range ways {
		if w.icon != "" && folded == locales.Fold(w.icon) || b.says(folded, w, l) {
			return i
		}
	}
	if number, rest, ok := strings.Cut(folded, " "); ok {
		if i, err := strconv.Atoi(number); err == nil && i >= 1 && i <= len(ways) && (b.says(rest, ways[i-1], l) || locales.Near(rest, b.fold(ways[i-1].label))) {
			return i - 1
		}
	}
	found := -1
	for i, w := range ways {
		if locales.Near(folded, b.fold(w.label)) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// says tells whether a folded text is a way's label or one of its synonyms.
func (b *Book) says(folded string, w way, l *locales.Language) bool {
	if folded == b.fold(w.label) {
		return true
	}
	if other := b.Catalogue.Language(w.key); w.option == nil && other != nil {
		return slices.Contains(b.foldList(other, msgLanguageAlso), folded)
	}
	if o := b.oral(w.key); w.option == nil && o != nil {
		return slices.Contains(o.also, folded)
	}
	if w.option == nil || w.option.Also == "" {
		return false
	}
	return slices.Contains(b.foldList(l, w.option.Also), folded)
}

// press takes a button: of the question that waits, or an old one. An old
// button of a flow that only informs still leads where it said.
func (t *turn) press(payload string, n *Node, l *locales.Language) {
	where, key, _ := strings.Cut(payload, "#")
	flow, node, _ := strings.Cut(where, "/")
	target := t.book.node(Place{flow, node})
	if target != nil && target.isAsk() && (target == n || (target.flow.Anytime || t.onReminder(target) || t.onCountdown(target)) && t.s.Consented) {
		for _, w := range t.ways(target, l) {
			if w.key != key {
				continue
			}
			if target != n {
				t.remember()
				t.s.Stack = nil
				t.s.Flow, t.s.Node = flow, node
			}
			t.choose(target, w)
			return
		}
	}
	t.notes = append(t.notes, msgOldButton)
	t.show(n)
}

// choose takes one way out of a question.
func (t *turn) choose(n *Node, w way) {
	t.s.Misses = 0
	if n.ChoicesFrom == fromFound {
		t.pickFound(w.key)
		return
	}
	if n.ChoicesFrom != "" {
		t.chooseTongue(n, w.key)
		return
	}
	t.remember()
	o := w.option
	if n.flow.reminds != nil && n.Into == answerWording && o.Key != ownWording && t.taken(n.flow, t.language().Raw(o.Label)) {
		t.notes = append(t.notes, msgWordsTaken)
		t.show(n)
		return
	}
	if n.Into != "" && o.Next != "" {
		t.s.setAnswer(Answer{Flow: n.flow.ID, Name: n.Into, Text: o.Key, Given: t.minute})
	}
	for _, a := range o.set {
		t.assign(n.flow, a)
	}
	if n.flow.ID == t.book.roles.Away { // a new conversation
		t.sayDraft(t.language())
	}
	switch {
	case o.Restart:
		t.home()
	case o.End:
		t.run(t.pop())
	default:
		t.run(o.next)
	}
}

// typed takes a typed answer. What cannot be read is answered with what is
// wrong, and the question stays.
func (t *turn) typed(n *Node) {
	if n.Type == TypePIN {
		t.typedPIN(n)
		return
	}
	a := Answer{Flow: n.flow.ID, Name: n.Into, Given: t.minute}
	ok := true
	switch n.Type {
	case TypeDay, TypeSealedDay:
		a.Number = int(t.typedDay(n))
		ok = a.Number != 0
	case TypeMonth:
		a.Number = t.book.parseMonth(t.folded, t.language())
		ok = a.Number != 0
	case TypeTime:
		a.Number = t.book.parseTime(t.folded, t.language())
		ok = a.Number != 0
	case TypeWords:
		reason := ""
		if a.Text, reason = t.book.ownWords(t.language(), t.text); reason == "" && t.taken(n.flow, a.Text) {
			reason = msgWordsTaken
		}
		if reason != "" {
			t.s.Misses++
			t.notes = append(t.notes, reason)
			t.reask(n)
			return
		}
	case TypePlace:
		spot := t.place()
		if ok = spot != nil; ok {
			a.Text = spot.ID
		}
	}
	if !ok && t.greeted() {
		t.show(n)
		return
	}
	if !ok && t.alarmed() {
		return
	}
	if !ok && t.searched(true) {
		return
	}
	if !ok {
		t.s.Misses++
		t.notes = append(t.notes, n.Invalid)
		t.reask(n)
		return
	}
	t.s.Misses = 0
	t.remember()
	switch n.Type {
	case TypeText:
		if n.Keep {
			a.Text, _ = locales.Clean(t.text, MaxKept)
			t.s.setAnswer(a)
		}
	case TypeSealedDay:
		t.sealDay(n, Date(a.Number))
	default:
		t.s.setAnswer(a)
	}
	t.run(n.next)
}

// place reads a place by its number in the list that was shown, or its name.
func (t *turn) place() *Spot {
	if i, err := strconv.Atoi(t.folded); err == nil {
		if i >= 1 && i <= len(t.book.spots) {
			return t.book.spots[i-1]
		}
		return nil
	}
	return t.book.parsePlace(t.folded)
}

// fold is the folded form of a label; labels of the book are folded once, when
// it is loaded.
func (b *Book) fold(label string) string {
	if f, ok := b.folded[label]; ok {
		return f
	}
	return locales.Fold(label)
}

// foldList is a message of comma-separated synonyms, folded when the book was
// loaded.
func (b *Book) foldList(l *locales.Language, id string) []string {
	return b.lists[textKey{l.Code, id}]
}

// foldWords folds every label and synonym of the book, in every language.
func (b *Book) foldWords() {
	b.folded = map[string]string{}
	b.lists = map[textKey][]string{}
	for _, l := range b.Catalogue.Languages() {
		name := l.Raw("language.name")
		b.folded[name] = locales.Fold(name)
		for _, w := range l.List(msgLanguageAlso) {
			key := textKey{l.Code, msgLanguageAlso}
			b.lists[key] = append(b.lists[key], locales.Fold(w))
		}
		for _, f := range b.flows {
			for _, n := range f.order {
				for _, o := range n.Choices {
					label := l.Raw(o.Label)
					b.folded[label] = locales.Fold(label)
					if o.Also == "" {
						continue
					}
					var words []string
					for _, w := range l.List(o.Also) {
						words = append(words, locales.Fold(w))
					}
					b.lists[textKey{l.Code, o.Also}] = words
				}
			}
		}
	}
}
