// score.go judges how near a text is to a case, and what divides them.

package claim

import (
	"math"
	"slices"
)

const (
	// Least is the score below which a case is not named.
	Least = 0.35
	// Sure is the score, and Apart the distance to the second, from which a text belongs to the first.
	Sure  = 0.52
	Apart = 0.08
	// Near the first are only those that score at least this part of it.
	Near = 0.6

	byText  = 0.6  // what the nearest text counts; the rest is what all texts of the case say together
	foreign = 0.3  // what words count that cannot be compared, because the languages are two
	core    = 0.55 // part of what a case is about that a text must hold to belong to it
	own     = 0.6  // and part of the text that the case must hold

	divided  = 0.5  // what is left of the score of another rumour
	unnamed  = 0.85 // and of one that names nothing where the other does
	opposite = 0.7  // and of a denial
)

// score tells how near a text is to a case, and whether it may belong to it.
func (k *known) score(p *Print) (score float64, whole bool) {
	nearest, denied := 0., true
	for i := range k.Prints {
		s := cosine(p, &k.Prints[i])
		nearest = max(nearest, s)
		denied = denied && k.Prints[i].denied != p.denied
	}
	shared, covered, known := 0., 0., 0.
	for i, j := 0, 0; i < len(p.features) && j < len(k.centre); {
		switch a, b := p.features[i], k.centre[j]; {
		case a.hash < b.hash:
			i++
		case a.hash > b.hash:
			j++
		default:
			if !a.word {
				shared += float64(a.weight) * float64(b.weight)
				covered += float64(b.weight)
				known += float64(a.weight)
			}
			i, j = i+1, j+1
		}
	}
	together := shared / math.Sqrt(max((p.concepts+foreign*p.words)*k.length, 1e-9))
	score = max(nearest*byText+together*(1-byText), nearest*nearest)
	whole = covered >= core*k.weight && known >= own*p.weight || nearest >= alike
	if denied {
		score, whole = score*opposite, false
	}
	if k.contrary(p) {
		score, whole = score*divided, false
	}
	factor, may := k.slots(p)
	return score * factor, whole && may
}

// alike is how near two texts are that are one but for a few letters.
const alike = 0.8

// cosine tells how near two texts are, from 0 to 1. Words are compared within a language.
func cosine(a, b *Print) float64 {
	same, dot := a.lang == b.lang, 0.
	for i, j := 0, 0; i < len(a.features) && j < len(b.features); {
		switch x, y := a.features[i], b.features[j]; {
		case x.hash < y.hash:
			i++
		case x.hash > y.hash:
			j++
		default:
			dot += float64(x.weight) * float64(y.weight)
			i, j = i+1, j+1
		}
	}
	count := 1.
	if !same {
		count = foreign
	}
	length := (a.concepts + count*a.words) * (b.concepts + count*b.words)
	return min(1, dot/math.Sqrt(max(length, 1e-9)))
}

// contrary tells whether a text says the contrary of what all texts of a case say.
func (k *known) contrary(p *Print) bool {
	for _, pair := range concepts().contraries {
		for _, way := range [2][2]string{pair, {pair[1], pair[0]}} {
			said, against := hashed('k', way[0]), hashed('k', way[1])
			if !p.holds(said) || p.holds(against) {
				continue
			}
			if !slices.ContainsFunc(k.Prints, func(q Print) bool { return !q.holds(against) || q.holds(said) }) {
				return true
			}
		}
	}
	return false
}

func (p *Print) holds(concept uint32) bool {
	_, found := slices.BinarySearchFunc(p.features, concept, func(f feature, h uint32) int {
		switch {
		case f.hash < h:
			return -1
		case f.hash > h:
			return 1
		}
		return 0
	})
	return found
}

// slots compares what divides rumours. A case is about a place when every text of it names one.
func (k *known) slots(p *Print) (factor float64, may bool) {
	factor, may = 1, true
	for s := range slotCount {
		if s == slotSum && p.trades {
			continue
		}
		all, meets, some := true, false, false
		for i := range k.Prints {
			values := k.Prints[i].slots[s]
			all = all && len(values) > 0
			some = some || len(values) > 0
			meets = meets || slices.ContainsFunc(values, func(v uint32) bool { return slices.Contains(p.slots[s], v) })
		}
		switch named := len(p.slots[s]) > 0; {
		case named && all && !meets:
			factor, may = factor*divided, false
		case !named && all:
			factor, may = factor*unnamed, may && s != slotPlace && s != slotYear
		case named && !some && s == slotPlace:
			factor *= unnamed
		}
	}
	return factor, may
}
