// Small things that are done beside the conversation, and that nothing waits
// for.
package telegram

import (
	"context"
	"sync"
)

const (
	choreSlots = 8    // so many are done at once
	maxChores  = 4096 // so many may wait; what is more is dropped
)

type chores struct {
	ctx    context.Context
	cancel context.CancelFunc
	slots  chan struct{}

	mu     sync.Mutex
	open   int
	closed bool
	all    sync.WaitGroup
}

func newChores() *chores {
	ctx, cancel := context.WithCancel(context.Background())
	return &chores{ctx: ctx, cancel: cancel, slots: make(chan struct{}, choreSlots)}
}

// add has f done soon, and tells whether it will be. Its context ends with the
// channel.
func (c *chores) add(f func(context.Context)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.open >= maxChores {
		return false
	}
	c.open++
	c.all.Go(func() {
		defer func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.open--
		}()
		select {
		case <-c.ctx.Done():
			return
		case c.slots <- struct{}{}:
		}
		defer func() { <-c.slots }()
		f(c.ctx)
	})
	return true
}

// close ends what is under way and returns when it has ended.
func (c *chores) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.all.Wait()
}
