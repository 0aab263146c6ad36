//go:build unix

// Benchmarks of mailings: how long it takes to count an audience and to queue
// for it, and what those who write meanwhile wait for.

package bolt_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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

// crowdScale is how many contacts a mailing goes to: few by default, a million
// with POSADA_SCALE=full, or POSADA_SCALE itself.
func crowdScale() int {
	switch n, err := strconv.Atoi(os.Getenv("POSADA_SCALE")); {
	case err == nil && n > 0:
		return n
	case os.Getenv("POSADA_SCALE") == "full":
		return 1_000_000
	}
	return 10_000
}

// crowd is a database, with its key file, of contacts in the middle of the
// conversation of whom one in a hundred has stopped.
func crowd(b *testing.B, n int) (path, keyFile string) {
	b.Helper()
	dir := b.TempDir()
	path, keyFile = filepath.Join(dir, "all.db"), filepath.Join(dir, "posada.keys")
	keys, err := seal.Create(keyFile)
	if err != nil {
		b.Fatal(err)
	}
	s, err := bolt.Open(path, keys)
	if err != nil {
		b.Fatal(err)
	}
	seed(b, s, n, walked(b))
	each(b, n/100, func(i int) error {
		snap, err := s.Load(b.Context(), person(i*100), fmt.Sprint("stop ", i))
		if err == nil {
			_, err = s.Commit(b.Context(), bot.Turn{Snapshot: snap, Now: benchDay, Session: snap.Session, OptOut: bot.MarkOut})
		}
		return err
	})
	closeStore(b, s)
	return path, keyFile
}

func openBench(b *testing.B, path, keyFile string) *bolt.Store {
	b.Helper()
	keys, err := seal.Open(keyFile)
	if err != nil {
		b.Fatal(err)
	}
	s, err := bolt.Open(path, keys)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// BenchmarkSurvey counts an audience: everybody who can be reached, with their
// language, channel and last turn.
//
//	POSADA_SCALE=full go test -run - -bench Survey -benchtime 3x -timeout 30m ./store/bolt
func BenchmarkSurvey(b *testing.B) {
	n := crowdScale()
	path, keyFile := crowd(b, n)
	s := openBench(b, path, keyFile)
	var people atomic.Int64
	runs := 0
	for b.Loop() {
		runs++
		err := s.Survey(b.Context(), nil, func(p bot.Person) {
			if p.Lang == "es" && !p.Seen.IsZero() {
				people.Add(1)
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if got := int(people.Load()) / runs; got != n-n/100 {
		b.Fatalf("counted %d of %d", got, n)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(runs), "s")
	b.ReportMetric(0, "ns/op")
}

// queueMailing queues a letter for everybody.
func queueMailing(ctx context.Context, s *bolt.Store, id bot.MailingID) (bot.MailingProgress, error) {
	if err := s.OpenMailing(ctx, letter(id)); err != nil {
		return bot.MailingProgress{}, err
	}
	for {
		if p, err := s.QueueMailing(ctx, id, nil, everybody); err != nil || p.Done {
			return p, err
		}
	}
}

// BenchmarkClaimBehindPaused claims and settles the only message behind a
// mailing to everybody that rests.
func BenchmarkClaimBehindPaused(b *testing.B) {
	path, keyFile := crowd(b, crowdScale())
	s := openBench(b, path, keyFile)
	if _, err := queueMailing(b.Context(), s, 1); err != nil {
		b.Fatal(err)
	}
	if err := s.SetMailing(b.Context(), 1, bot.MailingPaused); err != nil {
		b.Fatal(err)
	}
	who := bot.Address{Channel: "sms", ID: "behind"}
	snap, err := s.Load(b.Context(), who, "behind")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Commit(b.Context(), bot.Turn{Snapshot: snap, Now: benchDay, Session: []byte("x"), Contact: &bot.Contact{Address: who, Since: benchDay}}); err != nil {
		b.Fatal(err)
	}
	if n, err := s.Queue(b.Context(), []bot.Outbound{{To: who, Kind: bot.Bulletin, At: benchDay}}); err != nil || n != 1 {
		b.Fatal(n, err)
	}
	now := benchDay
	for b.Loop() {
		now = now.Add(time.Hour) // the lease before has run out
		got, err := s.Claim(b.Context(), now, bot.ClaimOrder{Channel: "sms", Kind: bot.Bulletin, Lines: 16, Each: 1, Lease: time.Minute})
		if err != nil || len(got) != 1 {
			b.Fatal(len(got), err)
		}
	}
}

// mailed is what a child measured.
type mailed struct {
	Seconds         float64
	Idle, Anon      float64 // RssAnon before, and the most of it meanwhile, MB
	P50, P99, Worst float64 // of replies, ms
	Queued, Replies int
}

// BenchmarkMailing queues a mailing for everybody while 200 others a second
// write, whether those before them were answered or not, in a process of its
// own.
//
//	POSADA_SCALE=full go test -run - -bench Mailing -benchtime 5x -timeout 60m ./store/bolt
func BenchmarkMailing(b *testing.B) {
	n := crowdScale()
	path, keyFile := crowd(b, n)
	fresh := path + ".fresh"
	var runs []mailed
	for b.Loop() {
		if err := copied(path, fresh); err != nil {
			b.Fatal(err)
		}
		cmd, out, _ := start(b, "mailing", fresh, keyFile)
		for out.Scan() {
			var r mailed
			if json.Unmarshal(out.Bytes(), &r) == nil {
				runs = append(runs, r)
				b.Logf("%+v", r)
			}
		}
		if err := errors.Join(cmd.Wait(), os.Remove(fresh)); err != nil {
			b.Fatal(err)
		}
		if len(runs) == 0 || runs[len(runs)-1].Queued != n-n/100 {
			b.Fatalf("queued %+v", runs)
		}
	}
	for unit, of := range map[string]func(mailed) float64{
		"people/s": func(r mailed) float64 { return float64(r.Queued) / r.Seconds }, "anon-growth-MB": func(r mailed) float64 { return r.Anon - r.Idle },
		"p50-ms": func(r mailed) float64 { return r.P50 }, "p99-ms": func(r mailed) float64 { return r.P99 },
	} {
		var all []float64
		for _, r := range runs {
			all = append(all, of(r))
		}
		slices.Sort(all)
		b.ReportMetric(all[len(all)/2], unit)
	}
	b.ReportMetric(0, "ns/op")
}

// copied copies a file, and waits for the disk.
func copied(from, to string) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Join(err, src.Close())
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Sync(), dst.Close(), src.Close())
}

// mailAll queues while others write, and prints what it measured.
func mailAll(s *bolt.Store) error {
	people := crowdScale()
	spoken, err := embedded()
	if err != nil {
		return err
	}
	a := bot.New(spoken, s)
	ctx, cancel := context.WithCancel(context.Background())
	var wg, writers sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	var fault error
	write := func(i int, at time.Time) {
		in := bot.Inbound{
			ID: fmt.Sprint("w", i), From: person(rand.IntN(people/100)*100 + 1), Form: flows.SMS,
			Text: []string{"menu", "5", "1", "0"}[max(i, -i)%4], At: benchDay.Add(time.Hour + time.Duration(i)*time.Second),
		}
		_, err := a.Receive(context.Background(), in)
		mu.Lock()
		defer mu.Unlock()
		fault = errors.Join(fault, err)
		took = append(took, time.Since(at))
	}
	for i := range 100 { // what the first answers need is there
		write(-1-i, time.Now())
	}
	took = took[:0]
	r := mailed{Idle: anonMB()}
	wg.Go(func() {
		for ctx.Err() == nil {
			r.Anon = max(r.Anon, anonMB())
			time.Sleep(20 * time.Millisecond)
		}
	})
	begin := time.Now()
	wg.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			at := begin.Add(time.Duration(i) * time.Second / 200)
			time.Sleep(time.Until(at))
			writers.Go(func() { write(i, at) })
		}
	})
	p, err := queueMailing(ctx, s, 1)
	r.Seconds, r.Queued = time.Since(begin).Seconds(), p.Queued
	cancel()
	wg.Wait()
	writers.Wait()
	if err := errors.Join(err, fault); err != nil {
		return err
	}
	slices.Sort(took)
	ms := func(part float64) float64 {
		return float64(took[int(part*float64(len(took)-1))].Microseconds()) / 1000
	}
	r.Replies, r.P50, r.P99, r.Worst = len(took), ms(0.5), ms(0.99), ms(1)
	return json.NewEncoder(os.Stdout).Encode(r)
}

// anonMB is this process' memory that is no file's, in MB; 0 where the system
// does not tell.
func anonMB() float64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "RssAnon:"); ok {
			kb, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			return float64(kb) / 1024
		}
	}
	return 0
}
