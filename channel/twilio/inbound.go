// Messages from people: from what Twilio posts to what the conversation reads.
// Names, places, coordinates and addresses of files come with it, and are left
// behind here.
package twilio

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"posada/bot"
	"posada/flows"
)

// message takes the webhook of a message.
func (a *Account) message(r *http.Request, form url.Values) (result string, status int) {
	in, what := a.parse(form, time.Now())
	switch what {
	case ResultForeign:
		a.report(fault("message", errForeign))
		return what, http.StatusNotFound
	case ResultReceived:
	default:
		return what, http.StatusOK
	}
	ctx, cancel := context.WithTimeout(r.Context(), receiveFor)
	defer cancel()
	// A person who writes has opened their window.
	a.windows.open(in.From, in.At)
	receipt, err := a.config.Receive(ctx, in)
	switch {
	case errors.Is(err, bot.ErrInbound), errors.Is(err, bot.ErrStep), errors.Is(err, bot.ErrAsOf):
		// However often it comes, it will fail.
		a.report(fault("message", err))
		return ResultUseless, http.StatusOK
	case err != nil:
		a.report(fault("message", err))
		return ResultFault, http.StatusServiceUnavailable
	case receipt.Duplicate:
		return ResultDuplicate, http.StatusOK
	case receipt.Slowed:
		return ResultSlowed, http.StatusOK
	}
	return ResultReceived, http.StatusOK
}

// errForeign: a message to the account that is not for Posada. It has a number
// or a service beside ours, whose webhook was set to this address.
var errForeign = errors.New("a message came for a sender that is not in the settings")

// parse makes a message of an authentic form, and says ResultReceived, or why
// there is none.
func (a *Account) parse(form url.Values, now time.Time) (in bot.Inbound, what string) {
	channel, to := split(field(form, "To"))
	fromChannel, from := split(field(form, "From"))
	if fromChannel != channel && !(channel == WhatsApp && from == "") || !a.ours(channel, to, field(form, "MessagingServiceSid")) {
		// A user of WhatsApp may come without a number, and so without its prefix.
		return bot.Inbound{}, ResultForeign
	}
	id := identity(channel, from, field(form, "ExternalUserId"))
	sid := field(form, "MessageSid")
	switch {
	case id == "", phone(to) == id, id == a.numbers[SMS].From, id == a.numbers[WhatsApp].From:
		// Short codes, names and withheld numbers cannot be answered; to answer
		// ourselves would never end.
		return bot.Inbound{}, ResultUnanswerable
	case !messageSID.MatchString(sid):
		return bot.Inbound{}, ResultUseless
	}
	in = bot.Inbound{
		ID:    sid,
		From:  bot.Address{Channel: channel, ID: id},
		Form:  a.config.SMSForm,
		Media: media(form),
		At:    now,
	}
	if channel == WhatsApp {
		in.Form = a.config.WhatsAppForm
	}
	if a.config.Redact {
		in.Erase = sid
	}
	in.Text, in.Payload = words(form, sid, in.Media)
	in.Forwarded = field(form, "Forwarded") == "true" || field(form, "FrequentlyForwarded") == "true"
	switch strings.ToUpper(field(form, "OptOutType")) {
	case "STOP":
		in.Text, in.Payload, in.Silent = "stop", "", true
	case "START":
		// Also YES is one of Twilio's words for it: only of who had stopped does it
		// mean that.
		in.Resumes = true
	case "HELP":
		// Twilio has sent its fixed words. They cannot lead somebody in danger
		// to safety, so ours follow all the same.
		in.Text, in.Payload = "help", ""
	}
	return in, ResultReceived
}

// ours tells whether a message was sent to Posada.
func (a *Account) ours(channel, to, service string) bool {
	from := a.numbers[channel].From
	return from != "" && (from == service || from == phone(to))
}

// ownPayload is the shape of the payloads of Posada's own buttons.
var ownPayload = regexp.MustCompile(`^(:[a-z]+|[0-9a-z_-]+/[0-9a-z_-]+#[^\s#]+)$`)

// words is what was said: a text, or the payload of a button of ours. What a
// button of somebody else's template says counts as if it were typed.
func words(form url.Values, sid string, what flows.Media) (text, payload string) {
	for _, b := range [][2]string{{"ButtonPayload", "ButtonText"}, {"ListId", "ListTitle"}} {
		payload, label := field(form, b[0]), field(form, b[1])
		if len(payload) <= flows.MaxPayload && ownPayload.MatchString(payload) {
			return "", payload
		}
		if label != "" {
			return label, ""
		}
	}
	text = field(form, "Body")
	if what == flows.MediaLocation {
		return "", "" // the text with it is an address
	}
	// Several parts that were put together may have been made an MMS.
	if parts, _ := strconv.Atoi(field(form, "NumSegments")); parts > 1 || strings.HasPrefix(sid, "MM") {
		text = plain(text)
	}
	return text, ""
}

// media is the kind of what came with the text, or instead of it.
func media(form url.Values) flows.Media {
	if form.Has("Latitude") || form.Has("Longitude") {
		return flows.MediaLocation
	}
	count, err := strconv.Atoi(field(form, "NumMedia"))
	if err != nil || count < 1 {
		return ""
	}
	kind, _, _ := strings.Cut(strings.ToLower(field(form, "MediaContentType0")), ";")
	kind = strings.TrimSpace(kind)
	switch top, _, _ := strings.Cut(kind, "/"); {
	case kind == "image/webp":
		return flows.MediaSticker
	case kind == "text/vcard", kind == "text/x-vcard", kind == "text/directory", kind == "application/vcard":
		return flows.MediaContact
	case top == "image":
		return flows.MediaPhoto
	case top == "audio":
		return flows.MediaVoice
	case top == "video":
		return flows.MediaVideo
	}
	return flows.MediaFile
}
