// Settings that are not well formed.
package twilio

import (
	"context"
	"errors"
	"strings"
	"testing"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/twilio/twiliotest"
)

func settings() Config {
	return Config{
		AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, PublicURL: public, SMS: Sender{From: twiliotest.SMSNumber},
		Receive:   func(context.Context, bot.Inbound) (bot.Receipt, error) { return bot.Receipt{}, nil },
		Delivered: func(context.Context, deliver.Report) error { return nil },
	}
}

func TestSettingsThatAreWrongAreNamedAndNotShown(t *testing.T) {
	const secret = "s3cr3tNone"
	for what, change := range map[string]func(*Config){
		"account SID":          func(c *Config) { c.AccountSID = "AC" + secret },
		"account SID ":         func(c *Config) { c.AccountSID = "" },
		"auth token is":        func(c *Config) { c.AuthToken = "" },
		"auth token must":      func(c *Config) { c.AuthToken = secret + "\n" },
		"old auth token":       func(c *Config) { c.OldAuthToken = secret + " " },
		"neither a number":     func(c *Config) { c.SMS.From = "" },
		"SMS sender":           func(c *Config) { c.SMS.From = "555" + secret },
		"SMS sender must":      func(c *Config) { c.SMS.From = "15005550006" },
		"WhatsApp sender":      func(c *Config) { c.WhatsApp.From = "whatsapp:+14155238886" },
		"WhatsApp sender must": func(c *Config) { c.WhatsApp.From = "MG" + secret },
		"public URL is":        func(c *Config) { c.PublicURL = "" },
		"public URL must":      func(c *Config) { c.PublicURL = "http://posada.example.org/" + secret },
		"slash":                func(c *Config) { c.PublicURL = public + "/" },
		"query":                func(c *Config) { c.PublicURL = public + "?x=" + secret },
		"user name":            func(c *Config) { c.PublicURL = "https://me:" + secret + "@posada.example.org" },
		"not a URL":            func(c *Config) { c.PublicURL = "https://[" + secret },
		"base URL of the API":  func(c *Config) { c.API = "ftp://" + secret },
		`"reminders"`:          func(c *Config) { c.Templates = map[string]string{"reminders": "HX" + strings.Repeat("0", 32)} },
		"after the slash":      func(c *Config) { c.Templates = map[string]string{"reminder/": "HX" + strings.Repeat("0", 32)} },
		"ContentSid":           func(c *Config) { c.Templates = map[string]string{"reminder/es": secret} },
		"nobody takes":         func(c *Config) { c.Receive = nil },
	} {
		c := settings()
		change(&c)
		a, err := New(c)
		if a != nil || !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), strings.TrimSpace(what)) {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), twiliotest.AuthToken) {
			t.Errorf("%s: it is shown: %v", what, err)
		}
	}
}

func TestSettingsThatAreRightAreTaken(t *testing.T) {
	for what, change := range map[string]func(*Config){
		"as they are":    func(*Config) {},
		"a service":      func(c *Config) { c.SMS.From = twiliotest.Service },
		"WhatsApp alone": func(c *Config) { c.SMS.From, c.WhatsApp.From = "", twiliotest.WhatsAppNumber },
		"a port":         func(c *Config) { c.PublicURL = "https://posada.example.org:8443" },
		"IPv6":           func(c *Config) { c.PublicURL = "https://[2001:db8::1]" },
		"templates": func(c *Config) {
			c.Templates = map[string]string{"reminder/es": "HX" + strings.Repeat("0", 32), "any": "HX" + strings.Repeat("1", 32), "reply/zh-Hans": "HX" + strings.Repeat("2", 32)}
		},
	} {
		c := settings()
		change(&c)
		if _, err := New(c); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
