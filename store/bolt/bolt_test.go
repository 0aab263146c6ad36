// The file keeps the contract of every store.

package bolt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/memory"
	"posada/store/seal"
	"posada/store/storetest"
)

var day = time.Date(2026, 3, 15, 10, 30, 0, 0, time.UTC)

// file is a database and its keys.
type file struct {
	path string
	keys *seal.Seal
}

func newFile(t testing.TB) file {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	return file{filepath.Join(t.TempDir(), "data", "posada.db"), keys}
}

func (f file) open(t testing.TB) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(f.path, f.keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // a second time is no error
	return s
}

func closeStore(t testing.TB, s *bolt.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// parrot is a book that keeps and repeats all that is said to it: the worst
// there could be to keep secret.
type parrot struct{}

func (parrot) Step(s flows.Session, in flows.Input, _ flows.Form, at flows.At) (flows.Session, []flows.Message, []flows.Effect) {
	said := []flows.Message{{Text: "you said: " + in.Text, Lang: "es", Choices: []flows.Choice{{Key: "1", Label: in.Text}}}}
	switch in.Text {
	case "borrar":
		return flows.Session{}, said, []flows.Effect{{Kind: flows.EffectForget}}
	case "alto":
		return s, said, []flows.Effect{{Kind: flows.EffectOptOut}}
	}
	s.Language, s.Flow, s.Seen = "es", "parrot", at.Now.Unix()/60
	s.Node += in.Text + "."
	return s, said, []flows.Effect{
		{Kind: flows.EffectRumour, Text: in.Text},
		{Kind: flows.EffectReport, Programme: "cbp-one", Outcome: in.Text},
		{Kind: flows.EffectSubscribe, Programme: "cbp-one", Place: in.Text, Zone: "America/Tijuana", When: "opens"},
	}
}

func (parrot) Expire(s flows.Session, _ time.Time) (flows.Session, bool) { return s, false }

func (parrot) Urgent(string) bool { return false }

func (parrot) WantsDiary(flows.Session, flows.Input) bool { return false }

func (parrot) WantsLetters(flows.Session, flows.Input) bool { return false }

func (parrot) Recheck(flows.Session, time.Time) ([]flows.Effect, bool) { return nil, false }

// replies claims what is queued in answer to people by SMS.
func replies(t testing.TB, s *bolt.Store) []bot.Claimed {
	t.Helper()
	got, err := s.Claim(t.Context(), day, order(bot.Reply))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// order is for all of a kind by SMS.
func order(kind bot.Kind) bot.ClaimOrder {
	return bot.ClaimOrder{Channel: "sms", Kind: kind, Lines: 1 << 20, Each: 1 << 20, Lease: time.Minute}
}

func inbound(id string, from bot.Address, text string) bot.Inbound {
	return bot.Inbound{ID: id, From: from, Form: flows.SMS, Text: text, At: day}
}

func receive(t testing.TB, a *bot.Assistant, in bot.Inbound) bot.Receipt {
	t.Helper()
	r, err := a.Receive(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func counts(t testing.TB, s *bolt.Store) bot.Counts {
	t.Helper()
	c, err := s.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBoltKeepsTheContract(t *testing.T) {
	files := map[storetest.Store]file{}
	open := func(t *testing.T, f file) storetest.Store {
		s := f.open(t)
		files[s] = f
		return s
	}
	storetest.Run(t,
		func(t *testing.T) storetest.Store { return open(t, newFile(t)) },
		func(t *testing.T, s storetest.Store) storetest.Store {
			closeStore(t, s.(*bolt.Store))
			return open(t, files[s])
		})
}

func TestBoltAndMemoryCannotBeToldApart(t *testing.T) {
	seeds := uint64(4)
	if os.Getenv("POSADA_SCALE") == "full" {
		seeds = 40
	}
	for seed := range seeds {
		f := newFile(t)
		s := f.open(t)
		storetest.SideBySide(t, s, memory.New(), seed, 500)
		if s.Damaged() != 0 {
			t.Errorf("%d values are damaged", s.Damaged())
		}
		closeStore(t, s)
		whole(t, f.path)
	}
}

func TestOneMessageManyTimesAtOnceIsAnsweredOnce(t *testing.T) {
	s := newFile(t).open(t)
	// Two assistants: as if the line that holds one person's messages in
	// order did not exist.
	assistants := []*bot.Assistant{bot.New(parrot{}, s), bot.New(parrot{}, s)}
	var fresh atomic.Int64
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			r, err := assistants[i%2].Receive(t.Context(), inbound("SM1", bot.Address{Channel: "sms", ID: "1"}, "hola"))
			if err != nil {
				t.Error(err)
			} else if !r.Duplicate {
				fresh.Add(1)
			}
		})
	}
	wg.Wait()
	if fresh.Load() != 1 {
		t.Errorf("answered %d times", fresh.Load())
	}
	if c := counts(t, s); c.Queued != 1 || c.Seen != 1 || c.Notes != 1 {
		t.Errorf("kept %+v", c)
	}
}

func TestManyWritersLoseNothing(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	a := bot.New(parrot{}, s)
	const people, each = 30, 10
	var wg sync.WaitGroup
	for p := range people {
		wg.Go(func() {
			for i := range each {
				in := inbound(fmt.Sprintf("%d-%d", p, i), bot.Address{Channel: "sms", ID: fmt.Sprint(p)}, fmt.Sprint(i))
				if _, err := a.Receive(t.Context(), in); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	closeStore(t, s)
	s = f.open(t)
	if c := counts(t, s); c.Queued != people*each || c.Seen != people*each || c.Contacts != people {
		t.Errorf("kept %+v", c)
	}
	for p := range people {
		snap, err := s.Load(t.Context(), bot.Address{Channel: "sms", ID: fmt.Sprint(p)}, "none")
		if err != nil {
			t.Fatal(err)
		}
		session, err := flows.DecodeSession(snap.Session)
		if err != nil || session.Node != "0.1.2.3.4.5.6.7.8.9." {
			t.Fatalf("person %d stands at %q, %v", p, session.Node, err)
		}
	}
}
