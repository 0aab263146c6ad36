// The walk: every reachable state of every flow, on seven days, and every
// message of it in every language and form.
package flows

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/locales"
)

// walkDays are the days the walk is made on: before the app's windows changed,
// after, right after the programme closed, and the day the book was last
// reviewed.
func walkDays(b *Book) map[string]time.Time {
	return map[string]time.Time{
		"2023-06-01": Noon(20230601),
		"2024-03-15": Noon(20240315),
		"2025-02-01": Noon(20250201),
		"today":      reviewed(b),
	}
}

// lightDays are walked without interrupts: days on which some words are said
// that no other day knows, and one on which nothing was reviewed for a year.
func lightDays(b *Book) map[string]time.Time {
	return map[string]time.Time{
		"then 2023-07-28": Noon(20230728),
		"then 2025-04-15": Noon(20250415),
		"then unreviewed": Noon(b.NewestReview().AddDays(400)),
	}
}

// typedSamples are answers to typed questions: each class that the book can
// tell apart, and nonsense.
var typedSamples = map[string][]string{
	TypeMonth: {"2022-11", "2023-05", "2023-06", "2024-06", "2025-01", "2025-05", "2025-07", "december 2199", "soon"},
	TypePlace: {"1", "Tijuana", "nowhere at all"},
	TypeTime:  {"07:30", "noon", "25:00"},
	TypePIN:   {"4821", "97531", "12"},
	// For each day of the walk one that lies before it, and one after.
	TypeDay:       {"31 may", "14 march", "27 july", "soon"},
	TypeSealedDay: {"15 june", "20 march", "10 february", "1 december", "1 august", "1 may", "10 january", "soon"},
	TypeWords:     {"soup for grandma", "my asylum"},
	TypeText:      {"they say that groups get it faster", "free buses leave from the church to the border", "nearer the border or in a group, which is faster", "a man hands out blue bracelets", "The church runs no bus to the border. Do not pay anybody for a seat."},
}

// everywhere are the inputs that must do something in every state.
var everywhere = []string{"repeat", "source", "blargh", "", "start", "stop"}

// interrupts lead to another flow and back. The last two are questions: one that
// has several answers, and one that has none.
var interrupts = []string{"help", "language", "delete", vague, "court or judge decision", "flumox quarble zzyx"}

type walker struct {
	t     *testing.T
	book  *Book
	at    time.Time
	light bool // without interrupts
	// within are the flows that are walked; empty: all. letters are the person's.
	within  []string
	letters []Letter
	// languages are those in which everything is rendered: all, or, where the race
	// detector is on, another one each day.
	languages []*locales.Language
	queue     []walkState
	states    map[string]map[outcome]bool // flow, node, stack, page → outcomes of conditions seen there
	conds     map[*Node][]*condition
	full      map[string]bool // flow, node, stack → every input was tried
	shown     map[string]bool

	witnesses, steps, messages, pages int
	reached                           map[Place]bool
}

type walkState struct {
	s     Session
	deep  bool // reached by an interrupt
	trace trace
}

func TestWalkEveryReachableState(t *testing.T) {
	b := realBook(t)
	var mu sync.Mutex
	reached := map[Place]bool{}
	t.Cleanup(func() { everyWordIsSaid(t, b, reached) })
	days := walkDays(b)
	light := lightDays(b)
	maps.Copy(days, light)
	if raced { // the walk itself is one thread: without the detector the long days follow
		days = light
	}
	// In order: the worlds in which the programme is open are the largest, and
	// begin first.
	for i, name := range slices.Sorted(maps.Keys(days)) {
		at := days[name]
		languages := b.Catalogue.Languages()
		if raced {
			languages = languages[i%len(languages):][:1]
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, isLight := light[name]
			w := newWalker(t, b, at, languages)
			w.light = isLight
			w.walk()
			w.report(&mu, reached)
		})
	}
	for name, b := range boardWorlds(t) {
		t.Run("staff: "+name, func(t *testing.T) {
			t.Parallel()
			languages := b.Catalogue.Languages()
			if raced {
				languages = languages[len(name)%len(languages):][:1]
			}
			w := newWalker(t, b, reviewed(b), languages)
			w.light = true
			w.staffed()
			w.report(&mu, reached)
		})
	}
}

// report tells how far a walk came.
func (w *walker) report(mu *sync.Mutex, reached map[Place]bool) {
	mu.Lock()
	maps.Copy(reached, w.reached)
	mu.Unlock()
	w.t.Logf("%d states (flow, node, stack, page), %d witnesses, %d steps, %d messages rendered, %d SMS pages", len(w.states), w.witnesses, w.steps, w.messages, w.pages)
}

func newWalker(t *testing.T, b *Book, at time.Time, languages []*locales.Language) *walker {
	return &walker{t: t, book: b, at: at, languages: languages, states: map[string]map[outcome]bool{}, conds: map[*Node][]*condition{}, full: map[string]bool{}, shown: map[string]bool{}, reached: map[Place]bool{}}
}

// boardWorlds are walked with staff: who reads now, who does at other times, and
// nobody, each with an answered rumour. Only what staff have to do with is walked.
func boardWorlds(t *testing.T) map[string]*Book {
	worlds := map[string]*Book{}
	for name, desk := range map[string]Desk{
		"nobody": {}, "at times": {Staffed: true, Hours: map[string]string{"en": "mornings", "es": "por la mañana"}}, "now": {Staffed: true, Open: true},
	} {
		c, err := locales.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		b, err := Embedded(c)
		if err != nil {
			t.Fatal(err)
		}
		b.pins = realBook(t).pins
		b.BuildSearch()
		day := b.NewestReview()
		b.SetBoard(Board{Desk: desk, Answers: []Answered{bus(b)}, Sent: []SentText{
			{Mailing: 1, Day: day, Lang: "en", Text: "The church runs no bus to the border. Do not pay anybody for a seat.", Corrected: day, By: 2},
			{Mailing: 2, Day: day, Lang: "en", Text: "We were wrong about the church. There is one bus, on Sundays, to the clinic only."},
		}})
		worlds[name] = b
	}
	return worlds
}

// staffed walks what staff have to do with.
func (w *walker) staffed() {
	r := w.book.roles
	w.within = []string{r.Person, r.News, r.Sent, r.Rumours}
	w.letters = []Letter{{At: w.at, Mine: true, Text: "hola"}, {At: w.at, Text: "Buenos días. Pregunte en la oficina."}}
	menu := walkState{s: Session{Language: "en", Consented: true, Flow: r.Menu, Node: w.book.flowByID[r.Menu].Start, Seen: w.at.Unix() / 60, Version: w.book.version}}
	w.step(menu, Input{Text: "person"}, false)
	w.step(menu, Input{Payload: "menu/menu#rumours"}, false)
	w.step(menu, Input{Text: "The church runs no bus to the border. Do not pay anybody for a seat."}, false)
	waits := walkState{s: menu.s} // what was put off is offered first
	waits.s.setAnswer(Answer{Flow: r.News, Name: answerUnread, Text: "bus", Given: menu.s.Seen})
	waits.s.setAnswer(Answer{Flow: r.Person, Name: answerLetter, Text: "some", Given: menu.s.Seen})
	w.step(waits, Input{Text: "person"}, false)
	w.step(waits, Input{Payload: "menu/menu#rumours"}, false)
	for _, timer := range []Timer{{TimerNews, "bus"}, {TimerLetter, "c1"}} {
		next, msgs, _ := w.book.Step(menu.s, Input{Event: Event{timer, w.at}}, SMS, At{Now: w.at})
		tr := trace{Place{r.Menu, ""}, "event " + string(timer.Kind), Place{next.Flow, next.Node}, ""}
		w.judge(tr, msgs, SMS)
		if len(msgs) != 1 || msgs[0].Segments != 1 && locales.IsGSM7(msgs[0].Text) || w.book.betrays(textOf(msgs)) != "" {
			w.t.Errorf("%s: %q", tr, textOf(msgs))
		}
		w.renderAll(walkState{s: next, trace: tr})
		w.queue = append(w.queue, walkState{next, false, tr})
	}
	for len(w.queue) > 0 && !w.t.Failed() {
		st := w.queue[0]
		w.queue = w.queue[1:]
		w.visit(st)
	}
}

// everyWordIsSaid: a node with words that no walk on any day ever saw is dead
// text, or can be reached on days only that nobody tests.
func everyWordIsSaid(t *testing.T, b *Book, reached map[Place]bool) {
	if t.Failed() || raced {
		return
	}
	for _, f := range b.flows {
		for _, n := range f.order {
			if n.speaks() && !reached[n.place()] && f.ID != b.roles.Away && n.id != nodeStarting {
				t.Errorf("no walk ever came to %s", n.name())
			}
		}
	}
}

func (w *walker) walk() {
	w.step(walkState{}, Input{Text: "hola"}, false)
	w.trial()
	// A person who subscribed while the programme was open.
	subscribed := Session{Language: "en", Consented: true, Flow: w.book.roles.Menu, Node: w.book.flowByID[w.book.roles.Menu].Start, Seen: w.at.Unix() / 60, Version: w.book.version}
	for _, a := range []Answer{{Name: "state", Text: "on"}, {Name: "place", Text: "tijuana"}, {Name: "when", Text: "opens"}} {
		a.Flow, a.Given = remindersOf("cbp-one"), subscribed.Seen
		subscribed.setAnswer(a)
	}
	w.step(walkState{s: subscribed}, Input{Text: "#"}, false)
	w.reminded(subscribed)
	w.keepers(subscribed)
	for len(w.queue) > 0 && !w.t.Failed() {
		st := w.queue[0]
		w.queue = w.queue[1:]
		w.visit(st)
	}
}

// visit tries what can be done in one state. The first witness of a question
// is tried with every input there is; the others, whose conditions come out
// otherwise, with every answer. States behind an interrupt (help, language,
// delete, words of a crisis) are walked on by answers, back and menu: an
// interrupt inside an interrupt is a step, not a world of its own.
func (w *walker) visit(st walkState) {
	n := w.book.node(Place{st.s.Flow, st.s.Node})
	if st.s.Page+1 < st.s.Pages && !st.deep { // pages are the same however one came here
		w.step(st, Input{Text: "0"}, st.deep)
	}
	if st.s.Page > 0 {
		return // what can be done is done from the first page
	}
	if ways := w.ways(st, n); st.s.Pages > 1 && len(ways) > 0 && !st.deep {
		// A number that was not shown yet shows more, and answers nothing.
		if next := w.step(st, Input{Text: fmt.Sprint(len(ways))}, st.deep); next.Page != 1 && next.Node == n.id && next.Flow == n.flow.ID {
			w.t.Errorf("%s: the last choice is on a later page, and its number leads to page %d", st.trace, next.Page)
		}
	}
	st.s.Page = st.s.Pages - 1 // everything has been read
	ways := w.ways(st, n)
	leads := make([]Place, len(ways))
	for i := range ways {
		next := w.step(st, Input{Text: fmt.Sprint(i + 1)}, st.deep)
		if next.Misses > 0 {
			w.t.Errorf("%s: choice %d was not understood", st.trace, i+1)
		}
		leads[i] = Place{next.Flow, next.Node}
	}
	for _, text := range typedSamples[n.Type] {
		w.step(st, Input{Text: text}, st.deep)
	}
	w.step(st, Input{Text: "*"}, st.deep)
	w.step(st, Input{Text: "#"}, st.deep)
	if where := fmt.Sprintf("%s %v", n.name(), st.s.Stack); !st.deep && !w.full[where] {
		w.full[where] = true
		w.everyInput(st, ways, leads)
		w.events(st, n.flow)
	}
}

// reminded tries what comes by itself to a subscriber in each of its states.
func (w *walker) reminded(subscribed Session) {
	f := w.book.flowByID[remindersOf("cbp-one")]
	for _, with := range [][]Answer{
		{{Name: answerNext, Number: int(DateOf(w.at.In(bookZone)))}, {Name: answerHours, Text: "other hours"}},
		{{Name: answerNext, Number: int(DateOf(w.at.In(bookZone).AddDate(0, 0, -1)))}, {Name: answerWording, Text: "w2"}},
		{{Name: answerNext, Number: int(DateOf(w.at.In(bookZone)))}, {Name: answerUnanswered, Number: Patience}},
		{{Name: answerNext, Number: int(DateOf(w.at.In(bookZone)))}, {Name: answerUnanswered, Number: Patience + 1}},
		{{Name: answerState, Text: statePaused}},
		{{Name: answerState, Text: stateWaiting}},
	} {
		s := subscribed
		for _, a := range with {
			a.Flow, a.Given = f.ID, s.Seen
			s.setAnswer(a)
		}
		w.events(walkState{s: s}, f)
		w.step(walkState{s: s}, Input{Text: "#"}, false)
	}
}

// events lets the timers of a flow run out. None counts as a word of the person,
// and what is said by itself is short, and tells a stranger nothing.
func (w *walker) events(st walkState, f *Flow) {
	if f.reminds == nil {
		return
	}
	for _, kind := range []TimerKind{TimerDaily, TimerAgain, TimerOver} {
		w.steps++
		next, msgs, _ := w.book.Step(st.s, Input{Event: Event{Timer{kind, f.reminds.ID}, w.at}}, SMS, At{Now: w.at})
		tr := trace{Place{st.s.Flow, st.s.Node}, "event " + string(kind), Place{next.Flow, next.Node}, ""}
		w.judge(tr, msgs, SMS)
		if next.Seen != st.s.Seen {
			w.t.Errorf("%s: it counts as a word of the person", tr)
		}
		for _, m := range msgs {
			if m.Segments != 1 || w.book.betrays(m.Text) != "" {
				w.t.Errorf("%s: %d segments, and it holds %q: %q", tr, m.Segments, w.book.betrays(m.Text), m.Text)
			}
		}
		if len(msgs) == 0 {
			if tr.from != tr.to {
				w.t.Errorf("%s: moved without a word", tr)
			}
			continue
		}
		w.renderAll(walkState{s: next, trace: tr})
		if w.isNew(next, false) {
			w.witnesses++
			w.queue = append(w.queue, walkState{next, false, tr})
		}
	}
}

// trial makes first contact where the directory has nobody, in every language
// and form: by a greeting, the word help and words of a crisis.
func (w *walker) trial() {
	for _, l := range w.book.Catalogue.Languages() {
		want, _ := w.book.On(w.at).text(l, msgTrial, nil)
		crisis, _, _ := strings.Cut(l.Raw("crisis.danger"), "|")
		for _, form := range Forms {
			for _, text := range []string{l.List("language.greetings")[0], l.List("keyword.help")[0], crisis} {
				k := newTalker(w.t, w.book, "", form, w.at)
				k.at.Trial = true
				k.say(text)
				for first := true; first || k.s.Page+1 < k.s.Pages; first = false {
					if !first {
						k.say("0")
					}
					w.judge(trace{input: text, to: Place{k.s.Flow, k.s.Node}, shown: ", a trial in " + l.Code}, k.last, form)
				}
				if !slices.ContainsFunc(k.s.Shown, func(s Shown) bool { return s.Place == Place{Node: msgTrial} }) || want == "" {
					w.t.Errorf("%s on %s: %q is not answered by a word about the trial", l.Code, form.Name, text)
				}
			}
		}
	}
}

// unread tries what is not read: media of every kind, and one message of too
// many. Neither moves the person or counts as a miss.
func (w *walker) unread(st walkState) {
	at := At{Now: w.at}
	for _, m := range media {
		next, msgs, effects := w.book.Step(st.s, Input{Media: m}, SMS, at)
		tr := trace{Place{st.s.Flow, st.s.Node}, string(m), Place{next.Flow, next.Node}, ""}
		w.judge(tr, msgs, SMS)
		if tr.from != tr.to || next.Misses != st.s.Misses || len(effects) > 0 || !slices.Equal(next.Answers, answered(st.s.Answers)) {
			w.t.Errorf("%s: media moved the person", tr)
		}
		if len(msgs) != 1 || len(next.Shown) == 0 || next.Shown[0].Place != (Place{Node: m.note()}) {
			w.t.Errorf("%s: media is not answered first of all: %v", tr, next.Shown)
		}
	}
	next, msgs, effects := w.book.Step(st.s, Input{Text: "1", Flood: true}, SMS, at)
	tr := trace{Place{st.s.Flow, st.s.Node}, "one of too many", Place{next.Flow, next.Node}, ""}
	w.judge(tr, msgs, SMS)
	if !bytes.Equal(next.Encode(), st.s.Encode()) || len(effects) > 0 || len(msgs) != 1 || msgs[0].Segments != 1 {
		w.t.Errorf("%s: it changed the session, or was not answered by one short message", tr)
	}
	w.steps += len(media) + 1
}

// answered are the answers of a person who has just written: nothing is counted
// as without an answer any more.
func answered(answers []Answer) []Answer {
	return slices.DeleteFunc(slices.Clone(answers), func(a Answer) bool { return a.Name == answerUnanswered })
}

func (w *walker) ways(st walkState, n *Node) []way {
	tr := &turn{book: w.book, form: SMS, at: At{Now: w.at}, day: w.book.On(w.at), up: w.book.up(), s: st.s}
	ways := tr.ways(n, tr.language())
	if n.Type == "" && len(ways) == 0 {
		w.t.Errorf("%s: nothing can be answered", st.trace)
	}
	return ways
}

// everyInput tries a state with buttons, labels and every word that works
// everywhere; leads are where the numbers led.
func (w *walker) everyInput(st walkState, ways []way, leads []Place) {
	for i, way := range ways {
		next := leads[i]
		pressed, _, _ := w.book.Step(st.s, Input{Payload: way.payload}, Telegram, At{Now: w.at})
		typed, _, _ := w.book.Step(st.s, Input{Text: way.label}, Telegram, At{Now: w.at})
		if pressed.Flow != next.Flow || pressed.Node != next.Node || len(way.payload) > MaxPayload {
			w.t.Errorf("%s: button %q leads elsewhere than number %d", st.trace, way.payload, i+1)
		}
		if crisis, _ := w.book.Catalogue.Crisis(locales.Fold(way.label)); crisis == "" && (typed.Flow != next.Flow || typed.Node != next.Node) {
			w.t.Errorf("%s: label %q leads elsewhere (%s/%s) than number %d (%s/%s)", st.trace, way.label, typed.Flow, typed.Node, i+1, next.Flow, next.Node)
		}
	}
	for _, text := range everywhere {
		w.step(st, Input{Text: text}, false)
	}
	w.unread(st)
	if w.light {
		return
	}
	for _, text := range interrupts {
		w.step(st, Input{Text: text}, true)
	}
	for _, kind := range locales.CrisisKinds {
		phrase, _, _ := strings.Cut(w.book.Catalogue.Language("en").Raw("crisis."+kind), "|")
		next := w.step(st, Input{Text: strings.ReplaceAll(phrase, "...", "")}, true)
		if want := w.book.crisis[kind]; next.Shown == nil || next.Shown[0].Place != want.place() {
			w.t.Errorf("%s: crisis words %q are not answered by %s first", st.trace, kind, want.name())
		}
	}
}

// step makes one step and queues the state behind it if it is new.
func (w *walker) step(st walkState, in Input, deep bool) Session {
	w.steps++
	// Pages are walked outside of interrupts, and every answer's pages in every
	// language by renderAll; behind an interrupt they would be the same again.
	form := SMS
	if deep {
		form = WhatsApp
	}
	in = w.filled(st.s, in)
	next, msgs, effects := w.book.Step(st.s, in, form, At{Now: w.at})
	w.diaryWanted(in, next)
	trace := trace{Place{st.s.Flow, st.s.Node}, in.Text, Place{next.Flow, next.Node}, ""}
	if len(msgs) == 0 {
		w.t.Errorf("%s: no answer", trace)
	}
	w.judge(trace, msgs, form)
	if slices.ContainsFunc(effects, func(e Effect) bool { return e.Kind == EffectForget || e.Kind == EffectOptOut }) {
		return next
	}
	n := w.book.node(Place{next.Flow, next.Node})
	if n == nil || !n.isAsk() {
		w.t.Errorf("%s: the conversation waits at no question", trace)
		return next
	}
	w.renderAll(walkState{s: next, trace: trace})
	if deep && len(next.Stack) == 0 {
		deep = false // back from the interrupt
	}
	if (len(w.within) == 0 || slices.Contains(w.within, next.Flow)) && w.isNew(next, deep) {
		w.witnesses++
		w.queue = append(w.queue, walkState{next, deep, trace})
	}
	return next
}

// trace is one step, for the message of a failure.
type trace struct {
	from  Place
	input string
	to    Place
	shown string
}

func (t trace) String() string {
	return fmt.Sprintf("%s/%s > %q = %s/%s%s", t.from.Flow, t.from.Node, t.input, t.to.Flow, t.to.Node, t.shown)
}

// isNew tells whether a session is the first witness of its state, or of an
// outcome of a condition there.
func (w *walker) isNew(s Session, deep bool) bool {
	key := string(append(putPlaces(putPlace(nil, Place{s.Flow, s.Node}), s.Stack), byte(s.Page)))
	outcomes, isOld := w.states[key]
	if !isOld {
		outcomes = map[outcome]bool{}
		w.states[key] = outcomes
	}
	fresh := !isOld
	day := w.book.On(w.at)
	for _, n := range w.concerned(s, deep) {
		conds, ok := w.conds[n]
		if !ok {
			conds = n.conditions()
			w.conds[n] = conds
		}
		for _, c := range conds {
			ok, err := c.holds(day, n.flow, &s)
			if err != nil {
				w.t.Errorf("%s: %v", n.name(), err)
			}
			if o := (outcome{c, ok}); !outcomes[o] {
				outcomes[o], fresh = true, true
			}
		}
	}
	return fresh
}

// concerned are the nodes whose conditions may come out otherwise from here:
// those of the flow, and, but for interrupts, where flows that remember begin;
// at the menu those of every flow.
func (w *walker) concerned(s Session, deep bool) []*Node {
	var out []*Node
	for _, f := range w.book.flows {
		switch {
		case f.ID == s.Flow, s.Flow == w.book.roles.Menu && len(s.Stack) == 0:
			out = append(out, f.order...)
		case f.lifetime >= Silence && !deep:
			out = append(out, f.start)
		}
	}
	return out
}

// outcome is one way a condition came out.
type outcome struct {
	cond  *condition
	holds bool
}

// conditions of a node that read answers: the others are the same all day.
func (n *Node) conditions() []*condition {
	var out []*condition
	for _, it := range n.Say {
		out = append(out, it.cond)
	}
	for _, o := range n.Choices {
		out = append(out, o.cond)
	}
	for _, b := range n.Decide {
		out = append(out, b.cond)
	}
	return slices.DeleteFunc(out, func(c *condition) bool { return c == nil || len(c.answers) == 0 })
}

// renderAll shows a state's answer in every language and form, every page.
func (w *walker) renderAll(st walkState) {
	for _, shown := range st.s.Shown {
		w.reached[shown.Place] = true
	}
	said := append(putPlace(nil, Place{st.s.Flow, st.s.Node}), byte(st.s.View))
	for _, shown := range st.s.Shown {
		said = binary.AppendUvarint(putPlace(said, shown.Place), uint64(shown.Items))
	}
	key := string(said)
	if w.shown[key] {
		return
	}
	w.shown[key] = true
	for _, l := range w.languages {
		for _, form := range Forms {
			s := st.s
			if s.Language == "" && l.Code != locales.Source {
				continue
			}
			if s.Language != "" {
				s.Language = l.Code
			}
			s.Page = 0
			in := Input{Text: "repeat"}
			if s.View == ViewSource {
				in.Text = "source"
			}
			for page := 0; ; page++ {
				next, msgs, _ := w.book.Step(s, w.filled(s, in), form, At{Now: w.at})
				st.trace.shown = fmt.Sprintf(" in %s, %s, page %d", l.Code, form.Name, page)
				w.judge(st.trace, msgs, form)
				if page+1 >= next.Pages {
					break
				}
				s, in = next, Input{Text: "0"}
				if page > MaxPages {
					w.t.Fatalf("%s: %s: pages without end", st.trace, l.Code)
				}
			}
		}
	}
}

// judge holds every message to its limits.
func (w *walker) judge(trace trace, msgs []Message, form Form) {
	for _, m := range msgs {
		w.messages++
		switch {
		case m.Fault != "":
			w.t.Errorf("%s: %s", trace, m.Fault)
		case strings.TrimSpace(m.Text) == "" || strings.Contains(m.Text, "<no value>") || strings.Contains(m.Text, "{{"):
			w.t.Errorf("%s: bad text %q", trace, m.Text)
		case utf16Len(m.Text) > form.MaxChars:
			w.t.Errorf("%s: %d characters, more than %d", trace, utf16Len(m.Text), form.MaxChars)
		case form.MaxSegments > 0 && (m.Segments > form.MaxSegments || m.Segments != locales.Segments(m.Text)):
			w.t.Errorf("%s: page of %d segments", trace, m.Segments)
		case m.Text == w.book.Catalogue.Language(locales.Source).Raw(msgLost):
			w.t.Errorf("%s: the person got lost", trace)
		}
		if form.MaxSegments > 0 {
			w.pages++
		}
	}
}

// The first useful answer comes at most two messages after language and
// consent: every entry of the menu says a fact, or asks its first question.
func TestFirstUsefulAnswerIsTwoMessagesAway(t *testing.T) {
	b := realBook(t)
	for name, at := range walkDays(b) {
		for _, o := range b.flowByID[b.roles.Menu].start.Choices {
			if o.Staffed {
				continue // nobody reads letters here
			}
			k := newTalker(t, b, "en", SMS, at).atMenu()
			k.pick(o.Key)
			useful := func() bool {
				for _, s := range k.s.Shown {
					if n := b.node(s.Place); len(k.book.On(at).sources(n.facts)) > 0 && len(n.Say) > 0 || n.Directory != "" || n.Into != "" {
						return true
					}
				}
				return false
			}
			found := useful()
			for i := 1; !found && i <= len(k.last[len(k.last)-1].Choices); i++ {
				c := *k
				k.say(fmt.Sprint(i))
				found = useful()
				*k = c
			}
			if !found {
				t.Errorf("%s: menu entry %s gives no useful answer within two messages", name, o.Key)
			}
		}
	}
}
