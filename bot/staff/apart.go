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

// Apart tells whether an officer can be the second person beside others: none of
// them invited or renewed this one in the last days, nor whoever did. Two whom a
// third let in are two: a service begins so, and the log names who did it.
func (s *Staff) Apart(ctx context.Context, id string, others []string, now time.Time) (bool, error) {
	officers, err := s.Officers(ctx)
	if err != nil {
		return false, err
	}
	for range officers { // at most so long is a chain
		i := slices.IndexFunc(officers, func(o Officer) bool { return o.ID == id })
		switch {
		case slices.Contains(others, id):
			return false, nil
		case i < 0 || now.Sub(officers[i].LetAt) >= FreshLife:
			return true, nil
		}
		id = officers[i].LetIn
	}
	return !slices.Contains(others, id), nil
}
