// Walking over everybody: who is to have a mailing, and who is to be counted.
package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"sort"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/flows"
	"posada/store/seal"
)

// walkPart is how many contacts one read transaction copies.
const walkPart = 256

// keysIn hands out the contacts of a list: 16 bytes each, in their order.
func keysIn(list []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		const size = len(seal.Key{})
		for ; len(list) >= size; list = list[size:] {
			if !yield(list[:size]) {
				return
			}
		}
	}
}

func decodeGot(raw []byte) ([]byte, error) {
	if len(raw)%len(seal.Key{}) != 0 {
		return nil, bot.ErrRecord
	}
	return raw, nil
}

// walker hands out contacts in the order of their keys, a part at a time. What
// it read lies in memory that the next part takes over.
type walker struct {
	s     *Store
	got   []bot.MailingID
	after []byte // the last contact of the part before; empty at the beginning
	until []byte // where it ends; nil: at the end

	arena []byte
	found []found
	lists map[bot.MailingID][]gotList
}

// found is one contact as it is stored: places in the arena.
type found struct {
	key              seal.Key
	contact, session [2]int
	unreachable      bool
}

// gotList is who got a mailing, of contacts up to the last one.
type gotList struct{ last, keys []byte }

// next reads the next part; it is empty at the end.
func (w *walker) next(ctx context.Context) error {
	w.arena, w.found = w.arena[:0], w.found[:0]
	keep := func(v []byte) [2]int {
		w.arena = append(w.arena, v...)
		return [2]int{len(w.arena) - len(v), len(w.arena)}
	}
	var lists []row
	err := w.s.view(ctx, func(tx *bbolt.Tx) error {
		contacts, sessions, unreachable := tx.Bucket([]byte(contactBucket)).Cursor(), steps(tx, sessionBucket), steps(tx, unreachableBucket)
		k, v := contacts.Seek(w.after)
		if len(w.after) > 0 && bytes.Equal(k, w.after) {
			k, v = contacts.Next()
		}
		for ; k != nil && len(w.found) < walkPart && (w.until == nil || bytes.Compare(k, w.until) < 0); k, v = contacts.Next() {
			f := found{contact: keep(v), unreachable: unreachable.has(k)}
			copy(f.key[:], k)
			if sessions.has(k) {
				f.session = keep(sessions.value)
			}
			w.found = append(w.found, f)
		}
		if n := len(w.found); n > 0 {
			w.after = bytes.Clone(w.found[n-1].key[:])
			lists = w.readLists(tx)
		}
		return nil
	})
	if err == nil {
		w.openLists(lists)
	}
	return err
}

// readLists copies the lists of who got the mailings, as far as they tell of
// this part.
func (w *walker) readLists(tx *bbolt.Tx) (lists []row) {
	for _, id := range w.got {
		c := tx.Bucket([]byte(gotBucket)).Cursor()
		from := gotKey(id, w.found[0].key[:])
		for k, v := c.Seek(from); bytes.HasPrefix(k, from[:8]); k, v = c.Next() {
			lists = append(lists, row{key: bytes.Clone(k), value: bytes.Clone(v)})
			if bytes.Compare(k[8:], w.after) >= 0 {
				break
			}
		}
	}
	return lists
}

func (w *walker) openLists(lists []row) {
	w.lists = make(map[bot.MailingID][]gotList, len(w.got))
	for _, r := range lists {
		if keys, ok := open(w.s, gotBucket, r.key, r.value, decodeGot); ok {
			id := bot.MailingID(binary.BigEndian.Uint64(r.key))
			w.lists[id] = append(w.lists[id], gotList{r.key[8:], keys})
		}
	}
}

func gotNone(bot.MailingID) bool { return false }

// gotBy tells which of the mailings a contact got.
func (w *walker) gotBy(key seal.Key) func(bot.MailingID) bool {
	if len(w.lists) == 0 {
		return gotNone
	}
	lists := w.lists
	return func(id bot.MailingID) bool {
		const size = len(key)
		for _, l := range lists[id] {
			if bytes.Compare(key[:], l.last) > 0 {
				continue
			}
			n := len(l.keys) / size
			i := sort.Search(n, func(i int) bool { return bytes.Compare(l.keys[i*size:][:size], key[:]) >= 0 })
			return i < n && bytes.Equal(l.keys[i*size:][:size], key[:])
		}
		return false
	}
}

// person opens what was found; not ok where that cannot be.
func (w *walker) person(f *found) (p bot.Person, stopped, ok bool) {
	s := w.s
	c, ok := open(s, contactBucket, f.key[:], w.arena[f.contact[0]:f.contact[1]], bot.DecodeContact)
	if !ok || f.session == [2]int{} {
		return p, false, false
	}
	was, ok := open(s, sessionBucket, f.key[:], w.arena[f.session[0]:f.session[1]], decodeKept)
	if !ok {
		return p, false, false
	}
	p = bot.Person{Contact: c, Seen: was.At, Got: w.gotBy(f.key)}
	if len(was.Session) > 0 {
		p.Lang, stopped, _ = flows.PeekSession(was.Session) // one that cannot be read has no language
	}
	return p, stopped, true
}

// surveyRanges is into how many ranges contacts are divided, by the first byte
// of their keys; surveyors is how many look at them at once.
const (
	surveyRanges = 256
	surveyors    = 2
)

// Survey implements bot.Mailings.
func (s *Store) Survey(ctx context.Context, got []bot.MailingID, each func(bot.Person)) error {
	var next atomic.Int64
	errs := make([]error, surveyors)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			w := &walker{s: s, got: got}
			for r := next.Add(1) - 1; r < surveyRanges && errs[i] == nil; r = next.Add(1) - 1 {
				w.after, w.until = []byte{byte(r)}, nil
				if r+1 < surveyRanges {
					w.until = []byte{byte(r + 1)}
				}
				errs[i] = w.survey(ctx, each)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// survey hands out those of a range who can be reached and have not stopped.
func (w *walker) survey(ctx context.Context, each func(bot.Person)) error {
	var people []bot.Person
	var marks []seal.Key
	for {
		if err := w.next(ctx); err != nil || len(w.found) == 0 {
			return err
		}
		people, marks = people[:0], marks[:0]
		for i := range w.found {
			f := &w.found[i]
			if f.unreachable {
				continue
			}
			p, stopped, ok := w.person(f)
			if !ok || stopped {
				continue
			}
			mark, err := w.s.keys.Find(optOutBucket, p.Channel, p.ID)
			if err != nil {
				return err
			}
			people, marks = append(people, p), append(marks, mark)
		}
		out := make([]bool, len(marks))
		err := w.s.view(ctx, func(tx *bbolt.Tx) error {
			optOut := tx.Bucket([]byte(optOutBucket))
			for i := range marks {
				out[i] = optOut.Get(marks[i][:]) != nil
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i, p := range people {
			if !out[i] {
				each(p)
			}
		}
	}
}
