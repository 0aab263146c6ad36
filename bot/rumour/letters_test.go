// Letters: a thread between a person and an officer who never learns who it is.

package rumour_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/rumour"
	"posada/flows"
)

// thread is the one that is listed, as it stands now.
func (w *world) thread(now time.Time) rumour.Thread {
	w.t.Helper()
	all := w.Letters(now)
	if len(all) != 1 {
		w.t.Fatalf("%d threads, want one", len(all))
	}
	th, err := w.Thread(w.t.Context(), all[0].ID, now)
	if err != nil {
		w.t.Fatal(err)
	}
	return th
}

func (w *world) reply(by, text string, now time.Time) {
	w.t.Helper()
	th := w.thread(now)
	if problems, err := w.Reply(w.t.Context(), by, th.ID, th.Revision, text, now); err != nil || len(problems) > 0 {
		w.t.Fatal(problems, err)
	}
}

func TestAThreadHoldsBothSidesInTheirOrder(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, open(t))
			w.load(start)
			w.letter(1, "mwen bezwen èd", start)
			w.letter(1, "<script>tanpri</script>", start.Add(time.Minute))
			w.pass(start.Add(2 * time.Minute))
			if len(w.alarms) != 1 || w.alarms[0].Kind != rumour.AlarmLetter || w.alarms[0].Count != 1 {
				t.Errorf("told %v", w.alarms)
			}
			th := w.thread(start.Add(32 * time.Minute))
			if th.Status != rumour.Open || th.Waits != 30*time.Minute || th.Lang != "ht" || th.Count != 2 {
				t.Errorf("the thread: %+v", th.Letter)
			}
			w.reply("ana", "Mañana contestamos.\nUn saludo", start.Add(time.Hour))
			if n := w.tellings(1, "letter", th.ID); n != 1 || w.timers(flows.TimerLetter) != 1 {
				t.Errorf("told %d times", n)
			}
			th = w.thread(start.Add(time.Hour))
			if th.Status != rumour.Answer || th.Waits != 0 || th.Officer != "ana" {
				t.Errorf("answered: %+v", th.Letter)
			}
			w.letter(1, "mèsi", start.Add(2*time.Hour))
			w.pass(start.Add(2 * time.Hour))
			th = w.thread(start.Add(2 * time.Hour))
			var got []string
			for _, l := range th.Lines {
				got = append(got, l.By+":"+l.Text)
				if !l.Day.Equal(start.Truncate(24 * time.Hour)) {
					t.Errorf("a line has the time %v", l.Day)
				}
			}
			if want := ":mwen bezwen èd|:<script>tanpri</script>|ana:Mañana contestamos.\nUn saludo|:mèsi"; strings.Join(got, "|") != want || th.Status != rumour.Open {
				t.Errorf("%s: %q", th.Status, got)
			}
			w.restart(-1, false)
			w.load(start.Add(3 * time.Hour))
			w.pass(start.Add(3 * time.Hour))
			if th := w.thread(start.Add(3 * time.Hour)); len(th.Lines) != 4 || th.Status != rumour.Open {
				t.Errorf("after a restart: %+v", th)
			}
		})
	}
}

func TestLettersWhoWaitsLongestFirst(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	for i := range 4 {
		w.letter(i, fmt.Sprint("letter ", i), start.Add(time.Duration(3-i)*time.Hour))
	}
	now := start.Add(5 * time.Hour)
	w.pass(now)
	all := w.Letters(now)
	for i, want := range []time.Duration{5, 4, 3, 2} {
		if all[i].Waits != want*time.Hour {
			t.Errorf("place %d waits %v", i, all[i].Waits)
		}
	}
	if _, err := w.Reply(t.Context(), "ana", all[0].ID, 0, "sí", now); err != nil {
		t.Fatal(err)
	}
	if last := w.Letters(now)[3]; last.ID != all[0].ID {
		t.Error("who is answered does not come last")
	}
}

func TestTwoOfficersOnOneThread(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.letter(1, "mwen bezwen èd", start)
	w.pass(start)
	th := w.thread(start)
	if err := w.Take(t.Context(), "ana", th.ID, th.Revision, start); err != nil {
		t.Fatal(err)
	}
	if err := w.Take(t.Context(), "bea", th.ID, th.Revision, start); !errors.Is(err, rumour.ErrStale) {
		t.Errorf("taken by two: %v", err)
	}
	if _, err := w.Reply(t.Context(), "bea", th.ID, th.Revision, "hola", start); !errors.Is(err, rumour.ErrStale) {
		t.Errorf("answered unseen: %v", err)
	}
	now := w.thread(start)
	if now.Officer != "ana" || now.Hand != "ana" {
		t.Errorf("taken by %s", now.Officer)
	}
	if _, err := w.Reply(t.Context(), "bea", th.ID, now.Revision, "hola", start); !errors.Is(err, rumour.ErrTaken) {
		t.Errorf("answered beside another: %v", err)
	}
	if err := w.Take(t.Context(), "bea", th.ID, now.Revision, start); err != nil { // knowingly
		t.Fatal(err)
	}
	w.reply("bea", "hola", start)
	if _, err := w.Reply(t.Context(), "bea", th.ID, now.Revision+1, "hola", start); !errors.Is(err, rumour.ErrStale) { // the form sent twice
		t.Errorf("answered twice: %v", err)
	}
	if n := w.tellings(1, "letter", th.ID); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestAReplyIsHeldToAccount(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.letter(1, "mwen bezwen èd", start)
	w.pass(start)
	th := w.thread(start)
	for text, code := range map[string]string{
		"":                           rumour.NoText,
		" \u202e \n ":                rumour.NoText,
		strings.Repeat("ñ", 601):     rumour.TooLong,
		"llame al +52 664 123 4567":  rumour.BadNumber,
		"escriba a t.me/posada_help": rumour.BadLink,
		"venga a la iglesia a las 5": rumour.BadMeeting,
		"venga a la iglesia a las 5 " + strings.Repeat("y no ", 110): rumour.BadMeeting,
	} {
		problems, err := w.Reply(t.Context(), "ana", th.ID, th.Revision, text, start)
		if err != nil || len(problems) != 1 || problems[0].Code != code {
			t.Errorf("%q: %v, %v; want %s", text, problems, err, code)
		}
	}
	if n := w.tellings(1, "letter", th.ID); n != 0 || w.thread(start).Revision != th.Revision {
		t.Error("something was done all the same")
	}
	w.reply("ana", strings.Repeat("ñ", 520)+" 800 200 0100 https://help.unhcr.org/mexico.", start)
}

func TestWhoStoppedOrErasedThemselvesIsWrittenNothing(t *testing.T) {
	w := newWorld(t, stores["bolt"](t))
	w.load(start)
	w.letter(1, "mwen bezwen èd", start)
	w.letter(2, "ayúdeme", start)
	w.pass(start)
	all := w.Letters(start)
	w.says(person(1), "stop", start)
	w.says(person(2), "delete", start)
	for _, l := range all {
		if _, err := w.Reply(t.Context(), "ana", l.ID, 0, "hola", start); !errors.Is(err, rumour.ErrGone) {
			t.Errorf("written to: %v", err)
		}
	}
	w.pass(start)
	if left := w.Letters(start); len(left) != 1 {
		t.Errorf("%d threads are left, want that of who stopped", len(left))
	}
	papers, err := w.store.Papers(t.Context(), "letter", "", 9)
	if err != nil || len(papers) != 1 {
		t.Errorf("%d papers are left, %v", len(papers), err)
	}
}

func TestAQuietThreadClosesAndAClosedOneIsErased(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, open(t))
			w.load(start)
			w.letter(1, "mwen bezwen èd", start)
			w.pass(start)
			w.reply("ana", "hola", start.Add(time.Hour))
			w.pass(start.Add(72 * time.Hour))
			if th := w.thread(start); th.Status != rumour.Answer {
				t.Errorf("closed too early")
			}
			closed := start.Add(73 * time.Hour)
			w.pass(closed)
			th := w.thread(closed)
			if th.Status != rumour.Closed {
				t.Fatalf("it is %s", th.Status)
			}
			if _, err := w.Reply(t.Context(), "ana", th.ID, th.Revision, "hola", closed); !errors.Is(err, rumour.ErrClosed) {
				t.Errorf("answered though it is closed: %v", err)
			}
			w.letter(1, "mwen la ankò", closed.Add(time.Hour))
			w.pass(closed.Add(time.Hour))
			if all := w.Letters(closed); len(all) != 2 || all[0].Status != rumour.Open {
				t.Errorf("what is written after it is no thread of its own: %+v", all)
			}
			w.pass(closed.Add(7*24*time.Hour - time.Minute))
			if len(w.Letters(closed)) != 2 {
				t.Error("erased too early")
			}
			w.pass(closed.Add(7 * 24 * time.Hour))
			for _, n := range w.notes() {
				if n.Case == th.ID {
					t.Error("its words are left")
				}
			}
			if all := w.Letters(closed); len(all) != 1 || all[0].ID == th.ID {
				t.Errorf("left: %+v", all)
			}
		})
	}
}

func TestAnOfficerClosesAThread(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.letter(1, "mwen bezwen èd", start)
	w.pass(start)
	th := w.thread(start)
	if err := w.CloseLetter(t.Context(), "ana", th.ID, th.Revision, start); err != nil {
		t.Fatal(err)
	}
	if err := w.CloseLetter(t.Context(), "bea", th.ID, th.Revision+1, start); !errors.Is(err, rumour.ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
	if th := w.thread(start); th.Status != rumour.Closed || th.Waits != 0 {
		t.Errorf("it is %+v", th.Letter)
	}
}

func TestACrashWhileLettersAreSortedLosesAndDoublesNone(t *testing.T) {
	for _, late := range []bool{false, true} {
		for steps := range 8 {
			w := newWorld(t, stores["memory"](t))
			w.letter(1, "mwen bezwen èd", start)
			w.letter(1, "tanpri", start.Add(time.Minute))
			w.letter(2, "ayúdeme", start)
			w.restart(steps, late)
			w.load(start)
			_ = w.Pass(t.Context(), start) // it may end with the fuse
			w.restart(-1, false)
			w.load(start)
			w.pass(start)
			all := w.Letters(start)
			if len(all) != 2 || all[0].Count+all[1].Count != 3 {
				t.Errorf("after %d steps: %+v", steps, all)
			}
		}
	}
}

func TestDutyEndsByItselfAndIsTold(t *testing.T) {
	w := newWorld(t, stores["bolt"](t))
	w.load(start)
	if w.open.Open || w.open.Staffed {
		t.Errorf("at first: %+v", w.open)
	}
	problems, err := w.SetHours(t.Context(), "ana", 0, map[string]string{"es": " lunes a viernes,\n9 a 17 ", "fr": ""}, start)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	if w.open.Open || !w.open.Staffed || w.open.Hours["es"] != "lunes a viernes, 9 a 17" || len(w.open.Hours) != 1 {
		t.Errorf("with hours: %+v", w.open)
	}
	if _, err := w.SetHours(t.Context(), "bea", 0, nil, start); !errors.Is(err, rumour.ErrStale) {
		t.Errorf("hours overwritten unseen: %v", err)
	}
	if problems, _ := w.SetHours(t.Context(), "ana", 1, map[string]string{"fr": "lundi, 55 1234 5678"}, start); len(problems) != 2 {
		t.Errorf("hours with a number, and in French alone: %v", problems)
	}
	for _, by := range []string{"ana", "bea"} {
		if err := w.SetDuty(t.Context(), by, true, start); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.SetDuty(t.Context(), "bea", false, start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if on := w.Duty(start.Add(time.Hour)); !w.open.Open || len(on.Now) != 1 || on.Now[0] != "ana" {
		t.Errorf("on duty: %+v; told %+v", on, w.open)
	}
	w.restart(-1, false)
	w.load(start.Add(11 * time.Hour))
	if !w.open.Open {
		t.Error("after a restart nobody is on duty")
	}
	w.pass(start.Add(12 * time.Hour))
	if w.open.Open || !w.open.Staffed {
		t.Errorf("12 hours later: %+v", w.open)
	}
}

func TestAnOrphanedAnswerIsShownToNobody(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.writes(person(1), bot.Note{Kind: bot.NoteAnswer, At: start, Lang: "es", Text: "hola", Case: "gone", By: "ana"})
	w.pass(start)
	if n := len(w.Letters(start)); n != 0 {
		t.Errorf("%d threads", n)
	}
	if _, err := w.Thread(t.Context(), "gone", start); !errors.Is(err, rumour.ErrUnknown) {
		t.Errorf("shown: %v", err)
	}
}
