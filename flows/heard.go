// Answered rumours of the board, found by what people say.
package flows

import (
	"strings"

	"posada/flows/search"
)

// heardIndex finds answered rumours by language.
type heardIndex struct{ by map[string]*search.Index }

func (b *Book) indexHeard(answers []Answered) *heardIndex {
	x := &heardIndex{by: map[string]*search.Index{}}
	if len(answers) == 0 {
		return x
	}
	for _, l := range b.Catalogue.Languages() {
		var examples []search.Example
		for _, a := range answers {
			for _, text := range append([]string{a.Claim[l.Code]}, a.Heard[l.Code]...) {
				if text = strings.TrimSpace(text); text != "" {
					examples = append(examples, search.Example{Answer: boardAnswer + a.ID, Text: text})
				}
			}
		}
		if len(examples) > 0 {
			x.by[l.Code] = search.Build(examples, search.NewThesaurus(concepts(l)))
		}
	}
	return x
}

func (x *heardIndex) find(folded, lang string) search.Result {
	if x == nil {
		return search.Result{}
	}
	return x.by[lang].Find(folded)
}
