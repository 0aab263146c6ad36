// What the ear sees of a text: numbers of weights.
package ear

import "slices"

const (
	offset, prime = 2166136261, 16777619 // of FNV-1a with 32 bits
	// telling is how often a thing counts for one piece of a word: there are few of them, and they say more.
	telling = 4
	// apart is how far two words of a pair stand from one another at most.
	apart = 2
	// minPiece and maxPiece are the letters of a piece of a word.
	minPiece, maxPiece = 2, 5
	// maxLetters is how much of a word is taken to pieces.
	maxLetters = 48
)

func hash(h uint32, text string) uint32 {
	for i := range len(text) {
		h = (h ^ uint32(text[i])) * prime
	}
	return h
}

// featuresOf appends the numbers of a text's weights.
func featuresOf(t Text, into []uint32) []uint32 {
	add := func(h uint32) { into = append(into, (h^h>>bits)&(1<<bits-1)) }
	for i, thing := range t.Things {
		one := hash(offset^'t', thing)
		pairs := one * prime
		for range telling {
			add(one)
			for _, other := range t.Things[i+1:] {
				add(hash(pairs, other))
			}
		}
	}
	lang := hash(offset, t.Lang)
	for i, w := range t.Words {
		w = sized(w)
		one := hash(lang^'w', w)
		if again := slices.Index(t.Words, t.Words[i]) < i; again {
			continue // to say a word a hundred times says no more
		}
		add(one)
		for gap := 1; gap <= apart && i+gap < len(t.Words); gap++ {
			add(hash(one*prime^uint32(gap), sized(t.Words[i+gap])))
		}
		into = pieces(w, lang, into)
	}
	return into
}

// pieces appends the pieces of a word, each with whether the word begins or ends with it. The whole word is none.
func pieces(w string, lang uint32, into []uint32) []uint32 {
	var room [maxLetters + 1]int
	starts := room[:0]
	for i := range w {
		if len(starts) == maxLetters {
			break
		}
		starts = append(starts, i)
	}
	letters := len(starts)
	starts = append(starts, len(w))
	for from := range letters {
		for to := from + minPiece; to <= min(from+maxPiece, letters); to++ {
			if from == 0 && to == letters {
				continue
			}
			h := lang ^ 'p'
			if from == 0 {
				h ^= '<' << 8
			}
			if to == letters {
				h ^= '>' << 16
			}
			h = hash(h, w[starts[from]:starts[to]])
			into = append(into, (h^h>>bits)&(1<<bits-1))
		}
	}
	return into
}

// sized is what a number is taken for: the age of a child, something few, or a sum. Other words are themselves.
func sized(w string) string {
	if w[0] < '0' || w[0] > '9' {
		return w
	}
	n := 0
	for i := range len(w) {
		if w[i] < '0' || w[i] > '9' {
			return "#other" // a time, a date
		}
		n = min(n*10+int(w[i]-'0'), 1_000_000)
	}
	switch {
	case n >= 5 && n < 18:
		return "#child"
	case n >= 500:
		return "#sum"
	}
	return "#few"
}
