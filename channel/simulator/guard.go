// Who may talk to the phone: a browser on this computer, and only the page
// that this process gave it.
package simulator

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Headers that only a proxy adds. Behind a proxy the phone would be on the
// internet: its people are simulated, but anybody could fill the store.
var proxyHeaders = []string{"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip"}

const proxyPrefix = "X-Forwarded-"

// guard refuses what does not come from a browser on this computer, and says
// why, then sets the headers of every answer.
func guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header())
		why := refusal(r)
		if why == "" && cross.Check(r) != nil {
			why = whyOrigin
		}
		if why != "" {
			http.Error(w, why, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

const (
	whyProxy  = "The phone does not answer through a proxy. Open it on the computer that runs Posada."
	whyHost   = "The phone answers on this computer only. Open it as http://localhost or http://127.0.0.1, with its port."
	whyOrigin = "Another page asked for the phone. Open it by typing its address."
)

// refusal is why a request is refused, "" when it is not.
func refusal(r *http.Request) string {
	for name := range r.Header {
		if strings.HasPrefix(name, proxyPrefix) {
			return whyProxy
		}
	}
	for _, name := range proxyHeaders {
		if len(r.Header[name]) > 0 {
			return whyProxy
		}
	}
	// No browser speaks HTTP/1.0, but a proxy with nothing set up may.
	if !r.ProtoAtLeast(1, 1) {
		return whyProxy
	}
	// A foreign name that leads to this computer is how DNS rebinding begins.
	if !loopback(r.Host) {
		return whyHost
	}
	for _, origin := range r.Header["Origin"] {
		if !sameOrigin(origin, r.Host) {
			return whyOrigin
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return ""
	case "same-site":
		// Posada's other pages on this computer may lead here.
		if r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" {
			return ""
		}
	}
	return whyOrigin
}

// loopback tells whether a Host header, with any port or none, names this
// computer.
func loopback(host string) bool {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if !digits(port) {
			return false
		}
		name = h
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		name = host[1 : len(host)-1]
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && (addr.Is4() && addr.IsLoopback() || addr == netip.IPv6Loopback())
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, host) &&
		u.User == nil && u.Path == "" && u.RawQuery == "" && u.Fragment == ""
}

// policy lets the page use its own script, style, picture and addresses, and
// nothing else; trusted types keep the script from ever making HTML of a text.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

func harden(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}
