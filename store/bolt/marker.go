// Places in the queue that hold no message: those of mailings.
package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/flows"
)

// marker stands in the queue for a message of a mailing. A million of them are
// queued at a go, so nothing is sealed for each: address and form are in the
// contact's row, the language in the session's, and the words in the mailing's.
// It tells a thief which mailing waits for a pseudonym, and how often it was
// tried. Who can write the file can forge one: then a person gets a mailing that
// staff approved, and nothing else.
type marker struct {
	mailing        bot.MailingID
	tries, unknown int
}

// markerFirst is the first byte of a marker: sealed values begin with another.
const markerFirst = 0

func (m marker) encode() []byte {
	b := binary.BigEndian.AppendUint64(append(make([]byte, 0, 16), markerFirst), uint64(m.mailing))
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(m.tries)), uint64(m.unknown))
}

func isMarker(value []byte) bool { return len(value) > 0 && value[0] == markerFirst }

// mailingOf is the mailing of a row of the outbox; 0 for none.
func mailingOf(value []byte) bot.MailingID {
	if !isMarker(value) || len(value) < 9 {
		return 0
	}
	return bot.MailingID(binary.BigEndian.Uint64(value[1:]))
}

func parseMarker(value []byte) (m marker, ok bool) {
	if m.mailing = mailingOf(value); m.mailing == 0 {
		return m, false
	}
	tries, n := binary.Uvarint(value[9:])
	if n <= 0 {
		return m, false
	}
	unknown, k := binary.Uvarint(value[9+n:])
	m.tries, m.unknown = int(tries), int(unknown)
	const most = 1 << 30 // nobody tries so often
	return m, k > 0 && tries < most && unknown < most
}

// sealQueued is what stands in the queue for a message.
func (s *Store) sealQueued(l line, o bot.Outbound) ([]byte, error) {
	if o.Mailing != 0 {
		return marker{o.Mailing, o.Tries, o.Unknown}.encode(), nil
	}
	return s.keys.Seal(outboxBucket, l.message(o.ID), o.Encode())
}

// recipient finds, for one line, what markers do not hold. The zero value but
// for session is ready.
type recipient struct {
	session []byte // opened; empty when nothing is known
	looked  bool
	contact bot.Contact
	lang    string
}

// marked is the message of a marker that is to be lent. rests: it is not, and
// nor is what comes after it. It holds Store.mu.
func (s *Store) marked(tx *bbolt.Tx, l line, value []byte, who *recipient) (o bot.Outbound, rests, ok bool) {
	m, ok := parseMarker(value)
	if !ok {
		s.damaged.Add(1)
		return o, false, false
	}
	known := s.mailings[m.mailing]
	if known == nil || known.state == 0 {
		return o, false, false
	}
	if known.state != bot.MailingRuns {
		return o, true, false
	}
	if !who.looked {
		who.looked = true
		if v := tx.Bucket([]byte(contactBucket)).Get(l.contact[:]); v != nil {
			who.contact, _ = open(s, contactBucket, l.contact[:], v, bot.DecodeContact)
		}
		if len(who.session) > 0 {
			who.lang, _, _ = flows.PeekSession(who.session) // one that cannot be read has no language
		}
	}
	doc := s.document(tx, known, m.mailing)
	if doc == nil || !who.contact.Known() {
		return o, false, false
	}
	o = doc.Outbound(who.contact, who.lang)
	o.Tries, o.Unknown = m.tries, m.unknown
	return o, false, true
}

// sumParked counts the messages of mailings in a line that is parked now, or
// no longer is.
func (s *Store) sumParked(tx *bbolt.Tx, l line, parked bool) {
	by, n := l.byContact(), -1
	if parked {
		n = 1
	}
	c := tx.Bucket([]byte(outboxBucket)).Cursor()
	for k, v := c.Seek(by); bytes.HasPrefix(k, by); k, v = c.Next() {
		s.sums.park(mailingOf(v), n)
	}
}

// takeQueued deletes a row of the outbox whose person was erased or whose mailing
// ended, and counts it.
func (s *Store) takeQueued(tx *bbolt.Tx, key []byte, parked bool) (of bot.MailingID, err error) {
	outbox := tx.Bucket([]byte(outboxBucket))
	if of = mailingOf(outbox.Get(key)); of != 0 {
		s.sums.count(of, becameDropped, "", 1)
		if l, id, ok := parseMessage(key); ok && !s.mayHaveLeft(tx, id, false) {
			s.sums.unsent(of, l.contact)
		}
		if parked {
			s.sums.park(of, -1)
		}
	}
	if err := outbox.Delete(key); err != nil {
		return 0, fmt.Errorf("erase from outbox: %w", err)
	}
	return of, nil
}
