// Package webhook is the HTTP face: to the providers, who bring what people
// write, and to the operator, who sees how it goes. The two are two servers
// with a listener each, so that a proxy in front of the one never publishes
// the other. It knows no provider: channels offer handlers, and this room sets
// the limits around them.
package webhook

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Limits are what a server bears. Zero in any field is its default.
type Limits struct {
	Header time.Duration // until a request's header is whole; 5 s
	Body   time.Duration // until its body is whole too, counted from its beginning; 10 s
	Work   time.Duration // until a provider's request is answered: its context ends then; 12 s, for Twilio gives up after 15
	Write  time.Duration // until the answer is written, counted from the header; 30 s. A stream sets its own
	Idle   time.Duration // between two requests of a connection; 1 min
	Stop   time.Duration // how long a stop waits for what is under way; 15 s

	HeaderBytes int   // of a request's header; 16 KiB
	BodyBytes   int64 // of a provider's request; 1 MiB, for channels set their own below it
	UnderWay    int   // providers' requests that are worked on at once; 256
	Waiting     int   // and that wait for that; 256. Beyond it the answer is 503
	Connections int   // open at once; 1024. More are closed at once
}

func (l *Limits) fill() {
	or(&l.Header, 5*time.Second)
	or(&l.Body, 10*time.Second)
	or(&l.Work, 12*time.Second)
	or(&l.Write, 30*time.Second)
	or(&l.Idle, time.Minute)
	or(&l.Stop, 15*time.Second)
	or(&l.HeaderBytes, 16<<10)
	or(&l.BodyBytes, 1<<20)
	or(&l.UnderWay, 256)
	or(&l.Waiting, 256)
	or(&l.Connections, 1024)
}

func or[T ~int | ~int64](v *T, otherwise T) {
	if *v == 0 {
		*v = otherwise
	}
}

// Server serves one listener, once.
type Server struct {
	http *http.Server
	stop time.Duration
}

// newServer puts what both faces share around a handler.
func newServer(h http.Handler, l Limits, f *faults) *Server {
	var open atomic.Int64
	return &Server{stop: l.Stop, http: &http.Server{
		Handler: h, ReadHeaderTimeout: l.Header, WriteTimeout: l.Write, IdleTimeout: l.Idle, MaxHeaderBytes: l.HeaderBytes,
		ErrorLog: log.New(f, "", 0),
		// Else net/http itself answers OPTIONS *, in its own way.
		DisableGeneralOptionsHandler: true,
		ConnState: func(c net.Conn, s http.ConnState) {
			switch s {
			case http.StateNew:
				if open.Add(1) > int64(l.Connections) {
					_ = c.Close() // whoever opened it sees that
				}
			case http.StateClosed, http.StateHijacked:
				open.Add(-1)
			}
		},
	}}
}

// Private makes the server of the operator's pages: phone, health, metrics, and
// the console where it is not published. It stands behind Guard. A panic in it is
// answered with 500.
func Private(h http.Handler, limits Limits, m *Metrics, report func(error)) *Server {
	return pages(Guard(h), limits, m, report)
}

// Behind makes the server of pages that a TLS proxy publishes. The handler itself
// knows by which names it answers, and who may ask.
func Behind(h http.Handler, limits Limits, m *Metrics, report func(error)) *Server {
	return pages(h, limits, m, report)
}

func pages(h http.Handler, limits Limits, m *Metrics, report func(error)) *Server {
	limits.fill()
	f := newFaults(report, m)
	return newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &private{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				f.panicked("a private page", p)
				if a.begun {
					panic(http.ErrAbortHandler) // the only way to end the answer as a broken one
				}
				http.Error(w, "Posada failed on this. Its log says where.", http.StatusInternalServerError)
			}
		}()
		// Only a body has a time: a stream of events has none, and the server
		// reads on while it lasts, to see the reader go.
		if r.ContentLength != 0 {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(limits.Body)) // fails where nothing can be slow
		}
		h.ServeHTTP(a, r)
	}), limits, f)
}

// private is an answer on the private listener.
type private struct {
	http.ResponseWriter
	begun bool
}

func (a *private) WriteHeader(status int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(status)
}

func (a *private) Write(b []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController: streams flush and set deadlines.
func (a *private) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Serve answers on the listener until ctx ends. Then it takes nothing new,
// waits until what is under way has ended, and returns nil; an error says that
// serving failed, or that the wait was too long and connections were cut. It
// closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- s.http.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	stopping, done := context.WithTimeout(context.WithoutCancel(ctx), s.stop)
	defer done()
	err := s.http.Shutdown(stopping)
	if err != nil {
		_ = s.http.Close() // the requests are cut off, which err says
		err = fmt.Errorf("requests under way did not end within %s: %w", s.stop, err)
	}
	<-ended
	return err
}
