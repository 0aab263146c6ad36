// What can go wrong at a provider, on demand.
package telegramtest

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Fault is what happens to a call in place of an answer.
type Fault struct {
	Name string
	// Done: the call is carried out all the same, and only its answer is lost.
	Done bool

	Delay time.Duration // before anything else
	Hold  bool          // no answer until the client gives up
	Reset bool          // the connection breaks
	// Status and Body answer; a Code answers as the Bot API does.
	Status      int
	Body        string
	Code        int
	Description string
	RetryAfter  int
}

// The faults of a provider. A Done one of those that lose an answer is made by
// After.
var (
	TimeOut  = Fault{Name: "time-out", Hold: true}
	Reset    = Fault{Name: "reset", Reset: true}
	HTML     = Fault{Name: "HTML 502", Status: http.StatusBadGateway, Body: "<html><body><h1>502 Bad Gateway</h1></body></html>"}
	HTML200  = Fault{Name: "HTML 200", Status: http.StatusOK, Body: "<html><body>Please sign in to this network</body></html>"}
	HTML403  = Fault{Name: "HTML 403", Status: http.StatusForbidden, Body: "<html><body>Blocked by your network</body></html>"}
	Redirect = Fault{Name: "redirect", Status: http.StatusFound, Body: "moved"}
	BadJSON  = Fault{Name: "broken JSON", Status: http.StatusOK, Body: `{"ok":true,"result":{"message_id":`}
	OddJSON  = Fault{Name: "odd JSON", Status: http.StatusOK, Body: `["ok"]`}
	Internal = Fault{Name: "500", Code: http.StatusInternalServerError, Description: "Internal Server Error: restart"}
	Blocked  = Fault{Name: "blocked", Code: http.StatusForbidden, Description: "Forbidden: bot was blocked by the user"}
	Deleted  = Fault{Name: "deactivated", Code: http.StatusForbidden, Description: "Forbidden: user is deactivated"}
	NoChat   = Fault{Name: "chat not found", Code: http.StatusBadRequest, Description: "Bad Request: chat not found"}
	Rejected = Fault{Name: "400", Code: http.StatusBadRequest, Description: "Bad Request: the message cannot be sent"}
	NoToken  = Fault{Name: "token", Code: http.StatusUnauthorized, Description: "Unauthorized"}
)

// Flood is a 429 that asks for a pause of so many seconds.
func Flood(seconds int) Fault {
	return Fault{Name: "429", Code: http.StatusTooManyRequests, Description: "Too Many Requests: retry after " + strconv.Itoa(seconds), RetryAfter: seconds}
}

// Slow carries the call out and answers well, late.
func Slow(d time.Duration) Fault { return Fault{Name: "slow", Delay: d} }

// After is the fault once the call was carried out.
func After(f Fault) Fault {
	f.Name += " after it was done"
	f.Done = true
	return f
}

// planned is a fault for calls to come.
type planned struct {
	Fault
	method string
	chat   int64
	left   int
}

// Fail makes the next n calls of a method fail, "" for any; n below 0 for all
// until Mend.
func (s *Server) Fail(method string, n int, f Fault) { s.plan(&planned{f, method, 0, n}) }

// FailChat makes the next n messages to one chat fail.
func (s *Server) FailChat(chat int64, n int, f Fault) { s.plan(&planned{f, "sendMessage", chat, n}) }

func (s *Server) plan(p *planned) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, p)
}

// Mend ends all faults.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
	s.change()
}

// fault is what is planned for a call, nil for nothing. The lock is held.
func (s *Server) fault(method string, p url.Values) *Fault {
	for _, f := range s.faults {
		if f.left == 0 || f.method != "" && f.method != method || f.chat != 0 && strconv.FormatInt(f.chat, 10) != p.Get("chat_id") {
			continue
		}
		if f.left > 0 {
			f.left--
		}
		return &f.Fault
	}
	return nil
}

// fail answers a call with a fault.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, name string, m method, f *Fault) {
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return
		case <-s.quit:
			return
		}
	}
	plain := !f.Hold && !f.Reset && f.Status == 0 && f.Code == 0
	if f.Done || plain {
		result, no := s.run(r, name, m)
		switch {
		case no != nil:
			s.refused(w, name, no)
			return
		case plain:
			write(w, result)
			return
		}
	}
	switch {
	case f.Hold:
		select {
		case <-r.Context().Done():
		case <-s.quit:
		}
	case f.Reset:
		reset(w)
	case f.Status != 0:
		if f.Status >= 300 && f.Status < 400 {
			w.Header().Set("Location", "http://127.0.0.1:1"+r.URL.Path)
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
	default:
		write(w, &refusal{Code: f.Code, Description: f.Description, RetryAfter: f.RetryAfter})
	}
}
