// Answered rumours of the board, found by what people say, in any language.
package flows

import (
	"strings"
	"sync"

	"posada/flows/claim"
	"posada/flows/search"
)

// heardIndex finds answered rumours.
type heardIndex struct {
	reader *claim.Reader

	mu    sync.Mutex
	cases *claim.Cases
}

// indexHeard reads what people say of each answered rumour; nil for none.
func (b *Book) indexHeard(answers []Answered) *heardIndex {
	if len(answers) == 0 {
		return nil
	}
	x := &heardIndex{reader: claim.NewReader(b.PlaceWords()), cases: claim.NewCases()}
	for _, a := range answers {
		for _, l := range b.Catalogue.Languages() {
			for _, text := range append([]string{a.Claim[l.Code]}, a.Heard[l.Code]...) {
				if strings.TrimSpace(text) != "" {
					x.cases.Put(a.ID, x.reader.Read(claim.Text{Lang: l.Code, Text: text}))
				}
			}
		}
	}
	return x
}

// find looks for the rumour that a text tells.
func (x *heardIndex) find(text, lang string) search.Result {
	if x == nil {
		return search.Result{}
	}
	print := x.reader.Read(claim.Text{Lang: lang, Text: text})
	x.mu.Lock()
	defer x.mu.Unlock()
	found := x.cases.Find(print)
	out := search.Result{Clear: found.Clear}
	for _, h := range found.Hits {
		out.Hits = append(out.Hits, search.Hit{Answer: boardAnswer + h.ID, Score: h.Score})
	}
	return out
}

// PlaceWords are the names of the book's places in all languages, folded, and
// the id of each.
func (b *Book) PlaceWords() map[string]string {
	out := make(map[string]string, len(b.spotWords))
	for word, spot := range b.spotWords {
		out[word] = spot.ID
	}
	return out
}

// find looks for what a text asks or tells, on the board and then in the book. What
// staff answered is newer. ready is false while the book cannot be searched.
func (t *turn) find() (found search.Result, ready bool) {
	board := t.up.heard.find(t.text, t.language().Code)
	if board.Clear {
		return board, true
	}
	found, ready = t.book.Search(t.folded, t.language().Code)
	if !found.Clear && len(board.Hits) > 0 {
		found.Hits = append(board.Hits[:1:1], found.Hits[:min(len(found.Hits), search.MaxHits-1)]...)
		ready = true
	}
	return found, ready
}
