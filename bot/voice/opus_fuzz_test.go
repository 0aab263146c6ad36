// Any bytes at all as a recording.

package voice

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"posada/bot/voice/voicetest"
)

// mend sets the checksums of all pages right, so that what lies behind them is
// reached.
func mend(raw []byte) {
	for rest := raw; len(rest) >= pageHeader; {
		segments := int(rest[26])
		size := pageHeader + segments
		if len(rest) < size {
			return
		}
		for _, n := range rest[pageHeader:size] {
			size += int(n)
		}
		if len(rest) < size {
			return
		}
		binary.LittleEndian.PutUint32(rest[22:], checksum(rest[:size]))
		rest = rest[size:]
	}
}

func FuzzDuration(f *testing.F) {
	good := voicetest.Opus(time.Second, "x")
	for _, cut := range []int{0, 20, len(good) / 2, len(good)} {
		f.Add(good[:cut], true)
		f.Add(good[:cut], false)
	}
	f.Fuzz(func(t *testing.T, raw []byte, mended bool) {
		if mended {
			mend(raw)
		}
		d, err := Duration(raw)
		if (err == nil) != (d > 0) || err != nil && !errors.Is(err, ErrOpus) {
			t.Errorf("%v, %v", d, err)
		}
	})
}
