//go:build unix

// How long a surge takes, what memory, and what people who write meanwhile wait
// for.

package remind_test

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
	"posada/bot/remind"
	"posada/flows"
	"posada/locales"
	"posada/store/bolt"
	"posada/store/memory"
	"posada/store/seal"
)

// The surge, small by default so that every benchmark can run on every change,
// or POSADA_SCALE=full. One in ten is due at one minute; the others write.
func surgeScale() (people, due int) {
	if os.Getenv("POSADA_SCALE") == "full" {
		return 1_000_000, 100_000
	}
	return 20_000, 2_000
}

// repliesEach is the pause between two people who write.
const repliesEach = time.Second / 200

// surged is what a child measured.
type surged struct {
	Seconds         float64 // until all that was due was queued
	Idle, Anon      float64 // RssAnon before, and the most of it meanwhile, MB
	P50, P99, Worst float64 // of replies, ms
	Replies         int
	Reminded        int
}

// monday is when the list of the operator's shelter opens; hurry is a moment
// after it.
var (
	monday = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	hurry  = monday.Add(5 * time.Second)
)

// shelter is the real book, with the operator's list in it.
func shelter() (*flows.Book, error) {
	c, err := locales.Embedded()
	if err != nil {
		return nil, err
	}
	return flows.EmbeddedUnder(os.DirFS("../../flows/testdata/operator"), c)
}

// subscribed is what is kept of a person who subscribed to the list: to when it
// opens, or to an hour before it closes.
func subscribed(b *testing.B, book bot.Book, when string) bot.Snapshot {
	b.Helper()
	s := memory.New()
	a := bot.New(book, s)
	at := monday.AddDate(0, 0, -1)
	for i, text := range []string{"hello", "0", "0", "yes", "5", "2", "0", "Ciudad de México", when, "1"} {
		at = at.Add(time.Minute)
		in := bot.Inbound{ID: fmt.Sprint(i), From: person(0), Form: flows.SMS, Text: text, Lang: "en", At: at}
		if _, err := a.Receive(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
	snap, err := s.Load(b.Context(), person(0), "x")
	if err != nil || len(snap.Contact.Subscriptions) != 1 || snap.Contact.Due().Sub(monday) > 4*time.Hour {
		b.Fatalf("not subscribed: %d, due %v, %v", len(snap.Contact.Subscriptions), snap.Contact.Due(), err)
	}
	return snap
}

// BenchmarkSurge fires a tenth of all subscribers, due at one minute, with the
// real assistant and book over a file, while 200 others a second write, whether
// those before them were answered or not. It is measured in a process of its own
// that does nothing else: its memory is that of the store, the assistant, the
// clockwork and the book, and of who writes.
//
//	POSADA_SCALE=full go test -run - -bench Surge -benchtime 5x -timeout 90m ./bot/remind
func BenchmarkSurge(b *testing.B) {
	people, due := surgeScale()
	dir := b.TempDir()
	keyFile, path, fresh := filepath.Join(dir, "posada.keys"), filepath.Join(dir, "all.db"), filepath.Join(dir, "posada.db")
	enlist(b, keyFile, path, people, due)
	var runs []surged
	for b.Loop() {
		if err := copied(path, fresh); err != nil {
			b.Fatal(err)
		}
		cmd, out := start(b, "surge", childKey+"="+keyFile, childDB+"="+fresh, fmt.Sprint(childOthers, "=", due, "-", people))
		for out.Scan() {
			var r surged
			if err := json.Unmarshal(out.Bytes(), &r); err != nil {
				b.Fatal(err)
			}
			runs = append(runs, r)
			b.Logf("%+v", r)
		}
		if err := errors.Join(cmd.Wait(), os.Remove(fresh)); err != nil {
			b.Fatal(err)
		}
		if n := len(runs); n == 0 || runs[n-1].Reminded != due {
			b.Fatalf("reminded %+v, want %d", runs, due)
		}
	}
	for unit, of := range map[string]func(surged) float64{
		"s": func(r surged) float64 { return r.Seconds }, "anon-MB": func(r surged) float64 { return r.Anon },
		"p50-ms": func(r surged) float64 { return r.P50 }, "p99-ms": func(r surged) float64 { return r.P99 },
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

// enlist makes a database of subscribers: the first of them are due on monday,
// the others four hours later.
func enlist(b *testing.B, keyFile, path string, people, due int) {
	b.Helper()
	book, err := shelter()
	if err != nil {
		b.Fatal(err)
	}
	keys, err := seal.Create(keyFile)
	if err != nil {
		b.Fatal(err)
	}
	s, err := bolt.Open(path, keys)
	if err != nil {
		b.Fatal(err)
	}
	defer end(b, s)
	opens, closes := subscribed(b, book, "1"), subscribed(b, book, "2")
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 256 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < people; i = int(next.Add(1)) - 1 {
				kept := closes
				if i < due {
					kept = opens
				}
				c := kept.Contact
				c.Address = person(i)
				snap, err := s.Load(b.Context(), c.Address, fmt.Sprint("seed ", i))
				if err == nil {
					_, err = s.Commit(b.Context(), bot.Turn{Snapshot: snap, Now: monday.AddDate(0, 0, -1), Contact: &c, Session: kept.Session})
				}
				if err != nil {
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

// copied copies a file, and waits for the disk: else it would be written while
// something is measured.
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

// count is a meter of reminders.
type count struct{ atomic.Int64 }

func (n *count) Fired(_, _, _ string, r bot.Receipt) {
	if r.Reminded && !r.Late {
		n.Add(1)
	}
}

func (*count) SetBack() {}

// surge fires what is due while others write, and prints what it measured.
func surge(s *bolt.Store) error {
	var due, people int
	if _, err := fmt.Sscanf(os.Getenv(childOthers), "%d-%d", &due, &people); err != nil {
		return err
	}
	book, err := shelter()
	if err != nil {
		return err
	}
	r := surged{Idle: anon()}
	a := bot.New(book, s)
	ctx, cancel := context.WithCancel(context.Background())
	var wg, writers sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	var fault error
	failed := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		fault = errors.Join(fault, err)
	}
	wg.Go(func() {
		for ctx.Err() == nil {
			r.Anon = max(r.Anon, anon())
			time.Sleep(20 * time.Millisecond)
		}
	})
	texts := []string{"menu", "5", "1", "0"}
	begin := time.Now()
	wg.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			at := begin.Add(time.Duration(i) * repliesEach)
			time.Sleep(time.Until(at))
			writers.Go(func() {
				in := bot.Inbound{
					ID: fmt.Sprint("w", i), From: person(due + rand.IntN(people-due)), Form: flows.SMS,
					Text: texts[rand.IntN(len(texts))], At: hurry.Add(time.Since(begin)),
				}
				if _, err := a.Receive(context.Background(), in); err != nil {
					failed(err)
				}
				mu.Lock()
				took = append(took, time.Since(at))
				mu.Unlock()
			})
		}
	})
	var reminded count
	if err := remind.New(s, a.Fire, &reminded, failed).Tick(ctx, hurry); err != nil {
		failed(err)
	}
	r.Seconds = time.Since(begin).Seconds()
	cancel()
	wg.Wait()
	writers.Wait()
	if fault != nil {
		return fault
	}
	slices.Sort(took)
	ms := func(part float64) float64 {
		return float64(took[int(part*float64(len(took)-1))].Microseconds()) / 1000
	}
	r.Reminded, r.Replies, r.P50, r.P99, r.Worst = int(reminded.Load()), len(took), ms(0.5), ms(0.99), ms(1)
	return json.NewEncoder(os.Stdout).Encode(r)
}

// anon is this process' memory that is no file's, in MB; 0 where the system
// does not tell.
func anon() float64 {
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
