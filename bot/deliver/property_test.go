// Whatever happens, in any order: what a person may rely on holds.

package deliver_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
)

// notary is an outbox that writes down what was settled.
type notary struct {
	deliver.Outbox
	mu    sync.Mutex
	fates map[uint64][]bot.Fate
}

func (n *notary) Settle(ctx context.Context, now time.Time, list []bot.Settlement) ([]bot.Token, error) {
	refused, err := n.Outbox.Settle(ctx, now, list)
	if err != nil {
		return refused, err
	}
	no := map[bot.Token]bool{}
	for _, t := range refused {
		no[t] = true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range list {
		if !no[s.Token] {
			n.fates[s.Token.Message] = append(n.fates[s.Token.Message], s.Fate)
		}
	}
	return refused, nil
}

func TestWhateverHappensOrderIsKeptAndNothingIsLostOrDoubled(t *testing.T) {
	for _, kept := range stores {
		t.Run(kept.name, func(t *testing.T) {
			// A file takes longer: fewer, and of fewer messages.
			runs, people := 10, 150
			if kept.name != "memory" {
				runs, people = 2, 20
			}
			for range runs {
				seed := rand.Uint64()
				synctest.Test(t, func(t *testing.T) { anything(t, kept, seed, people) })
			}
		})
	}
}

// dice answers an attempt.
func dice(r *rand.Rand) attempt {
	switch n := r.IntN(100); {
	case n < 70:
		return attempt{Result: deliver.Result{Outcome: deliver.Sent}, left: true}
	case n < 80:
		return say(deliver.Retry, "503")
	case n < 84:
		return attempt{Result: deliver.Result{Outcome: deliver.Retry, After: time.Duration(r.IntN(60)) * time.Second, Reason: "429"}}
	case n < 88:
		return lost(true)
	case n < 92:
		return lost(false)
	case n < 94:
		return say(deliver.Drop, "21617")
	case n < 95:
		return say(deliver.Unreachable, "30005")
	case n < 96:
		return say(deliver.OptedOut, "21610")
	case n < 97:
		return say(deliver.Misconfigured, "401")
	case n < 99:
		return say(deliver.Parked, "63016")
	}
	return attempt{panics: true}
}

func anything(t *testing.T, kept keeping, seed uint64, people int) {
	r := rand.New(rand.NewPCG(seed, 1))
	s, _ := kept.open(t)
	record := &notary{Outbox: s, fates: map[uint64][]bot.Fate{}}
	outbox := &flaky{Outbox: record}
	w := newWorld(t, s, deliver.Lane{Workers: 8, Rate: 20, Burst: 20, PerContact: time.Second, ContactBurst: 3, Timeout: 10 * time.Second})
	defer func() { w.stop() }()

	var mu sync.Mutex
	answers := rand.New(rand.NewPCG(seed, 2))
	w.provider.do = func(context.Context, bot.Claimed, int) (deliver.Result, bool) {
		mu.Lock()
		a, pause := dice(answers), time.Duration(answers.IntN(300))*time.Millisecond
		mu.Unlock()
		time.Sleep(pause)
		if a.panics {
			panic("odd")
		}
		return a.Result, a.left
	}
	type stop struct {
		at   time.Time
		last uint64 // the newest message before it
	}
	queued := map[uint64]bot.Outbound{}
	stops := map[bot.Address]stop{}
	last := uint64(0)
	add := func(out []bot.Outbound) {
		for _, o := range out {
			if o.ID != 0 {
				queued[o.ID] = o
				last = max(last, o.ID)
			}
		}
	}
	w.run(outbox)
	for range 8 * people {
		who, kind := fmt.Sprint(r.IntN(people)), all[r.IntN(len(all))]
		var out []bot.Outbound
		for range 1 + r.IntN(3) {
			out = append(out, bot.Outbound{To: address(who), Kind: kind, At: time.Now(), Message: flows.Message{Text: "x"}})
		}
		switch {
		case kind == bot.Reply:
			add(w.turn(address(who), func(t *bot.Turn) { t.Out = out }))
		default:
			w.known(who)
			if _, err := s.Queue(t.Context(), out); err != nil {
				t.Fatal(err)
			}
			add(out)
		}
		w.d.Wake(channel)
		switch r.IntN(100) {
		case 0, 1, 2:
			w.turn(address(who), func(t *bot.Turn) { t.OptOut = bot.MarkOut })
			stops[address(who)] = stop{time.Now(), last}
		case 3:
			outbox.settle.Store(int32(r.IntN(4)))
			outbox.keep.Store(r.IntN(2) == 0)
		case 4:
			outbox.claim.Store(int32(r.IntN(4)))
		case 5:
			outbox.promote.Store(int32(r.IntN(4)))
		case 6:
			w.stop()
			w.run(outbox)
		}
		time.Sleep(time.Duration(r.IntN(600)) * time.Millisecond)
	}
	for range 8 * 24 {
		time.Sleep(time.Hour)
		for who := range people { // whatever is parked is asked for
			w.write(fmt.Sprint(who))
		}
		w.d.Wake(channel)
		if w.counts().Queued == 0 {
			break
		}
	}
	w.stop()
	if n := w.counts().Queued; n != 0 {
		t.Errorf("%d messages are still queued", n)
	}

	type line struct {
		to   bot.Address
		kind bot.Kind
	}
	at := map[line]uint64{}
	for _, a := range w.played().attempts {
		l := line{a.To, a.Kind}
		if a.ID < at[l] {
			t.Errorf("message %d of a %s line was tried after %d", a.ID, a.Kind, at[l])
		}
		at[l] = a.ID
		if stop, ok := stops[a.To]; ok && a.Kind != bot.Errand && a.at.After(stop.at) && a.ID <= stop.last {
			t.Errorf("a %s was tried %v after its person stopped", a.Kind, a.at.Sub(stop.at))
		}
	}
	left := map[uint64]int{}
	for _, m := range w.played().left {
		left[m.ID]++
	}
	gone := map[bot.Address]bool{} // who stopped or could not be reached at some time
	for who := range stops {
		gone[who] = true
	}
	for id, fates := range record.fates {
		for _, f := range fates {
			if f == bot.FateUnreachable || f == bot.FateOptedOut {
				gone[queued[id].To] = true
			}
		}
	}
	for id, o := range queued {
		ended := map[bot.Fate]int{}
		n := 0
		for _, f := range record.fates[id] {
			switch f {
			case bot.FateSent, bot.FateDead, bot.FateUnreachable, bot.FateOptedOut:
				ended[f]++
				n++
			}
		}
		dropped := gone[o.To] && o.Kind != bot.Errand
		if n > 1 || n == 0 && !dropped {
			t.Errorf("a %s ended %d times: %v", o.Kind, n, record.fates[id])
		}
		most := map[bot.Kind]int{bot.Reply: 2, bot.Reminder: 2, bot.Bulletin: 1, bot.Errand: 1000}[o.Kind]
		if left[id] > most || ended[bot.FateSent] == 1 && left[id] == 0 {
			t.Errorf("a %s reached the provider %d times, and ended as %v", o.Kind, left[id], ended)
		}
	}
	if t.Failed() {
		t.Logf("seed %d", seed)
	}
}
