// Promises about the diary.
package storetest

import (
	"time"

	"posada/bot"
)

var diaryTests = map[string]func(*suite){
	"a diary is read back, the oldest first, and nobody else's": (*suite).diaryRead,
	"a diary is erased, and a new one begun, in one turn":       (*suite).diaryErased,
}

// report adds an entry to somebody's diary.
func (s *suite) days(who bot.Address, erase bool, at time.Time, outcomes ...string) {
	s.Helper()
	t := bot.Turn{Snapshot: s.load(who, s.id()), Contact: contact(who), Session: []byte("session"), EraseDiary: erase}
	for _, o := range outcomes {
		t.Diary = append(t.Diary, bot.Entry{At: at, Programme: "cbp-one", Place: "tijuana", Outcome: o})
	}
	s.commit(t, bot.Committed)
}

func (s *suite) diary(who bot.Address, want ...string) {
	s.Helper()
	entries, err := s.Store.Diary(s.Context(), who)
	if err != nil {
		s.Fatal(err)
	}
	got := []string{}
	for _, e := range entries {
		got = append(got, e.Outcome+" "+e.At.Format(time.DateOnly))
		if e.Programme != "cbp-one" || e.Place != "tijuana" {
			s.Errorf("an entry came back as %+v", e)
		}
	}
	s.equal("diary", got, append([]string{}, want...))
}

func (s *suite) diaryRead() {
	s.diary(ana)
	s.days(ana, false, day, "done", "problem:captcha")
	s.days(beto, false, day, "offer")
	s.days(ana, false, day.AddDate(0, 0, 1), "later")
	s.diary(ana, "done 2026-03-15", "problem:captcha 2026-03-15", "later 2026-03-16")
	s.diary(beto, "offer 2026-03-15")
}

func (s *suite) diaryErased() {
	s.days(ana, false, day, "done", "done")
	s.days(beto, false, day, "done")
	s.days(ana, true, day, "offer")
	s.diary(ana, "offer 2026-03-15")
	s.days(ana, true, day)
	s.diary(ana)
	s.diary(beto, "done 2026-03-15")
}
