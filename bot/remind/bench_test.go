//go:build unix

// How long a surge takes, what memory, and what people who write meanwhile wait
// for.

package remind_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/remind"
	"posada/flows"
	"posada/store/bolt"
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
	Seconds     float64 // until all that was due was queued
	IdleAnon    float64 // RssAnon before, MB
	Anon        float64 // and the most of it meanwhile, MB
	P50, P99    float64 // of replies, ms
	Worst       float64
	Replies     int
	Subscribers int
}

// BenchmarkSurge fires a tenth of all subscribers, due at one minute, with the
// real assistant over a file, while 200 others a second write. It is measured
// in a process of its own that does nothing else: its memory is that of the
// store, the assistant, the clockwork and the book, and of who writes.
//
//	POSADA_SCALE=full go test -run - -bench Surge -benchtime 5x -timeout 60m ./bot/remind
func BenchmarkSurge(b *testing.B) {
	people, due := surgeScale()
	var runs []surged
	for range b.N {
		b.StopTimer()
		env := peopled(b, people, due)
		b.StartTimer()
		cmd, out := start(b, "surge", env...)
		for out.Scan() {
			var r surged
			if err := json.Unmarshal(out.Bytes(), &r); err != nil {
				b.Fatal(err)
			}
			runs = append(runs, r)
			b.Logf("%+v", r)
		}
		if err := cmd.Wait(); err != nil {
			b.Fatal(err)
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

// peopled makes a database of subscribers of whom some are due since the last
// minute, and the others in half a day.
func peopled(b *testing.B, people, due int) (env []string) {
	b.Helper()
	env, open, at := dueNow(b, due)
	env = append(env, fmt.Sprint(childOthers, "=", due, "-", people))
	s := open()
	defer end(b, s)
	// They wrote in the minute after it: their next is tomorrow.
	subscribe(b, bot.New(almanac{minute: minuteOf(at)}, s), at.Add(time.Minute), crowd(people)[due:]...)
	return env
}

// surge fires what is due while others write, and prints what it measured.
func surge(s *bolt.Store) error {
	var due, people int
	if _, err := fmt.Sscanf(os.Getenv(childOthers), "%d-%d", &due, &people); err != nil {
		return err
	}
	r := surged{IdleAnon: anon()}
	a := bot.New(almanac{minute: minuteOf(firstDue(s))}, s)
	ctx, cancel := context.WithCancel(context.Background())
	var wg, writers sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	var fault error
	failed := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if fault == nil {
			fault = err
		}
	}
	wg.Go(func() { // the most memory
		for ctx.Err() == nil {
			r.Anon = max(r.Anon, anon())
			time.Sleep(20 * time.Millisecond)
		}
	})
	wg.Go(func() { // people who write, whether those before were answered or not
		begin := time.Now()
		for i := 0; ctx.Err() == nil; i++ {
			at := begin.Add(time.Duration(i) * repliesEach)
			time.Sleep(time.Until(at))
			writers.Go(func() {
				in := bot.Inbound{ID: fmt.Sprint("w", i), From: person(due + rand.IntN(people-due)), Form: flows.SMS, Text: "hola", At: time.Now()}
				if _, err := a.Receive(context.Background(), in); err != nil {
					failed(err)
				}
				mu.Lock()
				took = append(took, time.Since(at))
				mu.Unlock()
			})
		}
	})
	begin := time.Now()
	stop := starts(remind.New(s, a.Fire, nil, failed))
	for {
		left, _, err := s.Due(ctx, time.Now(), 1)
		if err != nil {
			failed(err)
		}
		if len(left) == 0 || err != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.Seconds = time.Since(begin).Seconds()
	cancel()
	stop()
	wg.Wait()
	writers.Wait()
	if fault != nil {
		return fault
	}
	slices.Sort(took)
	ms := func(part float64) float64 {
		return float64(took[int(part*float64(len(took)-1))].Microseconds()) / 1000
	}
	r.Replies, r.P50, r.P99, r.Worst, r.Subscribers = len(took), ms(0.5), ms(0.99), ms(1), people
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
