// Sorting: every new note is put into a case, once.
package rumour

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"posada/bot"
)

// Unclear is the case of what claims nothing that could be recognised: thanks, a
// face, one word. It is not answered; what is something all the same is taken
// out of it.
const Unclear = "unclear"

const (
	// chunk is how many notes are sorted at once, while officers wait.
	chunk = 256
	// together is how many calls and sortings are under way at once: enough for
	// their commits to be shared.
	together = 32
)

// plan is what a chunk adds to one case.
type plan struct {
	fresh  []loose // to be counted
	prints [][]byte
	counts map[string]bool // by key: whether it counts as one more person
	people map[bot.Address]bool
}

// sortRumours sorts notes, the oldest first. On an error the rest stays as it
// was, and is sorted another time.
func (d *Desk) sortRumours(ctx context.Context, notes []loose) error {
	left := map[string]bool{}
	for _, n := range notes {
		left[n.key] = true
	}
	for some := range slices.Chunk(notes, chunk) {
		d.acting.Lock()
		err := d.sortChunk(ctx, some, left)
		d.acting.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) sortChunk(ctx context.Context, notes []loose, left map[string]bool) error {
	plans := map[string]*plan{}
	to := make([]string, len(notes))
	for i, n := range notes {
		if to[i] = d.stands(n.to); to[i] != "" {
			continue // it is counted there
		}
		id, print := d.place(n, plans)
		to[i] = id
		p := plans[id]
		if p == nil {
			p = &plan{counts: map[string]bool{}, people: d.people(id)}
			plans[id] = p
		}
		p.counts[n.key] = !p.people[n.who]
		p.people[n.who] = true
		p.fresh = append(p.fresh, n)
		if print != nil {
			p.prints = append(p.prints, print)
		}
	}
	ids := slices.Sorted(maps.Keys(plans))
	for i, id := range ids {
		err := d.rumours.write(ctx, func(ps []*rumourPaper) error {
			if ps[0] == nil {
				ps[0] = &rumourPaper{Status: Open}
			}
			ps[0].take(plans[id], left)
			return nil
		}, id)
		if err != nil { // what was planned for the others did not come to be
			for _, id := range ids[i:] {
				d.teach(id)
			}
			return err
		}
		d.remember(id, plans[id])
	}
	return d.put(ctx, notes, to)
}

// place chooses the case of a note. The matcher knows its print afterwards.
func (d *Desk) place(n loose, plans map[string]*plan) (id string, print []byte) {
	if print = d.match.Print(n.lang, n.text); print == nil {
		return Unclear, nil
	}
	if ids, clear := d.match.Find(print); clear && len(ids) > 0 {
		if id = d.stands(ids[0]); id != "" {
			return id, print
		}
		if plans[ids[0]] != nil {
			return ids[0], print
		}
	}
	id = newID()
	d.match.Put(id, print)
	return id, print
}

// take counts what was planned. left are the keys of notes that are still to be
// sorted: of the others it need not be known any more that they were counted.
func (p *rumourPaper) take(pl *plan, left map[string]bool) {
	p.Taken = slices.DeleteFunc(p.Taken, func(key string) bool { return !left[key] })
	for _, n := range pl.fresh {
		p.Taken = append(p.Taken, n.key)
		if pl.counts[n.key] {
			p.count(n.at, n.lang, n.place, 1)
		}
	}
	for _, print := range pl.prints {
		p.addPrint(print)
	}
	if p.Status == Closed { // it is heard again
		p.Status = Open
	}
}

func (p *rumourPaper) addPrint(print []byte) {
	if len(p.Prints) < maxPrints && !slices.ContainsFunc(p.Prints, func(has []byte) bool { return bytes.Equal(has, print) }) {
		p.Prints = append(p.Prints, print)
	}
}

// people are those of whom something stands in a case.
func (d *Desk) people(id string) map[bot.Address]bool {
	out := map[bot.Address]bool{}
	for _, r := range d.refs(id) {
		out[r.who] = true
	}
	return out
}

// teach has the matcher know a case by what is in its paper, or not at all.
func (d *Desk) teach(id string) {
	d.match.Drop(id)
	p := d.rumours.get(id)
	if p == nil || p.Into != "" || id == Unclear {
		return
	}
	for _, print := range p.Prints {
		d.match.Put(id, print)
	}
	if p.Verdict == nil {
		return
	}
	put := func(lang, text string) {
		if print := d.match.Print(lang, text); print != nil {
			d.match.Put(id, print)
		}
	}
	for _, lang := range sorted(p.Verdict.Claim) {
		put(lang, p.Verdict.Claim[lang])
	}
	for _, lang := range sorted(p.Verdict.Heard) {
		for _, text := range p.Verdict.Heard[lang] {
			put(lang, text)
		}
	}
}

// remember notes what was counted, and has the matcher know the case by it.
func (d *Desk) remember(id string, pl *plan) {
	d.mu.Lock()
	for _, n := range pl.fresh {
		if pl.counts[n.key] {
			d.recent[id] = append(d.recent[id], n.at)
		}
	}
	d.mu.Unlock()
	if len(pl.prints) > 0 {
		d.teach(id)
	}
}

// put sorts the notes themselves.
func (d *Desk) put(ctx context.Context, notes []loose, to []string) error {
	return each(ctx, len(notes), func(ctx context.Context, i int) error {
		kept, err := d.with.Notes.SortNote(ctx, notes[i].id, to[i])
		if err != nil || !kept {
			return err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.heard.rumours[to[i]] = append(d.heard.rumours[to[i]], notes[i].ref)
		return nil
	})
}

// each does something n times, some of it at once, and returns the first error;
// after it nothing more is begun.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		next  int
		first error
	)
	for range min(together, n) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				ended := first != nil || i >= n
				mu.Unlock()
				if ended {
					return
				}
				err := ctx.Err()
				if err == nil {
					err = do(ctx, i)
				}
				if err != nil {
					mu.Lock()
					first = errors.Join(first, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return first
}
