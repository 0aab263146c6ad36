// The fault matrix: every fault, every kind, and how often each message
// reached the provider.

package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/bot/deliver"
)

// flaky is an outbox that fails when it is told to.
type flaky struct {
	deliver.Outbox
	settle, claim, promote atomic.Int32 // so many calls fail
	keep                   atomic.Bool  // a settlement that fails is kept all the same
	dead                   atomic.Bool  // the process has died: nothing reaches the store any more
}

var errDisk = errors.New("no space left on device")

func (f *flaky) fails(n *atomic.Int32) bool { return f.dead.Load() || n.Add(-1) >= 0 }

func (f *flaky) Settle(ctx context.Context, now time.Time, list []bot.Settlement) ([]bot.Token, error) {
	if f.fails(&f.settle) {
		if f.keep.Load() {
			_, _ = f.Outbox.Settle(ctx, now, list)
		}
		return nil, errDisk
	}
	return f.Outbox.Settle(ctx, now, list)
}

func (f *flaky) Claim(ctx context.Context, now time.Time, order bot.ClaimOrder) ([]bot.Claimed, error) {
	if f.fails(&f.claim) {
		return nil, errDisk
	}
	return f.Outbox.Claim(ctx, now, order)
}

func (f *flaky) Promote(ctx context.Context, now time.Time) (time.Time, error) {
	if f.fails(&f.promote) {
		return time.Time{}, errDisk
	}
	return f.Outbox.Promote(ctx, now)
}

// attempt is what the provider does with one attempt.
type attempt struct {
	deliver.Result
	left   bool // it reached the other side, whatever the answer says
	panics bool
	hangs  bool // it ignores its time-out
}

// fault is one row of the matrix. The provider does as the script says with
// the first message of each contact, and sends everything else.
type fault struct {
	name   string
	script []attempt
	store  func(*flaky)               // before the dispatcher starts
	during func(*world, bot.Claimed)  // within the first attempt
	later  func(w *world, who string) // a while later: for each contact
	crash  bool                       // the process dies during the first attempts, and is started again
	// sends is how often each first message reached the other side, and dead why
	// it was given up; by kind: reply, reminder, bulletin, errand.
	sends [4]int
	dead  [4]string
	// alone: the second message of the contact does not follow.
	alone [4]bool
}

func say(o deliver.Outcome, reason string) attempt {
	return attempt{Result: deliver.Result{Outcome: o, Reason: reason}}
}

func lost(left bool) attempt {
	return attempt{Result: deliver.Result{Outcome: deliver.Unknown, Reason: "timeout"}, left: left}
}

var (
	once   = [4]int{1, 1, 1, 1}
	people = [4]bool{true, true, true, false}
)

func all4(reason string) [4]string { return [4]string{reason, reason, reason, reason} }

var faults = []fault{
	{name: "none", sends: once},
	{name: "retry, three times", script: slices.Repeat([]attempt{say(deliver.Retry, "503")}, 3), sends: once},
	{name: "retry, a pause asked for", script: []attempt{{Result: deliver.Result{Outcome: deliver.Retry, After: 9 * time.Second}}}, sends: once},
	{name: "unknown, had left", script: []attempt{lost(true)}, sends: [4]int{2, 2, 1, 2}, dead: [4]string{2: deliver.ReasonUnknown}},
	{name: "unknown, had not left", script: []attempt{lost(false)}, sends: [4]int{1, 1, 0, 1}, dead: [4]string{2: deliver.ReasonUnknown}},
	{name: "unknown twice, had left", script: []attempt{lost(true), lost(true)}, sends: [4]int{2, 2, 1, 3},
		dead: [4]string{deliver.ReasonUnknown, deliver.ReasonUnknown, deliver.ReasonUnknown, ""}},
	{name: "unknown twice, had not left", script: []attempt{lost(false), lost(false)}, sends: [4]int{0, 0, 0, 1},
		dead: [4]string{deliver.ReasonUnknown, deliver.ReasonUnknown, deliver.ReasonUnknown, ""}},
	{name: "retry, unknown, retry, had not left", script: []attempt{say(deliver.Retry, ""), lost(false), say(deliver.Retry, "")},
		sends: [4]int{1, 1, 0, 1}, dead: [4]string{2: deliver.ReasonUnknown}},
	{name: "unknown, had left, reported in time", script: []attempt{lost(true)}, during: (*world).reportSoon,
		sends: [4]int{1, 1, 1, 2}, dead: [4]string{2: deliver.ReasonUnknown}},
	{name: "panic", script: []attempt{{panics: true}}, sends: [4]int{1, 1, 0, 1}, dead: [4]string{2: deliver.ReasonUnknown}},
	{name: "hangs, leaves after all", script: []attempt{{Result: deliver.Result{Outcome: deliver.Sent}, hangs: true, left: true}},
		sends: [4]int{2, 2, 1, 2}, dead: [4]string{2: deliver.ReasonUnknown}},
	{name: "dropped", script: []attempt{say(deliver.Drop, "21617")}, dead: all4("21617")},
	{name: "unreachable", script: []attempt{say(deliver.Unreachable, "30005")}, dead: all4("30005"), alone: people},
	{name: "opted out", script: []attempt{say(deliver.OptedOut, "21610")}, dead: all4("21610"), alone: people},
	{name: "misconfigured, then mended", script: slices.Repeat([]attempt{say(deliver.Misconfigured, "401")}, 2), sends: once},
	{name: "parked, then answered", script: []attempt{say(deliver.Parked, "63016")}, later: (*world).write,
		sends: [4]int{1, 1, 1, 0}, dead: [4]string{3: "63016"}},
	{name: "parked, never answered", script: slices.Repeat([]attempt{say(deliver.Parked, "63016")}, 9),
		dead: [4]string{deliver.ReasonOld, deliver.ReasonOld, deliver.ReasonOld, "63016"}, alone: people},
	{name: "unknown, parked, answered, unknown", script: []attempt{lost(true), say(deliver.Parked, "63016"), lost(true)}, later: (*world).write,
		sends: [4]int{2, 2, 1, 1}, dead: [4]string{deliver.ReasonUnknown, deliver.ReasonUnknown, deliver.ReasonUnknown, "63016"}},
	{name: "stopped while it was sent", script: []attempt{say(deliver.Retry, "503")}, during: (*world).stopPerson,
		sends: [4]int{0, 0, 0, 1}, alone: people},
	{name: "crash, had left", crash: true, script: []attempt{{Result: deliver.Result{Outcome: deliver.Sent}, left: true}}, sends: [4]int{2, 2, 2, 2}},
	{name: "crash, had not left", crash: true, script: []attempt{lost(false)}, sends: once},
	{name: "settling fails three times", store: func(f *flaky) { f.settle.Store(3) }, sends: once},
	{name: "settling fails, and is kept", store: func(f *flaky) { f.settle.Store(1); f.keep.Store(true) }, sends: once},
	{name: "settling fails for ten minutes", store: func(f *flaky) { f.settle.Store(120) }, sends: once},
	{name: "claiming fails", store: func(f *flaky) { f.claim.Store(20) }, sends: once},
	{name: "promoting fails", script: []attempt{say(deliver.Retry, "503")}, store: func(f *flaky) { f.promote.Store(5) }, sends: once},
}

// write is a person who writes.
func (w *world) write(who string) { w.turn(address(who), func(*bot.Turn) {}) }

// stopPerson is a person who says stop.
func (w *world) stopPerson(c bot.Claimed) {
	if c.Kind != bot.Errand {
		w.turn(c.To, func(t *bot.Turn) { t.OptOut = bot.MarkOut })
	}
}

// reportSoon is a provider that reports some seconds later.
func (w *world) reportSoon(c bot.Claimed) {
	go func() {
		time.Sleep(8 * time.Second)
		w.report(deliver.Report{Message: c.ID, Ref: "SM1", State: bot.DeliverySent})
	}()
}

func TestEveryFaultEndsAsTheRuleSays(t *testing.T) {
	for _, kept := range stores {
		t.Run(kept.name, func(t *testing.T) {
			table := &strings.Builder{}
			fmt.Fprintf(table, "\n%-42s %-12s %-12s %-12s %-12s\n", "sends of each message that reached", "reply", "reminder", "bulletin", "errand")
			for _, f := range faults {
				fmt.Fprintf(table, "%-42s", f.name)
				for i, k := range all {
					got := f.run(t, kept, i, k)
					fmt.Fprintf(table, " %-12s", got)
				}
				fmt.Fprintln(table)
			}
			t.Log(table)
		})
	}
}

// contacts is how many meet the fault at once; fewer than open the breaker.
const contacts = 4

// run plays the fault with one kind, and tells how it ended.
func (f fault) run(t *testing.T, kept keeping, i int, k bot.Kind) (cell string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, reopen := kept.open(t)
		w := newWorld(t, s, deliver.Lane{Workers: 16, Timeout: 10 * time.Second})
		defer func() { w.stop() }()
		outbox := &flaky{Outbox: s}
		if f.store != nil {
			f.store(outbox)
		}
		first := map[uint64]bool{}
		for n := range contacts {
			ids := w.putAll(k, fmt.Sprint("who", n), "first", "second")
			first[ids[0]] = true
		}
		w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
			if !first[c.ID] && outbox.dead.Load() {
				return deliver.Result{Outcome: deliver.Retry}, false // the dead send nothing more
			}
			if !first[c.ID] || nth > len(f.script) {
				return deliver.Result{Outcome: deliver.Sent}, true
			}
			if nth == 1 {
				if f.during != nil {
					f.during(w, c)
				}
				if f.crash {
					outbox.dead.Store(true)
				}
			}
			a := f.script[nth-1]
			switch {
			case a.panics:
				panic("odd")
			case a.hangs:
				time.Sleep(10 * time.Minute)
			}
			return a.Result, a.left
		}
		w.run(outbox)
		if f.crash {
			time.Sleep(time.Second)
			w.stop()
			outbox.dead.Store(false)
			w.store = reopen()
			w.run(w.store)
		}
		time.Sleep(time.Minute)
		if f.later != nil && k != bot.Errand {
			for n := range contacts {
				f.later(w, fmt.Sprint("who", n))
			}
			w.d.Wake(channel)
		}
		for range 8 * 24 {
			time.Sleep(time.Hour)
			if w.counts().Queued == 0 {
				break
			}
		}
		time.Sleep(time.Hour)

		sends, seconds := map[uint64]int{}, map[string]int{}
		order := map[string]string{}
		for _, m := range w.played().left {
			if first[m.ID] {
				sends[m.ID]++
				if order[m.To.ID] == "second" && f.script == nil {
					t.Errorf("%s of a %s: sent after what came later", f.name, k)
				}
			} else {
				seconds[m.To.ID]++
			}
			order[m.To.ID] = m.Message.Text
		}
		for id := range first {
			if sends[id] != f.sends[i] {
				t.Errorf("%s: a %s reached the provider %d times, want %d", f.name, k, sends[id], f.sends[i])
			}
		}
		want := 1
		if f.alone[i] {
			want = 0
		}
		for n := range contacts {
			if got := seconds[fmt.Sprint("who", n)]; got != want {
				t.Errorf("%s: the %s behind it was sent %d times, want %d", f.name, k, got, want)
			}
		}
		if n := w.counts().Queued; n != 0 {
			t.Errorf("%s: %d %ss are still queued", f.name, n, k)
		}
		died := w.metered().died[f.dead[i]]
		if f.dead[i] != "" && died < contacts || f.dead[i] == "" && len(w.metered().died) > 0 {
			t.Errorf("%s: %ss died of %v, want %q", f.name, k, w.metered().died, f.dead[i])
		}
		times := map[int]bool{}
		for id := range first {
			times[sends[id]] = true
		}
		cell = fmt.Sprint(slices.Sorted(maps.Keys(times)))
		for _, reason := range slices.Sorted(maps.Keys(w.metered().died)) {
			cell += " " + reason
		}
	})
	return cell
}
