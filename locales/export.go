// export.go hands a language to translators: a PO file that Weblate, Poedit and OmegaT read.

package locales

import (
	"fmt"
	"slices"
	"strings"

	"posada/locales/po"
)

// settings are messages that no translator is to see: they steer the program.
var settings = []string{"language.order", "language.status", "language.direction", "language.bridge", "language.letters", "number.digits", "number.group"}

// exported tells whether a message goes to translators. Words that mean the same, or danger together, are each language's own, and have no original.
func exported(id string) bool {
	return !strings.HasPrefix(id, "concept.") && !slices.Contains(settings, id)
}

// Export is a language as a PO file: the context is the message's id, a draft is fuzzy, and who reviewed a text, and when, stands in
// the translator's comment. notes, if not nil, tells a translator what a message is bound to.
func (c *Catalogue) Export(code string, notes func(id string) []string) (*po.File, error) {
	l, err := c.translation(code)
	if err != nil {
		return nil, err
	}
	f := &po.File{Header: []po.Field{
		{Name: "Project-Id-Version", Value: "posada"},
		{Name: "PO-Revision-Date", Value: ""},
		{Name: "Last-Translator", Value: ""},
		{Name: "Language-Team", Value: ""},
		{Name: "Language", Value: gettextCode(code)},
		{Name: "MIME-Version", Value: "1.0"},
		{Name: "Content-Type", Value: "text/plain; charset=UTF-8"},
		{Name: "Content-Transfer-Encoding", Value: "8bit"},
	}}
	if rule, known := pluralRules[code]; known {
		f.Header = append(f.Header, po.Field{Name: "Plural-Forms", Value: fmt.Sprintf("nplurals=%d; plural=(%s);", len(rule.categories), rule.expression)})
	}
	f.Header = append(f.Header, po.Field{Name: "X-Generator", Value: "posada"})
	src := c.byCode[Source]
	ids := slices.DeleteFunc(src.IDs(), func(id string) bool { return !exported(id) })
	slices.SortStableFunc(ids, func(a, b string) int { return src.Line(a) - src.Line(b) })
	for _, id := range ids {
		e, err := c.entry(l, id)
		if err != nil {
			return nil, err
		}
		if notes != nil {
			e.Extracted = append(e.Extracted, notes(id)...)
		}
		f.Entries = append(f.Entries, e)
	}
	return f, nil
}

// gettextCode is a language's code as gettext writes it: fa_AF.
func gettextCode(code string) string { return strings.ReplaceAll(code, "-", "_") }

// entry is one message as it stands.
func (c *Catalogue) entry(l *Language, id string) (po.Entry, error) {
	src := c.byCode[Source]
	e := po.Entry{Context: id, ID: src.Raw(id), Str: []string{l.Raw(id)}, References: []string{fmt.Sprintf("locales/%s:%d", src.File, src.Line(id))}}
	if src.Forms(id) != nil {
		rule, known := pluralRules[l.Code]
		if !known {
			return e, fmt.Errorf("%s:%d: message %s changes with a count, and the plural forms of %s are not known", src.File, src.Line(id), id, l.Code)
		}
		e.ID, e.Plural, e.Str = src.form(id, "one"), src.form(id, "other"), nil
		for _, category := range rule.categories {
			str := ""
			if l.Has(id) {
				str = l.form(id, category)
			}
			e.Str = append(e.Str, str)
		}
	}
	if HighCare(id) {
		e.Extracted = append(e.Extracted, "care: high (law, deadlines, danger, health)")
	}
	if !l.Has(id) {
		return e, nil
	}
	if state := l.State(id); state != Reviewed {
		e.Flags = []string{"fuzzy"}
		if state == Stale {
			e.Extracted = append(e.Extracted, "stale: the English has changed since this was translated")
		}
	}
	if m, ok := l.made[id]; ok && m.Is == l.Fingerprint(id) {
		if m.Reviewed {
			e.Comments = append(e.Comments, reviewedMark+m.By+", "+m.On)
		}
		if m.Back != "" {
			e.Comments = append(e.Comments, "translated back: "+m.Back)
		}
	}
	return e, nil
}

// reviewedMark begins the comment that says who reviewed a text.
const reviewedMark = "reviewed: "

// reviewer reads that comment: name and day, both "" when there is none.
func reviewer(comments []string) (by, on string) {
	for _, c := range comments {
		if who, ok := strings.CutPrefix(c, reviewedMark); ok {
			if at := strings.LastIndex(who, ", "); at >= 0 {
				return who[:at], who[at+2:]
			}
			return who, ""
		}
	}
	return "", ""
}
