// What `posada doctor` finds out about the bot.
package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"posada/bot"
)

const (
	// clockSlack is how far the clock may be off: the Date of an answer is
	// exact to the second, and the answer takes a while.
	clockSlack = time.Minute
	// manyPending is how many messages may wait without being a sign of
	// trouble.
	manyPending = 100
	// recentFault is how long a fault of the webhook is worth a word.
	recentFault = time.Hour
)

var usernameForm = regexp.MustCompile(`^[A-Za-z0-9_]{3,64}$`)

// Diagnose asks Telegram about the token, the webhook and the time. It changes
// nothing.
func (c *Channel) Diagnose(ctx context.Context) []bot.Finding {
	asked := time.Now()
	a, err := c.call(ctx, callLimit, "getMe", nil)
	if err != nil {
		return []bot.Finding{tokenTrouble(err)}
	}
	took := time.Since(asked)
	out := me(a.result)
	if f, ok := clock(a.date, asked.Add(took/2)); ok {
		out = append(out, f)
	}
	info, err := c.webhookInfo(ctx)
	if err != nil {
		return append(out, bot.Finding{
			Subject: "telegram webhook", Level: bot.Warn, Text: fmt.Sprintf("Telegram did not say whether a webhook is set: %v.", err),
			Mend: "Try again in a minute.",
		})
	}
	return append(out, c.judge(info, time.Now())...)
}

func tokenTrouble(err error) bot.Finding {
	f := bot.Finding{Subject: "telegram token", Level: bot.Fail}
	var why *failure
	switch {
	case errors.As(err, &why) && (why.status == http.StatusUnauthorized || why.status == http.StatusNotFound):
		f.Text, f.Mend = "Telegram refuses the token.", "Set the token that @BotFather shows for this bot."
	case errors.As(err, &why) && why.fault == faultRefused:
		f.Text, f.Mend = fmt.Sprintf("Telegram does not answer: %s.", why.words), "Try again in a few minutes."
	default:
		f.Text, f.Mend = fmt.Sprintf("Telegram cannot be reached: %v.", err), "Check this computer's connection, and that nothing on the way blocks api.telegram.org."
	}
	return f
}

// me judges what the bot is.
func me(raw json.RawMessage) []bot.Finding {
	var u struct {
		IsBot    bool   `json:"is_bot"`
		Username string `json:"username"`
		Join     bool   `json:"can_join_groups"`
		ReadAll  bool   `json:"can_read_all_group_messages"`
	}
	if json.Unmarshal(raw, &u) != nil || !u.IsBot || !usernameForm.MatchString(u.Username) {
		return []bot.Finding{{
			Subject: "telegram token", Level: bot.Fail, Text: "What answers is not Telegram.",
			Mend: "Check the setting of the Bot API's address.",
		}}
	}
	out := []bot.Finding{{Subject: "telegram token", Text: fmt.Sprintf("Telegram accepts the token. It belongs to @%s.", u.Username)}}
	if u.Join || u.ReadAll {
		out = append(out, bot.Finding{
			Subject: "telegram groups", Level: bot.Warn, Text: "The bot can be added to groups, where it would be seen and could read. It leaves each one at once.",
			Mend: "Tell @BotFather /setjoingroups and choose Disable.",
		})
	}
	return out
}

// clock judges our clock by the date of an answer.
func clock(date string, now time.Time) (bot.Finding, bool) {
	theirs, err := http.ParseTime(date)
	if err != nil {
		return bot.Finding{}, false
	}
	if off := now.Sub(theirs); off.Abs() > clockSlack {
		way := "ahead of"
		if off < 0 {
			way = "behind"
		}
		return bot.Finding{
			Subject: "clock", Level: bot.Fail, Text: fmt.Sprintf("This computer's clock is %s %s Telegram's.", off.Abs().Round(time.Second), way),
			Mend: "Switch on time synchronisation: reminders and the dates of facts depend on the clock.",
		}, true
	}
	return bot.Finding{Subject: "clock", Text: "The clock agrees with Telegram's."}, true
}

// judge compares the webhook that is set with the settings.
func (c *Channel) judge(i webhookInfo, now time.Time) []bot.Finding {
	f := bot.Finding{Subject: "telegram webhook"}
	switch {
	case c.webhook == "" && i.URL == "":
		f.Text = "No webhook is set. Messages are polled for."
	case c.webhook == "":
		f.Level, f.Text = bot.Warn, "A webhook is set, but the settings ask for polling."
		f.Mend = "If another program uses this bot, use another bot. If not, posada serve removes the webhook when it starts."
	case i.URL == "":
		f.Level, f.Text, f.Mend = bot.Fail, "No webhook is set.", "Start posada serve: it sets the webhook."
	case i.URL != c.webhook:
		f.Level, f.Text = bot.Fail, "The webhook leads to another address than the settings say."
		f.Mend = "Stop the program that set it, and start posada serve again."
	case missing(i.Allowed):
		f.Level, f.Text, f.Mend = bot.Warn, "The webhook does not bring all that Posada needs.", "Start posada serve again: it sets the webhook anew."
	default:
		f.Text = "The webhook leads to the address in the settings."
	}
	out := []bot.Finding{f}
	if c.webhook != "" && i.ErrorAt > now.Add(-recentFault).Unix() {
		out = append(out, bot.Finding{
			Subject: "telegram webhook calls", Level: bot.Warn,
			Text: fmt.Sprintf("Telegram's last call to the webhook failed%s.", i.said()),
			Mend: "Check that the public address leads to posada serve and that its certificate is valid.",
		})
	}
	if i.Pending > manyPending {
		out = append(out, bot.Finding{
			Subject: "telegram queue", Level: bot.Warn, Text: fmt.Sprintf("%d messages wait at Telegram.", i.Pending),
			Mend: "Start posada serve, or look why it does not take them in.",
		})
	}
	return out
}

// missing tells whether a kind of update that is needed is not brought.
func missing(allowed []string) bool {
	have := map[string]bool{}
	for _, kind := range allowed {
		have[kind] = true
	}
	for _, kind := range wanted {
		if !have[kind] {
			return true
		}
	}
	return false
}
