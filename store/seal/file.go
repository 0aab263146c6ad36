// The key file: JSON with both keysets, for its owner's eyes only.
package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// Errors that a caller decides on.
var (
	// ErrMissing: there is no key file at that path.
	ErrMissing = errors.New("no key file")
	// ErrExists: Create never replaces a key file, for what it sealed would be lost.
	ErrExists = errors.New("there is a key file already")
	// ErrMode: others may read the key file.
	ErrMode = errors.New("key file is open to others")
)

// keyFile is what the file holds. The keys are in the clear: whoever may read
// the file may read the database, hence its mode and its place outside the
// data folder.
type keyFile struct {
	Format int             `json:"posada_keys"`
	AEAD   json.RawMessage `json:"aead"`
	PRF    json.RawMessage `json:"prf"`
}

const fileFormat = 1

// Create makes a key file with fresh keys, and its folder (mode 0700) if
// missing. It never replaces one: ErrExists.
func Create(path string) (*Seal, error) {
	s, err := New()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the key file: %w", err)
	}
	// A hard link, unlike a rename, fails where a file is already.
	err = s.write(path, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%w: %s", ErrExists, path)
	}
	if err != nil {
		return nil, fmt.Errorf("create key file %s: %w", path, err)
	}
	return s, nil
}

// Open reads a key file. ErrMissing when there is none, ErrMode when its mode
// lets others at it.
func Open(path string) (*Seal, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrMissing, path)
	}
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("key file %s is not a file", path)
	}
	// Windows shows no such bits.
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("%w: %s has mode %04o; if nobody else has read it, run: chmod 600 %[2]s", ErrMode, path, mode)
	}
	// What a parser says of a broken file is not repeated: it could quote a key.
	var file keyFile
	if err := json.NewDecoder(f).Decode(&file); err != nil {
		return nil, fmt.Errorf("key file %s is damaged: not the JSON that Posada writes", path)
	}
	if file.Format != fileFormat {
		return nil, fmt.Errorf("key file %s has format %d, this Posada reads format %d", path, file.Format, fileFormat)
	}
	a, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(file.AEAD)))
	if err != nil {
		return nil, fmt.Errorf("key file %s is damaged: its sealing keys cannot be read", path)
	}
	p, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(file.PRF)))
	if err != nil {
		return nil, fmt.Errorf("key file %s is damaged: its finding keys cannot be read", path)
	}
	s, err := from(a, p)
	if err != nil {
		return nil, fmt.Errorf("key file %s is damaged: its keys are of the wrong kind", path)
	}
	return s, nil
}

// Rotate adds a sealing key to the file: it seals from then on, the older ones
// still open. A process that has the file open keeps sealing with the key it
// knows until it starts again; a rewrite of the database moves all values to
// the new key.
func Rotate(path string) (*Seal, error) {
	s, err := Open(path)
	if err != nil {
		return nil, err
	}
	if s, err = s.rotated(); err != nil {
		return nil, err
	}
	if err := s.write(path, os.Rename); err != nil {
		return nil, fmt.Errorf("rotate key file %s: %w", path, err)
	}
	return s, nil
}

// write puts the whole file in place at once, by place, and on the disk: a key
// file cut in half, or lost with the power, is a database lost.
func (s *Seal) write(path string, place func(from, to string) error) error {
	file := keyFile{Format: fileFormat}
	for _, part := range []struct {
		to   *json.RawMessage
		keys *keyset.Handle
	}{{&file.AEAD, s.aeadKeys}, {&file.PRF, s.prfKeys}} {
		var b bytes.Buffer
		if err := insecurecleartextkeyset.Write(part.keys, keyset.NewJSONWriter(&b)); err != nil {
			return fmt.Errorf("write keys: %w", err)
		}
		*part.to = b.Bytes()
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	folder := filepath.Dir(path)
	tmp, err := os.CreateTemp(folder, ".posada-keys-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(text, '\n'))
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := place(tmp.Name(), path); err != nil {
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes a new name outlive a power cut. Windows cannot and need not.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
