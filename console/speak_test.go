// What is told outside of the pages is told in the pages' words.
package console

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"posada/bot/bulletin"
	"posada/bot/rumour"
	"posada/bot/withdraw"
)

func TestWhatIsToldOutsideOfThePagesHasTheirWords(t *testing.T) {
	supply := &Supply{Languages: []Tongue{{Code: "es", Name: "Español"}}}
	for lang, want := range map[string][]string{
		"en": {"Español, SMS: 5 segments, at most 3 are sent.", "Leave out (Channels): “pigeon” is none that there is.", "Why, Español: a.example is not an approved link."},
		"es": {"Español, SMS: ", "«pigeon»", "Español: a.example"},
	} {
		s := Speaker{lang, supply}
		for i, got := range []string{
			s.BulletinProblem(bulletin.Problem{Code: bulletin.CodeLong, Lang: "es", Form: "sms", N: 5, Max: 3}),
			s.BulletinProblem(bulletin.Problem{Code: bulletin.CodeAudience, Field: "except.channels", Word: "pigeon"}),
			s.RumourProblem(rumour.Problem{Code: rumour.BadLink, Field: "reason", Lang: "es", What: "a.example"}),
		} {
			if !strings.Contains(got, want[i]) {
				t.Errorf("%s: %q; want %q", lang, got, want[i])
			}
		}
		for _, err := range []error{
			bulletin.ErrChanged, bulletin.ErrOwn, bulletin.ErrNear, bulletin.ErrVoid, bulletin.ErrApprover, bulletin.ErrFixed, bulletin.ErrNoText,
			&bulletin.StateError{State: bulletin.Sent, Act: "send"}, rumour.ErrStale, rumour.ErrClosed, rumour.ErrUnclear,
			withdraw.ErrChanged, withdraw.ErrGone, withdraw.ErrState, withdraw.ErrSame, withdraw.ErrNear, withdraw.ErrUnknown, withdraw.ErrReason, withdraw.ErrAlready,
		} {
			if got := s.Declined(fmt.Errorf("do it: %w", err)); len(got) < 10 || !strings.HasSuffix(strings.TrimSuffix(got, ")"), ".") && !strings.Contains(got, "(") {
				t.Errorf("%s: %v is told as %q", lang, err, got)
			}
		}
		if got := s.Declined(errors.New("the disk is full")); got != "" {
			t.Errorf("%s: a fault is told as %q", lang, got)
		}
	}
}
