// The one writer: transactions of many callers share a commit.
package bolt

import (
	"errors"
	"fmt"
	"sync"
	"syscall"

	"go.etcd.io/bbolt"
)

// maxTogether bounds the jobs of one commit, so that one caller's wait is
// bounded too.
const maxTogether = 512

// writer gathers what is to be written while the disk is busy with the commit
// before, and writes it all in the next one: a lone caller waits for no timer,
// and under load the commits grow as large as the disk is slow. bbolt's own
// Batch has a timer, and none is right for both: at 10 ms BenchmarkReceive is
// as fast as here (7,400 to 9,300 messages/s against 8,800), but a lone person
// waits 11.7 ms instead of 0.6; at 1 ms they wait 1.9 ms, and many get 5,200.
type writer struct {
	update func(func(*bbolt.Tx) error) error
	ended  chan struct{}

	mu     sync.Mutex
	come   sync.Cond // jobs or refuse changed
	jobs   []*job
	refuse error // set: no job is taken any more
}

// job is one caller's part of a transaction. do may run more than once: it
// touches nothing but the transaction and what it sets anew on every run.
type job struct {
	do   func(*bbolt.Tx) error
	done chan error
}

func newWriter(update func(func(*bbolt.Tx) error) error) *writer {
	w := &writer{update: update, ended: make(chan struct{})}
	w.come.L = &w.mu
	go w.run()
	return w
}

// submit returns when do is durable, or with an error when it is not known to
// be. It cannot be given up half-way: what was handed over may be written.
func (w *writer) submit(do func(*bbolt.Tx) error) error {
	j := &job{do: do, done: make(chan error, 1)}
	w.mu.Lock()
	if w.refuse != nil {
		w.mu.Unlock()
		return w.refuse
	}
	w.jobs = append(w.jobs, j)
	w.come.Signal()
	w.mu.Unlock()
	return <-j.done
}

// close writes what was submitted, refuses the rest, and waits for both.
func (w *writer) close() {
	w.mu.Lock()
	if w.refuse == nil {
		w.refuse = ErrClosed
	}
	w.come.Signal()
	w.mu.Unlock()
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		w.mu.Lock()
		for len(w.jobs) == 0 && w.refuse == nil {
			w.come.Wait()
		}
		n := min(len(w.jobs), maxTogether)
		now := w.jobs[:n:n]
		w.jobs = w.jobs[n:]
		w.mu.Unlock()
		if n == 0 {
			return
		}
		w.commit(now)
	}
}

// commit writes the jobs in one transaction. A job that fails is taken out and
// told so, and the others are written without it.
func (w *writer) commit(jobs []*job) {
	for len(jobs) > 0 {
		failed := -1
		err := w.update(func(tx *bbolt.Tx) error {
			for i, j := range jobs {
				if err := j.do(tx); err != nil {
					failed = i
					return err
				}
			}
			return nil
		})
		if failed < 0 {
			w.settle(jobs, err)
			return
		}
		w.settle(jobs[failed:failed+1], err)
		jobs = append(jobs[:failed:failed], jobs[failed+1:]...)
	}
}

func (w *writer) settle(jobs []*job, err error) {
	if errors.Is(err, syscall.EIO) {
		// When the disk itself fails, the kernel may drop pages that it called
		// written. The file on the disk is still whole, but nothing may be
		// built on what memory shows of it: only a new start may.
		err = fmt.Errorf("%w until Posada is started again, for the disk failed: %w", ErrClosed, err)
		w.mu.Lock()
		w.refuse = err
		w.mu.Unlock()
	}
	for _, j := range jobs {
		j.done <- err
	}
}
