// Messages that left, and what their providers report of them.
package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// left is what is known of a message that left. It is in one of four states:
// queued still, its outcome unknown (State 0, with its address); queued anew
// after it failed (again); out, and to be reported on; or final.
type left struct {
	bot.Sent
	channel string
	at      time.Time // when it left
	again   bool      // Ref and State are of the attempt that failed
	fate              // of a mailing's message: in which of its sums it is
}

func (w left) queued() bool { return w.again || w.State == bot.DeliveryUnknown && w.To.ID != "" }

// encode puts what a bot.Sent does not hold before it: a flag, the second at
// which it left, and the length and name of its channel, for that of a final
// one is gone and yet its text may have to be erased at the provider.
func (w left) encode() []byte {
	channel, flag := w.channel, byte(0)
	if w.To.Channel != "" {
		channel = w.To.Channel
	}
	if w.again {
		flag, w.State = flagAgain, bot.DeliveryUnknown // so that the text is kept
	}
	if w.Mailing != 0 {
		flag |= flagMailing
	}
	b := binary.AppendVarint(append(make([]byte, 0, 64), flag), w.at.Unix())
	b = append(binary.AppendUvarint(b, uint64(len(channel))), channel...)
	if w.Mailing != 0 {
		b = append(b, byte(w.became))
		b = append(binary.AppendUvarint(b, uint64(len(w.reason))), w.reason...)
	}
	return append(b, w.Sent.Encode()...)
}

const (
	flagAgain   = 1
	flagMailing = 2
)

// cutText cuts a text behind its length off the front.
func cutText(b []byte) (text string, rest []byte, ok bool) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return "", nil, false
	}
	return string(b[n:][:size]), b[n:][size:], true
}

func decodeLeft(raw []byte) (left, error) {
	broken := fmt.Errorf("%w of a message that left", bot.ErrRecord)
	if len(raw) == 0 {
		return left{}, broken
	}
	at, n := binary.Varint(raw[1:])
	if n <= 0 {
		return left{}, broken
	}
	w := left{at: time.Unix(at, 0).UTC(), again: raw[0]&flagAgain != 0}
	rest, ok := raw[1+n:], false
	if w.channel, rest, ok = cutText(rest); !ok {
		return left{}, broken
	}
	if raw[0]&flagMailing != 0 {
		if len(rest) == 0 || rest[0] >= byte(becameKinds) {
			return left{}, broken
		}
		w.became = became(rest[0])
		if w.reason, rest, ok = cutText(rest[1:]); !ok {
			return left{}, broken
		}
	}
	var err error
	if w.Sent, err = bot.DecodeSent(rest); err != nil {
		return left{}, err
	}
	if w.again {
		w.State = bot.DeliveryFailed
	}
	return w, nil
}

func leftKey(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

func leftIndexKey(contact seal.Key, id uint64) []byte {
	return binary.BigEndian.AppendUint64(contact[:], id)
}

// sealLeft keeps no words of a mailing: they are found by its number.
func (s *Store) sealLeft(id uint64, w left) ([]byte, error) {
	w.Outbound = w.Lean()
	return s.keys.Seal(sentBucket, leftKey(id), w.encode())
}

// putLeft writes what is known of a message. While it is full (there is a text
// or an address in it) the contact's index leads to it.
func putLeft(tx *bbolt.Tx, id uint64, contact seal.Key, value []byte, full bool) error {
	err := tx.Bucket([]byte(sentBucket)).Put(leftKey(id), value)
	index := tx.Bucket([]byte(sentIndex))
	switch {
	case err != nil:
	case full:
		err = index.Put(leftIndexKey(contact, id), here)
	default:
		err = index.Delete(leftIndexKey(contact, id))
	}
	if err != nil {
		return fmt.Errorf("put message that left: %w", err)
	}
	return nil
}

func eraseLeft(tx *bbolt.Tx, id uint64, contact seal.Key) error {
	err := tx.Bucket([]byte(sentBucket)).Delete(leftKey(id))
	if err == nil {
		err = tx.Bucket([]byte(sentIndex)).Delete(leftIndexKey(contact, id))
	}
	if err != nil {
		return fmt.Errorf("erase message that left: %w", err)
	}
	return nil
}

// leftOf reads what is known of a message. What cannot be opened is not known.
func (s *Store) leftOf(tx *bbolt.Tx, id uint64) (left, bool) {
	v := tx.Bucket([]byte(sentBucket)).Get(leftKey(id))
	if v == nil {
		return left{}, false
	}
	w, ok := open(s, sentBucket, leftKey(id), v, decodeLeft)
	w.ID = id
	return w, ok
}

// strip leaves nothing of the person in what is known of a message, and enough
// to erase its text at the provider. is what a mailing's message has become;
// none where it is as it was. It seals within the transaction: it is
// rare.
func (s *Store) strip(tx *bbolt.Tx, id uint64, contact seal.Key, is fate) error {
	if tx.Bucket([]byte(sentBucket)).Get(leftKey(id)) == nil {
		return nil
	}
	w, ok := s.leftOf(tx, id)
	if !ok {
		return eraseLeft(tx, id, contact) // who knows what is in it
	}
	if is.became != becameNothing {
		w.fate = is
	}
	w.bare()
	value, err := s.sealLeft(id, w)
	if err != nil {
		return err
	}
	return putLeft(tx, id, contact, value, false)
}

// bare takes the person out of what is known of a message.
func (w *left) bare() {
	w.again = false
	w.Outbound = bot.Outbound{To: bot.Address{Channel: w.channel}, Kind: w.Kind, At: w.At, Mailing: w.Mailing}
}

// leftErased notes a message that left although it was erased meanwhile: its
// text is at the provider all the same, to be erased there.
func (s *Store) leftErased(tx *bbolt.Tx, x *settlement) error {
	m := x.m
	w, ok := s.leftOf(tx, m.ID)
	if !ok {
		w = left{channel: m.To.Channel, fate: fate{became: becameDropped}}
		w.Kind, w.At, w.Mailing = m.Kind, m.At, m.Mailing
	}
	if w.became == becameDropped {
		s.sums.recount(w.Mailing, w.fate, fate{became: becameSent})
		w.became = becameSent
	}
	if w.Ref == "" {
		w.Ref, w.State, w.at = x.Ref, max(w.State, bot.DeliveryAccepted), x.now
	}
	w.bare()
	value, err := s.sealLeft(m.ID, w)
	if err != nil {
		return err
	}
	return putLeft(tx, m.ID, m.line.contact, value, false)
}

// known is all that is known of a message that may have left, as it was read.
type known struct {
	row    left
	hasRow bool
	rowRaw []byte // as it stands, even where it does not open

	line      line // where it is or was queued; none when its address is not known
	queued    bot.Outbound
	isQueued  bool
	queuedRaw []byte

	session []byte // of its contact
	lent    bool
	fence   uint64
	claimed []byte // while it is lent: the session as it was when it was claimed
}

// look reads all that is known of a message; nothing when ok is false.
func (s *Store) look(ctx context.Context, id uint64) (k known, ok bool, err error) {
	var loaned bot.Outbound
	s.mu.Lock()
	if m := s.lent.loans[id]; m != nil && m.Kind != bot.Errand {
		k.lent, k.fence, k.claimed, k.line, loaned = true, m.fence, m.lease.session, m.line, m.Outbound
	}
	s.mu.Unlock()
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		k.rowRaw = bytes.Clone(tx.Bucket([]byte(sentBucket)).Get(leftKey(id)))
		k.row, k.hasRow = s.leftOf(tx, id)
		if !k.lent && k.row.To.ID != "" {
			if k.line, err = s.lineOf(k.row.To, k.row.Kind); err != nil {
				return err
			}
		}
		if k.line.kind == 0 {
			return nil
		}
		key := k.line.message(id)
		k.session = bytes.Clone(tx.Bucket([]byte(sessionBucket)).Get(k.line.contact[:]))
		if k.queuedRaw = bytes.Clone(tx.Bucket([]byte(outboxBucket)).Get(key)); k.queuedRaw != nil {
			if m, marks := parseMarker(k.queuedRaw); marks {
				k.queued, k.isQueued = loaned, true
				if !k.lent {
					k.queued = k.row.Outbound
				}
				k.queued = k.queued.Lean()
				k.queued.Tries, k.queued.Unknown = m.tries, m.unknown
			} else {
				k.queued, k.isQueued = open(s, outboxBucket, key, k.queuedRaw, bot.DecodeOutbound)
			}
			k.queued.ID = id
		}
		return nil
	})
	if err != nil {
		return known{}, false, err
	}
	k.lent = k.lent && k.isQueued
	return k, k.hasRow || k.lent, nil
}

// Sent implements bot.Outbox. Of one that is lent just now it tells that it
// may have left.
func (s *Store) Sent(ctx context.Context, message uint64) (bot.Sent, bool, error) {
	k, ok, err := s.look(ctx, message)
	switch {
	case err != nil:
		return bot.Sent{}, false, fmt.Errorf("read message that left: %w", err)
	case !ok:
		return bot.Sent{}, false, nil
	case k.lent:
		return bot.Sent{Outbound: k.queued}, true, nil
	case k.isQueued:
		k.row.Outbound = k.queued
	}
	return k.row.Sent, true, nil
}
