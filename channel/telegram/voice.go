// Sending a recording as a voice message: uploaded once, and then by the id that
// Telegram gave it.
package telegram

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"sync"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
)

// sendVoice sends a recording. One that is gone is given up, and never tried
// again: its words went before it.
func (c *Channel) sendVoice(ctx context.Context, chat int64, v flows.Voice) deliver.Result {
	// It is read even where Telegram has it already: the operator may have taken
	// it away, or made it anew.
	r, err := c.recording(v)
	if err != nil {
		return deliver.Result{Outcome: deliver.Drop, Reason: bot.NoRecording}
	}
	sum := sha256.Sum256(r.Opus)
	params := tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10)}
	if id := c.uploaded.id(sum); id != "" {
		params["voice"] = id
		a, err := c.call(ctx, callLimit, "sendVoice", params)
		var f *failure
		if !errors.As(err, &f) || f.about != aboutFile {
			if err == nil {
				c.noteSent(chat, a)
			}
			return result(err)
		}
		c.uploaded.note(sum, "")
		delete(params, "voice")
	}
	if seconds := int(r.Duration.Seconds()); seconds > 0 {
		params["duration"] = strconv.Itoa(seconds)
	}
	a, err := c.upload(ctx, callLimit, "sendVoice", params, &file{field: "voice", name: "voice.ogg", kind: "audio/ogg", data: r.Opus})
	if err != nil {
		return result(err)
	}
	c.uploaded.note(sum, c.noteSent(chat, a).Voice.FileID)
	return deliver.Result{Outcome: deliver.Sent}
}

// uploads are the ids that Telegram gave to recordings, by what is in them. They
// are in memory alone, and no more than there were recordings. The zero value is
// ready.
type uploads struct {
	mu  sync.Mutex
	ids map[[sha256.Size]byte]string
}

func (u *uploads) id(sum [sha256.Size]byte) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.ids[sum]
}

// note keeps an id, "" for none (any more).
func (u *uploads) note(sum [sha256.Size]byte, id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ids == nil {
		u.ids = map[[sha256.Size]byte]string{}
	}
	if u.ids[sum] = id; id == "" {
		delete(u.ids, sum)
	}
}

// file goes with a call.
type file struct {
	field, name, kind string
	data              []byte
}

// attach turns the library's request, a form, into one with a file. The body is
// whole and in memory: a connection that turns out to be closed can be replaced
// without a doubt whether anything was sent, and errors keep their codes, which
// the library's own upload loses.
func (f *file) attach(req *http.Request) error {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return fmt.Errorf("read the form: %w", err)
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return fmt.Errorf("read the form: %w", err)
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name := range form {
		if err := m.WriteField(name, form.Get(name)); err != nil {
			return fmt.Errorf("write the form: %w", err)
		}
	}
	part, err := m.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"; filename="%s"`, f.field, f.name)}, "Content-Type": {f.kind},
	})
	if err == nil {
		_, err = part.Write(f.data)
	}
	if err = errors.Join(err, m.Close()); err != nil {
		return fmt.Errorf("write the form: %w", err)
	}
	body := b.Bytes()
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
	return nil
}
