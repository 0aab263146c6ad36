// Gaps in the directory of help: whom a person in need would be sent to, and
// nobody is there.
package flows

import "fmt"

// Gap is a kind of help that the directory has nobody for in a country.
type Gap struct {
	Kind    string // as entries of the directory are called: emergency, legal, child, crisis
	Country string // US or MX
	// Stale: there are entries, but none was checked in time, so none is shown.
	Stale bool
}

// needed are the kinds of help without which nobody stands behind Posada.
// People after sexual violence are sent to the entries of kind crisis.
var needed = []struct{ kind, name string }{
	{"emergency", "emergency number"},
	{"legal", "legal help"},
	{"child", "help for children"},
	{"crisis", "help after sexual violence and in a crisis"},
}

// countries are those of the directory: people are in one of them.
var countries = []string{"MX", "US"}

var countryNames = map[string]string{"MX": "Mexico", "US": "the United States"}

// String is a sentence for the operator.
func (g Gap) String() string {
	kind, country := g.Kind, countryNames[g.Country]
	for _, n := range needed {
		if n.kind == g.Kind {
			kind = n.name
		}
	}
	if g.Stale {
		return fmt.Sprintf("The directory's %s for %s was not checked in time, so it is not shown (kind %s, country %s).", kind, country, g.Kind, g.Country)
	}
	return fmt.Sprintf("The directory has no %s for %s (kind %s, country %s).", kind, country, g.Kind, g.Country)
}

// Gaps lists the kinds of help that the directory cannot show on this day, per
// country, always in the same order; empty when it can show them all. An entry
// counts exactly when a person would see it: up to its review_by and no day
// longer, for contacts have no grace. An entry without a country counts for
// every country: the emergency number is one and the same in both. The list is
// worked out once a day and must not be changed.
func (d *Day) Gaps() []Gap { return d.gaps }

func (b *Book) gaps(day Date) []Gap {
	var out []Gap
	for _, country := range countries {
		for _, n := range needed {
			listed, shown := false, false
			for _, e := range b.directory {
				if e.Kind == n.kind && (e.Country == country || e.Country == "") {
					listed = true
					shown = shown || e.shownOn(day)
				}
			}
			if !shown {
				out = append(out, Gap{Kind: n.kind, Country: country, Stale: listed})
			}
		}
	}
	return out
}

// shownOn tells whether an entry was checked recently enough to be shown.
func (e *Contact) shownOn(day Date) bool { return day <= e.ReviewBy }
