// The standing words: what Posada says by itself, the same to everybody, ready to
// be recognised when a person sends some of it back.
package flows

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"posada/flows/sent"
	"posada/locales"
)

// standing keeps those of one day, for a fact may be another one tomorrow; and
// apart from them those of a day on which somebody trains, which must not answer
// for today.
type standing struct {
	mu              sync.Mutex
	today, training *standingOn
}

// standingOn are the words of one day, by language, made when they are first
// asked for.
type standingOn struct {
	day *Day

	mu sync.Mutex
	by map[string]*standingIn
}

// standingIn are the words of one day in one language.
type standingIn struct {
	lang  *locales.Language
	texts *sent.Index        // by the id of their message
	asks  map[string][]*Node // questions, many of them too short to be found, and who asks them
	steps map[*Node]string   // "2 / 9" above them
	notes map[string]bool    // lines that stand beside any words and say nothing themselves
}

// on are the words of a day.
func (s *standing) on(day *Day, training bool) *standingOn {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := &s.today
	if training {
		kept = &s.training
	}
	if *kept == nil || (*kept).day != day {
		*kept = &standingOn{day: day, by: map[string]*standingIn{}}
	}
	return *kept
}

// in are those of one language.
func (s *standingOn) in(l *locales.Language) *standingIn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by[l.Code] == nil {
		s.by[l.Code] = newGathering(s.day, l).all()
	}
	return s.by[l.Code]
}

// shortWords is below how many words, or signs of a script without spaces, words
// of ours may be too few to be found by themselves.
const shortWords = 12

// gathering collects the words of a day in a language.
type gathering struct {
	t     *turn // somebody of whom nothing is known
	l     *locales.Language
	known []sent.Known
	taken map[string]bool // words that are in known
	out   *standingIn
}

func newGathering(day *Day, l *locales.Language) *gathering {
	return &gathering{
		t: &turn{book: day.book, day: day, at: At{Now: day.at}, s: Session{Language: l.Code}}, l: l,
		taken: map[string]bool{}, out: &standingIn{lang: l, asks: map[string][]*Node{}, steps: map[*Node]string{}, notes: map[string]bool{}},
	}
}

func (g *gathering) all() *standingIn {
	for _, f := range g.t.book.flows {
		for _, n := range f.order {
			g.node(n)
		}
	}
	g.engine()
	g.out.texts = sent.New(g.known)
	return g.out
}

func (g *gathering) node(n *Node) {
	for _, it := range n.Say {
		if g.said(n, it) {
			g.message(n.flow, it.Text)
		}
	}
	g.message(n.flow, n.Why)
	g.message(n.flow, n.Invalid)
	if !n.isAsk() {
		return
	}
	asks := []string{g.message(n.flow, n.Ask)}
	if n.Ask == msgDay { // what a reminder says, where the person chose no words of their own
		for _, w := range wordings {
			late, _ := g.l.Render(msgLate, map[string]any{fieldWording: g.l.Raw(msgWording(w))})
			asks = append(asks, g.l.Raw(msgWording(w)), late)
		}
	}
	for _, a := range asks {
		if k := lineKey(a); k != "" {
			g.out.asks[k] = append(g.out.asks[k], n)
		}
	}
	if len(n.Progress) == 2 {
		if step, err := g.t.day.step(g.l, n.Progress[0], n.Progress[1]); err == nil {
			g.out.steps[n] = lineKey(step)
		}
	}
}

// said tells whether an item can be said today, and in this language: a text that
// is out of date, or that the operator does not send, is not.
func (g *gathering) said(n *Node, it Item) bool {
	if it.cond != nil && len(it.cond.answers) == 0 {
		if holds, err := it.cond.holds(g.t.day, n.flow, &g.t.s); err == nil && !holds {
			return false
		}
	}
	state := g.t.book.state(g.l, it.Text)
	return state != locales.Stale && (state != locales.Draft || g.t.book.drafts != DraftsRefuse || !locales.HighCare(it.Text))
}

// message takes a message of a flow, and returns its words; "" where they are
// not the same for everybody.
func (g *gathering) message(f *Flow, id string) string {
	if id == "" {
		return ""
	}
	var extra map[string]any
	if g.t.book.personal[id] {
		if extra = g.ofProgramme(f, id); extra == nil {
			return ""
		}
	}
	return g.text(id, extra)
}

// ofProgramme are the values of a message that names a programme and nothing of
// the person's; nil where there are others, or where it is not so today.
func (g *gathering) ofProgramme(f *Flow, id string) map[string]any {
	if f.reminds == nil || slices.Contains(openMessages, id) != f.reminds.OpenAt(g.t.day.at) {
		return nil
	}
	extra := map[string]any{}
	for _, field := range g.t.book.Catalogue.Language(locales.Source).Fields(id) {
		if g.t.book.factByID[field] != nil {
			continue
		}
		v := ""
		if field == fieldProgramme || field == fieldClosed {
			v = g.t.value(g.l, f, field)
		}
		if v == "" {
			return nil
		}
		extra[field] = v
	}
	return extra
}

// openMessages are those that name a programme while it is open; all others of
// them are said when it is not.
var openMessages = []string{msgRemindOpen, msgRemindStateOn, msgRemindPausedFor}

func (g *gathering) text(id string, extra map[string]any) string {
	words, err := g.t.day.text(g.l, id, extra)
	if err != nil {
		return ""
	}
	g.take(id, words)
	if len(locales.Tokens(locales.Fold(words))) < shortWords {
		g.note(words) // it may be too short to be found
	}
	return words
}

// take takes words, once: many places say the same.
func (g *gathering) take(id, words string) {
	if !g.taken[id+" "+words] {
		g.taken[id+" "+words] = true
		g.known = append(g.known, sent.Known{ID: id, Lang: g.l.Code, Text: words})
	}
}

// note takes a line that stands beside words.
func (g *gathering) note(line string) {
	if k := lineKey(line); k != "" {
		g.out.notes[k] = true
	}
}

// engine takes what the engine itself says, and the lines that it puts beside
// words: how to go on, where they come from, in which language they stand.
func (g *gathering) engine() {
	for _, id := range engineMessages {
		if !slices.ContainsFunc(neverConfirmed, func(begin string) bool { return strings.HasPrefix(id, begin) }) {
			g.text(id, nil)
		}
	}
	raw := g.l.Raw
	g.text("language.choose", nil)
	for _, line := range []string{raw(msgNavChat), raw(msgNavSMS), raw(msgMore), raw(msgMore) + " " + raw(msgNavSMS), raw(msgOriginalTitle), raw(msgListen), raw(msgListenAgain)} {
		g.note(line)
	}
	for _, other := range g.t.book.Catalogue.Languages() {
		for _, id := range []string{msgRefused, msgStale} {
			g.note(g.text(id, map[string]any{"language": other.Raw("language.name")}))
		}
	}
	a := &answerText{}
	for _, id := range g.t.book.sourceIDs {
		g.take(msgSourceLine, g.t.sourceLine(a, g.l, g.t.book.sources[id]))
	}
	for _, e := range g.t.book.directory {
		if e.shownOn(g.t.day.Date) {
			g.take(msgDirNone, g.t.directoryLine(a, g.l, e))
		}
	}
	checked := map[Date]bool{}
	for _, e := range g.t.day.entries {
		if e == nil || checked[e.Reviewed] {
			continue
		}
		checked[e.Reviewed] = true
		for _, id := range []string{msgSourceWhen, msgOverdue} {
			g.note(g.text(id, map[string]any{"checked": e.Reviewed.In(g.l)}))
		}
	}
}

// neverConfirmed begin the ids of messages that are no words of themselves: lists,
// verdicts without what they judge, and what is said of a message that somebody
// asks about, which would let a forger confirm himself.
var neverConfirmed = []string{"words.", "telegram.command.", "board.", "sent.", "bulletin.", "withdrawn."}

// outOfUse tells of words of the book that are nowhere said today: the day on
// which they were withdrawn, 0 for not, or that they are withheld.
func (t *turn) outOfUse(id string) (gone Date, withheld bool) {
	for _, f := range t.book.flows {
		for _, n := range f.order {
			for _, facts := range n.usesOf(id) {
				day := t.nodeGone(n)
				if day == 0 {
					day = t.itemGone(Item{Text: id, facts: facts})
				}
				switch fresh, _ := t.day.worst(facts); {
				case day != 0:
					gone = day
				case fresh == Withheld:
					withheld = true
				default:
					return 0, false
				}
			}
		}
	}
	return gone, withheld
}

// usesOf lists what a message stands on, for each time that a node says it.
func (n *Node) usesOf(id string) (facts [][]*Fact) {
	for _, it := range n.Say {
		if it.Text == id {
			facts = append(facts, it.facts)
		}
	}
	if n.Why == id {
		facts = append(facts, n.whys)
	}
	if n.Ask == id || n.Invalid == id {
		facts = append(facts, nil)
	}
	return facts
}

// lineKey is a line by its words alone, to compare it whole.
func lineKey(line string) string { return strings.Join(locales.Tokens(locales.Fold(line)), " ") }

// asked is how many lines at the beginning of some are a question and all of its
// choices, as a channel without buttons shows them, or the question alone; 0 for
// none. id is its message.
func (s *standingIn) asked(b *Book, lines []line) (n int, id string) {
	if len(lines) > 1 && slices.ContainsFunc(s.asks[lines[1].key], func(n *Node) bool { return s.steps[n] == lines[0].key }) {
		n, id = s.asked(b, lines[1:])
		return 1 + n, id
	}
	for _, asks := range s.asks[lines[0].key] {
		n, id = max(n, 1), asks.Ask
		if used := s.choices(b, asks, lines[1:]); used > 0 {
			return 1 + used, id
		}
	}
	return n, id
}

// choices is how many lines the choices of a question take, 0 where they are not
// those. One that depends on the person may be missing. A part of the others is
// none of ours: "Which did you hear?" with one rumour below it.
func (s *standingIn) choices(b *Book, n *Node, lines []line) (used int) {
	var shown []string
	for _, at := range lines {
		shown = append(shown, at.key)
	}
	if n.Line && len(shown) > 0 {
		shown = shown[:1]
	}
	whole, number := "", 0
	take := func(label string) bool {
		k := lineKey(s.lang.Digits(strconv.Itoa(number+1)) + " " + label)
		switch {
		case n.Line && len(shown) > 0 && strings.HasPrefix(shown[0]+" ", whole+k+" "):
			whole, used = whole+k+" ", 1
		case !n.Line && number < len(shown) && shown[number] == k:
			used++
		default:
			return false
		}
		number++
		return true
	}
	for _, o := range n.Choices {
		if !take(s.lang.Raw(o.Label)) && o.cond == nil && !o.Staffed {
			return 0
		}
	}
	if n.Type == TypePlace {
		for _, spot := range b.spots {
			if !take(s.lang.Raw(spot.Name)) {
				return 0
			}
		}
	}
	if n.Line && (len(shown) == 0 || shown[0]+" " != whole) {
		return 0
	}
	take(s.lang.Raw(msgOriginalAsk))
	return used
}
