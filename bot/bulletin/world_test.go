// The world of the tests: people in a store, officers, and a composer.

package bulletin_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/flows"
	"posada/locales"
	"posada/store/bolt"
	"posada/store/memory"
	"posada/store/seal"
)

type store interface {
	bot.Store
	bot.Outbox
	bot.Shelf
	bot.Mailings
	Counts(context.Context) (bot.Counts, error)
}

var day = time.Date(2026, 3, 15, 10, 30, 0, 0, time.UTC)

func openBolt(t testing.TB) store {
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := bolt.Open(filepath.Join(t.TempDir(), "posada.db"), keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

var stores = map[string]func(testing.TB) store{
	"memory": func(testing.TB) store { return memory.New() },
	"bolt":   openBolt,
}

// composer writes a head and a foot around a text.
type composer struct {
	mu   sync.Mutex
	head string
}

func (c *composer) set(head string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.head = head
}

func (c *composer) Bulletin(form flows.Form, lang, text string, _, corrects flows.Date) flows.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	text = c.head + text
	if corrects != 0 {
		text = "corrects " + corrects.String() + ": " + text
	}
	m := flows.Message{Text: text, Lang: lang, Flow: "bulletin"}
	if form.MaxSegments > 0 {
		m.Text = locales.Transliterate(text)
		m.Segments = locales.Segments(m.Text)
	}
	return m
}

// office is a desk with its store.
type office struct {
	*bulletin.Desk
	t        testing.TB
	s        store
	world    bulletin.World
	composer *composer

	mu     sync.Mutex
	fired  map[string]bool // officers who may no longer approve
	faults []error
	live   []bulletin.Progress
	did    []string
	people int

	strangers bool // who is enrolled never agreed to go on
}

var (
	ana   = bulletin.Actor{ID: "ana"}
	beto  = bulletin.Actor{ID: "beto"}
	carla = bulletin.Actor{ID: "carla"}
)

func newOffice(t testing.TB, s store) *office {
	o := &office{t: t, s: s, composer: &composer{}, fired: map[string]bool{}}
	o.world = bulletin.World{
		Composer:   o.composer,
		Languages:  []string{"en", "es", "ht"},
		Channels:   []string{"sms", "whatsapp", "telegram", "simulator"},
		Places:     []string{"tijuana", "nogales"},
		Programmes: []string{"cbp_one"},
		Directory:  func() bulletin.Directory { return bulletin.Directory{Links: []string{"unhcr.org"}} },
		PlaceWords: func() []string { return []string{"Tijuana"} },
		Template:   func(lang string) bool { return lang == "es" },
		MayApprove: func(_ context.Context, id string) (bool, error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			return !o.fired[id], nil
		},
		Rates:  map[string]float64{"sms": 10},
		Prices: bulletin.Prices{Currency: "USD", Segment: 0.01, WhatsApp: 0.005, Nudge: 0.02},
		Live: func(p bulletin.Progress) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.live = append(o.live, p)
		},
		Log: func(ctx context.Context, done []bot.Deed, papers ...*bot.Paper) (bot.Outcome, error) {
			out, err := s.File(ctx, papers...)
			o.mu.Lock()
			defer o.mu.Unlock()
			for _, d := range done {
				if out == bot.Committed && err == nil {
					o.did = append(o.did, d.Did+" "+d.On)
				}
			}
			return out, err
		},
		Report: func(err error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.faults = append(o.faults, err)
		},
	}
	o.Desk = bulletin.New(s, o.world)
	return o
}

// enrol adds n people who are like p; Form and Consent are filled in.
func (o *office) enrol(n int, p bot.Person) []bot.Address {
	o.t.Helper()
	var out []bot.Address
	if p.Lang == "" {
		p.Lang = "es"
	}
	if p.Channel == "" {
		p.Channel = "sms"
	}
	if p.Form == "" {
		p.Form = p.Channel
	}
	if p.Since.IsZero() {
		p.Since = day
	}
	if p.Consent.IsZero() && !o.strangers {
		p.Consent = day
	}
	if p.Seen.IsZero() {
		p.Seen = day
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for range n {
		o.people++
		c := p.Contact
		c.ID = fmt.Sprintf("+1555%07d", o.people)
		out = append(out, c.Address)
		wg.Go(func() {
			o.turn(c.Address, bot.Turn{Now: p.Seen, Contact: &c, Session: flows.Session{Language: p.Lang, Consented: true}.Encode()})
		})
	}
	return out
}

var turns atomic.Int64

// turn commits something for a contact.
func (o *office) turn(who bot.Address, turn bot.Turn) {
	o.t.Helper()
	snap, err := o.s.Load(o.t.Context(), who, fmt.Sprint("m", turns.Add(1)))
	if err != nil {
		o.t.Error(err)
		return
	}
	if turn.Snapshot = snap; turn.Session == nil {
		turn.Session = snap.Session
	}
	if outcome, err := o.s.Commit(o.t.Context(), turn); err != nil || outcome != bot.Committed {
		o.t.Error(outcome, err)
	}
}

func must[T any](o *office) func(T, error) T {
	return func(v T, err error) T {
		o.t.Helper()
		if err != nil {
			o.t.Fatal(err)
		}
		return v
	}
}

// content is a bulletin in Spanish and English.
func content() bulletin.Content {
	return bulletin.Content{Title: "fraud", Source: "es", Texts: map[string]string{"es": "Nadie vende citas.", "en": "Nobody sells appointments."}}
}

// approved writes one, hands it over and has it approved.
func (o *office) approved(c bulletin.Content, now time.Time) bulletin.Bulletin {
	o.t.Helper()
	return o.approve(must[bulletin.Bulletin](o)(o.Draft(o.t.Context(), ana, c, now)), now)
}

func (o *office) approve(b bulletin.Bulletin, now time.Time) bulletin.Bulletin {
	o.t.Helper()
	ok := must[bulletin.Bulletin](o)
	b = ok(o.HandOver(o.t.Context(), b.ID, b.Version, ana, now))
	return ok(o.Approve(o.t.Context(), b.ID, b.Version, beto, now))
}

// send has an approved one sent.
func (o *office) send(b bulletin.Bulletin, now time.Time) bulletin.Bulletin {
	o.t.Helper()
	return must[bulletin.Bulletin](o)(o.Send(o.t.Context(), b.ID, b.Version, ana, now))
}

// read reads one.
func (o *office) read(id string) bulletin.Bulletin {
	o.t.Helper()
	return must[bulletin.Bulletin](o)(o.Bulletin(o.t.Context(), id))
}

// claim lends whatever is ready on all channels, and settles it as sent. It
// returns who got what.
func (o *office) claim(now time.Time, most int) []bot.Claimed {
	o.t.Helper()
	var out []bot.Claimed
	for _, channel := range o.world.Channels {
		for len(out) < most {
			claimed, err := o.s.Claim(o.t.Context(), now, bot.ClaimOrder{Channel: channel, Kind: bot.Bulletin, Lines: min(50, most-len(out)), Each: 5, Lease: time.Minute})
			if err != nil {
				o.t.Fatal(err)
			}
			if len(claimed) == 0 {
				break
			}
			var settled []bot.Settlement
			for _, c := range claimed {
				settled = append(settled, bot.Settlement{Token: c.Token, Fate: bot.FateSent})
			}
			if _, err := o.s.Settle(o.t.Context(), now, settled); err != nil {
				o.t.Fatal(err)
			}
			out = append(out, claimed...)
		}
	}
	return out
}

func (o *office) reported() []error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.faults)
}

// hasCode tells whether problems hold a code, as a warning or not.
func hasCode(problems []bulletin.Problem, code bulletin.Code, warning bool) bool {
	return slices.ContainsFunc(problems, func(p bulletin.Problem) bool { return p.Code == code && p.Warning == warning })
}

// refusedFor tells whether an error is a refusal for a code.
func refusedFor(err error, code bulletin.Code) bool {
	var refused *bulletin.RefusedError
	return errors.As(err, &refused) && errors.Is(err, bulletin.ErrRefused) && hasCode(refused.Problems, code, false)
}
