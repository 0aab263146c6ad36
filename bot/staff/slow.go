// Guessing is slow: after a few failures each further one costs a longer wait.

package staff

import (
	"net/netip"
	"sync"
	"time"
)

const (
	slowAfter  = 5
	slowFirst  = time.Second
	slowMost   = 15 * time.Minute
	slowForget = 2 * time.Hour // after the last failure
	slowSize   = 10_000        // of those who are remembered
)

// slow counts failures by a key. It lives in memory alone: after a restart
// everybody begins anew.
type slow struct {
	mu   sync.Mutex
	fail map[string]failures
	size int // at most so many keys; 0: slowSize
}

type failures struct {
	n    int
	last time.Time
}

// until is when the next try is read.
func (f failures) until() time.Time {
	if f.n < slowAfter {
		return time.Time{}
	}
	wait := slowMost
	if doubled := f.n - slowAfter; doubled < 10 { // 2¹⁰ s are more than slowMost
		wait = min(slowMost, slowFirst<<doubled)
	}
	return f.last.Add(wait)
}

// try counts a try as a failure before it is read, so that many at once are no
// way round; whoever does not fail takes it back. It is not counted when it must
// wait until a time.
func (s *slow) try(key string, now time.Time) (until time.Time, ok bool, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fail[key]
	if now.Sub(f.last) >= slowForget {
		f = failures{}
	}
	if until := f.until(); now.Before(until) {
		return until, false, f.n
	}
	if s.fail == nil {
		s.fail = map[string]failures{}
	}
	if _, known := s.fail[key]; !known {
		s.room(now)
	}
	f.n++
	f.last = now
	s.fail[key] = f
	return time.Time{}, true, f.n
}

// undo takes one try back.
func (s *slow) undo(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.fail[key]; f.n > 1 {
		f.n--
		s.fail[key] = f
		return
	}
	delete(s.fail, key)
}

// clear forgets a key's failures.
func (s *slow) clear(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.fail, key)
}

// room makes room for one more key: first by forgetting what is long past, then
// whoever failed least, and longest ago.
func (s *slow) room(now time.Time) {
	size := s.size
	if size == 0 {
		size = slowSize
	}
	if len(s.fail) < size {
		return
	}
	var least string
	var found bool
	for key, f := range s.fail {
		if now.Sub(f.last) >= slowForget {
			delete(s.fail, key)
			continue
		}
		if o := s.fail[least]; !found || f.n < o.n || f.n == o.n && f.last.Before(o.last) {
			least, found = key, true
		}
	}
	if len(s.fail) >= size {
		delete(s.fail, least)
	}
}

// source is what tries are counted by of where they come from: a whole network
// of IPv6, since one household has 2⁶⁴ addresses of it.
func source(from string) string {
	if at, err := netip.ParseAddrPort(from); err == nil {
		from = at.Addr().String()
	}
	ip, err := netip.ParseAddr(from)
	if err != nil {
		return from
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if net, err := ip.Prefix(64); err == nil {
			return net.String()
		}
	}
	return ip.String()
}
