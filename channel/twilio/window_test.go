// WhatsApp's window, and the nudges outside it.
package twilio

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/twilio/twiliotest"
)

var noon = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)

// waiting is a message for somebody last heard of so long before noon.
func waiting(kind bot.Kind, lang string, ago time.Duration) bot.Claimed {
	m := claimed(WhatsApp, maria, "Su cita es mañana.")
	m.Kind, m.Message.Lang, m.Heard, m.At = kind, lang, noon.Add(-ago), noon.Add(-ago)
	return m
}

// nudging is a rig whose double takes every window for shut, and has an
// approved template in Spanish and one without a language.
func nudging(t *testing.T) (r *rig, spanish, any string) {
	r = newRig(t, nil)
	spanish = r.double.AddTemplate("es", "approved", "Tiene un mensaje. Responda 1 para leerlo.", nil)
	any = r.double.AddTemplate("en", "approved", "1 ✉", nil)
	r.config.Templates = map[string]string{"reminder/es": spanish, "any": any}
	return r, spanish, any
}

func TestFreeTextGoesWithinTheWindowAlone(t *testing.T) {
	for _, c := range []struct {
		what      string
		kind      bot.Kind
		heard, at time.Duration // before noon; 0 for not known
		free      bool
	}{
		{"heard just now", bot.Bulletin, time.Minute, time.Minute, true},
		{"heard 23 hours ago", bot.Reminder, 23 * time.Hour, time.Minute, true},
		{"heard a minute before the margin", bot.Reminder, window - time.Minute, time.Minute, true},
		{"heard at the margin", bot.Reminder, window, time.Minute, false},
		{"heard 23 hours and 56 minutes ago", bot.Reminder, 23*time.Hour + 56*time.Minute, time.Minute, false},
		{"heard a day ago", bot.Reminder, 24 * time.Hour, time.Minute, false},
		{"never heard of", bot.Reminder, 0, time.Minute, false},
		{"a reply to what was just written", bot.Reply, 0, time.Minute, true},
		{"a reply though last heard of long ago", bot.Reply, 100 * time.Hour, time.Minute, true},
		{"a reply that waited for a day", bot.Reply, 25 * time.Hour, 24 * time.Hour, false},
		{"a reply that waited, and they wrote again", bot.Reply, time.Hour, 24 * time.Hour, true},
		{"a reminder that was just queued", bot.Reminder, 30 * time.Hour, 0, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := newRig(t, nil)
			r.double.Wrote(maria, time.Now())
			m := waiting(c.kind, "es", 0)
			m.Heard, m.At = noon.Add(-c.heard), noon.Add(-c.at)
			if c.heard == 0 {
				m.Heard = time.Time{}
			}
			got := r.sendAt(noon, m)
			want := map[bool]deliver.Outcome{true: deliver.Sent, false: deliver.Parked}[c.free]
			if got.Outcome != want || (r.double.Counts().Sends == 1) != c.free {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestOutsideTheWindowATemplateNudges(t *testing.T) {
	r, spanish, other := nudging(t)
	got := r.sendAt(noon, waiting(bot.Reminder, "es", 30*time.Hour))
	if got.Outcome != deliver.Parked || got.Ref != "" {
		t.Errorf("%+v", got)
	}
	shown := r.double.Phone(WhatsApp, maria)
	if len(shown) != 1 || shown[0].Template != spanish || strings.Contains(shown[0].Text, "cita") {
		t.Fatalf("the phone shows %d", len(shown))
	}
	m := waiting(bot.Bulletin, "ht", 30*time.Hour)
	m.To.ID = jean
	r.sendAt(noon, m)
	if shown := r.double.Phone(WhatsApp, jean); len(shown) != 1 || shown[0].Template != other {
		t.Errorf("the other phone shows %d", len(shown))
	}
	r.double.Settle()
	if n := len(r.reported()); n != 0 {
		t.Errorf("%d reports of nudges", n)
	}
}

// What comes by itself is queued as a reply, for somebody waits for it; but its
// person has not just written.
func TestAReplyThatComesByItselfIsNudgedOutsideTheWindow(t *testing.T) {
	r, _, _ := nudging(t)
	m := waiting(bot.Reply, "es", 30*time.Hour)
	m.At, m.Until = noon, noon.Add(7*24*time.Hour)
	if got := r.sendAt(noon, m); got.Outcome != deliver.Parked {
		t.Errorf("%+v", got)
	}
	m = waiting(bot.Reply, "es", 30*time.Hour)
	m.At, m.Message.Text, m.To.ID = noon, "a reply", jean
	if got := r.sendAt(noon, m); got.Outcome != deliver.Sent {
		t.Errorf("an answer to what they just wrote: %+v", got)
	}
}

func TestNobodyIsNudgedInAnotherLanguage(t *testing.T) {
	c := Config{Templates: map[string]string{"reminder/es": "HX1", "reply/en": "HX2", "bulletin": "HX3", "any/fr": "HX4", "bulletin/ht": "HX5", "any": "HX6"}}
	for _, x := range []struct {
		kind bot.Kind
		lang string
		want string
	}{
		{bot.Reminder, "es", "HX1"}, {bot.Reply, "en", "HX2"}, {bot.Bulletin, "ht", "HX5"}, {bot.Bulletin, "es", "HX3"},
		{bot.Reminder, "fr", "HX4"}, {bot.Bulletin, "fr", "HX4"}, {bot.Reminder, "en", "HX6"}, {bot.Reply, "", "HX6"},
	} {
		if got := c.template(x.kind, x.lang); got != x.want {
			t.Errorf("%s in %s: %q, want %q", x.kind, x.lang, got, x.want)
		}
	}
	delete(c.Templates, "any")
	if got := c.template(bot.Reminder, "en"); got != "" {
		t.Errorf("an English reader is nudged by %s", got)
	}
}

func TestWithoutATemplateAMessageWaitsInSilence(t *testing.T) {
	r := newRig(t, nil)
	if got := r.sendAt(noon, waiting(bot.Reminder, "es", 30*time.Hour)); got.Outcome != deliver.Parked || r.double.Counts().Requests != 0 {
		t.Errorf("%+v", got)
	}
}

func TestOnePersonIsNudgedOnceForAllThatWaits(t *testing.T) {
	r, _, _ := nudging(t)
	for i, c := range []struct {
		what   string
		kind   bot.Kind
		after  time.Duration // after noon
		nudges int           // so far
	}{
		{"a bulletin", bot.Bulletin, 0, 1},
		{"a reminder the same day", bot.Reminder, time.Hour, 1},
		{"a reply", bot.Reply, 2 * time.Hour, 1},
		{"a bulletin on the next day", bot.Bulletin, 19 * time.Hour, 1},
		{"a reminder on the next day", bot.Reminder, 19 * time.Hour, 2},
		{"the same again", bot.Reminder, 19*time.Hour + time.Minute, 2},
		{"a bulletin 19 hours later", bot.Bulletin, 38 * time.Hour, 2},
		{"a bulletin 20 hours later", bot.Bulletin, 39 * time.Hour, 3},
	} {
		m := waiting(c.kind, "es", 100*time.Hour)
		m.ID = uint64(i + 1)
		if got := r.sendAt(noon.Add(c.after), m); got.Outcome != deliver.Parked {
			t.Errorf("%s: %+v", c.what, got)
		}
		if n := len(r.double.Phone(WhatsApp, maria)); n != c.nudges {
			t.Errorf("after %s: %d nudges, want %d", c.what, n, c.nudges)
		}
	}
}

func TestANudgeThatFailsLosesNothing(t *testing.T) {
	for _, c := range []struct {
		fault twiliotest.Fault
		want  deliver.Outcome
		again bool // whether the next attempt nudges
	}{
		{twiliotest.Reset(true), deliver.Parked, false}, // what waits is certainly not sent
		{twiliotest.Internal(false), deliver.Parked, false},
		{twiliotest.TooMany("3"), deliver.Retry, true},
		{twiliotest.Refuse(400, 21656), deliver.Parked, false}, // the template is at fault, and not what waits
		{twiliotest.Refuse(400, 63003), deliver.Unreachable, true},
		{twiliotest.Refuse(400, 63014), deliver.OptedOut, true},
		{twiliotest.Refuse(401, 20003), deliver.Misconfigured, true},
	} {
		r, _, _ := nudging(t)
		r.double.Next(c.fault)
		m := waiting(bot.Reminder, "es", 30*time.Hour)
		if got := r.sendAt(noon, m); got.Outcome != c.want || got.Ref != "" {
			t.Errorf("%s %s: %+v", c.fault.Name, c.want, got)
		}
		before := r.double.Counts().Sends
		if got := r.sendAt(noon.Add(time.Minute), m); got.Outcome != deliver.Parked || (r.double.Counts().Sends > before) != c.again {
			t.Errorf("%s %s, again: %+v, %d sends", c.fault.Name, c.want, got, r.double.Counts().Sends-before)
		}
	}
}

func TestATextThatCameTooLateIsSentAgainAndThenWaits(t *testing.T) {
	r, spanish, _ := nudging(t)
	r.double.Wrote(maria, time.Now().Add(-twiliotest.Window)) // which we know nothing of
	m := claimed(WhatsApp, maria, "Su cita es mañana.")
	m.Kind = bot.Reminder
	if got := r.send(m); got.Outcome != deliver.Sent {
		t.Fatalf("%+v", got)
	}
	r.double.Settle()
	reports := r.reported()
	if last := reports[len(reports)-1]; last.State != bot.DeliveryFailed || last.Outcome != deliver.Parked || last.Reason != "63016" {
		t.Fatalf("%+v", last)
	}
	if got := r.send(m); got.Outcome != deliver.Parked {
		t.Errorf("%+v", got)
	}
	if shown := r.double.Phone(WhatsApp, maria); len(shown) != 1 || shown[0].Template != spanish {
		t.Errorf("the phone shows %d", len(shown))
	}
	// Their answer opens it.
	r.double.Say(WhatsApp, maria, "1")
	if got := r.send(m); got.Outcome != deliver.Sent {
		t.Errorf("after their answer: %+v", got)
	}
	if shown := r.double.Phone(WhatsApp, maria); len(shown) != 2 || shown[1].Text != "Su cita es mañana." {
		t.Errorf("the phone shows %d", len(shown))
	}
}

func TestAWindowThatIsShutAtOnceNudgesAtOnce(t *testing.T) {
	r, spanish, _ := nudging(t)
	r.double.Wrote(maria, time.Now())
	r.double.Next(twiliotest.Refuse(400, 63016))
	m := claimed(WhatsApp, maria, "Su cita es mañana.")
	m.Kind = bot.Reminder
	if got := r.send(m); got.Outcome != deliver.Parked {
		t.Errorf("%+v", got)
	}
	if shown := r.double.Phone(WhatsApp, maria); len(shown) != 1 || shown[0].Template != spanish {
		t.Errorf("the phone shows %d", len(shown))
	}
	before := r.double.Counts().Requests
	if got := r.send(m); got.Outcome != deliver.Parked || r.double.Counts().Requests != before {
		t.Errorf("again: %+v", got)
	}
}

func TestSMSHasNoWindow(t *testing.T) {
	r := newRig(t, nil)
	m := claimed(SMS, maria, "hola")
	m.Kind, m.Heard = bot.Reminder, time.Time{}
	if got := r.send(m); got.Outcome != deliver.Sent {
		t.Errorf("%+v", got)
	}
}

func TestWhatIsRememberedOfPeopleIsBounded(t *testing.T) {
	var w windows
	for i := range 3 * maxRemembered {
		w.nudge(bot.Address{Channel: WhatsApp, ID: fmt.Sprint(i)}, bot.Bulletin, noon)
	}
	if n := len(w.now) + len(w.before); n > maxRemembered {
		t.Errorf("%d are remembered", n)
	}
	// And not for long.
	w.shut(bot.Address{Channel: WhatsApp, ID: "later"}, noon.Add(remember))
	w.shut(bot.Address{Channel: WhatsApp, ID: "later still"}, noon.Add(2*remember))
	if n := len(w.now) + len(w.before); n != 2 {
		t.Errorf("%d are remembered after two days", n)
	}
}
