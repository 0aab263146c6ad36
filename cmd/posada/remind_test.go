// Reminders by the built binary and its real sender: one comes at its minute and
// is answered; and the process is killed at any moment.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/channel/telegram/telegramtest"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

// list writes a programme of the operator's own whose hours are the whole of a
// day that is at noon now, wherever that is: no midnight is near.
func list(t *testing.T) (folder string, zone *time.Location) {
	t.Helper()
	east := 12 - time.Now().UTC().Hour()
	name := fmt.Sprintf("Etc/GMT%+d", -east) // the sign of these zones is the other way round
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "programme"), 0o700); err != nil {
		t.Fatal(err)
	}
	since := time.Now().AddDate(0, 0, -7).Format(time.DateOnly)
	text := fmt.Sprintf(`sources:
  board: {publisher: "The shelter", title: "Notice at the door", date: %[1]s, standing: source}
programmes:
  list:
    name: {en: "The list", es: "La lista", ht: "Lis la"}
    open:
      - {from: %[1]s, zone: %[2]s, source: [board], standing: source, reviewed: %[1]s}
    windows:
      - from: %[1]s
        source: [board]
        standing: source
        reviewed: %[1]s
        readings:
          - {opens: "00:10", closes: "23:50", zone: %[2]s}
    places: [mexico_city]
`, since, name)
	if err := os.WriteFile(filepath.Join(folder, "programme", "list.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder, zone
}

// wish is how a person asks to be reminded at a time of day in Mexico City.
func wish(at time.Time) []string {
	return []string{"hello", "yes", "5", "2", "Ciudad de Mexico", "3", at.In(mexicoCity).Format("3:04 pm"), "1"}
}

var mexicoCity = time.FixedZone("Mexico City", -6*60*60)

func TestAReminderComesAtItsMinuteAndItsAnswerStandsInTheDiary(t *testing.T) {
	t.Parallel()
	folder, _ := list(t)
	tg := telegramtest.New(t)
	const chat = firstChat
	dir := t.TempDir()
	db, keyFile := filepath.Join(dir, "posada.db"), filepath.Join(dir, "posada.key")
	at := time.Now().Add(5 * time.Second).Truncate(time.Minute).Add(time.Minute)
	enrolAll(t, folder, db, keyFile, at, 1)
	tg.Meet(chat)
	p := start(t, "--telegram-api", tg.URL, "--telegram-token", tg.Token, "--telegram-chat-rate", "100", "--book", folder, "--db", db, "--key-file", keyFile)
	screen := func() (out []string) {
		for _, m := range tg.Received(chat) {
			out = append(out, m.Text)
		}
		return out
	}
	say := func(text, want string) {
		t.Helper()
		shown := len(screen())
		tg.Say(chat, text)
		awaitCount(t, p, patience, func() int { return strings.Count(strings.Join(screen()[shown:], "\n"), want) }, 1)
	}
	awaitCount(t, p, time.Until(at)+patience, func() int { return len(screen()) }, 1)
	if now := time.Now(); now.Before(at) {
		t.Errorf("it came %v too early", at.Sub(now))
	}
	if came := screen()[0]; !strings.HasPrefix(came, "Drink some water") {
		t.Errorf("the reminder says %q", came)
	}
	say("1", "Noted")
	say("diary", "pressed done: 1")
	p.stop()
}

// TestKilledWhileItRemindsNobodyIsMissedAndFewHearTwice has the process killed
// again and again while it reminds everybody by Telegram. At the provider only a
// message that was under way at a kill may come twice.
func TestKilledWhileItRemindsNobodyIsMissedAndFewHearTwice(t *testing.T) {
	t.Parallel()
	const people, workers, kills = 400, 8, 12
	folder, _ := list(t)
	tg := telegramtest.New(t)
	dir := t.TempDir()
	db, keyFile := filepath.Join(dir, "posada.db"), filepath.Join(dir, "posada.key")
	enrolAll(t, folder, db, keyFile, time.Now().Add(-30*time.Minute).Truncate(time.Minute), people)
	for i := range people {
		tg.Meet(firstChat + int64(i))
	}
	reminders := func() (n int) {
		for i := range people {
			n += len(tg.Received(firstChat + int64(i)))
		}
		return n
	}
	args := []string{"--telegram-api", tg.URL, "--telegram-token", tg.Token, "--telegram-rate", "200", "--workers", fmt.Sprint(workers), "--book", folder, "--db", db, "--key-file", keyFile}
	for range kills {
		before := reminders()
		p := start(t, args...)
		if before < people {
			awaitCount(t, p, patience, reminders, min(people, before+1+rand.IntN(people/kills)))
		}
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = p.cmd.Wait()
	}
	p := start(t, args...)
	everybody := func() (n int) {
		for i := range people {
			if len(tg.Received(firstChat+int64(i))) > 0 {
				n++
			}
		}
		return n
	}
	awaitCount(t, p, patience, everybody, people)
	p.stop()
	extra := reminders() - people
	t.Logf("%d people, killed %d times with up to %d under way: %d heard it twice", people, kills, workers, extra)
	if extra > kills*workers {
		t.Errorf("%d heard it twice, more than were under way", extra)
	}
	keys, err := seal.Open(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	s, err := bolt.Open(db, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	backlog, err := s.Backlog(t.Context())
	if err != nil || backlog.Queued != 0 || backlog.Dead != 0 {
		t.Errorf("left in the queue: %+v, %v", backlog, err)
	}
	soon := 0
	if err := s.Contacts(t.Context(), func(c bot.Contact) error {
		if !c.Due().After(time.Now().Add(time.Hour)) {
			soon++
		}
		return nil
	}); err != nil || soon > 0 {
		t.Errorf("%d people are still due today, %v", soon, err)
	}
}

const firstChat = 7200

// awaitCount waits until something has come to a number.
func awaitCount(t *testing.T, p *process, most time.Duration, count func() int, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for count() < want {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("came to %d, wanted %d: %s", count(), want, p.errs)
		}
	}
}

// enrolAll makes a database in which everybody asked, an hour before, for a
// reminder at one minute.
func enrolAll(t *testing.T, folder, db, keyFile string, due time.Time, people int) {
	t.Helper()
	keys, err := seal.Create(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	s, err := bolt.Open(db, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	book, err := (&bookFlags{Book: folder}).load(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	a := bot.New(book, s)
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			for n, act := range wish(due) {
				in := bot.Inbound{ID: fmt.Sprint(i, " ", n), From: bot.Address{Channel: "telegram", ID: fmt.Sprint(firstChat + i)}, Form: flows.Telegram, Text: act, Lang: "en", Silent: true, At: due.Add(-time.Hour)}
				if _, err := a.Receive(t.Context(), in); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
}
