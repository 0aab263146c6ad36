// posada webhook: Telegram's registration of the webhook, taken back on
// demand.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type webhookCmd struct {
	Remove removeHookCmd `cmd:"" help:"Tell Telegram to forget the webhook: before moving to another machine, or to stop for good."`
}

type removeHookCmd struct {
	bookFlags
	channelFlags
}

// Run asks Telegram once. posada serve registers the webhook by itself, and
// removes it by itself when it is to ask instead.
func (c *removeHookCmd) Run(ctx context.Context, std streams) error {
	if c.TelegramToken == "" {
		return errors.New("there is no --telegram-token, so there is no webhook to remove")
	}
	b, err := c.load(time.Now())
	if err != nil {
		return err
	}
	ch, err := c.channelFlags.open(looking(b, &recordings{book: b}))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, doctorTime)
	defer cancel()
	if err := ch.telegram.RemoveWebhook(ctx); err != nil {
		return err
	}
	fmt.Fprintln(std.out, "Telegram holds messages back now, for a day at most, until posada serve runs again.")
	return nil
}
