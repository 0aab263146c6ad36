//go:build unix

package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"posada/bot"
	"posada/store/bolt"
	"posada/store/seal"
)

// A child process is this test binary with a job.
const (
	childJob = "POSADA_TEST_CHILD" // hold, traffic, full, deliver, broadcast or mailing
	childDB  = "POSADA_TEST_DB"
	childKey = "POSADA_TEST_KEY"
)

// start runs a child on a database; what it prints can be read line by line.
func start(t testing.TB, job, db, keyFile string) (*exec.Cmd, *bufio.Scanner, io.Closer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childJob+"="+job, childDB+"="+db, childKey+"="+keyFile)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
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
	return cmd, bufio.NewScanner(out), in
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
	fmt.Println("ready")
	switch job {
	case "hold":
		_, _ = io.Copy(io.Discard, os.Stdin) // until the parent closes it
	case "full":
		// As a full disk: no file may grow beyond this.
		signal.Ignore(syscall.SIGXFSZ)
		const most = 20 << 20
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		traffic(s)
	case "traffic":
		traffic(s)
	case "deliver":
		deliver(s)
	case "broadcast":
		broadcast(s)
	case "mailing":
		if err := mailAll(s); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	if err := s.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// traffic receives messages from many persons for as long as it can. Each is
// reported with one line: "ok ID" is its acknowledgement.
func traffic(s *bolt.Store) {
	a := bot.New(parrot{}, s)
	var print sync.Mutex
	var wg sync.WaitGroup
	for p := range 64 {
		wg.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d", p, i)
				_, err := a.Receive(context.Background(), inbound(id, sender(p, i), strings.Repeat("x", 800)))
				print.Lock()
				if err != nil {
					fmt.Printf("error %s %v\n", id, err)
				} else {
					fmt.Println("ok " + id)
				}
				print.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
}

// sender is who wrote message i of line p: many persons, for a session grows.
func sender(p, i int) bot.Address {
	return bot.Address{Channel: "sms", ID: fmt.Sprintf("%d-%d", p, i%100)}
}

// acknowledged reads the child's reports until it ends.
func acknowledged(out *bufio.Scanner, each func(n int)) (ok, failed []string) {
	for out.Scan() {
		what, rest, _ := strings.Cut(out.Text(), " ")
		switch what {
		case "ok":
			ok = append(ok, rest)
			each(len(ok))
		case "error":
			failed = append(failed, rest)
		}
	}
	return ok, failed
}

// holds asserts that every acknowledged message was handled, with its answer.
func holds(t *testing.T, f file, ok []string, unsure int) {
	t.Helper()
	whole(t, f.path)
	s := f.open(t)
	for _, id := range ok {
		p, i, _ := strings.Cut(id, "-")
		line, _ := strconv.Atoi(p)
		n, _ := strconv.Atoi(i)
		snap, err := s.Load(t.Context(), sender(line, n), id)
		if err != nil {
			t.Fatal(err)
		}
		if !snap.Seen {
			t.Fatalf("message %s was acknowledged and is lost", id)
		}
	}
	c := counts(t, s)
	if c.Queued < len(ok) || c.Queued > len(ok)+unsure || c.Queued != c.Seen || c.Queued != c.Notes || c.Contacts != c.Sessions {
		t.Errorf("%d messages were acknowledged and %d unsure; kept: %+v", len(ok), unsure, c)
	}
	// And it goes on.
	if r := receive(t, bot.New(parrot{}, s), inbound("after", sender(0, 0), "x")); len(r.Out) != 1 {
		t.Error("the store takes nothing any more")
	}
}

func TestASecondProcessIsToldWhoHasTheFile(t *testing.T) {
	f, keyFile := rotating(t)
	cmd, out, in := start(t, "hold", f.path, keyFile)
	if !out.Scan() {
		t.Fatal("the child did not start")
	}
	began := time.Now()
	_, err := bolt.Open(f.path, f.keys)
	if !errors.Is(err, bolt.ErrLocked) {
		t.Fatalf("opened twice: %v", err)
	}
	if waited := time.Since(began); waited > 10*time.Second {
		t.Errorf("waited %v to say so", waited)
	}
	if !strings.Contains(err.Error(), f.path) || !strings.Contains(err.Error(), "stop it") {
		t.Errorf("the error does not say what to do: %v", err)
	}
	if runtime.GOOS == "linux" && !strings.Contains(err.Error(), fmt.Sprintf("process %d (", cmd.Process.Pid)) {
		t.Errorf("the error does not name process %d: %v", cmd.Process.Pid, err)
	}
	_ = in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	f.open(t)
}

func TestKilledInTheMiddleNothingAcknowledgedIsLost(t *testing.T) {
	f, keyFile := rotating(t)
	for round := range 3 {
		f.path = filepath.Join(t.TempDir(), "posada.db")
		cmd, out, _ := start(t, "traffic", f.path, keyFile)
		ok, failed := acknowledged(out, func(n int) {
			if n == 300*(round+1) {
				if err := cmd.Process.Kill(); err != nil { // SIGKILL
					t.Error(err)
				}
			}
		})
		if len(failed) > 0 || len(ok) < 300*(round+1) {
			t.Fatalf("%d acknowledged, errors %v", len(ok), failed)
		}
		_ = cmd.Wait()
		holds(t, f, ok, 64)
	}
}

func TestOnAFullDiskNothingIsAcknowledgedAndNothingLost(t *testing.T) {
	f, keyFile := rotating(t)
	cmd, out, _ := start(t, "full", f.path, keyFile)
	ok, failed := acknowledged(out, func(int) {})
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(ok) < 100 || len(failed) != 64 {
		t.Fatalf("%d messages were acknowledged and %d failed, want many and all 64 writers", len(ok), len(failed))
	}
	if !strings.Contains(failed[0], "file too large") || strings.Contains(failed[0], "xxx") {
		t.Errorf("the error is: %s", failed[0])
	}
	holds(t, f, ok, len(failed))
}
