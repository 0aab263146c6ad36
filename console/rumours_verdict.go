// The form of a verdict: what was typed, what is missing, what stands.
package console

import (
	"slices"
	"strings"

	"posada/bot/rumour"
	"posada/flows"
)

// verdictForm is a verdict with what the page must know of it. unread lists, as
// keys of the words, what could not even be read.
type verdictForm struct {
	rumour.Verdict
	Verdicts []option
	Texts    []verdictText // those to show at once
	More     []verdictText // the other languages
	Lines    []sourceLine
	Day      string // of the review, as typed
	unread   []string
}

// verdictText is a column: one language.
type verdictText struct {
	Tongue
	Claim, Reason, Heard string
	State                string // missing or half; "" when it is whole, or not wanted
	Asked                int
}

// sourceLine is a source as it was typed.
type sourceLine struct {
	N                           int
	Publisher, Title, URL, Date string
}

// verdicts in the order of the form.
var verdicts = []string{rumour.False, rumour.Misleading, rumour.True, rumour.NotKnown}

// readVerdict reads the form of a verdict.
func (v *visit) readVerdict() verdictForm {
	f := verdictForm{Verdict: rumour.Verdict{
		Verdict: v.line("verdict"), Claim: map[string]string{}, Reason: map[string]string{}, Heard: map[string][]string{},
	}}
	for _, l := range v.c.Supply.Languages {
		if s := strings.TrimSpace(v.text("claim." + l.Code)); s != "" {
			f.Claim[l.Code] = s
		}
		if s := strings.TrimSpace(v.text("reason." + l.Code)); s != "" {
			f.Reason[l.Code] = s
		}
		for line := range strings.Lines(v.text("heard." + l.Code)) {
			if line = strings.TrimSpace(line); line != "" {
				f.Heard[l.Code] = append(f.Heard[l.Code], line)
			}
		}
	}
	form := v.r.PostForm
	at := func(key string, i int) string {
		if i < len(form[key]) {
			return strings.TrimSpace(form[key][i])
		}
		return ""
	}
	for i := range min(len(form["publisher"]), rumour.MaxSource) {
		line := sourceLine{Publisher: at("publisher", i), Title: at("title", i), URL: at("url", i), Date: at("date", i)}
		if line == (sourceLine{}) {
			continue
		}
		f.Lines = append(f.Lines, line)
		s := rumour.Source{Publisher: line.Publisher, Title: line.Title, URL: line.URL}
		if line.Date != "" {
			day, err := flows.ParseDate(line.Date)
			if err != nil {
				f.unread = append(f.unread, "rumours.problem.unread.source")
			}
			s.Date = day
		}
		f.Sources = append(f.Sources, s)
	}
	f.Day = v.line("review")
	if f.Day != "" {
		day, err := flows.ParseDate(f.Day)
		if err != nil {
			f.unread = append(f.unread, "rumours.problem.unread.review")
		}
		f.Review = day
	}
	return f
}

// dress fills in what the page shows around a verdict.
func (v *visit) dress(f *verdictForm, c rumour.Case) {
	for _, key := range verdicts {
		f.Verdicts = append(f.Verdicts, option{key, v.say("rumours.verdict." + key), key == f.Verdict.Verdict})
	}
	for _, l := range v.c.Supply.written(c.ByLang) {
		t := verdictText{Tongue: l, Claim: f.Claim[l.Code], Reason: f.Reason[l.Code], Heard: strings.Join(f.Heard[l.Code], "\n"), Asked: askedIn(c.ByLang, l.Code)}
		wanted := t.Asked > 0 || l.Code == "es" || l.Code == "en"
		switch {
		case t.Claim == "" && t.Reason == "" && wanted:
			t.State = "missing"
		case (t.Claim == "") != (t.Reason == ""):
			t.State = "half"
		}
		if wanted || t.Claim != "" || t.Reason != "" || t.Heard != "" {
			f.Texts = append(f.Texts, t)
		} else {
			f.More = append(f.More, t)
		}
	}
	if f.Lines == nil {
		for _, s := range f.Sources {
			line := sourceLine{Publisher: s.Publisher, Title: s.Title, URL: s.URL}
			if s.Date != 0 {
				line.Date = s.Date.String()
			}
			f.Lines = append(f.Lines, line)
		}
	}
	// One more than are filled in, three at least.
	for len(f.Lines) < rumour.MaxSource && (len(f.Lines) < 3 || f.Lines[len(f.Lines)-1] != (sourceLine{})) {
		f.Lines = append(f.Lines, sourceLine{})
	}
	for i := range f.Lines {
		f.Lines[i].N = i + 1
	}
	if f.Day == "" && f.Review != 0 {
		f.Day = f.Review.String()
	}
}

// quotedVerdict is one language of a verdict that somebody else wrote.
type quotedVerdict struct {
	Tongue
	Claim, Reason string
}

// theirs is what stands now, for who typed something else meanwhile.
func (v *visit) theirs(w *rumour.Verdict) (out []quotedVerdict) {
	if w == nil {
		return nil
	}
	for _, l := range v.c.Supply.Languages {
		if w.Claim[l.Code] != "" || w.Reason[l.Code] != "" {
			out = append(out, quotedVerdict{l, w.Claim[l.Code], w.Reason[l.Code]})
		}
	}
	return slices.Clip(out)
}
