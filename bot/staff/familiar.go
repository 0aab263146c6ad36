// Where an officer has signed in before: tries from there are counted apart, so
// that a stranger who knows a name and keeps failing with it locks nobody out.

package staff

import (
	"slices"
	"sync"
)

// familiarMost is from how many places at once, the latest: each is one more
// key that guesses are counted by.
const familiarMost = 4

// familiar remembers, by officer, where they signed in from. It lives in memory
// alone.
type familiar struct {
	mu   sync.Mutex
	from map[string][]string
}

// key is what tries at an officer's password from a place are counted by.
func (f *familiar) key(officer, from string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if slices.Contains(f.from[officer], from) {
		return officer + " from " + from
	}
	return officer
}

// met notes that an officer signed in from a place.
func (f *familiar) met(officer, from string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.from == nil {
		f.from = map[string][]string{}
	}
	places := append(slices.DeleteFunc(f.from[officer], func(s string) bool { return s == from }), from)
	f.from[officer] = places[max(0, len(places)-familiarMost):]
}
