// What is lent, in memory.
package bolt

import (
	"time"

	"posada/bot"
	"posada/store/seal"
)

// lease is a line lent. Leases live in memory: the lock on the file makes this
// process the only one that sends, so a lease of a dead process is void by
// itself, and lending costs no fsync.
type lease struct {
	until    time.Time
	settling int             // messages being settled: until that is done nobody may have the line
	session  []byte          // sealed, as it was when the line was claimed: it tells who wrote since
	messages map[uint64]bool // lent and not settled
}

// loan is a message lent.
type loan struct {
	bot.Outbound
	line     line
	fence    uint64
	lease    *lease
	settling bool
	left     bool // a report took it out of the queue
}

// leases is guarded by Store.mu.
type leases struct {
	fence uint64
	lines map[line]*lease
	loans map[uint64]*loan // by message
	gone  map[uint64]*loan // lent, and then erased or reported to have left: without their texts
	// doubted are messages of mailings that were lent once, and of which nobody
	// told what became.
	doubted map[uint64]bool
}

func newLeases(fence uint64) leases {
	return leases{fence: fence, lines: map[line]*lease{}, loans: map[uint64]*loan{}, gone: map[uint64]*loan{}, doubted: map[uint64]bool{}}
}

// isLent tells whether a line is nobody else's to claim.
func (s *leases) isLent(l line, now time.Time) bool {
	e := s.lines[l]
	return e != nil && (e.settling > 0 || e.until.After(now))
}

// lend lends messages of one line. What was lent of it before is void.
func (s *leases) lend(l line, e *lease, messages []bot.Claimed) {
	if old := s.lines[l]; old != nil {
		for id := range old.messages {
			if m := s.loans[id]; m != nil && m.Mailing != 0 {
				s.doubted[id] = true
			}
		}
		s.end(l, old)
	}
	s.lines[l] = e
	e.messages = make(map[uint64]bool, len(messages))
	for i := range messages {
		m := &messages[i]
		s.fence++
		m.Token = bot.Token{Message: m.ID, Fence: s.fence}
		e.messages[m.ID] = true
		delete(s.gone, m.ID)
		s.loans[m.ID] = &loan{Outbound: m.Outbound, line: l, fence: s.fence, lease: e}
	}
}

// end ends a lease, but for the messages that are being settled.
func (s *leases) end(l line, e *lease) {
	for id := range e.messages {
		if m := s.loans[id]; m != nil && !m.settling {
			s.take(m)
		}
	}
}

// take takes a message out of its lease.
func (s *leases) take(m *loan) {
	delete(s.loans, m.ID)
	delete(m.lease.messages, m.ID)
	if len(m.lease.messages) == 0 && m.lease.settling == 0 && s.lines[m.line] == m.lease {
		delete(s.lines, m.line)
	}
}

// drop is about messages that are not in the queue any more. Their borrowers
// may yet tell what became of them.
func (s *leases) drop(ids []uint64, left bool) {
	for _, id := range ids {
		if m := s.loans[id]; m != nil {
			s.take(m)
			gone := &loan{line: m.line, fence: m.fence, lease: m.lease, left: left}
			gone.ID, gone.Kind, gone.At, gone.Mailing, gone.To = id, m.Kind, m.At, m.Mailing, bot.Address{Channel: m.To.Channel}
			s.gone[id] = gone
		}
	}
}

// forget lets go of dropped messages whose borrowers never told.
func (s *leases) forget(now time.Time) {
	for id, m := range s.gone {
		if !m.lease.until.After(now) {
			delete(s.gone, id)
		}
	}
}

// ofContact is the line's contact, or no key where it is not a person's.
func (l line) ofContact() (seal.Key, bool) { return l.contact, l.kind != bot.Errand }
