// The promises of withdrawing: two officers, nothing overwritten, nothing lost.
package withdraw

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/store/memory"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 11, 22, 15, 4, 5, 0, time.UTC)
)

const ana, bea, cleo = "ana", "bea", "cleo"

// board is where what is out of use is put up.
type board struct {
	mu  sync.Mutex
	out []Out
	n   int
}

func (b *board) publish(out []Out) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.out, b.n = out, b.n+1
}

func begin(shelf bot.Shelf) (*Withdrawals, *board) {
	b := &board{}
	return New(shelf, func(kind, id string) bool { return !strings.HasPrefix(id, "no.") }, b.publish), b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// one is the only withdrawal there is.
func one(t *testing.T, w *Withdrawals) Item {
	t.Helper()
	items, err := w.List(ctx)
	must(t, err)
	if len(items) != 1 {
		t.Fatalf("%d withdrawals", len(items))
	}
	return items[0]
}

// version of a withdrawal as it stands.
func version(t *testing.T, w *Withdrawals, id string) uint64 {
	t.Helper()
	p, err := w.shelf.Paper(ctx, paperKind, id)
	must(t, err)
	return p.Version
}

func TestOneOfficerTakesNothingOutOfUse(t *testing.T) {
	w, b := begin(memory.New())
	must(t, w.Propose(ctx, Proposal{"a1", Fact, "hours", "the source is gone"}, ana, now))
	i := one(t, w)
	is(t, w.Confirm(ctx, "a1", i.Version, ana, now), ErrSame)
	must(t, w.Publish(ctx))
	if len(b.out) != 0 || !i.Waits() || i.Out() {
		t.Fatalf("published %v, state %s", b.out, i.State)
	}
	must(t, w.Confirm(ctx, "a1", i.Version, bea, now))
	if want := []Out{{Kind: Fact, ID: "hours", Day: 20261122}}; !reflect.DeepEqual(b.out, want) {
		t.Fatalf("published %v, want %v", b.out, want)
	}
	i = one(t, w)
	must(t, w.ProposeRestore(ctx, "a1", i.Version, "it holds", bea, now.AddDate(0, 0, 3)))
	i = one(t, w)
	is(t, w.Confirm(ctx, "a1", i.Version, bea, now), ErrSame)
	if len(b.out) != 1 {
		t.Fatal("one officer put it into use again")
	}
	must(t, w.Confirm(ctx, "a1", i.Version, ana, now.AddDate(0, 0, 4)))
	if i = one(t, w); len(b.out) != 0 || i.State != Restored || i.Reason() != "it holds" || len(i.Steps) != 4 {
		t.Fatalf("published %v, %+v", b.out, i)
	}
	// The same can be withdrawn once more.
	must(t, w.Propose(ctx, Proposal{"a2", Fact, "hours", "not after all"}, ana, now))
}

func TestWhatIsOutOfUseIsSoAfterARestart(t *testing.T) {
	shelf := memory.New()
	w, _ := begin(shelf)
	for i := range page + 3 {
		id := fmt.Sprintf("w%05d", i)
		must(t, w.Propose(ctx, Proposal{id, Message, "m." + id, "for a test"}, ana, now))
		must(t, w.Confirm(ctx, id, version(t, w, id), bea, now))
	}
	again, b := begin(shelf)
	must(t, again.Publish(ctx))
	if len(b.out) != page+3 || b.out[0].ID != "m.w00000" || b.out[0].Day != flows.Date(20261122) {
		t.Fatalf("%d are published, the first is %v", len(b.out), b.out[:1])
	}
}

func TestTheDayIsThatOfTheBooksZone(t *testing.T) {
	w, b := begin(memory.New())
	evening := time.Date(2026, 11, 22, 5, 59, 0, 0, time.UTC) // the 21st, where people are
	must(t, w.Propose(ctx, Proposal{ID: "w1", Kind: "flow", Target: "menu", Reason: "wrong"}, ana, evening))
	must(t, w.Confirm(ctx, "w1", version(t, w, "w1"), bea, evening))
	if len(b.out) != 1 || b.out[0].Day != 20261121 {
		t.Errorf("it is put up as %+v", b.out)
	}
}

func TestADroppedProposalChangesNothing(t *testing.T) {
	w, b := begin(memory.New())
	must(t, w.Propose(ctx, Proposal{"a1", Flow, "menu", "by mistake"}, ana, now))
	must(t, w.Drop(ctx, "a1", one(t, w).Version, bea, now))
	if items, err := w.List(ctx); err != nil || len(items) != 0 {
		t.Fatalf("%v %v", items, err)
	}
	is(t, w.Confirm(ctx, "a1", 1, bea, now), ErrGone)
	must(t, w.Propose(ctx, Proposal{"a2", Flow, "menu", "it is wrong"}, ana, now))
	must(t, w.Confirm(ctx, "a2", one(t, w).Version, bea, now))
	must(t, w.ProposeRestore(ctx, "a2", one(t, w).Version, "mended", cleo, now.AddDate(0, 1, 0)))
	must(t, w.Drop(ctx, "a2", one(t, w).Version, ana, now.AddDate(0, 1, 0)))
	must(t, w.Publish(ctx))
	if i := one(t, w); i.State != Withdrawn || len(b.out) != 1 || b.out[0].Day != 20261122 {
		t.Fatalf("%+v, published %v", i, b.out)
	}
	is(t, w.Drop(ctx, "a2", one(t, w).Version, ana, now), ErrState)
}

func TestNothingIsDoneTwiceOrUnseen(t *testing.T) {
	w, _ := begin(memory.New())
	p := Proposal{"a1", Answer, "hotline", "the number changed"}
	must(t, w.Propose(ctx, p, ana, now))
	must(t, w.Propose(ctx, p, ana, now))
	is(t, w.Propose(ctx, Proposal{"a2", Answer, "hotline", "also me"}, bea, now), ErrAlready)
	seen := one(t, w).Version
	must(t, w.Confirm(ctx, "a1", seen, bea, now))
	is(t, w.Confirm(ctx, "a1", seen, bea, now), ErrChanged)
	is(t, w.Drop(ctx, "a1", seen, ana, now), ErrChanged)
	is(t, w.ProposeRestore(ctx, "a1", seen, "why not", ana, now), ErrChanged)
	is(t, w.Confirm(ctx, "a1", one(t, w).Version, cleo, now), ErrState)
	is(t, w.Propose(ctx, Proposal{"a3", Answer, "hotline", "still"}, bea, now), ErrAlready)
}

// An answer of officers that is written after a withdrawal is another one: it is in
// use, and can be withdrawn as the first could.
func TestAWithdrawalIsOfTheAnswerThatStood(t *testing.T) {
	w, b := begin(memory.New())
	stands := uint64(now.Unix()) + 9 // a clock was set back
	w.Edition = func(kind, id string) uint64 {
		if kind == Answer && id == "board.bus" {
			return stands
		}
		return 0
	}
	must(t, w.Propose(ctx, Proposal{"a1", Answer, "board.bus", "it is wrong"}, ana, now))
	must(t, w.Confirm(ctx, "a1", one(t, w).Version, bea, now))
	first := stands
	if want := []Out{{Answer, "board.bus", 20261122, first}}; !reflect.DeepEqual(b.out, want) || one(t, w).Over {
		t.Fatalf("published %v, want %v", b.out, want)
	}
	is(t, w.Propose(ctx, Proposal{"a2", Answer, "board.bus", "once more"}, ana, now), ErrAlready)
	stands++
	if i := one(t, w); !i.Over || b.out[0].Edition != first {
		t.Errorf("it is out of use as before: %+v", i)
	}
	must(t, w.Propose(ctx, Proposal{"a2", Answer, "board.bus", "this one too"}, ana, now))
	must(t, w.Confirm(ctx, "a2", version(t, w, "a2"), bea, now))
	if want := []Out{{Answer, "board.bus", 20261122, first}, {Answer, "board.bus", 20261122, stands}}; !reflect.DeepEqual(b.out, want) {
		t.Fatalf("published %v, want %v", b.out, want)
	}
	must(t, w.ProposeRestore(ctx, "a2", version(t, w, "a2"), "it holds", ana, now.Add(time.Hour)))
	must(t, w.Drop(ctx, "a2", version(t, w, "a2"), bea, now.Add(time.Hour)))
	must(t, w.Publish(ctx))
	if len(b.out) != 2 || b.out[1].Edition != stands {
		t.Errorf("published %v", b.out)
	}
}

// Withdrawals of before name no edition: theirs is what stood when they were
// confirmed, for an edition is the second of its writing or above.
func TestAWithdrawalThatNamesNoEditionIsOfWhatStoodThen(t *testing.T) {
	shelf := memory.New()
	w, b := begin(shelf)
	at := now.Unix()
	old := fmt.Sprintf(`{"kind":"answer","target":"board.bus","steps":[{"state":"proposed","by":"ana","at":%d,"reason":"wrong"},{"state":"withdrawn","by":"bea","at":%d}]}`, at-60, at)
	if out, err := shelf.File(ctx, &bot.Paper{Kind: paperKind, ID: "a1", Body: []byte(old)}); err != nil || out != bot.Committed {
		t.Fatal(out, err)
	}
	must(t, w.Publish(ctx))
	if want := []Out{{Answer, "board.bus", 20261122, uint64(at)}}; !reflect.DeepEqual(b.out, want) {
		t.Fatalf("published %v, want %v", b.out, want)
	}
}

func TestAProposalSaysWhatAndWhy(t *testing.T) {
	w, _ := begin(memory.New())
	for name, c := range map[string]struct {
		p    Proposal
		want error
	}{
		"no such kind":      {Proposal{"a", "page", "x", "because"}, ErrUnknown},
		"nothing of the id": {Proposal{"a", Fact, "no.such", "because"}, ErrUnknown},
		"no reason":         {Proposal{"a", Fact, "x", "  \n "}, ErrReason},
		"a short one":       {Proposal{"a", Fact, "x", "no"}, ErrReason},
		"a long one":        {Proposal{"a", Fact, "x", strings.Repeat("é", maxReason+1)}, ErrReason},
		"an id of a path":   {Proposal{"../a", Fact, "x", "because"}, ErrUnknown},
		"no id":             {Proposal{"", Fact, "x", "because"}, ErrUnknown},
	} {
		if err := w.Propose(ctx, c.p, ana, now); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
	must(t, w.Propose(ctx, Proposal{"a", Fact, "x", " " + strings.Repeat("é", maxReason) + "\n"}, ana, now))
}

func TestOfManyAtOnceOneConfirms(t *testing.T) {
	w, b := begin(memory.New())
	must(t, w.Propose(ctx, Proposal{"a1", Fact, "hours", "for a test"}, ana, now))
	seen := one(t, w).Version
	var done, late sync.Map
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			switch err := w.Confirm(ctx, "a1", seen, fmt.Sprint("officer", i), now); {
			case err == nil:
				done.Store(i, true)
			case errors.Is(err, ErrChanged):
				late.Store(i, true)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	count := func(m *sync.Map) (n int) { m.Range(func(any, any) bool { n++; return true }); return n }
	if count(&done) != 1 || count(&late) != 19 || b.n != 1 || len(b.out) != 1 {
		t.Errorf("%d confirmed, %d were late, published %d times: %v", count(&done), count(&late), b.n, b.out)
	}
}

func TestThoseThatWaitStandFirst(t *testing.T) {
	w, _ := begin(memory.New())
	for i, id := range []string{"a", "b", "c"} {
		must(t, w.Propose(ctx, Proposal{id, Fact, id, "for a test"}, ana, now.Add(time.Duration(i)*time.Hour)))
	}
	must(t, w.Confirm(ctx, "c", version(t, w, "c"), bea, now.Add(9*time.Hour)))
	items, err := w.List(ctx)
	must(t, err)
	var order string
	for _, i := range items {
		order += i.ID
	}
	if order != "bac" {
		t.Errorf("the order is %s", order)
	}
}

func TestWhatTheLogCannotKeepIsNotDone(t *testing.T) {
	shelf := memory.New()
	w, b := begin(shelf)
	var told []string
	errLog := errors.New("no log")
	fails := false
	w.Log = func(ctx context.Context, done []bot.Deed, papers ...*bot.Paper) (bot.Outcome, error) {
		if fails {
			return 0, errLog
		}
		for _, d := range done {
			told = append(told, d.By+" "+d.Did+" "+d.On)
		}
		return shelf.File(ctx, papers...)
	}
	seen := func() uint64 { return one(t, w).Version }
	for _, step := range []func() error{
		func() error {
			return w.Propose(ctx, Proposal{ID: "a", Kind: Message, Target: "rule.what.1", Reason: "it is wrong"}, ana, now)
		},
		func() error { return w.Confirm(ctx, "a", seen(), bea, now) },
		func() error { return w.ProposeRestore(ctx, "a", seen(), "it is right again", ana, now) },
		func() error { return w.Drop(ctx, "a", seen(), bea, now) },
		func() error { return w.ProposeRestore(ctx, "a", seen(), "it is right again", ana, now) },
		func() error { return w.Confirm(ctx, "a", seen(), bea, now) },
	} {
		before, published := len(told), b.n
		items, err := w.List(ctx)
		must(t, err)
		fails = true
		is(t, step(), errLog)
		now, err := w.List(ctx)
		must(t, err)
		if !reflect.DeepEqual(now, items) || len(told) != before || b.n != published {
			t.Fatalf("it was done without the log: %+v", now)
		}
		fails = false
		must(t, step())
	}
	const on = " rule.what.1"
	if want := []string{"ana content.withdraw.propose message" + on, "bea content.withdraw.confirm message" + on, "ana content.restore.propose message" + on,
		"bea content.restore.drop message" + on, "ana content.restore.propose message" + on, "bea content.restore.confirm message" + on}; !reflect.DeepEqual(told, want) {
		t.Errorf("the log was told %q", told)
	}
}
