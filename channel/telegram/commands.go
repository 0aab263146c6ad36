// The commands that Telegram shows beside the text field, in each language.
package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"posada/locales"
)

// Commands are words that the conversation understands everywhere, the most
// needed first. What each does is said by the message textCommand + its name.
var commandNames = []string{"menu", "help", "language", "repeat", "source", "back", "stop", "start", "delete"}

const textCommand = "telegram.command."

// maxDescription is the most runes of what a command does.
const maxDescription = 256

// privateChats is where the commands are shown.
const privateChats = `{"type":"all_private_chats"}`

// setCommands sets them all, and tells the operator what failed. Nothing else
// depends on it.
func (c *Channel) setCommands(ctx context.Context) {
	if err := c.setCommandsFor(ctx, c.catalogue.Language(locales.Source), ""); err != nil {
		c.commandsFailed(ctx, err)
		return
	}
	for _, l := range c.catalogue.Languages() {
		code, _, _ := strings.Cut(l.Code, "-") // Telegram knows codes of two letters alone: fa-AF is fa
		if len(code) != 2 {
			continue
		}
		if err := c.setCommandsFor(ctx, l, code); err != nil {
			c.commandsFailed(ctx, err)
		}
	}
}

func (c *Channel) commandsFailed(ctx context.Context, err error) {
	if ctx.Err() == nil {
		c.report(fmt.Errorf("telegram: commands were not set; they will be at the next start: %w", err))
	}
}

// setCommandsFor sets the commands of one language; code "" is for whoever has
// no other. What may have been lost is done again: it does no harm twice.
func (c *Channel) setCommandsFor(ctx context.Context, l *locales.Language, code string) error {
	var all []tgbotapi.BotCommand
	for _, name := range commandNames {
		if text := []rune(l.Raw(textCommand + name)); len(text) > 0 {
			all = append(all, tgbotapi.BotCommand{Command: name, Description: string(text[:min(len(text), maxDescription)])})
		}
	}
	if len(all) == 0 {
		return nil
	}
	encoded, _ := json.Marshal(all) // strings always can be encoded
	params := tgbotapi.Params{"commands": string(encoded), "scope": privateChats}
	params.AddNonEmpty("language_code", code)
	var b backoff
	for try := 1; ; try++ {
		_, err := c.call(ctx, callLimit, "setMyCommands", params)
		var f *failure
		if !errors.As(err, &f) {
			return nil
		}
		if try == 5 || f.fault == faultRefused && f.after == 0 || !wait(ctx, max(f.after, b.next(time.Second, time.Minute))) {
			return err
		}
	}
}
