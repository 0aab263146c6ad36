// The rule and the breaker by themselves: they decide from what they are given.

package deliver

import (
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
)

var noon = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)

func claimed(k bot.Kind, tries, unknown int) bot.Claimed {
	return bot.Claimed{Outbound: bot.Outbound{To: bot.Address{Channel: "sms", ID: "+15550100"}, Kind: k, At: noon, Tries: tries, Unknown: unknown, Message: flows.Message{Text: "x"}}}
}

func TestBackoffIsRandomUpToItsBound(t *testing.T) {
	for _, k := range kinds {
		first := OtherBackoff
		if k == bot.Reply {
			first = ReplyBackoff
		}
		for tries := range 40 {
			most := MaxBackoff
			if tries < 10 {
				most = min(first<<tries, MaxBackoff)
			}
			var low, high time.Duration = MaxBackoff, 0
			for range 300 {
				d := backoff(k, tries)
				low, high = min(low, d), max(high, d)
			}
			if low <= 0 || high > most || low > most/10 || high < most*9/10 {
				t.Errorf("a %s that failed %d times before waits %v to %v, want anything up to %v", k, tries, low, high, most)
			}
		}
	}
}

func TestAMessageMeetsWrongSettingsAfterItsLane(t *testing.T) {
	for range 100 {
		s := decide(noon, claimed(bot.Reply, 3, 1), Result{Outcome: Misconfigured}, noon.Add(time.Minute))
		if s.Fate != bot.FateLater || !s.Due.After(noon.Add(time.Minute)) || s.Due.After(noon.Add(75*time.Second+1)) || s.Tries != 4 || s.Unknown != 1 {
			t.Fatalf("settled as %+v", s)
		}
	}
	if s := decide(noon, claimed(bot.Reply, 0, 0), Result{Outcome: Misconfigured}, time.Time{}); s.Due.Before(noon.Add(settingsFirst)) {
		t.Errorf("settled as %+v", s)
	}
}

func TestAReasonIsAlwaysKept(t *testing.T) {
	if s := decide(noon, claimed(bot.Reply, 0, 0), Result{Outcome: Drop}, time.Time{}); s.Reason != "dropped" {
		t.Errorf("reason %q", s.Reason)
	}
	old := claimed(bot.Reply, 1, 1)
	if s := tooOld(old); s.Reason != ReasonUnknown {
		t.Errorf("what may have arrived died as %q", s.Reason)
	}
	if s := tooOld(claimed(bot.Reply, 1, 0)); s.Reason != ReasonOld {
		t.Errorf("what certainly did not arrive died as %q", s.Reason)
	}
}

func TestTheBreakerOpensAfterFiveInARow(t *testing.T) {
	for _, o := range []Outcome{Retry, Unknown} {
		var b breaker
		for n := range BreakAfter - 1 {
			b.result(noon, Result{Outcome: o}, false)
			if _, open := b.open(noon); open {
				t.Fatalf("open after %d", n+1)
			}
		}
		b.result(noon, Result{Outcome: Drop}, false) // the provider answers
		for range BreakAfter - 1 {
			b.result(noon, Result{Outcome: o}, false)
		}
		if _, open := b.open(noon); open {
			t.Fatal("open, though they were not in a row")
		}
		b.result(noon, Result{Outcome: o}, false)
		until, open := b.open(noon)
		if pause := until.Sub(noon); !open || pause < downFirst*3/4 || pause > downFirst {
			t.Errorf("open %v for %v", open, pause)
		}
	}
}

func TestOnlyAProbeMakesTheBreakerWaitLonger(t *testing.T) {
	var b breaker
	fail := Result{Outcome: Retry, Reason: "503"}
	for range 40 { // the rest was on its way
		b.result(noon, fail, false)
	}
	at := noon
	for _, most := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60} {
		until, open := b.open(at)
		if pause := until.Sub(at); !open || pause < most*time.Second*3/4 || pause > most*time.Second {
			t.Fatalf("open %v for %v, want %d s", open, pause, most)
		}
		at = until
		if _, open := b.open(at); open || !b.sending() {
			t.Fatal("no probe is let through")
		}
		if until, open := b.open(at); !open || !until.IsZero() {
			t.Fatal("a second probe is let through")
		}
		b.result(at, fail, true)
	}
	b.sending()
	b.result(at, Result{Outcome: Sent}, true)
	if _, open := b.open(at); open || b.why() != "" || b.sending() {
		t.Error("a success does not close it")
	}
}

func TestWrongSettingsPauseLonger(t *testing.T) {
	var b breaker
	at := noon
	for _, want := range []time.Duration{30, 60, 120, 240, 300, 300} {
		b.result(at, Result{Outcome: Misconfigured}, b.sending())
		until, open := b.open(at)
		if !open || until.Sub(at) != want*time.Second {
			t.Fatalf("open %v for %v, want %d s", open, until.Sub(at), want)
		}
		at = until
	}
	b.result(at, Result{Outcome: Misconfigured, After: 24 * time.Hour}, b.sending())
	if until, _ := b.open(at); until.Sub(at) != pauseMost {
		t.Errorf("an absurd pause lasts %v", until.Sub(at))
	}
	// The provider goes down meanwhile: that is tried again sooner.
	b.result(at, Result{Outcome: Unknown}, b.sending())
	if until, _ := b.open(at); until.Sub(at) > downFirst || b.trouble != down {
		t.Errorf("the lane waits for %v: %s", until.Sub(at), b.why())
	}
}

func TestOneContactThatIsToWaitStopsNoLane(t *testing.T) {
	var l limits
	ana, bo := bot.Address{Channel: "sms", ID: "1"}, bot.Address{Channel: "sms", ID: "2"}
	for range 9 {
		l.ask(noon, ana, time.Minute)
	}
	if !l.until.IsZero() {
		t.Error("one contact's pause stops the lane")
	}
	l.ask(noon.Add(limitWindow+1), bo, time.Minute)
	if !l.until.IsZero() {
		t.Error("two pauses that have nothing to do with each other stop the lane")
	}
	l.ask(noon.Add(limitWindow+2), ana, 100*time.Hour)
	if want := noon.Add(limitWindow + 2 + pauseMost); !l.until.Equal(want) {
		t.Errorf("the lane waits until %v, want %v", l.until, want)
	}
}
