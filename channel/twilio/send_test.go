// Sending against the double: every fault, what it is taken for, and how many
// messages it cost.
package twilio

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/twilio/twiliotest"
)

func TestAMessageReachesItsPhone(t *testing.T) {
	for _, c := range []struct {
		what string
		m    bot.Claimed
		set  func(*Config)
	}{
		{"SMS", claimed(SMS, maria, "¿Tiene cita? 1 Sí 2 No"), nil},
		{"WhatsApp", claimed(WhatsApp, maria, "¿Tiene cita? 🙏"), nil},
		{"WhatsApp without a number", claimed(WhatsApp, "user:"+juan, "hola"), nil},
		{"SMS by a service", claimed(SMS, maria, "hola"), func(c *Config) { c.SMS.From = twiliotest.Service }},
		{"WhatsApp by a service", claimed(WhatsApp, maria, "hola"), func(c *Config) { c.WhatsApp.From = twiliotest.Service }},
		{"as long as may be", claimed(SMS, maria, strings.Repeat("a", 1598)+"🙏"), nil},
		{"spaces are kept", claimed(SMS, maria, "  a\n\nb "), nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := newRig(t, c.set)
			number := strings.TrimPrefix(c.m.To.ID, userPrefix)
			r.double.Wrote(number, time.Now())
			got := r.send(c.m)
			shown := r.double.Phone(c.m.To.Channel, number)
			if got.Outcome != deliver.Sent || len(shown) != 1 || shown[0].Text != c.m.Message.Text || shown[0].SID != got.Ref {
				t.Errorf("%+v, the phone shows %d", got, len(shown))
			}
			r.double.Settle()
			if last := r.reported(); len(last) != 3 || last[2].Message != 7 || last[2].Ref != got.Ref || last[2].Channel != c.m.To.Channel {
				t.Errorf("%d reports", len(last))
			}
			if down := r.Down(); down != "" {
				t.Error(down)
			}
		})
	}
}

func TestWhatCannotBeSentIsNotTried(t *testing.T) {
	r := newRig(t, nil)
	for what, c := range map[string]struct {
		m    bot.Claimed
		want deliver.Outcome
	}{
		"too long":                   {claimed(SMS, maria, strings.Repeat("a", 1599)+"🙏"), deliver.Drop},
		"empty":                      {claimed(SMS, maria, ""), deliver.Drop},
		"a name":                     {claimed(SMS, "BANCO", "hola"), deliver.Unreachable},
		"a short code":               {claimed(SMS, "32665", "hola"), deliver.Unreachable},
		"a user of WhatsApp by SMS":  {claimed(SMS, "user:"+juan, "hola"), deliver.Unreachable},
		"an address with its prefix": {claimed(WhatsApp, "whatsapp:"+maria, "hola"), deliver.Unreachable},
		"an errand for no message":   {bot.Claimed{Outbound: bot.Outbound{To: bot.Address{Channel: SMS, ID: "../../x"}, Kind: bot.Errand}}, deliver.Drop},
	} {
		if got := r.send(c.m); got.Outcome != c.want || got.Reason == "" {
			t.Errorf("%s: %+v", what, got)
		}
	}
	if n := r.double.Counts().Requests; n != 0 {
		t.Errorf("%d requests", n)
	}
}

// The fault table: what goes wrong, what it is taken for, and how many
// messages reached the double that were not known to have.
func TestEveryFaultIsTakenForWhatItIs(t *testing.T) {
	date := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		fault  twiliotest.Fault
		want   deliver.Outcome
		sends  int
		reason string
		after  time.Duration
	}{
		{twiliotest.Hang(false), deliver.Unknown, 0, "no answer", 0},
		{twiliotest.Hang(true), deliver.Unknown, 1, "no answer", 0},
		{twiliotest.Reset(false), deliver.Unknown, 0, "no answer", 0},
		{twiliotest.Reset(true), deliver.Unknown, 1, "no answer", 0},
		{twiliotest.Internal(false), deliver.Unknown, 0, "20500", 0},
		{twiliotest.Internal(true), deliver.Unknown, 1, "20500", 0},
		{twiliotest.HTML(false), deliver.Unknown, 0, "502", 0},
		{twiliotest.HTML(true), deliver.Unknown, 1, "502", 0},
		{twiliotest.Garbage(), deliver.Unknown, 1, "no answer", 0},
		{twiliotest.Slow(time.Millisecond), deliver.Sent, 1, "", 0},
		{twiliotest.TooMany(""), deliver.Retry, 0, "20429", 0},
		{twiliotest.TooMany("7"), deliver.Retry, 0, "20429", 7 * time.Second},
		{twiliotest.TooMany(date), deliver.Retry, 0, "20429", 90 * time.Second},
		{twiliotest.TooMany("soon"), deliver.Retry, 0, "20429", 0},
		{twiliotest.TooMany("-5"), deliver.Retry, 0, "20429", 0},
		{twiliotest.TooMany("99999999"), deliver.Retry, 0, "20429", longestPause},
		{twiliotest.Redirect("https://evil.example.org/"), deliver.Misconfigured, 0, "307", 0},
		{twiliotest.Refuse(401, 20003), deliver.Misconfigured, 0, "20003", 0},
		{twiliotest.Refuse(403, 20003), deliver.Misconfigured, 0, "20003", 0},
		{twiliotest.Refuse(403, 0), deliver.Misconfigured, 0, "403", 0},
		{twiliotest.Refuse(404, 20404), deliver.Misconfigured, 0, "20404", 0},
		{twiliotest.Refuse(400, 21408), deliver.Drop, 0, "21408", 0},
		{twiliotest.Refuse(400, 21606), deliver.Misconfigured, 0, "21606", 0},
		{twiliotest.Refuse(400, 21659), deliver.Misconfigured, 0, "21659", 0},
		{twiliotest.Refuse(400, 63015), deliver.Drop, 0, "63015", 0},
		{twiliotest.Refuse(400, 21610), deliver.OptedOut, 0, "21610", 0},
		{twiliotest.Refuse(400, 63014), deliver.OptedOut, 0, "63014", 0},
		{twiliotest.Refuse(400, 21211), deliver.Unreachable, 0, "21211", 0},
		{twiliotest.Refuse(400, 21614), deliver.Unreachable, 0, "21614", 0},
		{twiliotest.Refuse(400, 21635), deliver.Unreachable, 0, "21635", 0},
		{twiliotest.Refuse(400, 30005), deliver.Unreachable, 0, "30005", 0},
		{twiliotest.Refuse(400, 30006), deliver.Unreachable, 0, "30006", 0},
		{twiliotest.Refuse(400, 63003), deliver.Unreachable, 0, "63003", 0},
		{twiliotest.Refuse(400, 63024), deliver.Unreachable, 0, "63024", 0},
		{twiliotest.Refuse(400, 21617), deliver.Drop, 0, "21617", 0},
		{twiliotest.Refuse(400, 21656), deliver.Drop, 0, "21656", 0},
		{twiliotest.Refuse(400, 30004), deliver.Drop, 0, "30004", 0},
		{twiliotest.Refuse(400, 30007), deliver.Drop, 0, "30007", 0},
		{twiliotest.Refuse(400, 99999), deliver.Drop, 0, "99999", 0},
		{twiliotest.Refuse(422, 0), deliver.Drop, 0, "422", 0},
		{twiliotest.Refuse(400, 30001), deliver.Retry, 0, "30001", time.Minute},
		{twiliotest.Refuse(400, 30003), deliver.Retry, 0, "30003", 0},
		{twiliotest.Refuse(400, 30008), deliver.Retry, 0, "30008", 0},
		{twiliotest.Refuse(400, 63018), deliver.Retry, 0, "63018", 0},
		{twiliotest.Refuse(400, 63038), deliver.Retry, 0, "63038", time.Hour},
		{twiliotest.Refuse(408, 0), deliver.Unknown, 0, "408", 0},
		{twiliotest.Refuse(503, 21610), deliver.Unknown, 0, "21610", 0}, // a 5xx says nothing for certain
	} {
		t.Run(c.fault.Name+" "+c.reason, func(t *testing.T) {
			r := newRig(t, nil)
			r.double.Next(c.fault)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.fault.Name == "hang" {
				go func() {
					r.double.WaitCounts("the message", func(n twiliotest.Counts) bool { return n.Sends+n.Refused > 0 })
					cancel() // as a time-out would
				}()
			}
			got := r.Sender(SMS).Send(ctx, claimed(SMS, maria, "hola"))
			if got.Outcome != c.want || got.Reason != c.reason || (got.After-c.after).Abs() > 2*time.Second || got.Outcome != deliver.Sent && got.Ref != "" {
				t.Errorf("%s: %+v, want %s %v", c.fault.Name, got, c.want, c.after)
			}
			if n := r.double.Counts().Sends; n != c.sends {
				t.Errorf("%d messages were sent, want %d", n, c.sends)
			}
			if n := len(r.double.Phone(SMS, maria)); n != c.sends {
				t.Errorf("the phone shows %d", n)
			}
		})
	}
}

func TestWhatNeverReachedTwilioIsTriedAgain(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for what, c := range map[string]struct {
		ctx context.Context
		set func(*Config)
	}{
		"nobody listens": {t.Context(), func(c *Config) { c.API = closed }},
		"no such host":   {t.Context(), func(c *Config) { c.API = "http://no-such-host.invalid" }},
		"a transport that could not dial": {t.Context(), func(c *Config) {
			c.Transport = transport(func(*http.Request) (*http.Response, error) {
				return nil, &net.OpError{Op: "dial", Err: errors.New("network is unreachable")}
			})
		}},
		"no time left": {gone, nil},
	} {
		r := newRig(t, c.set)
		if got := r.Sender(SMS).Send(c.ctx, claimed(SMS, maria, "hola")); got.Outcome != deliver.Retry || got.Reason == "" {
			t.Errorf("%s: %+v", what, got)
		}
		if r.double.Counts().Requests != 0 {
			t.Errorf("%s: it reached Twilio", what)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAnAnswerWithoutEndIsNotRead(t *testing.T) {
	read := 0
	r := newRig(t, func(c *Config) {
		c.Transport = transport(func(*http.Request) (*http.Response, error) {
			body := io.NopCloser(readFunc(func(p []byte) (int, error) {
				read += len(p)
				for i := range p {
					p[i] = ' '
				}
				return len(p), nil
			}))
			return &http.Response{StatusCode: 201, Header: http.Header{}, Body: body}, nil
		})
	})
	if got := r.send(claimed(SMS, maria, "hola")); got.Outcome != deliver.Unknown || read > 2*maxAnswer {
		t.Errorf("%+v after %d bytes", got, read)
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestASuccessWithoutAnIDIsUnknown(t *testing.T) {
	for _, body := range []string{`{}`, `{"sid":null}`, `{"sid":"x"}`, `null`, ``, `[]`} {
		r := newRig(t, func(c *Config) {
			c.Transport = transport(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 201, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
			})
		})
		if got := r.send(claimed(SMS, maria, "hola")); got.Outcome != deliver.Unknown {
			t.Errorf("%q: %+v", body, got)
		}
	}
}

func TestTheEnvironmentDoesNotChooseTheHost(t *testing.T) {
	t.Setenv("TWILIO_REGION", "evil")
	t.Setenv("TWILIO_EDGE", "evil")
	host := ""
	r := newRig(t, func(c *Config) {
		c.API = ""
		c.Transport = transport(func(r *http.Request) (*http.Response, error) {
			host = r.URL.Scheme + "://" + r.URL.Host
			return nil, errors.New("enough")
		})
	})
	r.send(claimed(SMS, maria, "hola"))
	if host != "https://api.twilio.com" {
		t.Error(host)
	}
}

func TestTheLimitOfTheSenderIsTwilios(t *testing.T) {
	r := newRig(t, nil)
	r.double.SetRate(SMS, 1)
	first, second := r.send(claimed(SMS, maria, "1")), r.send(claimed(SMS, jean, "2"))
	if first.Outcome != deliver.Sent || second.Outcome != deliver.Retry || second.After != time.Second {
		t.Errorf("%+v, %+v", first, second)
	}
}

func TestWhoStoppedAtTwilioIsOptedOut(t *testing.T) {
	r := newRig(t, nil)
	r.double.OptOut(SMS, maria, "STOP", "STOP")
	if got := r.send(claimed(SMS, maria, "hola")); got.Outcome != deliver.OptedOut {
		t.Errorf("%+v", got)
	}
	r.double.OptOut(SMS, maria, "START", "START")
	if got := r.send(claimed(SMS, maria, "hola")); got.Outcome != deliver.Sent {
		t.Errorf("%+v", got)
	}
}

func errand(sid string) bot.Claimed {
	return bot.Claimed{Outbound: bot.Outbound{ID: 8, To: bot.Address{Channel: SMS, ID: sid}, Kind: bot.Errand}}
}

func TestATextIsErasedAtTwilio(t *testing.T) {
	r := newRig(t, nil)
	theirs := r.double.Say(SMS, maria, "tengo miedo").SID
	ours := r.send(claimed(SMS, maria, "hola")).Ref
	r.double.Settle()
	if len(r.double.Stored()) != 2 {
		t.Fatalf("Twilio keeps %d texts", len(r.double.Stored()))
	}
	for _, sid := range []string{r.received()[0].Erase, ours, theirs} {
		if got := r.send(errand(sid)); got.Outcome != deliver.Sent || got.Ref != "" {
			t.Errorf("%+v", got)
		}
	}
	if left := len(r.double.Stored()); left != 0 {
		t.Errorf("Twilio keeps %d texts", left)
	}
}

func TestATextOnItsWayIsErasedLater(t *testing.T) {
	r := newRig(t, nil)
	r.double.SetReports(twiliotest.Late, false)
	sid := r.send(claimed(SMS, maria, "hola")).Ref
	if got := r.send(errand(sid)); got.Outcome != deliver.Retry || got.After != unfinished {
		t.Errorf("%+v", got)
	}
	r.double.Release()
	r.double.Settle()
	if got := r.send(errand(sid)); got.Outcome != deliver.Sent || len(r.double.Stored()) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestATextThatTwilioDoesNotKnowIsErased(t *testing.T) {
	r := newRig(t, nil)
	if got := r.send(errand(someSID)); got.Outcome != deliver.Sent {
		t.Errorf("%+v", got)
	}
}

func TestAnErasingWithoutAnAnswerIsRepeated(t *testing.T) {
	for _, answer := range []func(*http.Request) (*http.Response, error){
		func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
		func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 503, Header: http.Header{}, Body: http.NoBody}, nil
		},
	} {
		r := newRig(t, func(c *Config) { c.Transport = transport(answer) })
		if got := r.send(errand(someSID)); got.Outcome != deliver.Retry {
			t.Errorf("%+v", got)
		}
	}
}

func TestAnEmptyBodyIsReallySent(t *testing.T) {
	var sent string
	r := newRig(t, func(c *Config) {
		c.Transport = transport(func(r *http.Request) (*http.Response, error) {
			raw, _ := io.ReadAll(r.Body)
			sent = r.Method + " " + r.URL.Path + " " + string(raw)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
		})
	})
	r.send(errand(someSID))
	if want := "POST /2010-04-01/Accounts/" + twiliotest.AccountSID + "/Messages/" + someSID + ".json Body="; sent != want {
		t.Errorf("sent %q, want %q", sent, want)
	}
}

func TestDownTellsWhatIsWrong(t *testing.T) {
	r := newRig(t, nil)
	m := claimed(SMS, maria, "hola")
	r.double.Next(twiliotest.Internal(false), twiliotest.HTML(false))
	r.send(m)
	r.send(m)
	if r.Down() != "" {
		t.Error("two failures are an accident")
	}
	r.double.Next(twiliotest.Internal(false))
	r.send(m)
	if r.Down() == "" {
		t.Error("three failures are none")
	}
	r.double.Next(twiliotest.Refuse(400, 21211))
	r.send(m)
	if down := r.Down(); down != "" {
		t.Errorf("Twilio answers, and yet: %s", down)
	}
	r.double.Next(twiliotest.Refuse(401, 20003))
	r.send(m)
	if down := r.Down(); !strings.Contains(down, "20003") {
		t.Errorf("%q does not name the code", down)
	}
	r.double.Next(twiliotest.Refuse(400, 21211))
	r.send(m)
	if r.Down() == "" {
		t.Error("one person's number mended the credentials")
	}
	r.send(m)
	if down := r.Down(); down != "" {
		t.Errorf("a message left, and yet: %s", down)
	}
}

func TestAChannelThatIsOffHasNoSender(t *testing.T) {
	r := newRig(t, func(c *Config) { c.WhatsApp.From = "" })
	if r.Sender(WhatsApp) != nil || r.Sender("telegram") != nil || r.Sender(SMS) == nil {
		t.Error("there is one")
	}
}
