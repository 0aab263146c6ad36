// A check of the settings against Twilio, for the operator.
package twilio

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"posada/bot"
)

// How far our clock may be from Twilio's: reminders go by it, and WhatsApp's
// window.
const (
	clockOdd   = 30 * time.Second
	clockWrong = 5 * time.Minute
)

// Diagnose asks Twilio whether the settings hold: the account, the clock, each
// channel's number and its webhook, and the templates. It sends nothing to
// anybody. Without an account that works it looks no further.
func (a *Account) Diagnose(ctx context.Context) []bot.Finding {
	account, works := a.diagnoseAccount(ctx)
	if !works {
		return account
	}
	out := account
	for _, channel := range []string{SMS, WhatsApp} {
		if from := a.numbers[channel].From; from != "" {
			out = append(out, a.diagnoseSender(ctx, channel, from))
		}
	}
	return append(out, a.diagnoseTemplates(ctx)...)
}

func (a *Account) diagnoseAccount(ctx context.Context) (out []bot.Finding, works bool) {
	const subject = "twilio account"
	call := a.api.call(ctx)
	account, err := call.api().FetchAccount(a.config.AccountSID)
	var refused *refusal
	switch {
	case errors.As(err, &refused) && (refused.status == http.StatusUnauthorized || refused.status == http.StatusForbidden):
		return []bot.Finding{{Subject: subject, Level: bot.Fail, Text: "Twilio refuses the account SID with this auth token.",
			Mend: "Copy both anew from the first page of the Twilio console."}}, false
	case errors.As(err, &refused) && refused.status == http.StatusNotFound:
		return []bot.Finding{{Subject: subject, Level: bot.Fail, Text: "Twilio knows no such account.",
			Mend: "Copy the account SID anew from the first page of the Twilio console."}}, false
	case err != nil:
		return []bot.Finding{{Subject: subject, Level: bot.Fail, Text: "Twilio could not be asked: " + reason(err) + ".",
			Mend: "See that this machine reaches api.twilio.com by https, and try again."}}, false
	}
	found := bot.Finding{Subject: subject, Text: "The credentials are right and the account is active."}
	if status := text(account.Status); status != "active" {
		found = bot.Finding{Subject: subject, Level: bot.Fail, Text: fmt.Sprintf("The account is not active but %q.", status),
			Mend: "Look into the Twilio console for what is asked of the account's owner."}
	}
	return []bot.Finding{found, diagnoseClock(call.header.Get("Date"), time.Now())}, found.Level == bot.Fine
}

func diagnoseClock(date string, now time.Time) bot.Finding {
	const subject = "clock against twilio"
	theirs, err := http.ParseTime(date)
	if err != nil {
		return bot.Finding{Subject: subject, Level: bot.Warn, Text: "Twilio's answer had no date to compare our clock with.", Mend: "Compare this machine's clock by hand."}
	}
	off := now.Sub(theirs).Round(time.Second)
	found := bot.Finding{Subject: subject, Text: "The clock agrees with Twilio's."}
	if size := off.Abs(); size > clockOdd {
		found.Level = bot.Warn
		if size > clockWrong {
			found.Level = bot.Fail
		}
		way := "ahead"
		if off < 0 {
			way = "behind"
		}
		found.Text = fmt.Sprintf("This machine's clock is %v %s of Twilio's.", size, way)
		found.Mend = "Let the clock be set by NTP: reminders go by it."
	}
	return found
}

// diagnoseSender checks a number's webhook. Those of Messaging Services and of
// WhatsApp senders are kept where this account's API does not show them.
func (a *Account) diagnoseSender(ctx context.Context, channel, from string) bot.Finding {
	subject := "twilio " + channel + " sender"
	webhook := a.config.PublicURL + MessagePath
	if channel == WhatsApp || !e164(from) {
		return bot.Finding{Subject: subject, Text: "It is well formed; where it sends messages to cannot be seen from here.",
			Mend: "See in the Twilio console that its webhook for incoming messages is " + webhook + ", by POST."}
	}
	params := new(api.ListIncomingPhoneNumberParams).SetPathAccountSid(a.config.AccountSID).SetPhoneNumber(from).SetPageSize(1)
	page, err := a.api.call(ctx).api().PageIncomingPhoneNumber(params, "", "")
	if err != nil {
		return bot.Finding{Subject: subject, Level: bot.Warn, Text: "Twilio could not be asked about the number: " + reason(err) + ".", Mend: "Try again."}
	}
	if len(page.IncomingPhoneNumbers) == 0 {
		return bot.Finding{Subject: subject, Level: bot.Fail, Text: "The account has no such number.",
			Mend: "Set the SMS sender to a number of this account, or to a Messaging Service."}
	}
	number := page.IncomingPhoneNumbers[0]
	mend := "Set the number's webhook for incoming messages to " + webhook + ", by POST."
	switch {
	case text(number.SmsApplicationSid) != "":
		return bot.Finding{Subject: subject, Level: bot.Fail, Text: "A TwiML application takes the number's messages, and no webhook is asked.", Mend: mend}
	case text(number.SmsUrl) == "":
		return bot.Finding{Subject: subject, Level: bot.Fail, Text: "The number has no webhook: messages to it go nowhere.",
			Mend: mend + " If it belongs to a Messaging Service, set that as the sender."}
	case text(number.SmsUrl) != webhook:
		return bot.Finding{Subject: subject, Level: bot.Fail, Text: "The number's webhook is another address than the public URL's.", Mend: mend}
	case !strings.EqualFold(text(number.SmsMethod), http.MethodPost):
		return bot.Finding{Subject: subject, Level: bot.Fail, Text: "The number's webhook is not called by POST.", Mend: mend}
	}
	return bot.Finding{Subject: subject, Text: "The number is the account's, and its webhook is the public URL's."}
}

func (a *Account) diagnoseTemplates(ctx context.Context) (out []bot.Finding) {
	if a.numbers[WhatsApp].From == "" {
		return nil
	}
	if len(a.config.Templates) == 0 {
		return []bot.Finding{{Subject: "whatsapp templates", Level: bot.Warn,
			Text: "There are none: a reminder for somebody who has not written for 24 hours waits, and they are not told.",
			Mend: "Have a discreet template approved in each language, and name its ContentSid in the settings."}}
	}
	for _, key := range slices.Sorted(maps.Keys(a.config.Templates)) {
		out = append(out, a.diagnoseTemplate(ctx, key, a.config.Templates[key]))
	}
	return out
}

func (a *Account) diagnoseTemplate(ctx context.Context, key, sid string) bot.Finding {
	found := bot.Finding{Subject: "whatsapp template " + key}
	template, err := a.api.call(ctx).content().FetchContent(sid)
	var refused *refusal
	switch {
	case errors.As(err, &refused) && refused.status == http.StatusNotFound:
		found.Level, found.Text, found.Mend = bot.Fail, "The account has no such template.", "Copy its ContentSid anew from the Content Template Builder."
		return found
	case err != nil:
		found.Level, found.Text, found.Mend = bot.Warn, "Twilio could not be asked about it: "+reason(err)+".", "Try again."
		return found
	}
	if _, lang, has := strings.Cut(key, "/"); has && !sameLanguage(lang, text(template.Language)) {
		found.Level = bot.Warn // WhatsApp knows no Haitian Creole: such a template is filed under another name
		found.Text = fmt.Sprintf("The template is filed under %q, and goes to people who read %q.", text(template.Language), lang)
		found.Mend = "See that its text is in their language."
		return found
	}
	if template.Variables != nil && len(*template.Variables) > 0 {
		found.Level, found.Text, found.Mend = bot.Warn, "The template has variables, which are left at their defaults.", "Use a template without variables: it says nothing of a person."
		return found
	}
	approval, err := a.api.call(ctx).content().FetchApprovalFetch(sid)
	if err != nil {
		found.Level, found.Text, found.Mend = bot.Warn, "Twilio could not be asked whether it is approved: "+reason(err)+".", "Try again."
		return found
	}
	status := ""
	if approval.Whatsapp != nil {
		status, _ = (*approval.Whatsapp)["status"].(string)
	}
	if status != "approved" {
		found.Level, found.Text = bot.Fail, fmt.Sprintf("WhatsApp has not approved the template: its status is %q.", status)
		found.Mend = "Submit it for approval, or name one that is approved."
		return found
	}
	found.Text = "The template exists and is approved."
	return found
}

// sameLanguage compares by the first part: WhatsApp has es_MX where we have es.
func sameLanguage(ours, theirs string) bool {
	first := func(s string) string {
		s, _, _ = strings.Cut(strings.ReplaceAll(strings.ToLower(s), "_", "-"), "-")
		return s
	}
	return first(ours) == first(theirs)
}

// reason is an error of a request in words, without anything of it.
func reason(err error) string {
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.Is(err, errUnsent):
		return errUnsent.Error()
	}
	return "its answer cannot be read"
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
