// What the whole server costs with many contacts in its file: time until it is
// ready, memory when idle, bytes a contact on disk.
package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
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

// scale is how many contacts benchmarks use: few, or all with
// POSADA_SCALE=full.
func scale(small, full int) int {
	if os.Getenv("POSADA_SCALE") == "full" {
		return full
	}
	return small
}

// subscriber is a whole way to a subscription, in a world where the programme
// is open.
var subscriber = []string{"hola", "1", "5", "tijuana", "1", "1"}

func BenchmarkServe(b *testing.B) {
	contacts := scale(500, 100_000)
	dir := b.TempDir()
	data := dataFlags{DB: filepath.Join(dir, "posada.db"), KeyFile: filepath.Join(dir, "keys", "posada.key")}
	fill(b, &data, contacts)
	binary := filepath.Join(dir, "posada")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	if out, err := exec.Command(binary, "compact", "--db", data.DB, "--key-file", data.KeyFile).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(data.DB)
	if err != nil {
		b.Fatal(err)
	}
	var ready time.Duration
	var anon int
	for b.Loop() {
		ready, anon = serveOnce(b, binary, &data)
	}
	b.ReportMetric(float64(ready.Milliseconds()), "ready-ms")
	b.ReportMetric(float64(anon)/1024, "RssAnon-MB")
	b.ReportMetric(float64(info.Size())/float64(contacts), "bytes/contact")
}

// fill makes contacts with a session and a subscription each.
func fill(b *testing.B, data *dataFlags, contacts int) {
	book, err := new(bookFlags).load(time.Now())
	if err != nil {
		b.Fatal(err)
	}
	keys, err := seal.Create(data.KeyFile)
	if err != nil {
		b.Fatal(err)
	}
	store, err := bolt.Open(data.DB, keys)
	if err != nil {
		b.Fatal(err)
	}
	assistant := bot.New(book, store)
	var next atomic.Int64
	var running sync.WaitGroup
	for range 256 {
		running.Go(func() {
			for n := next.Add(1); n <= int64(contacts); n = next.Add(1) {
				for i, text := range subscriber {
					receipt, err := assistant.Receive(context.Background(), bot.Inbound{
						ID: fmt.Sprintf("%d-%d", n, i), From: bot.Address{Channel: bot.Simulator, ID: strconv.FormatInt(n, 10)},
						Form: flows.WhatsApp, Text: text, Lang: "es", At: time.Now(), AsOf: flows.Noon(20240315),
					})
					if err != nil {
						b.Error(err)
						return
					}
					confirmed := slices.ContainsFunc(receipt.Out, func(o bot.Outbound) bool { return o.Message.Flow == "reminders-cbp-one" && o.Message.Node == "confirm" })
					if confirmed != (i == len(subscriber)-1) {
						b.Errorf("the subscription was confirmed after message %d of %d", i+1, len(subscriber))
						return
					}
				}
			}
		})
	}
	running.Wait()
	for {
		now := time.Now()
		claimed, err := store.Claim(context.Background(), now, bot.ClaimOrder{Channel: bot.Simulator, Kind: bot.Reply, Lines: 2_000, Each: 100, Lease: time.Minute})
		if err != nil {
			b.Fatal(err)
		}
		if len(claimed) == 0 {
			break
		}
		settled := make([]bot.Settlement, len(claimed))
		for i, c := range claimed {
			settled[i] = bot.Settlement{Token: c.Token, Fate: bot.FateSent}
		}
		if _, err := store.Settle(context.Background(), now, settled); err != nil {
			b.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
}

// serveOnce starts the server, waits until it answers, lets it come to rest and
// reads its memory.
func serveOnce(b *testing.B, binary string, data *dataFlags) (ready time.Duration, anonKB int) {
	cmd := exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0", "--db", data.DB, "--key-file", data.KeyFile)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	lines := bufio.NewScanner(out)
	address := regexp.MustCompile(`http://\S+/`)
	for lines.Scan() {
		url := address.FindString(lines.Text())
		if url == "" {
			continue
		}
		res, err := http.Get(url + "healthz")
		if err != nil {
			b.Fatal(err)
		}
		res.Body.Close()
		ready = time.Since(began)
		break
	}
	// The first sweep reads every session; what counts is the rest after it.
	time.Sleep(restAfter)
	return ready, rssAnon(b, cmd.Process.Pid)
}

// restAfter is how long the benchmark lets the server come to rest.
const restAfter = 8 * time.Second

func rssAnon(b *testing.B, pid int) int {
	if runtime.GOOS != "linux" {
		return 0
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatal("the kernel does not tell RssAnon")
	return 0
}
