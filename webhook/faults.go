// What went wrong below or inside a handler: counted, and told without a word
// of the request.
package webhook

import (
	"errors"
	"fmt"
	"path"
	"runtime"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Errors that are reported.
var (
	// ErrPanic: a handler panicked. Which type of value it panicked with, and
	// where, is said; the value itself may hold a person's words.
	ErrPanic = errors.New("a handler panicked")
	// ErrConnection: net/http complained of something. Its own words hold
	// addresses, so they are dropped.
	ErrConnection = errors.New("a connection or a request failed below the handlers")
)

// quiet is the pause between two reports of one sort: a stranger who can cause
// faults must not fill the disk with their reports. All are counted.
const quiet = time.Minute

// faults are those of one server.
type faults struct {
	report func(error)
	meter  *Metrics

	panics, lines rate.Sometimes
}

func newFaults(report func(error), m *Metrics) *faults {
	return &faults{report: report, meter: m, panics: rate.Sometimes{Interval: quiet}, lines: rate.Sometimes{Interval: quiet}}
}

// panicked takes a recovered panic. It is called while the panic's frames are
// still on the stack.
func (f *faults) panicked(where string, value any) {
	f.meter.fault("panic")
	at := origin()
	f.panics.Do(func() { f.report(fmt.Errorf("%w: %s (%T at %s)", ErrPanic, where, value, at)) })
}

// Write takes a line of net/http's log.
func (f *faults) Write(line []byte) (int, error) {
	f.meter.fault("connection")
	f.lines.Do(func() { f.report(ErrConnection) })
	return len(line), nil
}

// origin is where the panic began, as file:line. A whole stack would hold the
// arguments of calls, and a chat id is a number.
func origin() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for panicking := false; ; {
		f, more := frames.Next()
		runtimes := strings.HasPrefix(f.Function, "runtime.")
		switch {
		case f.Function == "runtime.gopanic":
			panicking = true
		case panicking && !runtimes:
			return fmt.Sprintf("%s:%d", path.Base(f.File), f.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
