// The audit log: it knows of all that officers do with cases and letters.
package rumour_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/rumour"
	"posada/store/memory"
)

var errLog = errors.New("no log")

func TestWhatTheLogCannotKeepIsNotDone(t *testing.T) {
	w := newWorld(t, memory.New())
	var told []string
	fails := false
	w.log = func(ctx context.Context, done []bot.Deed, papers ...*bot.Paper) (bot.Outcome, error) {
		if fails {
			return 0, errLog
		}
		for _, d := range done {
			told = append(told, fmt.Sprintf("%s %s %s %s", d.By, d.Did, d.On, d.Note))
		}
		return w.store.File(ctx, papers...)
	}
	w.restart(-1, false)
	w.load(start)
	w.hears(1, "es", groups, start)
	w.letter(2, "necesito hablar con alguien", start)
	w.pass(start)
	if len(told) != 0 {
		t.Errorf("of what nobody did the log was told %q", told)
	}
	id, thread := w.Cases(rumour.Filter{}, start)[0].ID, w.thread(start).ID
	revision := func() uint64 { return w.show(id, start).Revision }
	letter := func() uint64 { return w.thread(start).Revision }
	ctx, now := t.Context(), start.Add(time.Minute)
	for _, step := range []struct {
		tells string
		do    func() error
	}{
		{"ana rumour.answer " + id + " false", func() error { _, err := w.Answer(ctx, "ana", id, revision(), verdict(), now); return err }},
		{"bea rumour.withdraw " + id + " ", func() error { return w.Withdraw(ctx, "bea", id, revision(), now) }},
		{"ana rumour.dismiss " + id + " ", func() error { return w.Dismiss(ctx, "ana", id, revision(), now) }},
		{"ana duty.begin ana ", func() error { return w.SetDuty(ctx, "ana", true, now) }},
		{"ana letter.take " + thread + " ", func() error { return w.Take(ctx, "ana", thread, letter(), now) }},
		{"ana letter.reply " + thread + " ", func() error { _, err := w.Reply(ctx, "ana", thread, letter(), "Buenos días.", now); return err }},
		{"ana letter.close " + thread + " ", func() error { return w.CloseLetter(ctx, "ana", thread, letter(), now) }},
		{"ana duty.end ana ", func() error { return w.SetDuty(ctx, "ana", false, now) }},
	} {
		before := len(told)
		wasCase, wasLetter, wasDuty, board := w.show(id, start), w.thread(start), w.Duty(now), len(w.board)
		fails = true
		if err := step.do(); !errors.Is(err, errLog) {
			t.Fatalf("%s: %v", step.tells, err)
		}
		if !reflect.DeepEqual(w.show(id, start), wasCase) || !reflect.DeepEqual(w.thread(start), wasLetter) || !reflect.DeepEqual(w.Duty(now), wasDuty) || len(w.board) != board {
			t.Errorf("%s was done without the log", step.tells)
		}
		fails = false
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.tells, err)
		}
		if len(told) != before+1 || told[before] != step.tells {
			t.Errorf("the log was told %q, want %q", told[before:], step.tells)
		}
	}
	// Off duty already: nothing is done, and nothing told.
	before := len(told)
	if err := w.SetDuty(ctx, "ana", false, now); err != nil || len(told) != before {
		t.Errorf("%v, %q", err, told[before:])
	}
}
