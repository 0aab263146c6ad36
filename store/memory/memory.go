// Package memory is a bot.Store and a bot.Outbox for tests: it passes the same
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
	lines       map[lineKey]*line
	loans       map[uint64]*loan // by message
	gone        map[uint64]*loan // lent, and then erased or reported to have left
	sent        map[uint64]*left
	dead        []bot.Dead
	lastID      uint64
	fence       uint64
	written     uint64
}

var (
	_ bot.Store  = (*Store)(nil)
	_ bot.Outbox = (*Store)(nil)
)

// message is a provider's message id on its channel.
type message struct{ channel, id string }

// person is never changed, only replaced: a pointer tells whether anything was.
type person struct {
	contact bot.Contact
	session []byte
	written uint64 // which writing of a session this is
	at      time.Time
	diary   []bot.Entry
	rumours []bot.Rumour
}

type basis struct {
	store *Store
	was   *person
}

// New makes an empty store.
func New() *Store {
	return &Store{
		people: map[bot.Address]*person{}, optedOut: map[bot.Address]bool{}, unreachable: map[bot.Address]bool{}, seen: map[message]string{},
		lines: map[lineKey]*line{}, loans: map[uint64]*loan{}, gone: map[uint64]*loan{}, sent: map[uint64]*left{},
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
	_, snap.Seen = s.seen[message{from.Channel, messageID}]
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
	id := message{from.Channel, t.Snapshot.MessageID}
	if _, seen := s.seen[id]; seen {
		return bot.Duplicate, nil
	}
	if s.people[from] != b.was {
		return bot.Conflict, nil
	}
	s.seen[id] = t.Now.UTC().Format(time.DateOnly)
	switch t.OptOut {
	case bot.MarkOut:
		s.optedOut[from] = true
		s.erase(from)
	case bot.MarkIn:
		delete(s.optedOut, from)
	}
	delete(s.unreachable, from)
	if t.Forget {
		s.forget(from)
	} else {
		p := &person{}
		if b.was != nil {
			*p = *b.was
		}
		if t.Contact != nil {
			p.contact = *t.Contact
		}
		p.write(s, t.Session)
		p.at = t.Now.UTC().Truncate(time.Minute)
		p.diary = append(slices.Clip(p.diary), t.Diary...)
		p.rumours = append(slices.Clip(p.rumours), t.Rumours...)
		s.people[from] = p
	}
	s.unpark(from)
	for i := range t.Out {
		s.put(&t.Out[i])
	}
	return bot.Committed, nil
}

func (p *person) write(s *Store, session []byte) {
	s.written++
	p.session, p.written = slices.Clone(session), s.written
}

// session tells which writing of a person's session there is; 0 for none.
func (s *Store) session(who bot.Address) uint64 {
	if p := s.people[who]; p != nil {
		return p.written
	}
	return 0
}

func (s *Store) forget(who bot.Address) {
	delete(s.people, who)
	delete(s.unreachable, who)
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
	s.sweepSent(order, &swept)
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

// carryOut puts a verdict, and the lifetimes of diary and rumours, into effect.
func (s *Store) carryOut(who bot.Address, p person, v bot.Verdict, order bot.Sweep, swept *bot.Swept) {
	if v.Act == bot.Forget {
		swept.Forgotten++
		s.forget(who)
		return
	}
	changed := false
	if v.Act == bot.Replace {
		swept.Replaced++
		p.write(s, v.Session)
		changed = true
	}
	diary := slices.DeleteFunc(slices.Clone(p.diary), func(e bot.Entry) bool { return e.At.Before(order.DiaryBefore) })
	rumours := slices.DeleteFunc(slices.Clone(p.rumours), func(r bot.Rumour) bool { return r.At.Before(order.RumoursBefore) })
	swept.Diary += len(p.diary) - len(diary)
	swept.Rumours += len(p.rumours) - len(rumours)
	if changed || len(diary) < len(p.diary) || len(rumours) < len(p.rumours) {
		p.diary, p.rumours = diary, rumours
		s.people[who] = &p
	}
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
		Sent: len(s.sent), Dead: len(s.dead),
	}
	for _, p := range s.people {
		if p.contact.Known() {
			c.Contacts++
		}
		c.Diary += len(p.diary)
		c.Rumours += len(p.rumours)
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
