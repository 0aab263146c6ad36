// Benchmarks of a lane over a real file.

package deliver_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

// scale is how many contacts there are: few by default, so that every
// benchmark can run on every change, or POSADA_SCALE=full.
func scale() int {
	if os.Getenv("POSADA_SCALE") == "full" {
		return 100_000
	}
	return 2_000
}

// text is of a usual length.
const text = "Posada: the place for the shelter list opens at 8. Nobody may ask you for money for it. Reply 1 for how it works, 2 for who can help, # for the menu."

func benchStore(b *testing.B) *bolt.Store {
	b.Helper()
	keys, err := seal.New()
	if err != nil {
		b.Fatal(err)
	}
	s, err := bolt.Open(filepath.Join(b.TempDir(), "posada.db"), keys)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// know makes n contacts.
func know(b *testing.B, s *bolt.Store, n int) {
	b.Helper()
	var wg sync.WaitGroup
	var next atomic.Int64
	for range 128 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := commit(s, fmt.Sprint(i), fmt.Sprint("know ", i)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func commit(s *bolt.Store, who, id string, texts ...string) error {
	snap, err := s.Load(context.Background(), address(who), id)
	if err != nil {
		return err
	}
	t := bot.Turn{Snapshot: snap, Now: time.Now(), Session: make([]byte, 80), Contact: &bot.Contact{Address: address(who), Since: time.Now()}}
	for _, text := range texts {
		t.Out = append(t.Out, bot.Outbound{To: address(who), Kind: bot.Reply, At: time.Now(), Message: flows.Message{Text: text}})
	}
	outcome, err := s.Commit(context.Background(), t)
	if err == nil && outcome != bot.Committed {
		err = fmt.Errorf("outcome %d", outcome)
	}
	return err
}

// bulletins queues n bulletins, to the contacts in turn.
func bulletins(b *testing.B, s *bolt.Store, n, contacts int) {
	b.Helper()
	for from := 0; from < n; from += 1000 {
		var out []bot.Outbound
		for i := from; i < min(from+1000, n); i++ {
			out = append(out, bot.Outbound{To: address(fmt.Sprint(i % contacts)), Kind: bot.Bulletin, At: time.Now(), Message: flows.Message{Text: text}})
		}
		if queued, err := s.Queue(b.Context(), out); err != nil || queued != len(out) {
			b.Fatal(queued, err)
		}
	}
}

// counter is a provider that counts.
type counter struct {
	takes time.Duration
	left  atomic.Int64
	want  int64
	done  chan struct{}
	reply func(bot.Claimed)
}

func (c *counter) Send(_ context.Context, m bot.Claimed) deliver.Result {
	if m.Kind == bot.Reply {
		c.reply(m)
	}
	if c.takes > 0 {
		time.Sleep(c.takes)
	}
	if m.Kind != bot.Reply && c.left.Add(1) == c.want {
		close(c.done)
	}
	return deliver.Result{Outcome: deliver.Sent, Ref: fmt.Sprintf("SM%032d", m.ID)}
}

// running runs a lane without a rate until the benchmark ends.
func running(b *testing.B, s *bolt.Store, c *counter, workers int) (*deliver.Dispatcher, func()) {
	b.Helper()
	d := deliver.New(s, []deliver.Lane{{Channel: channel, Sender: c, Workers: workers, Timeout: 10 * time.Second}}, nil, func(err error) { b.Error(err) })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { d.Run(ctx); close(ended) }()
	return d, func() { cancel(); <-ended }
}

// BenchmarkLane sends bulletins that are queued, each to be reported on, and
// keeps on the disk what became of them.
func BenchmarkLane(b *testing.B) {
	for _, c := range []struct {
		takes   time.Duration
		workers int
	}{{0, 32}, {100 * time.Millisecond, 32}, {100 * time.Millisecond, 256}} {
		b.Run(fmt.Sprintf("provider=%v/workers=%d", c.takes, c.workers), func(b *testing.B) {
			contacts := min(scale(), max(b.N, 2*c.workers))
			s := benchStore(b)
			know(b, s, contacts)
			bulletins(b, s, b.N, contacts)
			provider := &counter{takes: c.takes, want: int64(b.N), done: make(chan struct{})}
			b.ResetTimer()
			_, stop := running(b, s, provider, c.workers)
			<-provider.done
			stop() // all of it is kept
			b.StopTimer()
			rate := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "messages/s")
			if c.takes > 0 {
				b.ReportMetric(100*rate*c.takes.Seconds()/float64(c.workers), "%-of-workers")
			}
		})
	}
}

// BenchmarkReplyDuringBulletin commits 200 replies a second while a bulletin is
// sent as fast as it can be, and measures from the call of Commit until the
// sender is called.
func BenchmarkReplyDuringBulletin(b *testing.B) {
	for range b.N {
		b.StopTimer()
		n := scale()
		s := benchStore(b)
		know(b, s, n)
		bulletins(b, s, n, n)
		var mu sync.Mutex
		began, took, commits := map[string]time.Time{}, []time.Duration{}, []time.Duration{}
		provider := &counter{takes: time.Millisecond, want: int64(n), done: make(chan struct{}), reply: func(m bot.Claimed) {
			now := time.Now()
			mu.Lock()
			took = append(took, now.Sub(began[m.Message.Text]))
			mu.Unlock()
		}}
		b.StartTimer()
		d, stop := running(b, s, provider, 32)
		tick := time.NewTicker(time.Second / 200)
		var wg sync.WaitGroup
		replies := 0
		for going := true; going; {
			select {
			case <-provider.done:
				going = false
			case <-tick.C:
				replies++
				id := fmt.Sprint("reply ", replies)
				who := fmt.Sprint((replies * 7919) % n)
				wg.Go(func() {
					mu.Lock()
					began[id] = time.Now()
					mu.Unlock()
					if err := commit(s, who, id, id); err != nil {
						b.Error(err)
					}
					mu.Lock()
					commits = append(commits, time.Since(began[id]))
					mu.Unlock()
					d.Wake(channel)
				})
			}
		}
		tick.Stop()
		elapsed := b.Elapsed()
		wg.Wait()
		stop()
		b.StopTimer()
		if len(took) < replies*9/10 {
			b.Errorf("of %d replies %d were sent", replies, len(took))
		}
		slices.Sort(took)
		slices.Sort(commits)
		b.ReportMetric(float64(commits[len(commits)/2].Microseconds())/1000, "commit-p50-ms")
		b.ReportMetric(float64(commits[len(commits)*99/100].Microseconds())/1000, "commit-p99-ms")
		if len(took) > 0 {
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
		}
		b.ReportMetric(float64(replies), "replies")
		b.ReportMetric(float64(n)/elapsed.Seconds(), "bulletins/s")
	}
}
