// Cookies, tokens, codes and passwords, as bytes that come from outside.

package staff

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// FuzzSecret: nothing but what newSecret makes is read, each in one spelling.
func FuzzSecret(f *testing.F) {
	made, _ := newSecret()
	for _, s := range []string{made, "", made[:42], made + "=", strings.Repeat("A", 43), strings.Repeat("A", 42) + "B", made + "\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, ok := secretID(s)
		if !ok {
			if id != "" {
				t.Errorf("an id of what is none")
			}
			return
		}
		raw, err := strict.DecodeString(s)
		if err != nil || len(raw) != secretBytes || strict.EncodeToString(raw) != s {
			t.Errorf("%q is read", s)
		}
		if len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "" {
			t.Errorf("id %q", id)
		}
	})
}

func TestSecretsAreAllDifferentAndTheirPapersToo(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		secret, id := newSecret()
		again, ok := secretID(secret)
		if !ok || again != id || len(secret) != secretRunes || seen[secret] || seen[id] || seen[ticket(secret)] {
			t.Fatal("a secret that is none")
		}
		seen[secret], seen[id], seen[ticket(secret)] = true, true, true
	}
}

func TestWhatIsKeptOfAnOfficerIsNotPrinted(t *testing.T) {
	h := held{officerBody: officerBody{Password: &hash{Salt: hidden("saltsalt"), Sum: hidden("sumsum")}, Code: hidden("codecode"), NewCode: hidden("newcode")}}
	text := fmt.Sprintf("%v %+v %#v %v %+v %#v %s %x", h, h, h, h.Password, *h.Password, *h.Password, h.Code, h.Code)
	for _, never := range []string{"saltsalt", "sumsum", "codecode", "newcode", "99 111 100", "0x63, 0x6f", "636f6465"} {
		if strings.Contains(text, never) {
			t.Errorf("%s is printed: %s", never, text)
		}
	}
}

func TestCodesAreThoseOfTheStandard(t *testing.T) {
	secret := hidden("12345678901234567890")
	for at, want := range map[int64]string{ // RFC 6238, appendix B, eight digits
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := fmt.Sprintf("%08d", hotp(secret, at/30)%100_000_000); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
		step, ok := codeFits(secret, want[2:4]+" "+want[4:], 0, time.Unix(at, 0))
		if !ok || step != at/30 {
			t.Errorf("at %d: step %d, %v", at, step, ok)
		}
	}
	for at, want := range map[int64]bool{-31: false, -30: true, -1: true, 0: true, 29: true, 30: true, 59: true, 60: false} {
		made := time.Unix(1_800_000_000, 0) // a step begins
		code := fmt.Sprintf("%06d", hotp(secret, made.Unix()/30)%codeModulo)
		if _, ok := codeFits(secret, code, 0, made.Add(time.Duration(at)*time.Second)); ok != want {
			t.Errorf("given %d s after its step began: %v", at, ok)
		}
		if _, ok := codeFits(secret, code, made.Unix()/30, made.Add(time.Duration(at)*time.Second)); ok {
			t.Errorf("taken twice")
		}
	}
	if _, ok := codeFits(nil, "328482", 0, time.Unix(0, 0)); ok {
		t.Error("a code of no secret")
	}
}

// FuzzCode: what is not six digits with spaces is no code, and what is fits only
// where it is the one.
func FuzzCode(f *testing.F) {
	for _, s := range []string{"", "123456", "123 456", "1234567", "-12345", "١٢٣٤٥٦", "12345\x00", "123\u00a0456"} {
		f.Add(s, int64(1_800_000_000))
	}
	f.Fuzz(func(t *testing.T, typed string, at int64) {
		code := codeOf(typed)
		if code != "" && (len(code) > codeDigits || strings.Trim(code, "0123456789") != "") {
			t.Errorf("%q is read as %q", typed, code)
		}
		now := time.Unix(at, 0)
		step, ok := codeFits(hidden("12345678901234567890"), typed, 0, now)
		if ok && (step <= 0 || fmt.Sprintf("%06d", hotp(hidden("12345678901234567890"), step)%codeModulo) != code) {
			t.Errorf("%q fits at %d", typed, at)
		}
	})
}

func TestEasyPasswordsAreRefused(t *testing.T) {
	for _, p := range []string{
		"", "short", "elevenchars", "aaaaaaaaaaaa", "abababababab", "123456789012", "987654321098", "abcdefghijkl", "qwertyuiopasdf", "mnbvcxzlkjhg",
		"password1234", "Password2026!", "P4ssw0rd!2026", "p@ssw0rd12345", "contraseña123", "CONTRASEÑA2026", "MiContraseña1", "Bienvenido2026", "i love you so much",
		"correct horse battery staple", "posadaposada", "Posada-2026-11", "1qaz2wsx3edc", "tijuana123456", "abc123abc123abc123",
		"anamaria-2026-x", "Ana María y yo 7", "ana-is-who-i-am", "a\x00bcdefghijklmnop", strings.Repeat("correct horse ", 20),
	} {
		if got, err := passwordOf(p, "Ana María"); err != ErrPassword || got != "" {
			t.Errorf("%q: %v", p, err)
		}
	}
	for _, p := range []string{"gato-verde-camina-lento", "twelve chars", "сорок-два-кота", "七つの海を越えて行く船と雲", "x9!kQ2#mZ7@w", "lento lento lento"} {
		if _, err := passwordOf(p, "Al"); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestAPasswordIsOneHoweverItsLettersAreComposed(t *testing.T) {
	s := New(nil, nil).Cheap()
	chosen, err := passwordOf("un niño\u00a0pequeño", "Ana")
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.hashed(t.Context(), chosen)
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]bool{"un nin\u0303o pequen\u0303o": true, "un niño pequeño": true, "Un niño pequeño": false, "un niño pequeño ": false, "": false} {
		if got, err := s.fits(t.Context(), h, typed); got != want || err != nil {
			t.Errorf("%q: %v, %v", typed, got, err)
		}
	}
	long := strings.Repeat("gato verde ", 30)
	if h, err = s.hashed(t.Context(), long); err != nil {
		t.Fatal(err)
	}
	if got, err := s.fits(t.Context(), h, long); got || err != nil {
		t.Errorf("fits what is too long for a password: %v, %v", got, err)
	}
	if got, err := s.fits(t.Context(), nil, chosen); got || err != nil {
		t.Errorf("fits no password: %v, %v", got, err)
	}
}

// FuzzPassword: no bytes break it, and what is taken fits itself.
func FuzzPassword(f *testing.F) {
	f.Add("gato-verde-camina-lento", "Ana")
	f.Add("\xff\u202e", "")
	s := New(nil, nil).Cheap()
	f.Fuzz(func(t *testing.T, p, name string) {
		chosen, err := passwordOf(p, name)
		if err != nil {
			return
		}
		h, err := s.hashed(t.Context(), chosen)
		if err != nil {
			t.Fatal(err)
		}
		for _, typed := range []string{p, chosen} {
			if ok, err := s.fits(t.Context(), h, typed); !ok || err != nil {
				t.Errorf("%q does not fit itself: %v", typed, err)
			}
		}
	})
}

func TestThePasswordsCostIsThatOfOWASP(t *testing.T) {
	if (New(nil, nil).cost != cost{Memory: 19 * 1024, Time: 2, Threads: 1}) {
		t.Error("it is another")
	}
}

func TestWhoFailsOftenIsRememberedWhenManyFail(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	s := slow{size: 100}
	for range slowAfter {
		s.try("guesser", now)
	}
	for i := range 1000 {
		s.try(fmt.Sprint(i), now.Add(time.Millisecond*time.Duration(i)))
		if len(s.fail) > 100 {
			t.Fatalf("%d are remembered", len(s.fail))
		}
	}
	if _, ok, _ := s.try("guesser", now.Add(999*time.Millisecond)); ok {
		t.Error("forgotten")
	}
	if _, ok, n := s.try("guesser", now.Add(slowForget)); !ok || n != 1 {
		t.Errorf("not forgotten: %d", n)
	}
}

func TestOneHouseholdIsOneSource(t *testing.T) {
	for from, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "192.0.2.1:80": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64",
		"[2001:db8:1:2::9%eth0]:443": "2001:db8:1:2::/64", "": "", "@": "@",
	} {
		if got := source(from); got != want {
			t.Errorf("%q: %q, want %q", from, got, want)
		}
	}
}
