// Benchmarks of receiving, opening, sweeping and rewriting, on a real file.

package bolt_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

// inFlight is how many messages are received at once.
const inFlight = 256

// scale is how many contacts the benchmarks have: few by default, so that
// every benchmark can run on every change, or POSADA_SCALE=full.
func scale() int {
	if os.Getenv("POSADA_SCALE") == "full" {
		return 100_000
	}
	return 2_000
}

// peopled is a folder with a database of scale() contacts with sessions and a
// reminder each, made once for all benchmarks. TestMain removes it.
var peopled = sync.OnceValues(func() (file, error) {
	folder, err := os.MkdirTemp("", "posada-bench-")
	if err != nil {
		return file{}, err
	}
	keys, err := seal.New()
	if err != nil {
		return file{}, err
	}
	return file{filepath.Join(folder, "posada.db"), keys}, nil
})

func people(b *testing.B) file {
	b.Helper()
	f, err := peopled()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(f.path); err == nil {
		return f
	}
	s, err := bolt.Open(f.path, f.keys)
	if err != nil {
		b.Fatal(err)
	}
	seed(b, s, scale(), walked(b))
	closeStore(b, s)
	return f
}

// seed adds contacts in the middle of the conversation, with a reminder each.
func seed(t testing.TB, s *bolt.Store, contacts int, session []byte) {
	t.Helper()
	each(t, contacts, func(i int) error {
		who := person(i)
		snap, err := s.Load(t.Context(), who, fmt.Sprint("seed ", i))
		if err != nil {
			return err
		}
		_, err = s.Commit(t.Context(), bot.Turn{
			Snapshot: snap, Now: benchDay, Session: session,
			Contact: &bot.Contact{Address: who, Since: benchDay, Consent: benchDay, Subscriptions: []bot.Subscription{{
				Programme: "cbp-one", Place: "tijuana", Zone: "America/Tijuana", When: "time", Minute: 480, State: bot.On, Since: benchDay,
			}}},
		})
		return err
	})
}

var benchDay = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)

func person(i int) bot.Address {
	return bot.Address{Channel: "sms", ID: fmt.Sprintf("+1555%07d", i)}
}

// walked is the session of a person in the middle of the conversation.
func walked(b *testing.B) []byte {
	var s flows.Session
	var said []flows.Message
	for _, text := range []string{"hola", "2", "1", "1", "1"} {
		s, said, _ = book(b).Step(s, flows.Input{Text: text}, flows.SMS, flows.At{Now: benchDay})
		if len(said) == 0 {
			b.Fatalf("nothing was said to %q", text)
		}
	}
	return s.Encode()
}

// each calls do for 0 to n-1, inFlight at once.
func each(b testing.TB, n int, do func(int) error) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, inFlight) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

// BenchmarkReceive is the whole way of a message in: load, open, step, seal,
// commit with fsync; 256 in flight over contacts drawn at random. Once by
// itself, and once while the answers are claimed and done as a sender does.
//
//	POSADA_SCALE=full go test -run - -bench Receive -benchtime 60000x ./store/bolt
func BenchmarkReceive(b *testing.B) {
	b.Run("receive", func(b *testing.B) { receiveAll(b, false) })
	b.Run("receive-and-send", func(b *testing.B) { receiveAll(b, true) })
}

var run atomic.Int64

func receiveAll(b *testing.B, send bool) {
	f := people(b)
	s := f.open(b)
	a := bot.New(book(b), s)
	texts := []string{"1", "2", "menu", "atras"}
	took := make([]time.Duration, b.N)
	series := run.Add(1)
	ctx, stop := context.WithCancel(b.Context())
	var sender sync.WaitGroup
	if send {
		sender.Go(func() { sendAll(ctx, b, s) })
	}
	b.ResetTimer()
	each(b, b.N, func(i int) error {
		start := time.Now()
		_, err := a.Receive(b.Context(), bot.Inbound{
			ID: fmt.Sprintf("%d-%d", series, i), From: person(rand.IntN(scale())), Form: flows.SMS,
			Text: texts[i%len(texts)], At: benchDay.Add(time.Minute),
		})
		took[i] = time.Since(start)
		return err
	})
	b.StopTimer()
	stop()
	sender.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(took[min(b.N*p/100, b.N-1)].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
	b.ReportMetric(0, "ns/op")
}

// sendAll takes messages out of the queue as they come, until ctx ends.
func sendAll(ctx context.Context, b *testing.B, s *bolt.Store) {
	for ctx.Err() == nil {
		claimed, err := s.Claim(ctx, benchDay, "sms", 256, time.Minute)
		if err != nil && ctx.Err() == nil {
			b.Error(err)
			return
		}
		if len(claimed) == 0 {
			select {
			case <-time.After(time.Millisecond):
			case <-ctx.Done():
			}
			continue
		}
		tokens := make([]bot.Token, len(claimed))
		for i, c := range claimed {
			tokens[i] = c.Token
		}
		if _, err := s.Done(context.WithoutCancel(ctx), tokens); err != nil {
			b.Error(err)
			return
		}
	}
}

// BenchmarkReceiveAlone is one person writing while nobody else does: what the
// shared commits cost those who have nobody to share with.
func BenchmarkReceiveAlone(b *testing.B) {
	s := people(b).open(b)
	a := bot.New(book(b), s)
	series := run.Add(1)
	i := 0
	for b.Loop() {
		i++
		_, err := a.Receive(b.Context(), bot.Inbound{ID: fmt.Sprintf("%d-%d", series, i), From: person(7), Form: flows.SMS, Text: "1", At: benchDay})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen opens a database of many contacts: what a start waits for.
func BenchmarkOpen(b *testing.B) {
	f := people(b)
	for b.Loop() {
		s, err := bolt.Open(f.path, f.keys)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSweep looks at every session once.
func BenchmarkSweep(b *testing.B) {
	s := people(b).open(b)
	w := bot.NewSweeper(book(b), s)
	for b.Loop() {
		if _, err := w.Sweep(b.Context(), benchDay); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRewrite compacts a new database, and reports what a contact takes
// on the disk.
func BenchmarkRewrite(b *testing.B) {
	f := newFile(b)
	s := f.open(b)
	seed(b, s, scale(), walked(b))
	closeStore(b, s)
	var done bolt.Rewritten
	i := 0
	for b.Loop() {
		i++
		var err error
		if done, err = bolt.Rewrite(b.Context(), f.path, fmt.Sprint(f.path, i), f.keys); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(done.After)/float64(scale()), "bytes/contact")
}
