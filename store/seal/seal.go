// Package seal keeps what Posada stores unreadable without the key file.
//
// Two keysets of Tink, because they do different work and age differently:
//
//   - an AEAD keyset seals values. It rotates: Rotate adds a key that seals
//     from then on, and the older keys still open what they sealed.
//   - a PRF keyset finds a contact without storing an address. Its output is a
//     database key, so it cannot rotate without indexing everything anew.
//
// The AEAD is XChaCha20-Poly1305 and not AES-GCM: every value has a random
// nonce, and GCM's 96 bits would bound one key to about 2³² values, a bound
// that an operator who never rotates would pass unnoticed. It costs 12 bytes a
// value more.
package seal

import (
	"bytes"
	"crypto/hmac"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Errors that a caller decides on.
var (
	// ErrUnfit: the key file is not the one that a database was made with.
	ErrUnfit = errors.New("the key file does not fit this database")
	// ErrOpen: a value was not sealed with these keys for this place, or was
	// changed since.
	ErrOpen = errors.New("sealed value does not open")
)

// Key is what a keyed hash yields: it finds a row and tells nothing else.
type Key [16]byte

// Seal seals, opens and hashes. It is safe for use by many goroutines.
type Seal struct {
	aeadKeys, prfKeys *keyset.Handle

	aead tink.AEAD
	prf  *prf.Set
}

// New makes fresh keys that live in memory only: for tests, and for Create.
func New() (*Seal, error) {
	a, err := keyset.NewHandle(aead.XChaCha20Poly1305KeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make sealing keys: %w", err)
	}
	p, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make finding keys: %w", err)
	}
	return from(a, p)
}

func from(a, p *keyset.Handle) (*Seal, error) {
	s := &Seal{aeadKeys: a, prfKeys: p}
	var err error
	if s.aead, err = aead.New(a); err != nil {
		return nil, fmt.Errorf("sealing keys: %w", err)
	}
	if s.prf, err = prf.NewPRFSet(p); err != nil {
		return nil, fmt.Errorf("finding keys: %w", err)
	}
	return s, nil
}

// rotated has one more sealing key, which is the one that seals.
func (s *Seal) rotated() (*Seal, error) {
	m := keyset.NewManagerFromHandle(s.aeadKeys)
	id, err := m.Add(aead.XChaCha20Poly1305KeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("add a sealing key: %w", err)
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("seal with the new key: %w", err)
	}
	h, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("keep the new key: %w", err)
	}
	return from(h, s.prfKeys)
}

// Seal makes plain unreadable, and bound to its place: it opens under the same
// bucket and key only, so rows cannot be exchanged in a stolen file.
func (s *Seal) Seal(bucket string, key, plain []byte) ([]byte, error) {
	sealed, err := s.aead.Encrypt(plain, place(bucket, key))
	if err != nil {
		return nil, fmt.Errorf("seal a value of %s: %w", bucket, err)
	}
	return sealed, nil
}

// Open reads what Seal made under the same bucket and key, else ErrOpen.
func (s *Seal) Open(bucket string, key, sealed []byte) ([]byte, error) {
	plain, err := s.aead.Decrypt(sealed, place(bucket, key))
	if err != nil {
		return nil, fmt.Errorf("%w: bucket %s", ErrOpen, bucket)
	}
	return plain, nil
}

// place is the associated data. A bucket's name holds no zero byte, so no two
// places read the same.
func place(bucket string, key []byte) []byte {
	b := make([]byte, 0, len(bucket)+1+len(key))
	b = append(b, bucket...)
	b = append(b, 0)
	return append(b, key...)
}

// Find is the keyed hash of parts, in the domain of purpose: one address
// yields unrelated keys for unrelated purposes, so that an opt-out mark cannot
// be matched with a contact's row.
func (s *Seal) Find(purpose string, parts ...string) (Key, error) {
	in := make([]byte, 0, 96)
	for _, p := range append([]string{purpose}, parts...) {
		in = append(in, byte(len(p)>>24), byte(len(p)>>16), byte(len(p)>>8), byte(len(p)))
		in = append(in, p...)
	}
	var key Key
	out, err := s.prf.ComputePrimaryPRF(in, uint32(len(key)))
	if err != nil {
		return Key{}, fmt.Errorf("hash for %s: %w", purpose, err)
	}
	copy(key[:], out)
	return key, nil
}

// Check is a value for a database to keep: Fits tells from it whether a key
// file is the one of that database. It holds a sealed constant and a hash.
func (s *Seal) Check() ([]byte, error) {
	found, err := s.Find("check")
	if err != nil {
		return nil, err
	}
	sealed, err := s.Seal("check", found[:], []byte(checkText))
	if err != nil {
		return nil, err
	}
	return append(found[:], sealed...), nil
}

const checkText = "posada"

// Fits is nil when check was made with these keys or with older ones of the
// same file, else ErrUnfit.
func (s *Seal) Fits(check []byte) error {
	found, err := s.Find("check")
	if err != nil {
		return err
	}
	if len(check) < len(found) || !hmac.Equal(found[:], check[:len(found)]) {
		return ErrUnfit
	}
	plain, err := s.Open("check", found[:], check[len(found):])
	if err != nil || !bytes.Equal(plain, []byte(checkText)) {
		return fmt.Errorf("%w: it lacks a key that the database was sealed with", ErrUnfit)
	}
	return nil
}
