// Long polling: the way in that needs no public address.
package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	pollTimeout = 50 * time.Second // how long Telegram holds a poll that brings nothing
	pollGrace   = 15 * time.Second // and the network, on top of it
	pollLines   = 32               // so many chats of one batch are taken in at once
)

func (c *Channel) runPolling(ctx context.Context) {
	if !c.insist(ctx, func() error { return c.RemoveWebhook(ctx) }) {
		return
	}
	c.intake.end()
	c.chores.add(c.setCommands)
	p := poller{c: c, done: map[int64]bool{}}
	var network, store backoff
	hold := pollTimeout
	for ctx.Err() == nil {
		batch, err := p.fetch(ctx, hold)
		if err != nil {
			var pause time.Duration
			if pause, hold = c.mishap(ctx, err, &network); !wait(ctx, pause) {
				return
			}
			continue
		}
		network.reset()
		c.intake.end()
		hold = pollTimeout
		if err := p.take(ctx, batch); err != nil && !wait(ctx, store.next(time.Second, 30*time.Second)) {
			return
		} else if err == nil {
			c.store.end()
			store.reset()
		}
	}
}

// insist repeats f until it succeeds, and tells whether it did before ctx ended.
func (c *Channel) insist(ctx context.Context, f func() error) bool {
	var b backoff
	for {
		err := f()
		if err == nil {
			return true
		}
		pause, _ := c.mishap(ctx, err, &b)
		if !wait(ctx, pause) {
			return false
		}
	}
}

// mishap notes why nothing comes in and tells the operator once. It returns the
// pause before the next try, and how long the next poll may be held: a short
// one shows soon that all is well again.
func (c *Channel) mishap(ctx context.Context, err error, b *backoff) (pause, hold time.Duration) {
	if ctx.Err() != nil {
		return 0, 0
	}
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{words: err.Error()}
	}
	why, class := "", ""
	switch {
	case f.status == http.StatusUnauthorized || f.status == http.StatusNotFound:
		class = "token"
		why = "Telegram refuses the token. Set the one that @BotFather shows for this bot."
		pause = b.next(time.Minute, 5*time.Minute)
	case f.status == http.StatusConflict && f.about == aboutWebhook:
		class = "webhook"
		why = "A webhook was set for this bot by another program, and takes all that comes in. Stop that program and start this one again, or use another bot."
		pause, hold = b.next(10*time.Second, time.Minute), pollTimeout
	case f.status == http.StatusConflict:
		class = "poller"
		why = "Another program asks for this bot's messages. Stop it, or use another bot."
		pause, hold = b.next(5*time.Second, time.Minute), pollTimeout
	case f.status == http.StatusTooManyRequests:
		class = "pause"
		why = "Telegram asks for a pause: too many requests."
		pause = f.after
	case f.fault == faultRefused:
		class = "set-up"
		why = fmt.Sprintf("Telegram does not accept the set-up: %s.", f.words)
		pause = b.next(10*time.Second, 5*time.Minute)
	default:
		class = "network"
		why = fmt.Sprintf("Telegram cannot be reached: %s.", f.words)
		pause = b.next(time.Second, time.Minute)
	}
	if c.intake.begin(class, why, time.Now()) {
		c.report(fmt.Errorf("telegram: nothing comes in: %s", why))
	}
	return pause, hold
}

// poller holds what is known of the queue at Telegram.
type poller struct {
	c      *Channel
	offset int64          // the first update that is not acknowledged; 0 for whatever is first
	done   map[int64]bool // later ones that are taken in all the same
}

// fetch acknowledges what lies before the offset and asks for more.
func (p *poller) fetch(ctx context.Context, hold time.Duration) ([]json.RawMessage, error) {
	params := tgbotapi.Params{"allowed_updates": list(wanted)}
	if p.offset > 0 {
		params["offset"] = strconv.FormatInt(p.offset, 10)
	}
	if hold > 0 {
		params["timeout"] = strconv.Itoa(int(hold / time.Second))
	}
	a, err := p.c.call(ctx, hold+pollGrace, "getUpdates", params)
	if err != nil {
		return nil, err
	}
	var batch []json.RawMessage
	if json.Unmarshal(a.result, &batch) != nil {
		return nil, &failure{method: "getUpdates", fault: faultLost, code: "answer", words: "the answer cannot be read"}
	}
	if len(batch) == 0 {
		// All is acknowledged. After a quiet week Telegram counts from another
		// number, and an offset that is too high would hide what comes.
		p.offset = 0
	}
	return batch, nil
}

// errStuck: a batch brought nothing that could be acknowledged.
var errStuck = errors.New("telegram: no update of a batch could be acknowledged")

// take takes a batch in: the updates of one chat in order, those of different
// chats side by side. The offset moves past what is done, and no further.
func (p *poller) take(ctx context.Context, batch []json.RawMessage) error {
	var ids []int64
	var lines []*line
	byChat := map[int64]*line{}
	updates := make([]update, 0, len(batch))
	for _, raw := range batch {
		u, err := parse(raw)
		if u.id == 0 || !p.done[u.id] {
			p.c.begin(u, err)
		}
		if u.id != 0 {
			updates = append(updates, u)
		}
	}
	slices.SortStableFunc(updates, func(a, b update) int { return cmp.Compare(a.id, b.id) })
	for _, u := range updates {
		ids = append(ids, u.id)
		switch l := byChat[u.chat]; {
		case p.done[u.id]:
		case u.chat == 0:
			p.done[u.id] = true
		case l == nil:
			l = &line{updates: []update{u}}
			byChat[u.chat] = l
			lines = append(lines, l)
		default:
			l.updates = append(l.updates, u)
		}
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, pollLines)
	for _, l := range lines {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			l.run(ctx, p.c)
		})
	}
	all.Wait()
	var err error
	for _, l := range lines {
		for _, u := range l.updates[:l.taken] {
			p.done[u.id] = true
		}
		if l.err != nil {
			err = l.err
		}
	}
	moved := false
	for _, id := range ids {
		if !p.done[id] {
			break
		}
		delete(p.done, id)
		p.offset, moved = id+1, true
	}
	if err == nil && !moved && len(batch) > 0 {
		return errStuck
	}
	return err
}

// line is what one chat has in a batch. What fails holds up what follows it.
type line struct {
	updates []update
	taken   int
	err     error
}

func (l *line) run(ctx context.Context, c *Channel) {
	for _, u := range l.updates {
		if l.err = c.keep(ctx, u); l.err != nil {
			return
		}
		l.taken++
	}
}

// list is a JSON list of words that need no escape.
func list(words []string) string {
	b, _ := json.Marshal(words) // a list of strings always can be encoded
	return string(b)
}
