// What officers choose from when they write to people: languages, places,
// programmes, and the links and numbers that may stand in what they write.
package console

import (
	"cmp"
	"slices"

	"posada/bot/rumour"
)

// Supply is what officers choose from. It does not change while the console
// runs.
type Supply struct {
	Languages  []Tongue // those Posada speaks
	Places     []Named
	Programmes []Named
	Channels   []string // that people write on; none: Telegram, WhatsApp and SMS
	Links      []Named  // ID: the whole address that is put into a text
	Numbers    []Named  // ID: the number as it is put into a text; Name: whose it is
}

// Tongue is a language that people speak with Posada.
type Tongue struct {
	Code, Name  string // Name in itself: "Kreyòl ayisyen"
	RightToLeft bool
}

// Named is something to choose: what stands for it, and what it is called.
type Named struct{ ID, Name string }

// tongue by code. One that is not spoken is named by its code, so that what was
// written in it is shown all the same.
func (s *Supply) tongue(code string) Tongue {
	for _, l := range s.Languages {
		if l.Code == code {
			return l
		}
	}
	return Tongue{Code: code, Name: code}
}

// Dir is the direction of its script, for HTML.
func (t Tongue) Dir() string {
	if t.RightToLeft {
		return "rtl"
	}
	return "ltr"
}

// name of one of a list, the id itself when it is not in it.
func name(list []Named, id string) string {
	for _, n := range list {
		if n.ID == id {
			return n.Name
		}
	}
	return id
}

// option is one line of a choice.
type option struct {
	Value, Label string
	On           bool
}

// choice is a list to choose one from.
type choice struct {
	Name, Label string // Label is a key of the words
	Options     []option
}

// chosen marks the options that are on.
func chosen(options []option, on ...string) []option {
	for i := range options {
		options[i].On = slices.Contains(on, options[i].Value)
	}
	return options
}

func (s *Supply) languageOptions() []option {
	var out []option
	for _, l := range s.Languages {
		out = append(out, option{Value: l.Code, Label: l.Name})
	}
	return out
}

func namedOptions(list []Named) []option {
	var out []option
	for _, n := range list {
		out = append(out, option{Value: n.ID, Label: n.Name})
	}
	return out
}

// tally is a count of something, with its name.
type tally struct {
	Name string
	N    int
}

func (s *Supply) byLanguage(shares []rumour.Share) (out []tally) {
	for _, p := range shares {
		out = append(out, tally{s.tongue(p.Of).Name, p.N})
	}
	return out
}

func (s *Supply) byPlace(shares []rumour.Share) (out []tally) {
	for _, p := range shares {
		out = append(out, tally{name(s.Places, p.Of), p.N})
	}
	return out
}

// written puts languages in the order in which officers want them: Spanish and
// English, which nearly everybody here writes, then those that most people
// asked in, then the others as the book orders them.
func (s *Supply) written(asked []rumour.Share) []Tongue {
	out := slices.Clone(s.Languages)
	weight := func(t Tongue) int {
		switch t.Code {
		case "es":
			return 1 << 40
		case "en":
			return 1 << 39
		}
		return askedIn(asked, t.Code)
	}
	slices.SortStableFunc(out, func(a, b Tongue) int { return cmp.Compare(weight(b), weight(a)) })
	return out
}

func askedIn(asked []rumour.Share, lang string) int {
	for _, p := range asked {
		if p.Of == lang {
			return p.N
		}
	}
	return 0
}

// quoted is a text of people, or for them, with what HTML must know of it.
type quoted struct {
	Tongue
	Text string
}
