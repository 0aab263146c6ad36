// A cabinet: the papers of one kind, in memory as they are on the shelf.
package rumour

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"posada/bot"
)

// cabinet holds papers that read as P. Papers in it are never changed, only
// replaced.
type cabinet[P any] struct {
	shelf bot.Shelf
	log   bot.Log
	kind  string

	writing sync.Mutex
	mu      sync.RWMutex
	held    map[string]*P
}

func newCabinet[P any](c Config, kind string) *cabinet[P] {
	return &cabinet[P]{shelf: c.Shelf, log: c.Log, kind: kind, held: map[string]*P{}}
}

// load reads all papers.
func (c *cabinet[P]) load(ctx context.Context) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	const some = 256
	held := map[string]*P{}
	for after, more := "", true; more; {
		papers, err := c.shelf.Papers(ctx, c.kind, after, some)
		if err != nil {
			return fmt.Errorf("read papers of kind %s: %w", c.kind, err)
		}
		for _, p := range papers {
			if held[p.ID], err = c.read(p); err != nil {
				return err
			}
			after = p.ID
		}
		more = len(papers) == some
	}
	c.mu.Lock()
	c.held = held
	c.mu.Unlock()
	return nil
}

func (c *cabinet[P]) read(p bot.Paper) (*P, error) {
	out := new(P)
	if err := json.Unmarshal(p.Body, out); err != nil {
		return nil, fmt.Errorf("read paper %s %s: it is no JSON of its kind", p.Kind, p.ID) // the cause quotes it
	}
	return out, nil
}

// get is nil where there is none.
func (c *cabinet[P]) get(id string) *P {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.held[id]
}

// all hands out papers in the order of their ids.
func (c *cabinet[P]) all() iter.Seq2[string, *P] {
	c.mu.RLock()
	held := maps.Clone(c.held)
	c.mu.RUnlock()
	return func(yield func(string, *P) bool) {
		for _, id := range slices.Sorted(maps.Keys(held)) {
			if !yield(id, held[id]) {
				return
			}
		}
	}
}

// errUnchanged is returned by a change that found nothing to do.
var errUnchanged = errors.New("nothing to do")

// write lets change work on papers as they are on the shelf, in the order of
// ids, and files them, all or none. One that is not there is nil, and one that
// change leaves nil is erased. change may be called again.
func (c *cabinet[P]) write(ctx context.Context, change func(papers []*P) error, ids ...string) error {
	return c.act(ctx, nil, change, ids...)
}

// act is write for what an officer does: the log is told of it.
func (c *cabinet[P]) act(ctx context.Context, done []bot.Deed, change func(papers []*P) error, ids ...string) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	const attempts = 16
	for range attempts {
		papers, bodies := make([]*bot.Paper, len(ids)), make([]*P, len(ids))
		for i, id := range ids {
			p, err := c.shelf.Paper(ctx, c.kind, id)
			if err != nil {
				return fmt.Errorf("read paper %s %s: %w", c.kind, id, err)
			}
			if papers[i] = &p; p.Version != 0 && p.Body != nil {
				if bodies[i], err = c.read(p); err != nil {
					return err
				}
			}
			papers[i].Kind, papers[i].ID = c.kind, id
		}
		if err := change(bodies); err != nil {
			if errors.Is(err, errUnchanged) {
				return nil
			}
			return err
		}
		var filed []*bot.Paper
		for i, b := range bodies {
			if b == nil {
				if papers[i].Body == nil {
					continue // it was not there, and is not to be
				}
				papers[i].Body = nil
			} else if raw, err := json.Marshal(b); err != nil {
				return fmt.Errorf("write paper %s %s: %w", c.kind, ids[i], err)
			} else {
				papers[i].Body = raw
			}
			filed = append(filed, papers[i])
		}
		outcome, err := c.log.File(ctx, c.shelf, done, filed...)
		if err != nil {
			return fmt.Errorf("file papers of kind %s: %w", c.kind, err)
		}
		if outcome == bot.Conflict {
			continue
		}
		c.mu.Lock()
		for i, id := range ids {
			if bodies[i] == nil {
				delete(c.held, id)
			} else {
				c.held[id] = bodies[i]
			}
		}
		c.mu.Unlock()
		return nil
	}
	return fmt.Errorf("file papers of kind %s: %w", c.kind, bot.ErrBusy)
}
