// A year and more of reminders, lived through on a clock of its own: every
// subscriber is reminded once for every local day of the window, at the promised
// minute, or is told to have been missed, and never after the end.
package flows

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"testing"
	"time"
)

// lived is what one subscriber's time came to.
type lived struct{ said, late, skipped, asked, later, told int }

// TestASimulatedYear follows a subscriber in every place of the book with every
// kind of wish from before the first window to after the programme's end:
// through both clock changes, the longer window's end of 4 March 2024, hours
// without power, answers and silence. What is owed on which day is read off the
// clocks by the oracle of Next.
func TestASimulatedYear(t *testing.T) {
	b, w := realBook(t), everyClockChange()
	p := b.programme("cbp-one")
	spans := w.spans(p)
	wishes := []Wish{{When: WhenOpens}, {When: WhenBeforeClose}}
	for _, minute := range []int{1, 2*60 + 30, 8*60 + 15, 19 * 60, dayMinutes} { // half past two is left out once a year, and comes twice
		wishes = append(wishes, Wish{When: WhenTime, Minute: minute})
	}
	if testing.Short() || raced { // all of it follows without the race detector
		wishes = wishes[2:3]
	}
	for _, spot := range b.spots {
		t.Run(spot.ID, func(t *testing.T) {
			t.Parallel()
			clock := w.clock(spot.Zone)
			for _, wish := range wishes {
				owed := make([]Occasion, len(spans))
				for i, s := range spans {
					first := w.promised(s, clock)
					owed[i] = w.owed(s, wish, &first)
				}
				for _, outages := range []bool{false, true} {
					name := fmt.Sprintf("%s %d, outages %v", wish.When, wish.Minute, outages)
					got := live(t, name, b, spot, wish, owed, outages)
					if got.said+got.skipped != 619 || got.told != 1 || outages == (got.late+got.skipped == 0) {
						t.Errorf("%s: %+v", name, got)
					}
					if wish.When == WhenOpens {
						t.Logf("%s: %+v", name, got)
					}
				}
			}
		})
	}
}

// live lets every timer of a subscriber run out, in its order, against what is
// owed.
func live(t *testing.T, name string, b *Book, spot *Spot, wish Wish, owed []Occasion, outages bool) (got lived) {
	t.Helper()
	seed := fnv.New64a()
	fmt.Fprintln(seed, spot.ID, name)
	r := rand.New(rand.NewPCG(seed.Sum64(), 1))
	k := subscribe(t, b, "en", SMS, utc(t, "2023-05-11T20:00"), "cbp-one", spot.ID, wish.When, wish.Minute)
	clock := k.at.Now
	var morning time.Time // to which a late one was put off at night
	for steps := 0; len(k.timers) > 0 && steps < 3000; steps++ {
		name, due := k.earliest()
		clock = latest(clock, due)
		if outages && r.IntN(12) == 0 {
			clock = clock.Add(time.Duration(r.IntN(40*60)) * time.Minute)
		}
		if clock.Equal(due) {
			clock = clock.Add(time.Duration(r.Int64N(int64(Spread)))) // a surge is spread
		}
		k.at.Now = clock
		if r.IntN(20) == 0 { // restarted under another book
			k.s.Version = "00000000"
			effects, _ := b.Recheck(k.s, clock)
			k.obey(effects)
			if now, at := k.earliest(); now != name || name.Kind == TimerOver && at.After(clock) || name.Kind != TimerOver && !at.Equal(due) && morning.IsZero() {
				t.Fatalf("%s: asked anew, %v at %s became %v at %s", name, name, due, now, at)
			}
		}
		text := k.happens(Event{name, due})
		said, isSaid := k.effect(EffectRemind)
		_, isSkipped := k.effect(EffectSkip)
		switch name.Kind {
		case TimerAgain:
			got.later++
			if isSaid && !clock.Before(said.Moment) {
				t.Fatalf("%s: once more at %s, after %s", name, clock, said.Moment)
			}
		case TimerOver:
			got.told++
			if text == "" || clock.Before(utc(t, "2025-01-20T17:00")) {
				t.Fatalf("%s: told of the end at %s: %q", name, clock, text)
			}
		case TimerDaily:
			n := got.said + got.skipped
			if n >= len(owed) {
				t.Fatalf("%s: one too many at %s", name, due)
			}
			want := owed[n]
			if !isSaid && !isSkipped {
				moved := k.timers[name]
				hour, promised, at := clock.In(spot.loc).Hour(), want.At.In(spot.loc).Hour(), moved.In(spot.loc)
				if hour >= 8 && hour < 21 || promised < 8 || promised >= 21 || !clock.After(want.At.Add(Spread)) || !moved.Before(want.Closes) || moved.Sub(clock) > 11*time.Hour || at.Hour() != 8 || at.Minute() != 0 {
					t.Fatalf("%s: at %s it was put off to %s; owed is %s", name, clock, moved, want)
				}
				morning = moved
				continue
			}
			if due.Equal(morning) {
				due, morning = want.At, time.Time{}
			}
			if !due.Equal(want.At) || isSaid == isSkipped || isSkipped == clock.Before(want.Closes) || isSaid && (!said.Moment.Equal(lasts(want, clock, spot.loc)) || said.Late != clock.After(want.At.Add(Spread))) {
				t.Fatalf("%s: due at %s, said %v (late %v), skipped %v at %s; owed is %s", name, due, isSaid, said.Late, isSkipped, clock, want)
			}
			if isSkipped {
				got.skipped++
				continue
			}
			got.said++
			if said.Late {
				got.late++
			}
			if len(k.last) == 0 || k.last[0].Segments != 1 || b.betrays(text) != "" {
				t.Fatalf("%s: said %q", name, text)
			}
		}
		k.replies(r, &got)
	}
	return got
}

// lasts is until when a reminder of an occasion may leave that was queued at a
// moment: where its window is open in the morning, and it was meant for the day,
// not at night.
func lasts(o Occasion, queued time.Time, zone *time.Location) time.Time {
	by, meant := queued.In(zone), o.At.In(zone)
	evening := time.Date(by.Year(), by.Month(), by.Day(), 21, 0, 0, 0, zone)
	morning := time.Date(by.Year(), by.Month(), by.Day()+1, 8, 0, 0, 0, zone)
	night := func(t time.Time) bool { return t.Hour() < 8 || t.Hour() >= 21 }
	switch {
	case night(by), night(meant), !morning.Before(o.Closes):
		return o.Closes
	case evening.Sub(by) < 2*time.Hour:
		return by.Add(2 * time.Hour)
	}
	return evening
}

// replies is what the person does after a message: mostly nothing, but never
// for so long that the reminders pause.
func (s *subscriber) replies(r *rand.Rand, got *lived) {
	s.at.Now = s.at.Now.Add(time.Minute)
	f := s.book.flowByID[remindersOf("cbp-one")]
	unanswered, _ := s.s.answer(f.ID, answerUnanswered)
	switch {
	case s.s.Node == nodeGoOn:
		got.asked++
		s.says("1")
	case s.s.Node != nodeDay && s.s.Node != nodeAgain:
	case s.s.Node == nodeDay && r.IntN(10) == 0:
		s.says("4")
	case r.IntN(4) == 0 || unanswered.Number >= Patience && r.IntN(2) == 0:
		s.says("1")
	}
}

// earliest is the timer that runs out first.
func (s *subscriber) earliest() (name Timer, due time.Time) {
	for n, at := range s.timers {
		if due.IsZero() || at.Before(due) || at.Equal(due) && n.Kind < name.Kind {
			name, due = n, at
		}
	}
	return name, due
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
