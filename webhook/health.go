// Health: whether the process runs, and whether people are reached.
package webhook

import (
	"fmt"
	"net/http"
	"strings"
)

// Check is one thing that has to be well for people to be reached.
type Check struct {
	Name string // "telegram"
	// Why says in plain words what is amiss, without an address or a text; "":
	// it is well. It is asked for each request, so it tells what is known and
	// looks nothing up.
	Why func() string
}

// Healthy answers /healthz: 200 and "ok" as long as the process runs.
func Healthy(w http.ResponseWriter, _ *http.Request) {
	plainText(w)
	fmt.Fprintln(w, "ok")
}

// Ready answers /readyz: 200 when every check is well, else 503, in plain lines
// that a person reads: first whether Posada is ready, then a line for each check, then
// the notices: what the operator should know, though people are reached (that
// it runs as a trial). notices may be nil.
func Ready(checks []Check, notices func() []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var lines strings.Builder
		down := 0
		for _, c := range checks {
			why := oneLine(c.Why())
			if why == "" {
				fmt.Fprintf(&lines, "%s: up\n", c.Name)
				continue
			}
			down++
			fmt.Fprintf(&lines, "%s: down: %s\n", c.Name, why)
		}
		if notices != nil {
			for _, n := range notices() {
				fmt.Fprintf(&lines, "notice: %s\n", oneLine(n))
			}
		}
		plainText(w)
		said := "Posada is ready."
		if down > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			said = fmt.Sprintf("Posada is not ready: %d of %d down.", down, len(checks))
		}
		fmt.Fprintf(w, "%s\n%s", said, lines.String())
	})
}

func plainText(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/plain; charset=utf-8") }

// oneLine keeps a text from passing for more lines than one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
