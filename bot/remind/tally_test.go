// What is told of reminders that ran out.

package remind_test

import (
	"slices"
	"testing"

	"posada/bot"
	"posada/bot/remind"
)

func TestATallyCountsWhatCameOfTheRemindersOfDaysAlone(t *testing.T) {
	all := &tally{}
	c := remind.NewTally(all)
	on, late := bot.Receipt{Reminded: true}, bot.Receipt{Reminded: true, Late: true}
	skipped, quiet := bot.Receipt{Skipped: true}, bot.Receipt{}
	for _, f := range []struct {
		kind, programme string
		r               bot.Receipt
	}{
		{"daily", "list", on}, {"again", "list", on}, {"daily", "list", late}, {"again", "list", skipped}, {"daily", "list", quiet},
		{"over", "list", on}, {"offer", "list", skipped}, {"date", "", late}, {"daily", "cbp-one", late}, {"daily", "other", quiet},
	} {
		c.Fired("sms", f.kind, f.programme, f.r)
	}
	want := []remind.Outcomes{{Programme: "cbp-one", Late: 1}, {Programme: "list", Sent: 2, Late: 1, Skipped: 1}}
	if got := c.Outcomes(); !slices.Equal(got, want) {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	all.want(t, 10, 6, 3, 2)
}
