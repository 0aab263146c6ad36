// Loading the book: every file is read strictly, every name is resolved, and
// every fault is reported with its file and line, all of them at once.
package flows

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"time"

	"posada/locales"
)

// loader gathers what the files say and what is wrong with them.
type loader struct {
	fsys      fs.FS
	book      *Book
	parts     parts // of book.yaml
	partsFile *document
	helper    string // of oral.yaml
	oralFile  *document
	errs      []error
}

// parts are what the engine itself leads to, as book.yaml writes it.
type parts struct {
	Roles  roles             `yaml:"roles"`
	Delete string            `yaml:"delete"`
	Crisis map[string]string `yaml:"crisis"`
	Begins Date              `yaml:"begins"`
}

// bookFiles are the names of a book's files, beside those of its flows.
var bookFiles = []string{"facts.yaml", "sources.yaml", "programmes.yaml", "places.yaml", "rumours.yaml", "directory.yaml", "digits.yaml", "answers.yaml", "oral.yaml", "book.yaml"}

// Files of which a book has any number: its flows, and programmes beside those
// of programmes.yaml, with the sources that only they stand on.
const (
	flowFiles      = "flow/*.yaml"
	programmeFiles = "programme/*.yaml"
)

// Load reads a book. fsys holds facts.yaml, sources.yaml, programmes.yaml,
// places.yaml, rumours.yaml, directory.yaml, digits.yaml, answers.yaml, oral.yaml, book.yaml,
// flow/*.yaml and, if any, programme/*.yaml, and nothing else: a file of another name is most likely one
// that was meant to be read. The error joins one error a fault, each with file
// and line.
func Load(fsys fs.FS, c *locales.Catalogue) (*Book, error) {
	l := &loader{fsys: fsys, book: &Book{
		Catalogue: c,
		factByID:  map[string]*Fact{}, sources: map[string]*Source{}, spotByID: map[string]*Spot{}, spotWords: map[string]*Spot{},
		flowByID: map[string]*Flow{}, crisis: map[string]*Node{}, digits: map[string]string{}, digitLines: map[string]int{}, personal: map[string]bool{}, textAt: map[string]place{}, borrowed: map[textKey]string{},
		days: map[dayKey]*Day{}, pins: newStretcher(owasp),
	}}
	_, l.book.overlaid = fsys.(layers)
	steps := []func(){l.readVersion, l.readSources, l.readFacts, l.readPlaces, l.readProgrammes, l.readRumours, l.readDirectory, l.readDigits, l.readOral, l.readFlows, l.readParts, l.generate, l.generateOffers}
	for _, step := range steps {
		step()
	}
	if len(l.errs) == 0 {
		l.link()
	}
	if len(l.errs) == 0 {
		l.linkAnswers()
	}
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	l.book.foldWords()
	l.book.gatherForbidden()
	l.book.gatherTimeWords()
	return l.book, nil
}

func (l *loader) readParts() { l.partsFile, _ = l.read("book.yaml", &l.parts) }

func (l *loader) fault(err error) { l.errs = append(l.errs, err) }

// read decodes a file; a fault is kept and tells ok = false.
func (l *loader) read(name string, out any) (*document, bool) {
	d, err := readYAML(l.fsys, name, l.texts, out)
	if err != nil {
		l.fault(err)
		return nil, false
	}
	return d, true
}

func (l *loader) readVersion() {
	sum := sha256.New()
	err := fs.WalkDir(l.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		isFlow, _ := path.Match(flowFiles, name)
		isProgramme, _ := path.Match(programmeFiles, name)
		if !isFlow && !isProgramme && !slices.Contains(bookFiles, name) {
			l.fault(fmt.Errorf("%s:1: a book has no file of this name, only %s, %s and %s", name, strings.Join(bookFiles, ", "), flowFiles, programmeFiles))
			return nil
		}
		raw, err := fs.ReadFile(l.fsys, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(raw))
		sum.Write(raw)
		return nil
	})
	if err != nil {
		l.fault(fmt.Errorf("read book: %w", err))
	}
	l.book.version = hex.EncodeToString(sum.Sum(nil)[:4])
}

func (l *loader) readSources() {
	var f struct {
		Sources map[string]*Source `yaml:"sources"`
	}
	if d, ok := l.read("sources.yaml", &f); ok {
		l.addSources(d, f.Sources)
	}
}

// addSources takes the sources that a file declares into the book.
func (l *loader) addSources(d *document, sources map[string]*Source) {
	for _, id := range d.keys("sources") {
		s := sources[id]
		if s == nil || s.Publisher == "" || s.Title == "" || s.Date == 0 && s.Standing != StandingPost {
			l.fault(d.at(fmt.Errorf("source %s: publisher, title and, but for a post, a date are needed", id), "sources", id))
			continue
		}
		if s.Standing != StandingSource && s.Standing != StandingPost {
			l.fault(d.at(fmt.Errorf("source %s: standing is source or post", id), "sources", id))
		}
		if l.book.sources[id] != nil {
			l.fault(d.at(fmt.Errorf("source %s stands in sources.yaml too", id), "sources", id))
		}
		s.ID, s.line = id, d.line("sources", id)
		l.book.sources[id] = s
		l.book.sourceIDs = append(l.book.sourceIDs, id)
	}
	sort.Strings(l.book.sourceIDs)
}

func (l *loader) readFacts() {
	var f struct {
		Facts map[string]*Fact `yaml:"facts"`
	}
	d, ok := l.read("facts.yaml", &f)
	if !ok {
		return
	}
	ids := d.keys("facts")
	sort.Strings(ids)
	for _, id := range ids {
		fact := f.Facts[id]
		if fact == nil {
			l.fault(d.at(fmt.Errorf("fact %s is empty", id), "facts", id))
			continue
		}
		fact.ID, fact.index, fact.line = id, len(l.book.facts), d.line("facts", id)
		if err := fact.compile(l.book.sources); err != nil {
			l.fault(d.at(err, "facts", id))
		}
		l.book.facts = append(l.book.facts, fact)
		l.book.factByID[id] = fact
	}
}

func (l *loader) readPlaces() {
	var f struct {
		Places    map[string]*Spot `yaml:"places"`
		Elsewhere string           `yaml:"elsewhere"`
		Denied    string           `yaml:"denied"`
	}
	d, ok := l.read("places.yaml", &f)
	if !ok {
		return
	}
	for _, w := range splitComma(f.Elsewhere) {
		l.book.elsewhere = append(l.book.elsewhere, locales.Fold(w))
	}
	for _, w := range splitComma(f.Denied) {
		l.book.denied = append(l.book.denied, locales.Fold(w))
	}
	for _, id := range d.keys("places") {
		s := f.Places[id]
		if s == nil || s.Name == "" {
			l.fault(d.at(fmt.Errorf("place %s has no name", id), "places", id))
			continue
		}
		s.ID, s.line = id, d.line("places", id)
		var err error
		if s.loc, err = loadZone(s.Zone); err != nil {
			l.fault(d.at(fmt.Errorf("place %s: %w", id, err), "places", id, "zone"))
			continue
		}
		l.message(d.name, s.line, s.Name)
		l.book.spots = append(l.book.spots, s)
		l.book.spotByID[id] = s
		words := []string{s.Name}
		for _, lang := range l.book.Catalogue.Languages() {
			words = append(words, lang.Raw(s.Name))
		}
		for _, w := range append(words, splitComma(s.Also)...) {
			w = locales.Fold(w)
			if was := l.book.spotWords[w]; was != nil && was != s {
				l.fault(d.at(fmt.Errorf("%q is two places: %s and %s", w, was.ID, id), "places", id))
			}
			l.book.spotWords[w] = s
		}
	}
}

// readProgrammes reads the programmes of the book, and those that stand in files
// of their own.
func (l *loader) readProgrammes() {
	names, err := fs.Glob(l.fsys, programmeFiles)
	if err != nil {
		l.fault(fmt.Errorf("list programmes: %w", err))
	}
	for _, name := range append([]string{"programmes.yaml"}, names...) {
		l.readProgrammeFile(name)
	}
	slices.SortFunc(l.book.programmes, func(a, b *Programme) int { return strings.Compare(a.ID, b.ID) })
}

func (l *loader) readProgrammeFile(name string) {
	var f struct {
		Sources    map[string]*Source    `yaml:"sources"`
		Programmes map[string]*Programme `yaml:"programmes"`
	}
	d, ok := l.read(name, &f)
	if !ok {
		return
	}
	l.addSources(d, f.Sources)
	for _, id := range d.keys("programmes") {
		p := f.Programmes[id]
		if p == nil {
			l.fault(d.at(fmt.Errorf("programme %s is empty", id), "programmes", id))
			continue
		}
		if was := l.book.programme(id); was != nil {
			l.fault(d.at(fmt.Errorf("programme %s stands in %s too", id, was.file), "programmes", id))
			continue
		}
		p.ID, p.file, p.line = id, name, d.line("programmes", id)
		if err := p.compile(l.book.sources); err != nil {
			path := []string{"programmes", id}
			if part := (misplaced{}); errors.As(err, &part) {
				path = append(path, part.path...)
			}
			l.fault(d.at(err, path...))
		}
		for _, place := range p.Places {
			if l.book.spotByID[place] == nil {
				l.fault(d.at(fmt.Errorf("programme %s: unknown place %q", id, place), "programmes", id, "places"))
			}
		}
		for _, fact := range append([]string{p.Confirm}, p.Facts...) {
			if fact != "" && l.book.factByID[fact] == nil {
				l.fault(d.at(fmt.Errorf("programme %s: unknown fact %q", id, fact), "programmes", id))
			}
		}
		l.message(d.name, p.line, p.Name)
		l.book.programmes = append(l.book.programmes, p)
	}
}

func (l *loader) readRumours() {
	var f struct {
		Rumours []*Rumour `yaml:"rumours"`
	}
	d, ok := l.read("rumours.yaml", &f)
	if !ok {
		return
	}
	seen := map[string]bool{}
	for i, r := range f.Rumours {
		at := []string{"rumours", fmt.Sprint(i)}
		if r == nil {
			l.fault(d.at(fmt.Errorf("a rumour is empty"), at...))
			continue
		}
		if seen[r.ID] || r.ID == "" {
			l.fault(d.at(fmt.Errorf("rumour %q has no id of its own", r.ID), at...))
		}
		seen[r.ID] = true
		if !slices.Contains([]string{"false", "true", "misleading", "unknown"}, r.Verdict) {
			l.fault(d.at(fmt.Errorf("rumour %s: verdict %q is not false, true, misleading or unknown", r.ID, r.Verdict), at...))
		}
	}
	l.book.rumours = slices.DeleteFunc(f.Rumours, func(r *Rumour) bool { return r == nil })
}

// readDirectory reads the contacts, and sources that only they stand on: so an
// operator's directory is one file.
func (l *loader) readDirectory() {
	var f struct {
		Sources map[string]*Source `yaml:"sources"`
		Entries []*Contact         `yaml:"entries"`
	}
	d, ok := l.read("directory.yaml", &f)
	if !ok {
		return
	}
	l.addSources(d, f.Sources)
	for i, e := range f.Entries {
		at := []string{"entries", fmt.Sprint(i)}
		if e == nil {
			l.fault(d.at(fmt.Errorf("an entry is empty"), at...))
			continue
		}
		if e.ID == "" || e.Kind == "" || e.Name == "" || e.Checked.Day() == 0 || e.ReviewBy.Day() == 0 {
			l.fault(d.at(fmt.Errorf("directory entry %q needs id, kind, name, checked and review_by", e.ID), at...))
		}
		if e.Country != "" && !slices.Contains(countries, e.Country) {
			l.fault(d.at(fmt.Errorf("directory entry %s: country is %s, or left out for all of them", e.ID, strings.Join(countries, " or ")), at...))
		}
		e.line = d.line(at...)
		if err := knownSources(l.book.sources, e.Source); err != nil {
			l.fault(d.at(fmt.Errorf("directory entry %s: %w", e.ID, err), at...))
		}
		if e.Note != "" {
			l.message(d.name, d.line(at...), e.Note)
		}
	}
	l.book.directory = slices.DeleteFunc(f.Entries, func(e *Contact) bool { return e == nil })
}

func (l *loader) readDigits() {
	var f struct {
		Allowed map[string]string `yaml:"allowed"`
	}
	d, ok := l.read("digits.yaml", &f)
	if !ok {
		return
	}
	for id, reason := range f.Allowed {
		if reason == "" {
			l.fault(d.at(fmt.Errorf("%s: say why digits are allowed there", id), "allowed", id))
		}
		l.book.digits[id], l.book.digitLines[id] = reason, d.line("allowed", id)
	}
}

func (l *loader) readFlows() {
	names, err := fs.Glob(l.fsys, flowFiles)
	if err != nil {
		l.fault(fmt.Errorf("list flows: %w", err))
	}
	for _, name := range names {
		f := &Flow{}
		d, ok := l.read(name, f)
		if !ok {
			continue
		}
		f.file, f.line = name, d.line("flow")
		if f.ID == "" || len(f.Nodes) == 0 {
			l.fault(d.at(fmt.Errorf("a flow needs its name (flow:) and nodes")))
			continue
		}
		for _, id := range d.keys("nodes") {
			n := f.Nodes[id]
			if n == nil {
				l.fault(d.at(fmt.Errorf("node %s is empty", id), "nodes", id))
				delete(f.Nodes, id)
				continue
			}
			n.id, n.line = id, d.line("nodes", id)
			f.order = append(f.order, n)
		}
		l.add(f)
	}
}

// add takes a flow that was read or generated into the book.
func (l *loader) add(f *Flow) {
	if was := l.book.flowByID[f.ID]; was != nil {
		l.fault(fmt.Errorf("%s:%d: flow %s is also %s", f.file, f.line, f.ID, was.file))
		return
	}
	f.lifetime = DefaultLifetime
	if f.Lifetime != "" {
		d, err := time.ParseDuration(f.Lifetime)
		if err != nil || d <= 0 || d > Silence {
			l.fault(fmt.Errorf("%s:%d: lifetime %q is not a duration up to %s", f.file, f.line, f.Lifetime, Silence))
		}
		f.lifetime = d
	}
	f.answers = map[string]answerType{}
	names := make([]string, 0, len(f.Answers))
	for name := range f.Answers {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		t, err := answerOf(f.Answers[name])
		if err != nil {
			l.fault(fmt.Errorf("%s:%d: answer %s: %w", f.file, f.line, name, err))
		}
		f.answers[name] = t
	}
	for _, n := range f.order {
		n.flow = f
	}
	l.book.flows = append(l.book.flows, f)
	l.book.flowByID[f.ID] = f
}

func answerOf(v any) (answerType, error) {
	switch v := v.(type) {
	case string:
		if slices.Contains([]string{TypeMonth, TypeTime, TypePlace, TypeText, TypeWords, TypeCount, TypeDay, TypeMoment, TypePIN, TypeSealedDay}, v) {
			return answerType{kind: v}, nil
		}
	case []any:
		t := answerType{kind: TypeChoice}
		for _, e := range v {
			switch e := e.(type) {
			case string:
				t.values = append(t.values, e)
			case bool: // YAML 1.1 readers take yes and no for booleans
				return t, fmt.Errorf("write its values in quotes")
			default:
				return t, fmt.Errorf("%v is not a word", e)
			}
		}
		return t, nil
	}
	return answerType{}, fmt.Errorf("it is a list of values, or month, time, place, text, words, count, day, moment, pin or sealed_day")
}

// message checks that a message exists in the source language.
func (l *loader) message(file string, line int, id string) {
	if !l.book.Catalogue.Language(locales.Source).Has(id) {
		l.fault(fmt.Errorf("%s:%d: unknown message %q", file, line, id))
	}
}

func splitComma(s string) []string {
	var out []string
	start := 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == ',' {
			if w := s[start:i]; w != "" {
				out = append(out, w)
			}
			start = i + 1
		}
	}
	return out
}
