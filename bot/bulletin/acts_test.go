// What can be done in which state, by whom, and to which version.

package bulletin_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/store/memory"
)

// states brings a bulletin to each state.
func (o *office) inState(state bulletin.State, now time.Time) bulletin.Bulletin {
	o.t.Helper()
	ctx, ok := o.t.Context(), must[bulletin.Bulletin](o)
	c := content()
	if state == bulletin.Scheduled {
		c.At = now.Add(time.Hour)
	}
	b := ok(o.Draft(ctx, ana, c, now))
	if state == bulletin.Draft {
		return b
	}
	b = ok(o.HandOver(ctx, b.ID, b.Version, ana, now))
	if state == bulletin.Ready {
		return b
	}
	b = ok(o.Approve(ctx, b.ID, b.Version, beto, now))
	if state == bulletin.Approved {
		return b
	}
	b = o.send(b, now)
	if state == bulletin.Scheduled {
		return b
	}
	o.until(now, func() bool { return o.read(b.ID).Queued })
	switch state {
	case bulletin.Paused:
		return ok(o.Pause(ctx, b.ID, ana, now))
	case bulletin.Stopped:
		return ok(o.Stop(ctx, b.ID, ana, now))
	case bulletin.Sent:
		o.claim(now, 1<<20)
		o.until(now.Add(time.Minute), func() bool { return o.read(b.ID).State == bulletin.Sent })
	}
	return o.read(b.ID)
}

// until runs rounds by hand, a second apart.
func (o *office) until(now time.Time, done func() bool) {
	o.t.Helper()
	r := bulletin.NewRounds(o.Desk)
	for i := range 10_000 {
		if done() {
			return
		}
		if _, err := r.Round(o.t.Context(), now.Add(time.Duration(i)*time.Second)); err != nil {
			o.t.Fatal(err)
		}
	}
	o.t.Fatal("it does not come to that")
}

func TestEveryActIsPossibleWhereItShouldAndNowhereElse(t *testing.T) {
	const refused = bulletin.State("")
	all := []bulletin.State{bulletin.Draft, bulletin.Ready, bulletin.Approved, bulletin.Scheduled, bulletin.Sending, bulletin.Paused, bulletin.Sent, bulletin.Stopped}
	type act func(ctx context.Context, o *office, b bulletin.Bulletin) error
	one := func(_ bulletin.Bulletin, err error) error { return err }
	acts := []struct {
		name string
		do   act
		to   map[bulletin.State]bulletin.State
	}{
		{"edit", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			c := b.Content()
			c.Title = "another"
			return one(o.Edit(ctx, b.ID, b.Version, carla, c, day))
		}, map[bulletin.State]bulletin.State{bulletin.Draft: bulletin.Draft, bulletin.Ready: bulletin.Draft, bulletin.Approved: bulletin.Draft, bulletin.Scheduled: bulletin.Draft}},
		{"hand over", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return one(o.HandOver(ctx, b.ID, b.Version, ana, day))
		}, map[bulletin.State]bulletin.State{bulletin.Draft: bulletin.Ready}},
		{"take back", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return one(o.TakeBack(ctx, b.ID, b.Version, ana, day))
		}, map[bulletin.State]bulletin.State{bulletin.Ready: bulletin.Draft, bulletin.Approved: bulletin.Draft, bulletin.Scheduled: bulletin.Draft}},
		{"approve", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return one(o.Approve(ctx, b.ID, b.Version, beto, day))
		}, map[bulletin.State]bulletin.State{bulletin.Ready: bulletin.Approved}},
		{"send", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return one(o.Send(ctx, b.ID, b.Version, ana, day))
		}, map[bulletin.State]bulletin.State{bulletin.Approved: bulletin.Scheduled}},
		{"hold", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return one(o.Hold(ctx, b.ID, b.Version, ana, day))
		}, map[bulletin.State]bulletin.State{bulletin.Scheduled: bulletin.Approved}},
		{"pause", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return one(o.Pause(ctx, b.ID, ana, day))
		},
			map[bulletin.State]bulletin.State{bulletin.Sending: bulletin.Paused}},
		{"go on", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return one(o.GoOn(ctx, b.ID, ana, day))
		},
			map[bulletin.State]bulletin.State{bulletin.Paused: bulletin.Sending}},
		{"stop", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return one(o.Stop(ctx, b.ID, ana, day))
		},
			map[bulletin.State]bulletin.State{bulletin.Scheduled: bulletin.Stopped, bulletin.Sending: bulletin.Stopped, bulletin.Paused: bulletin.Stopped, bulletin.Sent: bulletin.Stopped}},
		{"recall", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return one(o.Recall(ctx, b.ID, ana, content(), false, day))
		}, map[bulletin.State]bulletin.State{bulletin.Scheduled: bulletin.Scheduled, bulletin.Sending: bulletin.Sending, bulletin.Paused: bulletin.Paused, bulletin.Sent: bulletin.Sent, bulletin.Stopped: bulletin.Stopped}},
		{"halt and correct", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return one(o.Recall(ctx, b.ID, ana, content(), true, day))
		}, map[bulletin.State]bulletin.State{bulletin.Scheduled: bulletin.Stopped, bulletin.Sending: bulletin.Stopped, bulletin.Paused: bulletin.Stopped, bulletin.Sent: bulletin.Stopped, bulletin.Stopped: bulletin.Stopped}},
		{"discard", func(ctx context.Context, o *office, b bulletin.Bulletin) error {
			return o.Discard(ctx, b.ID, b.Version, ana, day)
		}, map[bulletin.State]bulletin.State{bulletin.Draft: "gone", bulletin.Ready: "gone", bulletin.Approved: "gone", bulletin.Scheduled: "gone"}},
	}
	for _, a := range acts {
		for _, state := range all {
			t.Run(a.name+" in "+string(state), func(t *testing.T) {
				o := newOffice(t, memory.New())
				o.enrol(40, bot.Person{})
				b := o.inState(state, day)
				if b.State != state {
					t.Fatalf("it is %s", b.State)
				}
				err := a.do(t.Context(), o, b)
				to := a.to[state]
				if to == refused {
					if !errors.Is(err, bulletin.ErrState) {
						t.Errorf("%v", err)
					}
					to = state
				} else if err != nil {
					t.Fatal(err)
				}
				got, err := o.Bulletin(t.Context(), b.ID)
				if to == "gone" {
					if !errors.Is(err, bulletin.ErrNone) {
						t.Errorf("it is %s, %v", got.State, err)
					}
				} else if err != nil || got.State != to {
					t.Errorf("it is %s, want %s, %v", got.State, to, err)
				}
				if got.State == bulletin.Draft && got.Approval != nil {
					t.Error("a draft is approved")
				}
			})
		}
	}
}

func TestTwoOfficersNeverOverwriteEachOther(t *testing.T) {
	o := newOffice(t, memory.New())
	ctx, ok := t.Context(), must[bulletin.Bulletin](o)
	b := ok(o.Draft(ctx, ana, content(), day))
	first, second := b.Content(), b.Content()
	first.Texts = map[string]string{"es": "De ana."}
	second.Texts["es"] = "De carla."
	after := ok(o.Edit(ctx, b.ID, b.Version, ana, first, day))
	_, err := o.Edit(ctx, b.ID, b.Version, carla, second, day)
	var changed *bulletin.ChangedError
	if !errors.As(err, &changed) || !errors.Is(err, bulletin.ErrChanged) || changed.Newer.Version != after.Version || changed.Newer.Texts["es"].Body != "De ana." {
		t.Fatalf("%v", err)
	}
	if got := o.read(b.ID); got.Texts["es"].Body != "De ana." {
		t.Errorf("it says %q", got.Texts["es"].Body)
	}
	// And nobody approves what they have not seen.
	ready := ok(o.HandOver(ctx, b.ID, after.Version, ana, day))
	if _, err := o.Approve(ctx, b.ID, after.Version, beto, day); !errors.Is(err, bulletin.ErrChanged) {
		t.Errorf("approved an old version: %v", err)
	}
	if _, err := o.Send(ctx, ready.ID, after.Version, ana, day); !errors.Is(err, bulletin.ErrChanged) {
		t.Errorf("sent an old version: %v", err)
	}
}

func TestWhoWroteOrHandedOverCannotApprove(t *testing.T) {
	o := newOffice(t, memory.New())
	o.enrol(40, bot.Person{})
	ctx, ok := t.Context(), must[bulletin.Bulletin](o)
	b := ok(o.Draft(ctx, ana, content(), day))
	c := b.Content()
	c.Texts["en"] = "Nobody sells them."
	b = ok(o.Edit(ctx, b.ID, b.Version, carla, c, day))
	b = ok(o.HandOver(ctx, b.ID, b.Version, bulletin.Actor{ID: "dario"}, day))
	for _, who := range []string{"ana", "carla", "dario"} {
		if _, err := o.Approve(ctx, b.ID, b.Version, bulletin.Actor{ID: who}, day); !errors.Is(err, bulletin.ErrOwn) {
			t.Errorf("%s: %v", who, err)
		}
	}
	ok(o.Approve(ctx, b.ID, b.Version, beto, day))
}

func TestAnyLaterChangeVoidsAnApproval(t *testing.T) {
	changes := map[string]func(*bulletin.Content){
		"title":     func(c *bulletin.Content) { c.Title += "!" },
		"text":      func(c *bulletin.Content) { c.Texts["en"] += "!" },
		"language":  func(c *bulletin.Content) { delete(c.Texts, "en") },
		"more":      func(c *bulletin.Content) { c.Texts["ht"] = "Pèsonn pa vann randevou." },
		"source":    func(c *bulletin.Content) { c.Source = "en" },
		"audience":  func(c *bulletin.Content) { c.Audience.Channels = []string{"sms"} },
		"exclusion": func(c *bulletin.Content) { c.Audience.Except.Languages = []string{"ht"} },
		"seen":      func(c *bulletin.Content) { c.Audience.SeenWithin = time.Hour },
		"time":      func(c *bulletin.Content) { c.At = day.Add(time.Hour) },
	}
	for name, change := range changes {
		o := newOffice(t, memory.New())
		o.enrol(40, bot.Person{})
		b := o.approved(content(), day)
		c := b.Content()
		change(&c)
		b = must[bulletin.Bulletin](o)(o.Edit(t.Context(), b.ID, b.Version, carla, c, day))
		if b.State != bulletin.Draft || b.Approval != nil || b.History[len(b.History)-1].Did != bulletin.DidVoid {
			t.Errorf("%s: %s, %v, %v", name, b.State, b.Approval, b.History)
		}
		if _, err := o.Send(t.Context(), b.ID, b.Version, ana, day); !errors.Is(err, bulletin.ErrState) {
			t.Errorf("%s: sent all the same: %v", name, err)
		}
	}
	// The same once more is no change.
	o := newOffice(t, memory.New())
	o.enrol(40, bot.Person{})
	b := o.approved(content(), day)
	c := b.Content()
	c.Audience.Places = []string{}
	if again := must[bulletin.Bulletin](o)(o.Edit(t.Context(), b.ID, b.Version, carla, c, day)); again.State != bulletin.Approved || again.Version != b.Version {
		t.Errorf("%s, version %d of %d", again.State, again.Version, b.Version)
	}
}

func TestWhatWouldBeSentOtherwiseThanApprovedIsNotSent(t *testing.T) {
	o := newOffice(t, memory.New())
	o.enrol(40, bot.Person{})
	b := o.approved(content(), day)
	o.composer.set("Posada: ")
	if _, err := o.Send(t.Context(), b.ID, b.Version, ana, day); !errors.Is(err, bulletin.ErrVoid) {
		t.Fatalf("%v", err)
	}
	if b := o.read(b.ID); b.State != bulletin.Draft || b.Approval != nil {
		t.Errorf("%s", b.State)
	}
}

func TestAWithdrawnApproverIsToldOf(t *testing.T) {
	o := newOffice(t, memory.New())
	o.enrol(40, bot.Person{})
	b := o.approved(content(), day)
	o.fired["beto"] = true
	if _, err := o.Send(t.Context(), b.ID, b.Version, ana, day); !errors.Is(err, bulletin.ErrApprover) {
		t.Fatalf("%v", err)
	}
	if b := o.read(b.ID); b.State != bulletin.Draft {
		t.Errorf("%s", b.State)
	}
	// And at its time too.
	o.fired["beto"] = false
	c := content()
	c.At = day.Add(time.Hour)
	b = o.send(o.approved(c, day), day)
	o.fired["beto"] = true
	o.until(day.Add(time.Hour), func() bool { return o.read(b.ID).State != bulletin.Scheduled })
	if b := o.read(b.ID); b.State != bulletin.Draft || b.Begun() {
		t.Errorf("%s", b.State)
	}
}

func TestATranslationIsStaleOnceItsSourceChanged(t *testing.T) {
	o := newOffice(t, memory.New())
	ctx, ok := t.Context(), must[bulletin.Bulletin](o)
	b := ok(o.Draft(ctx, ana, content(), day))
	c := b.Content()
	c.Texts["es"] = "Nadie puede vender citas."
	b = ok(o.Edit(ctx, b.ID, b.Version, ana, c, day))
	if !b.Stale("en") || b.Stale("es") {
		t.Fatal("the translation is not stale, or the source is")
	}
	if _, err := o.HandOver(ctx, b.ID, b.Version, ana, day); !refusedFor(err, bulletin.CodeStale) {
		t.Errorf("%v", err)
	}
	b = ok(o.Confirm(ctx, b.ID, b.Version, carla, "en", day))
	if b.Stale("en") {
		t.Error("it is stale still")
	}
	ok(o.HandOver(ctx, b.ID, b.Version, ana, day))
}
