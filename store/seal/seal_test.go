// Sealing, finding and the key file.

package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"posada/store/seal"
)

func create(t *testing.T) (*seal.Seal, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys", "posada.keys")
	s, err := seal.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return s, path
}

func TestAValueOpensOnlyAtItsPlace(t *testing.T) {
	s, _ := create(t)
	sealed, err := s.Seal("sessions", []byte("k1"), []byte("me llamo Ana"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("Ana")) {
		t.Fatal("the text can be read in the sealed value")
	}
	if got, err := s.Open("sessions", []byte("k1"), sealed); err != nil || string(got) != "me llamo Ana" {
		t.Fatalf("open = %q, %v", got, err)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another bucket": func() ([]byte, error) { return s.Open("contacts", []byte("k1"), sealed) },
		"another key":    func() ([]byte, error) { return s.Open("sessions", []byte("k2"), sealed) },
		"shifted border": func() ([]byte, error) { return s.Open("session", []byte("sk1"), sealed) },
		"changed value":  func() ([]byte, error) { return s.Open("sessions", []byte("k1"), changed) },
		"empty value":    func() ([]byte, error) { return s.Open("sessions", []byte("k1"), nil) },
	} {
		if got, err := open(); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("%s: open = %q, %v; want ErrOpen", name, got, err)
		}
	}
}

func TestAKeyFileReadsBackAndFindsTheSame(t *testing.T) {
	made, path := create(t)
	read, err := seal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := made.Seal("b", []byte("k"), []byte("v"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read.Open("b", []byte("k"), sealed); err != nil || string(got) != "v" {
		t.Fatalf("open = %q, %v", got, err)
	}
	a, _ := made.Find("contact", "sms", "+15550100")
	b, _ := read.Find("contact", "sms", "+15550100")
	if a != b {
		t.Fatal("the same address is found under another key after reading back")
	}
}

func TestFindSeparatesPurposesAndParts(t *testing.T) {
	s, _ := create(t)
	seen := map[seal.Key]string{}
	for _, parts := range [][]string{
		{"contact", "sms", "12"}, {"optout", "sms", "12"}, {"contact", "sms1", "2"},
		{"contact", "sm", "s12"}, {"contact", "sms12"}, {"contact", "sms", "12", ""},
	} {
		k, err := s.Find(parts[0], parts[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.Join(parts, "|")
		if other, ok := seen[k]; ok {
			t.Errorf("%s and %s are found under one key", name, other)
		}
		seen[k] = name
	}
}

func TestAfterRotationTheOldStillOpens(t *testing.T) {
	old, path := create(t)
	before, _ := old.Seal("b", []byte("k"), []byte("before"))
	check, err := old.Check()
	if err != nil {
		t.Fatal(err)
	}
	now, err := seal.Rotate(path)
	if err != nil {
		t.Fatal(err)
	}
	after, _ := now.Seal("b", []byte("k"), []byte("after"))
	if _, err := old.Open("b", []byte("k"), after); !errors.Is(err, seal.ErrOpen) {
		t.Fatalf("the old keys open what the new one sealed (%v): nothing was rotated", err)
	}
	again, err := seal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for sealed, want := range map[*[]byte]string{&before: "before", &after: "after"} {
		if got, err := again.Open("b", []byte("k"), *sealed); err != nil || string(got) != want {
			t.Errorf("open = %q, %v, want %q", got, err, want)
		}
	}
	if err := again.Fits(check); err != nil {
		t.Errorf("the rotated file does not fit its database: %v", err)
	}
	a, _ := old.Find("contact", "sms", "1")
	b, _ := again.Find("contact", "sms", "1")
	if a != b {
		t.Error("rotation lost every contact: they are found under other keys")
	}
	newer, err := again.Check()
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Fits(newer); !errors.Is(err, seal.ErrUnfit) {
		t.Errorf("a key file from before the rotation fits a database sealed after it: %v", err)
	}
}

func TestAnotherKeyFileDoesNotFit(t *testing.T) {
	a, _ := create(t)
	b, _ := create(t)
	check, err := a.Check()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Fits(check); err != nil {
		t.Errorf("own check: %v", err)
	}
	for name, c := range map[string][]byte{"another file's": check, "none": nil, "short": check[:4]} {
		if err := b.Fits(c); !errors.Is(err, seal.ErrUnfit) {
			t.Errorf("%s check fits: %v", name, err)
		}
	}
}

func TestCreateNeverReplaces(t *testing.T) {
	_, path := create(t)
	before, _ := os.ReadFile(path)
	if _, err := seal.Create(path); !errors.Is(err, seal.ErrExists) {
		t.Fatalf("create over a key file = %v, want ErrExists", err)
	}
	after, _ := os.ReadFile(path)
	if !bytes.Equal(before, after) {
		t.Fatal("the key file was changed")
	}
	left, _ := os.ReadDir(filepath.Dir(path))
	if len(left) != 1 {
		t.Errorf("%d files in the folder, want the key file alone", len(left))
	}
}

func TestTheKeyFileIsItsOwnersOnly(t *testing.T) {
	_, path := create(t)
	modes := func() (file, folder os.FileMode) {
		t.Helper()
		f, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := os.Stat(filepath.Dir(path))
		return f.Mode().Perm(), d.Mode().Perm()
	}
	if f, d := modes(); f != 0o600 || d != 0o700 {
		t.Errorf("modes %o and %o, want 600 and 700", f, d)
	}
	if _, err := seal.Rotate(path); err != nil {
		t.Fatal(err)
	}
	if f, _ := modes(); f != 0o600 {
		t.Errorf("mode %o after rotation, want 600", f)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := seal.Open(path)
		if !errors.Is(err, seal.ErrMode) || !strings.Contains(err.Error(), "chmod 600 "+path) {
			t.Errorf("mode %o: %v, want ErrMode and the way to mend it", mode, err)
		}
	}
}

func TestABrokenKeyFileIsRefusedWithoutQuotingIt(t *testing.T) {
	_, path := create(t)
	good, _ := os.ReadFile(path)
	for name, text := range map[string]string{
		"empty":        "",
		"cut":          string(good[:len(good)/2]),
		"no keys":      `{"posada_keys":1}`,
		"newer format": strings.Replace(string(good), `"posada_keys": 1`, `"posada_keys": 2`, 1),
		"swapped":      strings.NewReplacer(`"aead"`, `"prf"`, `"prf"`, `"aead"`).Replace(string(good)),
		"not json":     "SECRETSECRET",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := seal.Open(path)
		if err == nil {
			t.Errorf("%s: opened", name)
			continue
		}
		if strings.Contains(err.Error(), "SECRET") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := seal.Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, seal.ErrMissing) {
		t.Errorf("missing file: %v, want ErrMissing", err)
	}
	if _, err := seal.Open(t.TempDir()); err == nil {
		t.Error("a folder was opened as a key file")
	}
}

func BenchmarkSeal(b *testing.B) {
	s, err := seal.New()
	if err != nil {
		b.Fatal(err)
	}
	plain := bytes.Repeat([]byte("x"), 400)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Seal("sessions", []byte("0123456789abcdef"), plain); err != nil {
			b.Fatal(err)
		}
	}
}
