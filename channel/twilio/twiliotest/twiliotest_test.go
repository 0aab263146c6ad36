// The double is as strict as Twilio: what it refuses, what it keeps, and how it
// tells of what it did.
package twiliotest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	person = "+5215512345678"
	other  = "+50934567890"
)

// rig is a double, and a process that keeps what it is posted.
type rig struct {
	*Twilio
	mu     sync.Mutex
	posted []*http.Request
	answer func(n int) int // the status of the nth webhook; nil: 200
}

func newRig(t *testing.T) *rig {
	r := &rig{Twilio: New(t)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_ = q.ParseForm()
		r.mu.Lock()
		r.posted = append(r.posted, q)
		n := len(r.posted)
		r.mu.Unlock()
		if r.answer != nil {
			w.WriteHeader(r.answer(n))
		}
	}))
	t.Cleanup(server.Close)
	r.Connect("https://posada.example.org", server.URL)
	return r
}

func (r *rig) webhooks() []*http.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.posted
}

// result is an answer of the API.
type result struct {
	HTTP   int
	Code   int    `json:"code"`
	SID    string `json:"sid"`
	Status any    `json:"status"`
	More   string `json:"more_info"`
}

func (r *rig) call(t *testing.T, method, path string, form url.Values, token string) (out result, header http.Header) {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	q, err := http.NewRequest(method, r.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.SetBasicAuth(AccountSID, token)
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	raw, _ := io.ReadAll(a.Body)
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	out.HTTP = a.StatusCode
	return out, a.Header
}

const messages = "/2010-04-01/Accounts/" + AccountSID + "/Messages.json"

// creation is a message that Twilio takes, with some values changed.
func creation(changes ...string) url.Values {
	form := url.Values{"To": {person}, "From": {SMSNumber}, "Body": {"hola"}}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			form.Del(changes[i])
		}
	}
	return form
}

func TestWhatTwilioRefusesIsRefused(t *testing.T) {
	r := newRig(t)
	r.ExpectMistakes()
	hx := r.AddTemplate("es", "approved", "{{1}}", map[string]string{"1": "x"})
	r.RefuseTo(SMS, other, 21614)
	for _, c := range []struct {
		what string
		form url.Values
		code int
	}{
		{"no To", creation("To", ""), 21604},
		{"no sender", creation("From", ""), 21603},
		{"another service", creation("From", "", "MessagingServiceSid", "MG"+strings.Repeat("9", 32)), 21701},
		{"another number", creation("From", "+15005550001"), 21606},
		{"another WhatsApp number", creation("From", "whatsapp:+15005550001", "To", "whatsapp:"+person), 63007},
		{"WhatsApp from SMS", creation("To", "whatsapp:"+person), 21910},
		{"no E.164", creation("To", "5512345678"), 21211},
		{"with spaces", creation("To", "+52 155 1234 5678"), 21211},
		{"a user by SMS", creation("To", "US.123"), 21211},
		{"nothing to say", creation("Body", ""), 21602},
		{"too long", creation("Body", strings.Repeat("a", 1601)), 21617},
		{"too long in UTF-16", creation("Body", strings.Repeat("🙏", 801)), 21617},
		{"a text and a template", creation("ContentSid", hx), 20001},
		{"variables without a template", creation("ContentVariables", "{}"), 21654},
		{"no such template", creation("Body", "", "ContentSid", "HX"+strings.Repeat("9", 32)), 21655},
		{"variables as a list", creation("Body", "", "ContentSid", hx, "ContentVariables", "[1]"), 21656},
		{"variables that are no strings", creation("Body", "", "ContentSid", hx, "ContentVariables", `{"1":2}`), 21656},
		{"a variable too many", creation("Body", "", "ContentSid", hx, "ContentVariables", `{"2":"x"}`), 21656},
		{"a callback without a host", creation("StatusCallback", "/twilio/status"), 21609},
		{"an unknown parameter", creation("Priority", "1"), 20001},
		{"a parameter twice", url.Values{"To": {person, other}, "From": {SMSNumber}, "Body": {"x"}}, 20001},
		{"a refused number", creation("To", other), 21614},
	} {
		got, _ := r.call(t, "POST", messages, c.form, AuthToken)
		if c.what == "no To" && got.Code == 20001 {
			got.Code = c.code // the interface's description came first
		}
		if got.HTTP != 400 || got.Code != c.code || got.Status != 400.0 || !strings.Contains(got.More, "/errors/") {
			t.Errorf("%s: %+v, want %d", c.what, got, c.code)
		}
	}
	if n := r.Counts(); n.Requests != 22 || n.Sends != 0 || len(r.Phone(SMS, person)) != 0 {
		t.Errorf("%+v", n)
	}
	if len(r.Mistakes()) != 4 {
		t.Errorf("mistakes: %q", r.Mistakes())
	}
}

func TestWhoIsNotTheAccountIsRefused(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{messages, "/2010-04-01/Accounts/" + AccountSID + ".json", "/v1/Content/HX" + strings.Repeat("0", 32)} {
		if got, _ := r.call(t, "GET", path, nil, "wrong"); got.HTTP != 401 || got.Code != 20003 {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if got, _ := r.call(t, "POST", strings.Replace(messages, "AC0", "AC1", 1), creation(), AuthToken); got.HTTP != 404 || got.Code != 20404 {
		t.Errorf("%+v", got)
	}
}

func TestAMessageIsShownWithWhatItCosts(t *testing.T) {
	r := newRig(t)
	r.call(t, "POST", messages, creation("Body", strings.Repeat("a", 161)), AuthToken)
	r.call(t, "POST", messages, creation("Body", "está"), AuthToken)
	shown := r.WaitPhone(SMS, person, 2)
	if shown[0].Segments != 2 || !shown[0].GSM || shown[1].Segments != 1 || shown[1].GSM {
		t.Errorf("%+v", shown)
	}
}

func TestTheRateOfASenderIsKept(t *testing.T) {
	r := newRig(t)
	r.SetRate(SMS, 2)
	for i, want := range []int{201, 201, 429} {
		got, header := r.call(t, "POST", messages, creation(), AuthToken)
		if got.HTTP != want || want == 429 && (got.Code != 20429 || header.Get("Retry-After") == "") {
			t.Errorf("message %d: %+v", i, got)
		}
	}
}

// statuses are those that came back, in order, "+code" where there was one.
func (r *rig) statuses() string {
	var out []string
	for _, q := range r.webhooks() {
		s := q.PostForm.Get("MessageStatus")
		if code := q.PostForm.Get("ErrorCode"); code != "" {
			s += "+" + code
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestReportsComeAsTheyAreTold(t *testing.T) {
	callback := []string{"StatusCallback", "https://posada.example.org/twilio/status?m=7"}
	whatsapp := append([]string{"To", "whatsapp:" + person, "From", "whatsapp:" + WhatsAppNumber}, callback...)
	for _, c := range []struct {
		what  string
		set   func(*rig)
		form  url.Values
		want  string
		shown int
	}{
		{"in order", func(*rig) {}, creation(callback...), "queued sent delivered", 1},
		{"twice", func(r *rig) { r.SetReports(Twice, false) }, creation(callback...), "queued queued sent sent delivered delivered", 1},
		{"out of order", func(r *rig) { r.SetReports(Reversed, false) }, creation(callback...), "delivered sent queued", 1},
		{"never", func(r *rig) { r.SetReports(Never, false) }, creation(callback...), "", 1},
		{"late", func(r *rig) { r.SetReports(Late, false) }, creation(callback...), "", 1},
		{"not asked for", func(*rig) {}, creation(), "", 1},
		{"read", func(r *rig) { r.SetReports(InOrder, true); r.Wrote(person, time.Now()) }, creation(whatsapp...), "queued sent delivered read", 1},
		{"failed", func(r *rig) { r.FailTo(SMS, person, 30005) }, creation(callback...), "queued sent undelivered+30005", 0},
		{"outside the window", func(*rig) {}, creation(whatsapp...), "queued failed+63016", 0},
		{"outside the window by a template that waits", func(r *rig) { r.templates["HX"+strings.Repeat("1", 32)] = template{approval: "pending", text: "x"} },
			creation(append(whatsapp, "Body", "", "ContentSid", "HX"+strings.Repeat("1", 32))...), "queued failed+63016", 0},
		{"outside the window by a template", func(r *rig) { r.templates["HX"+strings.Repeat("1", 32)] = template{approval: "approved", text: "x"} },
			creation(append(whatsapp, "Body", "", "ContentSid", "HX"+strings.Repeat("1", 32))...), "queued sent delivered", 1},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := newRig(t)
			c.set(r)
			got, _ := r.call(t, "POST", messages, c.form, AuthToken)
			r.Settle()
			channel, number := trimChannel(c.form.Get("To"))
			if got.HTTP != 201 || r.statuses() != c.want || len(r.Phone(channel, number)) != c.shown {
				t.Errorf("%+v, %q, %d shown", got, r.statuses(), len(r.Phone(channel, number)))
			}
			for _, q := range r.webhooks() {
				if q.PostForm.Get("MessageSid") != got.SID || q.URL.RawQuery != "m=7" ||
					q.Header.Get("X-Twilio-Signature") != Sign(AuthToken, "https://posada.example.org/twilio/status?m=7", q.PostForm) {
					t.Errorf("%s %v", q.URL, q.PostForm)
				}
			}
			if c.what == "late" {
				r.Release()
				r.Settle()
				if r.statuses() != "queued sent delivered" {
					t.Errorf("released: %q", r.statuses())
				}
			}
		})
	}
}

func TestATextIsKeptUntilItIsErased(t *testing.T) {
	r := newRig(t)
	r.SetReports(Late, false)
	got, _ := r.call(t, "POST", messages, creation(), AuthToken)
	one := strings.Replace(messages, "Messages.json", "Messages/"+got.SID+".json", 1)
	if again, _ := r.call(t, "POST", one, url.Values{"Body": {""}}, AuthToken); again.HTTP != 409 || again.Code != 20009 {
		t.Errorf("on its way: %+v", again)
	}
	r.Release()
	r.Settle()
	r.ExpectMistakes()
	for _, form := range []url.Values{{}, {"Body": {"x"}}, {"Body": {""}, "Status": {"canceled"}}} {
		if again, _ := r.call(t, "POST", one, form, AuthToken); again.HTTP != 400 || len(r.Stored()) != 1 {
			t.Errorf("%v: %+v", form, again)
		}
	}
	if again, _ := r.call(t, "POST", one, url.Values{"Body": {""}}, AuthToken); again.HTTP != 200 || len(r.Stored()) != 0 {
		t.Errorf("%+v", again)
	}
	r.WaitErased()
	if again, _ := r.call(t, "POST", strings.Replace(one, got.SID, sid("SM"), 1), url.Values{"Body": {""}}, AuthToken); again.HTTP != 404 {
		t.Errorf("of no message: %+v", again)
	}
}

func TestAMessageComesUntilItIsAcknowledged(t *testing.T) {
	r := newRig(t)
	r.answer = func(n int) int { return []int{500, 503, 403, 200}[n-1] }
	got := r.Say(SMS, person, "hola")
	posted := r.webhooks()
	if got.Tries != 4 || len(posted) != 4 {
		t.Fatalf("%+v", got)
	}
	for _, q := range posted {
		if q.PostForm.Get("MessageSid") != got.SID || q.Header.Get("I-Twilio-Idempotency-Token") != posted[0].Header.Get("I-Twilio-Idempotency-Token") ||
			q.Header.Get("X-Twilio-Signature") != Sign(AuthToken, "https://posada.example.org/twilio/message", q.PostForm) {
			t.Errorf("%v", q.PostForm)
		}
	}
}

func TestAStatusThatIsNotAcknowledgedComesAFewTimes(t *testing.T) {
	r := newRig(t)
	r.answer = func(int) int { return 503 }
	r.call(t, "POST", messages, creation("StatusCallback", "https://posada.example.org/twilio/status?m=7"), AuthToken)
	r.Settle()
	if n := len(r.webhooks()); n != 3*callbackTries {
		t.Errorf("%d times", n)
	}
}

func TestWhatTheInterfaceDoesNotKnowIsAMistake(t *testing.T) {
	if loadSpecs(t) == nil {
		t.Log("POSADA_SPECS names no folder: the double's own rules hold, which the tests above check")
		return
	}
	r := newRig(t)
	r.ExpectMistakes()
	for _, c := range []struct {
		what, method, path string
		form               url.Values
	}{
		{"a parameter", "POST", messages, creation("Priority", "1")},
		{"a service's pattern", "POST", messages, creation("MessagingServiceSid", "MG1")},
		{"a number", "POST", messages, creation("ValidityPeriod", "soon")},
		{"an enumeration", "POST", messages, creation("RiskCheck", "sometimes")},
		{"a place in the path", "POST", strings.Replace(messages, "Messages.json", "Messages/XX1.json", 1), url.Values{"Body": {""}}},
		{"a query", "GET", strings.Replace(messages, "Messages.json", "IncomingPhoneNumbers.json?Colour=red", 1), nil},
		{"a page too large", "GET", strings.Replace(messages, "Messages.json", "IncomingPhoneNumbers.json?PageSize=5000", 1), nil},
		{"a ContentSid", "GET", "/v1/Content/XX1", nil},
		{"a resource", "GET", "/2010-04-01/Nothing.json", nil},
		{"a method", "PUT", messages, creation()},
	} {
		before := len(r.Mistakes())
		if got, _ := r.call(t, c.method, c.path, c.form, AuthToken); got.HTTP/100 != 4 || len(r.Mistakes()) != before+1 {
			t.Errorf("%s: %+v", c.what, got)
		}
	}
}
