// Package claim tells whether two texts spread the same rumour, also when they are written in two languages. It never judges
// whether a rumour is true: it says to which case a text belongs, or to which few it may, or to none.
//
// A text is read into concepts (sell, appointment, border), which are the same in every language, and into the words that no
// concept has a name for, which are compared only within a language. Texts are as near as the cosine of what they hold (Salton
// and Buckley, "Term-weighting approaches in automatic text retrieval", 1988), with fixed weights: how near two texts are must
// not change because a third rumour came up. What divides rumours whose words are alike is told apart by rule:
//
//   - A place, the people of a country, a year, a number, a link: when every text of a case names one, a text that names
//     another one is another rumour, and a text that names none may be.
//   - A sum of money divides only where nothing is sold or paid for: 500 or 700 dollars for an appointment is one rumour.
//   - Days and times never divide: "opens on Monday" rolls on to Tuesday.
//   - A denial is another claim than what it denies, "open" another than "closed"; "does not open" is closed, and "without a
//     vaccine nobody enters" denies nothing.
//
// The concepts are a table of its own, concepts/, one file a language: those that questions are searched by count buying with
// selling and free with paid, which is right for a question and wrong for a claim.
//
// The package is pure: no clock, no network. A Print holds no text.
package claim

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"posada/locales"
)

const (
	// maxBytes and maxTokens are how much of a text is read: what is passed on says early what it is about.
	maxBytes  = 4000
	maxTokens = 160
	// shortest is the fewest letters of a word that is looked for without what stands in front of it, or misspelt, or by parts.
	shortest = 5
)

// Text is what a person wrote. Lang is the language they chose; it need not be the one they wrote in.
type Text struct{ Lang, Text string }

// Print is what a text was read into. The zero Print is that of a text which says nothing.
type Print struct {
	lang     string
	features []feature // sorted by hash, each once
	concepts float64   // sum of the squares of the weights of concepts
	words    float64   // the same of words
	weight   float64   // sum of the weights of concepts
	slots    [slotCount][]uint32
	denied   bool
	trades   bool // something is sold or paid for
}

// feature is a concept, or a word or a part of one, by its hash.
type feature struct {
	hash   uint32
	weight float32
	word   bool
}

// Empty tells that nothing was read that could be compared.
func (p Print) Empty() bool { return len(p.features) == 0 }

// slot is a kind of thing that divides rumours.
type slot int

const (
	slotPlace slot = iota
	slotNation
	slotYear
	slotNumber
	slotSum
	slotLink
	slotCount
)

// Reader reads texts. It is safe for concurrent use.
type Reader struct {
	table  *table
	places *vocabulary
}

// NewReader makes a reader that knows the names of places: from the name, folded or as it is written, to what the place is
// called in all languages. It may be nil.
func NewReader(places map[string]string) *Reader {
	return &Reader{table: concepts(), places: placeNames(places)}
}

// Read takes a text apart.
func (r *Reader) Read(t Text) Print {
	text := t.Text
	if len(text) > maxBytes {
		text = strings.ToValidUTF8(text[:maxBytes], "")
	}
	rest, links := takeLinks(text)
	tokens := slices.DeleteFunc(locales.Tokens(locales.Fold(spellSigns(rest))), isSign)
	tokens = joinThousands(tokens[:min(len(tokens), maxTokens)])
	lang := r.language(tokens, t.Lang)
	p := reading{reader: r, vocabulary: r.table.languages[lang], tokens: tokens}
	p.print.lang = lang
	p.read()
	for _, l := range links {
		p.mark(slotLink, l)
		p.concept("link."+l, weightLink)
	}
	return p.finish()
}

// isSign tells a picture from a word: a text of emoji alone folds to them.
func isSign(token string) bool {
	return !strings.ContainsFunc(token, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// language tells in which language a text is written: the one the person chose, unless another knows clearly more of its words.
func (r *Reader) language(tokens []string, chosen string) string {
	known := func(lang string) int {
		v, n := r.table.languages[lang], 0
		for i := 0; v != nil && i < len(tokens); {
			_, words := v.exact(tokens[i:])
			n += words
			i += max(words, 1)
		}
		return n
	}
	best, most := chosen, known(chosen)
	if 4*most >= 3*len(tokens) && most > 0 {
		return best
	}
	most += most/4 + 1 // what the chosen one is given in advance
	for _, lang := range r.table.order {
		if n := known(lang); n > most {
			best, most = lang, n
		}
	}
	return best
}

// reading is the work on one text.
type reading struct {
	reader     *Reader
	vocabulary *vocabulary // nil in an unknown language
	tokens     []string
	print      Print
	not        int  // words that deny by themselves
	never      bool // words that deny beside them
	without    bool
	residue    []string
	seen       map[string]bool // concepts
}

func (p *reading) read() {
	p.seen = map[string]bool{}
	for i := 0; i < len(p.tokens); {
		rest := p.tokens[i:]
		if meant, words := p.reader.places.find(rest); words > 0 {
			p.meant(meant)
			i += words
			continue
		}
		if meant, words := p.vocabulary.find(rest); words > 0 {
			p.meant(meant)
			i += words
			continue
		}
		if !p.number(i) {
			p.residue = append(p.residue, rest[0])
		}
		i++
	}
}

func (p *reading) meant(ids []string) {
	for _, id := range ids {
		switch id {
		case idStop, idFrame:
		case idNot:
			p.not++
		case idNever:
			p.never = true
		case idWithout:
			p.without = true
			p.seen[id] = true
		default:
			p.seen[id] = true
		}
	}
}

// mark notes a value that may divide rumours.
func (p *reading) mark(s slot, value string) {
	h := hashed('s', value)
	if i, found := slices.BinarySearch(p.print.slots[s], h); !found && len(p.print.slots[s]) < 8 {
		p.print.slots[s] = slices.Insert(p.print.slots[s], i, h)
	}
}

func (p *reading) concept(id string, weight float64) {
	p.print.features = append(p.print.features, feature{hashed('k', id), float32(weight), false})
}

// finish turns what was read into a print.
func (p *reading) finish() Print {
	t := p.reader.table
	denied := (p.not%2 == 1 || p.not == 0 && p.never) && !p.without
	if denied {
		for _, pair := range t.contraries {
			if p.seen[pair[0]] == p.seen[pair[1]] {
				continue
			}
			p.seen[pair[0]], p.seen[pair[1]] = p.seen[pair[1]], p.seen[pair[0]]
			denied = false
			break
		}
	}
	p.print.denied = denied
	p.print.trades = p.seen["sell"] || p.seen["pay"] || p.seen["lawyer"]
	for id, held := range p.seen {
		if !held {
			continue
		}
		if place, ok := strings.CutPrefix(id, placePrefix); ok {
			p.mark(slotPlace, place)
			p.concept(id, weightPlace)
			continue
		}
		if nation, ok := strings.CutPrefix(id, nationPrefix); ok {
			p.mark(slotNation, nation)
			p.concept(id, weightNation)
			if !p.seen["nationality"] {
				p.concept("nationality", t.weights["nationality"])
			}
			continue
		}
		p.concept(id, t.weights[id])
	}
	for _, w := range p.residue[:min(len(p.residue), maxResidue)] {
		p.word(w)
	}
	p.single()
	return p.print
}

// single sorts the features, keeps each once and weighs the whole.
func (p *reading) single() {
	f := &p.print
	slices.SortFunc(f.features, func(a, b feature) int {
		if a.hash != b.hash {
			if a.hash < b.hash {
				return -1
			}
			return 1
		}
		if a.weight > b.weight {
			return -1
		}
		return 1
	})
	f.features = slices.Clip(slices.CompactFunc(f.features, func(a, b feature) bool { return a.hash == b.hash }))
	for _, w := range f.features {
		if w.word {
			f.words += float64(w.weight) * float64(w.weight)
		} else {
			f.concepts += float64(w.weight) * float64(w.weight)
			f.weight += float64(w.weight)
		}
	}
}

// Weights of what has none in the table.
const (
	weightPlace  = 1.1
	weightNation = 0.8
	weightLink   = 1.5
	weightWord   = 0.45
	maxResidue   = 24 // words that no concept has a name for
)

// word adds a word, and its parts of three letters that stand in for endings and misspellings.
func (p *reading) word(w string) {
	letters := []rune("_" + w + "_")
	p.print.features = append(p.print.features, feature{hashed('w', w), weightWord, true})
	if parts := len(letters) - 2; len(letters)-2 >= shortest {
		for i := range parts {
			p.print.features = append(p.print.features, feature{hashed('c', string(letters[i:i+3])), weightWord / float32(math.Sqrt(float64(parts))), true})
		}
	}
}

// hashed is the FNV-1a hash of a value of a kind.
func hashed(kind byte, s string) uint32 {
	h := (uint32(2166136261) ^ uint32(kind)) * 16777619
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}
