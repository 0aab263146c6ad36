// Officers: who they are, and what an admin changes of them.

package staff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"posada/bot"
	"posada/locales"
)

// Langs are the languages of the console.
var Langs = []string{"en", "es"}

const nameMost = 40

// Officer is somebody who works with Posada.
type Officer struct {
	ID, Name string
	Role     Role
	Lang     string // of Langs
	Since    time.Time
	Ended    bool // works here no more; kept because the log names them
	HasCode  bool // of the second factor
	// LetIn is who invited or renewed them last, at LetAt: an officer's id, or
	// Command or System.
	LetIn string
	LetAt time.Time
}

// String names an officer as logs may.
func (o Officer) String() string { return "officer " + o.ID }

// GoString is String.
func (o Officer) GoString() string { return o.String() }

// officerBody is an officer as they are kept.
type officerBody struct {
	Name  string `json:"name"`
	Role  Role   `json:"role"`
	Lang  string `json:"lang"`
	Since int64  `json:"since"` // ms
	Ended bool   `json:"ended,omitempty"`
	// Epoch goes up when all that was signed in is to be so no more.
	Epoch uint64 `json:"epoch"`
	LetIn string `json:"letIn,omitempty"`
	LetAt int64  `json:"letAt,omitempty"` // ms
	Reset string `json:"reset,omitempty"` // id of the one link that renews them

	Password *hash  `json:"password,omitempty"` // nil: nobody signs in until it is renewed
	Code     hidden `json:"code,omitempty"`     // secret of the second factor
	NewCode  hidden `json:"newCode,omitempty"`  // not yet proven
	CodeStep int64  `json:"codeStep,omitempty"` // of the last code that was given
}

// held is an officer with their paper.
type held struct {
	officerBody
	paper bot.Paper
}

func (h held) officer() Officer {
	return Officer{ID: h.paper.ID, Name: h.Name, Role: h.Role, Lang: h.Lang, Since: fromMS(h.Since), Ended: h.Ended, HasCode: len(h.Code) > 0,
		LetIn: h.LetIn, LetAt: fromMS(h.LetAt)}
}

// officer reads one; ErrNoOfficer when there is none.
func (s *Staff) officer(ctx context.Context, id string) (held, error) {
	var h held
	var ok bool
	var err error
	if h.paper, ok, err = s.read(ctx, officerKind, id, &h.officerBody); err == nil && !ok {
		err = ErrNoOfficer
	}
	return h, err
}

// roster is all officers, with the paper that every change of names and roles
// writes: so none is decided by a roster that is no longer true.
type roster struct {
	paper    bot.Paper
	officers []held
}

func (s *Staff) roster(ctx context.Context) (roster, error) {
	var r roster
	var err error
	if r.paper, _, err = s.read(ctx, rosterKind, rosterID, &struct{}{}); err != nil {
		return r, err
	}
	r.paper.Body = []byte("{}")
	r.officers, err = s.list(ctx)
	return r, err
}

// list reads all officers, the ended ones too.
func (s *Staff) list(ctx context.Context) (out []held, err error) {
	err = s.all(ctx, officerKind, func(p bot.Paper) error {
		h := held{paper: p}
		if err := decode(p, &h.officerBody); err != nil {
			return err
		}
		out = append(out, h)
		return nil
	})
	return out, err
}

// admins counts those who can still invite others.
func (r roster) admins() (n int) {
	for _, h := range r.officers {
		if h.Role == RoleAdmin && !h.Ended {
			n++
		}
	}
	return n
}

// byID finds one who still works here.
func (r roster) byID(id string) (held, bool) {
	for _, h := range r.officers {
		if h.paper.ID == id && !h.Ended {
			return h, true
		}
	}
	return held{}, false
}

// named finds one by their name, however it is written.
func named(officers []held, name string) (held, bool) {
	key := locales.Fold(name)
	if i := slices.IndexFunc(officers, func(h held) bool { return locales.Fold(h.Name) == key }); key != "" && i >= 0 {
		return officers[i], true
	}
	return held{}, false
}

// Officers lists everybody who works here or did, by name.
func (s *Staff) Officers(ctx context.Context) ([]Officer, error) {
	all, err := s.list(ctx)
	if err != nil {
		return nil, fmt.Errorf("list officers: %w", err)
	}
	var out []Officer
	for _, h := range all {
		out = append(out, h.officer())
	}
	slices.SortFunc(out, func(a, b Officer) int {
		return strings.Compare(locales.Fold(a.Name)+a.ID, locales.Fold(b.Name)+b.ID)
	})
	return out, nil
}

// Officer is one of them by id, or ErrNoOfficer.
func (s *Staff) Officer(ctx context.Context, id string) (Officer, error) {
	h, err := s.officer(ctx, id)
	if err != nil {
		return Officer{}, fmt.Errorf("find an officer: %w", err)
	}
	return h.officer(), nil
}

// Find finds an officer by name, however it is written; ErrNoOfficer when there
// is none.
func (s *Staff) Find(ctx context.Context, name string) (Officer, error) {
	all, err := s.list(ctx)
	if err != nil {
		return Officer{}, fmt.Errorf("find an officer: %w", err)
	}
	h, ok := named(all, name)
	if !ok {
		return Officer{}, ErrNoOfficer
	}
	return h.officer(), nil
}

// SetRole gives an officer another role; what they had signed in ends.
func (s *Staff) SetRole(ctx context.Context, by Session, id string, role Role, now time.Time) error {
	if !role.known() {
		return ErrRole
	}
	return s.manage(ctx, by, id, "set a role", func(h *held) (Entry, bool) {
		if h.Role == role {
			return Entry{}, false
		}
		e := Entry{At: now, Officer: by.ID, Did: DidRole, On: id, Note: fmt.Sprintf("%s to %s", h.Role, role)}
		h.Role = role
		return e, true
	})
}

// End ends an officer's work here: from its return on they are signed out, and
// their invitations worth nothing.
func (s *Staff) End(ctx context.Context, by Session, id string, now time.Time) error {
	return s.manage(ctx, by, id, "end an officer", func(h *held) (Entry, bool) {
		h.Ended = true
		h.Password, h.Code, h.NewCode, h.Reset = nil, nil, nil, ""
		return Entry{At: now, Officer: by.ID, Did: DidEnd, On: id}, true
	})
}

// manage changes one who works here, and ends their sessions. There is an admin
// afterwards, or it is ErrLastAdmin.
func (s *Staff) manage(ctx context.Context, by Session, id, what string, with func(*held) (e Entry, changed bool)) error {
	if err := by.May(ActStaff); err != nil {
		return err
	}
	return change(ctx, what, func() (bot.Outcome, error) {
		r, err := s.roster(ctx)
		if err != nil {
			return 0, err
		}
		h, ok := r.byID(id)
		if !ok {
			return 0, ErrNoOfficer
		}
		admin := h.Role == RoleAdmin
		e, changed := with(&h)
		if !changed {
			return bot.Committed, nil
		}
		if admin && (h.Role != RoleAdmin || h.Ended) && r.admins() == 1 {
			return 0, ErrLastAdmin
		}
		h.Epoch++
		paper, err := written(h.paper, h.officerBody)
		if err != nil {
			return 0, err
		}
		return s.log.File(ctx, e, paper, &r.paper)
	})
}

// SetLang sets the language that the console speaks to an officer.
func (s *Staff) SetLang(ctx context.Context, by Session, lang string, now time.Time) error {
	if !slices.Contains(Langs, lang) {
		return ErrLang
	}
	return change(ctx, "set a language", func() (bot.Outcome, error) {
		h, err := s.officer(ctx, by.ID)
		if err != nil {
			return 0, err
		}
		h.Lang = lang
		paper, err := written(h.paper, h.officerBody)
		if err != nil {
			return 0, err
		}
		return s.log.File(ctx, Entry{At: now, Officer: by.ID, Did: DidLang, On: by.ID, Note: lang}, paper)
	})
}

// nameOf is a name as it is kept. It stands beside what was done: nobody is
// called as those who are no officers.
func nameOf(name string) (string, error) {
	name, cut := locales.Clean(name, nameMost)
	letters := 0
	for _, r := range name {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsMark(r), unicode.IsDigit(r), strings.ContainsRune(" -.'’\u200c\u200d", r):
		default:
			return "", ErrName
		}
	}
	switch locales.Fold(name) {
	case "", System, Command, "posada":
		return "", ErrName
	}
	if cut || letters < 2 {
		return "", ErrName
	}
	return name, nil
}
