// Package memory is a bot.Store, and all that goes with one, for tests: it passes the same
// contract as the others, forgets everything at its end, and seals nothing. It
// is also the model that other stores are compared with, so it does everything
// in the plainest way.
package memory

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"posada/bot"
)

// Store keeps everything in memory. It is safe for use by many goroutines.
type Store struct {
	mu          sync.Mutex
	people      map[bot.Address]*person
	optedOut    map[bot.Address]bool
	unreachable map[bot.Address]bool
	seen        map[message]string // → UTC day
	notes       []bot.Note         // the oldest first
	papers      []bot.Paper
	mailings    map[bot.MailingID]*mailing
	fates       map[uint64]fate // of messages of mailings
	lines       map[lineKey]*line
	loans       map[uint64]*loan // by message
	settling    map[uint64]bool  // lent until the call that settles them
	doubted     map[uint64]bool  // of mailings, lent once, and nobody told what became of them
	gone        map[uint64]*loan // lent, and then erased or reported to have left
	sent        map[uint64]*left
	dead        []bot.Dead
	lastID      uint64
	fence       uint64
	written     uint64
}

var (
	_ bot.Store    = (*Store)(nil)
	_ bot.Outbox   = (*Store)(nil)
	_ bot.Shelf    = (*Store)(nil)
	_ bot.Notes    = (*Store)(nil)
	_ bot.Mailings = (*Store)(nil)
)

// message is a provider's message id on its channel, or the id of a quiet turn
// of one contact.
type message struct{ channel, id, contact string }

// wasSeen tells whether a contact had this message, or this quiet turn, before.
func (s *Store) wasSeen(from bot.Address, id string) bool {
	_, said := s.seen[message{from.Channel, id, ""}]
	_, quiet := s.seen[message{from.Channel, id, from.ID}]
	return said || quiet
}

// person is never changed, only replaced: a pointer tells whether anything was.
type person struct {
	contact bot.Contact
	session []byte
	written uint64    // which of the turns of persons was their last
	at      time.Time // when it was, to the minute
	diary   []bot.Entry
}

type basis struct {
	store *Store
	was   *person
}

// New makes an empty store.
func New() *Store {
	return &Store{
		people: map[bot.Address]*person{}, optedOut: map[bot.Address]bool{}, unreachable: map[bot.Address]bool{}, seen: map[message]string{},
		lines: map[lineKey]*line{}, loans: map[uint64]*loan{}, settling: map[uint64]bool{}, doubted: map[uint64]bool{}, gone: map[uint64]*loan{}, sent: map[uint64]*left{},
		mailings: map[bot.MailingID]*mailing{}, fates: map[uint64]fate{},
	}
}

// Load implements bot.Store.
func (s *Store) Load(ctx context.Context, from bot.Address, messageID string) (bot.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return bot.Snapshot{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[from]
	snap := bot.Snapshot{From: from, MessageID: messageID, OptedOut: s.optedOut[from], Basis: basis{s, p}}
	snap.Seen = s.wasSeen(from, messageID)
	for _, kind := range []bot.Kind{bot.Reply, bot.Reminder} {
		if l := s.lines[lineKey{from, kind}]; l != nil && l.parked {
			snap.Parked = true
		}
	}
	if p != nil {
		snap.Contact, snap.Session = p.contact, p.session
	}
	return snap, nil
}

// Commit implements bot.Store.
func (s *Store) Commit(ctx context.Context, t bot.Turn) (bot.Outcome, error) {
	from := t.Snapshot.From
	b, ok := t.Snapshot.Basis.(basis)
	if !ok || b.store != s {
		return 0, bot.ErrNotLoaded
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	for i, o := range t.Out {
		errand := o.Kind == bot.Errand && o.To.Channel == from.Channel
		if !errand && (o.To != from || o.Kind < bot.Reply || o.Kind > bot.Bulletin) {
			return 0, fmt.Errorf("message %d of the turn has kind %d, or goes to somebody else", i, o.Kind)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wasSeen(from, t.Snapshot.MessageID) {
		return bot.Duplicate, nil
	}
	if s.people[from] != b.was {
		return bot.Conflict, nil
	}
	id := message{channel: from.Channel, id: t.Snapshot.MessageID}
	if t.Quiet {
		id.contact = from.ID
	}
	s.seen[id] = t.Now.UTC().Format(time.DateOnly)
	mute := t.Quiet && (s.optedOut[from] || s.unreachable[from])
	switch t.OptOut {
	case bot.MarkOut:
		s.optedOut[from] = true
		s.erase(from)
	case bot.MarkIn:
		delete(s.optedOut, from)
	}
	if !t.Quiet {
		delete(s.unreachable, from)
	}
	s.eraseNotes(from, t.EraseNotes)
	if t.Forget {
		s.forget(from)
	} else {
		p := &person{}
		if b.was != nil {
			*p = *b.was
		}
		if t.Contact != nil {
			p.contact = whole(*t.Contact)
		}
		p.session = slices.Clone(t.Session)
		if !t.Quiet || b.was == nil {
			s.written++
			p.written, p.at = s.written, t.Now.UTC().Truncate(time.Minute)
		}
		if t.EraseDiary {
			p.diary = nil
		}
		p.diary = append(slices.Clip(p.diary), t.Diary...)
		s.putNotes(from, t.Notes)
		s.people[from] = p
	}
	if !t.Quiet {
		s.unpark(from)
	}
	for i := range t.Out {
		o := &t.Out[i]
		if o.ID = 0; mute && o.Kind != bot.Errand {
			continue
		}
		s.put(o)
	}
	return bot.Committed, nil
}

// session tells which turn of theirs was a person's last; 0 for none.
func (s *Store) session(who bot.Address) uint64 {
	if p := s.people[who]; p != nil {
		return p.written
	}
	return 0
}

func (s *Store) forget(who bot.Address) {
	delete(s.people, who)
	delete(s.unreachable, who)
	s.notes = slices.DeleteFunc(s.notes, func(n bot.Note) bool { return n.From == who })
	s.erase(who)
}

// Sweep implements bot.Store.
func (s *Store) Sweep(ctx context.Context, order bot.Sweep) (bot.Swept, error) {
	s.mu.Lock()
	people := make(map[bot.Address]*person, len(s.people))
	for who, p := range s.people {
		people[who] = p
	}
	s.mu.Unlock()
	var swept bot.Swept
	for who, was := range people {
		if err := ctx.Err(); err != nil {
			return swept, err
		}
		swept.Sessions++
		// As in every store, the judge is asked outside of any lock.
		v := order.Judge(bot.Kept{Session: was.session, At: was.at})
		s.mu.Lock()
		if s.people[who] == was {
			s.carryOut(who, *was, v, order, &swept)
		}
		s.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	notes := len(s.notes)
	s.notes = slices.DeleteFunc(s.notes, func(n bot.Note) bool { return n.At.Before(order.NotesBefore) })
	swept.Notes = notes - len(s.notes)
	s.sweepSent(order, &swept)
	for id, m := range s.mailings {
		if m.At.Before(order.MailingsBefore) {
			swept.Mailings++
			s.forgetMailing(id)
		}
	}
	first := order.SeenBefore.UTC().Format(time.DateOnly)
	days := map[string]bool{}
	for id, day := range s.seen {
		if day < first {
			days[day] = true
			delete(s.seen, id)
		}
	}
	swept.SeenDays = len(days)
	return swept, nil
}

// carryOut puts a verdict, and the lifetime of the diary, into effect.
func (s *Store) carryOut(who bot.Address, p person, v bot.Verdict, order bot.Sweep, swept *bot.Swept) {
	if v.Act == bot.Forget {
		swept.Forgotten++
		s.forget(who)
		return
	}
	changed := false
	if v.Act == bot.Replace {
		swept.Replaced++
		p.session = slices.Clone(v.Session)
		changed = true
	}
	diary := slices.DeleteFunc(slices.Clone(p.diary), func(e bot.Entry) bool { return e.At.Before(order.DiaryBefore) })
	swept.Diary += len(p.diary) - len(diary)
	if changed || len(diary) < len(p.diary) {
		p.diary = diary
		s.people[who] = &p
	}
}

// Diary implements bot.Store.
func (s *Store) Diary(ctx context.Context, who bot.Address) ([]bot.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[who]; p != nil {
		return slices.Clone(p.diary), nil
	}
	return nil, nil
}

// Counts counts what is kept.
func (s *Store) Counts(ctx context.Context) (bot.Counts, error) {
	if err := ctx.Err(); err != nil {
		return bot.Counts{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := bot.Counts{
		Sessions: len(s.people), OptedOut: len(s.optedOut), Unreachable: len(s.unreachable), Seen: len(s.seen),
		Notes: len(s.notes), Sent: len(s.sent), Dead: len(s.dead),
	}
	for _, p := range s.people {
		if p.contact.Known() {
			c.Contacts++
		}
		c.Diary += len(p.diary)
	}
	for _, l := range s.lines {
		c.Queued += len(l.out)
		switch {
		case l.parked:
			c.Parked++
		case !l.due.IsZero():
			c.Waiting++
		}
	}
	return c, nil
}
