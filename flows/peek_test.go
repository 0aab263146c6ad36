// A peek says what the whole session says.

package flows

import (
	"errors"
	"testing"
)

func TestAPeekSaysWhatTheSessionSays(t *testing.T) {
	for _, s := range []Session{
		{}, {Language: "ht", Version: "2026-03-15", Stopped: true}, {Language: "zh", Consented: true, Told: true, Flow: "f", Node: "n", Misses: 3},
		{Version: "v", Oral: "mam", Vault: "x", Answers: []Answer{{Flow: "f", Name: "n", Text: "t"}}},
	} {
		raw := s.Encode()
		lang, stopped, err := PeekSession(raw)
		if err != nil || lang != s.Language || stopped != s.Stopped {
			t.Errorf("peek says %q, %v, %v; want %q, %v", lang, stopped, err, s.Language, s.Stopped)
		}
	}
	for _, raw := range [][]byte{nil, {}, {1, 0}, {2, 0, 0, 0, 0}, {1, 0, 0}, {1, 0, 0, 5, 'x'}, {1, 0, 0, 0, 200, 200}, {1, 0, 0, 0, 0x80}} {
		if _, _, err := PeekSession(raw); !errors.Is(err, ErrSession) {
			t.Errorf("%v: %v", raw, err)
		}
	}
}

func FuzzPeek(f *testing.F) {
	f.Add(Session{Language: "es", Version: "v", Stopped: true}.Encode())
	f.Add([]byte{1, 2, 0, 3, 'a'})
	f.Fuzz(func(t *testing.T, raw []byte) {
		lang, stopped, err := PeekSession(raw)
		if err != nil && (lang != "" || stopped || !errors.Is(err, ErrSession)) {
			t.Fatalf("an error with something: %v", err)
		}
		if s, whole := DecodeSession(raw); whole == nil && (err != nil || lang != s.Language || stopped != s.Stopped) {
			t.Fatalf("peek says %q, %v, %v of a session of %q, %v", lang, stopped, err, s.Language, s.Stopped)
		}
	})
}
