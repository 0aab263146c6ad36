// Benchmarks of receiving, queueing, claiming, opening, sweeping and rewriting, on a real file.

package bolt_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
// itself, and once while the answers are claimed and settled as a sender does.
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
		claimed, err := s.Claim(ctx, benchDay, bot.ClaimOrder{Channel: "sms", Kind: bot.Reply, Lines: 256, Each: 8, Lease: time.Minute})
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
		settled := make([]bot.Settlement, len(claimed))
		for i, c := range claimed {
			settled[i] = bot.Settlement{Token: c.Token, Fate: bot.FateSent}
		}
		if _, err := s.Settle(context.WithoutCancel(ctx), benchDay, settled); err != nil {
			b.Error(err)
			return
		}
	}
}

// queueTogether is how many bulletins are queued in one call.
const queueTogether = 1000

// queueAll queues a bulletin for every contact.
func queueAll(b *testing.B, s *bolt.Store) {
	b.Helper()
	text := flows.Message{Text: strings.Repeat("La oficina abre de nuevo. ", 8), Lang: "es", Flow: "bulletin", Node: "1", Segments: 2}
	for from := 0; from < scale(); from += queueTogether {
		out := make([]bot.Outbound, min(queueTogether, scale()-from))
		for i := range out {
			out[i] = bot.Outbound{To: person(from + i), Kind: bot.Bulletin, Message: text, At: benchDay}
		}
		if n, err := s.Queue(b.Context(), out); err != nil || n != len(out) {
			b.Fatalf("queued %d of %d: %v", n, len(out), err)
		}
	}
}

// seeded is a database of its own with scale() contacts.
func seeded(b *testing.B) *bolt.Store {
	b.Helper()
	s := newFile(b).open(b)
	seed(b, s, scale(), walked(b))
	return s
}

// BenchmarkQueue queues a bulletin for everybody, a thousand in one call.
//
//	POSADA_SCALE=full go test -run - -bench Queue -benchtime 1x ./store/bolt
func BenchmarkQueue(b *testing.B) {
	s := seeded(b)
	b.ResetTimer()
	for range b.N {
		queueAll(b, s)
	}
	b.ReportMetric(float64(b.N*scale())/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkClaim claims a reply and settles it while a bulletin waits for
// everybody: once ready, once lent and once backing off. What waits must cost
// nothing. The time without the commit is that of the claim.
//
//	POSADA_SCALE=full go test -run - -bench Claim ./store/bolt
func BenchmarkClaim(b *testing.B) {
	s := seeded(b)
	queueAll(b, s)
	b.Run("ready", func(b *testing.B) { claimAll(b, s) })
	bulletins := bot.ClaimOrder{Channel: "sms", Kind: bot.Bulletin, Lines: scale(), Each: 1, Lease: time.Hour}
	lent, err := s.Claim(b.Context(), benchDay, bulletins)
	if err != nil || len(lent) != scale() {
		b.Fatalf("lent %d: %v", len(lent), err)
	}
	b.Run("lent", func(b *testing.B) { claimAll(b, s) })
	for part := range slices.Chunk(lent, queueTogether) {
		later := make([]bot.Settlement, len(part))
		for i, c := range part {
			later[i] = bot.Settlement{Token: c.Token, Fate: bot.FateLater, Due: benchDay.Add(time.Hour), Tries: 1}
		}
		if refused, err := s.Settle(b.Context(), benchDay, later); err != nil || len(refused) > 0 {
			b.Fatalf("refused %d: %v", len(refused), err)
		}
	}
	b.Run("backing-off", func(b *testing.B) { claimAll(b, s) })
}

func claimAll(b *testing.B, s *bolt.Store) {
	replies := bot.ClaimOrder{Channel: "sms", Kind: bot.Reply, Lines: 256, Each: 8, Lease: time.Minute}
	var claiming time.Duration
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		who := person(rand.IntN(scale()))
		if n, err := s.Queue(b.Context(), []bot.Outbound{{To: who, Kind: bot.Reply, At: benchDay}}); err != nil || n != 1 {
			b.Fatal(n, err)
		}
		b.StartTimer()
		start := time.Now()
		claimed, err := s.Claim(b.Context(), benchDay, replies)
		claiming += time.Since(start)
		if err != nil || len(claimed) != 1 {
			b.Fatal(len(claimed), err)
		}
		if _, err := s.Settle(b.Context(), benchDay, []bot.Settlement{{Token: claimed[0].Token, Fate: bot.FateSent}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(claiming.Microseconds())/float64(b.N), "claim-µs")
}

// BenchmarkPromote asks for what is due while everybody's bulletin waits and
// none is due: what an idle sender costs.
func BenchmarkPromote(b *testing.B) {
	s := seeded(b)
	queueAll(b, s)
	lent, err := s.Claim(b.Context(), benchDay, bot.ClaimOrder{Channel: "sms", Kind: bot.Bulletin, Lines: scale(), Each: 1, Lease: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	for part := range slices.Chunk(lent, queueTogether) {
		parked := make([]bot.Settlement, len(part))
		for i, c := range part {
			parked[i] = bot.Settlement{Token: c.Token, Fate: bot.FateParked, Due: benchDay.Add(time.Hour)}
		}
		if _, err := s.Settle(b.Context(), benchDay, parked); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for range b.N {
		if next, err := s.Promote(b.Context(), benchDay); err != nil || !next.Equal(benchDay.Add(time.Hour)) {
			b.Fatal(next, err)
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
