// What the book gets to see of a message that is too long.
package bot

import (
	"strings"
	"testing"

	"posada/locales"
)

func TestABookIsToldOfWhatWasCutThoughNothingOfItIsSeen(t *testing.T) {
	const words = "Nobody sells appointments."
	in := cause{}.input(Inbound{Text: words + strings.Repeat("\u2060", maxInput) + "Pay Juan."})
	if text, _ := locales.Clean(in.Text, maxInput); text != words {
		t.Fatalf("%d characters are left", len(text))
	}
	if !in.Cut {
		t.Error("it passes for all that was written")
	}
	if in := (cause{}).input(Inbound{Text: words}); in.Cut {
		t.Error("nothing was cut")
	}
}
