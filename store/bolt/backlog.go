// How much waits to be sent: for the metrics of a running server.
package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
)

// Backlogs counts what is queued, by channel, without a look into it: it costs a
// walk over the keys of the queue, and neither opens nor decodes anything. Dead
// letters are not among it.
func (s *Store) Backlogs(ctx context.Context) (map[string]bot.Backlog, error) {
	by := map[string]bot.Backlog{}
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		clear(by)
		c := tx.Bucket([]byte(outboxBucket)).Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			if l, _, ok := parseMessage(k); ok {
				b := by[l.channel]
				b.Queued++
				by[l.channel] = b
			}
		}
		c = tx.Bucket([]byte(waitingBucket)).Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			l, _, ok := parseMessage(k)
			if !ok {
				continue
			}
			b := by[l.channel]
			if placeOf(tx, l).parked {
				b.Parked++
			} else {
				b.Waiting++
			}
			by[l.channel] = b
		}
		for channel, b := range by {
			b.Oldest = s.oldest(tx, channel)
			by[channel] = b
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count what is queued: %w", err)
	}
	return by, nil
}

// oldest is when the first answer or reminder of a channel that is ready was
// queued.
func (s *Store) oldest(tx *bbolt.Tx, channel string) (at time.Time) {
	for _, kind := range []bot.Kind{bot.Reply, bot.Reminder} {
		l := line{channel: channel, kind: kind}
		lane := l.lane(nil)
		k, _ := tx.Bucket([]byte(readyBucket)).Cursor().Seek(lane)
		if !bytes.HasPrefix(k, lane) || copy(l.contact[:], k[len(lane)+8:]) != len(l.contact) {
			continue
		}
		key := l.message(binary.BigEndian.Uint64(k[len(lane):]))
		value := tx.Bucket([]byte(outboxBucket)).Get(key)
		if o, ok := open(s, outboxBucket, key, value, bot.DecodeOutbound); ok && (at.IsZero() || o.At.Before(at)) {
			at = o.At
		}
	}
	return at
}

// Backlog is all of it on real channels, and the dead letters. Simulated contacts
// are counted among these alone.
func (s *Store) Backlog(ctx context.Context) (b bot.Backlog, err error) {
	by, err := s.Backlogs(ctx)
	if err != nil {
		return bot.Backlog{}, err
	}
	for channel, n := range by {
		if channel != bot.Simulator {
			b.Queued, b.Waiting, b.Parked = b.Queued+n.Queued, b.Waiting+n.Waiting, b.Parked+n.Parked
		}
	}
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		b.Dead = tx.Bucket([]byte(deadBucket)).Stats().KeyN
		return nil
	})
	if err != nil {
		return bot.Backlog{}, fmt.Errorf("count dead letters: %w", err)
	}
	return b, nil
}
