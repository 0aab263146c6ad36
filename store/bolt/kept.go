// The stored form of a session.
package bolt

import (
	"encoding/binary"
	"fmt"
	"time"

	"posada/bot"
)

// kept is a stored session behind four bytes for the minute of the person's last
// turn, enough for 8,000 years and known even where the session cannot be
// decoded, and four that tell that turn from others: a timer that ran out and a
// sweep write a session too, and are no word of the person.
type kept struct {
	bot.Kept
	turn uint32
}

const keptHead = 4 + 4

func (k kept) encode() []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, keptHead+len(k.Session)), uint32(k.At.Unix()/60))
	return append(binary.BigEndian.AppendUint32(b, k.turn), k.Session...)
}

func decodeKept(raw []byte) (kept, error) {
	if len(raw) < keptHead {
		return kept{}, fmt.Errorf("%w of a session", bot.ErrRecord)
	}
	k := kept{turn: binary.BigEndian.Uint32(raw[4:])}
	k.At = time.Unix(int64(binary.BigEndian.Uint32(raw))*60, 0).UTC()
	if len(raw) > keptHead {
		k.Session = raw[keptHead:]
	}
	return k, nil
}
