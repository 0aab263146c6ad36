// index.go finds the known texts that share runs of words with another one.

package sent

import (
	"cmp"
	"slices"
)

// Index holds the known texts. It is made once and then only read: safe for concurrent use.
type Index struct {
	texts []known
	runs  map[uint64][]int32         // texts that hold a run of two words, by its hash
	used  map[string]map[string]bool // the words of our texts, by language
}

// known is a text of ours, taken apart.
type known struct {
	Known
	words []word
}

// tooMany is how many texts may share a run before it no longer tells which is meant. It is counted all the same when no other
// run does.
const tooMany = 1024

// New makes an index of texts.
func New(texts []Known) *Index {
	x := &Index{runs: map[uint64][]int32{}, used: map[string]map[string]bool{}}
	for _, k := range texts {
		t := known{k, x.words(k.Text, true)}
		if measure(t.words) < leastWords {
			continue
		}
		n := int32(len(x.texts))
		x.texts = append(x.texts, t)
		if x.used[k.Lang] == nil {
			x.used[k.Lang] = map[string]bool{}
		}
		for i, w := range t.words {
			x.used[k.Lang][w.text] = true
			if i == 0 {
				continue
			}
			h := run(t.words[i-1].text, w.text)
			if in := x.runs[h]; len(in) == 0 || in[len(in)-1] != n {
				x.runs[h] = append(in, n)
			}
		}
	}
	return x
}

// vote tells how many runs of words a text shares with another one, and where the first of them stands there.
type vote struct {
	text  int32
	runs  int
	first int
}

// near lists the texts that share most with q, at most candidates, but all that share as much as the best.
func (x *Index) near(q []word) []vote {
	if len(x.texts) == 0 {
		return nil
	}
	votes := x.count(q, tooMany)
	if len(votes) == 0 {
		votes = x.count(q, len(x.texts))
	}
	slices.SortFunc(votes, func(a, b vote) int { return cmp.Or(cmp.Compare(b.runs, a.runs), cmp.Compare(a.text, b.text)) })
	n := min(len(votes), candidates)
	for n < len(votes) && n < 8*candidates && votes[n].runs == votes[0].runs {
		n++
	}
	return votes[:n]
}

func (x *Index) count(q []word, most int) []vote {
	at := make([]int32, len(x.texts)) // the place of a text in votes, from 1
	var votes []vote
	seen := make(map[uint64]bool, min(len(q), 1024))
	for i := 1; i < len(q); i++ {
		h := run(q[i-1].text, q[i].text)
		in := x.runs[h]
		if len(in) == 0 || len(in) > most || seen[h] {
			continue
		}
		seen[h] = true
		for _, n := range in {
			if at[n] == 0 {
				votes = append(votes, vote{text: n, first: i - 1})
				at[n] = int32(len(votes))
			}
			votes[at[n]-1].runs++
		}
	}
	return votes
}

// run is the FNV-1a hash of two words.
func run(a, b string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(a) {
		h = (h ^ uint64(a[i])) * 1099511628211
	}
	h = (h ^ ' ') * 1099511628211
	for i := range len(b) {
		h = (h ^ uint64(b[i])) * 1099511628211
	}
	return h
}
