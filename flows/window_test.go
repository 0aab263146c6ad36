// Request windows and time zones, on every day they held.
package flows

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const (
	firstWindowDay = Date(20230512)
	longerWindow   = Date(20240304) // from this day on the window was longer, and sources disagree
	lastWindowDay  = Date(20250119)
)

func cbpOne(t *testing.T) *Programme {
	t.Helper()
	p := realBook(t).programme("cbp-one")
	if p == nil {
		t.Fatal("the book has no cbp-one")
	}
	return p
}

// everyDay calls f for each day of the windows.
func everyDay(t *testing.T, f func(day Date, w Window)) {
	p := cbpOne(t)
	days := 0
	for day := firstWindowDay; day <= lastWindowDay; day = day.AddDays(1) {
		w, ok := p.WindowOn(day)
		if !ok {
			t.Fatalf("%s has no window", day)
		}
		days++
		f(day, w)
	}
	if days != 619 {
		t.Errorf("%d days, not 619", days)
	}
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestWindowOpensOnItsDayAndClosesLaterWhileTheProgrammeIsOpen(t *testing.T) {
	p := cbpOne(t)
	everyDay(t, func(day Date, w Window) {
		opens, closes := w.Opens(day), w.Closes(day)
		if !opens.Before(closes) || closes.Sub(opens) > 24*time.Hour {
			t.Errorf("%s: from %s to %s", day, opens, closes)
		}
		if !p.OpenAt(opens) {
			t.Errorf("%s: the window opens at %s, when the programme is closed", day, opens)
		}
		for _, s := range realBook(t).spots {
			if DateOf(opens.In(s.loc)) != day {
				t.Errorf("%s: in %s it opens on %s", day, s.ID, DateOf(opens.In(s.loc)))
			}
			if m := localMinute(opens, s.loc); m < 8*60 || m > 13*60 {
				t.Errorf("%s: in %s it opens at minute %d", day, s.ID, m)
			}
		}
	})
}

func TestWindowsFollowEachOtherDayByDay(t *testing.T) {
	var lastOpens, lastCloses time.Time
	everyDay(t, func(day Date, w Window) {
		opens, closes := w.Opens(day), w.Closes(day)
		if day > firstWindowDay {
			if gap := opens.Sub(lastOpens); gap < 23*time.Hour || gap > 25*time.Hour {
				t.Errorf("%s opens %s after the day before", day, gap)
			}
			if !closes.After(lastCloses) || opens.Before(lastCloses) {
				t.Errorf("%s: open %s to %s, the day before until %s", day, opens, closes, lastCloses)
			}
		}
		lastOpens, lastCloses = opens, closes
	})
}

// The sources say it for Tijuana: 9 in winter, 10 in summer.
func TestTijuanaOpensAtNineInWinterAndTenInSummer(t *testing.T) {
	loc := location(t, "America/Tijuana")
	spot := realBook(t).spotByID["tijuana"]
	winter, summer := 0, 0
	everyDay(t, func(day Date, w Window) {
		want := 9 * 60
		if w.Opens(day).In(loc).IsDST() {
			want = 10 * 60
			summer++
		} else {
			winter++
		}
		if got := localMinute(w.Opens(day), spot.loc); got != want {
			t.Errorf("%s: Tijuana opens at minute %d, not %d", day, got, want)
		}
		if day < longerWindow {
			if got := localMinute(w.Closes(day), spot.loc); got != want-60 && day != 20231104 && day != 20240309 {
				t.Errorf("%s: Tijuana closes at minute %d of the next day, not %d", day, got, want-60)
			}
		}
	})
	if winter < 200 || summer < 300 {
		t.Errorf("%d winter days, %d summer days", winter, summer)
	}
}

func TestPlacesWithoutSummerTimeNeverChange(t *testing.T) {
	b := realBook(t)
	want := map[string]int{"nogales": 10 * 60, "mexico_city": 11 * 60, "guadalajara": 11 * 60, "tapachula": 11 * 60, "monterrey": 11 * 60}
	everyDay(t, func(day Date, w Window) {
		for id, minute := range want {
			if got := localMinute(w.Opens(day), b.spotByID[id].loc); got != minute {
				t.Errorf("%s: %s opens at minute %d, not %d", day, id, got, minute)
			}
		}
	})
}

func TestTheBorderOfTexasHasSummerTime(t *testing.T) {
	loc := location(t, "America/Chicago")
	everyDay(t, func(day Date, w Window) {
		for _, id := range []string{"matamoros", "reynosa", "nuevo_laredo", "piedras_negras"} {
			if got, want := localMinute(w.Opens(day), realBook(t).spotByID[id].loc), localMinute(w.Opens(day), loc); got != want {
				t.Errorf("%s: %s opens at minute %d, across the river at %d", day, id, got, want)
			}
		}
	})
}

func TestOfTwoReadingsTheOpeningTakesTheLaterAndTheClosingTheEarlier(t *testing.T) {
	two := 0
	everyDay(t, func(day Date, w Window) {
		if (len(w.Readings) == 1) != (day < longerWindow) {
			t.Errorf("%s: %d readings", day, len(w.Readings))
		}
		opens, closes := w.Opens(day), w.Closes(day)
		sawOpens, sawCloses := false, false
		for _, r := range w.Readings {
			alone := Window{Readings: []Reading{r}}
			if alone.Opens(day).After(opens) || alone.Closes(day).Before(closes) {
				t.Errorf("%s: a reading from %s to %s, both from %s to %s", day, alone.Opens(day), alone.Closes(day), opens, closes)
			}
			sawOpens = sawOpens || alone.Opens(day).Equal(opens)
			sawCloses = sawCloses || alone.Closes(day).Equal(closes)
		}
		if !sawOpens || !sawCloses {
			t.Errorf("%s: from %s to %s is no reading's word", day, opens, closes)
		}
		if len(w.Readings) > 1 {
			two++
		}
	})
	if two != 322 {
		t.Errorf("%d days with two readings", two)
	}
}

func TestNoWindowBeforeTheFirstDay(t *testing.T) {
	p := cbpOne(t)
	for _, day := range []Date{20230511, 20220101, 20250121, 20261122} {
		if w, ok := p.WindowOn(day); ok {
			t.Errorf("%s has a window from %s", day, w.From)
		}
	}
}

func TestTheProgrammeClosesAtNoonEasternOf20January2025(t *testing.T) {
	p := cbpOne(t)
	noon := time.Date(2025, 1, 20, 12, 0, 0, 0, location(t, "America/New_York"))
	for _, c := range []struct {
		at   time.Time
		open bool
	}{
		{time.Date(2023, 1, 11, 23, 59, 0, 0, location(t, "America/New_York")), false},
		{time.Date(2023, 1, 12, 0, 0, 0, 0, location(t, "America/New_York")), true},
		{noon.Add(-time.Minute), true}, {noon.Add(-time.Nanosecond), true}, {noon, false}, {noon.Add(time.Minute), false}, {noon.AddDate(1, 0, 0), false},
		{noon.Add(-time.Minute).UTC(), true}, {noon.In(location(t, "Asia/Kabul")), false},
	} {
		if got := p.OpenAt(c.at); got != c.open {
			t.Errorf("%s: open %v", c.at, got)
		}
	}
	b := realBook(t)
	for at, want := range map[time.Time]bool{noon.Add(-time.Minute): true, noon: false} {
		if got := b.On(at).env["cbp_one_open"]; got != want {
			t.Errorf("%s: cbp_one_open is %v in conditions", at, got)
		}
	}
}

func TestThePersonIsToldTheOpeningInTheTimeOfTheirPlace(t *testing.T) {
	b := newFixture().mustLoad(t)
	for _, c := range []struct{ day, place, want string }{
		{"2024-01-15", "tijuana", "In Tijuana it opens at 9:00 am."},
		{"2023-07-15", "tijuana", "In Tijuana it opens at 10:00 am."},
		{"2024-01-15", "nogales", "In Nogales it opens at 10:00 am."},
		{"2023-07-15", "nogales", "In Nogales it opens at 10:00 am."},
		{"2024-07-15", "nogales", "In Nogales it opens at 9:00 am."}, // the fixture's second window is noon in New York
	} {
		k := newTalker(t, b, "en", Telegram, on(t, c.day))
		k.say("hello")
		k.pick("go_on")
		k.pick("topic")
		k.pick("glad")
		k.say("monthb 2023")
		if text := k.say(c.place); !slices.Contains(strings.Split(text, "\n"), c.want) {
			t.Errorf("%s, %s: %q", c.day, c.place, text)
		}
	}
}

// What an operator writes wrongly is refused where it stands.
func TestBrokenHoursAreRefusedWithTheirOwnLine(t *testing.T) {
	raw, err := os.ReadFile("testdata/operator/programme/shelter-list.yaml")
	if err != nil {
		t.Fatal(err)
	}
	good := string(raw)
	cut := func(from, to string) string { // what stands between two keys
		i, j := strings.Index(good, from), strings.Index(good, to)
		return good[i:j]
	}
	open, windows := cut("    open:", "    windows:"), cut("    windows:", "    reminders:")
	entry := strings.TrimPrefix(windows, "    windows:\n")
	later := strings.Replace(entry, "from: 2026-11-01", "from: 2026-12-01", 1)
	for name, c := range map[string]struct{ old, new, at, want string }{
		"no windows":        {windows, "", "  shelter-list:", "it needs windows"},
		"an empty list":     {windows, "    windows: []\n", "    windows: []", "it needs windows"},
		"windows of none":   {windows, "    windows:\n", "    windows:", "it needs windows"},
		"no open":           {open, "", "  shelter-list:", "it needs open"},
		"an empty open":     {open, "    open: []\n", "    open: []", "it needs open"},
		"overlapping":       {windows, windows + later, "      - from: 2026-12-01", "overlaps another"},
		"inverted":          {windows, strings.Replace(windows, "from: 2026-11-01", "from: 2026-11-01\n        until: 2026-12-01", 1) + strings.Replace(later, `closes: "12:00"`, `closes: "06:00"`, 1), "      - from: 2026-12-01", "it closes (06:00) before it opens"},
		"periods inverted":  {open, strings.Replace(open, "from: 2026-11-01,", "from: 2026-11-01, until: 2026-10-01,", 1), "      - {from: 2026-11-01, until", "it closes before it opens"},
		"no common reading": {windows, strings.Replace(windows, "        readings:\n", "        readings:\n          - {opens: \"01:00\", closes: \"02:00\", zone: America/Mexico_City}\n", 1), "      - from: 2026-11-01", "no hour in common"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.new, 1)
			line := 1 + strings.Count(text[:strings.Index(text, c.at)], "\n")
			_, err := EmbeddedUnder(fstest.MapFS{"programme/shelter-list.yaml": &fstest.MapFile{Data: []byte(text)}}, realBook(t).Catalogue)
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("programme/shelter-list.yaml:%d: ", line)) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want line %d and %q", err, line, c.want)
			}
		})
	}
}
