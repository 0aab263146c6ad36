// What the tests of the package reach for.

package staff

import (
	"fmt"
	"time"
)

// Cheap makes hashes cost next to nothing.
func (s *Staff) Cheap() *Staff {
	s.cost = cost{Memory: 64, Time: 1, Threads: 1}
	return s
}

// Costly makes them cost what they do.
func (s *Staff) Costly() { s.cost = today }

// Few makes it remember but few who fail.
func (s *Staff) Few() { s.known.size, s.unknown.size, s.from.size = 10, 10, 10 }

// Dearer makes them cost more than Cheap's.
func (s *Staff) Dearer() { s.cost.Memory *= 2 }

// Occupy takes the room of one hash until it is released.
func (s *Staff) Occupy() (release func()) {
	s.room <- struct{}{}
	return func() { <-s.room }
}

// CodeAt is what an authenticator shows.
func CodeAt(secret string, now time.Time) string {
	raw, err := codeBase32.DecodeString(secret)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%06d", hotp(raw, now.Unix()/30)%codeModulo)
}

// Sum is the hash of an entry after the one before.
func (e Entry) Sum(before [32]byte) [32]byte { return e.sum(before) }
