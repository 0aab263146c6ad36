// A small stand-in for the book, so that these tests do not hang on its words.

package bolt_test

import (
	"sync"
	"testing"

	"posada/bot"
	"posada/flows"
	"posada/locales"
)

var embedded = sync.OnceValues(func() (*flows.Book, error) {
	c, err := locales.Embedded()
	if err != nil {
		return nil, err
	}
	return flows.Embedded(c)
})

// book is the real conversation.
func book(t testing.TB) bot.Book {
	t.Helper()
	b, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
