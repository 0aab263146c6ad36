// Corrections: a bulletin to exactly those to whom another was sent or whom it may
// have reached, which says that it corrects it.
package bulletin

import (
	"context"
	"time"
)

// Recall begins the correction of a bulletin that was begun or is planned. Its
// audience is whoever was sent the first or may have got it, and nobody else; it is
// approved and sent like any other. When it is sent the first is stopped, or at once where halt is
// set: nothing more of it leaves, whatever becomes of the correction.
func (d *Desk) Recall(ctx context.Context, id string, by Actor, c Content, halt bool, now time.Time) (Bulletin, error) {
	var out Bulletin
	stopped := false
	err := d.write(ctx, func(s *sheet) error {
		stopped = false
		first, err := s.bulletin(id)
		if err != nil {
			return err
		}
		if !first.Begun() && first.State != Scheduled {
			return &StateError{first.State, DidCorrect}
		}
		if halt {
			stopped = first.end(by.ID, now)
		}
		b := s.new()
		b.State, b.Created, b.Texts, b.Corrects = Draft, second(now), map[string]Text{}, first.ID
		b.Audience = Audience{Filter: Filter{Got: []string{first.ID}}}
		b.author(by.ID)
		b.take(c, by, now)
		b.note(now, by.ID, DidDraft, "")
		first.note(now, by.ID, DidCorrect, b.ID)
		return s.give(b, &out)
	})
	if err != nil {
		return out, err
	}
	if stopped {
		err = d.apply(ctx, id)
		d.look()
	}
	return out, err
}
