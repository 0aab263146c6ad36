// Who is let in to the private pages, and what every answer forbids.

package webhook

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const local = "localhost:8080"

func TestGuardAnswersOnlyAPageOfThisComputer(t *testing.T) {
	type header map[string]string
	for _, c := range []struct {
		name   string
		method string
		host   string
		header header
		proto  string
		why    string // "": let pass
	}{
		{name: "typed address", host: local},
		{name: "no port", host: "localhost"},
		{name: "capitals", host: "LOCALHOST:80"},
		{name: "IPv4", host: "127.0.0.1:8080"},
		{name: "another loopback IPv4", host: "127.8.9.10"},
		{name: "IPv6", host: "[::1]:8080"},
		{name: "IPv6 without port", host: "[::1]"},
		{name: "the page's own request", method: "POST", host: local, header: header{"Origin": "http://" + local, "Sec-Fetch-Site": "same-origin"}},
		{name: "no browser", method: "POST", host: local},
		{name: "typed, as browsers say it", host: local, header: header{"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}},
		{name: "a link on Posada's other pages", host: local, header: header{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}},

		{name: "another name", host: "posada.example:8080", why: whyHost},
		{name: "a name that only begins so", host: "localhost.example", why: whyHost},
		{name: "a name that only begins like an address", host: "127.0.0.1.example", why: whyHost},
		{name: "a sub-domain", host: "a.localhost", why: whyHost},
		{name: "the network", host: "192.168.1.7:8080", why: whyHost},
		{name: "any address", host: "0.0.0.0:8080", why: whyHost},
		{name: "IPv6 that is no loopback", host: "[fe80::1]:8080", why: whyHost},
		{name: "mapped IPv4", host: "[::ffff:127.0.0.1]:8080", why: whyHost},
		{name: "IPv6 with a zone", host: "[::1%25lo]:8080", why: whyHost},
		{name: "a port that is none", host: "localhost:http", why: whyHost},
		{name: "a decimal address", host: "2130706433", why: whyHost},
		{name: "no host", host: "", why: whyHost},

		{name: "another site's origin", method: "POST", host: local, header: header{"Origin": "https://evil.example"}, why: whyOrigin},
		{name: "another port's origin", method: "POST", host: local, header: header{"Origin": "http://localhost:9"}, why: whyOrigin},
		{name: "another name of this computer", method: "POST", host: local, header: header{"Origin": "http://127.0.0.1:8080"}, why: whyOrigin},
		{name: "a page without origin", method: "POST", host: local, header: header{"Origin": "null"}, why: whyOrigin},
		{name: "an empty origin", method: "POST", host: local, header: header{"Origin": ""}, why: whyOrigin},
		{name: "an extension", method: "POST", host: local, header: header{"Origin": "chrome-extension://" + local}, why: whyOrigin},
		{name: "reading from another origin", host: local, header: header{"Origin": "http://evil.example"}, why: whyOrigin},
		{name: "another site", method: "POST", host: local, header: header{"Sec-Fetch-Site": "cross-site"}, why: whyOrigin},
		{name: "another site reads", host: local, header: header{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, why: whyOrigin},
		{name: "another site links", host: local, header: header{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, why: whyOrigin},
		{name: "another port reads", host: local, header: header{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, why: whyOrigin},
		{name: "another port posts", method: "POST", host: local, header: header{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, why: whyOrigin},

		{name: "forwarded", host: local, header: header{"Forwarded": "for=203.0.113.9"}, why: whyProxy},
		{name: "forwarded, empty", host: local, header: header{"Forwarded": ""}, why: whyProxy},
		{name: "forwarded for", host: local, header: header{"X-Forwarded-For": "127.0.0.1"}, why: whyProxy},
		{name: "forwarded proto", host: local, header: header{"x-forwarded-proto": "https"}, why: whyProxy},
		{name: "forwarded by a header yet unknown", host: local, header: header{"X-Forwarded-Anything": "1"}, why: whyProxy},
		{name: "real ip", host: local, header: header{"X-Real-IP": "203.0.113.9"}, why: whyProxy},
		{name: "via", host: local, header: header{"Via": "1.1 cache"}, why: whyProxy},
		{name: "a tunnel", host: local, header: header{"CF-Connecting-IP": "203.0.113.9"}, why: whyProxy},
		{name: "HTTP/1.0", host: local, proto: "HTTP/1.0", why: whyProxy},
	} {
		t.Run(c.name, func(t *testing.T) {
			method := c.method
			if method == "" {
				method = http.MethodGet
			}
			r := httptest.NewRequest(method, "/", nil)
			r.Host = c.host
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			if c.proto != "" {
				r.Proto, r.ProtoMajor, r.ProtoMinor = c.proto, 1, 0
			}
			passed := false
			w := httptest.NewRecorder()
			Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true })).ServeHTTP(w, r)
			switch {
			case passed != (c.why == ""):
				t.Errorf("passed: %v (%s)", passed, w.Body)
			case passed:
			case w.Code != http.StatusForbidden || strings.TrimSpace(w.Body.String()) != c.why:
				t.Errorf("%d %q, want 403 %q", w.Code, w.Body, c.why)
			}
		})
	}
}

func TestEveryPrivateAnswerForbidsWhatNoPageAskedFor(t *testing.T) {
	h := Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/missing" {
			http.NotFound(w, r)
		}
	}))
	forwarded := httptest.NewRequest("GET", "http://"+local+"/", nil)
	forwarded.Header.Set("X-Forwarded-For", "203.0.113.9")
	for _, r := range []*http.Request{httptest.NewRequest("GET", "http://"+local+"/", nil), httptest.NewRequest("GET", "http://"+local+"/missing", nil), forwarded} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", r.URL.Path, name, got, want)
			}
		}
	}
}

func TestAPageMaySetItsOwnPolicy(t *testing.T) {
	w := httptest.NewRecorder()
	Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
	})).ServeHTTP(w, httptest.NewRequest("GET", "http://"+local+"/", nil))
	if got := w.Header()["Content-Security-Policy"]; len(got) != 1 || got[0] != "default-src 'self'" {
		t.Errorf("the policy is %q", got)
	}
}
