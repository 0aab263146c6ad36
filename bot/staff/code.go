// The second factor: codes that change with time, RFC 6238 as every
// authenticator speaks it (SHA-1, six digits, half a minute).

package staff

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

const (
	codeStep    = 30 * time.Second
	codeDigits  = 6
	codeModulo  = 1_000_000 // ten to the power of codeDigits
	codeSecret  = 20        // bytes: those of a SHA-1 sum
	codeWindow  = 1         // steps either side, for clocks that differ
	codeIssuer  = "Posada"
	codeURIForm = "otpauth://totp/%s?%s"
)

var codeBase32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// newCodeSecret makes what an authenticator and Posada share.
func newCodeSecret() hidden {
	raw := make(hidden, codeSecret)
	rand.Read(raw)
	return raw
}

// codeURI is what an authenticator reads from a picture.
func codeURI(secret hidden, name string) string {
	q := url.Values{
		"secret": {codeBase32.EncodeToString(secret)}, "issuer": {codeIssuer},
		"algorithm": {"SHA1"}, "digits": {fmt.Sprint(codeDigits)}, "period": {fmt.Sprint(int(codeStep.Seconds()))},
	}
	return fmt.Sprintf(codeURIForm, url.PathEscape(codeIssuer+":"+name), q.Encode())
}

// hotp is the number of RFC 4226 before it is cut to digits.
func hotp(secret hidden, step int64) uint32 {
	mac := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	return binary.BigEndian.Uint32(sum[at:]) & 0x7fff_ffff
}

// codeFits finds the step that a code is of, among those near now and above
// used, the last that was given: a code is worth nothing twice.
func codeFits(secret hidden, code string, used int64, now time.Time) (step int64, ok bool) {
	code = codeOf(code)
	if len(code) != codeDigits || len(secret) == 0 {
		return 0, false
	}
	at := now.Unix() / int64(codeStep/time.Second)
	for s := at - codeWindow; s <= at+codeWindow; s++ {
		want := fmt.Sprintf("%0*d", codeDigits, hotp(secret, s)%codeModulo)
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && s > used {
			step, ok = s, true
		}
	}
	return step, ok
}

// codeOf is the digits of what was typed: authenticators show "123 456". It is
// "" when there is anything else.
func codeOf(typed string) string {
	var digits []byte
	for _, r := range typed {
		switch {
		case r >= '0' && r <= '9' && len(digits) < codeDigits:
			digits = append(digits, byte(r))
		case r == ' ', r == '\u00a0':
		default:
			return ""
		}
	}
	return string(digits)
}
