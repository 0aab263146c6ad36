// care.go tells which texts can do harm when they are wrong: law, deadlines, danger, health.

package locales

import "strings"

// highCare are the beginnings of their names, and whole names.
var highCare = []string{
	"rule.", "second.", "restrictions.", "parole.", "interview.", "today.", "screening.result.", "screening.officer", "screening.reason_too", "screening.keep.",
	"help.", "ways.", "rumour.crossing.", "rumour.home.", "rumour.paper.", "rumour.police.", "rumour.admission.", "registration.closed.", "steps.accept.",
	"offer.told", "offer.over", "offer.earlier", "trouble.missed.", "trouble.name.", "trouble.proof.",
}

// HighCare tells whether a text is of law, deadlines, danger or health: in a language in which nobody has reviewed it, its original
// stands beside it.
func HighCare(id string) bool {
	for _, p := range highCare {
		if strings.HasPrefix(id, p) {
			return true
		}
	}
	return false
}
