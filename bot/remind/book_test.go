// A small book of one reminder a day, and stores to keep it in.

package remind_test

import (
	"context"
	"fmt"
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
)

const programme = "shelter"

var daily = flows.Timer{Kind: flows.TimerDaily, Programme: programme}

// almanac reminds everybody who wrote at one minute of every UTC day, and says
// so until an hour after it.
type almanac struct {
	minute int                                // after midnight
	event  func(flows.Session, flows.Event)   // is told of every event; may be nil
	tells  func(flows.Session) []flows.Effect // what else happens when somebody writes; may be nil
}

func (b almanac) next(after time.Time) time.Time {
	at := after.UTC().Truncate(24 * time.Hour).Add(time.Duration(b.minute) * time.Minute)
	if !at.After(after) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

func (b almanac) Step(s flows.Session, in flows.Input, _ flows.Form, at flows.At) (flows.Session, []flows.Message, []flows.Effect) {
	next := flows.Effect{Kind: flows.EffectTimer, Timer: daily.Kind, Programme: programme, Moment: b.next(at.Now)}
	if (in.Event == flows.Event{}) {
		s = flows.Session{Language: "es", Flow: "menu", Node: in.Text, Consented: true, Seen: at.Now.Unix() / 60}
		effects := []flows.Effect{{Kind: flows.EffectSubscribe, Programme: programme, Place: "tijuana", Zone: "America/Tijuana", When: "opens"}, next}
		if b.tells != nil {
			effects = append(effects, b.tells(s)...)
		}
		return s, []flows.Message{{Text: "you will be reminded"}}, effects
	}
	if b.event != nil {
		b.event(s, in.Event)
	}
	if at.Now.Sub(in.Event.Due) >= time.Hour {
		return s, nil, []flows.Effect{{Kind: flows.EffectSkip, Programme: programme, Timer: daily.Kind}, next}
	}
	remind := flows.Effect{
		Kind: flows.EffectRemind, Programme: programme, Timer: daily.Kind, Moment: in.Event.Due.Add(time.Hour), Late: at.Now.Sub(in.Event.Due) > 10*time.Minute,
	}
	return s, []flows.Message{{Text: "¿Ya lo hizo?", Lang: "es", Flow: "reminders", Node: "day"}}, []flows.Effect{remind, next}
}

func (almanac) Expire(s flows.Session, _ time.Time) (flows.Session, bool) { return s, false }

func (almanac) Urgent(string) bool { return false }

func (almanac) WantsDiary(flows.Session, flows.Input) bool { return false }

func (almanac) WantsLetters(flows.Session, flows.Input) bool { return false }

func (almanac) Recheck(flows.Session, time.Time) ([]flows.Effect, bool) { return nil, false }

// store is what both stores are.
type store interface {
	bot.Store
	bot.Outbox
	Counts(context.Context) (bot.Counts, error)
	Contacts(ctx context.Context, each func(bot.Contact) error) error
}

// stores opens an empty store of each kind.
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
		return s
	},
}

// end closes a store, where it can be closed: a bubble ends when all in it has.
func end(t testing.TB, s store) {
	t.Helper()
	if c, ok := s.(*bolt.Store); ok {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func person(i int) bot.Address { return bot.Address{Channel: "sms", ID: fmt.Sprintf("+1555%07d", i)} }

// subscribe has people write, many at once.
func subscribe(t testing.TB, a *bot.Assistant, at time.Time, people ...bot.Address) {
	t.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(len(people), 256) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(people); i = int(next.Add(1)) - 1 {
				in := bot.Inbound{ID: fmt.Sprint(at.UnixNano(), " ", people[i].Channel, people[i].ID), From: people[i], Form: flows.SMS, Text: "hola", At: at}
				if _, err := a.Receive(t.Context(), in); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

func crowd(n int) (people []bot.Address) {
	for i := range n {
		people = append(people, person(i))
	}
	return people
}

// reminders counts what is queued as reminders, by contact.
func reminders(t testing.TB, s store, now time.Time) map[string]int {
	t.Helper()
	got, err := s.Claim(t.Context(), now, bot.ClaimOrder{Channel: "sms", Kind: bot.Reminder, Lines: 1 << 20, Each: 1 << 20, Lease: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, c := range got {
		n[c.To.ID]++
	}
	return n
}
