// What a session lets go of as time passes.
package flows

import (
	"slices"
	"strings"
	"time"
)

// Expire erases the answers whose lifetime has passed by now, and empties the
// session of a person who was silent for Silence. It tells whether anything
// changed. A person who stood in a flow whose answers are gone is led out of
// it: judging on half the answers would be judging wrongly.
//
// A lifetime counts from a flow's first answer. One as long as Silence ends
// only with the contact.
func (b *Book) Expire(s Session, now time.Time) (Session, bool) {
	minute := now.Unix() / 60
	s = b.renamed(s)
	if s.Empty() || s.Seen == 0 {
		return s, false // nothing was ever said
	}
	if minute-s.Seen >= int64(Silence.Minutes()) {
		return Session{Stopped: s.Stopped, Told: s.Told}, true
	}
	vault := s.Vault
	if v, err := decodeVault(vault); err != nil || v.past(minute) {
		s.Vault = ""
	}
	var gone []string
	for _, a := range s.Answers {
		f := b.flowByID[a.Flow]
		if f != nil && (f.lifetime >= Silence || minute-a.Given < int64(f.lifetime.Minutes())) {
			continue
		}
		if f == nil && strings.HasPrefix(a.Flow, remindersPrefix) {
			continue // of a programme that is gone the person is told first
		}
		if !slices.Contains(gone, a.Flow) {
			gone = append(gone, a.Flow)
		}
	}
	// What was said last may tell what was answered: it lives no longer.
	old := func(p Shown) bool {
		f := b.flowByID[p.Flow]
		return f != nil && f.lifetime < Silence && len(f.answers) > 0 && minute-s.Seen >= int64(f.lifetime.Minutes())
	}
	changed := slices.ContainsFunc(s.Shown, old)
	if changed {
		s.Shown = slices.DeleteFunc(slices.Clone(s.Shown), old)
	}
	for _, flow := range gone {
		s.eraseAnswers(flow)
		s.leave(flow)
		s.Stack = slices.DeleteFunc(slices.Clone(s.Stack), func(p Place) bool { return p.Flow == flow })
		s.Shown = slices.DeleteFunc(slices.Clone(s.Shown), func(p Shown) bool { return p.Flow == flow })
		if s.Flow == flow && flow != b.roles.First {
			menu := b.flowByID[b.roles.Menu].start
			s.Flow, s.Node, s.Expired = menu.flow.ID, menu.id, true
		}
	}
	return s, changed || s.Vault != vault || len(gone) > 0
}
