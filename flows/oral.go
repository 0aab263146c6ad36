// Languages that are spoken and hardly written: Posada writes nothing in them.
// Who chooses one is told so, and asked in which bridge language it may write;
// recordings, where there are any, stand beside.
package flows

import (
	"fmt"
	"slices"
	"strings"

	"posada/locales"
)

// Messages about languages that are not written, and where they are asked about.
const (
	msgOralNone      = "oral.none"
	msgOralSome      = "oral.some"
	msgOralHelper    = "oral.helper"
	msgMoreLanguages = "language.more.ask"
	nodeOral         = "oral"

	// fromBridges makes a question's choices of the bridge languages of the one
	// that was chosen, and of a human helper.
	fromBridges = "bridges"
	keyHelper   = "helper"
)

var oralMessages = []string{msgOralNone, msgOralSome, msgOralHelper, msgMoreLanguages}

// Oral is a language that Posada does not write.
type Oral struct {
	Code    string   `yaml:"code"`
	Name    string   `yaml:"name"`    // in itself
	Bridges []string `yaml:"bridges"` // languages of the catalogue, the likeliest first
	Also    string   `yaml:"also"`    // other names of it, by commas

	also []string // folded
}

// maxOralName is the most runes of such a language's name: it is a choice.
const maxOralName = MaxLabelRunes

// Orals lists the languages that Posada does not write, as the book orders them.
func (b *Book) Orals() []*Oral { return b.orals }

// oral is the one of that code, nil for none.
func (b *Book) oral(code string) *Oral {
	for _, o := range b.orals {
		if o.Code == code {
			return o
		}
	}
	return nil
}

func (l *loader) readOral() {
	var f struct {
		Helper    string  `yaml:"helper"`
		Languages []*Oral `yaml:"languages"`
	}
	d, ok := l.read("oral.yaml", &f)
	if !ok {
		return
	}
	l.helper, l.oralFile = f.Helper, d
	names := map[string]string{} // folded name → code
	for _, lang := range l.book.Catalogue.Languages() {
		for _, name := range append(lang.List(msgLanguageAlso), lang.Raw("language.name")) {
			names[locales.Fold(name)] = lang.Code
		}
	}
	for i, o := range f.Languages {
		at := []string{"languages", fmt.Sprint(i)}
		if o == nil {
			l.fault(d.at(fmt.Errorf("a language is empty"), at...))
			continue
		}
		for _, err := range o.check(l.book) {
			l.fault(d.at(err, at...))
		}
		for _, name := range append(split(o.Also), o.Name) {
			folded := locales.Fold(name)
			if was := names[folded]; was != "" && was != o.Code {
				l.fault(d.at(fmt.Errorf("language %s: %q is also %s", o.Code, name, was), at...))
			}
			if k := l.book.Catalogue.Keyword(folded); k != "" {
				l.fault(d.at(fmt.Errorf("language %s: %q is also the keyword %s", o.Code, name, k), at...))
			}
			names[folded] = o.Code
			o.also = append(o.also, folded)
		}
		l.book.orals = append(l.book.orals, o)
	}
}

// check says what is wrong with a language, whatever else there is.
func (o *Oral) check(b *Book) (errs []error) {
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !plainCode(o.Code) || len([]rune(o.Name)) > maxOralName || locales.Fold(o.Name) == "" {
		bad("language %q needs a code of two or three letters and a name of at most %d characters", o.Code, maxOralName)
	}
	if b.Catalogue.Language(o.Code) != nil || b.oral(o.Code) != nil {
		bad("language %s is there already", o.Code)
	}
	if len(o.Bridges) == 0 {
		bad("language %s has no bridge language", o.Code)
	}
	for i, code := range o.Bridges {
		if b.Catalogue.Language(code) == nil || slices.Contains(o.Bridges[:i], code) {
			bad("language %s: bridge %q is no language that Posada writes, or stands twice", o.Code, code)
		}
	}
	return errs
}

// plainCode tells whether s is a code of ISO 639: it names a folder too.
func plainCode(s string) bool {
	return (len(s) == 2 || len(s) == 3) && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}

func split(s string) []string {
	var out []string
	for _, w := range splitComma(s) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// linkOral resolves where the choice of such a language leads, and returns the
// questions that the engine asks then.
func (l *loader) linkOral() (roots []*Node) {
	if l.oralFile == nil || len(l.book.orals) == 0 {
		return nil
	}
	if l.book.helper = l.entry(l.helper); l.book.helper == nil {
		l.fault(l.oralFile.at(fmt.Errorf("helper: unknown flow or node %q", l.helper), "helper"))
	}
	for _, flow := range []string{l.book.roles.First, l.book.roles.Language} {
		n := l.entry(flow + "/" + nodeOral)
		if n == nil || n.ChoicesFrom != fromBridges {
			l.fault(l.oralFile.at(fmt.Errorf("flow %s has no question %q with choices_from: %s, and the choice of such a language leads there", flow, nodeOral, fromBridges), "languages"))
			continue
		}
		roots = append(roots, n)
	}
	return append(roots, l.book.helper)
}

// oralWays are the languages that Posada does not write, below those it does.
func (t *turn) oralWays(n *Node) []way {
	out := make([]way, 0, len(t.book.orals))
	for i, o := range t.book.orals {
		w := way{key: o.Code, label: o.Name, payload: n.name() + "#" + o.Code}
		if i == 0 {
			w.heading = msgMoreLanguages
		}
		out = append(out, w)
	}
	return out
}

// bridgeWays are the languages in which Posada may write to who speaks another,
// and a human helper.
func (t *turn) bridgeWays(n *Node, l *locales.Language) []way {
	o := t.book.oral(t.s.Oral)
	if o == nil { // the book has changed
		return t.languages(n)
	}
	var out []way
	for _, code := range o.Bridges {
		out = append(out, way{key: code, label: t.book.Catalogue.Language(code).Raw("language.name"), payload: n.name() + "#" + code})
	}
	return append(out, way{key: keyHelper, label: t.label(l, msgOralHelper), payload: n.name() + "#" + keyHelper})
}

// chooseTongue takes one of the languages that were offered.
func (t *turn) chooseTongue(n *Node, key string) {
	switch o := t.book.oral(key); {
	case n.ChoicesFrom == fromBridges && key == keyHelper:
		t.interrupt(t.book.helper)
		return
	case o != nil:
		t.remember()
		t.listenIn(n, o)
		return
	case n.ChoicesFrom == fromLanguages:
		t.s.Oral = ""
	}
	t.remember()
	t.picked = key
	t.run(n.next)
}

// namesOral takes the name of a language that is not written for the choice of
// it, of somebody who has chosen none yet.
func (t *turn) namesOral() bool {
	for _, o := range t.book.orals {
		if slices.Contains(o.also, t.folded) {
			t.remember()
			t.listenIn(t.book.flowByID[t.book.roles.First].start, o)
			return true
		}
	}
	return false
}

// listenIn keeps a language that Posada does not write, says honestly what there
// is in it, and asks which it may write. Until that is chosen it is the likeliest
// one.
func (t *turn) listenIn(n *Node, o *Oral) {
	t.s.Oral = o.Code
	t.writeIn(t.book.Catalogue.Language(o.Bridges[0]))
	note := msgOralNone
	if t.book.recorded[o.Code] > 0 {
		note = msgOralSome
	}
	t.after(note)
	t.run(n.flow.Nodes[nodeOral])
}

// isOralNote tells whether a message of Posada's own says what there is in such
// a language.
func isOralNote(id string) bool { return id == msgOralNone || id == msgOralSome }

// renderOral says what there is in the language that was chosen.
func (t *turn) renderOral(a *answerText, l *locales.Language, id string) {
	if o := t.book.oral(t.s.Oral); o != nil {
		a.add(t.valued(a, l, id, map[string]any{"language": o.Name}), t.s.Flow, t.s.Node)
	}
}
