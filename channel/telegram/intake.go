// Taking an update in, however it came.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"posada/bot"
)

// begin does what an update asks for beside the conversation, and never fails:
// it is counted, a callback query is answered, a group is left.
func (c *Channel) begin(u update, err error) {
	c.count(u.kind)
	if err != nil {
		c.report(fmt.Errorf("telegram: %w is passed over", err))
	}
	if u.query != "" {
		c.answerQuery(u.query)
	}
	if u.group != nil {
		c.leaveGroup(*u.group)
	}
	if u.chat != 0 && u.message != 0 {
		c.last.note(u.chat, u.message)
	}
}

// keep makes durable what an update says. After an error it must come again.
func (c *Channel) keep(ctx context.Context, u update) error {
	var err error
	switch {
	case u.in != nil:
		in := *u.in
		in.At = time.Now()
		_, err = c.receive(ctx, in)
	case u.reachable != nil:
		err = c.reach(ctx, address(u.chat), *u.reachable)
	default:
		return nil
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bot.ErrInbound), errors.Is(err, bot.ErrStep):
		// The next time it would fail in the same way.
		c.report(fmt.Errorf("telegram: a message is passed over: %w", err))
		return nil
	case ctx.Err() != nil:
		return err
	}
	if c.store.begin("store", "What comes in from Telegram cannot be kept. See the store's own fault.", time.Now()) {
		c.report(fmt.Errorf("telegram: what comes in cannot be kept, and is asked for again: %w", err))
	}
	return err
}

// queryLimit bounds the answer to a callback query: later it helps nobody.
const queryLimit = 10 * time.Second

// answerQuery lets the button that was pressed come to rest. That it failed is
// of no use to anybody.
func (c *Channel) answerQuery(id string) {
	c.chores.add(func(ctx context.Context) {
		_, _ = c.call(ctx, queryLimit, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": id})
	})
}
