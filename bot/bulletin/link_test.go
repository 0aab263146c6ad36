// An officer's own phone, and tests to it.

package bulletin_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/store/memory"
)

func TestACodeLinksThePhoneItIsSentFromOnceAndForAQuarterOfAnHour(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		phone := o.enrol(2, bot.Person{})
		ctx := t.Context()
		code, err := o.Link(ctx, ana, day)
		if err != nil || len(code) != 8 || !bulletin.IsCode(code) {
			t.Fatalf("%q, %v", code, err)
		}
		arabic := strings.Map(func(r rune) rune { return r - '0' + '٠' }, code)
		if ok, err := o.Linked(ctx, arabic, phone[0], day.Add(14*time.Minute)); err != nil || !ok {
			t.Errorf("the code is none: %v", err)
		}
		if ok, _ := o.Linked(ctx, code, phone[1], day.Add(14*time.Minute)); ok {
			t.Error("the code is good twice")
		}
		if on, err := o.LinkedOn(ctx, "ana"); err != nil || on != "sms" {
			t.Errorf("on %q, %v", on, err)
		}
		late, err := o.Link(ctx, beto, day)
		if err != nil {
			t.Fatal(err)
		}
		if ok, _ := o.Linked(ctx, late, phone[1], day.Add(15*time.Minute)); ok {
			t.Error("the code is good for longer")
		}
		b := must[bulletin.Bulletin](o)(o.Draft(ctx, ana, content(), day))
		if err := o.TestSend(ctx, b, beto, "es", bot.Address{}, day); !errors.Is(err, bulletin.ErrNotLinked) {
			t.Errorf("%v", err)
		}
		if err := o.TestSend(ctx, b, ana, "es", bot.Address{}, day); err != nil {
			t.Fatal(err)
		}
		got := o.claim(day, 10)
		if len(got) != 1 || got[0].To != phone[0] || got[0].Message.Text != "TEST / PRUEBA\nNadie vende citas." {
			t.Fatalf("%d were sent", len(got))
		}
		if err := o.Unlink(ctx, "ana"); err != nil {
			t.Fatal(err)
		}
		if err := o.TestSend(ctx, b, ana, "es", bot.Address{}, day); !errors.Is(err, bulletin.ErrNotLinked) {
			t.Errorf("%v", err)
		}
	})
}

func TestAPhoneThatWasErasedIsLinkedNoMore(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		phone := o.enrol(3, bot.Person{})
		for i, by := range []bulletin.Actor{ana, beto, carla} {
			code := must[string](o)(o.Link(ctx, by, day))
			if ok, err := o.Linked(ctx, code, phone[i], day); !ok {
				t.Fatal(err)
			}
		}
		on := func(want ...string) {
			t.Helper()
			for i, by := range []bulletin.Actor{ana, beto, carla} {
				if got := must[string](o)(o.LinkedOn(ctx, by.ID)); got != want[i] {
					t.Errorf("%s is linked on %q, want %q", by.ID, got, want[i])
				}
			}
		}
		must[string](o)(o.Link(ctx, ana, day)) // another code, for another phone
		o.turn(phone[0], bot.Turn{Now: day, Forget: true})
		if err := o.Erased(ctx, phone[0]); err != nil {
			t.Error(err)
		}
		on("", "sms", "sms")
		papers, err := o.s.Papers(ctx, "bulletin-link", "", 9)
		for _, p := range papers {
			if err != nil || bytes.Contains(p.Body, []byte(phone[0].ID)) {
				t.Errorf("its address is kept: %v", err)
			}
		}
		// Who was silent for long is forgotten without a word of theirs.
		o.turn(phone[1], bot.Turn{Now: day, Forget: true})
		if _, err := bulletin.NewRounds(o.Desk).Round(ctx, day); err != nil {
			t.Error(err)
		}
		on("", "", "sms")
		b := must[bulletin.Bulletin](o)(o.Draft(ctx, ana, content(), day))
		if err := o.TestSend(ctx, b, beto, "es", bot.Address{}, day); !errors.Is(err, bulletin.ErrNotLinked) {
			t.Errorf("a test goes to it: %v", err)
		}
	})
}

func TestCodesCannotBeGuessed(t *testing.T) {
	o := newOffice(t, memory.New())
	phone := o.enrol(1, bot.Person{})[0]
	code, err := o.Link(t.Context(), ana, day)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		wrong := fmt.Sprintf("%08d", i)
		if wrong == code {
			continue
		}
		if ok, _ := o.Linked(t.Context(), wrong, phone, day.Add(time.Minute)); ok {
			t.Fatal("a wrong code is good")
		}
	}
	if ok, _ := o.Linked(t.Context(), code, phone, day.Add(2*time.Minute)); ok {
		t.Error("after twenty guesses a code is still good")
	}
	again, err := o.Link(t.Context(), ana, day.Add(3*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := o.Linked(t.Context(), again, phone, day.Add(4*time.Minute)); !ok {
		t.Errorf("a new code is not good: %v", err)
	}
}

func TestATestGoesToASimulatedContactAndToNobodyElse(t *testing.T) {
	o := newOffice(t, memory.New())
	ctx := t.Context()
	real := o.enrol(1, bot.Person{})[0]
	phone := o.enrol(1, bot.Person{Contact: bot.Contact{Simulated: true, Address: bot.Address{Channel: bot.Simulator}, Form: "sms"}})[0]
	b := must[bulletin.Bulletin](o)(o.Draft(ctx, ana, content(), day))
	if err := o.TestSend(ctx, b, ana, "es", real, day); !errors.Is(err, bulletin.ErrNotTest) {
		t.Errorf("to a person: %v", err)
	}
	if err := o.TestSend(ctx, b, ana, "es", bot.Address{Channel: "sms", ID: "+15559999999"}, day); !errors.Is(err, bulletin.ErrNotTest) {
		t.Errorf("to a stranger: %v", err)
	}
	if err := o.TestSend(ctx, b, ana, "ht", phone, day); !errors.Is(err, bulletin.ErrNoText) {
		t.Errorf("without a text: %v", err)
	}
	if err := o.TestSend(ctx, b, ana, "es", phone, day); err != nil {
		t.Error(err)
	}
	bad := b.Content()
	bad.Texts["es"] = "evil.example"
	b = must[bulletin.Bulletin](o)(o.Edit(ctx, b.ID, b.Version, ana, bad, day))
	if err := o.TestSend(ctx, b, ana, "es", phone, day); !refusedFor(err, bulletin.CodeLink) {
		t.Errorf("what cannot be sent: %v", err)
	}
	if n := len(o.claim(day, 10)); n != 1 {
		t.Errorf("%d were sent", n)
	}
}

func TestNoAddressStandsInAPaperOfABulletin(t *testing.T) {
	o := newOffice(t, memory.New())
	o.enrol(40, bot.Person{})
	b := o.send(o.approved(content(), day), day)
	o.until(day, func() bool { return o.read(b.ID).Queued })
	o.claim(day, 1000)
	o.until(day, func() bool { return o.read(b.ID).State == bulletin.Sent })
	for _, kind := range []string{"bulletin", "bulletin-agenda"} {
		papers, err := o.s.Papers(t.Context(), kind, "", 100)
		if err != nil || len(papers) == 0 {
			t.Fatal(kind, err)
		}
		for _, p := range papers {
			if bytes.Contains(p.Body, []byte("+1555")) {
				t.Errorf("an address stands in a paper of kind %s", kind)
			}
		}
	}
}
