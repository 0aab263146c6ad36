// Timers that run out at any moment, in any state, under any book.
package flows

import (
	"testing"
	"time"
)

// FuzzEvents hands events to people in all kinds of states: none panics, none
// counts as a word of the person, what is said is a short message, and the
// session can be stored. Asking anew what timers are due gives the same twice.
func FuzzEvents(f *testing.F) {
	b := realBook(f)
	sessions := seedSessions(f)
	states := []string{"", stateOn, statePaused, stateWaiting, "unheard of"}
	kinds := []TimerKind{TimerDaily, TimerAgain, TimerOver, TimerOffer, TimerDate, "unheard of"}
	programmes := []string{"cbp-one", "unheard-of", ""}
	for i := range 12 {
		f.Add(uint8(i), uint8(i), uint8(i/2), uint8(i%3), int32(i*60), int32(-i*7), uint16(i*50), int32(20240310+i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, which, kind, state, programme uint8, after, due int32, minute uint16, next int32, unanswered uint8) {
		s := sessions[int(which)%len(sessions)]
		flow := remindersOf(programmes[int(programme)%len(programmes)])
		for _, a := range []Answer{
			{Name: answerState, Text: states[int(state)%len(states)]}, {Name: fieldPlace, Text: b.spots[int(which)%len(b.spots)].ID}, {Name: answerMinute, Number: int(minute)},
			{Name: answerWhen, Text: []string{WhenOpens, WhenBeforeClose, WhenTime, ""}[which%4]}, {Name: answerNext, Number: max(0, int(next))}, {Name: answerUnanswered, Number: int(unanswered)},
		} {
			a.Flow, a.Given = flow, s.Seen
			s.setAnswer(a)
		}
		if which%5 == 0 {
			s.Version = "00000000"
		}
		now := time.Unix(s.Seen*60, 0).Add(time.Duration(after) * time.Second)
		event := Event{Timer{kinds[int(kind)%len(kinds)], programmes[int(programme)%len(programmes)]}, now.Add(time.Duration(due) * time.Second)}
		effects, _ := b.Recheck(s, now)
		if again, _ := b.Recheck(s, now); len(again) != len(effects) {
			t.Errorf("asked again, %d effects instead of %d", len(again), len(effects))
		}
		for _, form := range Forms {
			got, msgs, _ := b.Step(s, Input{Event: event}, form, At{Now: now})
			if got.Seen != s.Seen && !got.Empty() && got.Seen != 0 {
				t.Errorf("the person was seen at %d, not %d", got.Seen, s.Seen)
			}
			if _, err := DecodeSession(got.Encode()); err != nil {
				t.Errorf("the session cannot be stored: %v", err)
			}
			for _, m := range msgs {
				if m.Text == "" || m.Fault != "" || form.MaxSegments > 0 && m.Segments > form.MaxSegments {
					t.Errorf("said %+v", m)
				}
			}
		}
	})
}
