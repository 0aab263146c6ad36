// People, a store, an assistant and a desk to test with; and a fuse that blows
// between any two steps.

package rumour_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"posada/bot"
	"posada/bot/rumour"
	"posada/flows"
	"posada/locales"
	"posada/store/bolt"
	"posada/store/memory"
	"posada/store/seal"
)

var start = time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)

// store is what both stores are.
type store interface {
	bot.Store
	bot.Shelf
	bot.Notes
	Contacts(ctx context.Context, each func(bot.Contact) error) error
}

var stores = map[string]func(testing.TB) store{
	"memory": func(testing.TB) store { return memory.New() },
	"bolt": func(t testing.TB) store {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		s, err := bolt.Open(filepath.Join(t.TempDir(), "posada.db"), keys)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	},
}

// manners is a book of three words: whatever is written is met with nothing,
// stop stops, and delete erases.
type manners struct{}

func (manners) Step(_ flows.Session, in flows.Input, _ flows.Form, at flows.At) (flows.Session, []flows.Message, []flows.Effect) {
	s := flows.Session{Language: "es", Flow: "menu", Node: "menu", Consented: true, Seen: at.Now.Unix() / 60}
	switch in.Text {
	case "stop":
		s.Stopped = true
		return s, nil, []flows.Effect{{Kind: flows.EffectOptOut}}
	case "delete":
		return flows.Session{}, nil, []flows.Effect{{Kind: flows.EffectForget}}
	}
	return s, nil, nil
}
func (manners) Expire(s flows.Session, _ time.Time) (flows.Session, bool) { return s, false }
func (manners) Urgent(string) bool                                        { return false }
func (manners) WantsDiary(flows.Session, flows.Input) bool                { return false }
func (manners) WantsLetters(flows.Session, flows.Input) bool              { return false }
func (manners) Recheck(flows.Session, time.Time) (effects []flows.Effect, again bool) {
	return nil, false
}

// words is a matcher by the words that texts share: clear when most are.
type words struct{ cases map[string][][]byte }

func matcher() *words { return &words{map[string][][]byte{}} }

func (words) Print(_, text string) []byte {
	var out []byte
	tokens := locales.Tokens(locales.Fold(text))
	slices.Sort(tokens)
	for _, t := range slices.Compact(tokens) {
		if utf8.RuneCountInString(t) > 3 && len(out) < 400 {
			sum := sha256.Sum256([]byte(t))
			out = append(out, sum[:4]...)
		}
	}
	return out
}
func (w *words) Put(id string, print []byte) { w.cases[id] = append(w.cases[id], print) }
func (w *words) Drop(id string)              { delete(w.cases, id) }
func (w *words) Find(print []byte) (ids []string, clear bool) {
	most := 0.
	for id, prints := range w.cases {
		for _, other := range prints {
			same := 0
			for a := range slices.Chunk(print, 4) {
				for b := range slices.Chunk(other, 4) {
					if slices.Equal(a, b) {
						same++
					}
				}
			}
			if near := float64(same) / (float64(max(len(print), len(other))) / 4); near > most {
				most, ids = near, []string{id}
			}
		}
	}
	return ids, most > 0.6
}

// errBlown is what a fuse that has blown lets everything end with.
var errBlown = errors.New("the power is gone")

// fuse blows after some steps: the last of them is done all the same when late
// is set, though nobody learns of it.
type fuse struct {
	mu    sync.Mutex
	steps int // left; below zero it never blows
	late  bool
	blown bool
}

func (f *fuse) step(do func() error) error {
	f.mu.Lock()
	if f.blown {
		f.mu.Unlock()
		return errBlown
	}
	if f.steps == 0 {
		f.blown = true
		late := f.late
		f.mu.Unlock()
		if late {
			_ = do() // nobody is there to hear of it
		}
		return errBlown
	}
	f.steps--
	f.mu.Unlock()
	return do()
}

// wired is a store behind a fuse. Reading is no step.
type wired struct {
	store
	*fuse
}

func (w wired) SortNote(ctx context.Context, id bot.NoteID, to string) (kept bool, err error) {
	err = w.step(func() error { kept, err = w.store.SortNote(ctx, id, to); return err })
	return kept, err
}
func (w wired) EraseNotes(ctx context.Context, ids ...bot.NoteID) error {
	return w.step(func() error { return w.store.EraseNotes(ctx, ids...) })
}
func (w wired) File(ctx context.Context, papers ...*bot.Paper) (o bot.Outcome, err error) {
	err = w.step(func() error { o, err = w.store.File(ctx, papers...); return err })
	return o, err
}

// world is everything.
type world struct {
	*rumour.Desk
	t     testing.TB
	store store
	a     *bot.Assistant
	fuse  *fuse
	with  rumour.Matcher // nil: words
	log   bot.Log

	mu     sync.Mutex
	told   map[string]int // "person timer case" → how often
	board  []rumour.Answered
	gone   map[string]uint64 // withdrawn editions by case
	open   rumour.Opening
	alarms []rumour.Alarm
	faults []error
	n      int
}

func newWorld(t testing.TB, s store) *world {
	w := &world{t: t, store: s, a: bot.New(manners{}, s), told: map[string]int{}}
	w.restart(-1, false)
	return w
}

// restart makes a new desk, with a fuse for so many steps.
func (w *world) restart(steps int, late bool) {
	w.fuse = &fuse{steps: steps, late: late}
	f := w.fuse
	s := wired{w.store, f}
	with := w.with
	if with == nil {
		with = matcher()
	}
	w.Desk = rumour.New(rumour.Config{
		Notes: s, Shelf: s, Match: with, Log: w.log,
		Call: func(ctx context.Context, who bot.Address, call bot.Call) (did bool, err error) {
			err = f.step(func() error {
				if did, err = w.a.Call(ctx, who, call); did {
					w.mu.Lock()
					w.told[who.ID+" "+string(call.Timer.Kind)+" "+call.Timer.Programme]++
					w.mu.Unlock()
				}
				return err
			})
			return did, err
		},
		Langs:  []string{"en", "es", "fr", "ht", "ar"},
		Link:   func(s string) bool { return strings.Contains(s, "unhcr.org") },
		Number: func(s string) bool { return s == "8002000100" },
		Meeting: func(text string) string {
			if strings.Contains(text, "iglesia") && strings.Contains(text, "a las 5") {
				return "iglesia"
			}
			return ""
		},
		Publish: func(a []rumour.Answered) { w.mu.Lock(); w.board = a; w.mu.Unlock() },
		Opened:  func(o rumour.Opening) { w.mu.Lock(); w.open = o; w.mu.Unlock() },
		Withdrawn: func(id string) (uint64, flows.Date) {
			if w.gone[id] == 0 {
				return 0, 0
			}
			return w.gone[id], 20260310
		},
		Alarm:  func(a rumour.Alarm) { w.mu.Lock(); w.alarms = append(w.alarms, a); w.mu.Unlock() },
		Report: func(err error) { w.mu.Lock(); w.faults = append(w.faults, err); w.mu.Unlock() },
		Author: rumour.Author{Name: "Casa Posada", URL: "https://posada.example", Page: "https://posada.example/rumours"},
	})
}

func (w *world) load(now time.Time) {
	w.t.Helper()
	if err := w.Load(w.t.Context(), now); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) pass(now time.Time) {
	w.t.Helper()
	if err := w.Pass(w.t.Context(), now); err != nil {
		w.t.Fatal(err)
	}
}

func person(i int) bot.Address {
	return bot.Address{Channel: "sms", ID: fmt.Sprintf("+1555000%04d", i)}
}

// says has a person write one of the book's words.
func (w *world) says(who bot.Address, text string, at time.Time) {
	w.t.Helper()
	w.n++
	if _, err := w.a.Receive(w.t.Context(), bot.Inbound{ID: fmt.Sprint("in", w.n), From: who, Form: flows.SMS, Text: text, At: at}); err != nil {
		w.t.Fatal(err)
	}
}

// writes files a note of a person, who becomes known by it.
func (w *world) writes(who bot.Address, n bot.Note) {
	w.t.Helper()
	w.says(who, "hola", n.At)
	w.n++
	snap, err := w.store.Load(w.t.Context(), who, fmt.Sprint("note", w.n))
	if err != nil {
		w.t.Fatal(err)
	}
	n.From = who
	outcome, err := w.store.Commit(w.t.Context(), bot.Turn{Snapshot: snap, Now: n.At, Session: snap.Session, Notes: []bot.Note{n}})
	if err != nil || outcome != bot.Committed {
		w.t.Fatal(outcome, err)
	}
}

func (w *world) hears(i int, lang, text string, at time.Time) {
	w.t.Helper()
	w.writes(person(i), bot.Note{Kind: bot.NoteRumour, At: at, Lang: lang, Text: text})
}

func (w *world) letter(i int, text string, at time.Time) {
	w.t.Helper()
	w.writes(person(i), bot.Note{Kind: bot.NoteLetter, At: at, Lang: "ht", Text: text})
}

// only is the one case that is listed.
func (w *world) only(f rumour.Filter, now time.Time) rumour.Case {
	w.t.Helper()
	all := w.Cases(f, now)
	if len(all) != 1 {
		w.t.Fatalf("%d cases, want one: %+v", len(all), all)
	}
	return w.show(all[0].ID, now)
}

func (w *world) show(id string, now time.Time) rumour.Case {
	w.t.Helper()
	c, err := w.Case(w.t.Context(), id, now)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// notes are all that stand in the store.
func (w *world) notes() (out []bot.Note) {
	w.t.Helper()
	if err := w.store.Notes(w.t.Context(), func(n bot.Note) error { out = append(out, n); return nil }); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// tellings counts how often somebody was told of a case.
func (w *world) tellings(i int, kind, id string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told[person(i).ID+" "+kind+" "+id]
}

// verdict is one without a fault.
func verdict() rumour.Verdict {
	return rumour.Verdict{
		Verdict: rumour.False,
		Claim:   map[string]string{"en": "Groups get appointments faster", "es": "Los grupos reciben cita más rápido"},
		Reason:  map[string]string{"en": "Each person is given a turn alone.", "es": "A cada persona se le da un turno a solas."},
		Sources: []rumour.Source{{Publisher: "UNHCR", Title: "Appointments", URL: "https://help.unhcr.org/mexico", Date: 20260301}},
		Review:  20260601,
	}
}

func (w *world) answer(id string, v rumour.Verdict, now time.Time) {
	w.t.Helper()
	c := w.show(id, now)
	problems, err := w.Answer(w.t.Context(), "ana", id, c.Revision, v, now)
	if err != nil || len(problems) > 0 {
		w.t.Fatal(problems, err)
	}
}
