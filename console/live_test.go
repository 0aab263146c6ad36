// Live numbers, with a clock of the test's own.
package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot/staff"
)

// listening is a stream that is open.
type listening struct {
	mu   sync.Mutex
	head http.Header
	b    strings.Builder
	code int
	stop context.CancelFunc
	done chan struct{}
}

func (l *listening) Header() http.Header { return l.head }
func (l *listening) WriteHeader(code int) {
	l.mu.Lock()
	l.code = code
	l.mu.Unlock()
}
func (l *listening) Flush()                           {}
func (l *listening) SetWriteDeadline(time.Time) error { return nil }
func (l *listening) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

// take is what came since the last time.
func (l *listening) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

func (l *listening) over() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

func (o *officer) listen(path, last string) *listening {
	ctx, stop := context.WithCancel(context.Background())
	l := &listening{head: http.Header{}, stop: stop, done: make(chan struct{})}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+path, nil)
	r.AddCookie(o.cookie)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	go func() {
		defer close(l.done)
		o.h.handler.ServeHTTP(l, r)
	}()
	return l
}

func TestLiveNumbersTellWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		o := h.hire("Ana", staff.RoleWriter, false)
		l := o.listen("/today/live", "")
		synctest.Wait()
		first := l.take()
		if l.head.Get("Content-Type") != "text/event-stream" || !strings.Contains(first, `"rumours":"14"`) || !strings.Contains(first, "id: "+strconv.FormatInt(time.Now().Unix(), 10)) {
			t.Errorf("it begins %q", first)
		}
		time.Sleep(2 * liveEvery)
		synctest.Wait()
		if more := l.take(); more != "" {
			t.Errorf("nothing changed, and it says %q", more)
		}
		h.console.counted.mu.Lock()
		h.numbers.Rumours.N = 15
		h.console.counted.mu.Unlock()
		time.Sleep(2 * liveEvery)
		synctest.Wait()
		var changed map[string]string
		if more := l.take(); json.Unmarshal([]byte(strings.TrimPrefix(strings.TrimSpace(more), "data: ")), &changed) != nil || len(changed) != 1 || changed["rumours"] != "15" {
			t.Errorf("it says %q", more)
		}
		l.stop()
		<-l.done
	})
}

func TestALiveStreamEndsWithItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		o := h.hire("Ana", staff.RoleWriter, false)
		l := o.listen("/today/live", "")
		synctest.Wait()
		cookie := *o.cookie
		o.post("/sign-out").want(t, http.StatusSeeOther)
		o.cookie = &cookie
		time.Sleep(keepAlive + 2*liveEvery)
		synctest.Wait()
		if !l.over() {
			t.Error("the stream goes on after the session ended")
		}
		l.stop()
		<-l.done
	})
}

func TestAStreamOfNumbersThatAlwaysMoveEndsWithItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		o := h.hire("Ana", staff.RoleWriter, false)
		l := o.listen("/today/live", "")
		synctest.Wait()
		cookie := *o.cookie
		o.post("/sign-out").want(t, http.StatusSeeOther)
		o.cookie = &cookie
		for range int((keepAlive + 2*liveEvery) / liveEvery) {
			h.console.counted.mu.Lock()
			h.numbers.Rumours.N++
			h.console.counted.mu.Unlock()
			time.Sleep(liveEvery)
			synctest.Wait()
		}
		if !l.over() {
			t.Error("the stream goes on after the session ended")
		}
		l.stop()
		<-l.done
	})
}

func TestAScreenThatNobodyLooksAtDoesNotKeepASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		o := h.hire("Ana", staff.RoleWriter, false)
		begun := strconv.FormatInt(time.Now().Unix(), 10)
		l := o.listen("/today/live", "")
		time.Sleep(liveFor + time.Second)
		synctest.Wait()
		if !l.over() {
			t.Fatal("the stream has no end")
		}
		back := o.listen("/today/live", begun) // as a browser does by itself
		<-back.done
		if back.code != http.StatusNoContent {
			t.Errorf("it may come back: status %d", back.code)
		}
		time.Sleep(staff.SessionIdle)
		o.get("/").want(t, http.StatusSeeOther)
	})
}

func TestLiveStreamsEndWithTheConsole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx, stop := context.WithCancel(context.Background())
		go h.console.Run(ctx)
		l := h.hire("Ana", staff.RoleWriter, false).listen("/today/live", "")
		synctest.Wait()
		stop()
		<-l.done
	})
}
