// What is known of notes between two readings of them: whose they are and where
// they belong, and not a word of them.
package rumour

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"posada/bot"
)

// ref is a note without its text. It never leaves the package.
type ref struct {
	id       bot.NoteID
	key      string
	kind     bot.NoteKind
	who      bot.Address
	at       time.Time
	lang, by string
	told     bool
}

func refOf(n bot.Note) ref {
	return ref{id: n.ID, key: keyOf(n.ID), kind: n.Kind, who: n.From, at: n.At, lang: n.Lang, by: n.By, told: told(n)}
}

// keyOf names a note to officers and in papers. A NoteID may tell which notes
// are of one person; this does not.
func keyOf(id bot.NoteID) string {
	sum := sha256.Sum256([]byte("posada note " + id))
	return hex.EncodeToString(sum[:9])
}

// A note of a rumour without a text is a mark: its person was told the answer of
// the edition that stands in By. It is kept as long as any note, so that a
// correction finds who was told what it corrects.
func told(n bot.Note) bool { return n.Kind == bot.NoteRumour && n.Text == "" && n.By != "" }

func edition(e uint64) string { return strconv.FormatUint(e, 10) }

// byTime is the order in which notes were written.
func byTime(a, b ref) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id))
}

// index is what the last reading found, and what was done since.
type index struct {
	rumours map[string][]ref // by case
	letters map[string][]ref // by thread: letters and answers
}

func newIndex() *index {
	return &index{rumours: map[string][]ref{}, letters: map[string][]ref{}}
}

// loose is a note that has yet to be sorted.
type loose struct {
	ref
	place, text string
	to          string // where it was counted already; "": nowhere
}

// read reads all notes anew. What it returns has yet to be sorted, the oldest
// first; a note's text is held no longer than that takes.
func (d *Desk) read(ctx context.Context) (*index, []loose, error) {
	taken := map[string]string{} // key → case that counts it
	for id, p := range d.rumours.all() {
		for _, key := range p.Taken {
			taken[key] = id
		}
	}
	x := newIndex()
	var rest []loose
	err := d.with.Notes.Notes(ctx, func(n bot.Note) error {
		r := refOf(n)
		to := taken[r.key]
		switch n.Kind {
		case bot.NoteRumour:
			at := d.stands(n.Case)
			switch {
			case at != "" && (to == "" || d.stands(to) == at):
				x.rumours[at] = append(x.rumours[at], r)
			case !r.told:
				rest = append(rest, loose{ref: r, place: n.Place, text: n.Text, to: d.stands(to)})
			}
		case bot.NoteLetter, bot.NoteAnswer:
			switch p := d.letters.get(n.Case); {
			case p != nil && n.Case != "":
				x.letters[n.Case] = append(x.letters[n.Case], r)
			case n.Kind == bot.NoteLetter:
				rest = append(rest, loose{ref: r})
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read notes: %w", err)
	}
	slices.SortFunc(rest, func(a, b loose) int { return byTime(a.ref, b.ref) })
	return x, rest, nil
}

// stands is the case in which all of a case stands now, itself unless it was
// merged; "" for one that is not there.
func (d *Desk) stands(id string) string {
	for range 64 { // no chain is that long: each merge is an officer's
		p := d.rumours.get(id)
		if p == nil {
			return ""
		}
		if p.Into == "" {
			return id
		}
		id = p.Into
	}
	return ""
}

// refs are the notes of a rumour.
func (d *Desk) refs(id string) []ref {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Clone(d.heard.rumours[id])
}

// lettersOf are the notes of a thread, the oldest first.
func (d *Desk) lettersOf(id string) []ref {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := slices.Clone(d.heard.letters[id])
	slices.SortFunc(out, byTime)
	return out
}
