// numbers.go reads what is written in signs: sums, years, numbers and links.

package claim

import (
	"regexp"
	"strings"
)

// spellSigns writes out the signs that folding would take for spaces.
var signs = strings.NewReplacer("$", " usd ", "€", " usd ", "£", " usd ", "%", " percent ", "٪", " percent ")

func spellSigns(text string) string { return signs.Replace(text) }

// link finds what is an address on the web: with its scheme, or by an ending that people pass on.
var link = regexp.MustCompile(`(?i)(?:https?://(?:www\.)?([a-z0-9.-]+)|\b(?:www\.)?((?:[a-z0-9-]+\.)+(?:com|org|net|gov|mx|us|info|app|io|ly|me|xyz|site|online|link|top|shop|club)))(?:/\S*)?`)

// takeLinks takes the links out of a text, and lists the hosts they lead to, eight at most.
func takeLinks(text string) (rest string, hosts []string) {
	if !strings.Contains(text, ".") {
		return text, nil
	}
	rest = link.ReplaceAllStringFunc(text, func(s string) string {
		m := link.FindStringSubmatch(s)
		if host := strings.Trim(strings.ToLower(m[1]+m[2]), "."); host != "" && len(hosts) < 8 {
			hosts = append(hosts, host)
		}
		return " "
	})
	return rest, hosts
}

// joinThousands makes one number of "1 000" and "1.000".
func joinThousands(tokens []string) []string {
	var out []string
	for _, t := range tokens {
		if parts := strings.Split(t, "."); len(parts) > 1 && len(parts[0]) <= 3 && isNumber(parts[0]) && thousands(parts[1:]) {
			t = strings.Join(parts, "")
		}
		if n := len(out); n > 0 && len(t) == 3 && isNumber(t) && isNumber(out[n-1]) && len(out[n-1]) <= 3 {
			out[n-1] += t
			continue
		}
		out = append(out, t)
	}
	return out
}

func thousands(parts []string) bool {
	for _, p := range parts {
		if len(p) != 3 || !isNumber(p) {
			return false
		}
	}
	return true
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// number takes the token at i for a number: of a sum when money stands beside it, of a time when a word of time does, a year,
// or any other.
func (p *reading) number(i int) bool {
	t := p.tokens[i]
	if !hasDigit(t) {
		return false
	}
	if !isNumber(t) {
		return strings.ContainsAny(t, ":/.") // a time or a date; a code like "i589" is a word
	}
	beside := func(id string) bool {
		for _, j := range [2]int{i + 1, i - 1} {
			if j < 0 || j >= len(p.tokens) {
				continue
			}
			ids, _ := p.vocabulary.find(p.tokens[j:])
			for _, is := range ids {
				if is == id {
					return true
				}
			}
		}
		return false
	}
	switch {
	case beside("money"):
		p.mark(slotSum, t)
	case beside("soon"):
	case len(t) == 4 && (t[:2] == "19" || t[:2] == "20"):
		p.mark(slotYear, t)
	default:
		p.mark(slotNumber, strings.TrimLeft(t, "0"))
	}
	return true
}
