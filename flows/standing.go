// The standing words of the book, which are the same for everybody, ready to be
// recognised when a person sends some of them back.
package flows

import (
	"sync"

	"posada/flows/sent"
	"posada/locales"
)

// standing keeps those of one day, for a fact may be another one tomorrow; and
// apart from them those of a day on which somebody trains, which must not answer
// for today.
type standing struct {
	mu              sync.Mutex
	today, training *standingOn
}

// standingOn are the words of one day, by language, made when they are first
// asked for.
type standingOn struct {
	day *Day

	mu sync.Mutex
	by map[string]*sent.Index
}

// on are the words of a day.
func (s *standing) on(day *Day, training bool) *standingOn {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := &s.today
	if training {
		kept = &s.training
	}
	if *kept == nil || (*kept).day != day {
		*kept = &standingOn{day: day, by: map[string]*sent.Index{}}
	}
	return *kept
}

// in are those of one language.
func (s *standingOn) in(l *locales.Language) *sent.Index {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by[l.Code] == nil {
		s.by[l.Code] = s.read(l)
	}
	return s.by[l.Code]
}

func (s *standingOn) read(l *locales.Language) *sent.Index {
	b := s.day.book
	var known []sent.Known
	for _, f := range b.flows {
		for _, n := range f.order {
			for _, it := range n.Say {
				if words, err := s.day.text(l, it.Text, nil); err == nil && !b.personal[it.Text] {
					known = append(known, sent.Known{ID: it.Text, Lang: l.Code, Text: words})
				}
			}
		}
	}
	return sent.New(known)
}

// outOfUse tells of words of the book that are nowhere said today: the day on
// which they were withdrawn, 0 for not, or that they are withheld.
func (t *turn) outOfUse(id string) (gone Date, withheld bool) {
	for _, f := range t.book.flows {
		for _, n := range f.order {
			for _, it := range n.Say {
				if it.Text != id {
					continue
				}
				day := t.nodeGone(n)
				if day == 0 {
					day = t.itemGone(it)
				}
				switch fresh, _ := t.day.worst(it.facts); {
				case day != 0:
					gone = day
				case fresh == Withheld:
					withheld = true
				default:
					return 0, false
				}
			}
		}
	}
	return gone, withheld
}
