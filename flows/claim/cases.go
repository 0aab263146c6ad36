// cases.go keeps the cases that texts are sorted into, and finds the one that a text belongs to.

package claim

import (
	"cmp"
	"math"
	"slices"
)

// Case is a rumour, known by the texts that were put into it.
type Case struct {
	ID     string
	Prints []Print // MaxPrints at most, as unlike one another as came
}

// Hit is a case that may be meant, and how much speaks for it, from 0 to 1.
type Hit struct {
	ID    string
	Score float64
}

// Result is what a search found: the best cases first, MaxHits at most. Clear tells that the text belongs to the first and to
// no other. No hits: it is a rumour that is not known.
type Result struct {
	Hits  []Hit
	Clear bool
}

const (
	// MaxPrints is how many texts a case is known by.
	MaxPrints = 12
	// MaxHits is how many cases are ever named.
	MaxHits = 3
	// candidates is how many cases are looked at closely.
	candidates = 32
)

// Cases finds cases. It is not safe for concurrent use; its zero value holds none.
type Cases struct {
	byID   map[string]*known
	having map[uint32][]*known // by the concepts and words they hold
}

// known is a case as it is searched.
type known struct {
	Case
	centre []feature // the concepts of all its texts together
	length float64   // sum of the squares of the weights of centre
	weight float64   // sum of the weights of centre
	held   []uint32  // what it stands under in having
}

// NewCases holds cases to begin with.
func NewCases(cases ...Case) *Cases {
	c := &Cases{}
	for _, k := range cases {
		for _, p := range k.Prints {
			c.Put(k.ID, p)
		}
	}
	return c
}

// Put adds a text to a case, which is new when there was none of that id. A text that says nothing is not added. Of more than
// MaxPrints the ones most like others give way.
func (c *Cases) Put(id string, p Print) {
	if p.Empty() {
		return
	}
	if c.byID == nil {
		c.byID, c.having = map[string]*known{}, map[uint32][]*known{}
	}
	k := c.byID[id]
	if k == nil {
		k = &known{Case: Case{ID: id}}
		c.byID[id] = k
	}
	if k.Prints = append(k.Prints, p); len(k.Prints) > MaxPrints {
		k.Prints = slices.Delete(k.Prints, redundant(k.Prints), MaxPrints+1)[:MaxPrints]
	}
	c.post(k)
}

// Drop forgets a case.
func (c *Cases) Drop(id string) {
	k := c.byID[id]
	if k == nil {
		return
	}
	c.unpost(k)
	delete(c.byID, id)
}

// Len is how many cases there are.
func (c *Cases) Len() int { return len(c.byID) }

// redundant tells which of some prints is most like another one.
func redundant(prints []Print) int {
	at, most := len(prints)-1, -1.
	for i := range prints {
		for j := range i {
			if s := cosine(&prints[i], &prints[j]); s > most {
				at, most = i, s
			}
		}
	}
	return at
}

// post sums up a case, and lists it under what it holds.
func (c *Cases) post(k *known) {
	c.unpost(k)
	sums := map[uint32]float64{}
	for _, p := range k.Prints {
		for _, f := range p.features {
			if !f.word {
				sums[f.hash] += float64(f.weight) * float64(f.weight)
			}
			k.held = append(k.held, f.hash)
		}
	}
	slices.Sort(k.held)
	k.held = slices.Compact(k.held)
	for _, h := range k.held {
		c.having[h] = append(c.having[h], k)
	}
	k.centre, k.length, k.weight = k.centre[:0], 0, 0
	for h, sum := range sums {
		sum /= float64(len(k.Prints))
		k.centre = append(k.centre, feature{h, float32(math.Sqrt(sum)), false})
	}
	slices.SortFunc(k.centre, func(a, b feature) int { return cmp.Compare(a.hash, b.hash) })
	for _, f := range k.centre {
		k.length += float64(f.weight) * float64(f.weight)
		k.weight += float64(f.weight)
	}
}

func (c *Cases) unpost(k *known) {
	for _, h := range k.held {
		at := slices.Index(c.having[h], k)
		if c.having[h] = slices.Delete(c.having[h], at, at+1); len(c.having[h]) == 0 {
			delete(c.having, h)
		}
	}
	k.held = nil
}

// Find tells which case a text belongs to.
func (c *Cases) Find(p Print) Result {
	rough := map[*known]float64{}
	for _, f := range p.features {
		for _, k := range c.having[f.hash] {
			rough[k] += float64(f.weight)
		}
	}
	near := make([]*known, 0, len(rough))
	for k := range rough {
		near = append(near, k)
	}
	slices.SortFunc(near, func(a, b *known) int { return cmp.Or(cmp.Compare(rough[b], rough[a]), cmp.Compare(a.ID, b.ID)) })
	var r Result
	clear := false // the best so far may be it
	for _, k := range near[:min(len(near), candidates)] {
		score, whole := k.score(&p)
		if score < Least {
			continue
		}
		h := Hit{k.ID, score}
		i, _ := slices.BinarySearchFunc(r.Hits, h, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
		if i == 0 {
			clear = whole
		}
		r.Hits = slices.Insert(r.Hits, i, h)
	}
	if len(r.Hits) == 0 {
		return r
	}
	first, second := r.Hits[0].Score, 0.
	if len(r.Hits) > 1 {
		second = r.Hits[1].Score
	}
	r.Clear = clear && first >= Sure && first-second >= Apart
	r.Hits = r.Hits[:min(len(r.Hits), MaxHits)]
	for len(r.Hits) > 1 && r.Hits[len(r.Hits)-1].Score < Near*first {
		r.Hits = r.Hits[:len(r.Hits)-1]
	}
	return r
}
