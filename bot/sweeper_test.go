// Sweeping: what is past its lifetime goes, and nothing else.

package bot_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/store/memory"
)

// confession is a session with one answer that was given at a time.
func confession(given time.Time) flows.Session {
	minute := given.Unix() / 60
	return flows.Session{Language: "es", Flow: "screening", Node: "n", Seen: minute,
		Answers: []flows.Answer{{Flow: "screening", Name: "threat", Text: "yes", Given: minute}}}
}

// expire is what flows promises: answers live 24 hours, sessions 60 days.
func expire(s flows.Session, now time.Time) (flows.Session, bool) {
	if now.Sub(time.Unix(s.Seen*60, 0)) >= flows.Silence {
		return flows.Session{}, true
	}
	if len(s.Answers) > 0 && now.Sub(time.Unix(s.Answers[0].Given*60, 0)) >= flows.DefaultLifetime {
		s.Answers = nil
		return s, true
	}
	return s, false
}

// keep puts a session into the store, last touched at a time.
func keep(t *testing.T, store bot.Store, who string, session []byte, at time.Time) bot.Address {
	t.Helper()
	a := bot.Address{Channel: "sms", ID: who}
	snap, err := store.Load(t.Context(), a, "keep "+who)
	if err != nil {
		t.Fatal(err)
	}
	out, err := store.Commit(t.Context(), bot.Turn{Snapshot: snap, Now: at, Contact: &bot.Contact{Address: a, Since: at}, Session: session})
	if err != nil || out != bot.Committed {
		t.Fatal(out, err)
	}
	return a
}

func TestAnswersAreErasedInTimeWithoutAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go bot.NewSweeper(&script{expire: expire}, store).Run(ctx, func(_ bot.Swept, err error) {
			if err != nil {
				t.Error(err)
			}
		})
		// People answer at odd times between the sweeps.
		given := map[bot.Address]time.Time{}
		for i := range 40 {
			time.Sleep(59*time.Second + 7*time.Millisecond)
			a := keep(t, store, fmt.Sprint(i), confession(time.Now()).Encode(), time.Now())
			given[a] = time.Now()
		}
		answers := func(a bot.Address) int {
			s, err := flows.DecodeSession(load(t, store, a).Session)
			if err != nil {
				t.Fatal(err)
			}
			return len(s.Answers)
		}
		first := given[bot.Address{Channel: "sms", ID: "0"}]
		time.Sleep(time.Until(first.Add(flows.DefaultLifetime - 20*time.Minute)))
		for a := range given {
			if answers(a) == 0 {
				t.Errorf("answers given at %v are gone at %v", given[a], time.Now())
			}
		}
		for i := range 40 {
			a := bot.Address{Channel: "sms", ID: fmt.Sprint(i)}
			time.Sleep(time.Until(given[a].Add(flows.DefaultLifetime)))
			if answers(a) != 0 {
				t.Errorf("answers given at %v are still there at %v", given[a], time.Now())
			}
		}
	})
}

func TestTheSweeperRunsAtOnceAndThenEveryQuarterOfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &failing{Store: memory.New()}
		start := time.Now()
		var at []time.Duration
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			bot.NewSweeper(&script{}, store).Run(ctx, func(_ bot.Swept, err error) {
				at = append(at, time.Since(start))
				if (err != nil) != (len(at) == 2) {
					t.Errorf("sweep %d: %v", len(at), err)
				}
			})
			close(ended)
		}()
		time.Sleep(50 * time.Minute)
		cancel()
		<-ended
		if fmt.Sprint(at) != "[0s 15m0s 30m0s 45m0s]" {
			t.Errorf("swept at %v", at)
		}
	})
}

// failing fails its second sweep.
type failing struct {
	*memory.Store
	sweeps int
}

func (f *failing) Sweep(ctx context.Context, s bot.Sweep) (bot.Swept, error) {
	if f.sweeps++; f.sweeps == 2 {
		return bot.Swept{}, errors.New("disk is away")
	}
	return f.Store.Sweep(ctx, s)
}

func TestASweepJudgesByTheBookAndElseByTheClock(t *testing.T) {
	day := 24 * time.Hour
	at := func(ago time.Duration) []byte { return confession(now.Add(-ago)).Encode() }
	gone := func(ago time.Duration) []byte {
		s := confession(now.Add(-ago))
		s.Answers = nil
		return s.Encode()
	}
	for name, c := range map[string]struct {
		ago     time.Duration
		session []byte
		want    []byte
		forgot  bool
	}{
		"fresh answers":             {time.Hour, at(time.Hour), at(time.Hour), false},
		"answers nearly a day old":  {day - 17*time.Minute, at(day - 17*time.Minute), at(day - 17*time.Minute), false},
		"answers before the next":   {day - 16*time.Minute, at(day - 16*time.Minute), gone(day - 16*time.Minute), false},
		"nearly 60 days of silence": {60*day - time.Hour, gone(60*day - time.Hour), gone(60*day - time.Hour), false},
		"60 days of silence":        {60 * day, gone(60 * day), nil, true},
		"unreadable and fresh":      {time.Hour, []byte("?"), []byte("?"), false},
		"unreadable and a day old":  {day, []byte("?"), nil, false},
		"unreadable and silent":     {60 * day, []byte("?"), nil, true},
		"empty":                     {time.Hour, nil, nil, false},
		"empty and silent":          {60 * day, nil, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			store := memory.New()
			a := keep(t, store, "1", c.session, now.Add(-c.ago))
			swept, err := bot.NewSweeper(&script{expire: expire}, store).Sweep(t.Context(), now)
			if err != nil {
				t.Fatal(err)
			}
			snap := load(t, store, a)
			if string(snap.Session) != string(c.want) {
				t.Errorf("session %q, want %q", snap.Session, c.want)
			}
			if forgot := !snap.Contact.Known(); forgot != c.forgot || swept.Forgotten == 1 != c.forgot {
				t.Errorf("forgotten %v (%+v), want %v", forgot, swept, c.forgot)
			}
		})
	}
}

func TestASweepKeepsLifetimesOfWhatPeopleLeave(t *testing.T) {
	store, b := memory.New(), &script{effects: []flows.Effect{{Kind: flows.EffectRumour, Text: "x"}, {Kind: flows.EffectReport}}}
	a := bot.New(b, store)
	for i, ago := range []int{731, 31, 29, 4, 3, 0} {
		in := inbound(fmt.Sprint(i), "x")
		in.At = now.AddDate(0, 0, -ago)
		receive(t, a, in)
	}
	for i, ago := range []int{29, 30, 31} {
		m := bot.Mailing{ID: bot.MailingID(i + 1), At: now.AddDate(0, 0, -ago), Variants: []bot.Variant{{Lang: "es"}}}
		if err := store.OpenMailing(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	swept, err := bot.NewSweeper(b, store).Sweep(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	if _, kept, _ := store.MailingReport(t.Context(), 1); !kept || swept.Mailings != 2 {
		t.Errorf("swept %d mailings, want those of 30 and 31 days; the other is kept: %v", swept.Mailings, kept)
	}
	if swept.Notes != 2 || swept.Diary != 1 || swept.SeenDays != 4 {
		t.Errorf("swept %+v, want 2 rumours, 1 diary entry and 4 days of ids", swept)
	}
	if c := counts(t, store); c.Notes != 4 || c.Diary != 5 || c.Seen != 2 {
		t.Errorf("left %+v", c)
	}
}
