// Speed: what a page costs the desk, and what its own work does.

package rumour_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/rumour"
	"posada/flows/claim"
)

// reports is how many notes there are: POSADA_SCALE=full is a bad month.
func reports() int {
	if os.Getenv("POSADA_SCALE") == "full" {
		return 20_000
	}
	return 2_000
}

// busy is a desk with many reports of many rumours, all but a tenth of them of
// one.
func busy(b *testing.B, kind string) *world {
	b.Helper()
	w := newWorld(b, stores[kind](b))
	w.with = rumour.NewClaims(claim.NewReader(nil))
	w.restart(-1, false)
	w.load(start)
	for i := 0; i < reports(); { // a hundred a person's turn, to have them soon
		who := person(i / 100)
		snap, err := w.store.Load(b.Context(), who, fmt.Sprint("n", i))
		if err != nil {
			b.Fatal(err)
		}
		t := bot.Turn{Snapshot: snap, Now: start, Session: []byte("x"), Contact: &bot.Contact{Address: who, Form: "sms", Since: start}}
		for range 100 {
			text := "dicen que están vendiendo citas de CBP One por 500 dólares"
			if i%10 == 0 {
				text = fmt.Sprintf("dicen que en la calle %d hay un camión que lleva gente al norte", i)
			}
			t.Notes = append(t.Notes, bot.Note{Kind: bot.NoteRumour, At: start.Add(-time.Duration(i) * time.Minute), From: who, Lang: "es", Text: text})
			i++
		}
		if outcome, err := w.store.Commit(b.Context(), t); err != nil || outcome != bot.Committed {
			b.Fatal(outcome, err)
		}
	}
	return w
}

func BenchmarkSort(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w := busy(b, "bolt")
		b.StartTimer()
		w.pass(start)
	}
	b.ReportMetric(float64(reports())*float64(b.N)/b.Elapsed().Seconds(), "notes/s")
}

func BenchmarkIdlePass(b *testing.B) {
	w := busy(b, "bolt")
	w.pass(start)
	for b.Loop() {
		w.pass(start)
	}
}

func BenchmarkCases(b *testing.B) {
	w := busy(b, "bolt")
	w.pass(start)
	b.ReportMetric(float64(len(w.Cases(rumour.Filter{}, start))), "cases")
	for b.Loop() {
		w.Cases(rumour.Filter{Sort: rumour.BySpeed}, start)
	}
}

func BenchmarkCase(b *testing.B) {
	w := busy(b, "bolt")
	w.pass(start)
	id := w.Cases(rumour.Filter{}, start)[0].ID
	for b.Loop() {
		w.show(id, start)
	}
}
