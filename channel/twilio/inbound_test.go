// What people send, as the conversation gets to read it.
package twilio

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/channel/twilio/twiliotest"
	"posada/flows"
)

const someSID = "SM0123456789abcdef0123456789abcdef"

// posted is a webhook of an SMS with some values changed; "-" leaves one out.
func posted(changes ...string) url.Values {
	form := url.Values{
		"AccountSid": {twiliotest.AccountSID}, "MessageSid": {someSID}, "From": {maria}, "To": {twiliotest.SMSNumber},
		"Body": {"hola"}, "NumMedia": {"0"}, "NumSegments": {"1"},
	}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
		if changes[i+1] == "-" {
			form.Del(changes[i])
		}
	}
	return form
}

// chat is posted on WhatsApp.
func chat(changes ...string) url.Values {
	return posted(append([]string{"From", "whatsapp:" + maria, "To", "whatsapp:" + twiliotest.WhatsAppNumber, "ProfileName", "María", "WaId", maria[1:]}, changes...)...)
}

func TestWhatPeopleSendIsRead(t *testing.T) {
	r := newRig(t, nil)
	now := time.Now()
	encoded := "TmVjZXNpdG8gc2FiZXIgcXXDqSBwYXBlbGVzIGxsZXZhciBhIGxhIGNpdGEsIHkgc2kgcHVlZG8gaXIu"
	decoded := "Necesito saber qué papeles llevar a la cita, y si puedo ir."
	sms, wa := bot.Inbound{}, bot.Inbound{}
	sms.From, sms.Form = bot.Address{Channel: SMS, ID: maria}, flows.SMS
	wa.From, wa.Form = bot.Address{Channel: WhatsApp, ID: maria}, flows.WhatsApp
	for _, c := range []struct {
		what string
		form url.Values
		want bot.Inbound // over its channel's
		on   bot.Inbound
	}{
		{"a text", posted(), bot.Inbound{Text: "hola"}, sms},
		{"a text with spaces", posted("Body", "  hola \n"), bot.Inbound{Text: "  hola \n"}, sms},
		{"no text", posted("Body", ""), bot.Inbound{}, sms},
		{"no Body at all", posted("Body", "-"), bot.Inbound{}, sms},
		{"bytes that are no text", posted("Body", "ho\xff\xfela"), bot.Inbound{Text: "hola"}, sms},
		{"counts that are no numbers", posted("NumMedia", "many", "NumSegments", "x"), bot.Inbound{Text: "hola"}, sms},
		{"a negative count", posted("NumMedia", "-4"), bot.Inbound{Text: "hola"}, sms},
		{"a number with spaces", posted("From", "+52 1 (551) 234-5678"), bot.Inbound{Text: "hola"}, sms},
		{"our number with spaces", posted("To", "+1 500 555 0006"), bot.Inbound{Text: "hola"}, sms},
		{"where they are", posted("FromCity", "TIJUANA", "FromState", "BC", "FromCountry", "MX", "FromZip", "22000"), bot.Inbound{Text: "hola"}, sms},
		{"base64 of several parts", posted("Body", encoded, "NumSegments", "2"), bot.Inbound{Text: decoded}, sms},
		{"base64 of one part", posted("Body", encoded), bot.Inbound{Text: encoded}, sms},
		{"an MMS", posted("NumMedia", "1", "MediaContentType0", "image/jpeg", "MediaUrl0", "https://api.twilio.com/x"), bot.Inbound{Text: "hola", Media: flows.MediaPhoto}, sms},

		{"WhatsApp", chat(), bot.Inbound{Text: "hola"}, wa},
		{"a voice message", chat("NumMedia", "1", "MediaContentType0", "audio/ogg; codecs=opus", "Body", ""), bot.Inbound{Media: flows.MediaVoice}, wa},
		{"a sticker", chat("NumMedia", "1", "MediaContentType0", "image/webp", "Body", ""), bot.Inbound{Media: flows.MediaSticker}, wa},
		{"a photo with words", chat("NumMedia", "1", "MediaContentType0", "IMAGE/PNG", "Body", "mira"), bot.Inbound{Text: "mira", Media: flows.MediaPhoto}, wa},
		{"a video", chat("NumMedia", "1", "MediaContentType0", "video/mp4", "Body", ""), bot.Inbound{Media: flows.MediaVideo}, wa},
		{"a contact", chat("NumMedia", "1", "MediaContentType0", "text/x-vcard", "Body", "Tía Ana"), bot.Inbound{Text: "Tía Ana", Media: flows.MediaContact}, wa},
		{"a document", chat("NumMedia", "1", "MediaContentType0", "application/pdf", "Body", ""), bot.Inbound{Media: flows.MediaFile}, wa},
		{"something without a type", chat("NumMedia", "2", "Body", ""), bot.Inbound{Media: flows.MediaFile}, wa},
		{"a place", chat("Latitude", "32.53", "Longitude", "-117.03", "Address", "Calle 1, Tijuana", "Label", "Casa", "Body", "Casa"), bot.Inbound{Media: flows.MediaLocation}, wa},
		{"a button of ours", chat("ButtonText", "Menú", "ButtonPayload", ":menu", "Body", "Menú"), bot.Inbound{Payload: ":menu"}, wa},
		{"a choice of ours", chat("ButtonText", "Sí", "ButtonPayload", "welcome/consent#yes"), bot.Inbound{Payload: "welcome/consent#yes"}, wa},
		{"a button of a template", chat("ButtonText", "Seguir", "ButtonPayload", "Go on!", "Body", "x"), bot.Inbound{Text: "Seguir"}, wa},
		{"a payload too long", chat("ButtonText", "Seguir", "ButtonPayload", "a/b#"+strings.Repeat("c", 80)), bot.Inbound{Text: "Seguir"}, wa},
		{"a payload without a label", chat("ButtonPayload", "whatever"), bot.Inbound{Text: "hola"}, wa},
		{"an entry of a list of ours", chat("ListId", "menu/main#2", "ListTitle", "Dos"), bot.Inbound{Payload: "menu/main#2"}, wa},
		{"an entry of another list", chat("ListId", "two", "ListTitle", "Dos"), bot.Inbound{Text: "Dos"}, wa},

		{"Twilio took STOP", posted("Body", "UNSUBSCRIBE", "OptOutType", "STOP"), bot.Inbound{Text: "stop", Silent: true}, sms},
		{"Twilio took START", posted("Body", "unstop", "OptOutType", "START"), bot.Inbound{Text: "unstop", Resumes: true}, sms},
		{"Twilio took HELP, which is answered all the same", posted("Body", "INFO", "OptOutType", "HELP"), bot.Inbound{Text: "help"}, sms},
		{"an opt-out of another kind", posted("OptOutType", "LATER"), bot.Inbound{Text: "hola"}, sms},
		{"Twilio took STOP by a button", chat("ButtonText", "Stop", "ButtonPayload", ":menu", "OptOutType", "stop"), bot.Inbound{Text: "stop", Silent: true}, wa},
	} {
		t.Run(c.what, func(t *testing.T) {
			got, result := r.parse(c.form, now)
			want := c.want
			want.From, want.Form, want.ID, want.Erase, want.At = c.on.From, c.on.Form, someSID, someSID, now
			if result != ResultReceived || fmt.Sprintf("%q", fields(got)) != fmt.Sprintf("%q", fields(want)) {
				t.Errorf("%s: %q, want %q", result, fields(got), fields(want))
			}
		})
	}
}

// fields are all that there is of a message, for it prints none of it itself.
func fields(in bot.Inbound) []string {
	return []string{in.ID, in.From.Channel, in.From.ID, in.Form.Name, in.Text, in.Payload, in.At.String(), in.AsOf.String(), in.Lang,
		string(in.Media), in.Pressed, fmt.Sprint(in.Silent), in.Erase}
}

func TestWhoWritesIsKnownByTheSameAddressEveryTime(t *testing.T) {
	r := newRig(t, nil)
	for _, c := range []struct{ what, from, external, id, to string }{
		{"a number", "whatsapp:" + maria, "", maria, "whatsapp:" + maria},
		{"a number with a user's id", "whatsapp:" + maria, juan, maria, "whatsapp:" + maria},
		{"a user's id alone", "whatsapp:" + juan, juan, "user:" + juan, "whatsapp:" + juan},
		{"a user's id in From alone", "whatsapp:" + juan, "", "user:" + juan, "whatsapp:" + juan},
		{"no From", "", juan, "user:" + juan, "whatsapp:" + juan},
		{"an empty address", "whatsapp:", juan, "user:" + juan, "whatsapp:" + juan},
		{"a user's id as an address", "", "whatsapp:" + juan, "user:" + juan, "whatsapp:" + juan},
		{"a parent's id", "", "US.ENT.11815799212886844830", "user:US.ENT.11815799212886844830", "whatsapp:US.ENT.11815799212886844830"},
	} {
		in, result := r.parse(chat("From", c.from, "ExternalUserId", c.external), time.Now())
		if result != ResultReceived || in.From.ID != c.id {
			t.Errorf("%s: %s as %q, want %q", c.what, result, in.From.ID, c.id)
		}
		if got := recipient(WhatsApp, c.id); got != c.to {
			t.Errorf("%s: is answered at %q, want %q", c.what, got, c.to)
		}
	}
}

func TestWhoCannotBeAnsweredIsNoConversation(t *testing.T) {
	r := newRig(t, nil)
	for what, form := range map[string]url.Values{
		"a short code":                  posted("From", "32665"),
		"a name":                        posted("From", "BANCO"),
		"a name in small letters":       posted("From", "Anonymous"),
		"withheld":                      posted("From", "+266696687"),
		"restricted":                    posted("From", "+7378742833"),
		"unknown":                       posted("From", "+8656696"),
		"nobody":                        posted("From", ""),
		"no From":                       posted("From", "-"),
		"a number without its country":  posted("From", "4158675309"),
		"a number with a leading zero":  posted("From", "+05551234567"),
		"a number too long":             posted("From", "+1234567890123456"),
		"a number with letters":         posted("From", "+1800FLOWERS"),
		"digits of another script":      posted("From", "+١٢٣٤٥٦٧٨٩"),
		"a plus":                        posted("From", "+"),
		"our own number":                posted("From", twiliotest.SMSNumber),
		"our own number with spaces":    posted("From", "+1 500 555 0006"),
		"our other number":              posted("From", twiliotest.WhatsAppNumber),
		"our own number on WhatsApp":    chat("From", "whatsapp:"+twiliotest.WhatsAppNumber),
		"our SMS number on WhatsApp":    chat("From", "whatsapp:"+twiliotest.SMSNumber),
		"nobody on WhatsApp":            chat("From", "whatsapp:"),
		"an id of no known shape":       chat("From", "", "ExternalUserId", "../../etc"),
		"an id with a number's letters": chat("From", "whatsapp:us.123"),
	} {
		if _, result := r.parse(form, time.Now()); result != ResultUnanswerable {
			t.Errorf("%s: %s", what, result)
		}
		d := r.double.Post(public+MessagePath, form, nil)
		if d.Status != 200 {
			t.Errorf("%s: answered %d", what, d.Status)
		}
	}
	if in := r.received(); len(in) != 0 {
		t.Errorf("%d of them were received", len(in))
	}
}

func TestAMessageForSomebodyElseIsNotTaken(t *testing.T) {
	plain := newRig(t, nil)
	service := newRig(t, func(c *Config) { c.SMS.From, c.WhatsApp.From = twiliotest.Service, "" })
	for what, c := range map[string]struct {
		r    *rig
		form url.Values
	}{
		"another number":                {plain, posted("To", "+15005550007")},
		"no number":                     {plain, posted("To", "-")},
		"the number of another channel": {plain, posted("To", twiliotest.WhatsAppNumber)},
		"from WhatsApp to SMS":          {plain, posted("From", "whatsapp:"+maria)},
		"from SMS to WhatsApp":          {plain, chat("From", maria)},
		"another channel":               {plain, posted("From", "messenger:1", "To", "messenger:2")},
		"RCS":                           {plain, posted("From", "rcs:a", "To", "rcs:b")},
		"no service":                    {service, posted()},
		"another service":               {service, posted("MessagingServiceSid", "MG"+strings.Repeat("9", 32))},
		"a channel that is off":         {service, chat("MessagingServiceSid", twiliotest.Service)},
	} {
		if got := c.r.double.Post(public+MessagePath, c.form, nil); got.Status != 404 || got.Body != "" {
			t.Errorf("%s: answered %d %q", what, got.Status, got.Body)
		}
	}
	if len(plain.received())+len(service.received()) != 0 {
		t.Error("it was received")
	}
	if errs := plain.faults(); len(errs) == 0 || !errors.Is(errs[0], errForeign) {
		t.Errorf("reported %v", errs)
	}
	service.double.ByService()
	own := posted("From", "+15005550009", "To", "+15005550009", "MessagingServiceSid", twiliotest.Service)
	if got := service.double.Post(public+MessagePath, own, nil); got.Status != 200 || service.results("message unanswerable") != 1 {
		t.Errorf("from a number of the service to itself: answered %d", got.Status)
	}
	if got := service.double.Say(SMS, maria, "hola"); got.Status != 200 || len(service.received()) != 1 {
		t.Errorf("by the service: answered %d, %d received", got.Status, len(service.received()))
	}
}

func TestWithoutRedactNothingIsToBeErased(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Redact = false })
	r.double.Say(SMS, maria, "hola")
	if in := r.received(); len(in) != 1 || in[0].Erase != "" {
		t.Errorf("%d received", len(in))
	}
}

func TestAMessageWithoutItsIDIsNotReceived(t *testing.T) {
	r := newRig(t, nil)
	for _, sid := range []string{"-", "", "SM1", "CA0123456789abcdef0123456789abcdef", someSID + "0"} {
		if got := r.double.Post(public+MessagePath, posted("MessageSid", sid), nil); got.Status != 200 {
			t.Errorf("%q: answered %d", sid, got.Status)
		}
	}
	if len(r.received()) != 0 || r.results("message useless") != 5 {
		t.Errorf("%d received", len(r.received()))
	}
}

func FuzzParse(f *testing.F) {
	for _, form := range []url.Values{posted(), chat(), chat("ButtonPayload", ":menu"), posted("Body", strings.Repeat("aGk=", 40), "NumSegments", "3"),
		chat("From", "whatsapp:"+juan), chat("Latitude", "1", "NumMedia", "1"), posted("OptOutType", "STOP")} {
		f.Add(form.Encode())
	}
	a := &Account{config: Config{Redact: true, SMSForm: flows.SMS, WhatsAppForm: flows.WhatsApp},
		numbers: map[string]Sender{SMS: {twiliotest.SMSNumber}, WhatsApp: {twiliotest.WhatsAppNumber}}}
	now := time.Now()
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		in, result := a.parse(form, now)
		if result == ResultReceived {
			// Whoever was read of can be answered, and has said readable text.
			if recipient(in.From.Channel, in.From.ID) == "" || strings.ToValidUTF8(in.Text+in.Payload+in.ID, "") != in.Text+in.Payload+in.ID {
				t.Errorf("%q", fields(in))
			}
			if len(in.From.ID) > 256 || len(in.Payload) > flows.MaxPayload {
				t.Errorf("%q is too long", fields(in))
			}
		}
		parseStatus(form, form.Get("m"), now)
	})
}

func TestAForwardedMessageIsKnownAsOne(t *testing.T) {
	r := newRig(t, nil)
	for i, form := range []url.Values{chat("Forwarded", "true"), chat("FrequentlyForwarded", "true"), chat(), chat("Forwarded", "false")} {
		form.Set("MessageSid", fmt.Sprintf("SM%032d", i))
		r.double.Post(public+MessagePath, form, nil)
	}
	for i, in := range r.received() {
		if in.Forwarded != (i < 2) {
			t.Errorf("message %d: forwarded %t", i, in.Forwarded)
		}
	}
	if len(r.received()) != 4 {
		t.Errorf("%d received", len(r.received()))
	}
}
