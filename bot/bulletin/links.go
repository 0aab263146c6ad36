// Links: a text leads to what the directory and the operator name, and nowhere
// else. What looks like a link is one, however it is written.
package bulletin

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var (
	// linkLike is an address with a scheme, or a host with a dot in it: phones
	// make both of them links.
	linkLike = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*:/[^\s]+|(?:[\p{L}\p{M}\p{N}_-]+\.)+[\p{L}\p{M}][\p{L}\p{M}\p{N}-]+(?::\d+)?(?:[/?#][^\s]*)?|(?:\d{1,3}\.){3}\d{1,3}(?:[:/][^\s]*)`)
	// schemes open something without "//".
	schemes = regexp.MustCompile(`(?i)\b(?:tel|sms|mailto|tg|whatsapp|viber|signal|geo|javascript|data):[^\s]+`)
	// handle is how people are found in an app.
	handle = regexp.MustCompile(`@[\p{L}\p{N}_.]*[\p{L}\p{N}_]`)
	// spelt is a link that was written so that no machine finds it.
	spelt = regexp.MustCompile(`(?i)[\p{L}\p{N}-]+\s*[\[({]?\s*\b(?:dot|punto|ponto|point|pwen|nokta|tochka)\b\s*[\])}]?\s*(?:com|org|net|info|me|ly|app|mx|gob|gov|link|site|top|io)\b|[\p{L}\p{N}-]+\s*(?:点|點|точка|крапка|нокта|نقطة|نقطه|डॉट)\s*(?:com|org|net|info|me|ly|app|mx|gob|gov|link|site|top|io|ком|орг|कॉम|كوم)`)
)

// shared are hosts under which anybody has a page: the host alone is never
// approved, a whole address may be.
var shared = []string{"t.me", "telegram.me", "telegram.dog", "wa.me", "chat.whatsapp.com", "api.whatsapp.com", "whatsapp.com", "facebook.com", "fb.com", "fb.me", "m.me", "messenger.com", "instagram.com", "tiktok.com", "twitter.com", "x.com", "youtube.com", "youtu.be", "bit.ly", "tinyurl.com", "goo.gl", "is.gd", "t.co", "cutt.ly", "linktr.ee", "docs.google.com", "forms.gle", "drive.google.com", "sites.google.com", "maps.app.goo.gl", "signal.me", "signal.group", "discord.gg"}

// strayLinks lists what in a text leads to nothing approved.
func strayLinks(text string, approved []string) []string {
	text = plainText(text)
	var out []string
	stray := func(w string) {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	rest := linkLike.ReplaceAllStringFunc(text, func(found string) string {
		w, after := trimEnd(found)
		if !approvedLink(w, approved) {
			stray(w)
		}
		return " " + after
	})
	for _, shape := range []*regexp.Regexp{schemes, handle, spelt} {
		for _, w := range shape.FindAllString(rest, -1) {
			stray(strings.TrimSpace(w))
		}
	}
	return out
}

// trimEnd cuts off the punctuation of the sentence around a link.
func trimEnd(s string) (link, after string) {
	link = strings.TrimRightFunc(s, func(r rune) bool { return r != '/' && r != '=' && (unicode.IsPunct(r) || unicode.IsSymbol(r)) })
	return link, s[len(link):]
}

// approvedLink tells whether a link is on the list: by its host, or to the
// letter.
func approvedLink(link string, approved []string) bool {
	u, ok := readLink(link)
	if !ok {
		return false
	}
	for _, a := range approved {
		v, ok := readLink(strings.TrimSpace(a))
		if !ok || u.host != v.host {
			continue
		}
		if u.rest == v.rest || v.rest == "" && !slices.Contains(shared, u.host) {
			return true
		}
	}
	return false
}

// address is a link as it is compared.
type address struct{ host, rest string }

// readLink refuses what a reader takes for another host than it is: user names,
// ports, letters outside ASCII, other schemes.
func readLink(s string) (address, bool) {
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Port() != "" || strings.ContainsFunc(u.Host, func(r rune) bool { return r > unicode.MaxASCII }) || strings.Contains(s, `\`) {
		return address{}, false
	}
	host := strings.TrimPrefix(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), "www.")
	rest := strings.TrimSuffix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		rest += "?" + u.RawQuery
	}
	if u.Fragment != "" {
		rest += "#" + u.EscapedFragment()
	}
	return address{host, rest}, host != ""
}

// plainText brings a text to the letters that a phone's software reads: wide
// and circled ones are plain, what is not seen is gone, and the full stops of
// other scripts are dots between letters of ASCII.
func plainText(s string) string {
	s = norm.NFKC.String(s)
	runes := slices.DeleteFunc([]rune(s), func(r rune) bool {
		return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
	})
	ascii := func(i int) bool {
		return i >= 0 && i < len(runes) && runes[i] <= unicode.MaxASCII && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
	}
	for i, r := range runes {
		switch {
		case unicode.IsDigit(r) && r > unicode.MaxASCII:
			runes[i] = '0' + digit(r)
		case (r == '。' || r == '．' || r == '｡' || r == '․') && ascii(i-1) && ascii(i+1):
			runes[i] = '.'
		}
	}
	return string(runes)
}

// digit is the value of a decimal digit of any script: their tens stand in rows
// from zero.
func digit(r rune) rune {
	for _, span := range unicode.Nd.R16 {
		if r <= rune(span.Hi) {
			return (r - rune(span.Lo)) % 10
		}
	}
	for _, span := range unicode.Nd.R32 {
		if r <= rune(span.Hi) {
			return (r - rune(span.Lo)) % 10
		}
	}
	return 0
}

// LinkApproved tells whether a link leads to one of the approved hosts or is one of
// the approved addresses.
func LinkApproved(link string, approved []string) bool { return approvedLink(link, approved) }
