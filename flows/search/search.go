// Package search finds, among vetted answers, the one that a question in a
// person's own words asks for. It never makes a sentence: it only says which
// answer, or which few, or that there is none.
//
// An answer is known by examples of how people ask for it, in one language. A
// question and an example are compared by the words, the pairs of words and the
// parts of words that they share, each weighing the more the fewer answers it
// tells about (tf-idf with cosine similarity: Salton and Buckley, "Term-weighting
// approaches in automatic text retrieval", 1988). Parts of words stand in for
// stemming, for spelling and for scripts that put no space between words, so no
// language needs code of its own.
//
// The package is pure: no clock, no network, no state after Build.
package search

import (
	"cmp"
	"math"
	"slices"

	"posada/locales"
)

// Example is one way to ask for an answer.
type Example struct {
	Answer string // id
	Text   string // as people write it
}

// Hit is an answer that may be meant, and how much speaks for it, from 0 to 1.
type Hit struct {
	Answer string
	Score  float64
}

// Result is what a search found: the best answers first, MaxHits at most. Clear
// tells that the first is meant and none beside it. No hits: nothing here
// answers the question.
type Result struct {
	Hits  []Hit
	Clear bool
}

const (
	// MaxHits is how many answers a person is ever asked to choose from.
	MaxHits = 3
	// MaxWords is how many words of a question are read.
	MaxWords = 40

	// Least is the score below which an answer is not offered.
	Least = 0.06
	// Sure is the score, and Apart the distance to the second, from which the
	// first answer is given without asking.
	Sure  = 0.25
	Apart = 0.07
	Times = 1.4 // and how many times the second it must be
	// leastOfParts is the same where no whole word is shared: a misspelt word, or
	// nonsense.
	leastOfParts = 0.25
	// Near the first are only those that score at least this part of it.
	Near = 0.33
)

// Index holds the examples of one language, in a few flat lists: there are
// twelve of them, and a small computer.
type Index struct {
	words   *Thesaurus
	answers []string
	docs    []uint16 // which answer each example is of

	features []uint32  // hashes, sorted
	idf      []float32 // of each
	examples postings  // of each, by example
	centres  postings  // of each, by answer: all its examples together
	unseen   float64   // the weight of a feature that no example has
}

// postings are the weights of features in things: those of feature f are
// list[from[f]:from[f+1]].
type postings struct {
	from []uint32
	list []posting
}

// posting is a weight from 0 to 1, in parts of fine, in the thing of that number.
type posting struct{ of, weight uint16 }

const fine = 1<<16 - 1

func (p *postings) of(feature int) []posting { return p.list[p.from[feature]:p.from[feature+1]] }

// weighed is a feature of one thing, while an index is made.
type weighed struct {
	feature uint32 // its hash, and then its number
	weight  float64
}

// Build makes the index of one language; words may be nil. Of more than 65535
// examples the rest is left out.
func Build(examples []Example, words *Thesaurus) *Index {
	x := &Index{words: words}
	examples = examples[:min(len(examples), fine)]
	numbers := map[string]uint16{}
	bags := make([][]weighed, len(examples))
	for d, e := range examples {
		a, ok := numbers[e.Answer]
		if !ok {
			a = uint16(len(x.answers))
			numbers[e.Answer] = a
			x.answers = append(x.answers, e.Answer)
		}
		x.docs = append(x.docs, a)
		bag := bags[d]
		x.each(locales.Fold(e.Text), func(_ byte, f uint32, weight float64) { bag = append(bag, weighed{f, weight}) })
		bags[d] = single(bag)
		for _, w := range bags[d] {
			x.features = append(x.features, w.feature)
		}
	}
	slices.Sort(x.features)
	x.features = slices.Clip(slices.Compact(x.features))
	x.weigh(bags)
	return x
}

// single sorts features and keeps each once, with its greatest weight.
func single(bag []weighed) []weighed {
	slices.SortFunc(bag, func(a, b weighed) int {
		return cmp.Or(cmp.Compare(a.feature, b.feature), cmp.Compare(b.weight, a.weight))
	})
	return slices.Clip(slices.CompactFunc(bag, func(a, b weighed) bool { return a.feature == b.feature }))
}

// weigh turns bags of features into postings of unit length. A feature counts
// by the answers it tells about, not by the examples.
func (x *Index) weigh(bags [][]weighed) {
	n, total := len(x.features), float64(len(x.answers))
	tells, last := make([]int, n), make([]int, n) // about how many answers, and the last of them, from 1
	order := make([]int, len(bags))
	for d := range order {
		order[d] = d
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x.docs[a], x.docs[b]) })
	for _, d := range order {
		for i := range bags[d] {
			w := &bags[d][i]
			f, _ := slices.BinarySearch(x.features, w.feature)
			w.feature = uint32(f)
			if a := int(x.docs[d]) + 1; last[f] != a {
				last[f], tells[f] = a, tells[f]+1
			}
		}
	}
	x.idf = make([]float32, n)
	for f := range x.idf {
		x.idf[f] = float32(math.Log((total + 1) / float64(tells[f])))
	}
	x.unseen = math.Log(total + 1)
	for _, bag := range bags {
		sum := 0.
		for i := range bag {
			bag[i].weight *= float64(x.idf[bag[i].feature])
			sum += bag[i].weight * bag[i].weight
		}
		for i := range bag {
			bag[i].weight /= math.Sqrt(max(sum, 1e-9))
		}
	}
	x.examples = posted(n, bags)
	x.centres = posted(n, x.gather(bags, order))
}

// gather makes one bag of unit length of all examples of each answer. One
// example's odd word must not weigh like a word of them all, nor a word of them
// all hide the others: the sum counts by its square root.
func (x *Index) gather(bags [][]weighed, order []int) [][]weighed {
	out := make([][]weighed, len(x.answers))
	for _, d := range order {
		out[x.docs[d]] = append(out[x.docs[d]], bags[d]...)
	}
	for a, all := range out {
		slices.SortStableFunc(all, func(a, b weighed) int { return cmp.Compare(a.feature, b.feature) })
		kept, length := all[:0], 0.
		for _, w := range all {
			length += w.weight
			if n := len(kept); n > 0 && kept[n-1].feature == w.feature {
				kept[n-1].weight += w.weight
			} else {
				kept = append(kept, w)
			}
		}
		for i := range kept {
			kept[i].weight = math.Sqrt(kept[i].weight / max(length, 1e-9))
		}
		out[a] = kept
	}
	return out
}

// posted sorts bags by feature.
func posted(features int, bags [][]weighed) postings {
	p := postings{from: make([]uint32, features+1)}
	for _, bag := range bags {
		for _, w := range bag {
			p.from[w.feature+1]++
		}
	}
	for f := range features {
		p.from[f+1] += p.from[f]
	}
	p.list = make([]posting, p.from[features])
	next := slices.Clone(p.from[:features])
	for of, bag := range bags {
		for _, w := range bag {
			p.list[next[w.feature]] = posting{uint16(of), uint16(math.Round(w.weight * fine))}
			next[w.feature]++
		}
	}
	return p
}

// Find looks for what a folded text asks.
func (x *Index) Find(folded string) Result {
	if x == nil || len(x.answers) == 0 {
		return Result{}
	}
	near, centre := make([]float64, len(x.docs)), make([]float64, len(x.answers))
	sum := 0.
	asked := make([]uint32, 0, 256)
	whole := false // more is shared than parts of words
	x.each(folded, func(kind byte, f uint32, weight float64) {
		if slices.Contains(asked, f) {
			return
		}
		asked = append(asked, f)
		id, ok := slices.BinarySearch(x.features, f)
		if !ok {
			sum += weight * weight * x.unseen * x.unseen
			return
		}
		whole = whole || kind != kindPart
		w := weight * float64(x.idf[id])
		sum += w * w
		w /= fine
		for _, p := range x.examples.of(id) {
			near[p.of] += w * float64(p.weight)
		}
		for _, p := range x.centres.of(id) {
			centre[p.of] += w * float64(p.weight)
		}
	})
	if sum == 0 {
		return Result{}
	}
	length := math.Sqrt(sum)
	scores := make([]float64, len(x.answers))
	for d, s := range near {
		scores[x.docs[d]] = max(scores[x.docs[d]], s/length)
	}
	for a, s := range centre {
		scores[a] = byExample*scores[a] + (1-byExample)*s/length
	}
	least := Least
	if !whole {
		least = leastOfParts
	}
	return x.judge(scores, least)
}

// byExample is what the nearest example counts; the rest is what all examples
// of the answer together say.
const byExample = 0.3

func (x *Index) judge(scores []float64, least float64) Result {
	var r Result
	for a, s := range scores {
		if s < least {
			continue
		}
		h := Hit{x.answers[a], s}
		i, _ := slices.BinarySearchFunc(r.Hits, h, func(a, b Hit) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Answer, b.Answer))
		})
		if i < MaxHits {
			r.Hits = slices.Insert(r.Hits, i, h)
			r.Hits = r.Hits[:min(len(r.Hits), MaxHits)]
		}
	}
	if len(r.Hits) == 0 {
		return r
	}
	first := r.Hits[0].Score
	second := 0.
	if len(r.Hits) > 1 {
		second = r.Hits[1].Score
	}
	r.Clear = first >= Sure && first-second >= Apart && first >= Times*second
	for len(r.Hits) > 1 && r.Hits[len(r.Hits)-1].Score < Near*first {
		r.Hits = r.Hits[:len(r.Hits)-1]
	}
	return r
}

// Weights of the kinds of feature.
const (
	ofWord     = 1.
	ofPair     = 0.6
	ofPart     = 0.35
	ofConcept  = 1.2
	ofConcepts = 0.8 // of two that stand together
)

// Kinds of feature.
const (
	kindWord     = 'w'
	kindPair     = 'p'
	kindPart     = 'c'
	kindConcept  = 'k'
	kindConcepts = 'q'
)

// each names the features of a folded text by their hashes: its words, its pairs
// of words, what its words mean, and the parts of longer words, of three and four
// letters. A script without spaces gives its signs for words, and so its words
// for pairs.
func (x *Index) each(folded string, feature func(kind byte, hash uint32, weight float64)) {
	words := locales.Tokens(folded)
	words = words[:min(len(words), MaxWords)]
	concepts := x.words.In(words)
	for i, a := range concepts {
		feature(kindConcept, hashed(kindConcept, a, ""), ofConcept)
		for _, b := range concepts[i+1:] {
			feature(kindConcepts, hashed(kindConcepts, a, b), ofConcepts)
		}
	}
	last := ""
	var ends [partsOf + 2]int
	for _, w := range words {
		feature(kindWord, hashed(kindWord, w, ""), ofWord)
		if last != "" {
			feature(kindPair, hashed(kindPair, last, w), ofPair)
		}
		last = w
		padded := "_" + w + "_"
		n := 0
		for i := range padded {
			if n == len(ends) {
				break
			}
			ends[n] = i
			n++
		}
		if n < len(ends) {
			ends[n] = len(padded)
			n++
		}
		if n-3 < shortest { // the word itself says as much
			continue
		}
		for size := 3; size <= 4; size++ {
			for i := 0; i+size < n; i++ {
				feature(kindPart, hashed(kindPart, padded[ends[i]:ends[i+size]], ""), ofPart)
			}
		}
	}
}

// hashed is the FNV-1a hash of a feature. Two that share one by chance, about one
// pair in a language, only weigh a little wrong.
func hashed(kind byte, a, b string) uint32 {
	h := (uint32(2166136261) ^ uint32(kind)) * 16777619
	for i := range len(a) {
		h = (h ^ uint32(a[i])) * 16777619
	}
	h *= 16777619 // between the two
	for i := range len(b) {
		h = (h ^ uint32(b[i])) * 16777619
	}
	return h
}

const (
	// shortest is the fewest letters of a word that has parts.
	shortest = 4
	// partsOf is how many letters of a word its parts are taken from.
	partsOf = 24
)
