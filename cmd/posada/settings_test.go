// The settings of the channels: contradictions are refused in a sentence,
// secrets are not repeated, and each is documented.
package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

const (
	aToken   = "123456789:AAtestTESTtestTESTtestTESTtestTEST12"
	anSID    = "AC00000000000000000000000000000000"
	anAuth   = "0123456789abcdef0123456789abcdef"
	aNumber  = "+15005550006"
	aPublic  = "https://bot.example.org"
	aService = "MG00000000000000000000000000000000"
)

func TestSettingsThatContradictAreRefusedInASentence(t *testing.T) {
	homeless(t)
	twilio := []string{"--twilio-account-sid", anSID, "--twilio-auth-token", anAuth}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--twilio-account-sid", anSID, "--sms-from", aNumber, "--public-url", aPublic}, "needs --twilio-auth-token"},
		{[]string{"--sms-from", aNumber}, "need --twilio-account-sid"},
		{append(twilio, "--public-url", aPublic), "--sms-from, --whatsapp-from or both"},
		{append(twilio, "--sms-from", aNumber), "need --public-url"},
		{append(twilio, "--sms-from", aNumber, "--public-url", "http://bot.example.org"), "--public-url"},
		{append(twilio, "--sms-from", "12", "--public-url", aPublic), "twilio"},
		{append(twilio, "--whatsapp-from", aNumber, "--public-url", aPublic, "--whatsapp-template", "reminder/es=nonsense"), "twilio"},
		{[]string{"--telegram-token", "nonsense"}, "@BotFather"},
		{[]string{"--telegram-token", aToken, "--telegram-mode", "webhook"}, "needs --public-url"},
		{[]string{"--telegram-token", aToken, "--telegram-rate", "0"}, "a rate"},
		{[]string{"--telegram-token", aToken, "--workers", "0"}, "--workers"},
		{[]string{"--webhook-listen", "0.0.0.0:8081"}, "needs --public-url"},
		{[]string{"--sms-exact", "es,xx"}, "--sms-exact"},
		{[]string{"--book", filepath.Join(t.TempDir(), "none")}, "--book"},
	} {
		args := append([]string{"serve", "--listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0"}, c.args...)
		code, _, stderr := posada(t, "", args...)
		if code == 0 || !strings.Contains(stderr, c.want) {
			t.Errorf("serve %s: exit %d, %q; wanted %q", strings.Join(c.args, " "), code, stderr, c.want)
		}
		for _, secret := range []string{anAuth, aToken} {
			if strings.Contains(stderr, secret) {
				t.Errorf("serve %s prints a secret: %q", strings.Join(c.args, " "), stderr)
			}
		}
	}
}

func TestEveryFlagOfServeIsDocumentedInTheReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	app, err := kong.New(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(app.Model.Children, func(n *kong.Node) bool { return n.Name == "serve" })
	for _, f := range app.Model.Children[i].Flags {
		if f.Name == "help" {
			continue
		}
		_, row, found := strings.Cut(string(readme), "`--"+f.Name+"`")
		if !found {
			t.Errorf("the README does not speak of --%s", f.Name)
			continue
		}
		line, _, _ := strings.Cut(row, "\n")
		if f.HasDefault && f.Name != "redact" && !strings.Contains(line, "`"+f.Default+"`") {
			t.Errorf("the README does not say that --%s is %q by default: %s", f.Name, f.Default, line)
		}
		if f.Help == "" {
			t.Errorf("--%s has no help", f.Name)
		}
	}
}

func TestSecretsAreNotShownByHelp(t *testing.T) {
	homeless(t)
	t.Setenv("POSADA_TELEGRAM_TOKEN", aToken)
	t.Setenv("POSADA_TWILIO_AUTH_TOKEN", anAuth)
	for _, args := range [][]string{{"serve", "--help"}, {"doctor", "--help"}, {"serve", "--nonsense"}, {"serve", "--workers", "x"}} {
		_, stdout, stderr := posada(t, "", args...)
		if strings.Contains(stdout+stderr, aToken) || strings.Contains(stdout+stderr, anAuth) {
			t.Errorf("posada %v prints a secret", args)
		}
	}
}

func TestNumbersInTheConfigAreAskedForInQuotes(t *testing.T) {
	dir := homeless(t)
	config := filepath.Join(dir, "posada.yaml")
	if err := os.WriteFile(config, []byte("sms-from: +15005550006\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := posada(t, "", "--config", config, "serve")
	if code == 0 || !strings.Contains(stderr, "quotes") || strings.Contains(stdout+stderr, "15005550006") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
