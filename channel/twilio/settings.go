// Settings, checked for their shape before anything is done with them. What is
// wrong is said in a sentence that names the setting and never shows its value.
package twilio

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"posada/bot"
)

// ErrConfig is in every error of New.
var ErrConfig = errors.New("twilio settings")

var (
	accountSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	serviceSID = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
	contentSID = regexp.MustCompile(`^HX[0-9a-fA-F]{32}$`)
	messageSID = regexp.MustCompile(`^(SM|MM)[0-9a-fA-F]{32}$`)
	mediaSID   = regexp.MustCompile(`^ME[0-9a-fA-F]{32}$`)
	tokenShape = regexp.MustCompile(`^[0-9A-Za-z]{1,128}$`)
	langShape  = regexp.MustCompile(`^[A-Za-z]{2,3}([_-][0-9A-Za-z]{2,8})*$`)
)

// anyKind is the kind of a template that serves all of them.
const anyKind = "any"

// kinds are the kinds that a template can nudge for.
var kinds = []string{bot.Reply.String(), bot.Reminder.String(), bot.Bulletin.String(), anyKind}

func (c Config) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
	}
	switch {
	case !accountSID.MatchString(c.AccountSID):
		return bad(`the account SID must be "AC" and 32 hexadecimal digits`)
	case c.AuthToken == "":
		return bad("the auth token is missing")
	case !tokenShape.MatchString(c.AuthToken):
		return bad("the auth token must be letters and digits alone")
	case c.OldAuthToken != "" && !tokenShape.MatchString(c.OldAuthToken):
		return bad("the old auth token must be letters and digits alone")
	case c.SMS.From == "" && c.WhatsApp.From == "":
		return bad("there is neither a number nor a Messaging Service for SMS or WhatsApp")
	case !sends(c.SMS.From):
		return bad(`the SMS sender must be a number as "+15551234567" or a Messaging Service, "MG" and 32 hexadecimal digits`)
	case !sends(c.WhatsApp.From):
		return bad(`the WhatsApp sender must be a number as "+15551234567", without "whatsapp:", or a Messaging Service, "MG" and 32 hexadecimal digits`)
	case c.Receive == nil || c.Delivered == nil:
		return bad("nobody takes what Twilio posts")
	}
	if err := checkURL(c.PublicURL, "https"); err != nil {
		return bad("the public URL %v", err)
	}
	if c.API != "" {
		if err := checkURL(c.API, "https", "http"); err != nil {
			return bad("the base URL of the API %v", err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.Templates)) {
		if err := checkTemplate(key, c.Templates[key]); err != nil {
			return bad("%v", err)
		}
	}
	return nil
}

func sends(from string) bool {
	return from == "" || serviceSID.MatchString(from) || e164(from)
}

// checkURL wants an address that a webhook or a path can be added to.
func checkURL(raw string, schemes ...string) error {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return errors.New("is missing")
	case err != nil:
		return errors.New("is not a URL") // url.Error would show it, and what is in it
	case !slices.Contains(schemes, u.Scheme) || u.Host == "" || u.Hostname() == "":
		return fmt.Errorf("must begin with %s:// and a host", strings.Join(schemes, ":// or "))
	case u.User != nil:
		return errors.New("must not hold a user name or password")
	case strings.ContainsAny(raw, "?#"):
		return errors.New("must have neither a query nor a fragment")
	case strings.HasSuffix(raw, "/"):
		return errors.New("must not end with a slash")
	}
	return nil
}

func checkTemplate(key, sid string) error {
	kind, lang, has := strings.Cut(key, "/")
	switch {
	case !slices.Contains(kinds, kind):
		return fmt.Errorf("template %q: its kind must be one of %s", key, strings.Join(kinds, ", "))
	case has && !langShape.MatchString(lang):
		return fmt.Errorf("template %q: after the slash stands a language, such as es", key)
	case !contentSID.MatchString(sid):
		return fmt.Errorf(`template %q: its ContentSid must be "HX" and 32 hexadecimal digits`, key)
	}
	return nil
}

// template is the nudge for a kind and language, "" for none. A template in
// the person's own language comes before one for this kind without a language.
func (c Config) template(kind bot.Kind, lang string) string {
	for _, key := range []string{kind.String() + "/" + lang, anyKind + "/" + lang, kind.String(), anyKind} {
		if sid := c.Templates[key]; sid != "" {
			return sid
		}
	}
	return ""
}

// Nudges tells whether there is a template for messages of a kind in a language.
func (c Config) Nudges(kind bot.Kind, lang string) bool { return c.template(kind, lang) != "" }
