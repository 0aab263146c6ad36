// What may stand in a label of a metric. Labels are kept for ever and leave the
// house, so that they hold no address, and there are never more than a few.
package webhook

import (
	"regexp"
	"sync"
)

// other stands for whatever may not stand by itself.
const other = "other"

// code is what a reason looks like: up to three words ("too old", "unknown"), or
// a number of three to five digits with a word before or after it or none
// ("429", "21610", "http 502", "403-chat"). No address looks so: even short phone
// numbers and chat ids have more digits.
var code = regexp.MustCompile(`^(?:[a-z]{1,16}(?:[ -][a-z]{1,16}){0,2}|(?:[a-z]{1,16}[ -])?[0-9]{3,5}|[0-9]{3,5}[ -][a-z]{1,16})$`)

// name is what a channel, a webhook or its result is called.
var name = regexp.MustCompile(`^[a-z]{1,16}(?:-[a-z]{1,16})?$`)

// zone is what an IANA time zone is called; "" where none was asked.
var zone = regexp.MustCompile(`^(?:[A-Z][A-Za-z_]{1,15}(?:/[A-Z][A-Za-z_-]{1,23}){0,2}|Etc/GMT[+-][0-9]{1,2})?$`)

// few lets values of one shape pass, as many as there is room for.
type few struct {
	shape *regexp.Regexp
	most  int

	mu   sync.Mutex
	seen map[string]bool
}

func (f *few) of(v string) string {
	if !f.shape.MatchString(v) {
		return other
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.seen[v] {
		if len(f.seen) >= f.most {
			return other
		}
		if f.seen == nil {
			f.seen = map[string]bool{}
		}
		f.seen[v] = true
	}
	return v
}
