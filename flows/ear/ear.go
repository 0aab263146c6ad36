// Package ear hears danger in words that no list foresaw: it learns from sentences of people in danger and of people who are
// not. It is multinomial logistic regression (Bishop, Pattern Recognition and Machine Learning, 4.3.4), learnt by AdaGrad
// (Duchi, Hazan and Singer, 2011). It sees of a text its words, pairs and pieces of them, each language by itself, and the
// things that are spoken of and pairs of these, which are the same in all: so a language learns from the others. It says how
// sure it is; what is done with that is decided elsewhere.
package ear

import (
	"cmp"
	"math"
	"slices"
)

const (
	// bits of the table of weights: features whose hashes agree in so many bits share a weight. It takes 4 bytes a kind and weight.
	bits = 18
	// rounds is how often each sentence is looked at.
	rounds = 6
	// rate is how far one sentence moves a weight, decay how strongly weights are drawn to zero.
	rate, decay = 0.5, 1e-4
	// settled is the error below which a sentence teaches nothing.
	settled = 1e-3
)

// Text is what is heard: its language, its words as locales.Tokens gives them, and the names of the things that are spoken
// of in it, in an order that does not depend on theirs in the text.
type Text struct {
	Lang          string
	Words, Things []string
}

// Sentence is a text and what it means: one of the kinds from 1 up, 0 for no danger.
type Sentence struct {
	Kind int
	Text
}

// Ear has learnt. It is safe for concurrent use.
type Ear struct {
	kinds   int       // with 0
	weights []float32 // of a feature those of all kinds beside one another
}

// Learn learns from sentences of so many kinds, 0 not counted. The same sentences in the same order teach the same.
func Learn(kinds int, told []Sentence) *Ear {
	e := &Ear{kinds: kinds + 1}
	e.weights = make([]float32, e.kinds<<bits)
	moved := make([]float32, len(e.weights)) // the sum of the squares of a weight's steps
	mean := make([]float32, len(e.weights))  // of the weights after each round: the last sentences count no more than the first
	features := make([][]uint32, len(told))
	for i, s := range told {
		features[i] = featuresOf(s.Text, nil)
	}
	p := make([]float32, e.kinds)
	order := make([]int, len(told))
	for i := range order {
		order[i] = i
	}
	for round := range uint32(rounds) {
		mixed := func(i int) uint32 { return mix(uint32(i), round) } // another order each time, the same every time
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(mixed(a), mixed(b)), a-b) })
		for _, i := range order {
			scale := e.weigh(features[i], p)
			for k := range p {
				wrong := p[k]
				if k == told[i].Kind {
					wrong--
				}
				if wrong > -settled && wrong < settled {
					continue
				}
				for _, f := range features[i] {
					at := int(f)*e.kinds + k
					step := wrong*scale + decay*e.weights[at]
					moved[at] += step * step
					e.weights[at] -= rate * step / (float32(math.Sqrt(float64(moved[at]))) + 1e-6)
				}
			}
		}
		for at, w := range e.weights {
			mean[at] += w / rounds
		}
	}
	e.weights = mean
	return e
}

// mix is a number that looks like chance.
func mix(i, round uint32) uint32 {
	h := (offset ^ i) * prime
	h = (h ^ h>>15 ^ round) * prime
	return h ^ h>>13
}

// Hear tells which danger a text most likely speaks of, how likely it is that it speaks of any, and of this one, from 0 to 1.
func (e *Ear) Hear(t Text) (kind int, sure, this float64) {
	var room [512]uint32
	p := make([]float32, e.kinds)
	e.weigh(featuresOf(t, room[:0]), p)
	kind = 1
	for k := 2; k < e.kinds; k++ {
		if p[k] > p[kind] {
			kind = k
		}
	}
	return kind, float64(1 - p[0]), float64(p[kind])
}

// weigh puts into p how likely each kind is, and returns what one feature of the text counts.
func (e *Ear) weigh(features []uint32, p []float32) (scale float32) {
	clear(p)
	scale = 1 / float32(math.Sqrt(float64(max(1, len(features)))))
	for _, f := range features {
		for k, w := range e.weights[int(f)*e.kinds:][:e.kinds] {
			p[k] += w
		}
	}
	most, sum := float32(math.Inf(-1)), float32(0)
	for k := range p {
		p[k] *= scale
		most = max(most, p[k])
	}
	for k := range p {
		p[k] = float32(math.Exp(float64(p[k] - most)))
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return scale
}
