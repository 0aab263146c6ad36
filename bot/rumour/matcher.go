// The matcher, for one goroutine at a time.
package rumour

import "sync"

type guarded struct {
	mu sync.Mutex
	m  Matcher
}

// Print implements Matcher.
func (g *guarded) Print(lang, text string) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.m.Print(lang, text)
}

// Put implements Matcher.
func (g *guarded) Put(id string, print []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.m.Put(id, print)
}

// Drop implements Matcher.
func (g *guarded) Drop(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.m.Drop(id)
}

// Find implements Matcher.
func (g *guarded) Find(print []byte) (ids []string, clear bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.m.Find(print)
}
