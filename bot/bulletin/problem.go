// What speaks against a bulletin: codes and numbers, which the console words in
// the officer's language.
package bulletin

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"posada/flows"
)

// Code names a problem. The console has words for each.
type Code string

// Problems that a bulletin cannot be sent with. None can be overridden: the
// text is changed, or it is not sent.
const (
	CodeNoText      Code = "no-text"      // there is no text in any language
	CodeNoTitle     Code = "no-title"     // staff could not tell it from others
	CodeTitleLong   Code = "title-long"   // N of Max characters
	CodeNoSource    Code = "no-source"    // the language that the others are translated from has no text
	CodeLanguage    Code = "language"     // Lang is no language of Posada
	CodeStale       Code = "stale"        // Lang's text is older than its source
	CodeLong        Code = "long"         // Lang in Form: N of Max segments or characters
	CodeUnsaid      Code = "unsaid"       // Lang in Form: there is no message of it (Word: the fault)
	CodeLink        Code = "link"         // Lang: Word is no approved link
	CodeNumber      Code = "number"       // Lang: Word is no phone number of the directory
	CodeMeeting     Code = "meeting"      // Lang: a time and a place (Word) stand in one text
	CodeAudience    Code = "audience"     // Field: Word is none that there is
	CodeNobody      Code = "nobody"       // no language of the audience has a text
	CodeFew         Code = "few"          // fewer than Max people can be reached
	CodeExcept      Code = "except"       // Field: Word alone leaves out fewer than Max people, whom no other exclusion does
	CodePast        Code = "past"         // it is scheduled for a time that has been
	CodeFar         Code = "far"          // it is scheduled more than Max days ahead
	CodeLate        Code = "late"         // its time was missed by more than Late
	CodeFirst       Code = "first-unsent" // what it corrects was never begun
	CodeForgotten   Code = "forgotten"    // Word: who got that bulletin is no longer known
	CodeUntold      Code = "untold"       // Lang: what it corrects was told in it, and the correction is not
	CodeMissing     Code = "missing"      // warning: people of Lang are left out
	CodePromise     Code = "promise"      // warning: Lang: Word promises or commands
	CodeLocked      Code = "locked"       // warning: Lang: Word shows on a locked screen
	CodeTemplate    Code = "template"     // warning: Lang: nobody outside WhatsApp's window can be asked to write
	CodeNoAgreement Code = "not-agreed"   // warning: they never agreed to go on, and are left out
	CodeWaits       Code = "waits"        // warning: who is still to get the paused bulletin Word gets this one after it
)

// Problem is one of them. People is a number that cannot give a small one away.
type Problem struct {
	Code    Code
	Warning bool   // it is shown to whoever approves, and does not stand in the way
	Lang    string // "" where it is of no language
	Form    string // form of channel, "" where it is of none
	Field   string // of the audience: "languages", "channels", "places", "programmes", "got", with "except." before it
	Word    string // of the officer's own text or list
	N, Max  int
	People  Count
}

// Blocking lists those that stand in the way.
func Blocking(problems []Problem) []Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(p Problem) bool { return p.Warning })
}

// codes lists what stands in the way, for an error or a history: no word of a
// text.
func codes(problems []Problem) string {
	var out []string
	for _, p := range problems {
		if !p.Warning && !slices.Contains(out, string(p.Code)) {
			out = append(out, string(p.Code))
		}
	}
	return strings.Join(out, " ")
}

// maxRead is the most characters of a text that are judged: a longer one is too
// long whatever it says.
const maxRead = 4 * MaxChars

// CheckText tells what speaks against what is written, without a look at
// people or the clock. It costs a few milliseconds.
func (d *Desk) CheckText(b Bulletin) []Problem {
	return d.checkText(b, d.variants(b, longDay, d.correctsDay(b)))
}

// correctsDay is replaced by the day of the first where it is known; a text is
// as long with any day.
func (d *Desk) correctsDay(b Bulletin) flows.Date {
	if b.Corrects == "" {
		return 0
	}
	return dayOf(b.Created)
}

func (d *Desk) checkText(b Bulletin, made []variant) []Problem {
	var out []Problem
	add := func(p Problem) { out = append(out, p) }
	switch n := utf8.RuneCountInString(b.Title); {
	case strings.TrimSpace(b.Title) == "":
		add(Problem{Code: CodeNoTitle})
	case n > MaxTitle:
		add(Problem{Code: CodeTitleLong, N: n, Max: MaxTitle})
	}
	langs := b.Languages()
	if len(langs) == 0 {
		add(Problem{Code: CodeNoText})
		return out
	}
	if b.Texts[b.Source].Body == "" {
		add(Problem{Code: CodeNoSource, Lang: b.Source})
	}
	dir, places := d.directory(), d.placeWords()
	for _, lang := range langs {
		text := b.Texts[lang].Body
		if !slices.Contains(d.world.Languages, lang) {
			add(Problem{Code: CodeLanguage, Lang: lang})
			continue
		}
		if n := utf8.RuneCountInString(text); n > maxRead {
			add(Problem{Code: CodeLong, Lang: lang, N: n, Max: MaxChars})
			continue
		}
		if b.Stale(lang) {
			add(Problem{Code: CodeStale, Lang: lang})
		}
		for _, w := range strayLinks(text, dir.Links) {
			add(Problem{Code: CodeLink, Lang: lang, Word: w})
		}
		for _, w := range strayNumbers(text, dir.Phones) {
			add(Problem{Code: CodeNumber, Lang: lang, Word: w})
		}
		if w := meeting(text, places); w != "" {
			add(Problem{Code: CodeMeeting, Lang: lang, Word: w})
		}
		for _, w := range promises(text) {
			add(Problem{Code: CodePromise, Warning: true, Lang: lang, Word: w})
		}
		if d.world.Locked != nil {
			for _, w := range d.world.Locked(lang, text) {
				add(Problem{Code: CodeLocked, Warning: true, Lang: lang, Word: w})
			}
		}
	}
	return append(out, d.checkForms(made)...)
}

// checkForms tells which messages are too long where, or could not be made.
func (d *Desk) checkForms(made []variant) []Problem {
	var out []Problem
	for _, v := range made {
		if !slices.Contains(d.world.Languages, v.Lang) {
			continue
		}
		form := d.form(v.Form)
		most, n := MaxChars, utf8.RuneCountInString(v.Message.Text)
		if form.MaxSegments > 0 {
			most, n = MaxSegments, v.Message.Segments
		}
		if v.Message.Text == "" || v.Message.Fault != "" {
			out = append(out, Problem{Code: CodeUnsaid, Lang: v.Lang, Form: v.Form, Word: v.Message.Fault})
		} else if n > most {
			out = append(out, Problem{Code: CodeLong, Lang: v.Lang, Form: v.Form, N: n, Max: most})
		}
	}
	return out
}

func (d *Desk) form(name string) flows.Form {
	for _, f := range d.world.Forms {
		if f.Name == name {
			return f
		}
	}
	return flows.Form{Name: name}
}

func (d *Desk) placeWords() []string {
	if d.world.PlaceWords == nil {
		return nil
	}
	return d.world.PlaceWords()
}

// longDay stands for the day of sending where that is not known: none is longer
// in any language by much.
const longDay flows.Date = 20260922

// day is the one on which a bulletin is sent, as far as is known.
func (b *Bulletin) day(now time.Time) flows.Date {
	if b.At.After(now) {
		now = b.At
	}
	return dayOf(now)
}

// variants are the messages of all texts in all forms, in one order.
func (d *Desk) variants(b Bulletin, day, corrects flows.Date) []variant {
	var out []variant
	for _, lang := range b.Languages() {
		for _, form := range d.world.Forms {
			m := d.world.Composer.Bulletin(form, lang, b.Texts[lang].Body, day, corrects)
			v := variant{Lang: lang, Form: form.Name, Message: m}
			for _, c := range m.Choices {
				v.Payloads = append(v.Payloads, c.Payload)
			}
			out = append(out, v)
		}
	}
	return out
}
