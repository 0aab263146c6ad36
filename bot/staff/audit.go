// The audit log: what officers and the system did, one entry after another,
// each sealed to the one before by its hash.

package staff

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"posada/bot"
	"posada/locales"
)

// Who did something, where it was no officer.
const (
	System  = "system"  // Posada itself
	Command = "command" // an operator, at the machine Posada runs on
)

const (
	auditKind  = "audit"
	rosterKind = "staff" // two papers that belong to nobody
	headID     = "audit-head"
	// auditPage is how many entries are read at once.
	auditPage = 500
	// What is kept of the words of an entry, in characters.
	wordLimit, noteLimit = 100, 200
)

// Entry is one thing that was done. It never holds a person's words or
// address, nor a password, code or token: it is kept for ever.
type Entry struct {
	N       uint64    // 1 is the first; set by Append
	At      time.Time // to the millisecond
	Officer string    // id, or System, or Command
	Did     string    // "bulletin.approve"
	On      string    // id of what
	Note    string    // short, written by Posada and not by a person: "writer to approver"
	Hash    [32]byte  // of the hash before and all of the above; set by Append
}

// head is the newest entry.
type head struct {
	N    uint64
	Hash [32]byte
}

// Audit is the log. It is safe for use by many goroutines.
type Audit struct {
	shelf bot.Shelf
	mu    sync.Mutex // one entry after another: the shelf would let but one of them win
}

// NewAudit makes the log that is kept on a shelf.
func NewAudit(shelf bot.Shelf) *Audit { return &Audit{shelf: shelf} }

// Append adds an entry to the end of the log.
func (a *Audit) Append(ctx context.Context, e Entry) error {
	out, err := a.File(ctx, e)
	if err == nil && out != bot.Committed {
		err = fmt.Errorf("file an audit entry: outcome %d", out)
	}
	return err
}

// File files papers together with the entry that tells of it; see FileAll.
func (a *Audit) File(ctx context.Context, e Entry, papers ...*bot.Paper) (bot.Outcome, error) {
	return a.FileAll(ctx, []Entry{e}, papers...)
}

// Log is what the desks file by: a bot.Log.
func (a *Audit) Log(ctx context.Context, done []bot.Deed, papers ...*bot.Paper) (bot.Outcome, error) {
	entries := make([]Entry, len(done))
	for i, d := range done {
		entries[i] = Entry{At: d.At, Officer: d.By, Did: d.Did, On: d.On, Note: d.Note}
	}
	return a.FileAll(ctx, entries, papers...)
}

// FileAll files papers together with the entries that tell of it, all or nothing:
// nothing is done that the log does not know, and it knows of nothing that was
// not done. It is a Conflict when one of the papers is no longer what was read.
func (a *Audit) FileAll(ctx context.Context, entries []Entry, papers ...*bot.Paper) (bot.Outcome, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	last, paper, err := a.head(ctx)
	if err != nil {
		return 0, err
	}
	for {
		filed := slices.Clone(papers)
		first := auditID(last.N + 1)
		for _, e := range entries {
			e = e.tidied()
			e.N = last.N + 1
			e.Hash = e.sum(last.Hash)
			entry, err := e.paper()
			if err != nil {
				return 0, err
			}
			filed, last = append(filed, entry), head{e.N, e.Hash}
		}
		paper.Body = fmt.Appendf(nil, `{"n":%d,"hash":"%x"}`, last.N, last.Hash)
		out, err := a.shelf.File(ctx, append(filed, &paper)...)
		if err != nil {
			return 0, fmt.Errorf("file with an audit entry: %w", err)
		}
		if out != bot.Conflict {
			return out, nil
		}
		was := paper.Version
		end := last.N
		beyond, err := a.shelf.Paper(ctx, auditKind, first)
		if err != nil {
			return 0, fmt.Errorf("read beyond the end of the audit log: %w", err)
		}
		if last, paper, err = a.head(ctx); err != nil {
			return 0, err
		}
		switch {
		case paper.Version != was: // another entry came first
		case beyond.Version != 0:
			return 0, fmt.Errorf("file with an audit entry: %w", Tampered{end, "it stands beyond the end"})
		default:
			return bot.Conflict, nil
		}
	}
}

// head reads where the log ends, with the paper that says so.
func (a *Audit) head(ctx context.Context) (head, bot.Paper, error) {
	paper, err := a.shelf.Paper(ctx, rosterKind, headID)
	if err != nil {
		return head{}, paper, fmt.Errorf("read the head of the audit log: %w", err)
	}
	paper.Kind, paper.ID = rosterKind, headID
	if paper.Version == 0 {
		return head{}, paper, nil
	}
	var body struct {
		N    uint64
		Hash string
	}
	if json.Unmarshal(paper.Body, &body) != nil {
		return head{}, paper, fmt.Errorf("read the head of the audit log: %w", errDamaged)
	}
	hash, ok := parseHash(body.Hash)
	if !ok {
		return head{}, paper, fmt.Errorf("read the head of the audit log: %w", errDamaged)
	}
	return head{body.N, hash}, paper, nil
}

// Entries lists at most limit entries below before, the newest first; before 0
// begins with the newest of all.
func (a *Audit) Entries(ctx context.Context, before uint64, limit int) ([]Entry, error) {
	last, _, err := a.head(ctx)
	if err != nil {
		return nil, err
	}
	to := last.N
	if before > 0 {
		to = min(to, before-1)
	}
	if to == 0 || limit <= 0 {
		return nil, nil
	}
	from := to - min(to, uint64(limit)) // the last that is not asked for
	papers, err := a.shelf.Papers(ctx, auditKind, auditID(from), int(to-from))
	if err != nil {
		return nil, fmt.Errorf("list the audit log: %w", err)
	}
	var out []Entry
	for _, p := range slices.Backward(papers) {
		e, ok := readEntry(p)
		if !ok {
			return nil, fmt.Errorf("list the audit log: %w", errDamaged)
		}
		if e.N <= to {
			out = append(out, e)
		}
	}
	return out, nil
}

// tidied is the entry as it is kept. An act never fails for how it is told.
func (e Entry) tidied() Entry {
	e.At = time.UnixMilli(e.At.UnixMilli()).UTC()
	e.Officer, _ = locales.Clean(e.Officer, wordLimit)
	e.Did, _ = locales.Clean(e.Did, wordLimit)
	e.On, _ = locales.Clean(e.On, wordLimit)
	e.Note, _ = locales.Clean(e.Note, noteLimit)
	return e
}

// sum is the hash of the one before and of the entry's canonical bytes: number
// and time as eight bytes each, the texts each after its length in four. No two
// entries share their bytes.
func (e Entry) sum(before [32]byte) [32]byte {
	b := append([]byte(nil), before[:]...)
	b = binary.BigEndian.AppendUint64(b, e.N)
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMilli()))
	for _, s := range []string{e.Officer, e.Did, e.On, e.Note} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return sha256.Sum256(b)
}

// auditBody is an entry as it is kept. Entries of years are read by it: its
// keys stay.
type auditBody struct {
	N       uint64 `json:"n"`
	At      int64  `json:"at"` // ms
	Officer string `json:"officer"`
	Did     string `json:"did"`
	On      string `json:"on,omitempty"`
	Note    string `json:"note,omitempty"`
	Hash    string `json:"hash"`
}

// paper is the entry as it is kept.
func (e Entry) paper() (*bot.Paper, error) {
	body, err := json.Marshal(auditBody{
		N: e.N, At: e.At.UnixMilli(), Officer: e.Officer, Did: e.Did, On: e.On, Note: e.Note, Hash: hex.EncodeToString(e.Hash[:]),
	})
	if err != nil {
		return nil, fmt.Errorf("write an audit entry: %w", err)
	}
	return &bot.Paper{Kind: auditKind, ID: auditID(e.N), Body: body}, nil
}

func readEntry(p bot.Paper) (Entry, bool) {
	var b auditBody
	if json.Unmarshal(p.Body, &b) != nil {
		return Entry{}, false
	}
	hash, ok := parseHash(b.Hash)
	return Entry{N: b.N, At: time.UnixMilli(b.At).UTC(), Officer: b.Officer, Did: b.Did, On: b.On, Note: b.Note, Hash: hash}, ok
}

// auditID puts entries in the order of their numbers.
func auditID(n uint64) string { return fmt.Sprintf("%016x", n) }

// auditN is the number in the id of a paper; 0 when it is none.
func auditN(id string) uint64 {
	n, err := strconv.ParseUint(id, 16, 64)
	if err != nil || auditID(n) != id {
		return 0
	}
	return n
}

func parseHash(s string) (hash [32]byte, ok bool) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(hash) {
		return hash, false
	}
	return [32]byte(raw), true
}

// ParseHash reads a hash of the log as Verify's head is printed: 64 hex digits.
func ParseHash(s string) ([32]byte, error) {
	hash, ok := parseHash(s)
	if !ok {
		return hash, errors.New("a hash of the audit log is 64 hexadecimal digits")
	}
	return hash, nil
}
