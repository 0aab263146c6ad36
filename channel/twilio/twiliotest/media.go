// Media: what is sent with a message is fetched from its address, as Twilio does,
// and kept until it is erased.
package twiliotest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxMedia is the most bytes that WhatsApp takes.
const maxMedia = 16 << 20

// mediaURL tells whether Twilio would try to fetch it.
func mediaURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// fetch gets what goes with a message, and delivers the message; one whose media
// cannot be had, or are no audio, fails with the codes of the real service.
func (d *Twilio) fetch(m *message) {
	raw, code := d.download(m.media)
	d.mu.Lock()
	defer d.mu.Unlock()
	m.sound = raw
	d.deliver(m, "", code)
	d.happened()
}

// download asks for the header first and then for the whole, and wants the same
// type of both.
func (d *Twilio) download(address string) (raw []byte, code int) {
	const failed, mistyped = 63019, 12300
	d.mu.Lock()
	path, ours := strings.CutPrefix(address, d.public)
	target := d.target
	d.mu.Unlock()
	if !ours || target == "" {
		return nil, failed
	}
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		r, err := http.NewRequest(method, target+path, nil)
		if err != nil {
			return nil, failed
		}
		r.Header.Set("User-Agent", "TwilioProxy/1.1")
		answer, err := client.Do(r)
		if err != nil {
			return nil, failed
		}
		raw, err = io.ReadAll(io.LimitReader(answer.Body, maxMedia+1))
		_ = answer.Body.Close() // it was read
		kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
		switch {
		case err != nil || answer.StatusCode != http.StatusOK:
			return nil, failed
		case kind != "audio/ogg":
			return nil, mistyped
		case method == http.MethodGet && (len(raw) == 0 || len(raw) > maxMedia):
			return nil, failed
		case method == http.MethodGet && (!bytes.HasPrefix(raw, []byte("OggS")) || !bytes.Contains(raw[:min(len(raw), 64)], []byte("OpusHead"))):
			return nil, mistyped
		}
	}
	return raw, 0
}

// held finds the message of a request about media. The lock is held.
func (d *Twilio) held(w http.ResponseWriter, r *http.Request) *message {
	m := d.messages[r.PathValue("Sid")]
	if m == nil {
		writeError(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
	}
	return m
}

func (d *Twilio) listMedia(w http.ResponseWriter, r *http.Request) {
	if !sameAccount(w, r.PathValue("AccountSid")) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.held(w, r)
	if m == nil {
		return
	}
	list := []map[string]any{}
	if m.mediaSID != "" {
		list = append(list, map[string]any{"sid": m.mediaSID, "account_sid": AccountSID, "parent_sid": m.sid, "content_type": "audio/ogg",
			"uri": fmt.Sprintf("/2010-04-01/Accounts/%s/Messages/%s/Media/%s.json", AccountSID, m.sid, m.mediaSID)})
	}
	writeJSON(w, http.StatusOK, map[string]any{"media_list": list, "page": 0, "page_size": 50, "uri": r.URL.Path})
}

func (d *Twilio) deleteMedia(w http.ResponseWriter, r *http.Request) {
	if !sameAccount(w, r.PathValue("AccountSid")) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.held(w, r)
	switch {
	case m == nil:
	case m.mediaSID == "" || m.mediaSID+".json" != r.PathValue("Media"):
		writeError(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
	case !m.finished():
		writeError(w, http.StatusConflict, 20009, "Cannot delete this resource before it is complete")
	default:
		m.mediaSID = ""
		d.happened()
		w.WriteHeader(http.StatusNoContent)
	}
}

// KeptMedia are the addresses of the media that Twilio still keeps, by
// MessageSid.
func (d *Twilio) KeptMedia() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string]string{}
	for id, m := range d.messages {
		if m.mediaSID != "" {
			out[id] = m.media
		}
	}
	return out
}
