// Chats of many: Posada says once that it is for private chats, and leaves. It
// must not sit where it could read.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// textGroup is the message for chats of many.
const textGroup = "telegram.group"

// maxGroups bounds how many groups are remembered.
const maxGroups = 1024

// groups remembers where it was said. The zero value is ready.
type groups struct {
	mu sync.Mutex
	by map[int64]*groupState
}

type groupState struct {
	told  bool // why Posada leaves
	busy  bool // somebody is about to leave it
	again bool // and it gave a sign of life meanwhile
}

// enter tells whether somebody is to leave the group now, and whether to say
// why first.
func (g *groups) enter(chat int64) (leave, tell bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.by[chat]
	if s == nil {
		if g.by == nil || len(g.by) >= maxGroups {
			g.by = map[int64]*groupState{}
		}
		s = &groupState{}
		g.by[chat] = s
	}
	if s.busy {
		s.again = true
		return false, false
	}
	tell = !s.told
	s.busy, s.told = true, true
	return true, tell
}

// done ends what enter began. It tells the same as enter, where the group was
// heard of meanwhile and that was not from before Posada left.
func (g *groups) done(chat int64, left bool) (leave, tell bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.by[chat]
	if s == nil {
		return false, false
	}
	tell = !s.told
	leave = s.again && (tell || !left)
	s.again, s.busy, s.told = false, leave, s.told || leave
	return leave, tell
}

// gone notes that a group was left: who adds Posada anew is told anew.
func (g *groups) gone(chat int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := g.by[chat]; s != nil {
		s.told, s.again = false, false
	}
}

func (c *Channel) leaveGroup(e groupEvent) {
	if e.gone {
		c.groups.gone(e.chat)
		return
	}
	leave, tell := c.groups.enter(e.chat)
	if !leave {
		return
	}
	added := c.chores.add(func(ctx context.Context) {
		for again := true; again; {
			again, tell = c.groups.done(e.chat, c.leaveOnce(ctx, e, tell))
		}
	})
	if !added {
		c.groups.done(e.chat, true)
	}
}

// leaveOnce tells whether Posada is out.
func (c *Channel) leaveOnce(ctx context.Context, e groupEvent, tell bool) bool {
	id := strconv.FormatInt(e.chat, 10)
	if text := c.groupText(e.lang); tell && text != "" {
		// Where it may not speak it leaves without a word.
		_, _ = c.call(ctx, callLimit, "sendMessage", tgbotapi.Params{"chat_id": id, "text": text, "link_preview_options": noPreview})
	}
	_, err := c.call(ctx, callLimit, "leaveChat", tgbotapi.Params{"chat_id": id})
	var f *failure
	if !errors.As(err, &f) || f.fault == faultRefused && (f.status == http.StatusForbidden || f.status == http.StatusBadRequest) {
		return true // or it was not in it any more
	}
	if ctx.Err() == nil {
		c.report(fmt.Errorf("telegram: a group was not left, and will be at its next message: %w", err))
	}
	return false
}

// groupText is the message in that language, or, when there is none of exactly
// that, in every language.
func (c *Channel) groupText(lang string) string {
	if l := c.catalogue.Language(lang); l != nil && l.Has(textGroup) {
		return l.Raw(textGroup)
	}
	var all []string
	for _, l := range c.catalogue.Languages() {
		if text := l.Raw(textGroup); text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n")
}
