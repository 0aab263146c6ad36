// An officer's own phone: it is linked by a code that is sent from it, and gets
// tests. Its address is sealed with the papers, is shown to nobody, and leads
// from the officer to the phone and never back.
package bulletin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"sync"
	"time"

	"posada/bot"
	"posada/locales"
)

const (
	// CodeLife is how long a code links a phone.
	CodeLife = 15 * time.Minute
	// maxTries is how many wrong codes are taken, of all people together, before
	// the codes that are out are void.
	maxTries = 20
	codeSize = 8
)

// ErrCode: the officer's id cannot name a paper.
var ErrCode = errors.New("that is no officer's id")

// link is the paper of one officer.
type link struct {
	Code        string    `json:",omitempty"` // its hash
	Until       time.Time // of the code
	Channel, To string    `json:",omitempty"` // the phone; "" for none
}

// tries counts wrong codes.
type tries struct {
	mu   sync.Mutex
	n    int
	void time.Time // codes from before are void
}

var officerShape = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// Link gives an officer a code of eight digits: whoever sends it to Posada from
// their phone within CodeLife links that phone. A phone that was linked before
// stays so until then.
func (d *Desk) Link(ctx context.Context, by Actor, now time.Time) (code string, err error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	code = fmt.Sprintf("%0*d", codeSize, n)
	deed := bot.Deed{At: second(now), By: by.ID, Did: "bulletin.link", On: by.ID}
	return code, d.relink(ctx, by.ID, func(l *link) { l.Code, l.Until = hashCode(code), now.UTC().Add(CodeLife) }, deed)
}

// Unlink forgets an officer's phone and code.
func (d *Desk) Unlink(ctx context.Context, officer string) error {
	return d.relink(ctx, officer, func(l *link) { *l = link{} })
}

// Erased is told of everybody who had all that is known of them erased: an
// officer's phone among them is linked no more.
func (d *Desk) Erased(ctx context.Context, who bot.Address) error {
	return d.unlinkThose(ctx, func(l link) (bool, error) { return l.Channel == who.Channel && l.To == who.ID, nil })
}

// unlinkUnknown forgets phones whose owner is known no more: who was silent for
// long is forgotten by itself.
func (d *Desk) unlinkUnknown(ctx context.Context) error {
	return d.unlinkThose(ctx, func(l link) (bool, error) {
		snap, err := d.store.Load(ctx, bot.Address{Channel: l.Channel, ID: l.To}, "whether a phone is known")
		if err != nil {
			return false, fmt.Errorf("look for an officer's phone: %w", err)
		}
		return !snap.Damaged && !snap.Contact.Known() && len(snap.Session) == 0, nil
	})
}

// unlinkThose forgets the phones that are gone. A code that is out stays.
func (d *Desk) unlinkThose(ctx context.Context, gone func(link) (bool, error)) error {
	for after := ""; ; {
		papers, err := d.store.Papers(ctx, kindLink, after, listPage)
		if err != nil {
			return fmt.Errorf("look through officers' phones: %w", err)
		}
		for _, p := range papers {
			after = p.ID
			var l link
			if json.Unmarshal(p.Body, &l) != nil || l.To == "" {
				continue
			}
			is, err := gone(l)
			if err != nil {
				return err
			}
			if !is {
				continue
			}
			err = d.relink(ctx, p.ID, func(now *link) {
				if now.Channel == l.Channel && now.To == l.To {
					now.Channel, now.To = "", ""
				}
			})
			if err != nil {
				return err
			}
		}
		if len(papers) < listPage {
			return nil
		}
	}
}

// LinkedOn tells on which channel an officer's phone is, "" for none.
func (d *Desk) LinkedOn(ctx context.Context, officer string) (channel string, err error) {
	_, l, err := d.link(ctx, officer)
	return l.Channel, err
}

// Linked is told of every message that is eight digits and nothing else, in any
// script. It is true when they are a code that is out: its officer's tests go
// there from now on.
func (d *Desk) Linked(ctx context.Context, code string, from bot.Address, now time.Time) (bool, error) {
	code = locales.Fold(code)
	if !IsCode(code) {
		return false, nil
	}
	hash := hashCode(code)
	for after := ""; ; {
		papers, err := d.store.Papers(ctx, kindLink, after, listPage)
		if err != nil {
			return false, fmt.Errorf("look for a code: %w", err)
		}
		for _, p := range papers {
			var l link
			if json.Unmarshal(p.Body, &l) != nil || l.Code == "" || !now.Before(l.Until) || d.tries.voids(l) || subtle.ConstantTimeCompare([]byte(hash), []byte(l.Code)) != 1 {
				continue
			}
			return true, d.relink(ctx, p.ID, func(l *link) { *l = link{Channel: from.Channel, To: from.ID} })
		}
		if len(papers) < listPage {
			break
		}
		after = papers[len(papers)-1].ID
	}
	d.tries.wrong(now)
	return false, nil
}

// IsCode tells whether a folded text has the shape of a code.
func IsCode(folded string) bool {
	return len(folded) == codeSize && strings.Trim(folded, "0123456789") == ""
}

// wrong counts a wrong code; after too many all that are out are void.
func (t *tries) wrong(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n++; t.n >= maxTries {
		t.n, t.void = 0, now
	}
}

func (t *tries) voids(l link) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !l.Until.Add(-CodeLife).After(t.void) && !t.void.IsZero()
}

func hashCode(code string) string {
	sum := sha256.Sum256([]byte("posada link " + code))
	return hex.EncodeToString(sum[:])
}

func (d *Desk) link(ctx context.Context, officer string) (bot.Paper, link, error) {
	var l link
	if !officerShape.MatchString(officer) {
		return bot.Paper{}, l, ErrCode
	}
	p, err := d.store.Paper(ctx, kindLink, officer)
	if err != nil {
		return p, l, fmt.Errorf("read an officer's phone: %w", err)
	}
	p.Kind, p.ID = kindLink, officer
	if len(p.Body) > 0 && json.Unmarshal(p.Body, &l) != nil {
		return p, l, fmt.Errorf("read an officer's phone: %w", errBody)
	}
	return p, l, nil
}

func (d *Desk) relink(ctx context.Context, officer string, do func(*link), done ...bot.Deed) error {
	for range attempts {
		p, l, err := d.link(ctx, officer)
		if err != nil {
			return err
		}
		if do(&l); l == (link{}) {
			if p.Version == 0 {
				return nil
			}
			p.Body = nil
		} else if p.Body, err = json.Marshal(l); err != nil {
			return fmt.Errorf("keep an officer's phone: %w", errBody)
		}
		outcome, err := d.world.Log.File(ctx, d.store, done, &p)
		if err != nil {
			return fmt.Errorf("keep an officer's phone: %w", err)
		}
		if outcome == bot.Committed {
			return nil
		}
	}
	return fmt.Errorf("keep an officer's phone: %w", errAttempts)
}

// testMark stands above a test, in both languages of the console.
const testMark = "TEST / PRUEBA\n"

// TestSend sends the text of one language to one phone, marked as a test: to a
// simulated contact, or, where to is the zero Address, to the officer's own
// phone. What could not be sent to others for what it says is not sent to one:
// a RefusedError.
func (d *Desk) TestSend(ctx context.Context, b Bulletin, by Actor, lang string, to bot.Address, now time.Time) error {
	own := to == (bot.Address{})
	if own {
		_, l, err := d.link(ctx, by.ID)
		if err != nil {
			return err
		}
		if l.Channel == "" {
			return ErrNotLinked
		}
		to = bot.Address{Channel: l.Channel, ID: l.To}
	}
	if b.Texts[lang].Body == "" {
		return ErrNoText
	}
	_, corrects, err := d.first(ctx, b)
	if err != nil {
		return err
	}
	var bad []Problem
	for _, p := range Blocking(d.checkText(b, d.variants(b, dayOf(now), corrects))) {
		if p.Lang == lang && p.Code != CodeStale {
			bad = append(bad, p)
		}
	}
	if len(bad) > 0 {
		return &RefusedError{bad}
	}
	snap, err := d.store.Load(ctx, to, "test of "+b.ID)
	if err != nil {
		return fmt.Errorf("look for the phone of a test: %w", err)
	}
	if !own && !(snap.Contact.Simulated && to.Channel == bot.Simulator) {
		return ErrNotTest
	}
	m := d.world.Composer.Bulletin(d.form(snap.Contact.Form), lang, b.Texts[lang].Body, dayOf(now), corrects)
	m.Text = testMark + m.Text
	if m.Segments > 0 {
		m.Segments = locales.Segments(m.Text)
	}
	// Nothing is filed for a test: the log is told of it before it can leave.
	deed := bot.Deed{At: second(now), By: by.ID, Did: "bulletin.test", On: b.ID, Note: lang}
	if _, err := d.world.Log.File(ctx, d.store, []bot.Deed{deed}); err != nil {
		return fmt.Errorf("log a test: %w", err)
	}
	queued, err := d.store.Queue(ctx, []bot.Outbound{{To: to, Kind: bot.Bulletin, Message: m, At: now, Until: now.Add(Late)}})
	switch {
	case err != nil:
		return fmt.Errorf("queue a test: %w", err)
	case queued == 0:
		return ErrNotKnown
	}
	d.wake()
	return nil
}
