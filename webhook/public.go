// The face to the providers. A stranger learns nothing from it: what is not
// mounted is 404, and every refusal is a status without a word.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Nearly all that providers send is short, and takes its memory freely. What is
// longer than small is read to its end by no more than larges requests at once,
// so that strangers cannot fill the memory with long ones.
const (
	small  = 64 << 10
	larges = 32
)

// retryAfter is what a provider is asked to wait, in seconds, when there is
// too much at once.
const retryAfter = "2"

// Public makes the server of the webhooks. Each route is a path such as
// "/twilio/sms", below the public URL; it is answered by exactly that path, and
// to POST alone, for no provider needs another; a Page and, below its path, Audio
// are answered to GET instead. Handlers get the body whole and
// in memory, and a context that ends after Limits.Work. It fails for a public
// URL that CheckPublicURL refuses, none at all included, and for a route that is
// no plain path.
func Public(publicURL string, routes map[string]http.Handler, limits Limits, m *Metrics, report func(error)) (*Server, error) {
	if err := CheckPublicURL(publicURL); err != nil {
		return nil, err
	}
	base, err := url.Parse(publicURL)
	if err != nil {
		return nil, errors.New("the public URL cannot be read")
	}
	limits.fill()
	p := &public{
		limits: limits, meter: m, faults: newFaults(report, m), routes: map[string]route{},
		slots: make(chan struct{}, limits.UnderWay), room: make(chan struct{}, limits.UnderWay+limits.Waiting),
		larges: make(chan struct{}, larges),
	}
	for name, h := range routes {
		if !plain(name) || h == nil {
			return nil, fmt.Errorf("mount webhooks: %q is no path with a handler", name)
		}
		if a, ok := h.(audio); ok {
			p.audio, p.audioName, p.audioPath = &a, name, Join(base.Path, name)+"/"
			continue
		}
		_, isPage := h.(page)
		p.routes[Join(base.Path, name)] = route{name, h, isPage}
	}
	s := newServer(p, limits, p.faults)
	s.http.ReadTimeout = limits.Body
	return s, nil
}

type public struct {
	limits Limits
	meter  *Metrics
	faults *faults
	routes map[string]route // by the whole escaped path

	audio                *audio // nil for none
	audioName, audioPath string

	// room holds who works or waits, slots who works, larges who brings much.
	room, slots, larges chan struct{}
}

// route is a mounted handler and the name metrics know it by.
type route struct {
	name    string
	handler http.Handler
	page    bool // it is read, and nothing posted
}

func (p *public) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := time.Now()
	harden(w.Header())
	a := &answer{w: w}
	to, known := p.routes[r.URL.EscapedPath()]
	recording, heard := "", false
	if p.audio != nil && !known {
		recording, heard = strings.CutPrefix(r.URL.EscapedPath(), p.audioPath)
	}
	switch {
	case heard:
		to.name = p.audioName
	case !known:
		to.name = other
	}
	defer func() {
		caught := recover()
		if caught != nil {
			p.faults.panicked(to.name, caught)
		}
		broken := caught != nil && a.status != 0
		if caught != nil && !broken {
			a.WriteHeader(http.StatusInternalServerError)
		}
		p.meter.request(to.name, a.status, time.Since(begun))
		if broken {
			panic(http.ErrAbortHandler) // a broken answer must not look whole
		}
	}()
	switch {
	case heard && reads(r.Method):
		p.speak(a, r, recording)
	case heard:
		a.Header().Set("Allow", "GET, HEAD")
		a.WriteHeader(http.StatusMethodNotAllowed)
	case !known:
		a.WriteHeader(http.StatusNotFound)
	case to.page && !reads(r.Method):
		a.Header().Set("Allow", "GET, HEAD")
		a.WriteHeader(http.StatusMethodNotAllowed)
	case !to.page && r.Method != http.MethodPost:
		a.Header().Set("Allow", http.MethodPost)
		a.WriteHeader(http.StatusMethodNotAllowed)
	default:
		p.serve(a, r, to.handler)
	}
	a.end()
}

// speak answers with a recording, within the same limits as all else.
func (p *public) speak(a *answer, r *http.Request, name string) {
	ctx, done := context.WithTimeout(r.Context(), p.limits.Work)
	defer done()
	leave, ok := p.enter(ctx)
	if !ok {
		a.busy()
		return
	}
	defer leave()
	p.audio.serve(a, r, name)
}

// serve reads the body before it asks for a place: who sends slowly holds a
// connection, and nobody's place.
func (p *public) serve(a *answer, r *http.Request, h http.Handler) {
	from := http.MaxBytesReader(a.w, r.Body, p.limits.BodyBytes)
	body, err := io.ReadAll(io.LimitReader(from, small))
	if err == nil && len(body) == small {
		select {
		case p.larges <- struct{}{}:
			defer func() { <-p.larges }()
		default:
			a.busy()
			return
		}
		var rest []byte
		rest, err = io.ReadAll(from)
		body = append(body, rest...)
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		a.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		a.close()
		a.WriteHeader(http.StatusRequestTimeout)
		return
	}
	ctx, done := context.WithTimeout(r.Context(), p.limits.Work)
	defer done()
	leave, ok := p.enter(ctx)
	if !ok {
		a.busy()
		return
	}
	defer leave()
	r = r.WithContext(ctx)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	h.ServeHTTP(a, r)
}

// enter takes a place to work, or waits for one. It is not ok when too many
// wait already, or the wait was too long.
func (p *public) enter(ctx context.Context) (leave func(), ok bool) {
	select {
	case p.room <- struct{}{}:
	default:
		return nil, false
	}
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots; <-p.room }, true
	case <-ctx.Done():
		<-p.room
		return nil, false
	}
}

// answer passes on what a handler answers; of a refusal only the status, and
// the headers that a provider heeds.
type answer struct {
	w      http.ResponseWriter
	status int // 0: nothing is written yet
}

func (a *answer) Header() http.Header { return a.w.Header() }

func (a *answer) WriteHeader(status int) {
	if a.status != 0 || status < http.StatusOK {
		return
	}
	a.status = status
	if status >= http.StatusBadRequest {
		h := a.w.Header()
		for name := range h {
			if name != "Allow" && name != "Retry-After" && name != "Connection" {
				delete(h, name)
			}
		}
		harden(h)
		h.Set("Content-Length", "0")
	}
	a.w.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if a.status >= http.StatusBadRequest {
		return len(b), nil
	}
	return a.w.Write(b)
}

// busy asks to come again.
func (a *answer) busy() {
	a.Header().Set("Retry-After", retryAfter)
	a.WriteHeader(http.StatusServiceUnavailable)
}

// end is for a handler that wrote nothing.
func (a *answer) end() { a.WriteHeader(http.StatusOK) }

// close ends the connection with the answer.
func (a *answer) close() { a.Header().Set("Connection", "close") }
