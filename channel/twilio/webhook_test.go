// The webhooks over HTTP: who is let in, and what is answered.
package twilio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/twilio/twiliotest"
)

func TestAMessageIsReceivedAndAnsweredWithNothing(t *testing.T) {
	r := newRig(t, nil)
	for _, channel := range []string{SMS, WhatsApp} {
		got := r.double.Say(channel, maria, "hola")
		if got.Status != 200 || got.Body != noMessage || got.Tries != 1 {
			t.Errorf("%s: %+v", channel, got)
		}
	}
	if in := r.received(); len(in) != 2 || in[0].Text != "hola" || in[1].From.Channel != WhatsApp {
		t.Errorf("%d received", len(in))
	}
}

func TestWhatPeopleDoOnTheirPhonesArrives(t *testing.T) {
	r := newRig(t, nil)
	long := "Necesito saber qué papeles llevar a la cita, y si puedo ir con mi hija de tres años que está enferma."
	r.double.SayEncoded(maria, long)
	r.double.Press(maria, "Menú", ":menu")
	r.double.SendMedia(WhatsApp, maria, "audio/ogg", "")
	r.double.SendLocation(maria, "32.5", "-117.0", "Calle 1")
	r.double.SayUnnumbered(juan, "hola")
	r.double.OptOut(SMS, maria, "STOP", "END")
	in := r.received()
	if len(in) != 6 {
		t.Fatalf("%d received", len(in))
	}
	for i, ok := range []bool{
		in[0].Text == long, in[1].Payload == ":menu", in[2].Media == "voice", in[3].Media == "location" && in[3].Text == "",
		in[4].From.ID == "user:"+juan, in[5].Silent && in[5].Text == "stop",
	} {
		if !ok {
			t.Errorf("message %d: %q", i, fields(in[i]))
		}
	}
}

func TestAStrangerIsRefusedAndToldNothing(t *testing.T) {
	r := newRig(t, func(c *Config) { c.OldAuthToken = "0ld" })
	signed := func(token, address string, form url.Values) http.Header {
		return http.Header{signatureHeader: {twiliotest.Sign(token, address, form)}}
	}
	message := public + MessagePath
	for what, header := range map[string]http.Header{
		"no signature":                    {signatureHeader: nil},
		"an empty signature":              {signatureHeader: {""}},
		"a signature of nonsense":         {signatureHeader: {"AAAAAAAAAAAAAAAAAAAAAAAAAAA="}},
		"another token":                   signed("other", message, posted()),
		"another host":                    signed(twiliotest.AuthToken, "https://evil.example.org/app"+MessagePath, posted()),
		"plain http":                      signed(twiliotest.AuthToken, strings.Replace(message, "https", "http", 1), posted()),
		"the other webhook":               signed(twiliotest.AuthToken, public+StatusPath, posted()),
		"another text":                    signed(twiliotest.AuthToken, message, posted("Body", "adiós")),
		"a signature of the URL alone":    signed(twiliotest.AuthToken, message, nil),
		"the account SID as the token":    signed(twiliotest.AccountSID, message, posted()),
		"an empty token":                  signed("", message, posted()),
		"the URL without the public path": signed(twiliotest.AuthToken, "https://posada.example.org"+MessagePath, posted()),
	} {
		if got := r.double.Post(message, posted(), header); got.Status != 403 || got.Body != "" {
			t.Errorf("%s: answered %d %q", what, got.Status, got.Body)
		}
		if got := r.double.Post(public+StatusPath+"?m=1", posted(), header); got.Status != 403 || got.Body != "" {
			t.Errorf("%s, as a status: answered %d %q", what, got.Status, got.Body)
		}
	}
	for what, account := range map[string]string{"another account": "AC" + strings.Repeat("9", 32), "no account": "-", "an account in capitals": strings.ToUpper(twiliotest.AccountSID)} {
		if got := r.double.Post(message, posted("AccountSid", account), nil); got.Status != 403 || got.Body != "" {
			t.Errorf("%s: answered %d %q", what, got.Status, got.Body)
		}
	}
	if len(r.received())+len(r.reported()) != 0 {
		t.Error("something was received")
	}
	if r.results("message forged") != 15 || r.results("status forged") != 12 {
		t.Errorf("counted %v", r.counted)
	}
}

func TestTheOldTokenServesWhileTokensAreChanged(t *testing.T) {
	r := newRig(t, func(c *Config) { c.AuthToken, c.OldAuthToken = "new", twiliotest.AuthToken })
	r.double.Say(SMS, maria, "before")
	r.double.SetToken("new")
	r.double.Say(SMS, maria, "after")
	if len(r.received()) != 2 {
		t.Errorf("%d received", len(r.received()))
	}
	if got := r.send(claimed(SMS, maria, "hola")); got.Outcome != deliver.Sent {
		t.Errorf("sending with the first token: %+v", got)
	}
}

func TestAReplayIsLeftToTheStoreAndAcknowledged(t *testing.T) {
	r := newRig(t, nil)
	seen := map[string]bool{}
	r.receive = func(in bot.Inbound) (bot.Receipt, error) {
		defer func() { seen[in.ID] = true }()
		return bot.Receipt{Duplicate: seen[in.ID]}, nil
	}
	form := r.double.Message(SMS, maria, "hola")
	for range 3 {
		if got := r.double.Deliver(form); got.Status != 200 {
			t.Errorf("answered %d", got.Status)
		}
	}
	if r.results("message received") != 1 || r.results("message duplicate") != 2 {
		t.Errorf("counted %v", r.counted)
	}
}

// raw posts to a path as nobody signed it.
func (r *rig) raw(method, path, contentType, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, "https://posada.example.org"+path, strings.NewReader(body))
	request.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	r.Routes()[path].ServeHTTP(w, request)
	return w
}

func TestWhatIsNoWebhookIsRefused(t *testing.T) {
	r := newRig(t, nil)
	const form = "application/x-www-form-urlencoded"
	for _, path := range []string{MessagePath, StatusPath} {
		for _, c := range []struct {
			what, method, kind, body string
			want                     int
		}{
			{"GET", "GET", form, "", 405}, {"PUT", "PUT", form, "", 405}, {"HEAD", "HEAD", "", "", 405}, {"OPTIONS", "OPTIONS", "", "", 405},
			{"JSON", "POST", "application/json", `{"Body":"x"}`, 415}, {"no type", "POST", "", "a=b", 415},
			{"multipart", "POST", "multipart/form-data; boundary=x", "", 415}, {"a broken type", "POST", "application/;;", "a=b", 415},
			{"too much", "POST", form, "Body=" + strings.Repeat("a", maxBody), 413},
			{"no form", "POST", form, "%zz=%", 403}, {"a semicolon", "POST", form, "a=b;c=d", 403},
			{"nothing", "POST", form, "", 403}, {"as much as may be", "POST", form, "Body=" + strings.Repeat("a", maxBody-5), 403},
			{"with its charset", "POST", form + "; charset=UTF-8", "a=b", 403},
		} {
			w := r.raw(c.method, path, c.kind, c.body)
			if w.Code != c.want || w.Body.Len() != 0 {
				t.Errorf("%s at %s: answered %d %q, want %d", c.what, path, w.Code, w.Body, c.want)
			}
		}
	}
}

func TestABodyWithoutALengthIsLimitedToo(t *testing.T) {
	r := newRig(t, nil)
	request := httptest.NewRequest("POST", "https://posada.example.org"+MessagePath, nil)
	request.Body = http.NoBody
	request.Body = struct {
		*strings.Reader
		nothing
	}{strings.NewReader("Body=" + strings.Repeat("a", 10*maxBody)), nothing{}}
	request.ContentLength = -1
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	r.Routes()[MessagePath].ServeHTTP(w, request)
	if w.Code != 413 {
		t.Errorf("answered %d", w.Code)
	}
}

type nothing struct{}

func (nothing) Close() error { return nil }

func TestAFaultOfTheStoreHasTwilioComeAgain(t *testing.T) {
	r := newRig(t, nil)
	fail := 2
	r.receive = func(bot.Inbound) (bot.Receipt, error) {
		if fail--; fail >= 0 {
			return bot.Receipt{}, errors.New("disk full")
		}
		return bot.Receipt{}, nil
	}
	if got := r.double.Say(SMS, maria, "hola"); got.Tries != 3 || got.Status != 200 {
		t.Errorf("%+v", got)
	}
	if r.results("message fault") != 2 || len(r.faults()) != 2 {
		t.Errorf("counted %v, reported %v", r.counted, r.faults())
	}
}

func TestWhatCanNeverBeReceivedIsNotAskedForAgain(t *testing.T) {
	for _, err := range []error{bot.ErrInbound, bot.ErrStep, bot.ErrAsOf} {
		r := newRig(t, nil)
		r.receive = func(bot.Inbound) (bot.Receipt, error) { return bot.Receipt{}, fmt.Errorf("receive: %w", err) }
		if got := r.double.Say(SMS, maria, "hola"); got.Tries != 1 {
			t.Errorf("%v: %+v", err, got)
		}
		if errs := r.faults(); len(errs) != 1 || !errors.Is(errs[0], err) {
			t.Errorf("%v: reported %v", err, errs)
		}
	}
}

func TestASlowedMessageIsAcknowledged(t *testing.T) {
	r := newRig(t, nil)
	r.receive = func(bot.Inbound) (bot.Receipt, error) { return bot.Receipt{Slowed: true}, nil }
	if got := r.double.Say(SMS, maria, "hola"); got.Status != 200 || r.results("message slowed") != 1 {
		t.Errorf("%+v, counted %v", got, r.counted)
	}
}

func TestWhoHangsUpCancelsWhatIsDoneForThem(t *testing.T) {
	began, ended := make(chan struct{}), make(chan error, 1)
	r := newRig(t, func(c *Config) {
		c.Receive = func(ctx context.Context, _ bot.Inbound) (bot.Receipt, error) {
			close(began)
			<-ctx.Done()
			ended <- ctx.Err()
			return bot.Receipt{}, ctx.Err()
		}
	})
	mux := http.NewServeMux()
	mux.Handle(MessagePath, r.Routes()[MessagePath])
	server := httptest.NewServer(mux)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	form := posted()
	body := form.Encode()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n%s: %s\r\n\r\n%s",
		MessagePath, len(body), signatureHeader, twiliotest.Sign(twiliotest.AuthToken, public+MessagePath, form), body)
	<-began
	conn.Close()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
