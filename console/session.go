// What a browser keeps of the console: the cookie of a session, and a word that
// is shown once after a redirect. And by which names the console is reached.
package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// cookieName has the prefix by which browsers refuse such a cookie from anybody
// but this very host, where TLS allows it.
func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

const sessionName, flashName = "posada", "posada-word"

func readCookie(r *http.Request, secure bool) string {
	c, err := r.Cookie(cookieName(sessionName, secure))
	if err != nil {
		return ""
	}
	return c.Value
}

func (c *Console) putCookie(w http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(name, c.Secure), Value: value, Path: "/", MaxAge: seconds,
		Secure: c.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// signInBy gives the browser the cookie of a new session. It ends with the
// browser; the session may end before.
func (v *visit) signInBy(cookie string) { v.c.putCookie(v.w, sessionName, cookie, 0) }

func (v *visit) signOutCookie() { v.c.putCookie(v.w, sessionName, "", -1) }

// flash is a word said on the next page: a key of the words, with what it is
// filled with.
type flash struct {
	Word string
	Args []string `json:",omitempty"`
}

// putFlash signs the word, so that no other page can make the console say
// something.
func (c *Console) putFlash(w http.ResponseWriter, f flash) {
	raw, err := json.Marshal(f)
	if err != nil {
		return // texts alone: it cannot fail
	}
	c.putCookie(w, flashName, base64.RawURLEncoding.EncodeToString(append(c.sign(raw), raw...)), 60)
}

// takeFlash reads the word that the last page left, once.
func (v *visit) takeFlash() (f flash) {
	got, err := v.r.Cookie(cookieName(flashName, v.c.Secure))
	if err != nil {
		return f
	}
	v.c.putCookie(v.w, flashName, "", -1)
	raw, err := base64.RawURLEncoding.DecodeString(got.Value)
	if err != nil || len(raw) < sha256.Size || !hmac.Equal(raw[:sha256.Size], v.c.sign(raw[sha256.Size:])) || json.Unmarshal(raw[sha256.Size:], &f) != nil {
		return flash{}
	}
	return f
}

func (c *Console) sign(raw []byte) []byte {
	mac := hmac.New(sha256.New, c.flashes[:])
	mac.Write(raw)
	return mac.Sum(nil)
}

// remote is the other end of a connection, without its port.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// answersTo tells whether a Host header names this console: what a browser was
// led to by another name (DNS rebinding) is not answered.
func (c *Console) answersTo(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(name), "["), "]")
	if len(c.Hosts) > 0 {
		return slices.ContainsFunc(c.Hosts, func(h string) bool { return strings.EqualFold(h, name) })
	}
	addr, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && addr.IsLoopback()
}

var spoken = language.NewMatcher([]language.Tag{language.English, language.Spanish})

// preferred is the language of a page before anybody signed in: the one asked
// for, else the browser's.
func preferred(r *http.Request) string {
	if asked := r.URL.Query().Get("lang"); has(languages, asked) {
		return asked
	}
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return languages[0]
	}
	_, i, _ := spoken.Match(tags...)
	return languages[i]
}
