// Benchmarks of timers: what a look at nothing costs, and what it costs to
// subscribe.

package bolt_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
)

// many is a million with POSADA_SCALE=full, and few by default.
func many() int {
	if os.Getenv("POSADA_SCALE") == "full" {
		return 1_000_000
	}
	return 10_000
}

// subscriber is a contact with a subscription, reminded within the day that
// follows benchDay.
func subscriber(i int) *bot.Contact {
	minute := i * 7 % (24 * 60)
	return &bot.Contact{
		Address: person(i), Form: "sms", Since: benchDay, Consent: benchDay,
		Subscriptions: []bot.Subscription{{
			Programme: "cbp-one", Place: "tijuana", Zone: "America/Tijuana", When: "time", Minute: minute + 1, State: bot.On, Since: benchDay,
		}},
		Timers: []bot.Timer{{Timer: flows.Timer{Kind: flows.TimerDaily, Programme: "cbp-one"}, At: benchDay.Add(time.Duration(minute+1) * time.Minute)}},
	}
}

// subscribed is a database in which n people have a subscription.
func subscribed(b *testing.B, n int) *bolt.Store {
	b.Helper()
	s := newFile(b).open(b)
	session := walked(b)
	each(b, n, func(i int) error { return subscribe(b, s, i, fmt.Sprint("seed ", i), session) })
	return s
}

func subscribe(b *testing.B, s *bolt.Store, i int, id string, session []byte) error {
	snap, err := s.Load(b.Context(), person(i), id)
	if err != nil {
		return err
	}
	_, err = s.Commit(b.Context(), bot.Turn{Snapshot: snap, Now: benchDay, Session: session, Contact: subscriber(i)})
	return err
}

// BenchmarkDueIdle looks for what is due when a million subscriptions are not:
// what the clockwork costs each second.
//
//	POSADA_SCALE=full go test -run - -bench DueIdle -timeout 30m ./store/bolt
func BenchmarkDueIdle(b *testing.B) {
	s := subscribed(b, many())
	for b.Loop() {
		if due, next, err := s.Due(b.Context(), benchDay, 512); err != nil || len(due) != 0 || !next.Equal(benchDay.Add(time.Minute)) {
			b.Fatal(len(due), next, err)
		}
	}
}

// BenchmarkDue lists what is due, 512 at a time, of which the clockwork takes
// in as many as it fires.
func BenchmarkDue(b *testing.B) {
	s := subscribed(b, many())
	for b.Loop() {
		if due, _, err := s.Due(b.Context(), benchDay.AddDate(0, 0, 2), 512); err != nil || len(due) != 512 {
			b.Fatal(len(due), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/512, "µs/contact")
}

// BenchmarkSubscribe has one more person subscribe, while a thousand and while
// a million have: alone, and 256 at once.
//
//	POSADA_SCALE=full go test -run - -bench Subscribe -benchtime 20000x -timeout 30m ./store/bolt
func BenchmarkSubscribe(b *testing.B) {
	for _, n := range []int{1000, many()} {
		s := subscribed(b, n)
		session := walked(b)
		b.Run(fmt.Sprintf("of-%d/alone", n), func(b *testing.B) {
			took := make([]time.Duration, b.N)
			for i := range b.N {
				start := time.Now()
				if err := subscribe(b, s, n+rand.IntN(1<<30), fmt.Sprint("alone ", run.Add(1)), session); err != nil {
					b.Fatal(err)
				}
				took[i] = time.Since(start)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[b.N/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[b.N*99/100].Microseconds()), "p99-µs")
		})
		b.Run(fmt.Sprintf("of-%d/at-once", n), func(b *testing.B) {
			each(b, b.N, func(int) error {
				return subscribe(b, s, n+rand.IntN(1<<30), fmt.Sprint("at once ", run.Add(1)), session)
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "subscriptions/s")
		})
	}
}
