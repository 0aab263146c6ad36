// The webhooks' common ground: what is read, whom it is from, and what is
// answered. A stranger is told nothing but a number.
package twilio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// maxBody is the most bytes of a webhook. Twilio's have a few thousand.
	maxBody = 64 << 10
	// receiveFor is how long a webhook may be worked on: Twilio waits for 15
	// seconds, and repeats it then.
	receiveFor = 13 * time.Second
)

// handler takes an authenticated webhook and answers by a result and a status.
type handler func(*http.Request, url.Values) (result string, status int)

// webhook authenticates what is posted to a path before anything of it is
// looked at.
func (a *Account) webhook(name, path string, handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		result := ResultMalformed
		form, status := read(w, r)
		if status == 0 {
			query := ""
			if r.URL.RawQuery != "" || r.URL.ForceQuery {
				query = "?" + r.URL.RawQuery
			}
			switch {
			case !a.genuine(r.Header.Get(signatureHeader), path, query, form),
				form.Get("AccountSid") != a.config.AccountSID:
				result, status = ResultForged, http.StatusForbidden
			default:
				result, status = handle(r, form)
			}
		}
		a.count(name, result)
		answer(w, status)
	})
}

// read takes in a form, or says by a status why there is none.
func read(w http.ResponseWriter, r *http.Request) (form url.Values, status int) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, http.StatusMethodNotAllowed
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, http.StatusUnsupportedMediaType
	}
	if r.ContentLength > maxBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	var body bytes.Buffer
	if _, err := io.Copy(&body, http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, http.StatusRequestEntityTooLarge
		}
		return nil, http.StatusBadRequest
	}
	form, err := url.ParseQuery(body.String())
	if err != nil {
		// What cannot be read cannot be signed.
		return nil, http.StatusForbidden
	}
	return form, 0
}

// noMessage is the answer that has Twilio say nothing in our stead.
const noMessage = `<?xml version="1.0" encoding="UTF-8"?><Response/>`

func answer(w http.ResponseWriter, status int) {
	w.Header().Set("Cache-Control", "no-store")
	if status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(status)
	// Whoever does not read the answer asks again.
	_, _ = io.WriteString(w, noMessage)
}

// field is a parameter as valid text.
func field(form url.Values, name string) string {
	return strings.ToValidUTF8(form.Get(name), "")
}

// fault is reported without anything of the request.
func fault(webhook string, err error) error {
	return fmt.Errorf("twilio %s webhook: %w", webhook, err)
}
