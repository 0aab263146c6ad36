// The promises of notes: they are their person's, and go with them.
package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"posada/bot"
)

var noteTests = map[string]func(*suite){
	"notes are given ids and come back whole":              (*suite).notesWhole,
	"a note is sorted into a case and into another":        (*suite).notesSorted,
	"a turn erases the notes of its own contact alone":     (*suite).notesErasedByTurn,
	"notes are erased by their ids":                        (*suite).notesErased,
	"a forged id is no note":                               (*suite).notesForged,
	"notes go with their person and with their age":        (*suite).notesGo,
	"many who sort and erase at once leave nothing behind": (*suite).notesRace,
}

// note commits a quiet word of a person.
func (s *suite) note(who bot.Address, text string, kind bot.NoteKind) bot.Note {
	s.Helper()
	notes := []bot.Note{{Kind: kind, At: day, From: who, Lang: "es", Place: "tijuana", Text: text}}
	s.commit(bot.Turn{Snapshot: s.load(who, s.id()), Contact: contact(who), Session: []byte("x"), Notes: notes}, bot.Committed)
	if notes[0].ID == "" {
		s.Error("a note was given no id")
	}
	return notes[0]
}

func (s *suite) notesOf(who bot.Address) (said []string) {
	s.Helper()
	notes, err := s.NotesOf(s.Context(), who)
	if err != nil {
		s.Fatal(err)
	}
	for _, n := range notes {
		if n.From != who {
			s.Error("a note of somebody else")
		}
		said = append(said, fmt.Sprint(n.Kind, " ", n.Text, " ", n.Case))
	}
	return said
}

func (s *suite) allNotes() (all []bot.Note) {
	s.Helper()
	if err := s.Notes(s.Context(), func(n bot.Note) error { all = append(all, n); return nil }); err != nil {
		s.Fatal(err)
	}
	return all
}

func (s *suite) notesWhole() {
	a, b := s.note(ana, "uno", bot.NoteRumour), s.note(ana, "dos", bot.NoteLetter)
	notes := []bot.Note{{Kind: bot.NoteAnswer, At: day, Text: "respuesta", Case: "c1", By: "officer-1", Lang: "es"}}
	s.commit(bot.Turn{Snapshot: s.load(ana, s.id()), Session: []byte("x"), Quiet: true, Notes: notes}, bot.Committed)
	s.note(beto, "otro", bot.NoteRumour)
	if a.ID == b.ID {
		s.Error("two notes have one id")
	}
	s.equal("hers", s.notesOf(ana), []string{"1 uno ", "2 dos ", "3 respuesta c1"})
	all := s.allNotes()
	s.equal("all", len(all), 4)
	for _, n := range all {
		if n.ID == notes[0].ID {
			want := notes[0]
			want.From = ana // whoever wrote it down
			s.equal("whole", fmt.Sprintf("%v %q %q %q %q %q", n.At.Equal(day), n.Lang, n.Text, n.Case, n.By, n.From.ID), fmt.Sprintf("true %q %q %q %q %q", want.Lang, want.Text, want.Case, want.By, want.From.ID))
		}
	}
	stop := errors.New("stop")
	if err := s.Notes(s.Context(), func(bot.Note) error { return stop }); !errors.Is(err, stop) {
		s.Errorf("an error of who looks is %v", err)
	}
	s.count(bot.Counts{Contacts: 2, Sessions: 2, Notes: 4, Seen: 4})
}

func (s *suite) notesSorted() {
	n := s.note(ana, "uno", bot.NoteRumour)
	snap := s.load(ana, s.id())
	for _, to := range []string{"c1", "c1", "c2", ""} {
		kept, err := s.SortNote(s.Context(), n.ID, to)
		s.equal("sorted", fmt.Sprint(kept, err), "true <nil>")
		s.equal("case", s.notesOf(ana), []string{"1 uno " + to})
	}
	// To sort is no word of the person.
	s.commit(bot.Turn{Snapshot: snap, Session: []byte("y")}, bot.Committed)
}

func (s *suite) notesErasedByTurn() {
	hers, more, his := s.note(ana, "uno", bot.NoteRumour), s.note(ana, "dos", bot.NoteRumour), s.note(beto, "suyo", bot.NoteRumour)
	t := s.commit(bot.Turn{
		Snapshot: s.load(ana, s.id()), Session: []byte("x"), EraseNotes: []bot.NoteID{hers.ID, his.ID, "nonsense", hers.ID},
		Notes: []bot.Note{{Kind: bot.NoteLetter, At: day, Text: "tres"}},
	}, bot.Committed)
	s.equal("hers", s.notesOf(ana), []string{"1 dos ", "2 tres "})
	s.equal("his", s.notesOf(beto), []string{"1 suyo "})
	s.commit(bot.Turn{Snapshot: t.Snapshot, Session: []byte("x"), EraseNotes: []bot.NoteID{more.ID}}, bot.Duplicate)
	s.equal("a repetition erases nothing", len(s.notesOf(ana)), 2)
}

func (s *suite) notesErased() {
	a, b := s.note(ana, "uno", bot.NoteRumour), s.note(beto, "suyo", bot.NoteRumour)
	for range 2 {
		if err := s.EraseNotes(s.Context(), a.ID, b.ID, "nonsense"); err != nil {
			s.Fatal(err)
		}
	}
	s.equal("left", len(s.allNotes()), 0)
	kept, err := s.SortNote(s.Context(), a.ID, "c1")
	s.equal("an erased one", fmt.Sprint(kept, err), "false <nil>")
	s.equal("left", len(s.allNotes()), 0)
}

func (s *suite) notesForged() {
	n := s.note(ana, "uno", bot.NoteRumour)
	cut := n.ID[:len(n.ID)-2]
	for _, id := range []bot.NoteID{"", "x", cut, n.ID + "00", bot.NoteID(slices.Repeat([]byte("0"), len(n.ID)))} {
		if kept, err := s.SortNote(s.Context(), id, "c1"); kept || err != nil {
			s.Errorf("a forged id was sorted: %v", err)
		}
		if err := s.EraseNotes(s.Context(), id); err != nil {
			s.Error(err)
		}
	}
	s.equal("as it was", s.notesOf(ana), []string{"1 uno "})
}

func (s *suite) notesGo() {
	s.note(ana, "uno", bot.NoteRumour)
	s.note(beto, "suyo", bot.NoteLetter)
	t := bot.Turn{Snapshot: s.load(ana, s.id()), Forget: true, Notes: []bot.Note{{Kind: bot.NoteLetter, At: day, Text: "tarde"}}}
	s.commit(t, bot.Committed)
	s.equal("hers", len(s.notesOf(ana)), 0)
	s.equal("his", s.notesOf(beto), []string{"2 suyo "})
	s.equal("young", s.sweepNow(bot.Sweep{NotesBefore: day}).Notes, 0)
	s.equal("old", s.sweepNow(bot.Sweep{NotesBefore: day.Add(time.Second)}).Notes, 1)
	s.equal("left", len(s.allNotes()), 0)
}

func (s *suite) notesRace() {
	n := s.note(ana, "uno", bot.NoteRumour)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				if _, err := s.SortNote(s.Context(), n.ID, fmt.Sprint("c", i*j)); err != nil {
					s.Error(err)
				}
			}
			if i == 3 {
				if err := s.EraseNotes(s.Context(), n.ID); err != nil {
					s.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s.equal("an erased note that came back", len(s.allNotes()), 0)
}
