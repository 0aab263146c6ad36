// The findings of posada doctor.
package telegram

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/channel/telegram/telegramtest"
)

func TestDoctorFindsWhatToMend(t *testing.T) {
	hook := func(c *Config) { c.Webhook = "https://posada.example/hook" }
	for name, c := range map[string]struct {
		options []telegramtest.Option
		config  []func(*Config)
		before  func(t *testing.T, s *telegramtest.Server, c *Channel)
		want    map[string]bot.Level
		says    string
	}{
		"all is well": {nil, nil, nil, map[string]bot.Level{"telegram token": bot.Fine, "clock": bot.Fine, "telegram webhook": bot.Fine}, "@PosadaTestBot"},
		"a refused token": {[]telegramtest.Option{telegramtest.WithToken("1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")}, []func(*Config){func(c *Config) { c.Token = telegramtest.Token }}, nil,
			map[string]bot.Level{"telegram token": bot.Fail}, "@BotFather"},
		"nobody there":      {nil, nil, func(_ *testing.T, s *telegramtest.Server, _ *Channel) { s.Close() }, map[string]bot.Level{"telegram token": bot.Fail}, "cannot be reached"},
		"something else":    {nil, nil, func(_ *testing.T, s *telegramtest.Server, _ *Channel) { s.Fail("getMe", 1, telegramtest.HTML200) }, map[string]bot.Level{"telegram token": bot.Fail}, "cannot be reached"},
		"groups":            {[]telegramtest.Option{telegramtest.WithGroups()}, nil, nil, map[string]bot.Level{"telegram groups": bot.Warn}, "/setjoingroups"},
		"a clock behind":    {[]telegramtest.Option{telegramtest.WithClockOff(2 * time.Minute)}, nil, nil, map[string]bot.Level{"clock": bot.Fail}, "behind"},
		"a clock ahead":     {[]telegramtest.Option{telegramtest.WithClockOff(-2 * time.Minute)}, nil, nil, map[string]bot.Level{"clock": bot.Fail}, "ahead of"},
		"no webhook":        {nil, []func(*Config){hook}, nil, map[string]bot.Level{"telegram webhook": bot.Fail}, "posada serve"},
		"the right webhook": {nil, []func(*Config){hook}, func(t *testing.T, _ *telegramtest.Server, c *Channel) { set(t, c) }, map[string]bot.Level{"telegram webhook": bot.Fine}, "leads to the address"},
		"another webhook": {nil, []func(*Config){hook}, func(t *testing.T, s *telegramtest.Server, _ *Channel) {
			set(t, channel(t, s, newRecord(), func(c *Config) { c.Webhook = "https://else.example/x" }))
		}, map[string]bot.Level{"telegram webhook": bot.Fail}, "another address"},
		"a webhook while polling": {nil, nil, func(t *testing.T, s *telegramtest.Server, c *Channel) {
			set(t, channel(t, s, newRecord(), hook))
		}, map[string]bot.Level{"telegram webhook": bot.Warn}, "polling"},
		"calls that fail": {nil, []func(*Config){hook}, func(t *testing.T, s *telegramtest.Server, c *Channel) {
			s.Route("https://posada.example", "http://127.0.0.1:1")
			set(t, c)
			s.Say(1, "x")
			s.Await("a failed call", func() bool {
				info, err := c.webhookInfo(t.Context())
				return err == nil && info.Error != ""
			})
		}, map[string]bot.Level{"telegram webhook": bot.Fine, "telegram webhook calls": bot.Warn}, "Connection refused"},
		"a long queue": {nil, nil, func(_ *testing.T, s *telegramtest.Server, _ *Channel) {
			for i := range manyPending + 1 {
				s.Say(int64(i+1), "x")
			}
		}, map[string]bot.Level{"telegram queue": bot.Warn}, "101 messages wait"},
	} {
		t.Run(name, func(t *testing.T) {
			s := telegramtest.New(t, c.options...)
			ch := channel(t, s, newRecord(), c.config...)
			if c.before != nil {
				c.before(t, s, ch)
			}
			found := ch.Diagnose(t.Context())
			all := fmt.Sprint(found)
			got := map[string]bot.Level{}
			for _, f := range found {
				got[f.Subject] = f.Level
				if f.Level != bot.Fine && f.Mend == "" || f.Text == "" {
					t.Errorf("%s says too little", f.Subject)
				}
			}
			for subject, level := range c.want {
				if l, ok := got[subject]; !ok || l != level {
					t.Errorf("%s: level %d (%v), want %d", subject, l, ok, level)
				}
			}
			if !strings.Contains(all, c.says) {
				t.Errorf("it does not say %q: %s", c.says, all)
			}
			leaks(t, "a finding", all)
		})
	}
}

func set(t *testing.T, c *Channel) {
	t.Helper()
	if err := c.setWebhook(t.Context()); err != nil {
		t.Fatal(err)
	}
}
