// A provider that is down for long: nobody's answer is spent on finding out
// whether it is up again.

package deliver_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
)

// probed is a provider that can be asked whether it answers.
type probed struct {
	*provider
	up     func() bool
	probes atomic.Int64
}

func (p *probed) Probe(context.Context) deliver.Result {
	p.probes.Add(1)
	if p.up() {
		return deliver.Result{Outcome: deliver.Sent}
	}
	return deliver.Result{Outcome: deliver.Unknown, Reason: "503"}
}

func TestALongOutageCostsNobodyTheirAnswer(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		began := time.Now()
		up := func() bool { return time.Since(began) >= 30*time.Minute }
		w.provider.do = func(context.Context, bot.Claimed, int) (deliver.Result, bool) {
			if up() {
				return deliver.Result{Outcome: deliver.Sent}, true
			}
			return deliver.Result{Outcome: deliver.Unknown, Reason: "503"}, false
		}
		p := &probed{provider: w.provider, up: up}
		w.lane.Sender = p
		w.run(w.store)
		for i := range 20 {
			w.put(bot.Reply, fmt.Sprint("person ", i), fmt.Sprint(i))
		}
		time.Sleep(time.Hour)
		if n := len(w.provider.texts()); n != 20 || w.counts().Dead != 0 {
			t.Errorf("%d of 20 answers left, %d died", n, w.counts().Dead)
		}
		if n := p.probes.Load(); n < 20 || n > 60 {
			t.Errorf("it was asked %d times in half an hour", n)
		}
	})
}

// A text that cannot be erased yet keeps nobody waiting.
func TestErrandsHoldUpNobody(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.provider.do = func(_ context.Context, c bot.Claimed, _ int) (deliver.Result, bool) {
			if c.Kind == bot.Errand {
				return deliver.Result{Outcome: deliver.Retry, After: time.Minute, Reason: "20009"}, false
			}
			return deliver.Result{Outcome: deliver.Sent}, true
		}
		w.run(w.store)
		for i := range 10 {
			w.put(bot.Errand, fmt.Sprint("SM", i), "")
		}
		time.Sleep(time.Second)
		w.put(bot.Reply, "ana", "x")
		time.Sleep(time.Second)
		w.sent("x")
	})
}

// One message that the provider refuses for its settings does not close the
// lane for ever.
func TestOneOddMessageIsGivenUpWhereOthersLeave(t *testing.T) {
	start(t, deliver.Lane{}, func(w *world) {
		w.provider.do = func(_ context.Context, c bot.Claimed, _ int) (deliver.Result, bool) {
			if c.Message.Text == "odd" {
				return deliver.Result{Outcome: deliver.Misconfigured, Reason: "21606"}, false
			}
			return deliver.Result{Outcome: deliver.Sent}, true
		}
		w.run(w.store)
		w.put(bot.Reply, "odd", "odd")
		for i := range 600 {
			w.put(bot.Reply, fmt.Sprint("person ", i), fmt.Sprint(i))
			time.Sleep(time.Second)
		}
		time.Sleep(time.Minute)
		if n := len(w.provider.texts()); n != 600 || w.counts().Dead != 1 {
			t.Errorf("%d of 600 left, %d died", n, w.counts().Dead)
		}
		if n := len(w.provider.times("odd")); n > 3 {
			t.Errorf("the odd one was tried %d times", n)
		}
	})
}
