// What every failure means, in the one taxonomy: Twilio's codes, those of
// HTTP, and no answer at all.
package twilio

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"posada/bot/deliver"
)

// meaning is what a code of Twilio's means.
type meaning struct {
	outcome deliver.Outcome
	after   time.Duration // the pause where Twilio asks for none
}

// codes are Twilio's, as they come in the answer to a request and in delivery
// reports. Those in doubt stand on the side that says less to a person and
// keeps their messages: a wrong "unreachable" silences somebody.
var codes = map[int]meaning{
	// The person has stopped.
	21610: {outcome: deliver.OptedOut}, // wrote STOP, which Twilio keeps a list of
	63014: {outcome: deliver.OptedOut}, // blocked us on WhatsApp

	// This person cannot be reached by this channel.
	21211: {outcome: deliver.Unreachable}, // no such number; also a WhatsApp user's id where the sender may not write to them
	21265: {outcome: deliver.Unreachable}, // a short code
	21612: {outcome: deliver.Unreachable}, // no route from our number to theirs
	21614: {outcome: deliver.Unreachable}, // not a mobile
	21635: {outcome: deliver.Unreachable}, // a landline
	30005: {outcome: deliver.Unreachable}, // no such handset
	30006: {outcome: deliver.Unreachable}, // a landline or a carrier that takes nothing
	63003: {outcome: deliver.Unreachable}, // not on WhatsApp
	63024: {outcome: deliver.Unreachable}, // not a recipient WhatsApp takes

	// Later it may go.
	14107: {outcome: deliver.Retry},                     // too fast
	20429: {outcome: deliver.Retry},                     // too many requests: never carried out
	21611: {outcome: deliver.Retry, after: time.Minute}, // the sender's queue is full
	30001: {outcome: deliver.Retry, after: time.Minute}, // the queue overflowed
	30003: {outcome: deliver.Retry},                     // switched off, or out of reach
	30008: {outcome: deliver.Retry},                     // the carrier does not say why
	30017: {outcome: deliver.Retry},                     // the carrier is congested
	30022: {outcome: deliver.Retry},                     // over the carrier's rate
	30023: {outcome: deliver.Retry, after: time.Hour},   // over the carrier's daily number
	30027: {outcome: deliver.Retry, after: time.Hour},   // the same, T-Mobile
	30410: {outcome: deliver.Retry},                     // the carrier did not answer
	63009: {outcome: deliver.Retry},                     // WhatsApp answered with an error
	63010: {outcome: deliver.Retry},                     // an error within Twilio's channel
	63012: {outcome: deliver.Retry},                     // WhatsApp is out of order
	63018: {outcome: deliver.Retry},                     // over WhatsApp's rate
	63038: {outcome: deliver.Retry, after: time.Hour},   // over the account's daily number
	20009: {outcome: deliver.Retry, after: unfinished},  // to be erased, and not at its end yet

	// This text, or this template, is not taken.
	21602: {outcome: deliver.Drop}, // no text
	21605: {outcome: deliver.Drop}, // too long
	21617: {outcome: deliver.Drop}, // too long
	21619: {outcome: deliver.Drop}, // neither text nor media
	12300: {outcome: deliver.Drop}, // a recording that answers as something else
	21620: {outcome: deliver.Drop}, // an address of a recording that is none
	63019: {outcome: deliver.Drop}, // a recording that could not be fetched: its words went by themselves
	21654: {outcome: deliver.Drop}, // no template of that ContentSid
	21655: {outcome: deliver.Drop}, // a ContentSid that is none
	21656: {outcome: deliver.Drop}, // the template's variables
	30004: {outcome: deliver.Drop}, // blocked by the carrier or the person: which of them is not said
	30007: {outcome: deliver.Drop}, // filtered as unwanted
	30019: {outcome: deliver.Drop}, // too large for the carrier
	30036: {outcome: deliver.Drop}, // it waited too long at Twilio
	63005: {outcome: deliver.Drop}, // WhatsApp does not take the content
	63013: {outcome: deliver.Drop}, // against WhatsApp's policy
	63021: {outcome: deliver.Drop}, // content that is not valid
	63027: {outcome: deliver.Drop}, // the template lacks the language
	63028: {outcome: deliver.Drop}, // the template's parameters do not fit
	63032: {outcome: deliver.Drop}, // WhatsApp does not deliver this to this person now
	// Set-up, but of one country or one person: others must not wait for it.
	21408: {outcome: deliver.Drop}, // the country is not allowed in the account
	63015: {outcome: deliver.Drop}, // the sandbox, which the person has not joined
	63049: {outcome: deliver.Drop}, // WhatsApp chose not to deliver a template

	// The person must write first.
	63016: {outcome: deliver.Parked},

	// Somebody has to mend the settings or the account.
	20003: {outcome: deliver.Misconfigured}, // the credentials
	20005: {outcome: deliver.Misconfigured}, // the account is not active
	20008: {outcome: deliver.Misconfigured}, // test credentials
	20404: {outcome: deliver.Misconfigured}, // no such account
	21212: {outcome: deliver.Misconfigured}, // the sender is no number
	21603: {outcome: deliver.Misconfigured}, // no sender
	21606: {outcome: deliver.Misconfigured}, // the sender is not the account's, or cannot send SMS
	21609: {outcome: deliver.Misconfigured}, // the status callback is not an address that Twilio reaches
	21659: {outcome: deliver.Misconfigured}, // the sender is not a number of Twilio's
	21660: {outcome: deliver.Misconfigured}, // the sender is another account's
	21701: {outcome: deliver.Misconfigured}, // no such Messaging Service
	21703: {outcome: deliver.Misconfigured}, // a Messaging Service without numbers
	21704: {outcome: deliver.Misconfigured}, // the same
	21705: {outcome: deliver.Misconfigured}, // a Messaging Service SID that is none
	30002: {outcome: deliver.Misconfigured}, // the account is suspended
	30024: {outcome: deliver.Misconfigured}, // the carrier does not know the sender
	30032: {outcome: deliver.Misconfigured}, // a toll-free number that is not verified
	30033: {outcome: deliver.Misconfigured}, // the campaign is suspended
	30034: {outcome: deliver.Misconfigured}, // a number that is not registered
	63001: {outcome: deliver.Misconfigured}, // WhatsApp does not take Twilio's credentials for the sender
	63002: {outcome: deliver.Misconfigured}, // no such WhatsApp sender
	63007: {outcome: deliver.Misconfigured}, // the same
	63020: {outcome: deliver.Misconfigured}, // the business account
	63112: {outcome: deliver.Misconfigured}, // the business account is disabled
}

// unfinished is the pause before a text that is still on its way is erased.
const unfinished = time.Minute

// outcome is what a request's error means for its message.
//
//   - Without an answer it may have been carried out, and so it may after a 5xx:
//     there is no idempotency key, and Twilio says neither. A 408 is a time-out.
//   - A 429 was never carried out.
//   - Of other answers the code tells; without a known one 400, 413 and 422 speak
//     of this message, all else of the settings (401, 403, 404, a redirection).
func outcome(err error) deliver.Result {
	var refused *refusal
	switch {
	case errors.Is(err, errUnsent):
		return deliver.Result{Outcome: deliver.Retry, Reason: "not reached"}
	case !errors.As(err, &refused):
		// errLost, and an answer of success that cannot be read.
		return deliver.Result{Outcome: deliver.Unknown, Reason: "no answer"}
	}
	r := deliver.Result{After: refused.after, Reason: strconv.Itoa(refused.status)}
	if refused.code != 0 {
		r.Reason = strconv.Itoa(refused.code)
	}
	known, ok := codes[refused.code]
	switch status := refused.status; {
	case status >= 500, status == http.StatusRequestTimeout:
		r.Outcome = deliver.Unknown
	case status == http.StatusTooManyRequests:
		r.Outcome = deliver.Retry
	case ok:
		r.Outcome = known.outcome
		if r.After == 0 {
			r.After = known.after
		}
	case status == http.StatusConflict:
		r.Outcome, r.After = deliver.Retry, max(r.After, unfinished)
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge, status == http.StatusUnprocessableEntity:
		r.Outcome = deliver.Drop
	default:
		r.Outcome = deliver.Misconfigured
	}
	if r.Outcome != deliver.Retry && r.Outcome != deliver.Misconfigured {
		r.After = 0
	}
	return r
}
