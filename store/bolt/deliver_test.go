//go:build unix

// A sender is killed at any moment: the queue loses nothing and doubles
// nothing.

package bolt_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/store/bolt"
)

// deliver receives messages and sends their answers for as long as it can. It
// says of every message what it is about to do, and when it is gone for good:
//
//	put 7    message 7 is queued
//	stays 7  it is about to be tried later or released
//	try 7    it is about to leave the queue
//	gone 7   it has
//	back 7   it left, and is about to be queued again
//	again 7  it was lent although it had left the queue
//
// What stays is not said afterwards: somebody else may have sent it by then.
func deliver(s *bolt.Store) {
	d := &delivering{s: s, gone: map[uint64]bool{}}
	a := bot.New(parrot{}, s)
	series := time.Now().UnixNano()
	var wg sync.WaitGroup
	for p := range 16 {
		wg.Go(func() {
			for i := 0; ; i++ {
				in := inbound(fmt.Sprintf("%d-%d-%d", series, p, i), sender(p, i), "x")
				in.At = in.At.Add(time.Duration(i) * bot.MessageEvery)
				r, err := a.Receive(context.Background(), in)
				if err != nil {
					fmt.Println("error", err)
					return
				}
				for _, o := range r.Out {
					fmt.Println("put", o.ID)
				}
			}
		})
		wg.Go(func() {
			for i := 0; ; i++ {
				out := []bot.Outbound{{To: sender(p, i), Kind: bot.Reminder, At: day}, {To: sender(p, i), Kind: bot.Reminder, At: day}}
				if _, err := s.Queue(context.Background(), out); err != nil {
					fmt.Println("error", err)
					return
				}
				for _, o := range out {
					if o.ID != 0 {
						fmt.Println("put", o.ID)
					}
				}
			}
		})
	}
	for _, kind := range []bot.Kind{bot.Reply, bot.Reply, bot.Reminder, bot.Reminder} {
		wg.Go(func() { d.send(kind) })
	}
	wg.Wait()
}

type delivering struct {
	s    *bolt.Store
	mu   sync.Mutex
	gone map[uint64]bool
}

func (d *delivering) send(kind bot.Kind) {
	ctx := context.Background()
	for {
		if _, err := d.s.Promote(ctx, day.Add(time.Minute)); err != nil {
			fmt.Println("error", err)
			return
		}
		claimed, err := d.s.Claim(ctx, day, bot.ClaimOrder{Channel: "sms", Kind: kind, Lines: 16, Each: 2, Lease: time.Hour})
		if err != nil {
			fmt.Println("error", err)
			return
		}
		var settled []bot.Settlement
		stopped := map[bot.Address]bool{}
		for _, c := range claimed {
			if stopped[c.To] {
				continue // an earlier one of its line stays
			}
			d.mu.Lock()
			if d.gone[c.ID] {
				fmt.Println("again", c.ID)
			}
			d.mu.Unlock()
			x := bot.Settlement{Token: c.Token, Fate: bot.FateSent, Due: day.Add(time.Second), Tries: c.Tries + 1, Reason: "x"}
			switch n := rand.IntN(8); {
			case n == 0 && c.Tries < 3:
				x.Fate, x.Unknown = bot.FateLater, rand.IntN(2)
			case n == 1 && c.Tries < 3:
				x.Fate = bot.FateParked
			case n == 2:
				x.Fate = bot.FateReleased
			case n == 3:
				x.Fate = bot.FateDead
			case n == 4 && c.Tries < 3:
				x.Ref = fmt.Sprint("SM", c.ID, "-", c.Tries)
			}
			stopped[c.To] = x.Fate == bot.FateLater || x.Fate == bot.FateParked || x.Fate == bot.FateReleased
			settled = append(settled, x)
			if stopped[c.To] {
				fmt.Println("stays", c.ID)
			} else {
				fmt.Println("try", c.ID)
			}
		}
		refused, err := d.s.Settle(ctx, day, settled)
		if err != nil || len(refused) > 0 {
			fmt.Println("error", len(refused), err)
			return
		}
		for _, x := range settled {
			id := x.Token.Message
			if x.Fate != bot.FateSent && x.Fate != bot.FateDead {
				continue
			}
			d.mu.Lock()
			d.gone[id] = true
			d.mu.Unlock()
			fmt.Println("gone", id)
			if x.Ref == "" {
				continue
			}
			// The provider says that it failed, and so it is queued again.
			d.mu.Lock()
			delete(d.gone, id)
			d.mu.Unlock()
			fmt.Println("back", id)
			r, err := d.s.Report(ctx, bot.Report{Message: id, Ref: x.Ref, State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Second), At: day, Erase: true})
			if err != nil || r != bot.ReportMoved {
				fmt.Println("error", r, err)
				return
			}
		}
	}
}

// TestASenderKilledAnywhereLosesAndDoublesNothing reads what the child did
// until it was killed, and holds the file to it.
func TestASenderKilledAnywhereLosesAndDoublesNothing(t *testing.T) {
	f, keyFile := rotating(t)
	last := map[uint64]string{} // what was said of a message last
	for round := range 4 {
		cmd, out, _ := start(t, "deliver", f.path, keyFile)
		lines, most := 0, 2000+rand.IntN(4000)
		for out.Scan() {
			if lines++; lines == most {
				if err := cmd.Process.Kill(); err != nil { // SIGKILL
					t.Error(err)
				}
			}
			note(t, last, out)
		}
		_ = cmd.Wait()
		if t.Failed() {
			t.FailNow()
		}
		whole(t, f.path)
		s := f.open(t)
		if s.Damaged() != 0 {
			t.Errorf("%d values are damaged", s.Damaged())
		}
		queued := map[uint64]bool{}
		var highest uint64
		if _, err := s.Promote(t.Context(), day.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []bot.Kind{bot.Reply, bot.Reminder, bot.Errand} {
			claimed, err := s.Claim(t.Context(), day, order(kind))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range claimed {
				if queued[c.ID] {
					t.Errorf("message %d is queued twice", c.ID)
				}
				queued[c.ID] = true
				highest = max(highest, c.ID)
			}
		}
		if n := counts(t, s).Queued; n != len(queued) {
			t.Errorf("of %d messages %d can be claimed", n, len(queued))
		}
		tally := map[string]int{}
		for id, what := range last {
			tally[what]++
			switch {
			case what == "gone" && queued[id]:
				t.Errorf("round %d: message %d was settled, and is queued", round, id)
			case (what == "put" || what == "stays") && !queued[id]:
				t.Errorf("round %d: message %d is lost, of which was last said %q", round, id, what)
			}
		}
		t.Logf("round %d: %d lines, %v, queued %d", round, lines, tally, len(queued))
		fresh := receive(t, bot.New(parrot{}, s), inbound(fmt.Sprint("fresh", round), sender(0, 0), "x"))
		if id := fresh.Out[0].ID; id <= highest || last[id] != "" {
			t.Errorf("id %d was given before", id)
		}
		closeStore(t, s)
	}
}

func note(t *testing.T, last map[uint64]string, out *bufio.Scanner) {
	t.Helper()
	what, rest, _ := strings.Cut(out.Text(), " ")
	id, _ := strconv.ParseUint(rest, 10, 64)
	switch what {
	case "put":
		if last[id] == "" { // else somebody was quicker to send it than to say so
			last[id] = what
		}
	case "stays", "try", "gone", "back":
		last[id] = what
	case "again":
		t.Errorf("message %d was lent after it had gone", id)
	case "error":
		t.Errorf("the child says: %s", out.Text())
	}
}
