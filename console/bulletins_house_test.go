// What stands behind the pages where officers write to people, for tests: the
// real desk and the real bulletins over a store in memory, and people in it.
package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/bot/rumour"
	"posada/bot/staff"
	"posada/flows"
	"posada/store/memory"
)

// furniture is what furnish put into a house.
type furniture struct {
	store     *memory.Store
	desk      *rumour.Desk
	bulletins *bulletin.Desk
	mu        sync.Mutex  // guards called and reports of the desks
	called    []bot.Call  // what happened in people's conversations
	did       chan string // what the runner of bulletins did
	gone      flows.Date  // since which every answer is withdrawn; 0: none is
}

const (
	approvedLink   = "https://posada.example/help"
	approvedNumber = "+52 55 1234 5678"
	secretID       = "15551230000" // begins every address of these tests
)

// testComposer makes messages with a head and a foot.
type testComposer struct{}

func (testComposer) Bulletin(form flows.Form, lang, text string, _, corrects flows.Date) flows.Message {
	head := "Posada:\n"
	if corrects != 0 {
		head += "[" + lang + " corrects " + corrects.String() + "]\n"
	}
	m := flows.Message{Text: head + text + "\n(menu / stop)", Lang: lang}
	if form.MaxSegments > 0 {
		m.Segments = 1 + len([]rune(m.Text))/153
	}
	if form.Buttons {
		m.Choices = []flows.Choice{{Key: "1", Label: "Menu", Payload: "menu"}}
	}
	return m
}

// sameWords recognises a rumour that is told in the same words.
type sameWords struct{ by map[string][]string }

func (m sameWords) Print(_, text string) []byte { return []byte(strings.ToLower(text)) }
func (m sameWords) Put(id string, print []byte) { m.by[id] = append(m.by[id], string(print)) }
func (m sameWords) Drop(id string)              { delete(m.by, id) }
func (m sameWords) Find(print []byte) (ids []string, clear bool) {
	for id, prints := range m.by {
		if slices.Contains(prints, string(print)) {
			ids = append(ids, id)
		}
	}
	return ids, len(ids) == 1
}

// furnish gives a house's console the desk, the bulletins and their supply.
func furnish(h *house, store *memory.Store, c *Config) {
	f := &furniture{store: store, did: make(chan string, 100)}
	h.furniture = f
	report := func(err error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		h.reports = append(h.reports, err)
	}
	f.desk = rumour.New(rumour.Config{
		Notes: f.store, Shelf: f.store, Log: h.audit.Log, Match: sameWords{map[string][]string{}}, Langs: []string{"en", "es", "ht", "fa"},
		Call: func(ctx context.Context, who bot.Address, call bot.Call) (bool, error) {
			f.mu.Lock()
			f.called = append(f.called, call)
			f.mu.Unlock()
			return true, f.store.EraseNotes(ctx, call.EraseNotes...)
		},
		Link:    func(s string) bool { return s == approvedLink },
		Number:  func(s string) bool { return s == "525512345678" },
		Meeting: bulletin.Meeting,
		Author:  rumour.Author{Name: "Casa Prueba", URL: "https://posada.example/", Page: "https://posada.example/rumours"},
		Report:  report,
		Withdrawn: func(string) (uint64, flows.Date) {
			if f.gone == 0 {
				return 0, 0
			}
			return 1 << 62, f.gone
		},
	})
	f.bulletins = bulletin.New(f.store, bulletin.World{
		Composer: testComposer{}, Languages: []string{"en", "es", "ht", "fa"}, Channels: []string{"telegram", "whatsapp", "sms"},
		Places: []string{"tapachula"}, Programmes: []string{"cbp-one"},
		Directory: func() bulletin.Directory {
			return bulletin.Directory{Links: []string{approvedLink}, Phones: []string{approvedNumber}}
		},
		MayApprove: func(ctx context.Context, id string) (bool, error) {
			list, err := h.staff.Officers(ctx)
			i := slices.IndexFunc(list, func(o staff.Officer) bool { return o.ID == id })
			return i >= 0 && !list[i].Ended && list[i].Role.Can(staff.ActApprove), err
		},
		Rates:  map[string]float64{"telegram": 25, "whatsapp": 10, "sms": 1},
		Prices: bulletin.Prices{Currency: "USD", Segment: .01, WhatsApp: .005, Nudge: .02},
		Log: func(ctx context.Context, done []bot.Deed, papers ...*bot.Paper) (bot.Outcome, error) {
			out, err := h.audit.Log(ctx, done, papers...)
			for _, d := range done {
				if d.By == bulletin.System && out == bot.Committed {
					f.did <- d.Did
				}
			}
			return out, err
		},
		Report: report,
	})
	c.Desk, c.Bulletins = f.desk, f.bulletins
	c.Supply = Supply{
		Languages: []Tongue{{"en", "English", false}, {"es", "Español", false}, {"ht", "Kreyòl ayisyen", false}, {"fa", "فارسی", true}},
		Places:    []Named{{"tapachula", "Tapachula"}}, Programmes: []Named{{"cbp-one", "CBP One"}},
		Links: []Named{{approvedLink, "Help"}}, Numbers: []Named{{approvedNumber, "COMAR"}},
	}
	if err := f.desk.Load(context.Background(), time.Now()); err != nil {
		h.t.Fatal(err)
	}
}

// someone is the nth person of the tests, who speaks lang.
func (h *house) someone(n int, lang string, notes ...bot.Note) {
	h.t.Helper()
	ctx, now := context.Background(), time.Now()
	channel := []string{"telegram", "whatsapp", "sms"}[n%3]
	who := bot.Address{Channel: channel, ID: fmt.Sprint(secretID, n)}
	snap, err := h.furniture.store.Load(ctx, who, fmt.Sprint("m", n))
	if err != nil {
		h.t.Fatal(err)
	}
	for i := range notes {
		notes[i].From, notes[i].Lang = who, lang
		if notes[i].At.IsZero() {
			notes[i].At = now
		}
	}
	turn := bot.Turn{
		Snapshot: snap, Now: now, Contact: &bot.Contact{Address: who, Form: channel, Since: now, Consent: now},
		Session: flows.Session{Language: lang}.Encode(), Notes: notes,
	}
	if outcome, err := h.furniture.store.Commit(ctx, turn); err != nil || outcome != bot.Committed {
		h.t.Fatalf("keep a person: %v, %v", outcome, err)
	}
}

// people fills the store with n who speak lang.
func (h *house) people(from, n int, lang string) {
	h.t.Helper()
	for i := range n {
		h.someone(from+i, lang)
	}
}

// heard lets people tell a rumour, and has it sorted.
func (h *house) heard(from, n int, lang, text string) {
	h.t.Helper()
	for i := range n {
		h.someone(from+i, lang, bot.Note{Kind: bot.NoteRumour, Text: text, Place: "tapachula"})
	}
	h.pass()
}

func (h *house) pass() {
	h.t.Helper()
	if err := h.furniture.desk.Pass(context.Background(), time.Now()); err != nil {
		h.t.Fatal(err)
	}
}

// begun waits until the runner has begun to send something.
func (h *house) begun() {
	h.t.Helper()
	for did := range h.furniture.did {
		if did == "bulletin."+bulletin.DidBegin {
			return
		}
	}
}

// rumour is the one case there is.
func (h *house) rumour() rumour.Case {
	h.t.Helper()
	list := h.furniture.desk.Cases(rumour.Filter{}, time.Now())
	if len(list) != 1 {
		h.t.Fatalf("%d cases, want one", len(list))
	}
	c, err := h.furniture.desk.Case(context.Background(), list[0].ID, time.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// bulletin is the one with that title.
func (h *house) bulletin(title string) bulletin.Bulletin {
	h.t.Helper()
	list, err := h.furniture.bulletins.List(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, b := range list {
		if b.Title == title {
			return b
		}
	}
	h.t.Fatalf("there is no bulletin %q", title)
	return bulletin.Bulletin{}
}

// where is the path an answer leads to.
func (a answer) where(t testing.TB) string {
	t.Helper()
	if a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d, want a redirect: %s", a.StatusCode, a.text)
	}
	return a.Header.Get("Location")
}

// entries of the audit log, the newest first.
func (h *house) entries() []staff.Entry {
	h.t.Helper()
	list, err := h.audit.Entries(context.Background(), 0, 20)
	if err != nil || len(list) == 0 {
		h.t.Fatalf("read the audit log: %d entries, %v", len(list), err)
	}
	return list
}
