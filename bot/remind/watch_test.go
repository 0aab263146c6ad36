// The survey that the metrics show: taken at the start and again, and the last
// good one kept.
package remind_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/bot/remind"
)

// town is people who come and go, or cannot be read.
type town struct {
	mu  sync.Mutex
	n   int
	err error
}

func (p *town) become(n int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n, p.err = n, err
}

func (p *town) Contacts(_ context.Context, each func(bot.Contact) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range p.n {
		if err := each(bot.Contact{Subscriptions: []bot.Subscription{sub("z", bot.On)}}); err != nil {
			return err
		}
	}
	return p.err
}

func TestASurveyIsTakenAtTheStartAndAgainAndTheLastGoodOneIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		people := &town{n: 30}
		var faults atomic.Int64
		w := remind.NewWatch(people, func(error) { faults.Add(1) })
		if got := w.Counts(); got != nil {
			t.Errorf("before the first survey: %v", got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go w.Run(ctx)
		on := func() int {
			synctest.Wait()
			if c := w.Counts(); len(c) == 1 {
				return c[0].On
			}
			return -1
		}
		if n := on(); n != 30 {
			t.Errorf("at the start %d", n)
		}
		people.become(50, nil)
		time.Sleep(remind.SurveyEvery - time.Second)
		if n := on(); n != 30 {
			t.Errorf("before its time %d", n)
		}
		time.Sleep(2 * time.Second)
		if n := on(); n != 50 {
			t.Errorf("after its time %d", n)
		}
		people.become(70, errors.New("the disk"))
		time.Sleep(remind.SurveyEvery)
		if n := on(); n != 50 || faults.Load() != 1 {
			t.Errorf("after a fault %d, %d reported", n, faults.Load())
		}
		cancel()
	})
}
