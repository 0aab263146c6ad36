// What can go wrong with a message creation, on demand.
package twiliotest

import (
	"io"
	"net"
	"net/http"
	"time"
)

// Fault is how one message creation goes wrong. The message may have been
// sent all the same.
type Fault struct {
	Name      string
	Processed bool // the message is sent, and only the answer goes wrong
	// act answers, or does not, and tells whether that was all. It is called
	// without the lock.
	act func(d *Twilio, w http.ResponseWriter, r *http.Request) (done bool)
}

// Hang never answers.
func Hang(processed bool) Fault {
	return Fault{"hang", processed, func(d *Twilio, _ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-r.Context().Done():
		case <-d.closed:
		}
		panic(http.ErrAbortHandler)
	}}
}

// Reset breaks the connection.
func Reset(processed bool) Fault {
	return Fault{"reset", processed, func(_ *Twilio, w http.ResponseWriter, _ *http.Request) bool {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // so that it is a reset and not an end
		}
		_ = conn.Close()
		return true
	}}
}

// Internal answers 500 with Twilio's code for it.
func Internal(processed bool) Fault {
	return Fault{"500", processed, func(_ *Twilio, w http.ResponseWriter, _ *http.Request) bool {
		writeError(w, http.StatusInternalServerError, 20500, "An internal server error has occurred")
		return true
	}}
}

// HTML answers 502 with a page, as a proxy before Twilio does.
func HTML(processed bool) Fault {
	return Fault{"html 502", processed, func(_ *Twilio, w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>")
		return true
	}}
}

// Garbage answers 201 with half of an answer. The message is sent.
func Garbage() Fault {
	return Fault{"garbage", true, func(_ *Twilio, w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"sid": "SM01`)
		return true
	}}
}

// TooMany answers 429, with a Retry-After where one is given.
func TooMany(retryAfter string) Fault {
	return Fault{"429", false, func(_ *Twilio, w http.ResponseWriter, _ *http.Request) bool {
		tooMany(w, retryAfter)
		return true
	}}
}

// Refuse answers with a status and a code.
func Refuse(status, code int) Fault {
	return Fault{"refusal", false, func(_ *Twilio, w http.ResponseWriter, _ *http.Request) bool {
		writeError(w, status, code, "The 'To' number +15551234567 is not what it should be")
		return true
	}}
}

// Redirect answers with another address.
func Redirect(to string) Fault {
	return Fault{"redirect", false, func(_ *Twilio, w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		return true
	}}
}

// Slow takes its time and then does all as it should.
func Slow(delay time.Duration) Fault {
	return Fault{"slow", true, func(d *Twilio, _ http.ResponseWriter, r *http.Request) bool {
		d.pause(r, delay)
		return false
	}}
}

// Next has the next message creations go wrong, one by each fault.
func (d *Twilio) Next(faults ...Fault) { d.set(func() { d.faults = append(d.faults, faults...) }) }

// fault is the next one, false for none. The lock is held.
func (d *Twilio) fault() (Fault, bool) {
	if len(d.faults) == 0 {
		return Fault{}, false
	}
	f := d.faults[0]
	d.faults = d.faults[1:]
	return f, true
}

// pause waits, and no longer than anybody waits for it.
func (d *Twilio) pause(r *http.Request, delay time.Duration) {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-d.closed:
	}
}

func tooMany(w http.ResponseWriter, retryAfter string) {
	if retryAfter != "" {
		w.Header().Set("Retry-After", retryAfter)
	}
	writeError(w, http.StatusTooManyRequests, 20429, "Too Many Requests")
}
