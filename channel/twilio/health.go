// Whether anything leaves: what the last attempts say of Twilio itself.
package twilio

import (
	"errors"
	"fmt"
	"strconv"
	"sync"

	"posada/bot/deliver"
)

// tooMany failures in a row are no accident any more.
const tooMany = 3

// health is safe for use by many goroutines. The zero value is well.
type health struct {
	mu     sync.Mutex
	failed int    // requests in a row without an answer, or with a 5xx
	broken string // the code of a fault of the settings, "" for none
}

// saw takes the error of a request, and what it was taken to mean.
func (h *health) saw(err error, outcome deliver.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var refused *refusal
	answered := err == nil || errors.As(err, &refused)
	switch {
	case !answered, refused != nil && refused.status >= 500:
		h.failed++
	case outcome == deliver.Misconfigured:
		h.failed, h.broken = 0, strconv.Itoa(refused.status)
		if refused.code != 0 {
			h.broken = strconv.Itoa(refused.code)
		}
	default:
		h.failed = 0
		if err == nil {
			h.broken = ""
		}
	}
}

func (h *health) down() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.broken != "":
		return fmt.Sprintf("Twilio refuses the settings (%s)", h.broken)
	case h.failed >= tooMany:
		return "Twilio does not answer"
	}
	return ""
}
