// The matcher that Posada works with: flows/claim, over prints as they are kept.
package rumour

import (
	"unicode"

	"posada/flows/claim"
)

// Claims is a Matcher that recognises claims across languages.
type Claims struct {
	reader *claim.Reader
	cases  *claim.Cases
}

// NewClaims makes one that knows no case yet.
func NewClaims(reader *claim.Reader) *Claims { return &Claims{reader, claim.NewCases()} }

// letters is the fewest letters with which anything is claimed: a face is none.
const letters = 3

// Print implements Matcher.
func (c *Claims) Print(lang, text string) []byte {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			n++
		}
	}
	if n < letters {
		return nil
	}
	p := c.reader.Read(claim.Text{Lang: lang, Text: text})
	if p.Empty() {
		return nil
	}
	raw, err := p.MarshalBinary()
	if err != nil { // a print that cannot be kept cannot be recognised
		return nil
	}
	return raw
}

// Put implements Matcher.
func (c *Claims) Put(id string, print []byte) {
	if p, ok := read(print); ok {
		c.cases.Put(id, p)
	}
}

// Drop implements Matcher.
func (c *Claims) Drop(id string) { c.cases.Drop(id) }

// Find implements Matcher.
func (c *Claims) Find(print []byte) (ids []string, clear bool) {
	p, ok := read(print)
	if !ok {
		return nil, false
	}
	found := c.cases.Find(p)
	for _, h := range found.Hits {
		ids = append(ids, h.ID)
	}
	return ids, found.Clear
}

func read(print []byte) (p claim.Print, ok bool) { return p, p.UnmarshalBinary(print) == nil }
