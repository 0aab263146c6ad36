// Cookies and tokens: random bytes that whoever holds them is let in by. What
// is kept is their hash, so that what is stolen lets nobody in.

package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

const (
	secretBytes = 32
	secretRunes = 43 // of it in base64url
)

// strict takes one spelling of each secret.
var strict = base64.RawURLEncoding.Strict()

// newSecret makes one, and the id of the paper that knows it.
func newSecret() (secret, id string) {
	raw := make([]byte, secretBytes)
	rand.Read(raw) // never fails
	secret = strict.EncodeToString(raw)
	id, _ = secretID(secret)
	return secret, id
}

// secretID is the id of the paper that knows a secret; false when it is none
// that was ever made.
func secretID(secret string) (id string, ok bool) {
	if len(secret) != secretRunes {
		return "", false
	}
	raw, err := strict.DecodeString(secret)
	if err != nil || len(raw) != secretBytes {
		return "", false
	}
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:]), true
}

// ticket names the session of a cookie in forms. Neither the cookie nor what is
// kept of it can be told from it, nor it from what is kept.
func ticket(cookie string) string {
	sum := sha256.Sum256([]byte("ticket of " + cookie))
	return strict.EncodeToString(sum[:16])
}

// newID is the random id of an officer.
func newID() string {
	raw := make([]byte, 8)
	rand.Read(raw)
	return hex.EncodeToString(raw)
}

// hidden is kept, and never printed.
type hidden []byte

// String hides it.
func (h hidden) String() string { return "hidden" }

// GoString hides it.
func (h hidden) GoString() string { return "hidden" }
