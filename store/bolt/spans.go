// What is known of mailings in memory: whether they rest, and where their
// messages lie.
package bolt

import (
	"encoding/binary"
	"sync"

	"go.etcd.io/bbolt"

	"posada/bot"
)

// span is ids of messages, the first and the last. Whatever Bulletin has an id
// in it is of one mailing.
type span [2]uint64

// knownMailing is a mailing in memory, guarded by Store.mu.
type knownMailing struct {
	state    bot.MailingState // 0: it cannot be read
	spans    []span
	document *bot.Mailing // nil until it is needed
}

// numbers gives out ids of Bulletins, so that those of one mailing lie together.
type numbers struct {
	mu   sync.Mutex
	last bot.MailingID // which had the last ones; 0: none, or a single message
}

// single gives an id to a Bulletin of no mailing.
func (s *Store) single() uint64 {
	s.numbers.mu.Lock()
	defer s.numbers.mu.Unlock()
	s.numbers.last = 0
	return s.ids.Add(1)
}

// block gives n ids to a mailing. same: no Bulletin but its own has one since
// its last block.
func (s *Store) block(id bot.MailingID, n int) (first uint64, same bool) {
	s.numbers.mu.Lock()
	defer s.numbers.mu.Unlock()
	same = s.numbers.last == id
	s.numbers.last = id
	return s.ids.Add(uint64(n)) - uint64(n) + 1, same
}

// unblock is about a block that came to nothing.
func (s *Store) unblock() {
	s.numbers.mu.Lock()
	defer s.numbers.mu.Unlock()
	s.numbers.last = 0
}

// past is the last id of the resting mailing that a message is of; 0 when it is
// of none. It holds Store.mu.
func (s *Store) past(id uint64) uint64 {
	for _, m := range s.mailings {
		if m.state == bot.MailingRuns {
			continue
		}
		for _, r := range m.spans {
			if r[0] <= id && id <= r[1] {
				return r[1]
			}
		}
	}
	return 0
}

// ended tells whether nothing of a mailing may be queued again.
func (s *Store) ended(id bot.MailingID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailings[id]
	return m == nil || m.state == 0 || m.state == bot.MailingStopped
}

// document is a mailing as it was opened; nil when it cannot be read. It holds
// Store.mu.
func (s *Store) document(tx *bbolt.Tx, m *knownMailing, id bot.MailingID) *bot.Mailing {
	if m.document == nil {
		key := mailingKey(id, partDocument)
		if doc, ok := open(s, mailingBucket, key, tx.Bucket([]byte(mailingBucket)).Get(key), bot.DecodeMailing); ok {
			m.document = &doc
		}
	}
	return m.document
}

// loadMailings finds the mailings when a file is opened. Of one whose progress
// does not open nothing is sent, and it holds up nobody.
func (s *Store) loadMailings(tx *bbolt.Tx) {
	c := tx.Bucket([]byte(mailingBucket)).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if len(k) != 9 || k[8] != partDocument {
			continue
		}
		id := bot.MailingID(binary.BigEndian.Uint64(k))
		p, _ := s.progressIn(tx, id)
		s.mailings[id] = &knownMailing{state: p.State, spans: p.Spans}
	}
}
