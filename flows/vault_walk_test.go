// The walk through what is kept for a person: the diary, an offer, a day behind
// a PIN. What a walk by answers alone does not come to begins from sessions in
// which it has happened.
package flows

import (
	"time"
)

// filled is an input with what an assistant adds to it.
func (w *walker) filled(s Session, in Input) Input {
	in.Random = [32]byte{1}
	if w.book.WantsLetters(s, in) {
		in.Letters = w.letters
	}
	if w.book.WantsDiary(s, in) {
		in.Diary = diaryOf(w.at)
	}
	return in
}

// diaryOf is a diary of every outcome, up to a day.
func diaryOf(last time.Time) []Line {
	outcomes := []string{OutcomeDone, OutcomeLater, OutcomeOffer, OutcomeProblem}
	for _, k := range ProblemKinds {
		outcomes = append(outcomes, problemMark+k)
	}
	var out []Line
	for i, o := range outcomes {
		out = append(out, Line{At: last.AddDate(0, 0, -i), Programme: "cbp-one", Place: "tijuana", Outcome: o})
	}
	return out
}

// diaryWanted: a step that shows the diary was given it.
func (w *walker) diaryWanted(in Input, next Session) {
	for _, shown := range next.Shown {
		if n := w.book.node(shown.Place); n != nil && (n.List == listDiary || n.List == listExport) && in.Diary == nil && in.Event == (Event{}) {
			w.t.Errorf("%s shows the diary, and WantsDiary had said no", n.name())
		}
	}
}

// keepers begins walks from sessions of persons who keep something.
func (w *walker) keepers(s Session) {
	at := func(flow, node string) Session {
		out := s
		out.Flow, out.Node = flow, node
		return out
	}
	day := DateOf(w.at).AddDays(20)
	for _, wrong := range []uint8{0, LockAfter - 1, EraseAfter - 1} {
		for _, stage := range []uint8{stageNone, stageThree} {
			v := testVault(w.book, w.at, day)
			v.wrong = wrong
			if stage != stageNone {
				v.slots[0].set(stage, day)
			}
			out := at("date", "open")
			out.Vault = v.encode()
			for _, pin := range []string{"4821", "97531", "1111"} {
				w.step(walkState{s: out}, Input{Text: pin}, false)
			}
		}
	}
	passed := at("date", "open")
	passed.Vault = testVault(w.book, w.at, day.AddDays(-40)).encode()
	w.step(walkState{s: passed}, Input{Text: "4821"}, false)
	gone := testVault(w.book, w.at, 0)
	_, mine := newVault(w.book.pins, "4821", randomness{7}, 0)
	gone.put(mine, day, padded|1, randomness{9}) // erased with its slot
	passed.Vault = gone.encode()
	w.step(walkState{s: passed}, Input{Text: "4821"}, false)
	failed := at("date", "again")
	w.step(walkState{s: failed}, Input{Text: "4821"}, false)
	for stage, ahead := range map[uint8]int{stageThree: 3, stageEve: 1} {
		v := testVault(w.book, w.at, day)
		v.slots[0].set(stage, DateOf(w.at).AddDays(ahead))
		out := at("menu", "menu")
		out.Vault = v.encode()
		due := stageAt(stage, DateOf(w.at).AddDays(ahead), []*time.Location{w.book.spotByID["tijuana"].loc})
		w.step(walkState{s: out}, Input{Event: Event{Timer: dateTimer, Due: due}}, false)
	}
	for _, p := range w.book.programmes {
		if p.Offer == nil {
			continue
		}
		placeless := at(remindersOf(p.ID), "report") // the book no longer knows where they were
		placeless.eraseAnswers(placeless.Flow)
		w.step(walkState{s: placeless}, Input{Text: "3"}, false)
		asked := at(offerPrefix+p.ID, "when")
		asked.setAnswer(Answer{Flow: asked.Flow, Name: fieldPlace, Text: "tijuana", Given: asked.Seen})
		w.step(walkState{s: asked}, Input{Text: "1"}, false)
	}
}

// testVault is a vault with a day behind 4821, and nothing behind 97531.
func testVault(b *Book, now time.Time, day Date) vault {
	v, mine := newVault(b.pins, "4821", randomness{7}, now.Unix()/60)
	v.doors[1-mine].public = public(b.pins.key("97531", v.salt))
	v.put(1-mine, 0, 0, randomness{8})
	v.put(mine, day, 0, randomness{9})
	v.plain = true
	v.ready = true
	return v
}
