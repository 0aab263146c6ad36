// Keeping what became of messages: one goroutine a lane, so that no send waits
// for the disk.
package deliver

import (
	"context"
	"sync"
	"time"

	"posada/bot"
)

const (
	// settleTogether bounds one settlement. While people are answered, on
	// whatever channel, it is settleBesides, and for talkPause after, so that a
	// reply that is being committed waits behind no long transaction.
	settleTogether, settleBesides = 256, 64
	talkPause                     = time.Second
	// unsettledMost is how many messages may have left without their fate being
	// kept: what cannot be written down must not be done. Of replies it is
	// twice as many, so that they need not wait for others.
	unsettledMost = 512
	// settleLong is how long a settlement may take before the store is said to
	// fail: much less than a lease.
	settleLong = 30 * time.Second
	// lastTries is how often a settlement that failed is tried once more when
	// the process ends: what is not kept is sent again after the next start.
	lastTries = 4
)

// settled is what became of a message.
type settled struct {
	bot.Settlement
	kind    bot.Kind
	outcome Outcome // 0: it was not tried
}

// settler keeps what a lane hands it, in that order.
type settler struct {
	outbox  Outbox
	fault   func(error)
	refused func(settled)   // told of each whose token was refused,
	kept    func([]settled) // and of the others, after each batch; of none when the store begins to fail
	talking func() bool     // tells whether people are answered
	kick    chan struct{}

	mu      sync.Mutex
	waiting []settled
	// failing: the store has failed, or kept us waiting, and not all from that
	// time is kept yet. Until it is nothing is claimed: leases may have ended,
	// and what was sent would be lent again.
	failing bool
	began   time.Time // when the settlement under way did; zero: none is
}

func newSettler(outbox Outbox) *settler {
	return &settler{outbox: outbox, kick: make(chan struct{}, 1)}
}

// put hands over what is to be kept.
func (s *settler) put(one settled) {
	s.mu.Lock()
	s.waiting = append(s.waiting, one)
	s.mu.Unlock()
	nudge(s.kick)
}

// status tells how much is not kept yet, and whether the store fails.
func (s *settler) status(now time.Time) (waiting int, failing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.began.IsZero() && now.Sub(s.began) >= settleLong {
		s.failing = true
	}
	return len(s.waiting), s.failing
}

// run keeps what is put. It ends when stop is closed and nothing is left.
func (s *settler) run(ctx context.Context, stop <-chan struct{}) {
	stopping := false
	for {
		most := settleTogether
		if s.talking() {
			most = settleBesides
		}
		s.mu.Lock()
		n := min(len(s.waiting), most)
		batch := s.waiting[:n:n]
		s.mu.Unlock()
		switch {
		case n > 0:
			refused, ok := s.keep(ctx, batch, stop)
			s.done(batch, refused, ok)
		case stopping:
			return
		default:
			select {
			case <-s.kick:
			case <-stop:
				stopping = true
			}
		}
	}
}

// keep settles a batch, however often that takes; only at the end of the
// process it gives up.
func (s *settler) keep(ctx context.Context, batch []settled, stop <-chan struct{}) (refused []bot.Token, ok bool) {
	list := make([]bot.Settlement, len(batch))
	for i := range batch {
		list[i] = batch[i].Settlement
	}
	last := 0 // tries since the process began to end
	s.mu.Lock()
	s.began = time.Now()
	s.mu.Unlock()
	for faults := 0; ; faults++ {
		refused, err := s.outbox.Settle(ctx, time.Now(), list)
		if err == nil {
			return refused, true
		}
		s.fault(err)
		s.mu.Lock()
		s.failing = true
		s.mu.Unlock()
		s.kept(nil)
		if stop == nil {
			if last++; last == lastTries {
				return nil, false
			}
			time.Sleep(faultFirst)
			continue
		}
		pause := time.NewTimer(doubled(faultFirst, faults, faultMost))
		select {
		case <-pause.C:
		case <-stop:
			stop = nil
		}
		pause.Stop()
	}
}

// done lets go of a batch.
func (s *settler) done(batch []settled, refused []bot.Token, ok bool) {
	no := make(map[bot.Token]bool, len(refused))
	for _, t := range refused {
		no[t] = true
	}
	yes := make([]settled, 0, len(batch))
	for _, b := range batch {
		switch {
		case no[b.Token] && b.outcome != 0:
			s.refused(b)
		case !no[b.Token] && ok:
			yes = append(yes, b)
		}
	}
	s.mu.Lock()
	s.waiting = s.waiting[len(batch):]
	s.failing = !ok || s.failing && len(s.waiting) > 0
	s.began = time.Time{}
	s.mu.Unlock()
	s.kept(yes)
}
