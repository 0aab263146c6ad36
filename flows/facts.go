// Facts: every changing value of the book, with its history, its source and
// the day it was last reviewed.
package flows

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"posada/locales"
)

// Kinds of facts.
const (
	KindDate      = "date"
	KindNumber    = "number"
	KindHours     = "hours"
	KindDays      = "days"
	KindText      = "text"
	KindPhone     = "phone"
	KindMoney     = "money"
	KindBool      = "bool"
	KindState     = "state"
	KindStatement = "statement" // said in words by messages; has no value to show
)

// Kinds of care: what is withheld when its review is long overdue.
const (
	CareLaw      = "law"
	CareDeadline = "deadline"
	CarePhone    = "phone"
	CareNone     = "none"
)

// Standings of a source.
const (
	StandingSource = "source" // read in the sources that the content was written from
	StandingPost   = "post"   // found in later press, court or legal-aid pages
)

// Fact is one changing value with its history.
type Fact struct {
	ID       string   `yaml:"-"`
	About    string   `yaml:"about"`
	Kind     string   `yaml:"kind"`
	Care     string   `yaml:"care"`
	ReviewBy Date     `yaml:"review_by"`
	Values   []string `yaml:"values"` // of a state
	History  []Entry  `yaml:"history"`

	line  int
	index int
}

// Entry is what was true from one day on.
type Entry struct {
	Value     string   `yaml:"value"`
	From      Date     `yaml:"from"`
	Until     Date     `yaml:"until"` // the first day it is no longer true; 0: until the next entry
	Precision string   `yaml:"precision"`
	Source    []string `yaml:"source"`
	Lines     []int    `yaml:"lines"`
	Standing  string   `yaml:"standing"`
	Reviewed  Date     `yaml:"reviewed"`
	Note      string   `yaml:"note"` // for the operator: where sources disagree

	number int
	date   Date
}

// Source is a text that facts stand on.
type Source struct {
	ID        string `yaml:"-"`
	Publisher string `yaml:"publisher"`
	Title     string `yaml:"title"`
	Date      Date   `yaml:"date"`
	Standing  string `yaml:"standing"`
	Note      string `yaml:"note"`

	line int
}

var factKinds = []string{KindDate, KindNumber, KindHours, KindDays, KindText, KindPhone, KindMoney, KindBool, KindState, KindStatement}
var cares = []string{CareLaw, CareDeadline, CarePhone, CareNone}

// compile checks a fact and reads its values.
func (f *Fact) compile(sources map[string]*Source) error {
	if !slices.Contains(factKinds, f.Kind) {
		return fmt.Errorf("fact %s: unknown kind %q", f.ID, f.Kind)
	}
	if !slices.Contains(cares, f.Care) {
		return fmt.Errorf("fact %s: care is %q, not one of %v", f.ID, f.Care, cares)
	}
	if f.ReviewBy.Day() == 0 {
		return fmt.Errorf("fact %s: review_by is missing", f.ID)
	}
	if len(f.History) == 0 {
		return fmt.Errorf("fact %s: it has no history", f.ID)
	}
	for i := range f.History {
		e := &f.History[i]
		if e.From.Day() == 0 {
			return fmt.Errorf("fact %s: an entry has no day in from", f.ID)
		}
		if i > 0 && e.From <= f.History[i-1].From {
			return fmt.Errorf("fact %s: the entry from %s stands after a later one", f.ID, e.From)
		}
		if e.Until != 0 && e.Until <= e.From {
			return fmt.Errorf("fact %s: the entry from %s ends before it begins", f.ID, e.From)
		}
		if e.Reviewed.Day() == 0 {
			return fmt.Errorf("fact %s: the entry from %s was never reviewed", f.ID, e.From)
		}
		if e.Standing != StandingSource && e.Standing != StandingPost {
			return fmt.Errorf("fact %s: standing %q is neither source nor post", f.ID, e.Standing)
		}
		if e.Precision != "" && e.Precision != "day" && e.Precision != "month" && e.Precision != "year" {
			return fmt.Errorf("fact %s: precision %q is not day, month or year", f.ID, e.Precision)
		}
		if len(e.Source) == 0 {
			return fmt.Errorf("fact %s: the entry from %s has no source", f.ID, e.From)
		}
		for _, id := range e.Source {
			if sources[id] == nil {
				return fmt.Errorf("fact %s: unknown source %q", f.ID, id)
			}
		}
		if err := e.read(f); err != nil {
			return err
		}
	}
	return nil
}

func (e *Entry) read(f *Fact) error {
	var err error
	switch f.Kind {
	case KindNumber, KindHours, KindDays:
		e.number, err = strconv.Atoi(e.Value)
	case KindDate:
		e.date, err = ParseDate(e.Value)
	case KindBool:
		_, err = strconv.ParseBool(e.Value)
	case KindState:
		if !slices.Contains(f.Values, e.Value) {
			err = fmt.Errorf("%q is none of its values %v", e.Value, f.Values)
		}
	}
	if err == nil && e.Value == "" {
		err = fmt.Errorf("the value is empty")
	}
	if err != nil {
		return fmt.Errorf("fact %s, entry from %s: %w", f.ID, e.From, err)
	}
	return nil
}

// On is the entry that was true on a day, nil when none was.
func (f *Fact) On(day Date) *Entry {
	for i := len(f.History) - 1; i >= 0; i-- {
		e := &f.History[i]
		if e.From <= day {
			if e.Until != 0 && day >= e.Until {
				return nil
			}
			return e
		}
	}
	return nil
}

// show writes the entry's value in a language; statements, bools and states
// have none.
func (e *Entry) show(f *Fact, l *locales.Language) (string, bool) {
	switch f.Kind {
	case KindDate:
		return e.date.In(l), true
	case KindNumber, KindHours, KindDays:
		return l.Number(e.number), true
	case KindText, KindPhone, KindMoney:
		return e.Value, true
	}
	return "", false
}

// hasValue tells whether a message can show the fact.
func (f *Fact) hasValue() bool {
	return f.Kind != KindBool && f.Kind != KindState && f.Kind != KindStatement
}

// variable is the entry's value in conditions; e may be nil (the zero value).
func (f *Fact) variable(e *Entry) any {
	switch f.Kind {
	case KindDate:
		if e == nil {
			return 0
		}
		return int(e.date)
	case KindNumber, KindHours, KindDays:
		if e == nil {
			return 0
		}
		return e.number
	case KindBool:
		return e != nil && e.Value == "true"
	}
	if e == nil {
		return ""
	}
	return e.Value
}

// Freshness is how a fact stands with its review on a day.
type Freshness uint8

// From good to worst.
const (
	Fresh    Freshness = iota
	Overdue            // its review day has passed: the answer says so
	Withheld           // and so long ago that it is no longer said
)

// freshness of a fact on a day.
func (f *Fact) freshness(day Date) Freshness {
	switch {
	case day <= f.ReviewBy:
		return Fresh
	case f.Care != CareNone && day > f.ReviewBy.AddDays(int(Grace.Hours()/24)):
		return Withheld
	}
	return Overdue
}

// Since is the day the entry became true, as exactly as its source knows.
func (e *Entry) Since() Date {
	switch e.Precision {
	case "month":
		return e.From - Date(e.From.Day())
	case "year":
		return Date(e.From.Year() * 10000)
	}
	return e.From
}

// Cite names the entry's sources and where in them it stands.
func (e *Entry) Cite() string {
	out := strings.Join(e.Source, ", ")
	for _, n := range e.Lines {
		out += fmt.Sprintf(" [%d]", n)
	}
	return out
}
