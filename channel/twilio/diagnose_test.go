// What Diagnose finds.
package twilio

import (
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/channel/twilio/twiliotest"
)

// found is the finding of a subject.
func (r *rig) found(subject string) bot.Finding {
	r.t.Helper()
	for _, f := range r.Diagnose(r.t.Context()) {
		if f.Subject == subject {
			return f
		}
	}
	r.t.Errorf("nothing was found of %q", subject)
	return bot.Finding{}
}

func TestAllIsWell(t *testing.T) {
	r := newRig(t, nil)
	es := r.double.AddTemplate("es_MX", "approved", "1", nil)
	r.config.Templates = map[string]string{"reminder/es": es, "any": es}
	found := r.Diagnose(t.Context())
	if len(found) != 6 {
		t.Errorf("%d findings", len(found))
	}
	for _, f := range found {
		if f.Level != bot.Fine || f.Text == "" {
			t.Errorf("%s: %s %s", f.Subject, f.Text, f.Mend)
		}
	}
	if r.double.Counts().Sends != 0 {
		t.Error("something was sent")
	}
}

func TestWhatIsWrongIsSaidAndHowToMendIt(t *testing.T) {
	const account, clock, sms = "twilio account", "clock against twilio", "twilio sms sender"
	template := func(sid func(*rig) string) func(*rig) {
		return func(r *rig) { r.config.Templates = map[string]string{"reminder/es": sid(r)} }
	}
	for _, c := range []struct {
		what, subject string
		change        func(*rig)
		level         bot.Level
		text          string
	}{
		{"another token", account, func(r *rig) { r.double.SetToken("other") }, bot.Fail, "refuses"},
		{"another account", account, func(r *rig) { r.config.AccountSID = "AC" + strings.Repeat("9", 32) }, bot.Fail, "no such account"},
		{"suspended", account, func(r *rig) { r.double.SetAccountStatus("suspended") }, bot.Fail, "suspended"},
		{"fast by a minute", clock, func(r *rig) { r.double.SetClock(-time.Minute) }, bot.Warn, "ahead"},
		{"slow by an hour", clock, func(r *rig) { r.double.SetClock(time.Hour) }, bot.Fail, "behind"},
		{"another number", sms, func(r *rig) { r.numbers[SMS] = Sender{"+15005550009"} }, bot.Fail, "no such number"},
		{"no webhook", sms, func(r *rig) { r.double.SetNumberWebhook("", "POST") }, bot.Fail, "go nowhere"},
		{"the demo's webhook", sms, func(r *rig) { r.double.SetNumberWebhook("https://demo.twilio.com/welcome/sms/reply/", "POST") }, bot.Fail, "another address"},
		{"a webhook by GET", sms, func(r *rig) { r.double.SetNumberWebhook(public+MessagePath, "GET") }, bot.Fail, "not called by POST"},
		{"no templates", "whatsapp templates", func(*rig) {}, bot.Warn, "none"},
		{"no such template", "whatsapp template reminder/es", template(func(*rig) string { return "HX" + strings.Repeat("0", 32) }), bot.Fail, "no such"},
		{"a template that waits", "whatsapp template reminder/es",
			template(func(r *rig) string { return r.double.AddTemplate("es", "pending", "1", nil) }), bot.Fail, "pending"},
		{"a template in English", "whatsapp template reminder/es",
			template(func(r *rig) string { return r.double.AddTemplate("en", "approved", "1", nil) }), bot.Warn, `"en"`},
		{"a template with variables", "whatsapp template reminder/es",
			template(func(r *rig) string {
				return r.double.AddTemplate("es", "approved", "{{1}}", map[string]string{"1": "x"})
			}), bot.Warn, "variables"},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := newRig(t, nil)
			c.change(r)
			f := r.found(c.subject)
			if f.Level != c.level || !strings.Contains(f.Text, c.text) || f.Mend == "" {
				t.Errorf("%d %s %s", f.Level, f.Text, f.Mend)
			}
		})
	}
}

func TestTwilioThatCannotBeAskedIsSaid(t *testing.T) {
	r := newRig(t, func(c *Config) { c.API = "http://no-such-host.invalid" })
	found := r.Diagnose(t.Context())
	if len(found) != 1 || found[0].Level != bot.Fail || !strings.Contains(found[0].Mend, "https") {
		t.Errorf("%+v", found)
	}
}

func TestWhatCannotBeSeenIsSaid(t *testing.T) {
	r := newRig(t, func(c *Config) { c.SMS.From = twiliotest.Service })
	for _, subject := range []string{"twilio sms sender", "twilio whatsapp sender"} {
		if f := r.found(subject); f.Level != bot.Fine || !strings.Contains(f.Mend, public+MessagePath) {
			t.Errorf("%+v", f)
		}
	}
}
