//go:build unix

// A broadcast is killed at any moment: everybody has it once, and who stopped
// has none.

package bolt_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
)

// broadcastScale is how many contacts there are and how often it is killed.
func broadcastScale() (people, kills int) {
	if raced {
		return 3_000, 6
	}
	return 20_000, 50
}

// What people do while a broadcast is queued, by their number.
func stopsFor(i int) bool   { return i%40 == 1 }
func forgetsFor(i int) bool { return i%40 == 2 }

func letter(id bot.MailingID) bot.Mailing {
	return bot.Mailing{ID: id, At: day, Until: day.AddDate(0, 0, 1), Order: []string{"es"}, Variants: []bot.Variant{
		{Lang: "es", Form: "sms", Message: flows.Message{Text: fmt.Sprint("aviso ", id), Lang: "es"}},
	}}
}

func everybody(bot.Person) bool { return true }

// broadcast queues one mailing after the other for as long as it can, beginning
// with the last one that was opened, while people write, stop and go. It says:
//
//	mailing 3  mailing 3 is queued from now on
//	chunk      a part of it is queued
//	asks 7     person 7 is about to stop or to go
//	gone 7     they have
func broadcast(s *bolt.Store) {
	people, _ := broadcastScale()
	ctx := context.Background()
	a := bot.New(parrot{}, s)
	series := time.Now().UnixNano()
	var print sync.Mutex
	say := func(what ...any) {
		print.Lock()
		defer print.Unlock()
		fmt.Println(what...)
	}
	for w := range 8 {
		go func() {
			for n := 0; ; n++ {
				i, text := rand.IntN(people), "x"
				switch {
				case stopsFor(i):
					text = "alto"
				case forgetsFor(i):
					text = "borrar"
				}
				if text != "x" {
					say("asks", i)
				}
				in := inbound(fmt.Sprintf("%d-%d-%d", series, w, n), person(i), text)
				in.At = in.At.Add(time.Duration(n) * bot.MessageEvery)
				if r, err := a.Receive(ctx, in); err != nil || r.Duplicate {
					say("error", err)
					return
				}
				if text != "x" {
					say("gone", i)
				}
			}
		}()
	}
	id := bot.MailingID(1)
	for ; ; id++ {
		if _, ok, err := s.MailingReport(ctx, id+1); err != nil || !ok {
			break
		}
	}
	for ; ; id++ {
		if err := s.OpenMailing(ctx, letter(id)); err != nil {
			say("error", err)
			return
		}
		say("mailing", id)
		for done := false; !done; {
			p, err := s.QueueMailing(ctx, id, nil, everybody)
			if err != nil {
				say("error", err)
				return
			}
			say("chunk")
			done = p.Done
		}
	}
}

func TestABroadcastKilledAtAnyMomentReachesEverybodyOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("it kills many processes")
	}
	people, kills := broadcastScale()
	f, keyFile := rotating(t)
	s := f.open(t)
	seed(t, s, people, flows.Session{Language: "es"}.Encode())
	closeStore(t, s)
	gone, asked := map[int]bool{}, map[int]bool{}
	last := bot.MailingID(0)
	// How far a child comes before it is killed is luck: it goes on until it proves something.
	died := 0
	for ; died < kills || last < 2 || len(gone) == 0; died++ {
		if died == 10*kills {
			t.Fatalf("%d kills, %d mailings, and %d stopped or went: that proves little", died, last, len(gone))
		}
		cmd, out, _ := start(t, "broadcast", f.path, keyFile)
		parts, lines := rand.IntN(1+people/512/4), 1+rand.IntN(10) // killed after so many parts, and so many lines more
		for out.Scan() {
			what, rest, _ := strings.Cut(out.Text(), " ")
			n := 0
			_, _ = fmt.Sscan(rest, &n)
			switch what {
			case "error":
				t.Fatal(out.Text())
			case "mailing":
				last = max(last, bot.MailingID(n))
			case "asks":
				asked[n] = true
			case "gone":
				gone[n] = true
			}
			if what == "mailing" || what == "chunk" {
				parts--
			}
			if parts < 0 {
				if lines--; lines == 0 {
					if err := cmd.Process.Kill(); err != nil { // SIGKILL
						t.Error(err)
					}
				}
			}
		}
		_ = cmd.Wait()
	}
	whole(t, f.path)
	s = f.open(t)
	for { // the last one is queued to its end
		p, err := s.QueueMailing(t.Context(), last, nil, everybody)
		if err != nil {
			t.Fatal(err)
		}
		if p.Done {
			break
		}
	}
	has := map[bot.MailingID]map[bot.Address]int{}
	claimed, err := s.Claim(t.Context(), day, order(bot.Bulletin))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range claimed {
		if has[c.Mailing] == nil {
			has[c.Mailing] = map[bot.Address]int{}
		}
		has[c.Mailing][c.To]++
	}
	for id := bot.MailingID(1); id <= last; id++ {
		for i := range people {
			n := has[id][person(i)]
			switch {
			case n > 1:
				t.Fatalf("person %d has mailing %d %d times", i, id, n)
			case gone[i] && n > 0:
				t.Fatalf("person %d stopped or went, and has mailing %d", i, id)
			case !asked[i] && n != 1:
				t.Fatalf("person %d does not have mailing %d", i, id)
			}
		}
		r, ok, err := s.MailingReport(t.Context(), id)
		if err != nil || !ok || r.Waiting != len(has[id]) || r.Waiting+r.Dropped != r.Queued || !r.Done {
			t.Fatalf("mailing %d, of which %d are queued: %+v, %v", id, len(has[id]), r, err)
		}
	}
	t.Logf("%d kills, %d mailings to %d people, of whom %d stopped or went", died, last, people, len(gone))
	closeStore(t, s)
	whole(t, f.path)
}
