// Queueing a mailing, a chunk at a time.
package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// A chunk is queued in one transaction. It ends when so many are chosen, so
// that it holds up nobody's answer for long, or so many were looked at, so that
// a crash loses little of a long search. With 512 it has the writer for some
// two milliseconds on an idle machine, at a million contacts too. What takes
// long beyond that is the disk, or the wait for a processor, and both come with
// every commit whatever its size: 256 queue a fifth fewer, and no answer comes
// sooner.
const (
	chunkChosen = 512
	chunkLooked = 32 * walkPart
)

// fillInOrder is how full a page is made when it is divided while rows come in
// the order of their keys: what is half full by default is never filled up.
const fillInOrder = 0.9

// chosen is one who is to have a mailing.
type chosen struct {
	line   line
	id     string // of their address
	optOut seal.Key
}

// chunk is what is queued in one transaction.
type chunk struct {
	id      bot.MailingID
	was     []byte // the progress as it was read, sealed
	next    progress
	chosen  []chosen
	stopped int // of those taken, who have stopped
}

// desk is the memory that people are looked at in. A chunk fills some hundred
// kilobytes, and a million people are thousands of chunks.
type desk struct {
	walker      walker
	people      []bot.Person
	ok, stopped []bool
	chosen      []chosen
}

var desks = sync.Pool{New: func() any {
	return &desk{people: make([]bot.Person, walkPart), ok: make([]bool, walkPart), stopped: make([]bool, walkPart)}
}}

// clear leaves no address behind, and nothing of the store.
func (d *desk) clear() {
	clear(d.people)
	clear(d.chosen)
	d.chosen = d.chosen[:0]
	d.walker = walker{arena: d.walker.arena[:0], found: d.walker.found[:0]}
}

// QueueMailing implements bot.Mailings. People are looked at outside of
// transactions; in the one that queues them it is looked up again who may be
// written to, and that nobody else has queued this chunk.
func (s *Store) QueueMailing(ctx context.Context, id bot.MailingID, got []bot.MailingID, choose func(bot.Person) bool) (bot.MailingProgress, error) {
	d := desks.Get().(*desk)
	defer func() {
		d.clear()
		desks.Put(d)
	}()
	for {
		d.clear()
		c := chunk{id: id}
		ok := false
		err := s.view(ctx, func(tx *bbolt.Tx) error {
			c.was = bytes.Clone(tx.Bucket([]byte(mailingBucket)).Get(mailingKey(id, partProgress)))
			c.next, ok = s.progressIn(tx, id)
			return nil
		})
		if err == nil && !ok {
			err = bot.ErrNoMailing
		}
		if err == nil && c.next.said().Done {
			return c.next.said(), nil
		}
		if err == nil {
			err = s.choose(ctx, d, &c, got, choose)
		}
		if err != nil {
			return bot.MailingProgress{}, fmt.Errorf("queue mailing %d: %w", id, err)
		}
		done, err := s.queueChunk(&c)
		if err != nil {
			return bot.MailingProgress{}, fmt.Errorf("queue mailing %d: %w", id, err)
		}
		if done {
			return c.next.said(), nil
		}
	}
}

// choose looks at the next people.
func (s *Store) choose(ctx context.Context, d *desk, c *chunk, got []bot.MailingID, choose func(bot.Person) bool) error {
	w := &d.walker
	w.s, w.got, w.after = s, got, c.next.After
	for looked := 0; looked < chunkLooked && len(d.chosen) < chunkChosen; looked += len(w.found) {
		if err := w.next(ctx); err != nil {
			return err
		}
		if len(w.found) == 0 {
			c.next.Done = true
			break
		}
		halves(len(w.found), func(i int) { d.people[i], d.stopped[i], d.ok[i] = w.person(&w.found[i]) })
		for i, f := range w.found {
			switch p := &d.people[i]; {
			case !d.ok[i] || !choose(*p):
			case d.stopped[i]:
				c.stopped++
			default:
				d.chosen = append(d.chosen, chosen{line: line{f.key, p.Channel, bot.Bulletin}, id: p.ID})
			}
		}
	}
	c.chosen = d.chosen
	errs := make([]error, len(c.chosen))
	halves(len(c.chosen), func(i int) {
		x := &c.chosen[i]
		x.optOut, errs[i] = s.keys.Find(optOutBucket, x.line.channel, x.id)
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	c.next.After = w.after
	return nil
}

// halves calls do for 0 to n-1, by two goroutines.
func halves(n int, do func(int)) {
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range n / 2 {
			do(i)
		}
	})
	for i := n / 2; i < n; i++ {
		do(i)
	}
	wg.Wait()
}

// queueChunk is not done when somebody else has queued since the progress was
// read, or the mailing was set.
func (s *Store) queueChunk(c *chunk) (done bool, err error) {
	var first, last uint64
	same := false
	if n := len(c.chosen); n > 0 {
		first, same = s.block(c.id, n)
		last = first + uint64(n) - 1
		c.next.extend(span{first, last}, same)
	}
	was := c.next
	key := mailingKey(c.id, partProgress)
	err = s.write.submit(func(tx *bbolt.Tx) error {
		c.next = was
		if done = bytes.Equal(tx.Bucket([]byte(mailingBucket)).Get(key), c.was); !done {
			return nil
		}
		queued, err := s.queueChosen(tx, c, first)
		if err != nil {
			return err
		}
		c.next.Queued += len(queued) / len(seal.Key{})
		c.next.LeftOut += c.stopped + len(c.chosen) - len(queued)/len(seal.Key{})
		if len(queued) > 0 {
			if err := s.putGot(tx, gotKey(c.id, c.next.After), queued); err != nil {
				return err
			}
		}
		if err := s.putPart(tx, c.id, partProgress, c.next); err != nil || last == 0 {
			return err
		}
		return keepIDs(tx, last)
	})
	if err != nil || !done {
		s.unblock()
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.mailings[c.id]; m != nil {
		m.spans = c.next.Spans
	}
	return true, nil
}

// extend adds ids: to the last span where no other Bulletin has one between.
func (p *progress) extend(r span, same bool) {
	if n := len(p.Spans); n > 0 && same {
		p.Spans = append(p.Spans[:n-1:n-1], span{p.Spans[n-1][0], r[1]})
		return
	}
	p.Spans = append(p.Spans[:len(p.Spans):len(p.Spans)], r)
}

// queueChosen puts those who may be written to into the queue, and returns the
// list of them. It looks first and writes then, bucket by bucket: each is gone
// through in the order of its keys, once.
func (s *Store) queueChosen(tx *bbolt.Tx, c *chunk, first uint64) (queued []byte, err error) {
	free := s.whoMay(tx, c.chosen)
	outbox, ready := tx.Bucket([]byte(outboxBucket)), tx.Bucket([]byte(readyBucket))
	outbox.FillPercent, ready.FillPercent = fillInOrder, fillInOrder
	value := marker{mailing: c.id}.encode()
	for i, x := range c.chosen {
		switch free[i] {
		case mayNot:
			continue
		case mayFirst:
			if err := outbox.Put(x.line.message(first+uint64(i)), value); err != nil {
				return nil, fmt.Errorf("put into outbox: %w", err)
			}
		case mayBehind:
			if err := s.enqueue(tx, x.line, first+uint64(i), value); err != nil {
				return nil, err
			}
		}
		queued = append(queued, x.line.contact[:]...)
	}
	for i, x := range c.chosen {
		if free[i] == mayFirst {
			if err := ready.Put(x.line.byHead(first+uint64(i)), here); err != nil {
				return nil, fmt.Errorf("move a line: %w", err)
			}
		}
	}
	return queued, nil
}

// may is whether somebody may be written to, and whether anything waits in their
// line before.
type may uint8

const (
	mayNot may = iota
	mayFirst
	mayBehind
)

// whoMay tells it of each; they are in the order of their keys.
func (s *Store) whoMay(tx *bbolt.Tx, all []chosen) []may {
	sessions, unreachable := steps(tx, sessionBucket), steps(tx, unreachableBucket)
	outbox, waiting := steps(tx, outboxBucket), steps(tx, waitingBucket)
	optOut := tx.Bucket([]byte(optOutBucket)).Cursor()
	free := make([]may, len(all))
	for i, x := range all {
		contact := x.line.contact[:]
		if !sessions.has(contact) || unreachable.has(contact) {
			continue
		}
		if k, _ := optOut.Seek(x.optOut[:]); bytes.Equal(k, x.optOut[:]) {
			continue
		}
		by := x.line.byContact()
		free[i] = mayFirst
		if bytes.HasPrefix(outbox.to(by), by) || waiting.has(by) {
			free[i] = mayBehind
		}
	}
	return free
}

// putGot keeps the list of who got it. It is known within the transaction alone,
// and so sealed there: some ten microseconds.
func (s *Store) putGot(tx *bbolt.Tx, key, list []byte) error {
	value, err := s.keys.Seal(gotBucket, key, list)
	if err == nil {
		err = tx.Bucket([]byte(gotBucket)).Put(key, value)
	}
	if err != nil {
		return fmt.Errorf("put the list of a mailing: %w", err)
	}
	return nil
}
