// Passwords: argon2id, and which are refused.

package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/secure/precis"

	"posada/locales"
)

const (
	passwordLeast = 12  // characters
	passwordMost  = 256 // characters; more is no password
	passwordKinds = 5   // different characters at least

	hashesAtOnce = 2 // each needs the memory of its cost
	hashBytes    = 32
	saltBytes    = 16
)

// cost is what a guess costs.
type cost struct {
	Memory  uint32 `json:"m"` // KiB
	Time    uint32 `json:"t"` // passes
	Threads uint8  `json:"p"`
}

// today is the cost that OWASP advises for argon2id. A password hashed at
// another is hashed anew when it is next given.
var today = cost{Memory: 19 * 1024, Time: 2, Threads: 1}

// hash is a password as it is kept.
type hash struct {
	Cost cost   `json:"cost"`
	Salt hidden `json:"salt"`
	Sum  hidden `json:"sum"`
}

// sum hashes when there is room for it.
func (s *Staff) sum(ctx context.Context, password string, salt hidden, c cost) (hidden, error) {
	select {
	case s.room <- struct{}{}:
		defer func() { <-s.room }()
	case <-ctx.Done():
		return nil, fmt.Errorf("hash a password: %w", ctx.Err())
	}
	return argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Threads, hashBytes), nil
}

// hashed is a password as it is to be kept.
func (s *Staff) hashed(ctx context.Context, password string) (*hash, error) {
	h := &hash{Cost: s.cost, Salt: make(hidden, saltBytes)}
	rand.Read(h.Salt)
	var err error
	h.Sum, err = s.sum(ctx, password, h.Salt, h.Cost)
	return h, err
}

// fits compares a typed password. With none to compare to it takes as long and
// does not fit.
func (s *Staff) fits(ctx context.Context, h *hash, typed string) (bool, error) {
	password, err := precis.OpaqueString.String(typed)
	if err != nil || utf8.RuneCountInString(password) > passwordMost {
		h, password = nil, ""
	}
	if h == nil {
		h = &hash{Cost: s.cost, Salt: make(hidden, saltBytes)}
	}
	sum, err := s.sum(ctx, password, h.Salt, h.Cost)
	return err == nil && subtle.ConstantTimeCompare(sum, h.Sum) == 1, err
}

// passwordOf is a chosen password in the one form that all its spellings have
// (RFC 8265), or ErrPassword.
func passwordOf(chosen, name string) (string, error) {
	password, err := precis.OpaqueString.String(chosen)
	n := utf8.RuneCountInString(password)
	if err != nil || n < passwordLeast || n > passwordMost || easy(password, name) {
		return "", ErrPassword
	}
	return password, nil
}

// easy tells whether a password is among the first that are guessed.
func easy(password, name string) bool {
	low := strings.ToLower(password)
	kinds := map[rune]bool{}
	for _, r := range low {
		kinds[r] = true
	}
	unit := repeated(low)
	if len(kinds) < passwordKinds || runs(unit) || len(unit) < min(len(low), passwordLeast) {
		return true
	}
	folded := squashed(low)
	for _, part := range append(locales.Words(locales.Fold(name)), squashed(name)) {
		// Two letters are in half of all words.
		if utf8.RuneCountInString(part) > 2 && strings.Contains(folded, part) {
			return true
		}
	}
	// "Password2024!" is "password" to whoever guesses, and so is "P4ssw0rd".
	letters := strings.TrimFunc(low, func(r rune) bool { return !unicode.IsLetter(r) })
	return common[squashed(letters)] || common[squashed(plain.Replace(letters))] || common[squashed(plain.Replace(low))]
}

// squashed is a text without case, marks and spaces.
func squashed(s string) string { return strings.ReplaceAll(locales.Fold(s), " ", "") }

// plain undoes what is commonly written for letters.
var plain = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// repeated is what a text repeats, or the text.
func repeated(s string) string {
	if i := strings.Index((s + s)[1:], s); i+1 < len(s) {
		return s[:i+1]
	}
	return s
}

// rows are keys that lie, or characters that come, one after another.
var rows = []string{
	"abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm",
	"azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujm",
}

// runs tells whether a text is nothing but one row, there or back.
func runs(s string) bool {
	back := []rune(s)
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	for _, row := range rows {
		if strings.Contains(row, s) || strings.Contains(row, string(back)) {
			return true
		}
	}
	return false
}
