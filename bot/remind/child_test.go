//go:build unix

// The process is killed at any moment: no reminder is lost, and none doubled.

package remind_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/remind"
	"posada/store/bolt"
	"posada/store/seal"
)

// A child process is this test binary with a job.
const (
	childJob    = "POSADA_TEST_CHILD" // fire, send or surge
	childDB     = "POSADA_TEST_DB"
	childKey    = "POSADA_TEST_KEY"
	childSends  = "POSADA_TEST_SENDS"  // the file that the sender writes
	childOthers = "POSADA_TEST_OTHERS" // who writes in a surge: from, to
)

// start runs a child on a database; what it prints can be read line by line.
func start(t testing.TB, job string, env ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(append(os.Environ(), childJob+"="+job), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd, bufio.NewScanner(out)
}

func child(job string) int {
	keys, err := seal.Open(os.Getenv(childKey))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	s, err := bolt.Open(os.Getenv(childDB), keys)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	switch job {
	case "fire":
		err = fire(s, func() (bool, error) { return false, nil })
	case "send":
		err = fire(s, sender(s, os.Getenv(childSends)))
	case "surge":
		err = surge(s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// said prints what a meter is told: that a timer has run out.
type said struct{}

func (said) Fired(string, string, string, bot.Receipt) { fmt.Println("fired") }
func (said) SetBack()                                  {}

// fire runs the clockwork, and beside it busy, again and again, until nothing is
// due and busy has nothing to do either.
func fire(s *bolt.Store, busy func() (bool, error)) error {
	at := firstDue(s)
	a := bot.New(almanac{minute: minuteOf(at)}, s)
	fault := make(chan error, 1)
	stop := starts(remind.New(s, a.Fire, said{}, func(err error) {
		select {
		case fault <- err:
		default:
		}
	}))
	defer stop()
	for {
		due, _, err := s.Due(context.Background(), time.Now(), 1)
		if err != nil {
			return err
		}
		did, err := busy()
		if err != nil {
			return err
		}
		if len(due) == 0 && !did {
			fmt.Println("done")
			return nil
		}
		select {
		case err := <-fault:
			return err
		case <-time.After(time.Millisecond):
		}
	}
}

// firstDue is when somebody is due, at any time.
func firstDue(s *bolt.Store) time.Time {
	due, _, err := s.Due(context.Background(), time.Now().AddDate(1, 0, 0), 1)
	if err != nil || len(due) == 0 {
		panic("nobody is due, ever")
	}
	return due[0].Due()
}

// lines is how many messages the sender has in flight.
const lines = 32

// sender claims reminders and sends them, which is a line in a file.
func sender(s *bolt.Store, path string) func() (bool, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	return func() (bool, error) {
		if err != nil {
			return false, err
		}
		claimed, err := s.Claim(context.Background(), time.Now(), bot.ClaimOrder{Channel: "sms", Kind: bot.Reminder, Lines: lines, Each: 1, Lease: time.Minute})
		if err != nil || len(claimed) == 0 {
			return false, err
		}
		fmt.Fprintln(f, "lent", len(claimed))
		settled := make([]bot.Settlement, len(claimed))
		for i, c := range claimed {
			if _, err := fmt.Fprintln(f, "sent", c.To.ID); err != nil {
				return false, err
			}
			fmt.Println("sent")
			settled[i] = bot.Settlement{Token: c.Token, Fate: bot.FateSent}
		}
		refused, err := s.Settle(context.Background(), time.Now(), settled)
		if len(refused) > 0 {
			err = fmt.Errorf("%d refused", len(refused))
		}
		return true, err
	}
}

// dueNow makes a database of people who are all due since half an hour, and
// returns what a child needs to know of it.
func dueNow(t testing.TB, people int) (env []string, open func() *bolt.Store, at time.Time) {
	t.Helper()
	keyFile, path := filepath.Join(t.TempDir(), "posada.keys"), filepath.Join(t.TempDir(), "posada.db")
	keys, err := seal.Create(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	open = func() *bolt.Store {
		s, err := bolt.Open(path, keys)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	at = time.Now().UTC().Truncate(time.Minute).Add(-30 * time.Minute)
	subscribe(t, bot.New(almanac{minute: minuteOf(at)}, s), at.Add(-time.Hour), crowd(people)...)
	end(t, s)
	return []string{childDB + "=" + path, childKey + "=" + keyFile}, open, at
}

// killed runs children until one ends by itself, having killed the others after
// most words at most. each is told when one has ended.
func killed(t *testing.T, job string, most int, env func() []string, each func(killed bool)) (kills int) {
	t.Helper()
	for ; ; kills++ {
		cmd, out := start(t, job, env()...)
		done, left := false, 1+rand.IntN(most)
		for out.Scan() {
			if out.Text() == "done" {
				done = true
				break
			}
			if left--; left == 0 {
				_ = cmd.Process.Kill() // SIGKILL
			}
		}
		err := cmd.Wait()
		if each(!done); done {
			if err != nil {
				t.Fatal(err)
			}
			return kills
		}
		if left > 0 {
			t.Fatalf("a child ended by itself: %v", err)
		}
	}
}

const doomed = 2000

// again goes through a life until it was killed often enough to prove something:
// how far a child comes before it is killed is luck.
func again(t *testing.T, life func(*testing.T) (kills int)) {
	t.Helper()
	const enough, most = 3, 10
	kills := 0
	for range most {
		if kills += life(t); kills >= enough {
			return
		}
	}
	t.Fatalf("killed %d times: it proves little", kills)
}

func TestKilledAgainAndAgainEveryReminderIsQueuedOnce(t *testing.T) {
	again(t, killedWhileFiring)
}

func killedWhileFiring(t *testing.T) (kills int) {
	t.Helper()
	env, open, at := dueNow(t, doomed)
	kills = killed(t, "fire", doomed/8, func() []string { return env }, func(bool) {})
	s := open()
	defer end(t, s)
	got := reminders(t, s, time.Now())
	for _, who := range crowd(doomed) {
		if got[who.ID] != 1 {
			t.Fatalf("after %d kills somebody is reminded %d times", kills, got[who.ID])
		}
	}
	// Everybody's next is tomorrow.
	next := almanac{minute: minuteOf(at)}.next(time.Now())
	n := 0
	if err := s.Contacts(t.Context(), func(c bot.Contact) error {
		if n++; len(c.Timers) != 1 || !c.Due().Equal(next) {
			return fmt.Errorf("a contact is due at %v, want %v", c.Due(), next)
		}
		return nil
	}); err != nil || n != doomed || len(got) != doomed {
		t.Errorf("%d contacts, %d reminded: %v", n, len(got), err)
	}
	return kills
}

func TestKilledWhileSendingOnlyWhatWasLentIsSentTwice(t *testing.T) {
	again(t, killedWhileSending)
}

func killedWhileSending(t *testing.T) (kills int) {
	t.Helper()
	env, open, _ := dueNow(t, doomed)
	sends, bound := map[string]int{}, 0
	var path string
	kills = killed(t, "send", doomed/2, func() []string {
		path = filepath.Join(t.TempDir(), "sends")
		return append(env[:len(env):len(env)], childSends+"="+path)
	}, func(killed bool) {
		raw, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		lent := 0
		for line := range bytes.Lines(raw) {
			what, rest, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
			if what == "sent" {
				sends[rest]++
			} else if _, err := fmt.Sscan(rest, &lent); err != nil {
				t.Fatal(err)
			}
		}
		if killed {
			bound += lent
		}
	})
	extra := 0
	for _, who := range crowd(doomed) {
		if sends[who.ID] == 0 {
			t.Fatal("somebody was never reminded")
		}
		extra += sends[who.ID] - 1
	}
	t.Logf("%d kills, %d in flight, %d sent twice", kills, bound, extra)
	if extra > bound {
		t.Errorf("%d were sent twice, and %d were in flight when it was killed", extra, bound)
	}
	s := open()
	defer end(t, s)
	if left := reminders(t, s, time.Now()); len(left) != 0 || len(sends) != doomed {
		t.Errorf("%d are still queued, %d people were reminded", len(left), len(sends))
	}
	return kills
}
