// One contact at a time: a line for every contact that has a message in work.
package bot

import (
	"context"
	"sync"
)

// lines keeps the messages of each contact in the order of their arrival. The
// zero value is ready. A contact without a message in work takes no memory.
type lines struct {
	mu   sync.Mutex
	last map[Address]chan struct{} // closed when the last in line has left
}

// enter waits until all who entered the same line before have left, and
// returns how to leave. It gives up, leaving the line in order, when ctx ends.
func (l *lines) enter(ctx context.Context, who Address) (leave func(), err error) {
	mine := make(chan struct{})
	l.mu.Lock()
	if l.last == nil {
		l.last = map[Address]chan struct{}{}
	}
	before := l.last[who]
	l.last[who] = mine
	l.mu.Unlock()

	out := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		close(mine)
		if l.last[who] == mine {
			delete(l.last, who)
		}
	}
	if before == nil {
		return out, nil
	}
	select {
	case <-before:
		return out, nil
	case <-ctx.Done():
		// Whoever comes next waits for mine: it may end only after before.
		go func() { <-before; out() }()
		return nil, ctx.Err()
	}
}

// busy counts the contacts with a message in work.
func (l *lines) busy() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.last)
}
