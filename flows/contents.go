// What the book is made of, for those who show or withdraw a part of it.
package flows

// Directory lists all entries of the directory of help, as the book orders them.
func (b *Book) Directory() []*Contact { return b.directory }

// ShownOn tells whether an entry was checked recently enough to be shown.
func (e *Contact) ShownOn(day Date) bool { return e.shownOn(day) }

// HasFlow tells whether the book has a flow of that id.
func (b *Book) HasFlow(id string) bool { return b.flowByID[id] != nil }
