// Who writes too much is remembered no longer than needed.

package bot

import (
	"fmt"
	"testing"
	"time"
)

func TestWhoIsCalmTakesNoMemory(t *testing.T) {
	var th throttle
	start := time.Date(2026, 3, 15, 10, 30, 0, 0, time.UTC)
	for n := range 3000 {
		who := Address{Channel: "sms", ID: fmt.Sprint(n)}
		if p, _ := th.pace(who, false, start.Add(time.Duration(n)*time.Second)); p != paceRead {
			t.Fatal("a first message was slowed")
		}
	}
	// One look a minute, at those who have their whole burst again.
	if most := 2 * int(MessageBurst*MessageEvery/time.Second); len(th.who) > most {
		t.Errorf("%d of 3000 contacts are remembered, want %d at most", len(th.who), most)
	}
}

func TestAClockThatGoesBackSilencesNobody(t *testing.T) {
	var th throttle
	who := Address{Channel: "sms", ID: "1"}
	start := time.Date(2026, 3, 15, 10, 30, 0, 0, time.UTC)
	for range 50 {
		th.pace(who, false, start)
	}
	if p, _ := th.pace(who, false, start.Add(-24*time.Hour).Add(MessageEvery)); p == paceTell {
		t.Error("they were told twice")
	}
	if p, _ := th.pace(who, false, start.Add(MessageEvery)); p != paceRead {
		t.Errorf("pace %d once the clock is right again", p)
	}
}
