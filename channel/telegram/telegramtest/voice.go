// Voice messages: files that come with a call, and their ids.
package telegramtest

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
)

const (
	// maxUpload is the most bytes of a voice message.
	maxUpload = 50 << 20
	// maxShown is the most bytes of a file that is shown as a voice message; of
	// a larger one the real service makes a file.
	maxShown = 1 << 20
)

// parse reads a form, and the file that comes with it.
func (s *Server) parse(r *http.Request, name string) *refusal {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		if err := r.ParseForm(); err != nil {
			return refuse(http.StatusBadRequest, "Bad Request: can't parse the body")
		}
		return nil
	}
	if r.ContentLength > maxUpload+maxShown {
		return refuse(http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	}
	if err := r.ParseMultipartForm(maxUpload); err != nil {
		return refuse(http.StatusBadRequest, "Bad Request: can't parse the body")
	}
	for field, files := range r.MultipartForm.File {
		if name != "sendVoice" || field != "voice" || len(files) != 1 || r.Form.Has(field) {
			return refuse(http.StatusBadRequest, "Bad Request: the double takes no file %s with %s", field, name)
		}
		f, err := files[0].Open()
		if err != nil {
			return refuse(http.StatusBadRequest, "Bad Request: can't read the file")
		}
		raw, err := io.ReadAll(f)
		_ = f.Close() // it was read
		if err != nil {
			return refuse(http.StatusBadRequest, "Bad Request: can't read the file")
		}
		s.mu.Lock()
		key := "attached " + strconv.Itoa(len(s.attached))
		s.attached[key] = raw
		s.mu.Unlock()
		r.Form.Set(field, key)
	}
	return nil
}

func (s *Server) sendVoice(p url.Values) (any, *refusal) {
	raw, id, no := s.voice(p.Get("voice"))
	if no != nil {
		return nil, no
	}
	c, no := s.reachable(p)
	if no != nil {
		return nil, no
	}
	duration := 0
	if v := p.Get("duration"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			return nil, refuse(http.StatusBadRequest, "Bad Request: the duration is no number of seconds")
		}
		duration = n
	}
	caption := p.Get("caption")
	if len(utf16.Encode([]rune(caption))) > 1024 {
		return nil, refuse(http.StatusBadRequest, "Bad Request: message caption is too long")
	}
	buttons, no := markup(p.Get("reply_markup"))
	if no != nil {
		return nil, no
	}
	if s.forbidden[c.id] {
		return nil, refuse(http.StatusBadRequest, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
	}
	s.lastMessage++
	if id == "" {
		id = "AwACAgEAAx" + strconv.FormatInt(s.lastMessage, 10)
		s.files[id] = raw
	}
	m := Message{ID: s.lastMessage, Bot: true, Text: caption, Buttons: buttons, Voice: raw, Duration: duration, FileID: id}
	c.messages = append(c.messages, m)
	c.events++
	return s.wire(c, m), nil
}

// voice is what a call sends: a file that came with it, or one that was sent
// before, and then its id.
func (s *Server) voice(value string) (raw []byte, id string, no *refusal) {
	raw, attached := s.attached[value]
	switch {
	case !attached && s.files[value] != nil:
		return s.files[value], value, nil
	case !attached:
		return nil, "", refuse(http.StatusBadRequest, "Bad Request: wrong file identifier/HTTP URL specified")
	case len(raw) == 0:
		return nil, "", refuse(http.StatusBadRequest, "Bad Request: file must be non-empty")
	case len(raw) > maxUpload:
		return nil, "", refuse(http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	case len(raw) > maxShown || !bytes.HasPrefix(raw, []byte("OggS")) || !strings.Contains(string(raw[:min(len(raw), 64)]), "OpusHead"):
		return nil, "", refuse(http.StatusBadRequest, "Bad Request: the double takes for a voice message what is shown as one: OGG with Opus, of at most 1 MB")
	}
	return raw, "", nil
}

// ForbidVoices has a person take no voice messages, as Telegram lets some choose.
func (s *Server) ForbidVoices(chat int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forbidden[chat] = true
}

// DropFiles has the service forget all file ids.
func (s *Server) DropFiles() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files = map[string][]byte{}
}
