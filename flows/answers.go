// The vetted answers: what a question in a person's own words can be answered
// with, and the index in which it is searched.
package flows

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"posada/flows/search"
	"posada/locales"
)

// Vetted is an answer of the book that can be asked for.
type Vetted struct {
	ID    string `yaml:"id"`
	At    string `yaml:"at"`    // FLOW or FLOW/NODE: what is said from there to the next question
	Label string `yaml:"label"` // what it is called when a person is asked which they meant
	Enter bool   `yaml:"enter"` // it is gone into, as from a menu, and comes back

	node  *Node
	board *Answered // it stands on the board, and not in the book
}

// asksFor is the message that lists how people ask for an answer, between bars.
func (v *Vetted) asksFor() string { return "ask." + v.ID }

// Answers lists all vetted answers: those of answers.yaml, then troubles, then
// rumours.
func (b *Book) Answers() []*Vetted { return b.vetted }

func (b *Book) vettedByID(id string) *Vetted {
	if at, ok := strings.CutPrefix(id, boardAnswer); ok {
		return b.vettedOnBoard(b.up(), at)
	}
	i := slices.IndexFunc(b.vetted, func(v *Vetted) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return b.vetted[i]
}

// linkAnswers reads answers.yaml and adds the troubles and the rumours, whose
// flows stand by now.
func (l *loader) linkAnswers() {
	var f struct {
		Answers []*Vetted `yaml:"answers"`
		Without []string  `yaml:"without"` // troubles and rumours that another answer stands for
	}
	d, ok := l.read("answers.yaml", &f)
	if !ok {
		return
	}
	for i, v := range f.Answers {
		at := []string{"answers", fmt.Sprint(i)}
		if v == nil || v.ID == "" || v.Label == "" {
			l.fault(d.at(fmt.Errorf("an answer has an id, at and a label"), at...))
			continue
		}
		if l.book.vettedByID(v.ID) != nil {
			l.fault(d.at(fmt.Errorf("answer %s stands here twice", v.ID), at...))
			continue
		}
		if v.node = l.entry(v.At); v.node == nil {
			l.fault(d.at(fmt.Errorf("answer %s: there is no node %q", v.ID, v.At), at...))
			continue
		}
		l.message(d.name, d.line(at...), v.Label)
		l.book.vetted = append(l.book.vetted, v)
	}
	add := func(id, flow, node, label string) {
		if to := l.book.flowByID[flow]; to != nil && to.Nodes[node] != nil && l.book.vettedByID(id) == nil && !slices.Contains(f.Without, id) {
			l.book.vetted = append(l.book.vetted, &Vetted{ID: id, At: flow + "/" + node, Label: label, node: to.Nodes[node]})
		}
	}
	for _, p := range l.book.programmes {
		for _, t := range p.Troubles {
			add("trouble."+t.ID, "trouble-"+p.ID, "t_"+t.ID, t.Label)
		}
	}
	for _, r := range l.book.rumours {
		add("rumour."+r.ID, "rumour-answers", "r_"+strings.ReplaceAll(r.ID, "-", "_"), r.Label)
	}
}

// Examples are how people ask for the answers in a language: the lists of its
// file, and each answer's label.
func (b *Book) Examples(l *locales.Language) []search.Example {
	var out []search.Example
	for _, v := range b.vetted {
		for _, text := range append(strings.Split(l.Raw(v.asksFor()), "|"), l.Raw(v.Label)) {
			if text = strings.TrimSpace(text); text != "" {
				out = append(out, search.Example{Answer: v.ID, Text: text})
			}
		}
	}
	return out
}

// concepts are the words of a language that say the same thing.
func concepts(l *locales.Language) []search.Concept {
	var out []search.Concept
	for _, id := range l.IDs() {
		if name, ok := strings.CutPrefix(id, "concept."); ok {
			out = append(out, search.Concept{ID: name, Words: strings.Split(l.Raw(id), "|")})
		}
	}
	return out
}

// built is what is made of a book that was loaded, behind a start.
type built struct {
	of       *locales.Catalogue
	version  string
	searches map[string]*search.Index // by language
	hearing  *hearing
}

// lastBuilt is for the next book of the same files and languages: it has the same.
var lastBuilt atomic.Pointer[built]

// BuildSearch makes the indexes and teaches the ear. Until it has returned a
// question in one's own words leads to the menu and to help; the phrases and rules
// of a crisis are understood all the same. It may run beside Step.
func (b *Book) BuildSearch() {
	b.Catalogue.Listen() // the first text would wait for it
	if last := lastBuilt.Load(); last != nil && last.of == b.Catalogue && last.version == b.version {
		b.built.Store(last)
		return
	}
	out := &built{of: b.Catalogue, version: b.version, searches: map[string]*search.Index{}}
	thesauri := map[string]*search.Thesaurus{}
	for _, l := range b.Catalogue.Languages() { // one after another: it is not urgent, and takes room
		thesauri[l.Code] = search.NewThesaurus(concepts(l))
		out.searches[l.Code] = search.Build(b.Examples(l), thesauri[l.Code])
	}
	out.hearing = b.learn(thesauri)
	b.built.Store(out)
	lastBuilt.Store(out)
}

// Understands tells whether BuildSearch has ended.
func (b *Book) Understands() bool { return b.built.Load() != nil }

// bridges are the languages in which a question is searched when it finds
// nothing in the person's own: many people ask in them.
var bridges = []string{"en", "es"}

// Search looks for what a folded text asks, first in a language and then in
// English and Spanish. ready is false until BuildSearch has ended.
func (b *Book) Search(folded, lang string) (found search.Result, ready bool) {
	built := b.built.Load()
	if built == nil {
		return search.Result{}, false
	}
	found = built.searches[lang].Find(folded)
	if found.Clear {
		return found, true
	}
	for _, code := range bridges {
		if code == lang {
			continue
		}
		other := built.searches[code].Find(folded)
		if len(other.Hits) > 0 && (len(found.Hits) == 0 || other.Clear && other.Hits[0].Score > found.Hits[0].Score) {
			found = other
		}
	}
	return found, true
}
