// The webhook: Telegram calls, and is told 200 once what it brought is durable.
package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
	// maxUpdate bounds one update. The longest text with all its entities
	// takes less than a tenth of it.
	maxUpdate = 1 << 20
	// webhookConnections is how many updates Telegram may bring at once. The
	// store commits them together.
	webhookConnections = 64
	// watchEvery is how often Telegram is asked whether its calls arrive.
	watchEvery = 5 * time.Minute
)

// Handler is the webhook. It answers with a status and nothing else, whoever
// asks; without a secret in the settings it does not exist.
func (c *Channel) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(c.hook(w, r)) })
}

func (c *Channel) hook(w http.ResponseWriter, r *http.Request) (status int) {
	if c.secret() == "" {
		return http.StatusNotFound
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed
	}
	if !c.authentic(r.Header[secretHeader]) {
		return http.StatusUnauthorized
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return http.StatusUnsupportedMediaType
	}
	if r.ContentLength > maxUpdate {
		return http.StatusRequestEntityTooLarge
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	}
	u, err := parse(raw)
	c.begin(u, err)
	if err := c.keep(r.Context(), u); err != nil {
		return http.StatusInternalServerError
	}
	c.store.end()
	return http.StatusOK
}

// authentic compares sums, so that time tells neither content nor length.
func (c *Channel) authentic(header []string) bool {
	if len(header) != 1 {
		return false
	}
	sum := sha256.Sum256([]byte(header[0]))
	return subtle.ConstantTimeCompare(sum[:], c.secretSum[:]) == 1
}

// RemoveWebhook has Telegram keep what comes in until somebody polls for it.
// Nothing that waits is lost.
func (c *Channel) RemoveWebhook(ctx context.Context) error {
	_, err := c.call(ctx, callLimit, "deleteWebhook", nil)
	return err
}

func (c *Channel) setWebhook(ctx context.Context) error {
	_, err := c.call(ctx, callLimit, "setWebhook", tgbotapi.Params{
		"url": c.webhook, "secret_token": c.secret(), "allowed_updates": list(wanted), "max_connections": strconv.Itoa(webhookConnections),
	})
	return err
}

func (c *Channel) runWebhook(ctx context.Context) {
	if !c.insist(ctx, func() error { return c.setWebhook(ctx) }) {
		return
	}
	c.intake.end()
	c.chores.add(c.setCommands)
	for wait(ctx, watchEvery) {
		info, err := c.webhookInfo(ctx)
		if err != nil {
			// That we cannot ask does not mean that they cannot call.
			continue
		}
		if why := info.trouble(c.webhook, time.Now().Add(-watchEvery)); why == "" {
			c.intake.end()
		} else if c.intake.begin("calls", why, time.Now()) {
			c.report(fmt.Errorf("telegram: %s", why))
		}
	}
}

// webhookInfo is what Telegram knows of the webhook.
type webhookInfo struct {
	URL     string   `json:"url"`
	Pending int      `json:"pending_update_count"`
	ErrorAt int64    `json:"last_error_date"`
	Error   string   `json:"last_error_message"`
	Allowed []string `json:"allowed_updates"`
}

func (c *Channel) webhookInfo(ctx context.Context) (webhookInfo, error) {
	var info webhookInfo
	a, err := c.call(ctx, callLimit, "getWebhookInfo", nil)
	if err != nil {
		return info, err
	}
	if json.Unmarshal(a.result, &info) != nil {
		return info, &failure{method: "getWebhookInfo", fault: faultLost, code: "answer", words: "the answer cannot be read"}
	}
	return info, nil
}

// trouble says why updates do not arrive, "" when nothing is known against it.
func (i webhookInfo) trouble(url string, since time.Time) string {
	switch {
	case i.URL == "":
		return "The webhook was removed. Start Posada again to set it."
	case i.URL != url:
		return "The webhook was set to another address by another program. Stop that program and start Posada again, or use another bot."
	case i.Pending > 0 && i.ErrorAt > since.Unix():
		return "Telegram's calls to the webhook fail" + i.said() + "."
	}
	return ""
}

// said is the last fault in Telegram's words, where they may be shown.
func (i webhookInfo) said() string {
	if q := quote(i.Error); q != "" {
		return " (" + q + ")"
	}
	return ""
}
