// Who wrote, and how Twilio wants them named: phone numbers in all the forms
// in which they come, and WhatsApp users who show no number.
package twilio

import (
	"regexp"
	"strings"
)

const (
	whatsappPrefix = "whatsapp:"
	// userPrefix marks an address that is a WhatsApp user's id and no number.
	userPrefix = "user:"
)

// userID is WhatsApp's id of a user for one business: a country, sometimes
// "ENT", and letters and digits.
var userID = regexp.MustCompile(`^[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}$`)

// withheld are the numbers that stand for a caller who has none: ANONYMOUS,
// RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE on a telephone's keys.
var withheld = map[string]bool{
	"+266696687": true, "+7378742833": true, "+2562533": true, "+8656696": true, "+86282452253": true,
}

// e164 tells whether a number is written as Twilio takes it: "+", and 7 to 15
// digits of which the first is not 0.
func e164(s string) bool {
	if len(s) < 8 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	for _, c := range []byte(s[1:]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// phone is a number in the one form under which its contact is kept, "" for
// what is none or cannot be answered: short codes, names, withheld numbers. A
// number without "+" is not guessed at: it might become somebody else's.
func phone(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '-', '.', '(', ')', '\t':
			return -1
		}
		return r
	}, s)
	if !e164(s) || withheld[s] {
		return ""
	}
	return s
}

// split takes the channel off an address of Twilio's: "" as channel for one
// that Posada does not speak on.
func split(address string) (channel, rest string) {
	if rest, ok := strings.CutPrefix(address, whatsappPrefix); ok {
		return WhatsApp, rest
	}
	if strings.Contains(address, ":") {
		return "", "" // rcs:, messenger: and the like
	}
	return SMS, address
}

// identity is the id of a contact, "" for nobody who can be answered. A number
// comes first: it is the same for a person as long as WhatsApp shows it.
func identity(channel, from, external string) string {
	if p := phone(from); p != "" || channel != WhatsApp {
		return p
	}
	for _, id := range []string{strings.TrimPrefix(external, whatsappPrefix), from} {
		if userID.MatchString(id) {
			return userPrefix + id
		}
	}
	return ""
}

// recipient is the address of a contact as Twilio takes it; "" for what cannot
// be one.
func recipient(channel, id string) string {
	switch user, ok := strings.CutPrefix(id, userPrefix); {
	case channel == WhatsApp && ok && userID.MatchString(user):
		return whatsappPrefix + user
	case channel == WhatsApp && e164(id):
		return whatsappPrefix + id
	case channel == SMS && e164(id):
		return id
	}
	return ""
}
