// What an officer is shown once, on the page after the form that made it: the
// secret of a new second factor, the link of an invitation. It is kept in memory
// for some minutes, and nowhere else.
package console

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"rsc.io/qr"
)

const (
	keptFor  = 10 * time.Minute
	keptMost = 1000
)

// keepsake is what one session is shown.
type keepsake struct {
	secret, uri string // of a second factor
	link, word  string // of an invitation, and what it is for
	once        string // of the form that made it
	until       time.Time
}

// kept are the keepsakes by the ticket of their session.
type kept struct {
	mu sync.Mutex
	m  map[string]keepsake
}

func (k *kept) put(ticket string, s keepsake, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil || len(k.m) >= keptMost {
		k.m = map[string]keepsake{}
	}
	s.until = now.Add(keptFor)
	k.m[ticket] = s
}

func (k *kept) get(ticket string, now time.Time) (keepsake, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.m[ticket]
	if !ok || !now.Before(s.until) {
		delete(k.m, ticket)
		return keepsake{}, false
	}
	return s, true
}

func (k *kept) drop(ticket string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.m, ticket)
}

// drawing is a QR code as the path of an SVG, one unit a module.
type drawing struct {
	Size int
	Path string
}

// drawQR draws what a telephone's camera reads. A text too long for it has none:
// it stands beside it to be typed.
func drawQR(text string) drawing {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return drawing{}
	}
	const margin = 4 // modules, as the standard asks
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				b.WriteString(move(from+margin, y+margin, x-from))
			}
		}
	}
	return drawing{code.Size + 2*margin, b.String()}
}

// move is a row of black modules.
func move(x, y, long int) string { return fmt.Sprintf("M%d %dh%dv1h-%dz", x, y, long, long) }
