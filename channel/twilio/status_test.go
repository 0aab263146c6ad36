// Status callbacks.
package twilio

import (
	"errors"
	"math"
	"net/url"
	"strconv"
	"testing"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/twilio/twiliotest"
)

func callback(status, code string, changes ...string) url.Values {
	form := url.Values{"AccountSid": {twiliotest.AccountSID}, "MessageSid": {someSID}, "MessageStatus": {status}, "To": {maria}, "From": {twiliotest.SMSNumber}}
	if code != "" {
		form.Set("ErrorCode", code)
	}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

func TestAStatusBecomesAReport(t *testing.T) {
	for _, c := range []struct {
		status, code string
		state        bot.DeliveryState
		outcome      deliver.Outcome
		reason       string
	}{
		{"accepted", "", bot.DeliveryAccepted, 0, ""}, {"scheduled", "", bot.DeliveryAccepted, 0, ""}, {"queued", "", bot.DeliveryAccepted, 0, ""},
		{"sending", "", bot.DeliveryAccepted, 0, ""}, {"sent", "", bot.DeliverySent, 0, ""}, {"delivered", "", bot.DeliveryDelivered, 0, ""},
		{"partially_delivered", "", bot.DeliveryDelivered, 0, ""}, {"read", "", bot.DeliveryRead, 0, ""},
		{"undelivered", "", bot.DeliveryFailed, deliver.Drop, "undelivered"}, {"failed", "", bot.DeliveryFailed, deliver.Drop, "failed"},
		{"canceled", "", bot.DeliveryFailed, deliver.Drop, "canceled"}, {"failed", "0", bot.DeliveryFailed, deliver.Drop, "failed"},
		{"failed", "x+15551234567", bot.DeliveryFailed, deliver.Drop, "failed"}, {"failed", "99999", bot.DeliveryFailed, deliver.Drop, "99999"},
		{"undelivered", "30003", bot.DeliveryFailed, deliver.Retry, "30003"}, {"undelivered", "30005", bot.DeliveryFailed, deliver.Unreachable, "30005"},
		{"undelivered", "30007", bot.DeliveryFailed, deliver.Drop, "30007"}, {"failed", "63014", bot.DeliveryFailed, deliver.OptedOut, "63014"},
		{"failed", "21610", bot.DeliveryFailed, deliver.OptedOut, "21610"}, {"failed", "63015", bot.DeliveryFailed, deliver.Drop, "63015"},
		{"failed", "63016", bot.DeliveryFailed, deliver.Parked, "63016"}, // then Send nudges
		{"delivered", "30003", bot.DeliveryDelivered, 0, ""},
	} {
		r := newRig(t, nil)
		got := r.double.Callback(public+StatusPath+"?m=42", callback(c.status, c.code))
		reports := r.reported()
		if got.Status != 200 || len(reports) != 1 {
			t.Errorf("%s %s: answered %d, %d reports", c.status, c.code, got.Status, len(reports))
			continue
		}
		p := reports[0]
		if p.Channel != SMS || p.Message != 42 || p.Ref != someSID || p.State != c.state || p.Outcome != c.outcome || p.Reason != c.reason || p.At.IsZero() {
			t.Errorf("%s %s: %+v", c.status, c.code, p)
		}
	}
}

func TestAStatusThatSaysNothingIsIgnored(t *testing.T) {
	r := newRig(t, nil)
	for what, c := range map[string]struct {
		query string
		form  url.Values
	}{
		"one not known":      {"?m=1", callback("teleported", "")},
		"of one from people": {"?m=1", callback("received", "")},
		"on its way to us":   {"?m=1", callback("receiving", "")},
		"none":               {"?m=1", callback("", "")},
		"of no message":      {"", callback("sent", "")},
		"of message 0":       {"?m=0", callback("sent", "")},
		"of no number":       {"?m=seven", callback("sent", "")},
		"of a negative one":  {"?m=-1", callback("sent", "")},
		"of one too large":   {"?m=18446744073709551616", callback("sent", "")},
		"without its id":     {"?m=1", callback("sent", "", "MessageSid", "")},
		"of a call":          {"?m=1", callback("sent", "", "MessageSid", "CA0123456789abcdef0123456789abcdef")},
		"of another channel": {"?m=1", callback("sent", "", "To", "messenger:7")},
	} {
		if got := r.double.Callback(public+StatusPath+c.query, c.form); got.Status != 200 {
			t.Errorf("%s: answered %d", what, got.Status)
		}
	}
	if n := len(r.reported()); n != 0 || r.results("status ignored") != 12 {
		t.Errorf("%d were reported", n)
	}
}

func TestAStatusOfAChannelThatWasTurnedOffIsIgnored(t *testing.T) {
	r := newRig(t, func(c *Config) { c.WhatsApp.From = "" })
	if got := r.double.Callback(public+StatusPath+"?m=1", callback("sent", "", "To", "whatsapp:"+maria)); got.Status != 200 || len(r.reported()) != 0 {
		t.Errorf("answered %d", got.Status)
	}
}

func TestTheLargestIDComesBack(t *testing.T) {
	r := newRig(t, nil)
	m := claimed(SMS, maria, "hola")
	m.ID = math.MaxUint64
	result := r.send(m)
	r.double.Settle()
	reports := r.reported()
	if result.Outcome != deliver.Sent || len(reports) != 3 {
		t.Fatalf("%+v, %d reports", result, len(reports))
	}
	for _, p := range reports {
		if p.Message != math.MaxUint64 || p.Ref != result.Ref {
			t.Errorf("report for %s of %s", strconv.FormatUint(p.Message, 10), p.Ref)
		}
	}
	if last := reports[2].State; last != bot.DeliveryDelivered {
		t.Errorf("ends as %d", last)
	}
}

func TestAReportThatCannotBeKeptIsAskedForAgain(t *testing.T) {
	r := newRig(t, nil)
	r.delivery = errors.New("disk full")
	if got := r.double.Callback(public+StatusPath+"?m=42", callback("sent", "")); got.Status != 503 || got.Body != "" {
		t.Errorf("answered %d %q", got.Status, got.Body)
	}
	if len(r.faults()) != 1 || r.results("status fault") != 1 {
		t.Errorf("reported %v", r.faults())
	}
}

func TestTheQueryOfAStatusIsSigned(t *testing.T) {
	r := newRig(t, nil)
	form := callback("delivered", "")
	header := map[string][]string{signatureHeader: {twiliotest.Sign(twiliotest.AuthToken, public+StatusPath+"?m=42", form)}}
	if got := r.double.Post(public+StatusPath+"?m=43", form, header); got.Status != 403 {
		t.Errorf("answered %d", got.Status)
	}
	if got := r.double.Post(public+StatusPath+"?", form, nil); got.Status != 200 {
		t.Errorf("an empty query: answered %d", got.Status)
	}
	if len(r.reported()) != 0 {
		t.Error("another message was reported on")
	}
}
