// What officers do with a bulletin. Every act names what it was done to: the
// version that the officer saw. Where somebody else wrote meanwhile it is a
// ChangedError with what is there now, and nothing is overwritten. To pause, go
// on and stop there is no version: they are about the sending and not the text,
// and must not wait for a page to be read again.
package bulletin

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"
)

// Draft begins a bulletin.
func (d *Desk) Draft(ctx context.Context, by Actor, c Content, now time.Time) (Bulletin, error) {
	var out Bulletin
	err := d.write(ctx, func(s *sheet) error {
		b := s.new()
		b.State, b.Created, b.Texts = Draft, second(now), map[string]Text{}
		b.author(by.ID)
		b.take(c, by, now)
		b.note(now, by.ID, DidDraft, "")
		return s.give(b, &out)
	})
	return out, err
}

// give has a bulletin returned once it is filed.
func (s *sheet) give(b *Bulletin, out *Bulletin) error {
	s.out = append(s.out, func() { *out = *b })
	return nil
}

// take puts what an officer wrote into a bulletin, and tells whether it changed
// anything.
func (b *Bulletin) take(c Content, by Actor, now time.Time) bool {
	before := b.Content()
	source := before.Texts[b.Source]
	if c.Texts[c.Source] != source || before.Source != c.Source || b.Edition == 0 {
		b.Edition++
	}
	texts := map[string]Text{}
	for lang, body := range c.Texts {
		if body == "" {
			continue
		}
		t := b.Texts[lang]
		if t.Body != body {
			t = Text{Body: body, Changed: second(now), By: by.ID, Of: b.Edition}
		} else if lang == b.Source {
			t.Of = b.Edition
		}
		texts[lang] = t
	}
	b.Title, b.Source, b.Texts, b.At = c.Title, c.Source, texts, c.At.UTC()
	if b.Corrects == "" {
		b.Audience = c.Audience.clean()
	}
	return !same(before, b.Content())
}

func same(a, b Content) bool {
	return a.Title == b.Title && a.Source == b.Source && a.At.Equal(b.At) && maps.Equal(a.Texts, b.Texts) && reflect.DeepEqual(a.Audience, b.Audience)
}

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// act does one thing to one bulletin that stands in one of some states.
func (d *Desk) act(ctx context.Context, id string, seen uint64, did string, from []State, do func(*sheet, *Bulletin) error) (Bulletin, error) {
	var out Bulletin
	err := d.write(ctx, func(s *sheet) error {
		b, err := s.seen(id, seen)
		if err != nil {
			return err
		}
		if !slices.Contains(from, b.State) {
			return &StateError{b.State, did}
		}
		if err := do(s, b); err != nil {
			return err
		}
		return s.give(b, &out)
	})
	return out, err
}

// before are the states in which a bulletin is still written.
var before = []State{Draft, Ready, Approved, Scheduled}

// Edit changes a bulletin that was not begun, and makes it a draft again:
// whatever was approved is so no longer. What changes nothing voids nothing.
func (d *Desk) Edit(ctx context.Context, id string, seen uint64, by Actor, c Content, now time.Time) (Bulletin, error) {
	return d.act(ctx, id, seen, DidEdit, before, func(_ *sheet, b *Bulletin) error {
		if b.Corrects != "" && !reflect.DeepEqual(c.Audience.clean(), b.Audience) && !reflect.DeepEqual(c.Audience.clean(), Audience{}) {
			return ErrFixed
		}
		if !b.take(c, by, now) {
			return nil
		}
		b.author(by.ID)
		b.note(now, by.ID, DidEdit, "")
		b.void(by.ID, now)
		return nil
	})
}

// Confirm says of a language's text that it still tells what the source does,
// though that changed. It is an edit like any other.
func (d *Desk) Confirm(ctx context.Context, id string, seen uint64, by Actor, lang string, now time.Time) (Bulletin, error) {
	return d.act(ctx, id, seen, DidEdit, before, func(_ *sheet, b *Bulletin) error {
		if b.Texts[lang].Body == "" {
			return ErrNoText
		}
		if !b.Stale(lang) {
			return nil
		}
		t := b.Texts[lang]
		t.Of, t.By, t.Changed = b.Edition, by.ID, second(now)
		b.Texts[lang] = t
		b.author(by.ID)
		b.note(now, by.ID, DidEdit, lang)
		b.void(by.ID, now)
		return nil
	})
}

// void takes an approval away and makes it a draft.
func (b *Bulletin) void(by string, now time.Time) {
	if b.Approval != nil {
		b.note(now, by, DidVoid, "")
	}
	b.Approval, b.State, b.Due, b.SentBy = nil, Draft, time.Time{}, ""
}

// discarded is told to the log alone: of the bulletin nothing is left.
const discarded = "discard"

// Discard erases a bulletin that was not begun.
func (d *Desk) Discard(ctx context.Context, id string, seen uint64, by Actor, now time.Time) error {
	_, err := d.act(ctx, id, seen, discarded, before, func(s *sheet, b *Bulletin) error {
		b.note(now, by.ID, discarded, "")
		s.erase(b)
		return nil
	})
	return err
}

// HandOver gives a draft to a second officer. It is refused while anything that
// can be told from the text speaks against it.
func (d *Desk) HandOver(ctx context.Context, id string, seen uint64, by Actor, now time.Time) (Bulletin, error) {
	return d.act(ctx, id, seen, DidHandOver, []State{Draft}, func(_ *sheet, b *Bulletin) error {
		if bad := Blocking(append(d.CheckText(*b), checkTime(*b, now)...)); len(bad) > 0 {
			return &RefusedError{bad}
		}
		b.State = Ready
		b.author(by.ID)
		b.note(now, by.ID, DidHandOver, "")
		return nil
	})
}

// TakeBack makes a draft of what was handed over or approved, and not begun.
func (d *Desk) TakeBack(ctx context.Context, id string, seen uint64, by Actor, now time.Time) (Bulletin, error) {
	return d.act(ctx, id, seen, DidTakeBack, []State{Ready, Approved, Scheduled}, func(_ *sheet, b *Bulletin) error {
		b.note(now, by.ID, DidTakeBack, "")
		b.void(by.ID, now)
		return nil
	})
}

// Approve is the second officer's word: on exactly what is sent, and to whom.
// Whoever wrote any of it or handed it over is an ErrOwn, whom one of these let in
// only now an ErrNear. It counts the
// audience, and so reads everybody.
func (d *Desk) Approve(ctx context.Context, id string, seen uint64, by Actor, now time.Time) (Bulletin, error) {
	b, err := d.Bulletin(ctx, id)
	if err != nil {
		return Bulletin{}, err
	}
	// Before the walk over everybody: what can be said at once is.
	switch {
	case b.Version != seen:
		return Bulletin{}, &ChangedError{Newer: b}
	case b.State != Ready:
		return Bulletin{}, &StateError{b.State, DidApprove}
	case slices.Contains(b.Authors, by.ID):
		return Bulletin{}, ErrOwn
	}
	if d.world.Apart != nil {
		switch apart, err := d.world.Apart(ctx, by.ID, b.Authors, now); {
		case err != nil:
			return Bulletin{}, err
		case !apart:
			return Bulletin{}, ErrNear
		}
	}
	look, err := d.Preview(ctx, b, now)
	if err != nil {
		return Bulletin{}, err
	}
	if bad := Blocking(look.Problems); len(bad) > 0 {
		return Bulletin{}, &RefusedError{bad}
	}
	return d.act(ctx, id, seen, DidApprove, []State{Ready}, func(_ *sheet, b *Bulletin) error {
		b.State = Approved
		b.Approval = &Approval{By: by.ID, At: second(now), Hash: look.Hash}
		b.note(now, by.ID, DidApprove, "")
		return nil
	})
}

// Send has an approved bulletin begun: at its time, or now. What no longer
// holds is told: an ErrVoid (and it is a draft again) when it would not be what
// was approved, an ErrApprover, or a RefusedError. A correction stops what it
// corrects before this returns, when it is for now.
func (d *Desk) Send(ctx context.Context, id string, seen uint64, by Actor, now time.Time) (Bulletin, error) {
	b, err := d.Bulletin(ctx, id)
	switch {
	case err != nil:
		return Bulletin{}, err
	case b.Version != seen:
		return Bulletin{}, &ChangedError{Newer: b}
	case b.State != Approved:
		return Bulletin{}, &StateError{b.State, DidSend}
	}
	why, err := d.fit(ctx, b, now)
	if err == nil && why == nil {
		why, err = d.many(ctx, b, now)
	}
	if err != nil {
		return Bulletin{}, err
	}
	if why != nil {
		return Bulletin{}, d.unfit(ctx, b, why, by.ID, now)
	}
	stopped := ""
	out, err := d.act(ctx, id, seen, DidSend, []State{Approved}, func(s *sheet, b *Bulletin) error {
		stopped = ""
		b.State, b.SentBy, b.Due = Scheduled, by.ID, second(now)
		if b.At.After(now) {
			b.Due = b.At
		} else if b.Corrects != "" {
			first, err := s.bulletin(b.Corrects)
			if err != nil {
				return err
			}
			if first.end(by.ID, now) {
				stopped = first.ID
			}
		}
		b.note(now, by.ID, DidSend, "")
		return nil
	})
	if err != nil {
		return out, err
	}
	if stopped != "" {
		err = d.apply(ctx, stopped)
	}
	d.look()
	return out, err
}

// Hold takes a bulletin that waits for its time out of the plan. It stays
// approved.
func (d *Desk) Hold(ctx context.Context, id string, seen uint64, by Actor, now time.Time) (Bulletin, error) {
	return d.act(ctx, id, seen, DidHold, []State{Scheduled}, func(_ *sheet, b *Bulletin) error {
		b.State, b.Due, b.SentBy = Approved, time.Time{}, ""
		b.note(now, by.ID, DidHold, "")
		return nil
	})
}

// Pause lets a bulletin rest: from its return on none of it is lent to a sender.
func (d *Desk) Pause(ctx context.Context, id string, by Actor, now time.Time) (Bulletin, error) {
	return d.steer(ctx, id, DidPause, []State{Sending}, func(b *Bulletin) { b.State = Paused; b.note(now, by.ID, DidPause, "") })
}

// GoOn ends a pause.
func (d *Desk) GoOn(ctx context.Context, id string, by Actor, now time.Time) (Bulletin, error) {
	return d.steer(ctx, id, DidGoOn, []State{Paused}, func(b *Bulletin) { b.State = Sending; b.note(now, by.ID, DidGoOn, "") })
}

// Stop ends a bulletin: from its return on none of it is lent to a sender, ever.
// What waits in the queue is taken away by and by.
func (d *Desk) Stop(ctx context.Context, id string, by Actor, now time.Time) (Bulletin, error) {
	return d.steer(ctx, id, DidStop, []State{Scheduled, Sending, Paused, Sent}, func(b *Bulletin) { b.end(by.ID, now) })
}

// end stops a bulletin, and tells whether there was anything to stop.
func (b *Bulletin) end(by string, now time.Time) bool {
	if b.State == Stopped || b.State != Scheduled && !b.Begun() {
		return false
	}
	if b.State != Sent {
		b.Ended = second(now)
	}
	b.State, b.Closed, b.Dropped = Stopped, !b.Begun(), false
	b.note(now, by, DidStop, "")
	return true
}

// steer changes how a bulletin is sent, in the papers first and then in the
// store: Run repeats the second after a crash in between.
func (d *Desk) steer(ctx context.Context, id, did string, from []State, do func(*Bulletin)) (Bulletin, error) {
	var out Bulletin
	err := d.write(ctx, func(s *sheet) error {
		b, err := s.bulletin(id)
		if err != nil {
			return err
		}
		if !slices.Contains(from, b.State) {
			return &StateError{b.State, did}
		}
		do(b)
		return s.give(b, &out)
	})
	if err != nil {
		return out, err
	}
	err = d.apply(ctx, id)
	d.wake()
	d.look()
	return out, err
}
