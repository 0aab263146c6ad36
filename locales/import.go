// import.go takes a PO file back from translators. What it cannot take whole it refuses, by line; it never takes a text away.

package locales

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"posada/locales/po"
)

// Imported is what an import makes of a language. Nothing is written yet.
type Imported struct {
	Lang      string
	YAML      []byte         // LANG.yaml as it is to be
	Made      []byte         // made/LANG.yaml as it is to be; nil when nothing changed
	Catalogue *Catalogue     // with both
	Texts     int            // texts that are new or other
	Records   int            // texts of which something else is recorded than before
	Lines     map[string]int // where each message stands in the PO file
}

// Import takes the translations of a PO file into the language that its header names. c was loaded from fsys. A text that is not fuzzy
// any more was reviewed: by whom its translator's comment says ("reviewed: Ana, 2026-11-22"), or by and on do, or the header's
// Last-Translator and PO-Revision-Date; today is the last day it can have been. A text whose original is not today's becomes stale. The error joins one *po.Error a fault.
func (c *Catalogue) Import(fsys fs.FS, f *po.File, by, on, today string) (*Imported, error) {
	code := strings.ReplaceAll(f.Get("Language"), "_", "-")
	l, err := c.translation(code)
	if err != nil {
		return nil, &po.Error{Line: 1, Text: fmt.Sprintf("Language of the header: %v", err)}
	}
	if l.made == nil {
		return nil, fmt.Errorf("nothing is recorded of how the texts of %s were made: posada locales stamp %s", code, code)
	}
	raw, err := fs.ReadFile(fsys, l.File)
	if err != nil {
		return nil, fmt.Errorf("read language %s: %w", l.File, err)
	}
	in := &importer{c: c, l: l, file: f, by: by, on: on, today: today, out: &Imported{Lang: code, Lines: map[string]int{}}, changes: map[string]change{}, now: map[string]po.Entry{}}
	var taken []*po.Entry // those that say something
	for i := range f.Entries {
		if in.take(&f.Entries[i]) {
			taken = append(taken, &f.Entries[i])
		}
	}
	if len(in.faults) > 0 {
		return nil, errors.Join(in.faults...)
	}
	if in.out.YAML, err = patch(raw, in.changes, in.out.Lines); err != nil {
		return nil, err
	}
	files := replaced{fsys, map[string][]byte{l.File: in.out.YAML}}
	if in.out.Catalogue = c; len(in.changes) > 0 {
		if in.out.Catalogue, err = Load(files); err != nil {
			return nil, fmt.Errorf("with these texts: %w", err)
		}
	}
	next := in.out.Catalogue.Language(code)
	made := maps.Clone(l.made)
	for _, e := range taken {
		in.record(made, next, e)
		if made[e.Context] != l.made[e.Context] {
			in.out.Records++
		}
	}
	if len(in.faults) > 0 {
		return nil, errors.Join(in.faults...)
	}
	if in.out.Records > 0 {
		in.out.Made = writeMade(made)
		files.with[madeFolder+"/"+l.File] = in.out.Made
		if in.out.Catalogue, err = Load(files); err != nil {
			return nil, fmt.Errorf("with these records: %w", err)
		}
	}
	in.out.Texts = len(in.changes)
	return in.out, nil
}

// replaced is a tree in which some files read otherwise.
type replaced struct {
	fs.FS
	with map[string][]byte
}

func (r replaced) ReadFile(name string) ([]byte, error) {
	if data, ok := r.with[name]; ok {
		return data, nil
	}
	return fs.ReadFile(r.FS, name)
}

type importer struct {
	c       *Catalogue
	l       *Language
	file    *po.File
	by, on  string
	today   string
	out     *Imported
	changes map[string]change
	now     map[string]po.Entry // by id, as it would be exported
	faults  []error
}

// change is a message that is to read otherwise: its text, or its plural forms.
type change struct {
	text  string
	forms []Form
}

func (in *importer) fault(e *po.Entry, format string, args ...any) {
	in.faults = append(in.faults, &po.Error{Line: e.Line, Text: fmt.Sprintf(format, args...)})
}

// take judges one entry, and notes what it changes. It tells whether the entry says anything: one that is not translated, or at fault,
// does not.
func (in *importer) take(e *po.Entry) bool {
	id := e.Context
	src := in.c.byCode[Source]
	switch {
	case id == "":
		in.fault(e, "the entry has no msgctxt, which names the message")
		return false
	case !src.Has(id) || !exported(id):
		in.fault(e, "there is no message %s", id)
		return false
	case in.out.Lines[id] > 0:
		in.fault(e, "message %s stands in line %d already", id, in.out.Lines[id])
		return false
	}
	in.out.Lines[id] = e.Line
	now, err := in.c.entry(in.l, id)
	if err != nil {
		in.fault(e, "%v", err)
		return false
	}
	in.now[id] = now
	if (now.Plural == "") != (e.Plural == "") {
		in.fault(e, "message %s: only one of this file and the catalogue changes with a count", id)
		return false
	}
	if len(e.Str) != len(now.Str) {
		in.fault(e, "message %s has %d plural forms, and the language has %d", id, len(e.Str), len(now.Str))
		return false
	}
	empty := 0
	for _, s := range e.Str {
		if strings.TrimSpace(s) == "" {
			empty++
		}
	}
	switch {
	case empty == len(e.Str) && !in.l.Has(id):
		return false
	case empty == len(e.Str) && slices.Equal(e.Str, now.Str): // an empty list of words
	case empty > 0 && !slices.Equal(e.Str, now.Str):
		in.fault(e, "message %s has a text, and this one is empty: an import takes no text away", id)
		return false
	}
	if slices.Equal(e.Str, now.Str) {
		return true
	}
	if !in.placeholders(e) {
		return false
	}
	if e.Plural == "" {
		in.changes[id] = change{text: e.Str[0]}
		return true
	}
	rule := pluralRules[in.l.Code]
	var forms []Form
	for _, category := range rule.needs() {
		if i := slices.Index(rule.categories, category); i >= 0 {
			forms = append(forms, Form{category, e.Str[i]})
		} else if in.l.Has(id) && in.l.form(id, category) != "" {
			forms = append(forms, Form{category, in.l.form(id, category)})
		} else { // of fractions, which no message has
			forms = append(forms, Form{category, e.Str[len(e.Str)-1]})
		}
	}
	in.changes[id] = change{forms: forms}
	return true
}

// placeholders must be those of the original, no more and no less; a plural form may leave the number out.
func (in *importer) placeholders(e *po.Entry) bool {
	want := slices.Sorted(slices.Values(in.c.byCode[Source].Fields(e.Context)))
	for _, s := range e.Str {
		fields, err := templateFields(s)
		if err != nil {
			in.fault(e, "message %s: %v", e.Context, err)
			return false
		}
		got := slices.Sorted(slices.Values(fields))
		fewer := e.Plural != "" && !slices.ContainsFunc(got, func(f string) bool { return !slices.Contains(want, f) })
		if !slices.Equal(want, got) && !fewer {
			in.fault(e, "message %s shows %v, the source language %v", e.Context, got, want)
			return false
		}
		if err := harmful(s, append([]string{e.ID, e.Plural}, in.now[e.Context].Str...)...); err != nil {
			in.fault(e, "message %s %v", e.Context, err)
			return false
		}
	}
	return true
}

// record notes how a text was made, where the file says something new of it.
func (in *importer) record(made map[string]Made, next *Language, e *po.Entry) {
	id, now, was := e.Context, in.now[e.Context], made[e.Context]
	by, on := reviewer(e.Comments)
	wasBy, wasOn := reviewer(now.Comments)
	same, sameReview := slices.Equal(e.Str, now.Str), by == wasBy && on == wasOn
	m := Made{Of: Fingerprint(e.ID), Is: next.Fingerprint(id), Reviewed: !e.Fuzzy()}
	if e.Plural != "" {
		m.Of = (&message{plural: true, forms: []Form{{"one", e.ID}, {"other", e.Plural}}}).fingerprint()
	}
	switch {
	case same && e.Fuzzy() == now.Fuzzy() && (sameReview || e.Fuzzy()):
		return
	case same && sameReview && m.Reviewed && was.Reviewed && m.Of == was.Of: // the file is older than the original's change
		return
	case e.Fuzzy() && IsList(id) && was == (Made{}): // lists need no record of drafts
		return
	}
	if was.Of == m.Of && was.Is == m.Is {
		m.Back = was.Back
	}
	if m.Reviewed {
		if m.By, m.On = by, on; sameReview {
			m.By, m.On = in.translator()
		}
	}
	if m.On > in.today {
		in.fault(e, "message %s was reviewed on %s, which is yet to come", id, m.On)
		return
	}
	if err := m.check(); err != nil {
		in.fault(e, "message %s is not fuzzy any more; who reviewed it, and when? %v (a comment \"# reviewed: NAME, 2026-11-22\", or --by)", id, err)
		return
	}
	made[id] = m
}

// translator is who says to have reviewed what the file has no comment for, and when: the operator's word, or the header's. An e-mail
// address after the name is dropped.
func (in *importer) translator() (by, on string) {
	if in.by != "" {
		return in.by, in.on
	}
	by, _, _ = strings.Cut(in.file.Get("Last-Translator"), "<")
	on, _, _ = strings.Cut(in.file.Get("PO-Revision-Date"), " ")
	return strings.TrimSpace(by), on
}
