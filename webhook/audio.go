// Recordings for whoever a provider sends to fetch them: those that there are,
// one by one, and nothing else below their folder.
package webhook

import (
	"bytes"
	"net/http"
	"strings"
	"time"
)

// Audio serves the recordings below a path that it is mounted at: GET and HEAD
// of PATH/LANG/ID.ogg. get reads one, false for what there is not; it is asked
// for names of letters, digits, dots, dashes and low lines alone, and must know
// every one that it answers.
func Audio(get func(lang, id string) (opus []byte, ok bool)) http.Handler { return audio{get} }

// audio is the one handler that answers to GET, and below its path too.
type audio struct {
	get func(lang, id string) ([]byte, bool)
}

// name is what stands below the path, "mam/rule.what.3.ogg".
func (a audio) serve(w http.ResponseWriter, r *http.Request, name string) {
	lang, file, _ := strings.Cut(name, "/")
	id, isOGG := strings.CutSuffix(file, ".ogg")
	if !isOGG || !safe(lang) || !safe(id) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	raw, ok := a.get(lang, id)
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "audio/ogg")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(raw))
}

// ServeHTTP is not used: the listener hands over the name.
func (a audio) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusNotFound)
}

// maxName is the most bytes of a language's code or a message's id.
const maxName = 96

// safe tells whether s can be a language or a message: never a way out of the
// folder.
func safe(s string) bool {
	if s == "" || len(s) > maxName || s[0] == '.' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == ""
}
