// Delivery reports: from Twilio's status callbacks to the one taxonomy. They
// come in any order, and any number of times; what follows is the store's.
package twilio

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"posada/bot"
	"posada/bot/deliver"
)

// messageParam carries Outbound.ID in the address of a status callback.
const messageParam = "m"

// states are Twilio's statuses of a message to a person. Those of messages
// from people, and those not known, say nothing.
var states = map[string]bot.DeliveryState{
	"accepted":  bot.DeliveryAccepted,
	"scheduled": bot.DeliveryAccepted,
	"queued":    bot.DeliveryAccepted,
	"sending":   bot.DeliveryAccepted,
	"sent":      bot.DeliverySent,
	"delivered": bot.DeliveryDelivered,
	// Some parts of it arrived: to send it again would repeat them.
	"partially_delivered": bot.DeliveryDelivered,
	"read":                bot.DeliveryRead,
	"undelivered":         bot.DeliveryFailed,
	"failed":              bot.DeliveryFailed,
	"canceled":            bot.DeliveryFailed,
}

// status takes the webhook of a status callback.
func (a *Account) status(r *http.Request, form url.Values) (result string, code int) {
	report, who, ok := parseStatus(form, r.URL.Query().Get(messageParam), time.Now())
	if !ok || a.numbers[report.Channel].From == "" {
		return ResultIgnored, http.StatusOK // a channel that was turned off has nobody to tell
	}
	if report.Outcome == deliver.Parked {
		a.windows.shut(who, report.At)
	}
	ctx, cancel := context.WithTimeout(r.Context(), receiveFor)
	defer cancel()
	if err := a.config.Delivered(ctx, report); err != nil {
		a.report(fault("status", err))
		return ResultFault, http.StatusServiceUnavailable
	}
	return ResultReceived, http.StatusOK
}

// parseStatus makes a report of an authentic form, false when it says nothing;
// who is the person it went to.
func parseStatus(form url.Values, message string, now time.Time) (report deliver.Report, who bot.Address, ok bool) {
	id, err := strconv.ParseUint(message, 10, 64)
	sid := field(form, "MessageSid")
	status := field(form, "MessageStatus")
	state, known := states[status]
	if err != nil || id == 0 || !known || !messageSID.MatchString(sid) {
		return deliver.Report{}, bot.Address{}, false
	}
	channel, to := split(field(form, "To"))
	if channel == "" {
		return deliver.Report{}, bot.Address{}, false
	}
	report = deliver.Report{Channel: channel, Message: id, Ref: sid, State: state, At: now}
	if state == bot.DeliveryFailed {
		report.Outcome, report.Reason, report.After = failure(field(form, "ErrorCode"), status)
	}
	return report, bot.Address{Channel: channel, ID: identity(channel, to, field(form, "ExternalUserId"))}, true
}

// failure is why a message did not arrive. Without a code that is known it is
// not sent again: Twilio has tried.
func failure(errorCode, status string) (deliver.Outcome, string, time.Duration) {
	code, err := strconv.Atoi(errorCode)
	if err != nil || code <= 0 {
		return deliver.Drop, status, 0
	}
	if m, ok := codes[code]; ok {
		return m.outcome, strconv.Itoa(code), m.after
	}
	return deliver.Drop, strconv.Itoa(code), 0
}
