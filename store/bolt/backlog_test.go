// The backlog: what is counted of the queue, and what is not.

package bolt_test

import (
	"testing"
	"time"

	"posada/bot"
)

func TestBacklogCountsWhatWaitsForPeople(t *testing.T) {
	s := newFile(t).open(t)
	ctx, now := t.Context(), benchDay
	for _, who := range []bot.Address{{Channel: "sms", ID: "1"}, {Channel: "sms", ID: "2"}, {Channel: "sms", ID: "3"}, {Channel: bot.Simulator, ID: "4"}} {
		snap, err := s.Load(ctx, who, "hello "+who.ID)
		if err != nil {
			t.Fatal(err)
		}
		turn := bot.Turn{Snapshot: snap, Now: now, Session: []byte("s"), Contact: &bot.Contact{Address: who, Since: now},
			Out: []bot.Outbound{{To: who, Kind: bot.Reply, At: now}, {To: who, Kind: bot.Reply, At: now}}}
		if outcome, err := s.Commit(ctx, turn); err != nil || outcome != bot.Committed {
			t.Fatal(outcome, err)
		}
	}
	claimed, err := s.Claim(ctx, now, bot.ClaimOrder{Channel: "sms", Kind: bot.Reply, Lines: 3, Each: 1, Lease: time.Minute})
	if err != nil || len(claimed) != 3 {
		t.Fatal(len(claimed), err)
	}
	for i, fate := range []bot.Fate{bot.FateLater, bot.FateParked, bot.FateDead} {
		if _, err := s.Settle(ctx, now, []bot.Settlement{{Token: claimed[i].Token, Fate: fate, Due: now.Add(time.Hour), Reason: "x"}}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Backlog(ctx)
	if want := (bot.Backlog{Queued: 5, Waiting: 1, Parked: 1, Dead: 1}); err != nil || got != want {
		t.Errorf("the backlog is %+v, want %+v, %v", got, want, err)
	}
	by, err := s.Backlogs(ctx)
	if sms := by["sms"]; err != nil || sms.Queued != 5 || !sms.Oldest.Equal(now.Truncate(time.Second)) {
		t.Errorf("the backlog of SMS is %+v, %v", sms, err)
	}
	if phone := by[bot.Simulator]; phone.Queued != 2 {
		t.Errorf("the backlog of the simulator is %+v", phone)
	}
}
