// The public URL: under which name the providers find the webhooks.
package webhook

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path"
	"strings"
)

// CheckPublic judges the two settings of the webhooks: where they listen and
// the URL by which providers reach them, in front of whatever proxy ends TLS.
// Either both are given or neither. The error is a sentence for the operator.
//
// Why a listener needs the URL: a provider signs the address that it was told,
// or is told one, and no request says truly what that was.
func CheckPublic(listen, public string) error {
	switch {
	case listen == "" && public == "":
		return nil
	case listen == "":
		return errors.New("there is a public URL and no address for the webhooks to listen on: give one, such as 127.0.0.1:8081, and let the proxy that ends TLS lead to it")
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil || !digits(port) || host != "" && host != "localhost" && !isIP(host) {
		return errors.New("the webhooks' address to listen on is not one: write it as 127.0.0.1:8081, or :8081 for every network of this computer")
	}
	return CheckPublicURL(public)
}

// CheckPublicURL judges the public URL alone. It is https, with a host and
// maybe a path. The one exception is http to a loopback name: no provider can
// reach that, so nothing that a person wrote crosses a network in clear; doubles
// of the providers on the same computer do.
func CheckPublicURL(public string) error {
	if public == "" {
		return errors.New("the webhooks have no public URL: without it no provider's request can be told from a forged one; give the URL under which providers reach this computer, such as https://posada.example.org")
	}
	why := "cannot be read" // url.Parse would repeat it, a password in it too
	if u, err := url.Parse(public); err == nil {
		why = amiss(u)
		if why == "" && strings.Contains(public, "#") { // an empty one leaves no trace in u
			why = fragment
		}
	}
	if why != "" {
		return fmt.Errorf("the public URL %s: write it as https://posada.example.org", why)
	}
	return nil
}

// Join is the address of a webhook: a path below a public URL.
func Join(public, path string) string { return strings.TrimSuffix(public, "/") + path }

const fragment = "has a fragment (what follows the #), which no server ever sees"

// amiss is what is wrong with a public URL, "" for nothing.
func amiss(u *url.URL) string {
	local := loopbackHost(u.Host)
	switch {
	case u.Scheme != "https" && u.Scheme != "http" || u.Opaque != "":
		return "does not begin with https://"
	case u.Hostname() == "":
		return "names no host"
	case u.User != nil:
		return "holds a user or a password, which providers would be told"
	case u.RawQuery != "" || u.ForceQuery:
		return "has a query (what follows the ?), which belongs to the single webhooks"
	case u.Fragment != "":
		return fragment
	case u.Scheme == "http" && !local:
		return "is not https: what people write would cross the network for all to read"
	case strings.HasSuffix(u.Host, ":"):
		return "has no number for a port"
	case !local && strings.Contains(u.Hostname(), ":"):
		return "names an IPv6 address, for which signatures cannot be checked"
	case strings.TrimSuffix(u.Path, "/") != "" && !plain(strings.TrimSuffix(u.Path, "/")) || u.RawPath != "":
		return "has a path that can be written in more than one way"
	}
	return ""
}

func isIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// plain tells whether s is a path that is written in only one way.
func plain(s string) bool {
	return strings.HasPrefix(s, "/") && s != "/" && path.Clean(s) == s && (&url.URL{Path: s}).EscapedPath() == s
}
