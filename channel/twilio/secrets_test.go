// What is stolen from a log is worth nothing: every failure is provoked, and
// none of what it says holds a number, a text, a token or the account.
package twilio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"posada/bot"
	"posada/channel/twilio/twiliotest"
)

func TestNoFailureTellsWhoOrWhatOrByWhichToken(t *testing.T) {
	const words = "tengo-miedo-de-volver"
	var said []string
	say := func(what string, v any) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
			said = append(said, what+": "+fmt.Sprintf(verb, v))
		}
	}
	sayErr := func(what string, errs ...error) {
		for _, err := range errs {
			for ; err != nil; err = errors.Unwrap(err) {
				say(what, err)
			}
		}
	}

	for _, channel := range []string{SMS, WhatsApp} {
		faults := []twiliotest.Fault{
			twiliotest.Reset(false), twiliotest.Reset(true), twiliotest.Internal(true), twiliotest.HTML(false), twiliotest.Garbage(),
			twiliotest.TooMany("1"), twiliotest.Redirect("https://x.example.org/" + words), twiliotest.Refuse(401, 20003), twiliotest.Refuse(404, 20404),
			twiliotest.Refuse(400, 21211), twiliotest.Refuse(400, 21610), twiliotest.Refuse(400, 63016), twiliotest.Refuse(400, 12345), twiliotest.Refuse(400, 0),
		}
		r := newRig(t, nil)
		r.double.Next(faults...)
		for range len(faults) + 1 {
			say("result", r.send(claimed(channel, maria, words)))
			say("down", r.Down())
		}
		say("account", r.Account.api)
		say("sender", r.Sender(channel))
		m := claimed(channel, maria+words, words)
		say("result", r.send(m))
		m.To.ID, m.Message.Text = maria, strings.Repeat(words, 200)
		say("result", r.send(m))

		// Whatever goes wrong on the way, net/http's errors hold the address.
		for what, answer := range map[string]func(*http.Request) (*http.Response, error){
			"broken": func(r *http.Request) (*http.Response, error) { return nil, fmt.Errorf("broken %s %s", r.URL, words) },
			"nobody": func(r *http.Request) (*http.Response, error) { return nil, errors.New(r.Header.Get("Authorization")) },
			"cut":    func(r *http.Request) (*http.Response, error) { return answered(201, `{"body":"`+words), nil },
			"strange": func(r *http.Request) (*http.Response, error) {
				return answered(400, `{"code":"`+words+`","message":"The 'To' number `+maria+` is not valid"}`), nil
			},
			"types": func(r *http.Request) (*http.Response, error) { return answered(201, `{"sid":7,"to":"`+maria+`"}`), nil },
			"dates": func(r *http.Request) (*http.Response, error) {
				return answered(201, `{"sid":"`+someSID+`","date_created":"`+words+`","to":"`+maria+`"}`), nil
			},
		} {
			r := newRig(t, func(c *Config) { c.Transport = transport(answer) })
			say(what, r.send(claimed(channel, maria, words)))
			say(what, r.send(errand(someSID)))
			for _, f := range r.Diagnose(t.Context()) {
				say(what, f)
			}
			call := r.api.call(t.Context())
			_, err := call.SendRequest(http.MethodPost, "https://api.twilio.com/"+twiliotest.AccountSID, url.Values{"To": {maria}}, nil)
			sayErr(what, err)
			_, err = call.SendRequest(http.MethodGet, "https://api.twilio.com/\x7f"+twiliotest.AccountSID, nil, nil)
			sayErr(what, err)
		}

		// Webhooks.
		receiveErr := fmt.Errorf("receive on %s: %w", channel, io.ErrUnexpectedEOF)
		r = newRig(t, nil)
		r.receive = func(bot.Inbound) (bot.Receipt, error) { return bot.Receipt{}, receiveErr }
		r.delivery = receiveErr
		form := r.double.Message(channel, maria, words)
		for _, change := range []func(){
			func() {}, func() { form.Set("MessageSid", words) }, func() { form.Set("To", maria) }, func() { form.Set("From", words) },
			func() { form.Set("AccountSid", words) },
		} {
			change()
			say("answer", r.double.Post(public+MessagePath, form, nil))
		}
		say("answer", r.double.Callback(public+StatusPath+"?m=1", callback("failed", words)))
		say("answer", r.double.Callback(public+StatusPath+"?m=1", callback(words, "1")))
		say("reports", r.reported())
		say("counted", r.counted)
		sayErr("reported", r.faults()...)
		for _, in := range r.received() {
			say("inbound", in)
		}
		r.double.SetToken("other")
		for _, f := range r.Diagnose(t.Context()) {
			say("finding", f)
		}
	}

	if len(said) < 500 {
		t.Errorf("only %d things were said", len(said))
	}
	for _, s := range said {
		for _, secret := range []string{words, maria, maria[1:], twiliotest.AuthToken, twiliotest.AccountSID, twiliotest.SMSNumber[1:], twiliotest.WhatsAppNumber[1:]} {
			if strings.Contains(s, secret) {
				t.Fatalf("%q is told by %s", secret, s)
			}
		}
	}
}

func answered(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

func TestASenderAndAnAccountPrintNothing(t *testing.T) {
	r := newRig(t, nil)
	for _, v := range []any{r.Account, r.Sender(SMS), r.api, r.api.call(context.Background()), r.config, &r.config} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if s := fmt.Sprintf(verb, v); strings.Contains(s, twiliotest.AuthToken) || strings.Contains(s, twiliotest.SMSNumber) || strings.Contains(s, fmt.Sprintf("%x", twiliotest.AuthToken)) {
				t.Errorf("%T by %s: %s", v, verb, s)
			}
		}
	}
}
