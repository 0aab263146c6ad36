// Papers: how bulletins are kept, and the agenda, the one small paper that tells
// what is to be done and gives out numbers.
package bulletin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"posada/bot"
)

// Kinds of papers.
const (
	kindBulletin = "bulletin"
	kindAgenda   = "bulletin-agenda"
	kindLink     = "bulletin-link" // of an officer's phone
	agendaID     = "agenda"
)

// attempts is how often a write begins anew when somebody else wrote meanwhile.
const attempts = 16

// errAttempts: so many officers do not work at once.
var errAttempts = errors.New("others changed the papers again and again")

// agenda is what is to be done.
type agenda struct {
	Bulletins uint64 // the number last given to a bulletin
	Mailings  uint64 // and to a mailing
	Items     []item
}

// item is a bulletin that Run has to do with.
type item struct {
	ID       string
	State    State
	Due      time.Time // of Scheduled
	Ended    time.Time
	Corrects string
	Mailing  bot.MailingID
	Queued   bool
	Dropped  bool
}

// busy tells whether Run has anything to do with it.
func (b *Bulletin) busy() bool {
	switch b.State {
	case Scheduled, Sending, Paused:
		return true
	case Sent, Stopped:
		return b.Begun() && !b.Closed
	}
	return false
}

// sync brings the agenda's line of a bulletin up to it.
func (a *agenda) sync(b *Bulletin) {
	i := slices.IndexFunc(a.Items, func(it item) bool { return it.ID == b.ID })
	now := item{ID: b.ID, State: b.State, Due: b.Due, Ended: b.Ended, Corrects: b.Corrects, Mailing: b.Mailing, Queued: b.Queued, Dropped: b.Dropped}
	switch {
	case b.busy() && i < 0:
		a.Items = append(a.Items, now)
	case b.busy():
		a.Items[i] = now
	case i >= 0:
		a.Items = slices.Delete(a.Items, i, i+1)
	}
}

// sheet is what one write has read: it is filed together, or not at all.
type sheet struct {
	desk   *Desk
	ctx    context.Context
	agenda agenda
	paper  bot.Paper
	read   []*leaf
	out    []func() // what is returned once it is filed
}

type leaf struct {
	paper    bot.Paper
	bulletin *Bulletin
	erase    bool
}

// deeds are what was done to a bulletin since it was read, with the hash of what
// was approved.
func (l *leaf) deeds() (done []bot.Deed) {
	b := l.bulletin
	for _, e := range b.fresh {
		d := bot.Deed{At: e.At, By: e.By, Did: "bulletin." + e.Did, On: b.ID, Note: e.Note}
		if d.Note == "" && b.Approval != nil {
			d.Note = b.Approval.Hash
		}
		done = append(done, d)
	}
	return done
}

// write does something to bulletins, all of it or nothing; do is called again
// when somebody else wrote meanwhile.
func (d *Desk) write(ctx context.Context, do func(*sheet) error) error {
	for range attempts {
		s := &sheet{desk: d, ctx: ctx}
		if err := s.open(); err != nil {
			return err
		}
		if err := do(s); err != nil {
			return err
		}
		outcome, err := s.file()
		if err != nil {
			return err
		}
		if outcome == bot.Committed {
			for _, give := range s.out {
				give()
			}
			return nil
		}
	}
	return fmt.Errorf("keep a bulletin: %w", errAttempts)
}

func (s *sheet) open() error {
	p, a, err := s.desk.agenda(s.ctx)
	s.paper, s.agenda = p, a
	return err
}

// agenda reads it.
func (d *Desk) agenda(ctx context.Context) (bot.Paper, agenda, error) {
	var a agenda
	p, err := d.store.Paper(ctx, kindAgenda, agendaID)
	if err != nil {
		return p, a, fmt.Errorf("read the agenda of bulletins: %w", err)
	}
	p.Kind, p.ID = kindAgenda, agendaID
	if len(p.Body) > 0 {
		if err := json.Unmarshal(p.Body, &a); err != nil {
			return p, a, fmt.Errorf("read the agenda of bulletins: %w", errBody)
		}
	}
	return p, a, nil
}

// errBody stands for what a decoder says: it may show what it read.
var errBody = errors.New("it is not written as it should be")

// bulletin reads one, once.
func (s *sheet) bulletin(id string) (*Bulletin, error) {
	for _, l := range s.read {
		if l.bulletin.ID == id {
			return l.bulletin, nil
		}
	}
	p, b, err := s.desk.paper(s.ctx, id)
	if err != nil {
		return nil, err
	}
	s.read = append(s.read, &leaf{paper: p, bulletin: &b})
	return &b, nil
}

// seen reads one that an officer has seen in a version.
func (s *sheet) seen(id string, version uint64) (*Bulletin, error) {
	b, err := s.bulletin(id)
	if err == nil && b.Version != version {
		return nil, &ChangedError{Newer: *b}
	}
	return b, err
}

// new adds one that is not there yet.
func (s *sheet) new() *Bulletin {
	s.agenda.Bulletins++
	b := &Bulletin{ID: fmt.Sprintf("b%08d", s.agenda.Bulletins)}
	s.read = append(s.read, &leaf{paper: bot.Paper{Kind: kindBulletin, ID: b.ID}, bulletin: b})
	return b
}

// erase takes one away.
func (s *sheet) erase(b *Bulletin) {
	for _, l := range s.read {
		l.erase = l.erase || l.bulletin == b
	}
}

// file makes durable what has changed.
func (s *sheet) file() (bot.Outcome, error) {
	var papers []*bot.Paper
	var done []bot.Deed
	for _, l := range s.read {
		done = append(done, l.deeds()...)
		body, err := json.Marshal(l.bulletin)
		if err != nil {
			return 0, fmt.Errorf("write a bulletin: %w", err)
		}
		if l.erase {
			body = nil
			l.bulletin.Closed, l.bulletin.State = true, Stopped
		}
		s.agenda.sync(l.bulletin)
		if !bytes.Equal(body, l.paper.Body) {
			l.paper.Body = body
			papers = append(papers, &l.paper)
		}
	}
	body, err := json.Marshal(s.agenda)
	if err != nil {
		return 0, fmt.Errorf("write the agenda of bulletins: %w", err)
	}
	if len(papers) > 0 && !bytes.Equal(body, s.paper.Body) {
		s.paper.Body = body
		papers = append(papers, &s.paper)
	}
	if len(papers) == 0 {
		return bot.Committed, nil
	}
	outcome, err := s.desk.world.Log.File(s.ctx, s.desk.store, done, papers...)
	if err != nil {
		return 0, fmt.Errorf("keep a bulletin: %w", err)
	}
	for _, l := range s.read {
		l.bulletin.Version, l.bulletin.fresh = l.paper.Version, nil
	}
	return outcome, nil
}

var idShape = regexp.MustCompile(`^b[0-9]{8,19}$`)

// paper reads a bulletin, else ErrNone.
func (d *Desk) paper(ctx context.Context, id string) (bot.Paper, Bulletin, error) {
	if !idShape.MatchString(id) {
		return bot.Paper{}, Bulletin{}, ErrNone
	}
	p, err := d.store.Paper(ctx, kindBulletin, id)
	if err != nil {
		return p, Bulletin{}, fmt.Errorf("read a bulletin: %w", err)
	}
	if p.Version == 0 || len(p.Body) == 0 {
		return p, Bulletin{}, ErrNone
	}
	p.Kind, p.ID = kindBulletin, id
	b, err := decode(p)
	return p, b, err
}

func decode(p bot.Paper) (Bulletin, error) {
	var b Bulletin
	if err := json.Unmarshal(p.Body, &b); err != nil {
		return b, fmt.Errorf("read bulletin %s: %w", p.ID, errBody)
	}
	b.Version = p.Version
	return b, nil
}

// Bulletin reads one, else ErrNone.
func (d *Desk) Bulletin(ctx context.Context, id string) (Bulletin, error) {
	_, b, err := d.paper(ctx, id)
	return b, err
}

// List lists all bulletins, the newest first.
func (d *Desk) List(ctx context.Context) ([]Bulletin, error) {
	var out []Bulletin
	for after := ""; ; {
		papers, err := d.store.Papers(ctx, kindBulletin, after, listPage)
		if err != nil {
			return nil, fmt.Errorf("list bulletins: %w", err)
		}
		for _, p := range papers {
			b, err := decode(p)
			if err != nil {
				return nil, err
			}
			out = append(out, b)
		}
		if len(papers) < listPage {
			break
		}
		after = papers[len(papers)-1].ID
	}
	slices.SortFunc(out, func(a, b Bulletin) int { return strings.Compare(b.ID, a.ID) })
	return out, nil
}

// listPage is how many papers are read at once.
const listPage = 100
