// Linking: names become pointers, conditions are compiled, and what nobody can
// reach, or nobody can leave, is refused.
package flows

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"posada/locales"
)

func (l *loader) link() {
	for _, f := range l.book.flows {
		if f.Start == "" || f.Nodes[f.Start] == nil {
			l.fault(fmt.Errorf("%s:%d: flow %s starts at unknown node %q", f.file, f.line, f.ID, f.Start))
			continue
		}
		f.start = f.Nodes[f.Start]
	}
	if len(l.errs) > 0 {
		return
	}
	for _, f := range l.book.flows {
		sc := l.scope(f)
		for _, n := range f.order {
			if err := n.shape(); err != nil {
				l.fail(n, "%w", err)
				continue
			}
			l.linkNode(n, sc)
		}
	}
	l.linkDirectory()
	if len(l.errs) == 0 {
		l.linkRoles()
	}
}

// linkDirectory refuses a contact that nobody would ever see.
func (l *loader) linkDirectory() {
	var kinds []string
	for _, f := range l.book.flows {
		for _, n := range f.order {
			if n.Directory != "" && !slices.Contains(kinds, n.Directory) {
				kinds = append(kinds, n.Directory)
			}
		}
	}
	sort.Strings(kinds)
	for _, e := range l.book.directory {
		if !slices.Contains(kinds, e.Kind) {
			l.fault(fmt.Errorf("directory.yaml:%d: directory entry %s: no flow lists kind %q, only %s", e.line, e.ID, e.Kind, strings.Join(kinds, ", ")))
		}
	}
}

func (l *loader) fail(n *Node, format string, args ...any) {
	l.fault(fmt.Errorf("%s:%d: node %s: %w", n.flow.file, n.line, n.id, fmt.Errorf(format, args...)))
}

// scope declares the names that the conditions of a flow may read.
func (l *loader) scope(f *Flow) *scope {
	s := &scope{env: map[string]any{varToday: 0, varThisMonth: 0, varLanguage: ""}, answers: f.answers, states: map[string][]string{}}
	for _, spot := range l.book.spots {
		s.places = append(s.places, spot.ID)
	}
	for _, fact := range l.book.facts {
		if fact.Kind == KindStatement {
			continue
		}
		s.env[fact.ID] = fact.variable(nil)
		if fact.Kind == KindDate {
			s.env[fact.ID+"_month"] = 0
		}
		if fact.Kind == KindState {
			s.states[fact.ID] = fact.Values
		}
	}
	for _, fact := range l.book.facts {
		if fact.Care != CareNone {
			s.env[withheldName(fact)] = false
		}
	}
	for _, p := range l.book.programmes {
		s.env[openName(p)] = false
		s.env[endedName(p)] = false
		s.env[reopensName(p)] = false
	}
	for name, t := range f.answers {
		if _, taken := s.env[name]; taken {
			l.fault(fmt.Errorf("%s:%d: answer %s has the name of a fact", f.file, f.line, name))
		}
		switch t.kind {
		case TypeMonth, TypeTime, TypeCount:
			s.env[name] = 0
		case TypeChoice, TypePlace:
			s.env[name] = ""
		}
	}
	return s
}

func (l *loader) linkNode(n *Node, sc *scope) {
	to := func(id string) *Node {
		t := n.flow.Nodes[id]
		if t == nil {
			l.fail(n, "unknown node %q", id)
		}
		return t
	}
	cond := func(source string) *condition {
		if source == "" {
			return nil
		}
		c, err := sc.compile(source)
		if err != nil {
			l.fail(n, "%w", err)
		}
		return c
	}
	if n.Next != "" {
		n.next = to(n.Next)
	}
	l.linkWords(n, cond)
	for i := range n.Choices {
		l.linkOption(n, &n.Choices[i], to, cond)
	}
	l.linkAnswer(n)
	for i := range n.Decide {
		b := &n.Decide[i]
		last := i == len(n.Decide)-1
		switch {
		case last && (b.Else == "" || b.If != "" || b.To != ""):
			l.fail(n, "decide must end with else")
		case last:
			b.to = to(b.Else)
		case b.If == "" || b.To == "" || b.Else != "":
			l.fail(n, "a branch has if and to")
		default:
			b.cond, b.to = cond(b.If), to(b.To)
		}
	}
	if n.Do != "" {
		l.linkDo(n)
	}
	if n.Call != "" {
		if n.target = l.entry(n.Call); n.target == nil {
			l.fail(n, "calls unknown %q", n.Call)
		}
	}
}

// linkWords resolves what a node says and what that stands on.
func (l *loader) linkWords(n *Node, cond func(string) *condition) {
	if len(n.Say) > 32 {
		l.fail(n, "it says more than 32 messages")
	}
	n.facts = l.facts(n, n.Facts)
	stands := len(n.facts) > 0
	for i := range n.Say {
		it := &n.Say[i]
		it.cond = cond(it.If)
		own := l.facts(n, it.Facts)
		shown := l.linkMessage(n, it.Text)
		stands = stands || len(own)+len(shown) > 0
		if it.Facts == nil { // an empty list says: on none
			own = n.facts
		}
		it.facts = union(own, shown)
	}
	for _, id := range []string{n.Ask, n.Invalid} {
		if id != "" {
			n.asks = union(n.asks, l.linkMessage(n, id))
		}
	}
	if n.Why != "" {
		n.whys = l.linkMessage(n, n.Why)
	}
	stands = stands || len(n.asks) > 0
	if !n.speaks() {
		if len(n.Facts) > 0 || n.Plain != "" {
			l.fail(n, "facts and plain belong to words, and it has none")
		}
		return
	}
	if !stands && n.Plain == "" && n.Directory == "" {
		l.fail(n, "its words stand on no fact: name facts, or say in plain why they need none")
	}
}

func (n *Node) speaks() bool {
	return len(n.Say) > 0 || n.Ask != "" || n.Directory != "" || n.List != ""
}

func (l *loader) facts(n *Node, ids []string) []*Fact {
	var out []*Fact
	for _, id := range ids {
		f := l.book.factByID[id]
		if f == nil {
			l.fail(n, "unknown fact %q", id)
			continue
		}
		out = append(out, f)
	}
	return out
}

// union of two lists of facts, in order, in a list of its own.
func union(a, b []*Fact) []*Fact {
	out := slices.Clone(a)
	for _, f := range b {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// linkMessage checks a message and its placeholders, and returns the facts it
// shows.
func (l *loader) linkMessage(n *Node, id string) []*Fact {
	src := l.book.Catalogue.Language(locales.Source)
	if !src.Has(id) {
		l.fail(n, "unknown message %q", id)
		return nil
	}
	var out []*Fact
	for _, field := range src.Fields(id) {
		if f := l.book.factByID[field]; f != nil {
			if !f.hasValue() {
				l.fail(n, "message %s shows fact %s, which has no value to show", id, field)
			}
			out = append(out, f)
			continue
		}
		if err := l.valueField(n.flow, field); err != nil {
			l.fail(n, "message %s: %w", id, err)
		}
		l.book.personal[id] = true
	}
	return out
}

// valueField checks a placeholder that is the person's own value.
func (l *loader) valueField(f *Flow, field string) error {
	if name, ok := strings.CutPrefix(field, "a_"); ok {
		if k := f.answers[name].kind; k == TypePlace || k == TypeTime || k == TypeMonth || k == TypeMoment {
			return nil
		}
	}
	if f.reminds != nil && slices.Contains(reminderFields, field) {
		return nil
	}
	if field == fieldOpens || field == fieldCloses {
		if l.book.programme(f.Programme) != nil && f.answers[fieldPlace].kind == TypePlace {
			return nil
		}
		return fmt.Errorf("{{.%s}} needs the flow's programme and an answer called place", field)
	}
	return fmt.Errorf("{{.%s}} is neither a fact nor a value of the flow", field)
}

func (l *loader) linkOption(n *Node, o *Option, to func(string) *Node, cond func(string) *condition) {
	ways := 0
	for _, is := range []bool{o.Next != "", o.End, o.Restart} {
		if is {
			ways++
		}
	}
	if ways != 1 {
		l.fail(n, "choice %q leads to exactly one of next, end, restart", o.Key)
	}
	for i := range n.Choices {
		if &n.Choices[i] != o && n.Choices[i].Key == o.Key {
			l.fail(n, "choice %q stands twice", o.Key)
			break
		}
	}
	if o.Next != "" {
		o.next = to(o.Next)
	}
	o.cond = cond(o.If)
	for _, id := range []string{o.Label, o.Also} {
		if id != "" && len(l.linkMessage(n, id)) > 0 {
			l.fail(n, "label %s may not show a fact: it must match on every day", id)
		}
	}
	o.set = l.assignments(n, o.Set)
	o.payload = n.name() + "#" + o.Key
	if o.Key == "" || o.Label == "" {
		l.fail(n, "a choice has a key and a label")
	}
	if len(o.payload) > MaxPayload {
		l.fail(n, "choice %q: its button would carry %d bytes, more than %d", o.Key, len(o.payload), MaxPayload)
	}
}

// assignments checks constants against the flow's answers; sorted, so that
// they apply in one order.
func (l *loader) assignments(n *Node, set map[string]string) []assignment {
	var out []assignment
	for name, value := range set {
		t, ok := n.flow.answers[name]
		if !ok || value != "" && (t.kind != TypeChoice || !slices.Contains(t.values, value)) {
			l.fail(n, "sets %s to %q, which is no value of a declared choice", name, value)
		}
		out = append(out, assignment{name, value})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out
}

// linkAnswer checks what a question's answer is stored in.
func (l *loader) linkAnswer(n *Node) {
	if !n.isAsk() {
		return
	}
	t, ok := n.flow.answers[n.Into]
	switch {
	case n.ChoicesFrom != "" && (!slices.Contains(choicesFrom, n.ChoicesFrom) || n.Into != "" || len(n.Choices) > 0):
		l.fail(n, "choices_from is one of %s, alone", strings.Join(choicesFrom, ", "))
	case n.Type != "" && (!ok || t.kind != n.Type):
		l.fail(n, "its answer is a %s, but %q is not declared so", n.Type, n.Into)
	case n.Type == TypePIN || n.Type == TypeSealedDay:
		if err := n.flow.keepsVault(n); err != nil {
			l.fail(n, "%w", err)
		}
	case len(n.Choices) > 0 && n.Into != "":
		for _, o := range n.Choices {
			if !ok || t.kind != TypeChoice || !slices.Contains(t.values, o.Key) && o.Next != "" {
				l.fail(n, "choice %q is no declared value of %q", o.Key, n.Into)
			}
		}
	}
}

func (l *loader) linkDo(n *Node) {
	if !slices.Contains(doings, n.Do) {
		l.fail(n, "unknown effect %q", n.Do)
		return
	}
	for arg, answer := range n.From {
		if n.Do == doLanguage || n.Do == doRumour {
			continue
		}
		if _, ok := n.flow.answers[answer]; !ok {
			l.fail(n, "%s comes from undeclared answer %q", arg, answer)
		}
	}
	switch n.Do {
	case doSet:
		n.set = l.assignments(n, n.With)
		if len(n.set) == 0 {
			l.fail(n, "set has nothing to set")
		}
	case doWait, doLater:
		if n.flow.reminds == nil {
			l.fail(n, "%s belongs to the reminders of a programme", n.Do)
		}
	case doSubscribe, doPause, doResume, doUnsubscribe, doReport:
		if l.book.programme(n.With["programme"]) == nil {
			l.fail(n, "unknown programme %q", n.With["programme"])
		}
	}
}

// entry resolves "flow" or "flow/node".
func (l *loader) entry(name string) *Node {
	flow, node, named := strings.Cut(name, "/")
	f := l.book.flowByID[flow]
	if f == nil {
		return nil
	}
	if !named {
		return f.start
	}
	return f.Nodes[node]
}

// linkRoles resolves what the engine itself leads to, and refuses what nothing
// leads to.
func (l *loader) linkRoles() {
	f, d := l.parts, l.partsFile
	l.book.roles, l.book.begins = f.Roles, f.Begins
	if f.Begins.Day() == 0 {
		l.fault(d.at(fmt.Errorf("begins: the first day the book can tell of is missing")))
	}
	var roots []*Node
	root := func(name string, path ...string) *Node {
		n := l.entry(name)
		if n == nil {
			l.fault(d.at(fmt.Errorf("unknown flow or node %q", name), path...))
		}
		roots = append(roots, n)
		return n
	}
	for key, id := range map[string]string{"first": f.Roles.First, "menu": f.Roles.Menu, "away": f.Roles.Away, "language": f.Roles.Language, "help": f.Roles.Help, "data": f.Roles.Data, "diary": f.Roles.Diary, "date": f.Roles.Date, "search": f.Roles.Search, "person": f.Roles.Person, "news": f.Roles.News, "sent": f.Roles.Sent, "rumours": f.Roles.Rumours} {
		if n := root(id, "roles", key); n != nil && l.book.flowByID[id] == nil {
			l.fault(d.at(fmt.Errorf("%q is not a flow", id), "roles", key))
		}
	}
	l.book.erase = root(f.Delete, "delete")
	for _, name := range []string{dateThree, dateEve} { // its reminders
		if n := root(f.Roles.Date+"/"+name, "roles", "date"); n != nil && !n.isAsk() {
			l.fail(n, "a reminder leads here: it is a question")
		}
	}
	for _, name := range []string{f.Roles.First + "/" + nodeSuggest, f.Roles.Search + "/" + nodeWhich, f.Roles.Search + "/" + nodeNothing, f.Roles.Search + "/" + nodeStarting} {
		if n := root(name, "roles"); n != nil && !n.isAsk() {
			l.fail(n, "the engine asks this: it is a question")
		}
	}
	for _, name := range []string{f.Roles.Person + "/" + nodeLetter, f.Roles.News + "/" + nodeLetter, f.Roles.Sent + "/" + nodeTraced, f.Roles.News + "/" + nodeNewsAnswer, f.Roles.Rumours + "/" + nodeKnown, f.Roles.Rumours + "/" + nodeWeigh} {
		root(name, "roles") // an event, a search or a forwarded message leads here
	}
	roots = append(roots, l.linkOral()...)
	for _, kind := range append(slices.Clip(locales.CrisisKinds), crisisUnsure) {
		l.book.crisis[kind] = root(f.Crisis[kind], "crisis", kind)
	}
	if menu := l.book.flowByID[f.Roles.Menu]; menu != nil && !menu.start.isAsk() {
		l.fail(menu.start, "the menu starts with its question: everything else leads back to it")
	}
	for _, id := range engineMessages {
		l.message(d.name, 1, id)
	}
	for _, id := range []string{msgSlow, msgTrial} { // the engine itself says facts in them
		for _, field := range l.book.Catalogue.Language(locales.Source).Fields(id) {
			if f := l.book.factByID[field]; f == nil || !f.hasValue() {
				l.fault(d.at(fmt.Errorf("message %s shows {{.%s}}, which is no fact with a value", id, field)))
			}
		}
	}
	for _, f := range l.book.flows {
		roots = append(roots, f.happenings()...)
	}
	if len(l.errs) == 0 {
		l.refuseUnreachable(roots)
		l.book.findDiary()
	}
}

func (l *loader) refuseUnreachable(roots []*Node) {
	reached := map[*Node]bool{}
	for len(roots) > 0 {
		n := roots[len(roots)-1]
		roots = roots[:len(roots)-1]
		if n == nil || reached[n] {
			continue
		}
		reached[n] = true
		roots = append(roots, n.ways()...)
	}
	for _, f := range l.book.flows {
		for _, n := range f.order {
			if !reached[n] {
				l.fail(n, "nothing leads here: the node is unreachable")
			}
		}
	}
}

// ways are the nodes that may follow a node.
func (n *Node) ways() []*Node {
	out := []*Node{n.next, n.target}
	for _, o := range n.Choices {
		out = append(out, o.next)
	}
	for _, b := range n.Decide {
		out = append(out, b.to)
	}
	return slices.DeleteFunc(out, func(m *Node) bool { return m == nil })
}
