// What people do: they write, press buttons, send things, and stop. Each comes
// as a signed webhook, again and again until it is acknowledged.
package twiliotest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"posada/locales"
)

// Answer is how a webhook was answered in the end.
type Answer struct {
	Status int
	Body   string
	Tries  int
	SID    string // of the message that came
}

// Say has a person write a text.
func (d *Twilio) Say(channel, from, text string) Answer {
	d.t.Helper()
	return d.Deliver(d.Message(channel, from, text))
}

// SayEncoded has a person write a text that arrives in base64, as some long
// ones do.
func (d *Twilio) SayEncoded(from, text string) Answer {
	d.t.Helper()
	form := d.Message(SMS, from, text)
	form.Set("Body", base64.StdEncoding.EncodeToString([]byte(text)))
	return d.Deliver(form)
}

// Press has a person on WhatsApp press a template's button.
func (d *Twilio) Press(from, label, payload string) Answer {
	d.t.Helper()
	form := d.Message(WhatsApp, from, label)
	form.Set("ButtonText", label)
	form.Set("ButtonPayload", payload)
	return d.Deliver(form)
}

// SendMedia has a person send something of a type such as "image/jpeg".
func (d *Twilio) SendMedia(channel, from, contentType, caption string) Answer {
	d.t.Helper()
	form := d.Message(channel, from, caption)
	was, id, media := form.Get("MessageSid"), sid("MM"), sid("ME")
	d.set(func() {
		m := d.messages[was]
		delete(d.messages, was)
		m.sid, m.mediaSID = id, media
		d.messages[id] = m
	})
	for _, name := range []string{"MessageSid", "SmsSid", "SmsMessageSid"} {
		form.Set(name, id)
	}
	form.Set("NumMedia", "1")
	form.Set("MediaContentType0", contentType)
	form.Set("MediaUrl0", "https://api.twilio.com/2010-04-01/Accounts/"+AccountSID+"/Messages/"+id+"/Media/"+media)
	return d.Deliver(form)
}

// SendLocation has a person on WhatsApp send where they are.
func (d *Twilio) SendLocation(from, latitude, longitude, address string) Answer {
	d.t.Helper()
	form := d.Message(WhatsApp, from, "")
	form.Set("Latitude", latitude)
	form.Set("Longitude", longitude)
	form.Set("Address", address)
	form.Set("Label", address)
	form.Set("Body", address)
	return d.Deliver(form)
}

// SayUnnumbered has a person on WhatsApp write who shows no number. user is
// such as US.13491208655302741918.
func (d *Twilio) SayUnnumbered(user, text string) Answer {
	d.t.Helper()
	form := d.Message(WhatsApp, user, text)
	form.Del("WaId")
	form.Set("ExternalUserId", user)
	return d.Deliver(form)
}

// OptOut has a person write a word that Twilio honours itself: kind is STOP,
// START or HELP. After STOP Twilio refuses messages to them, until START.
func (d *Twilio) OptOut(channel, from, kind, word string) Answer {
	d.t.Helper()
	d.set(func() {
		switch kind {
		case "STOP":
			d.handset(channel, from).stopped = true
		case "START":
			d.handset(channel, from).stopped = false
		}
	})
	form := d.Message(channel, from, word)
	form.Set("OptOutType", kind)
	return d.Deliver(form)
}

// Message is what Twilio posts of a text, to be changed as a test needs.
// Twilio keeps the text from now on.
func (d *Twilio) Message(channel, from, text string) url.Values {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := sid("SM")
	d.messages[id] = &message{sid: id, channel: channel, number: from, body: text, status: "received", inbound: true}
	d.handset(channel, from).wrote = time.Now()
	d.happened()
	segments := 1
	if channel == SMS {
		segments = max(1, locales.Segments(text))
	}
	form := url.Values{
		"AccountSid": {AccountSID}, "ApiVersion": {"2010-04-01"}, "MessageSid": {id}, "SmsSid": {id}, "SmsMessageSid": {id}, "SmsStatus": {"received"},
		"From": {address(channel, from)}, "To": {d.own(channel)}, "Body": {text}, "NumMedia": {"0"}, "NumSegments": {strconv.Itoa(segments)},
	}
	if channel == WhatsApp {
		form.Set("ProfileName", "María José")
		form.Set("WaId", strings.TrimPrefix(from, "+"))
		form.Set("MessageType", "text")
	} else {
		for _, side := range []string{"From", "To"} {
			form.Set(side+"City", "TIJUANA")
			form.Set(side+"State", "")
			form.Set(side+"Zip", "22000")
			form.Set(side+"Country", "MX")
		}
	}
	if d.service {
		form.Set("MessagingServiceSid", Service)
	}
	return form
}

// Deliver posts a message until it is acknowledged. It is given up, and fails
// the test, after half a minute.
func (d *Twilio) Deliver(form url.Values) Answer {
	d.t.Helper()
	header := http.Header{"I-Twilio-Idempotency-Token": {sid("")}}
	end := time.Now().Add(patience)
	var answered Answer
	var err error
	for try := 1; ; try++ {
		d.mu.Lock()
		to := d.public + "/twilio/message"
		d.mu.Unlock()
		answered, err = d.post(to, form, header)
		answered.Tries, answered.SID = try, form.Get("MessageSid")
		if err == nil && answered.Status/100 == 2 {
			return answered
		}
		if time.Now().After(end) || !d.sleep(retryEvery) {
			d.t.Errorf("twiliotest: a message was never acknowledged: status %d, %v", answered.Status, err)
			return answered
		}
	}
}

// Post posts a form once, signed as Twilio does, to an address below the
// public URL. Headers are added, and take the place of the signature where
// they hold one.
func (d *Twilio) Post(to string, form url.Values, header http.Header) Answer {
	d.t.Helper()
	answered, err := d.post(to, form, header)
	if err != nil {
		d.t.Errorf("twiliotest: %v", err)
	}
	return answered
}

func (d *Twilio) post(to string, form url.Values, header http.Header) (Answer, error) {
	d.mu.Lock()
	public, target, token := d.public, d.target, d.token
	d.mu.Unlock()
	path, ok := strings.CutPrefix(to, public)
	if !ok || public == "" {
		return Answer{}, errors.New("the address of a webhook is not below the public URL")
	}
	r, err := http.NewRequest(http.MethodPost, target+path, strings.NewReader(form.Encode()))
	if err != nil {
		return Answer{}, fmt.Errorf("make a webhook: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("User-Agent", "TwilioProxy/1.1")
	r.Header.Set("X-Twilio-Signature", Sign(token, to, form))
	for name, values := range header {
		r.Header[name] = values
	}
	answer, err := client.Do(r)
	if err != nil {
		return Answer{}, fmt.Errorf("post a webhook: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	return Answer{Status: answer.StatusCode, Body: string(body)}, err
}

// Sign is Twilio's signature of a POST.
func Sign(token, address string, form url.Values) string {
	var names []string
	for name := range form {
		names = append(names, name)
	}
	sort.Strings(names)
	text := address
	for _, name := range names {
		values := append([]string(nil), form[name]...)
		sort.Strings(values)
		for i, value := range values {
			if i == 0 || value != values[i-1] {
				text += name + value
			}
		}
	}
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, text) // never fails
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// own is our number on a channel, as Twilio writes it.
func (d *Twilio) own(channel string) string {
	if channel == WhatsApp {
		return address(WhatsApp, WhatsAppNumber)
	}
	return SMSNumber
}

func address(channel, number string) string {
	if channel == WhatsApp {
		return "whatsapp:" + number
	}
	return number
}
