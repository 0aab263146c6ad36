// The audit log: nothing is missing from it, and nothing in it is changed
// unseen.

package staff_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/staff"
)

// filled has a log of n entries.
func filled(t *testing.T, n int) world {
	w := newWorld(t)
	for i := range n {
		w.ok(w.log.Append(t.Context(), staff.Entry{At: now.Add(time.Duration(i) * time.Second), Officer: staff.System, Did: "test.did", On: fmt.Sprint(i + 1), Note: "a note"}))
	}
	return w
}

func TestEntriesAreReadAsTheyWereWritten(t *testing.T) {
	w := newWorld(t)
	want := staff.Entry{At: now.Add(1234567 * time.Nanosecond), Officer: "0123456789abcdef", Did: "bulletin.approve", On: "7", Note: "3 languages\x00 " + strings.Repeat("é", 300)}
	w.ok(w.log.Append(t.Context(), want))
	got := must[[]staff.Entry](t)(w.log.Entries(t.Context(), 0, 10))[0]
	want.N, want.At, want.Note = 1, now.Add(time.Millisecond), "3 languages "+strings.Repeat("é", 188)
	want.Hash = want.Sum([32]byte{})
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	n, hash, err := w.log.Verify(t.Context())
	if err != nil || n != 1 || hash != want.Hash {
		t.Errorf("verified %d, %v", n, err)
	}
}

func TestEntriesAreListedNewestFirstInPages(t *testing.T) {
	w := filled(t, 25)
	var got []uint64
	before := uint64(0)
	for {
		entries := must[[]staff.Entry](t)(w.log.Entries(t.Context(), before, 10))
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			got = append(got, e.N)
		}
		before = got[len(got)-1]
	}
	for i, n := range got {
		if n != uint64(25-i) {
			t.Fatalf("pages hold %d", got)
		}
	}
	if len(got) != 25 {
		t.Errorf("%d entries", len(got))
	}
	if over := must[[]staff.Entry](t)(w.log.Entries(t.Context(), 99, 2)); len(over) != 2 || over[0].N != 25 {
		t.Errorf("entries below 99: %v", over)
	}
	if none := must[[]staff.Entry](t)(w.log.Entries(t.Context(), 0, 0)); len(none) != 0 {
		t.Errorf("none asked for: %v", none)
	}
}

func TestNoTwoEntriesShareAHash(t *testing.T) {
	e := staff.Entry{N: 1, At: now, Officer: "a", Did: "b", On: "c", Note: "d"}
	seen := map[[32]byte]int{}
	for i, change := range []func(*staff.Entry){
		func(*staff.Entry) {}, func(e *staff.Entry) { e.N = 2 }, func(e *staff.Entry) { e.At = now.Add(time.Millisecond) },
		func(e *staff.Entry) { e.Officer, e.Did = "ab", "" }, func(e *staff.Entry) { e.Did, e.On = "bc", "" },
		func(e *staff.Entry) { e.On, e.Note = "cd", "" }, func(e *staff.Entry) { e.Note = "e" },
	} {
		e := e
		change(&e)
		for _, before := range [][32]byte{{}, {1}} {
			if was, twice := seen[e.Sum(before)]; twice {
				t.Errorf("%d and %d share a hash", was, i)
			}
			seen[e.Sum(before)] = i
		}
	}
}

func TestManyWhoAppendAtOnceAreAllKept(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for i := range 4 {
		log := w.log
		if i%2 == 1 {
			log = staff.NewAudit(w.shelf) // another process knows nothing of our lock
		}
		wg.Go(func() {
			for range 25 {
				if err := log.Append(t.Context(), staff.Entry{At: now, Officer: staff.System, Did: "test.did"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n, _, err := w.log.Verify(t.Context()); n != 100 || err != nil {
		t.Errorf("%d kept, %v", n, err)
	}
}

func TestNothingIsDoneWithoutItsEntryNorToldWithoutBeingDone(t *testing.T) {
	w := filled(t, 3)
	p := bot.Paper{Kind: "draft", ID: "1", Body: []byte("one")}
	out, err := w.log.File(t.Context(), staff.Entry{At: now, Did: "draft.write"}, &p)
	if out != bot.Committed || err != nil || p.Version == 0 {
		t.Fatal(out, err)
	}
	stale := bot.Paper{Kind: "draft", ID: "1", Body: []byte("two")}
	out, err = w.log.File(t.Context(), staff.Entry{At: now, Did: "draft.write"}, &stale)
	if out != bot.Conflict || err != nil {
		t.Errorf("outcome %d, %v", out, err)
	}
	if n, _, err := w.log.Verify(t.Context()); n != 4 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestWhatWasChangedInTheLogIsNamed(t *testing.T) {
	id := func(n int) string { return fmt.Sprintf("%016x", n) }
	for name, c := range map[string]struct {
		do func(w world)
		n  uint64
	}{
		"a note":           {func(w world) { w.edit("audit", id(600), `"a note"`, `"another"`) }, 600},
		"an officer":       {func(w world) { w.edit("audit", id(1), `"system"`, `"nobody"`) }, 1},
		"a time":           {func(w world) { w.edit("audit", id(1202), `"at":`, `"at":1`) }, 1202},
		"a hash":           {func(w world) { w.edit("audit", id(700), `"hash":"`, `"hash":"00`) }, 700},
		"a number":         {func(w world) { w.edit("audit", id(7), `"n":7`, `"n":8`) }, 7},
		"unreadable":       {func(w world) { w.edit("audit", id(7), `{`, `<`) }, 7},
		"one is gone":      {func(w world) { w.erase("audit", id(500)) }, 500},
		"the first":        {func(w world) { w.erase("audit", id(1)) }, 1},
		"the last":         {func(w world) { w.erase("audit", id(1202)) }, 1202},
		"the head":         {func(w world) { w.erase("staff", "audit-head") }, 1},
		"the head is back": {func(w world) { w.edit("staff", "audit-head", `1202`, `1201`) }, 1201},
		"a second head": {func(w world) {
			w.edit("staff", "audit-head", `"hash":"`, `"hash":"`+strings.Repeat("0", 64)+`","was":"`)
		}, 1202},
		"one more": {func(w world) {
			w.file(bot.Paper{Kind: "audit", ID: id(1203), Body: []byte(`{}`)})
		}, 1203},
		"one before": {func(w world) { w.file(bot.Paper{Kind: "audit", ID: id(0), Body: []byte(`{}`)}) }, 1},
		"no entry":   {func(w world) { w.file(bot.Paper{Kind: "audit", ID: "x", Body: []byte(`{}`)}) }, 1203},
	} {
		w := filled(t, 1202)
		c.do(w)
		_, _, err := w.log.Verify(t.Context())
		where, _ := errors.AsType[staff.Tampered](err)
		if !errors.Is(err, staff.ErrTampered) || where.N != c.n {
			t.Errorf("%s: %v, want entry %d", name, err, c.n)
		}
	}
}

func TestAnEntryUnderAnothersNumberIsNamed(t *testing.T) {
	w := newWorld(t)
	e := staff.Entry{N: 2, At: now, Officer: staff.System, Did: "test.did"}
	hash := e.Sum([32]byte{})
	w.file(bot.Paper{Kind: "audit", ID: "0000000000000001", Body: fmt.Appendf(nil, `{"n":2,"at":%d,"officer":"system","did":"test.did","hash":"%x"}`, now.UnixMilli(), hash)})
	w.file(bot.Paper{Kind: "staff", ID: "audit-head", Body: fmt.Appendf(nil, `{"n":1,"hash":"%x"}`, hash)})
	_, _, err := w.log.Verify(t.Context())
	if where, _ := errors.AsType[staff.Tampered](err); where.N != 1 {
		t.Errorf("verified: %v", err)
	}
}

func TestAPageOfALogWithAHoleHoldsNothingOfThePageBefore(t *testing.T) {
	w := filled(t, 9)
	w.erase("audit", "0000000000000004")
	for _, e := range must[[]staff.Entry](t)(w.log.Entries(t.Context(), 6, 3)) {
		if e.N >= 6 {
			t.Errorf("entry %d below 6", e.N)
		}
	}
}

func TestACutEndIsSeenByAHashKeptElsewhere(t *testing.T) {
	w := filled(t, 30)
	_, noted, err := w.log.Verify(t.Context())
	w.ok(err)
	w.ok(w.log.Append(t.Context(), staff.Entry{At: now, Did: "test.did"}))
	held, n, _, err := w.log.VerifyHolding(t.Context(), noted)
	if held != 30 || n != 31 || err != nil {
		t.Errorf("held %d of %d, %v", held, n, err)
	}

	short := filled(t, 20)
	head := must[bot.Paper](t)(short.shelf.Paper(t.Context(), "staff", "audit-head"))
	for n := 21; n <= 31; n++ {
		w.erase("audit", fmt.Sprintf("%016x", n))
	}
	cut := must[bot.Paper](t)(w.shelf.Paper(t.Context(), "staff", "audit-head"))
	cut.Body = head.Body
	w.file(cut)
	if n, _, err := w.log.Verify(t.Context()); n != 20 || err != nil {
		t.Errorf("the chain alone tells of a cut end: %d, %v", n, err)
	}
	held, _, _, err = w.log.VerifyHolding(t.Context(), noted)
	if held != 0 || err != nil {
		t.Errorf("the noted hash is held at %d, %v", held, err)
	}
}

func TestAnEntryPlantedBeyondTheEndStopsNoticeably(t *testing.T) {
	w := filled(t, 3)
	w.file(bot.Paper{Kind: "audit", ID: "0000000000000004", Body: []byte(`{}`)})
	w.fails(w.log.Append(t.Context(), staff.Entry{At: now, Did: "test.did"}), staff.ErrTampered)
	_, err := w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now)
	w.fails(err, staff.ErrTampered)
}

func TestALogIsVerifiedWhileItGrows(t *testing.T) {
	w := filled(t, 600)
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 200 {
			if err := w.log.Append(t.Context(), staff.Entry{At: now, Did: "test.did"}); err != nil {
				t.Error(err)
			}
		}
	})
	for range 20 {
		if n, _, err := w.log.Verify(t.Context()); n < 600 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	wg.Wait()
}

// edit changes the body of a paper behind the log's back.
func (w world) edit(kind, id, old, with string) {
	w.Helper()
	p := must[bot.Paper](w.T)(w.shelf.Paper(w.Context(), kind, id))
	if !bytes.Contains(p.Body, []byte(old)) {
		w.Fatalf("%s %s holds no %s: %s", kind, id, old, p.Body)
	}
	p.Body = bytes.Replace(p.Body, []byte(old), []byte(with), 1)
	w.file(p)
}

// erase erases one.
func (w world) erase(kind, id string) {
	w.Helper()
	p := must[bot.Paper](w.T)(w.shelf.Paper(w.Context(), kind, id))
	p.Body = nil
	w.file(p)
}

func (w world) file(p bot.Paper) {
	w.Helper()
	if out, err := w.shelf.File(w.Context(), &p); out != bot.Committed || err != nil {
		w.Fatal(out, err)
	}
}

func TestSeveralEntriesStandOrFallWithTheirPapers(t *testing.T) {
	w := filled(t, 3)
	deeds := []bot.Deed{{At: now, By: staff.System, Did: "test.one", On: "a"}, {At: now, By: "0123456789abcdef", Did: "test.two", On: "b", Note: "into c"}}
	paper := bot.Paper{Kind: "test", ID: "a", Body: []byte("1")}
	if out, err := w.log.Log(t.Context(), deeds, &paper); err != nil || out != bot.Committed || paper.Version == 0 {
		t.Fatalf("%v, %v", out, err)
	}
	old := bot.Paper{Kind: "test", ID: "a", Body: []byte("2")} // as if it were not there
	if out, err := w.log.Log(t.Context(), deeds, &old); err != nil || out != bot.Conflict {
		t.Errorf("what was not seen was overwritten: %v, %v", out, err)
	}
	n, _, err := w.log.Verify(t.Context())
	if err != nil || n != 5 {
		t.Errorf("verified %d, %v", n, err)
	}
	got := must[[]staff.Entry](t)(w.log.Entries(t.Context(), 0, 2))
	if got[1].Did != "test.one" || got[1].N != 4 || got[0].Did != "test.two" || got[0].N != 5 || got[0].Officer != deeds[1].By || got[0].Note != "into c" {
		t.Errorf("%+v", got)
	}
}
