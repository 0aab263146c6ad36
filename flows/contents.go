// What the book is made of, for those who show or withdraw a part of it.
package flows

import "posada/locales"

// Directory lists all entries of the directory of help, as the book orders them.
func (b *Book) Directory() []*Contact { return b.directory }

// ShownOn tells whether an entry was checked recently enough to be shown.
func (e *Contact) ShownOn(day Date) bool { return e.shownOn(day) }

// HasFlow tells whether the book has a flow of that id.
func (b *Book) HasFlow(id string) bool { return b.flowByID[id] != nil }

// PlaceIDs lists the places of the book, as it orders them.
func (b *Book) PlaceIDs() []string {
	out := make([]string, len(b.spots))
	for i, s := range b.spots {
		out[i] = s.ID
	}
	return out
}

// PlaceName is what a place is called in a language, "" for none.
func (b *Book) PlaceName(l *locales.Language, id string) string {
	if s := b.spotByID[id]; s != nil {
		return l.Raw(s.Name)
	}
	return ""
}
