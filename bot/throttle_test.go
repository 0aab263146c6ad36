// Too many messages: who sends them is slowed and told so, and nobody else
// notices.

package bot_test

import (
	"fmt"
	"testing"
	"time"

	"posada/bot"
	"posada/store/memory"
)

// flood is a message of a flood, at a time.
func flood(n int, at time.Time, text string) bot.Inbound {
	in := inbound(fmt.Sprint("flood ", n), text)
	in.At = at
	return in
}

// spread is the time of the nth of so many messages in a minute.
func spread(n, of int) time.Time { return now.Add(time.Duration(n) * time.Minute / time.Duration(of)) }

func TestAThousandMessagesInAMinuteAreSlowedAndToldOnce(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	slowed, answered, told := 0, 0, 0
	for n := range 1000 {
		r := receive(t, a, flood(n, spread(n, 1000), "hola"))
		switch {
		case r.Slowed:
			slowed++
			if len(r.Out) > 0 {
				t.Fatal("a message that was not read was answered")
			}
		case b.heard[len(b.heard)-1].Flood:
			told++
			if len(r.Out) == 0 {
				t.Error("the person is told nothing")
			}
		default:
			answered++
		}
	}
	// A whole burst, and then one every MessageEvery.
	if want := bot.MessageBurst + int(time.Minute/bot.MessageEvery); told != 1 || answered > want || answered < want-1 || slowed != 1000-answered-told {
		t.Errorf("%d answered, %d told, %d slowed; want %d answered and 1 told", answered, told, slowed, want)
	}
	if c := counts(t, store); c.Queued != 2*(answered+told) || c.Seen != answered+told {
		t.Errorf("%d are queued and %d seen", c.Queued, c.Seen)
	}
}

func TestNobodyIsSilencedForEver(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	n, longest, last := 0, time.Duration(0), now
	// The flood never ends: even within it the person is answered steadily.
	for at := now; at.Before(now.Add(10 * time.Minute)); at = at.Add(60 * time.Millisecond) {
		n++
		if r := receive(t, a, flood(n, at, "hola")); !r.Slowed {
			longest, last = max(longest, at.Sub(last)), at
		}
	}
	if longest > bot.MessageEvery+60*time.Millisecond {
		t.Errorf("within the flood they were left for %v without an answer", longest)
	}
	// A pause restores what it lasts for, and of the next flood they are told again.
	for after, answered := range map[time.Duration]int{45 * time.Second: 15, 10 * time.Minute: bot.MessageBurst} {
		at, told, read := last.Add(after), 0, 0
		for range 100 {
			n++
			switch r := receive(t, a, flood(n, at, "hola")); {
			case r.Slowed:
			case b.heard[len(b.heard)-1].Flood:
				told++
			default:
				read++
			}
		}
		last = at
		if told != 1 || read < answered-1 || read > answered {
			t.Errorf("of a flood %v later %d were answered and they were told %d times, want %d and once", after, read, told, answered)
		}
	}
}

func TestAFloodSlowsNobodyElse(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	for n := range 1000 {
		at := spread(n, 1000)
		receive(t, a, flood(n, at, "hola"))
		if n%100 != 0 {
			continue
		}
		for i, channel := range []string{"sms", "whatsapp"} { // the same number elsewhere is somebody else
			in := inbound(fmt.Sprint("other ", n), "hola")
			in.From, in.At = bot.Address{Channel: channel, ID: []string{"+15550199", ana.ID}[i]}, at
			if r := receive(t, a, in); r.Slowed || len(r.Out) != 2 {
				t.Fatalf("somebody else's message %d was slowed: %+v", n, r)
			}
		}
	}
}

func TestWordsThatMustNotWaitPassAFlood(t *testing.T) {
	store, b := memory.New(), &script{}
	a := bot.New(b, store)
	for n := range 500 {
		receive(t, a, flood(n, now, "hola"))
	}
	r := receive(t, a, flood(500, now, "alto"))
	if in := b.heard[len(b.heard)-1]; r.Slowed || in.Flood || in.Text != "alto" || len(r.Out) != 2 {
		t.Errorf("a word that must not wait was slowed: %+v, heard %q", r, in.Text)
	}
	// A flood of them is slowed as well.
	read := 1
	for n := 501; n < 1000; n++ {
		if r := receive(t, a, flood(n, now, "alto")); !r.Slowed {
			read++
		}
	}
	if read != bot.MessageBurst {
		t.Errorf("%d urgent words were read at once, want %d", read, bot.MessageBurst)
	}
}

func TestAButtonIsNoWordOfDanger(t *testing.T) {
	a := bot.New(&script{}, memory.New())
	for n := range 500 {
		receive(t, a, flood(n, now, "hola"))
	}
	in := flood(500, now, "alto")
	in.Payload = "menu" // it is this that counts
	if r := receive(t, a, in); !r.Slowed {
		t.Error("a button passed the flood")
	}
}

func TestATextOfAFloodIsErasedAtTheProviderAllTheSame(t *testing.T) {
	store := memory.New()
	a := bot.New(&script{}, store)
	for n := range 100 {
		in := flood(n, now, "hola")
		in.Erase = fmt.Sprint("SM", n)
		receive(t, a, in)
	}
	got, err := store.Claim(t.Context(), now, bot.ClaimOrder{Channel: "sms", Kind: bot.Errand, Lines: 1000, Each: 10, Lease: time.Minute})
	if err != nil || len(got) != 100 {
		t.Errorf("%d texts are to be erased, want 100 (%v)", len(got), err)
	}
}
