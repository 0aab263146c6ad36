// The promises of papers: nobody overwrites what they have not seen.
package storetest

import (
	"errors"
	"fmt"
	"sync"

	"posada/bot"
)

var paperTests = map[string]func(*suite){
	"a paper is kept as it was filed":                    (*suite).paperKept,
	"a paper that changed since it was read is conflict": (*suite).paperConflict,
	"papers are filed all together or not at all":        (*suite).papersTogether,
	"papers are listed in order and in parts":            (*suite).papersListed,
	"one of many who file at once wins":                  (*suite).paperRace,
	"papers without a name are refused":                  (*suite).paperNames,
}

func paper(kind, id, body string) *bot.Paper {
	return &bot.Paper{Kind: kind, ID: id, Body: []byte(body)}
}

func (s *suite) file(want bot.Outcome, papers ...*bot.Paper) {
	s.Helper()
	got, err := s.File(s.Context(), papers...)
	if err != nil {
		s.Fatal(err)
	}
	s.equal("filed", got, want)
}

func (s *suite) paper(kind, id string) *bot.Paper {
	s.Helper()
	p, err := s.Paper(s.Context(), kind, id)
	if err != nil {
		s.Fatal(err)
	}
	s.equal("name", p.Kind+" "+p.ID, kind+" "+id)
	return &p
}

func (s *suite) papers(kind, after string, limit int) (said []string) {
	s.Helper()
	list, err := s.Papers(s.Context(), kind, after, limit)
	if err != nil {
		s.Fatal(err)
	}
	for _, p := range list {
		if p.Kind != kind || p.Version == 0 {
			s.Errorf("a list of %s has %s %s, version %d", kind, p.Kind, p.ID, p.Version)
		}
		said = append(said, p.ID+" "+string(p.Body))
	}
	return said
}

func (s *suite) paperKept() {
	none := s.paper("officer", "a")
	s.equal("none", none.Version == 0 && none.Body == nil, true)
	a := paper("officer", "a", "one")
	s.file(bot.Committed, a)
	got := s.paper("officer", "a")
	s.equal("body", string(got.Body), "one")
	s.equal("version", got.Version != 0 && got.Version == a.Version, true)
	got.Body[0] = 'x' // the reader's own
	s.equal("unchanged", string(s.paper("officer", "a").Body), "one")

	got.Body = []byte{}
	s.file(bot.Committed, got)
	empty := s.paper("officer", "a")
	s.equal("an empty one is one", empty.Body != nil && len(empty.Body) == 0 && empty.Version > a.Version, true)
	empty.Body = nil
	s.file(bot.Committed, empty)
	s.equal("version of the erased", empty.Version, uint64(0))
	s.equal("erased", s.paper("officer", "a").Version, uint64(0))
	s.file(bot.Committed, empty) // what is not there can be erased
	empty.Body = []byte("anew")
	s.file(bot.Committed, empty)
	s.equal("no version comes twice", empty.Version > got.Version, true)
	s.file(bot.Committed)
}

func (s *suite) paperConflict() {
	s.file(bot.Committed, paper("bulletin", "1", "one"))
	mine, theirs := s.paper("bulletin", "1"), s.paper("bulletin", "1")
	theirs.Body = []byte("theirs")
	s.file(bot.Committed, theirs)
	was := mine.Version
	for _, body := range [][]byte{[]byte("mine"), nil} {
		mine.Body = body
		s.file(bot.Conflict, mine)
		s.equal("version after a conflict", mine.Version, was)
	}
	s.file(bot.Conflict, paper("bulletin", "1", "new"))
	gone := s.paper("bulletin", "1")
	gone.Body = nil
	s.file(bot.Committed, gone)
	theirs.Body = []byte("back")
	s.file(bot.Conflict, theirs)
}

func (s *suite) papersTogether() {
	s.file(bot.Committed, paper("case", "1", "one"))
	one, two := s.paper("case", "1"), paper("audit", "1", "two")
	one.Body = []byte("changed")
	stale := &bot.Paper{Kind: "case", ID: "2", Version: 77, Body: []byte("x")}
	s.file(bot.Conflict, one, two, stale)
	s.equal("as it was", string(s.paper("case", "1").Body), "one")
	s.equal("not filed", s.paper("audit", "1").Version, uint64(0))
	s.equal("no version", two.Version, uint64(0))
	s.file(bot.Committed, one, two)
	s.equal("both", string(s.paper("case", "1").Body)+string(s.paper("audit", "1").Body), "changedtwo")
}

func (s *suite) papersListed() {
	for i := 9; i >= 0; i-- {
		s.file(bot.Committed, paper("case", fmt.Sprint("c", i), fmt.Sprint(i)), paper("case-x", fmt.Sprint("c", i), "x"), paper("cas", fmt.Sprint(i), "y"))
	}
	var got []string
	after := ""
	for {
		part := s.papers("case", after, 4)
		if len(part) == 0 {
			break
		}
		got = append(got, part...)
		after = part[len(part)-1][:2]
	}
	s.equal("all", got, []string{"c0 0", "c1 1", "c2 2", "c3 3", "c4 4", "c5 5", "c6 6", "c7 7", "c8 8", "c9 9"})
	s.equal("from between", s.papers("case", "c7a", 9), []string{"c8 8", "c9 9"})
	s.equal("none", len(s.papers("case", "c9", 9))+len(s.papers("none", "", 9))+len(s.papers("case", "", 0)), 0)
}

func (s *suite) paperRace() {
	const n = 12
	var wg sync.WaitGroup
	won := make([]bot.Outcome, n)
	for i := range n {
		wg.Go(func() {
			var err error
			if won[i], err = s.File(s.Context(), paper("audit", "7", fmt.Sprint(i))); err != nil {
				s.Error(err)
			}
		})
	}
	wg.Wait()
	var winners []int
	for i, o := range won {
		if o == bot.Committed {
			winners = append(winners, i)
		}
	}
	if len(winners) != 1 || string(s.paper("audit", "7").Body) != fmt.Sprint(winners[0]) {
		s.Errorf("%v won, and %q is kept", winners, s.paper("audit", "7").Body)
	}
}

func (s *suite) paperNames() {
	for name, papers := range map[string][]*bot.Paper{
		"no kind": {paper("", "a", "x")}, "no id": {paper("a", "", "x")}, "upper case": {paper("a", "A", "x")},
		"zero": {paper("a", "a\x00b", "x")}, "words": {paper("a b", "c", "x")}, "twice": {paper("a", "b", "x"), paper("a", "b", "y")},
	} {
		if _, err := s.File(s.Context(), append(papers, paper("good", "one", "x"))...); !errors.Is(err, bot.ErrPaper) {
			s.Errorf("%s: %v", name, err)
		}
	}
	s.equal("filed", s.paper("good", "one").Version, uint64(0))
}

// reopenedPapers is about papers and notes.
func (s *suite) reopenedPapers() {
	a := paper("case", "1", "one")
	s.file(bot.Committed, a)
	n := s.note(ana, "dicen", bot.NoteLetter)
	if kept, err := s.SortNote(s.Context(), n.ID, "c1"); !kept || err != nil {
		s.Fatal(kept, err)
	}
	s.Store = s.reopen(s.T, s.Store)
	s.equal("paper", s.papers("case", "", 9), []string{"1 one"})
	s.equal("notes", s.notesOf(ana), []string{"2 dicen c1"})
	a.Body = []byte("two")
	was := a.Version
	s.file(bot.Committed, a)
	s.equal("versions grow", a.Version > was, true)
}
