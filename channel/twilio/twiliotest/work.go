// What a double has under way: counted, so that it can be waited for while more
// begins, which a sync.WaitGroup does not allow.
package twiliotest

import "sync"

// underway counts. The zero value counts nothing.
type underway struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n comes to nothing; nil when nobody waits
}

// run does something beside its caller.
func (u *underway) run(do func()) {
	u.mu.Lock()
	u.n++
	u.mu.Unlock()
	go func() {
		defer u.done()
		do()
	}()
}

func (u *underway) done() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.n--; u.n == 0 && u.idle != nil {
		close(u.idle)
		u.idle = nil
	}
}

// wait returns when nothing is under way.
func (u *underway) wait() {
	u.mu.Lock()
	if u.n == 0 {
		u.mu.Unlock()
		return
	}
	if u.idle == nil {
		u.idle = make(chan struct{})
	}
	idle := u.idle
	u.mu.Unlock()
	<-idle
}
