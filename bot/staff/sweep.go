// Erasing sessions and links that let nobody in any more.

package staff

import (
	"context"
	"fmt"
	"slices"
	"time"

	"posada/bot"
)

// Sweep erases sessions and invitations that have ended, and tells how many.
func (s *Staff) Sweep(ctx context.Context, now time.Time) (swept int, err error) {
	var sessions, invites []bot.Paper
	for kind, into := range map[string]*[]bot.Paper{sessionKind: &sessions, inviteKind: &invites} {
		err := s.all(ctx, kind, func(p bot.Paper) error {
			*into = append(*into, p)
			return nil
		})
		if err != nil {
			return 0, fmt.Errorf("sweep: %w", err)
		}
	}
	// Read after them: an officer who came with one of those sessions is in it.
	r, err := s.roster(ctx)
	if err != nil {
		return 0, fmt.Errorf("sweep: %w", err)
	}
	over := slices.DeleteFunc(sessions, func(p bot.Paper) bool {
		var b sessionBody
		if decode(p, &b) != nil {
			return false
		}
		h, _ := r.byID(b.Officer) // of one who ended it has another epoch
		return h.Epoch == b.Epoch && !b.over(now)
	})
	over = append(over, slices.DeleteFunc(invites, func(p bot.Paper) bool {
		i := kept{paper: p}
		return decode(p, &i.inviteBody) == nil && i.good(r, now)
	})...)
	for some := range slices.Chunk(over, page) {
		n, err := s.erase(ctx, some)
		swept += n
		if err != nil {
			return swept, fmt.Errorf("sweep: %w", err)
		}
	}
	return swept, nil
}

// erase erases papers at once, or, when one of them changed meanwhile, those
// that did not: the others are for the next sweep.
func (s *Staff) erase(ctx context.Context, papers []bot.Paper) (n int, err error) {
	var gone []*bot.Paper
	for _, p := range papers {
		gone = append(gone, erased(p))
	}
	out, err := s.shelf.File(ctx, gone...)
	if err != nil {
		return 0, fmt.Errorf("erase: %w", err)
	}
	if out == bot.Committed {
		return len(gone), nil
	}
	for _, p := range gone {
		if out, err = s.shelf.File(ctx, p); err != nil {
			return n, fmt.Errorf("erase: %w", err)
		}
		if out == bot.Committed {
			n++
		}
	}
	return n, nil
}
