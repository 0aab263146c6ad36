// The API: messages, the account, its number, and templates.
package twiliotest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"posada/locales"
)

// message is one that Twilio knows: to a person, or from one.
type message struct {
	sid, channel, number string // number is the person's
	body, template       string
	sound                []byte // what came with it
	media                string // the address of what came with it
	mediaSID             string // "" for none, or when it was erased
	callback             string
	status               string
	inbound              bool
}

// finished tells whether Twilio has nothing more to do with it.
func (m *message) finished() bool {
	switch m.status {
	case "delivered", "undelivered", "failed", "read", "received", "canceled":
		return true
	}
	return false
}

func (d *Twilio) routes() http.Handler {
	mux := http.NewServeMux()
	const account = "/2010-04-01/Accounts/{AccountSid}"
	mux.HandleFunc("POST "+account+"/Messages.json", d.createMessage)
	mux.HandleFunc("POST "+account+"/Messages/{Sid}", d.updateMessage)
	mux.HandleFunc("GET "+account+"/Messages/{Sid}/Media.json", d.listMedia)
	mux.HandleFunc("DELETE "+account+"/Messages/{Sid}/Media/{Media}", d.deleteMedia)
	mux.HandleFunc("GET "+account+"/IncomingPhoneNumbers.json", d.listNumbers)
	mux.HandleFunc("GET "+account, d.fetchAccount) // {AccountSid} with ".json"
	mux.HandleFunc("GET /v1/Content/{Sid}", d.fetchContent)
	mux.HandleFunc("GET /v1/Content/{Sid}/ApprovalRequests", d.fetchApproval)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		d.set(func() { d.mistake("no such resource: " + r.Method + " " + r.URL.Path) })
		writeError(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !d.admit(w, r) {
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// admit checks what every request must have.
func (d *Twilio) admit(w http.ResponseWriter, r *http.Request) bool {
	if err := r.ParseForm(); err != nil {
		writeError(w, http.StatusBadRequest, 20001, "the request cannot be read")
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counts.Requests++
	if d.skew != 0 {
		w.Header().Set("Date", time.Now().Add(d.skew).UTC().Format(http.TimeFormat))
	}
	user, password, _ := r.BasicAuth()
	if user != AccountSID || password != d.token {
		writeError(w, http.StatusUnauthorized, 20003, "Authenticate")
		return false
	}
	if wrong := d.specs.check(r); wrong != "" {
		d.mistake(wrong)
		writeError(w, http.StatusBadRequest, 20001, wrong)
		return false
	}
	return true
}

// sameAccount answers for every other account as Twilio does: there is none.
func sameAccount(w http.ResponseWriter, sid string) bool {
	if sid != AccountSID {
		writeError(w, http.StatusNotFound, 20404, "The requested resource /2010-04-01/Accounts/"+sid+" was not found")
		return false
	}
	return true
}

func (d *Twilio) createMessage(w http.ResponseWriter, r *http.Request) {
	if !sameAccount(w, r.PathValue("AccountSid")) {
		return
	}
	d.mu.Lock()
	delay := d.delay
	fault, faulty := d.fault()
	d.mu.Unlock()
	if delay > 0 {
		d.pause(r, delay)
	}
	if faulty && !fault.Processed {
		d.set(func() { d.counts.Refused++ })
		fault.act(d, w, r)
		return
	}
	var shown map[string]any
	d.mu.Lock()
	m, refused := d.take(r.PostForm)
	if refused != nil {
		d.counts.Refused++
	} else {
		d.counts.Sends++
		shown = m.resource(r.PostForm)
	}
	d.happened()
	d.mu.Unlock()
	if faulty && fault.act(d, w, r) {
		return
	}
	if refused != nil {
		refused(w)
		return
	}
	writeJSON(w, http.StatusCreated, shown)
}

// take makes a message of a request and sets out to deliver it, or refuses.
// The lock is held.
func (d *Twilio) take(form url.Values) (*message, func(http.ResponseWriter)) {
	refuse := func(code int, format string, args ...any) (*message, func(http.ResponseWriter)) {
		return nil, func(w http.ResponseWriter) {
			writeError(w, http.StatusBadRequest, code, fmt.Sprintf(format, args...))
		}
	}
	if unknown := unknownParameter(form, "To", "From", "MessagingServiceSid", "Body", "ContentSid", "ContentVariables", "StatusCallback", "MediaUrl"); unknown != "" {
		d.mistake("a message with the parameter " + unknown)
		return refuse(20001, "Unknown parameter %s", unknown)
	}
	to, from, service := form.Get("To"), form.Get("From"), form.Get("MessagingServiceSid")
	body, content := form.Get("Body"), form.Get("ContentSid")
	channel, number := trimChannel(to)
	switch {
	case to == "":
		d.mistake("a message to nobody")
		return refuse(21604, "A 'To' phone number is required.")
	case from == "" && service == "":
		return refuse(21603, "A 'From' phone number is required.")
	case service != "" && service != Service:
		return refuse(21701, "The Messaging Service does not exist")
	case !e164(number) && !(channel == WhatsApp && isUser(number)):
		return refuse(21211, "Invalid 'To' Phone Number: %s", number)
	case form.Has("MediaUrl") && (channel != WhatsApp || body != "" || content != ""):
		d.mistake("a recording by SMS, or beside words: WhatsApp shows no words with a voice message")
		return refuse(21620, "Invalid media URL(s)")
	case form.Has("MediaUrl") && !mediaURL(form.Get("MediaUrl")):
		return refuse(21620, "Invalid media URL(s)")
	case body == "" && content == "" && !form.Has("MediaUrl"):
		return refuse(21602, "Message body is required.")
	case units(body) > 1600:
		return refuse(21617, "The concatenated message body exceeds the 1600 character limit")
	case body != "" && content != "":
		d.mistake("a message with both Body and ContentSid")
		return refuse(20001, "Body and ContentSid exclude each other")
	case form.Has("ContentVariables") && content == "":
		return refuse(21654, "ContentSid Required")
	}
	if from != "" {
		fromChannel, own := trimChannel(from)
		switch {
		case fromChannel != channel:
			return refuse(21910, "Invalid From and To pair. From and To should be of the same channel")
		case channel == WhatsApp && own != WhatsAppNumber:
			return refuse(63007, "Twilio could not find a Channel with the specified From address")
		case channel == SMS && own != SMSNumber:
			return refuse(21606, "The 'From' phone number %s is not a valid, SMS-capable inbound phone number for your account.", own)
		}
	}
	if callback := form.Get("StatusCallback"); callback != "" {
		if u, err := url.Parse(callback); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Contains(u.Host, "_") {
			return refuse(21609, "Invalid 'StatusCallback' URL: %s", callback)
		}
	}
	text := body
	if content != "" {
		t, ok := d.templates[content]
		if !ok {
			return refuse(21655, "The ContentSid is Invalid")
		}
		var wrong string
		if text, wrong = t.fill(form); wrong != "" {
			return refuse(21656, "The Content Variables Parameter is invalid: %s", wrong)
		}
	}
	h := d.handset(channel, number)
	switch {
	case h.stopped:
		return refuse(21610, "Attempt to send to unsubscribed recipient")
	case h.refuse != 0:
		return refuse(h.refuse, "The message to %s is refused", number)
	}
	if l := d.limits[channel]; l != nil && !l.Allow() {
		return nil, func(w http.ResponseWriter) { tooMany(w, "1") }
	}
	m := &message{sid: sid("SM"), channel: channel, number: number, body: text, template: content, callback: form.Get("StatusCallback"), status: "queued"}
	if m.media = form.Get("MediaUrl"); m.media != "" {
		m.sid, m.mediaSID = sid("MM"), sid("ME")
	}
	d.messages[m.sid] = m
	failure := h.fail
	if channel == WhatsApp && time.Since(h.wrote) >= Window && (content == "" || d.templates[content].approval != "approved") {
		failure = 63016 // known to WhatsApp alone, and so later
	}
	if m.media != "" && failure == 0 {
		d.background(func() { d.fetch(m) })
		return m, nil
	}
	d.deliver(m, text, failure)
	return m, nil
}

// fill puts a template's variables into its text, or says what is wrong with
// them.
func (t template) fill(form url.Values) (text, wrong string) {
	given := map[string]string{}
	if form.Has("ContentVariables") {
		if err := json.Unmarshal([]byte(form.Get("ContentVariables")), &given); err != nil {
			return "", "not a JSON object of strings"
		}
	}
	text = t.text
	for name, value := range t.variables {
		if v, ok := given[name]; ok {
			value = v
		}
		text = strings.ReplaceAll(text, "{{"+name+"}}", value)
		delete(given, name)
	}
	if len(given) > 0 {
		return "", "the template has no such variable"
	}
	return text, ""
}

// resource is a message as the API shows it.
func (m *message) resource(form url.Values) map[string]any {
	segments := 1
	if m.channel == SMS {
		segments = locales.Segments(m.body)
	}
	path := "/2010-04-01/Accounts/" + AccountSID + "/Messages/" + m.sid
	nullable := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	return map[string]any{
		"account_sid": AccountSID, "api_version": "2010-04-01", "body": m.body, "date_created": time.Now().UTC().Format(time.RFC1123Z),
		"date_sent": nil, "date_updated": time.Now().UTC().Format(time.RFC1123Z), "direction": "outbound-api", "error_code": nil,
		"error_message": nil, "from": nullable(form.Get("From")), "messaging_service_sid": nullable(form.Get("MessagingServiceSid")),
		"num_media": "0", "num_segments": strconv.Itoa(segments), "price": nil, "price_unit": "USD", "sid": m.sid, "status": m.status,
		"subresource_uris": map[string]string{"media": path + "/Media.json"}, "to": form.Get("To"), "uri": path + ".json",
	}
}

// updateMessage erases a text: all that Posada does by it.
func (d *Twilio) updateMessage(w http.ResponseWriter, r *http.Request) {
	if !sameAccount(w, r.PathValue("AccountSid")) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.messages[strings.TrimSuffix(r.PathValue("Sid"), ".json")]
	switch {
	case m == nil:
		writeError(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
	case !r.PostForm.Has("Body"):
		d.mistake("an update of a message without Body")
		writeError(w, http.StatusBadRequest, 20001, "Body is missing")
	case r.PostForm.Get("Body") != "" || unknownParameter(r.PostForm, "Body") != "":
		d.mistake("an update of a message that is not an erasing")
		writeError(w, http.StatusBadRequest, 21602, "Message body must be empty")
	case !m.finished():
		writeError(w, http.StatusConflict, 20009, "Cannot update this resource before it is complete")
	default:
		m.body = ""
		d.counts.Redacted++
		d.happened()
		writeJSON(w, http.StatusOK, m.resource(url.Values{}))
	}
}

func (d *Twilio) fetchAccount(w http.ResponseWriter, r *http.Request) {
	if !sameAccount(w, strings.TrimSuffix(r.PathValue("AccountSid"), ".json")) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"sid": AccountSID, "status": d.status, "friendly_name": "Posada", "type": "Full",
		"owner_account_sid": AccountSID, "uri": r.URL.Path, "subresource_uris": map[string]string{}})
}

func (d *Twilio) listNumbers(w http.ResponseWriter, r *http.Request) {
	if !sameAccount(w, r.PathValue("AccountSid")) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	numbers := []map[string]any{}
	if want := r.URL.Query().Get("PhoneNumber"); want == "" || want == SMSNumber {
		numbers = append(numbers, map[string]any{"sid": "PN" + strings.Repeat("0", 32), "account_sid": AccountSID, "phone_number": SMSNumber,
			"sms_url": d.smsURL, "sms_method": d.smsMethod, "sms_application_sid": "", "beta": false})
	}
	writeJSON(w, http.StatusOK, map[string]any{"incoming_phone_numbers": numbers, "page": 0, "page_size": len(numbers), "uri": r.URL.Path})
}

func (d *Twilio) fetchContent(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := r.PathValue("Sid")
	t, ok := d.templates[id]
	if !ok {
		writeError(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
		return
	}
	variables := t.variables
	if variables == nil {
		variables = map[string]string{}
	}
	writeJSON(w, http.StatusOK, map[string]any{"sid": id, "account_sid": AccountSID, "friendly_name": "nudge", "language": t.language, "variables": variables,
		"types": map[string]any{"twilio/text": map[string]string{"body": t.text}}, "url": "https://content.twilio.com/v1/Content/" + id,
		"date_created": "2026-01-01T00:00:00Z", "date_updated": "2026-01-01T00:00:00Z", "links": map[string]string{}})
}

func (d *Twilio) fetchApproval(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := r.PathValue("Sid")
	t, ok := d.templates[id]
	if !ok {
		writeError(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"sid": id, "account_sid": AccountSID, "url": "https://content.twilio.com/v1/Content/" + id + "/ApprovalRequests",
		"whatsapp": map[string]any{"type": "whatsapp", "name": "nudge", "category": "UTILITY", "content_type": "twilio/text", "status": t.approval,
			"rejection_reason": "", "allow_category_change": true}})
}

func unknownParameter(form url.Values, known ...string) string {
next:
	for name, values := range form {
		for _, k := range known {
			if k == name && len(values) == 1 {
				continue next
			}
		}
		return name
	}
	return ""
}

func e164(s string) bool {
	if len(s) < 8 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	return strings.Trim(s[1:], "0123456789") == ""
}

// isUser tells whether s is an id of WhatsApp's, such as US.13491208655302741918.
func isUser(s string) bool {
	country, id, ok := strings.Cut(s, ".")
	return ok && len(country) == 2 && country == strings.ToUpper(country) && id != "" && !strings.ContainsAny(id, " :/")
}

func units(s string) (n int) {
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

func writeError(w http.ResponseWriter, status, code int, text string) {
	writeJSON(w, status, map[string]any{"code": code, "message": text, "more_info": "https://www.twilio.com/docs/errors/" + strconv.Itoa(code), "status": status})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// Whoever hung up does not want it.
	_ = json.NewEncoder(w).Encode(v)
}
