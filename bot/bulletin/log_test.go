// The audit log: it knows of all that is done, and of nothing else.
package bulletin_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/store/memory"
)

func TestWhatTheLogCannotKeepIsNotDone(t *testing.T) {
	o := newOffice(t, memory.New())
	o.enrol(40, bot.Person{})
	errLog := errors.New("no log")
	o.world.Log = func(context.Context, []bot.Deed, ...*bot.Paper) (bot.Outcome, error) { return 0, errLog }
	deaf := bulletin.New(o.s, o.world)
	b, err := o.Draft(t.Context(), ana, content(), day)
	if err != nil {
		t.Fatal(err)
	}
	changed := content()
	changed.Title = "Another title"
	approved := o.approved(content(), day)
	sent := o.send(o.approved(content(), day), day)
	for name, err := range map[string]error{
		"draft":     only(deaf.Draft(t.Context(), ana, content(), day)),
		"edit":      only(deaf.Edit(t.Context(), b.ID, b.Version, ana, changed, day)),
		"hand over": only(deaf.HandOver(t.Context(), b.ID, b.Version, ana, day)),
		"discard":   deaf.Discard(t.Context(), b.ID, b.Version, ana, day),
		"send":      only(deaf.Send(t.Context(), approved.ID, approved.Version, ana, day)),
		"take back": only(deaf.TakeBack(t.Context(), approved.ID, approved.Version, ana, day)),
		"stop":      only(deaf.Stop(t.Context(), sent.ID, ana, day)),
		"recall":    only(deaf.Recall(t.Context(), sent.ID, ana, content(), true, day)),
	} {
		if !errors.Is(err, errLog) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, was := range []bulletin.Bulletin{b, approved, sent} {
		if is := o.read(was.ID); !reflect.DeepEqual(is, was) {
			t.Errorf("%s is %s at version %d, it was %s at %d", is.ID, is.State, is.Version, was.State, was.Version)
		}
	}
	if list, err := o.List(t.Context()); err != nil || len(list) != 3 {
		t.Errorf("there are %d bulletins: %v", len(list), err)
	}
}

func TestTheLogIsToldByWhomAndOfWhat(t *testing.T) {
	o := newOffice(t, memory.New())
	o.enrol(40, bot.Person{})
	var told []bot.Deed
	o.world.Log = func(ctx context.Context, done []bot.Deed, papers ...*bot.Paper) (bot.Outcome, error) {
		told = append(told, done...)
		return o.s.File(ctx, papers...)
	}
	o.Desk = bulletin.New(o.s, o.world)
	b := o.approved(content(), day)
	last := told[len(told)-1]
	if want := (bot.Deed{At: last.At, By: b.Approval.By, Did: "bulletin.approve", On: b.ID, Note: b.Approval.Hash}); last != want || b.Approval.Hash == "" {
		t.Errorf("of an approval it was told %+v, want %+v", last, want)
	}
	// What changes nothing is nothing that was done; what voids an approval is told too.
	told = nil
	b, err := o.Edit(t.Context(), b.ID, b.Version, ana, content(), day)
	if err != nil || len(told) != 0 {
		t.Errorf("an edit that changes nothing: %v, %+v", err, told)
	}
	changed := content()
	changed.Title = "Another title"
	b, err = o.Edit(t.Context(), b.ID, b.Version, ana, changed, day)
	if err != nil || len(told) != 2 || told[0].Did != "bulletin.edit" || told[1].Did != "bulletin.void" || told[0].By != ana.ID {
		t.Errorf("an edit of what was approved: %v, %+v", err, told)
	}
	told = nil
	if err := o.Discard(t.Context(), b.ID, b.Version, beto, day); err != nil || len(told) != 1 || told[0].Did != "bulletin.discard" || told[0].By != beto.ID || told[0].On != b.ID {
		t.Errorf("discarding: %v, %+v", err, told)
	}
}

func only(_ bulletin.Bulletin, err error) error { return err }
