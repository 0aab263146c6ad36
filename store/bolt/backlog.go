// How much waits to be sent: for the metrics of a running server.
package bolt

import (
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"posada/bot"
)

// Backlog counts what is queued, without a look into it: it costs a walk over
// the keys of the queue, and neither opens nor decodes anything. Simulated
// contacts are counted among the dead letters alone.
func (s *Store) Backlog(ctx context.Context) (b bot.Backlog, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		b = bot.Backlog{}
		c := tx.Bucket([]byte(outboxBucket)).Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			if l, _, ok := parseMessage(k); ok && l.channel != bot.Simulator {
				b.Queued++
			}
		}
		c = tx.Bucket([]byte(waitingBucket)).Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			l, _, ok := parseMessage(k)
			switch {
			case !ok || l.channel == bot.Simulator:
			case placeOf(tx, l).parked:
				b.Parked++
			default:
				b.Waiting++
			}
		}
		b.Dead = tx.Bucket([]byte(deadBucket)).Stats().KeyN
		return nil
	})
	if err != nil {
		return bot.Backlog{}, fmt.Errorf("count what is queued: %w", err)
	}
	return b, nil
}
