// Who may talk to the private pages: a browser or a tool on this computer, and
// of pages in a browser only those that this process gave it.
package webhook

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Headers that only a proxy adds. Behind a proxy the private pages would be on
// the internet: the phone's people are simulated, but anybody could fill the
// store, and read what the metrics count.
var proxyHeaders = []string{"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip"}

const proxyPrefix = "X-Forwarded-"

// Guard refuses with 403 what does not come from this computer, and says why
// in a sentence: a Host that is no loopback name (which is how DNS rebinding
// begins), a request that a proxy forwarded, one that another page made. It
// sets the headers of every answer; a page that needs more than nothing sets
// its own Content-Security-Policy.
func Guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hardenPage(w.Header())
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
	whyProxy  = "This page does not answer through a proxy. Open it on the computer that runs Posada."
	whyHost   = "This page answers on its own computer only. Open it as http://localhost or http://127.0.0.1, with its port."
	whyOrigin = "Another page asked for this page. Open it by typing its address."
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
	if !loopbackHost(r.Host) {
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

// loopbackHost tells whether a Host header, with any port or none, names this
// computer.
func loopbackHost(host string) bool {
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

// policy lets an answer load and do nothing at all.
const policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func hardenPage(h http.Header) {
	harden(h)
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// harden is for every answer on every listener.
func harden(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
}
