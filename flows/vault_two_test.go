// Two PINs, two days: neither view spoils what is behind the other, and nothing
// that is kept tells which is which.
package flows

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const firstPIN, secondPIN = "482163", "97531"

// twoPINs is a person who chose both, waits in Tijuana, and has kept a day
// behind the first.
func twoPINs(t testing.TB, day int, remind bool) *talker {
	t.Helper()
	k := newTalker(t, realBook(t), "en", WhatsApp, march).atMenu()
	k.s.setAnswer(Answer{Flow: remindersOf("cbp-one"), Name: fieldPlace, Text: "tijuana", Given: march.Unix() / 60})
	k.pick("data")
	k.pick("date")
	k.pick("yes")
	for _, pin := range []string{firstPIN, firstPIN} {
		k.say(pin)
	}
	k.pick("yes")
	for _, pin := range []string{secondPIN, secondPIN} {
		k.say(pin)
	}
	k.keepDay(day, remind)
	return k
}

// keepDay answers whether and which, with a day of April.
func (k *talker) keepDay(day int, remind bool) {
	k.t.Helper()
	k.pick(map[bool]string{true: "yes", false: "no"}[remind])
	k.says(k.say(fmt.Sprint(day, " april")), "day.kept")
}

// rewrites puts another day behind a PIN.
func (k *talker) rewrites(pin string, day int, remind bool) {
	k.t.Helper()
	k.tries(pin)
	k.pick("another")
	k.keepDay(day, remind)
}

// sees tells what a PIN shows: a day of April, 0 for none, -1 for one that has
// passed.
func (k *talker) sees(pin string) int {
	k.t.Helper()
	switch text := k.tries(pin); {
	case strings.Contains(text, k.words().Raw("day.passed")):
		return -1
	case strings.Contains(text, k.words().Raw(msgVaultEmpty)):
		return 0
	default:
		for day := 1; day <= 30; day++ {
			if strings.Contains(text, fmt.Sprintf("Kept: %d April", day)) {
				return day
			}
		}
		k.t.Fatalf("at %s the PIN shows %q", k.at.Now, text)
		return 0
	}
}

// comesBack is some time later, at the menu.
func (k *talker) comesBack(at time.Time) {
	k.t.Helper()
	k.at.Now = at
	k.say("hola")
	k.say("#")
}

// reminded lets every timer run out, and tells what came: its node and the local
// day.
func (k *talker) reminded() []string {
	k.t.Helper()
	var out []string
	for turns := 0; len(k.timers) > 0; turns++ {
		if turns > 20 {
			k.t.Fatalf("it does not end: %v", k.timers)
		}
		msgs := k.due(0)
		if len(msgs) > 0 {
			out = append(out, fmt.Sprint(k.s.Node, " ", DateOf(k.at.Now.In(k.book.spotByID["tijuana"].loc)).Day()))
		}
	}
	return out
}

// What is natural under duress: a near day, without reminders, behind the second
// PIN.
func TestADayThatPassesInOneViewLeavesTheOtherAndItsReminders(t *testing.T) {
	k := twoPINs(t, 20, true)
	timer := k.timers[dateTimer]
	k.rewrites(secondPIN, 1, false)
	if at := k.timers[dateTimer]; !at.Equal(timer) {
		t.Errorf("the timer stood at %s, and stands at %s", timer, at)
	}
	k.comesBack(Date(20240405).Time(time.UTC))
	for i, want := range []int{-1, 0} {
		if got := k.sees(secondPIN); got != want {
			t.Errorf("look %d: the second view shows %d, not %d", i, got, want)
		}
	}
	if got := k.sees(firstPIN); got != 20 {
		t.Errorf("the first view shows %d", got)
	}
	if got, want := k.reminded(), []string{"three 17", "eve 19"}; !slices.Equal(got, want) {
		t.Errorf("reminded %v, not %v", got, want)
	}
}

// By another way: each day's own two reminders, and no word twice on a day.
func TestTheRemindersOfBothDaysCome(t *testing.T) {
	for _, c := range []struct {
		first, second int
		want          []string
	}{
		{20, 10, []string{"three 7", "eve 9", "three 17", "eve 19"}},
		{10, 20, []string{"three 7", "eve 9", "three 17", "eve 19"}},
		{20, 21, []string{"three 17", "three 18", "eve 19", "eve 20"}},
		{20, 20, []string{"three 17", "eve 19"}},
		{20, 18, []string{"three 15", "eve 17", "three 17", "eve 19"}}, // both on the 17th
		{18, 20, []string{"three 15", "eve 17", "three 17", "eve 19"}},
	} {
		k := twoPINs(t, c.first, true)
		k.rewrites(secondPIN, c.second, true)
		got := k.reminded()
		slices.Sort(got) // of two on one day either may be first
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%d and %d April: reminded %v, not %v", c.first, c.second, got, c.want)
		}
		if k.s.Vault != "" {
			t.Errorf("%d and %d April: both are over, and %d bytes are kept", c.first, c.second, len(k.s.Vault))
		}
	}
}

func TestADayThatIsOverIsErasedWithoutItsPINAndNoOther(t *testing.T) {
	for name, second := range map[string]bool{"the other with reminders": true, "the other without": false} {
		t.Run(name, func(t *testing.T) {
			k := twoPINs(t, 2, true)
			k.rewrites(secondPIN, 25, second)
			for k.at.Now.Before(Date(20240404).Time(time.UTC)) {
				k.due(0)
			}
			v, err := decodeVault(k.s.Vault)
			if err != nil {
				t.Fatal(err)
			}
			if _, what, ok := v.open(k.book.pins, firstPIN); !ok || what.day != 0 || !what.gone {
				t.Errorf("whoever guesses the PIN finds %+v", what)
			}
			k.comesBack(k.at.Now.Add(time.Hour))
			if got := k.sees(firstPIN); got != -1 {
				t.Errorf("the first view shows %d", got)
			}
			if got := k.sees(firstPIN); got != 0 {
				t.Errorf("then the first view shows %d", got)
			}
			if got := k.sees(secondPIN); got != 25 {
				t.Errorf("the second view shows %d", got)
			}
		})
	}
}

func TestAnotherDayInOneViewTakesThePlaceOfItsOwnAlone(t *testing.T) {
	for _, pin := range []string{firstPIN, secondPIN} {
		k := twoPINs(t, 20, true)
		k.rewrites(secondPIN, 26, true)
		for range 3 {
			k.rewrites(pin, 12, true)
		}
		want := []string{"three 9", "eve 11", "three 23", "eve 25"}
		if pin == secondPIN {
			want = []string{"three 9", "eve 11", "three 17", "eve 19"}
		}
		if got := k.reminded(); !slices.Equal(got, want) {
			t.Errorf("reminded %v, not %v", got, want)
		}
		k = twoPINs(t, 20, true)
		k.rewrites(secondPIN, 26, true)
		k.rewrites(pin, 12, false)
		if got := k.reminded(); len(got) != 2 {
			t.Errorf("without reminders of one: reminded %v", got)
		}
	}
}

func TestNoMoreRemindersEndsThoseOfBothDaysAndKeepsTheDays(t *testing.T) {
	k := twoPINs(t, 20, true)
	k.rewrites(secondPIN, 26, true)
	k.due(0)
	k.pick("quiet")
	if len(k.timers) != 0 {
		t.Errorf("timers %v", k.timers)
	}
	if first, second := k.sees(firstPIN), k.sees(secondPIN); first != 20 || second != 26 {
		t.Errorf("the views show %d and %d", first, second)
	}
}

// Whoever reads a session sees of which days people are reminded, as they were
// told, and neither behind which door a day is nor, from the outside, how many
// there are.
func TestAVaultTellsOfNoSlotWhichDoorItIsOf(t *testing.T) {
	b := realBook(t)
	sides := map[string]int{}
	for i := range 128 {
		v, mine := newVault(b.pins, firstPIN, randomness{byte(i + 1), 1}, 1)
		bare := len(v.encode())
		slots := [2]int{}
		for n, door := range []int{mine, 1 - mine} {
			r := randomness{byte(i + 1), byte(n + 2)}
			slots[n] = v.take(r)
			v.put(door, 20240420, v.slots[slots[n]].pad, r)
			v.slots[slots[n]].set(stageThree, 20240420)
			if n == 0 {
				sides[fmt.Sprint("door ", door, " slot ", slots[0])]++
			}
		}
		if slots[0] == slots[1] || v.slots[0].pad == v.slots[1].pad {
			t.Fatal("one slot for two days, or one pad")
		}
		if len(v.encode()) != bare {
			t.Fatalf("a vault of %d bytes, empty of %d", len(v.encode()), bare)
		}
	}
	if len(sides) != 4 {
		t.Errorf("a door and the slot of its day go together: %v", sides)
	}
	// Nor does a timer of its own tell that there are two.
	k := twoPINs(t, 20, true)
	k.rewrites(secondPIN, 26, true)
	if len(k.timers) != 1 {
		t.Errorf("timers %v", k.timers)
	}
	// What joins the two for a moment goes with the view.
	k.tries(firstPIN)
	k.pick("back")
	for _, a := range k.s.Answers {
		if a.Flow == "date" {
			t.Errorf("%s is kept", a.Name)
		}
	}
}

// oldVault is one of the version before slots: 2 April behind 4821, with the
// reminder three days before to come, and nothing behind 97531.
const oldVault = "AdKdXgqQG1hU3O+nD+i6h1UBAAEAAAAAAbMCIQAAAAAAAAAAkrbrP/fNBvldfXdvdTgZs6UpaglbBuFc8hEqZMaijmL85frMXL9ieVCIvg72ClvK66ZqcSnTcn3WeB7aGZQINt5ImuhCgpOJ3s3EBT5P0iffAHjMcgwqc2yzJB3B0+qwUvXEOy6NbC6KyzJwyChvRThl1UaABl0Pf+hrPSKEMvu3iSBVOfydE+OGGjSd17JVKIHWv5AK0XXfwQanjkhui7paRtD1PMQ5SNNzhRjf7As="

func TestAVaultOfAnOlderVersionGoesOn(t *testing.T) {
	zone := realBook(t).spotByID["tijuana"].loc
	raw, err := base64.StdEncoding.DecodeString(oldVault)
	if err != nil {
		t.Fatal(err)
	}
	older := func() *talker {
		k := newTalker(t, realBook(t), "en", SMS, march).atMenu()
		k.s.setAnswer(Answer{Flow: remindersOf("cbp-one"), Name: fieldPlace, Text: "tijuana", Given: march.Unix() / 60})
		k.s.Vault = string(raw)
		k.timers = map[Timer]time.Time{dateTimer: wallClock(20240330, dateHour, zone)}
		return k
	}
	k := older()
	if got := k.sees("4821"); got != 2 {
		t.Fatalf("it shows %d", got)
	}
	if at := k.timers[dateTimer]; !at.Equal(wallClock(20240330, dateHour, zone)) {
		t.Errorf("its timer stands at %s", at)
	}
	k.tries("1111") // it is written anew
	if got, want := k.reminded(), []string{"three 30", "eve 1"}; !slices.Equal(got, want) {
		t.Errorf("reminded %v, not %v", got, want)
	}
	k.comesBack(k.at.Now.Add(time.Hour))
	if got := k.sees("4821"); got != -1 {
		t.Errorf("when it is over it shows %d", got)
	}
	if got := k.sees("97531"); got != 0 {
		t.Errorf("its second view shows %d", got)
	}

	k = older() // another day takes the place of its timer, as there
	k.rewrites("4821", 20, true)
	if got, want := k.reminded(), []string{"three 17", "eve 19"}; !slices.Equal(got, want) {
		t.Errorf("reminded %v, not %v", got, want)
	}
}
