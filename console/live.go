// Live numbers: an open page is sent, as server-sent events, the texts on it
// that changed. Without script the page is read again by hand.
package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"

	"posada/bot/staff"
)

const (
	// liveEvery is how often what is shown is counted again, and keepAlive the
	// pause after which a stream says that it lives.
	liveEvery = 2 * time.Second
	keepAlive = 20 * time.Second
	// liveFor bounds a stream, counted from when its page was opened: a screen
	// that nobody looks at must not keep a session from ending.
	liveFor   = 20 * time.Minute
	writeTime = 10 * time.Second
)

// stream answers with live texts: what look returns, by the id of the element
// (data-live) that shows it.
func stream(look func() (map[string]string, error)) (reply, error) { return reply{live: look}, nil }

// stream sends what changed until the reader goes, the session ends, the time is
// over or the console stops.
func (c *Console) stream(v *visit, look func() (map[string]string, error)) {
	begun := v.now
	if last, err := strconv.ParseInt(v.r.Header.Get("Last-Event-ID"), 10, 64); err == nil && time.Unix(last, 0).Before(begun) {
		begun = time.Unix(last, 0)
	}
	left := liveFor - v.now.Sub(begun)
	if left <= 0 {
		v.w.WriteHeader(http.StatusNoContent) // browsers do not come back after that
		return
	}
	v.w.Header().Set("Content-Type", "text/event-stream")
	out := events{v.w, http.NewResponseController(v.w)}
	if !out.write(fmt.Sprintf("retry: 5000\nid: %d\ndata: {}\n\n", begun.Unix())) {
		return
	}
	over := time.NewTimer(left)
	defer over.Stop()
	next := time.NewTicker(liveEvery)
	defer next.Stop()
	sent, looked, quiet := map[string]string{}, time.Now(), time.Duration(0)
	for {
		// Only now and then: it reads the store. Numbers that move without a pause
		// must not keep it from being asked.
		if now := time.Now(); now.Sub(looked) >= keepAlive {
			looked = now
			if _, err := c.Staff.Session(v.r.Context(), v.cookie, now); errors.Is(err, staff.ErrNoSession) {
				return
			}
		}
		texts, err := look()
		if err != nil {
			if v.r.Context().Err() == nil {
				c.Report(fmt.Errorf("console, %s: %w", v.route.Pattern, err))
			}
			return
		}
		changed := map[string]string{}
		for id, text := range texts {
			if was, ok := sent[id]; !ok || was != text {
				changed[id] = text
			}
		}
		maps.Copy(sent, changed)
		switch {
		case len(changed) > 0:
			raw, err := json.Marshal(changed)
			if err != nil || !out.write("data: "+string(raw)+"\n\n") {
				return
			}
			quiet = 0
		case quiet >= keepAlive:
			if !out.write(": alive\n\n") {
				return
			}
			quiet = 0
		}
		select {
		case <-next.C:
			quiet += liveEvery
		case <-over.C:
			return
		case <-v.r.Context().Done():
			return
		case <-c.stopped:
			return
		}
	}
}

// events writes server-sent events.
type events struct {
	w       io.Writer
	control *http.ResponseController
}

// write sends a part at once; false when the reader is gone or takes nothing.
func (e events) write(part string) bool {
	// A server's own write deadline would end the stream in the middle. Where
	// none can be set there is none.
	if err := e.control.SetWriteDeadline(time.Now().Add(writeTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return false
	}
	if _, err := io.WriteString(e.w, part); err != nil {
		return false
	}
	return e.control.Flush() == nil
}
