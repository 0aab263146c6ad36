// The desk by itself, with nobody who calls a pass.

package rumour_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/bot/rumour"
	"posada/flows"
)

// runs runs a desk until stop is called, which waits for its end.
func (w *world) runs() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); w.Run(ctx) }()
	return func() { cancel(); <-ended }
}

func TestTheDeskWorksByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["memory"](t))
		w.hears(1, "es", groups, time.Now())
		stop := w.runs()
		defer stop()
		synctest.Wait()
		id := w.only(rumour.Filter{}, time.Now()).ID // found at the start
		w.hears(2, "es", groups, time.Now())
		w.Filed()
		time.Sleep(rumour.Gather + time.Millisecond)
		synctest.Wait()
		if c := w.show(id, time.Now()); c.Count != 2 { // found when it was filed
			t.Errorf("%d are counted", c.Count)
		}
		w.hears(3, "es", groups, time.Now())
		time.Sleep(rumour.Every)
		synctest.Wait()
		if c := w.show(id, time.Now()); c.Count != 3 { // and found though nobody said so
			t.Errorf("%d are counted", c.Count)
		}
		v := verdict()
		v.Review, v.Sources[0].Date = flows.DateOf(time.Now().AddDate(0, 1, 0)), 19991231
		w.answer(id, v, time.Now())
		if err := w.SetDuty(t.Context(), "ana", true, time.Now()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(rumour.Gather + time.Millisecond)
		synctest.Wait()
		for i := 1; i <= 3; i++ {
			if n := w.tellings(i, "news", id); n != 1 {
				t.Errorf("person %d is told %d times", i, n)
			}
		}
		w.letter(4, "mwen bezwen èd", time.Now())
		time.Sleep(13 * time.Hour)
		if w.open.Open || len(w.alarms) != 1 {
			t.Errorf("open: %+v, told %v", w.open, w.alarms)
		}
		time.Sleep(12 * 24 * time.Hour)
		if n := len(w.Letters(time.Now())); n != 0 || len(w.faults) != 0 {
			t.Errorf("%d threads after 12 days; faults %v", n, w.faults)
		}
	})
}

func TestAFaultIsToldAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["memory"](t))
		w.hears(1, "es", groups, time.Now())
		w.restart(0, false)
		stop := w.runs()
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(w.faults); n < 10 || n > 14 || !errors.Is(w.faults[0], errBlown) {
			t.Errorf("told of %d faults in a minute, the first %v", n, w.faults[0])
		}
		w.fuse.mu.Lock()
		w.fuse.blown, w.fuse.steps = false, -1
		w.fuse.mu.Unlock()
		time.Sleep(rumour.Pause)
		synctest.Wait()
		if c := w.only(rumour.Filter{}, time.Now()); c.Count != 1 {
			t.Errorf("%d are counted", c.Count)
		}
	})
}

// No type that officers are handed can carry an address, a note or a NoteID,
// nor anything hidden.
func TestNoTypeOfTheConsoleCanCarryAnAddress(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(at string, is reflect.Type)
	walk = func(at string, is reflect.Type) {
		if seen[is] {
			return
		}
		seen[is] = true
		for _, bad := range []reflect.Type{reflect.TypeFor[bot.Address](), reflect.TypeFor[bot.Note](), reflect.TypeFor[bot.NoteID](), reflect.TypeFor[bot.Contact](), reflect.TypeFor[bot.Call]()} {
			if is == bad {
				t.Errorf("%s is a %v", at, is)
				return
			}
		}
		switch is.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(at, is.Elem())
		case reflect.Map:
			walk(at, is.Key())
			walk(at, is.Elem())
		case reflect.Interface, reflect.Chan, reflect.UnsafePointer:
			if is != reflect.TypeFor[error]() && is != reflect.TypeFor[context.Context]() {
				t.Errorf("%s can hold anything: %v", at, is)
			}
		case reflect.Struct:
			if is == reflect.TypeFor[time.Time]() {
				return
			}
			for f := range is.Fields() {
				if !f.IsExported() {
					t.Errorf("%s.%s is hidden", at, f.Name)
				}
				walk(at+"."+f.Name, f.Type)
			}
		}
	}
	desk := reflect.TypeFor[*rumour.Desk]()
	for m := range desk.Methods() {
		for out := range m.Type.Outs() {
			walk(m.Name, out)
		}
	}
	walk("Alarm", reflect.TypeFor[rumour.Alarm]())
	walk("Answered", reflect.TypeFor[rumour.Answered]())
	walk("Opening", reflect.TypeFor[rumour.Opening]())
	if len(seen) < 20 {
		t.Errorf("only %d types were looked at", len(seen))
	}
}
