// The committer: many jobs in one commit, each judged alone.

package bolt

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"

	"go.etcd.io/bbolt"
)

// disk stands for bbolt: it runs a transaction, and then commits as told.
type disk struct {
	commits int
	err     error
	hold    chan struct{}
}

func (d *disk) update(do func(*bbolt.Tx) error) error {
	if d.hold != nil {
		<-d.hold
	}
	if err := do(nil); err != nil {
		return err
	}
	d.commits++
	return d.err
}

// submitAll hands over n jobs at once, and returns their errors.
func submitAll(w *writer, n int, do func(int) error) []error {
	errs := make([]error, n)
	for i := range n {
		go func() { errs[i] = w.submit(func(*bbolt.Tx) error { return do(i) }) }()
		synctest.Wait() // one after another
	}
	return errs
}

func TestThoseWhoWaitShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{hold: make(chan struct{})}
		w := newWriter(d.update)
		defer w.close()
		var ran []int
		n := maxTogether + 10
		errs := submitAll(w, n, func(i int) error { ran = append(ran, i); return nil })
		close(d.hold)
		synctest.Wait()
		if d.commits != 3 { // the first, those who came meanwhile, and the rest
			t.Errorf("%d commits for %d jobs", d.commits, n)
		}
		if len(ran) != n || !slices.IsSorted(ran) || errors.Join(errs...) != nil {
			t.Errorf("%d jobs ran, in order %v: %v", len(ran), slices.IsSorted(ran), errors.Join(errs...))
		}
	})
}

func TestAJobThatFailsFailsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{hold: make(chan struct{})}
		w := newWriter(d.update)
		defer w.close()
		bad := errors.New("bad")
		errs := submitAll(w, 10, func(i int) error {
			if i%3 == 1 {
				return fmt.Errorf("job %d: %w", i, bad)
			}
			return nil
		})
		close(d.hold)
		synctest.Wait()
		for i, err := range errs {
			if errors.Is(err, bad) != (i%3 == 1) {
				t.Errorf("job %d: %v", i, err)
			}
		}
	})
}

func TestAFailedCommitFailsAllOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{err: syscall.ENOSPC}
		w := newWriter(d.update)
		defer w.close()
		nothing := func(*bbolt.Tx) error { return nil }
		if err := w.submit(nothing); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("full disk: %v", err)
		}
		d.err = nil
		if err := w.submit(nothing); err != nil {
			t.Errorf("when there is room again: %v", err)
		}
		// A disk that fails is another matter: nothing may be built on it.
		d.err = syscall.EIO
		if err := w.submit(nothing); !errors.Is(err, syscall.EIO) || !errors.Is(err, ErrClosed) {
			t.Errorf("failed disk: %v", err)
		}
		d.err = nil
		commits := d.commits
		if err := w.submit(nothing); !errors.Is(err, ErrClosed) || d.commits != commits {
			t.Errorf("after a failed disk: %v", err)
		}
	})
}

func TestCloseWritesWhatWasHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{hold: make(chan struct{})}
		w := newWriter(d.update)
		errs := submitAll(w, 20, func(int) error { return nil })
		go w.close()
		synctest.Wait()
		if err := w.submit(func(*bbolt.Tx) error { return nil }); !errors.Is(err, ErrClosed) {
			t.Errorf("after close: %v", err)
		}
		close(d.hold)
		synctest.Wait()
		if err := errors.Join(errs...); err != nil || d.commits != 2 {
			t.Errorf("%d commits, %v", d.commits, err)
		}
	})
}
