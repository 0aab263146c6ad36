// The signature of a webhook. The library's validator is not used: it keeps
// the first of repeated parameters, mishandles IPv6 hosts and knows one token.
package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// signatureHeader holds the signature of a webhook.
const signatureHeader = "X-Twilio-Signature"

// sign returns Twilio's signature of a POST: the HMAC-SHA1 by the auth token
// of the address, followed by name and value of each parameter, sorted. Values
// are taken as they came, bytes that are not UTF-8 too; the values of a name
// that comes more than once are sorted, each taken once.
func sign(token []byte, address string, form url.Values) string {
	mac := hmac.New(sha1.New, token)
	mac.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		values := form[name]
		if len(values) > 1 {
			values = slices.Compact(slices.Sorted(slices.Values(values)))
		}
		for _, value := range values {
			mac.Write([]byte(name))
			mac.Write([]byte(value))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// genuine tells whether a POST to path (with its query, as it came) is signed
// by one of our tokens for the public URL. What the request itself says of its
// host counts for nothing: whoever asks writes that.
func (a *Account) genuine(signature, path, query string, form url.Values) bool {
	ok := false
	for _, base := range a.public {
		for _, token := range a.signers {
			if hmac.Equal([]byte(signature), []byte(sign(token, base+path+query, form))) {
				ok = true // and on: how long it takes tells nothing
			}
		}
	}
	return ok
}

// spellings are the ways in which Twilio may have signed an address: as it is
// written, without its port, and with the scheme's own.
func spellings(public string) []string {
	out := []string{public}
	scheme, rest, _ := strings.Cut(public, "://")
	authority, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	host := authority
	// The colons of an IPv6 address stand within brackets.
	if i := strings.LastIndexByte(authority, ':'); i > strings.LastIndexByte(authority, ']') {
		host = authority[:i]
	}
	standard := ":443"
	if strings.EqualFold(scheme, "http") {
		standard = ":80"
	}
	withPort := authority
	if host == authority {
		withPort += standard
	}
	for _, h := range []string{host, withPort} {
		if s := scheme + "://" + h + path; !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
