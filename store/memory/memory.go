// Package memory is a bot.Store for tests: it passes the same contract as the
// others, forgets everything at its end, and seals nothing.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"posada/bot"
)

// Store keeps everything in memory. It is safe for use by many goroutines.
type Store struct {
	mu       sync.Mutex
	people   map[bot.Address]*person
	optedOut map[bot.Address]bool
	seen     map[message]string // → UTC day
	queue    []*queued          // by ID
	lastID   uint64
	fence    uint64
}

var _ bot.Store = (*Store)(nil)

// message is a provider's message id on its channel.
type message struct{ channel, id string }

// person is never changed, only replaced: a pointer tells whether anything was.
type person struct {
	contact bot.Contact
	session []byte
	at      time.Time
	diary   []bot.Entry
	rumours []bot.Rumour
}

type queued struct {
	bot.Outbound
	fence uint64
	until time.Time // lent until; zero: to nobody
}

type basis struct {
	store *Store
	was   *person
}

// New makes an empty store.
func New() *Store {
	return &Store{people: map[bot.Address]*person{}, optedOut: map[bot.Address]bool{}, seen: map[message]string{}}
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
		if o.To != from || o.Kind < bot.Reply || o.Kind > bot.Bulletin {
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
		s.unqueue(func(q *queued) bool { return q.To == from && q.Kind != bot.Reply })
	case bot.MarkIn:
		delete(s.optedOut, from)
	}
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
		p.session, p.at = slices.Clone(t.Session), t.Now.UTC().Truncate(time.Minute)
		p.diary = append(slices.Clip(p.diary), t.Diary...)
		p.rumours = append(slices.Clip(p.rumours), t.Rumours...)
		s.people[from] = p
	}
	for i := range t.Out {
		s.lastID++
		t.Out[i].ID = s.lastID
		s.queue = append(s.queue, &queued{Outbound: t.Out[i]})
	}
	return bot.Committed, nil
}

func (s *Store) forget(who bot.Address) {
	delete(s.people, who)
	s.unqueue(func(q *queued) bool { return q.To == who })
}

func (s *Store) unqueue(which func(*queued) bool) { s.queue = slices.DeleteFunc(s.queue, which) }

// Claim implements bot.Store.
func (s *Store) Claim(ctx context.Context, now time.Time, channel string, limit int, lease time.Duration) ([]bot.Claimed, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	type line struct {
		to   bot.Address
		kind bot.Kind
	}
	lent := map[line]bool{}
	for _, q := range s.queue {
		if q.until.After(now) {
			lent[line{q.To, q.Kind}] = true
		}
	}
	lane := slices.Clone(s.queue)
	slices.SortStableFunc(lane, func(a, b *queued) int { return cmp.Compare(a.Kind, b.Kind) })
	var out []bot.Claimed
	for _, q := range lane {
		if len(out) == limit {
			break
		}
		if q.To.Channel != channel || lent[line{q.To, q.Kind}] {
			continue
		}
		s.fence++
		q.fence, q.until = s.fence, now.Add(lease)
		out = append(out, bot.Claimed{Outbound: q.Outbound, Token: bot.Token{Message: q.ID, Fence: q.fence}})
	}
	return out, nil
}

// Done implements bot.Store.
func (s *Store) Done(ctx context.Context, tokens []bot.Token) (refused []bot.Token, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range tokens {
		i := slices.IndexFunc(s.queue, func(q *queued) bool { return q.ID == t.Message && q.fence == t.Fence })
		if i < 0 {
			refused = append(refused, t)
			continue
		}
		s.queue = slices.Delete(s.queue, i, i+1)
	}
	return refused, nil
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
			s.settle(who, *was, v, order, &swept)
		}
		s.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
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

// settle puts a verdict, and the lifetimes of diary and rumours, into effect.
func (s *Store) settle(who bot.Address, p person, v bot.Verdict, order bot.Sweep, swept *bot.Swept) {
	if v.Act == bot.Forget {
		swept.Forgotten++
		s.forget(who)
		return
	}
	changed := false
	if v.Act == bot.Replace {
		swept.Replaced++
		p.session, changed = slices.Clone(v.Session), true
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
	c := bot.Counts{Sessions: len(s.people), Queued: len(s.queue), OptedOut: len(s.optedOut), Seen: len(s.seen)}
	for _, p := range s.people {
		if p.contact.Known() {
			c.Contacts++
		}
		c.Diary += len(p.diary)
		c.Rumours += len(p.rumours)
	}
	return c, nil
}
