// The public URL: which are taken, and what is said of the others.

package webhook

import (
	"net/url"
	"strings"
	"testing"
)

func TestAPublicURLIsHTTPSWithAHostAndMaybeAPath(t *testing.T) {
	for public, why := range map[string]string{
		"https://posada.example.org":             "",
		"https://posada.example.org/":            "",
		"https://posada.example.org:8443/a/b":    "",
		"https://posada.example.org/a/":          "",
		"https://203.0.113.9":                    "",
		"https://xn--bcher-kva.example":          "",
		"http://localhost:8081":                  "",
		"http://127.0.0.1:8081/a":                "",
		"http://[::1]:8081":                      "",
		"":                                       "no public URL",
		"posada.example.org":                     "https://",
		"//posada.example.org":                   "https://",
		"ftp://posada.example.org":               "https://",
		"https:posada.example.org":               "https://",
		"https://":                               "no host",
		"https://:443":                           "no host",
		"https:///a":                             "no host",
		"http://posada.example.org":              "is not https",
		"http://localhost.example.org":           "is not https",
		"http://192.168.1.7":                     "is not https",
		"https://ana:hunter2@posada.example.org": "a password",
		"https://@posada.example.org":            "a password",
		"https://posada.example.org?":            "query",
		"https://posada.example.org/?a=1":        "query",
		"https://posada.example.org/#top":        "fragment",
		"https://posada.example.org:":            "port",
		"https://[2001:db8::1]/":                 "IPv6",
		"https://posada.example.org//a":          "more than one way",
		"https://posada.example.org/a/../b":      "more than one way",
		"https://posada.example.org/a%2Fb":       "more than one way",
		"https://posada.example.org/ñ":           "more than one way",
		"https://posada.example.org/a b":         "more than one way",
		"https://posada.example.org//":           "more than one way",
		"https://posada.example.org:port":        "cannot be read",
		"https://ana:hunter2@%zz":                "cannot be read",
		"\x00":                                   "cannot be read",
	} {
		err := CheckPublicURL(public)
		switch {
		case (err == nil) != (why == ""):
			t.Errorf("%q: %v", public, err)
		case err == nil:
		case !strings.Contains(err.Error(), why):
			t.Errorf("%q: %v, want %q in it", public, err, why)
		case strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%q: the password is repeated: %v", public, err)
		}
	}
}

func TestAListenerAndAPublicURLComeTogether(t *testing.T) {
	const url = "https://posada.example.org"
	for _, c := range []struct{ listen, public, why string }{
		{"", "", ""}, {"127.0.0.1:8081", url, ""}, {":8081", url, ""}, {"0.0.0.0:0", url, ""}, {"[::]:8081", url, ""}, {"localhost:8081", url, ""},
		{"127.0.0.1:8081", "", "no public URL"}, {":443", "", "no public URL"},
		{"", url, "no address for the webhooks to listen on"},
		{"8081", url, "is not one"}, {"posada.example.org:443", url, "is not one"}, {"127.0.0.1:http", url, "is not one"}, {"127.0.0.1", url, "is not one"},
		{":8081", "http://posada.example.org", "is not https"},
	} {
		err := CheckPublic(c.listen, c.public)
		if (err == nil) != (c.why == "") || err != nil && !strings.Contains(err.Error(), c.why) {
			t.Errorf("%q and %q: %v, want %q", c.listen, c.public, err, c.why)
		}
	}
}

func TestJoinPutsAPathBelowTheURL(t *testing.T) {
	for _, public := range []string{"https://posada.example.org/a", "https://posada.example.org/a/"} {
		if got := Join(public, "/telegram"); got != "https://posada.example.org/a/telegram" {
			t.Error(got)
		}
	}
}

// FuzzCheckPublicURL: what is taken is safe to hand to a provider.
func FuzzCheckPublicURL(f *testing.F) {
	for _, seed := range []string{"https://posada.example.org/a", "http://localhost:1", "https://a@b", "https://a/%2e%2e", "https://a?#", "https://0#", "https://[::1]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, public string) {
		if CheckPublicURL(public) != nil {
			return
		}
		u, err := url.Parse(Join(public, "/telegram"))
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !plain(u.Path) || !strings.HasSuffix(u.Path, "/telegram") ||
			u.Scheme != "https" && !loopbackHost(u.Host) {
			t.Errorf("%q was taken: %v, %v", public, u, err)
		}
	})
}
