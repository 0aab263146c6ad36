// Notes and papers.
package memory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"posada/bot"
)

func (s *Store) putNotes(who bot.Address, notes []bot.Note) {
	for i := range notes {
		n := &notes[i]
		s.lastID++
		n.ID, n.From = bot.NoteID(fmt.Sprintf("%016x", s.lastID)), who
		kept := *n
		kept.At = second(n.At)
		s.notes = append(s.notes, kept)
	}
}

// eraseNotes erases those of one person, or of anybody.
func (s *Store) eraseNotes(who bot.Address, ids []bot.NoteID) {
	s.notes = slices.DeleteFunc(s.notes, func(n bot.Note) bool {
		return (who == bot.Address{} || n.From == who) && slices.Contains(ids, n.ID)
	})
}

// Notes implements bot.Notes.
func (s *Store) Notes(ctx context.Context, each func(bot.Note) error) error {
	s.mu.Lock()
	all := slices.Clone(s.notes)
	s.mu.Unlock()
	for _, n := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := each(n); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// NotesOf implements bot.Notes.
func (s *Store) NotesOf(ctx context.Context, who bot.Address) (notes []bot.Note, err error) {
	err = s.Notes(ctx, func(n bot.Note) error {
		if n.From == who {
			notes = append(notes, n)
		}
		return nil
	})
	return notes, err
}

// SortNote implements bot.Notes.
func (s *Store) SortNote(ctx context.Context, id bot.NoteID, to string) (kept bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.notes, func(n bot.Note) bool { return n.ID == id })
	if i >= 0 {
		s.notes[i].Case = to
	}
	return i >= 0, nil
}

// EraseNotes implements bot.Notes.
func (s *Store) EraseNotes(ctx context.Context, ids ...bot.NoteID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.eraseNotes(bot.Address{}, ids)
	return nil
}

// paper finds one; -1 for none.
func (s *Store) paper(kind, id string) int {
	return slices.IndexFunc(s.papers, func(p bot.Paper) bool { return p.Kind == kind && p.ID == id })
}

// Paper implements bot.Shelf.
func (s *Store) Paper(ctx context.Context, kind, id string) (bot.Paper, error) {
	if err := ctx.Err(); err != nil {
		return bot.Paper{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.paper(kind, id); i >= 0 {
		return copied(s.papers[i]), nil
	}
	return bot.Paper{Kind: kind, ID: id}, nil
}

// copied is a paper of which the reader may change the body.
func copied(p bot.Paper) bot.Paper {
	p.Body = append([]byte{}, p.Body...)
	return p
}

// Papers implements bot.Shelf.
func (s *Store) Papers(ctx context.Context, kind, after string, limit int) (papers []bot.Paper, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.papers {
		if p.Kind == kind && p.ID > after {
			papers = append(papers, copied(p))
		}
	}
	slices.SortFunc(papers, func(a, b bot.Paper) int { return cmp.Compare(a.ID, b.ID) })
	if len(papers) > max(limit, 0) {
		papers = papers[:max(limit, 0)]
	}
	return papers, nil
}

// File implements bot.Shelf.
func (s *Store) File(ctx context.Context, papers ...*bot.Paper) (bot.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := bot.CheckPapers(papers...); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range papers {
		var is uint64
		if i := s.paper(p.Kind, p.ID); i >= 0 {
			is = s.papers[i].Version
		}
		if is != p.Version {
			return bot.Conflict, nil
		}
	}
	for _, p := range papers {
		if i := s.paper(p.Kind, p.ID); i >= 0 {
			s.papers = slices.Delete(s.papers, i, i+1)
		}
		if p.Version = 0; p.Body != nil {
			s.lastID++
			p.Version = s.lastID
			kept := *p
			kept.Body = bytes.Clone(p.Body)
			s.papers = append(s.papers, kept)
		}
	}
	return bot.Committed, nil
}
