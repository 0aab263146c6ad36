// Two officers who are to be two people: whoever let somebody in held their link
// in hand, and could be both.
package staff

import (
	"context"
	"slices"
	"time"
)

// FreshLife is how long an officer is taken for whoever let them in.
const FreshLife = 7 * 24 * time.Hour

// Apart tells whether an officer can be the second person beside others: in the
// last days none of them let the other in, by an invitation or a new link, nor
// did somebody in between. Two whom a third let in are two: a service begins so,
// and the log names who did it.
func (s *Staff) Apart(ctx context.Context, id string, others []string, now time.Time) (bool, error) {
	officers, err := s.Officers(ctx)
	if err != nil {
		return false, err
	}
	above := doors(officers, id, now)
	for _, other := range others {
		if slices.Contains(above, other) || slices.Contains(doors(officers, other, now), id) {
			return false, nil
		}
	}
	return true, nil
}

// doors are an officer and those through whose hands they came these last days.
func doors(officers []Officer, id string, now time.Time) []string {
	var out []string
	for range len(officers) + 1 { // at most so long is a chain
		out = append(out, id)
		i := slices.IndexFunc(officers, func(o Officer) bool { return o.ID == id })
		if i < 0 || now.Sub(officers[i].LetAt) >= FreshLife {
			break
		}
		id = officers[i].LetIn
	}
	return out
}
