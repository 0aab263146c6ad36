// The audience: who is chosen, and how many they are.
package bulletin

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"posada/bot"
)

// clean brings an audience to one form, in which two that choose alike are the
// same.
func (a Audience) clean() Audience {
	a.Filter, a.Except = a.Filter.clean(), a.Except.clean()
	a.SeenWithin = max(a.SeenWithin, 0)
	return a
}

func (f Filter) clean() Filter {
	for _, list := range []*[]string{&f.Languages, &f.Channels, &f.Places, &f.Programmes, &f.Got} {
		*list = slices.Clone(*list)
		slices.Sort(*list)
		if *list = slices.Compact(*list); len(*list) == 0 {
			*list = nil
		}
	}
	return f
}

// dimension is one list of a filter.
type dimension struct {
	field string
	list  []string
}

func (f Filter) dimensions() []dimension {
	return []dimension{{"languages", f.Languages}, {"channels", f.Channels}, {"places", f.Places}, {"programmes", f.Programmes}, {"got", f.Got}}
}

// chooser decides over people. It is safe for use by many goroutines: it never
// changes.
type chooser struct {
	audience   Audience
	correction bool
	texts      []string // languages that have one
	forms      []string
	seen       time.Time // not before; zero: whenever
	got        []bot.MailingID
	ids        map[string]bot.MailingID // of the bulletins in Got lists that were begun
	outside    time.Time                // whoever wrote last before it is outside of WhatsApp's window
}

// chooser makes one for a bulletin as of a moment.
func (d *Desk) chooser(ctx context.Context, b Bulletin, now time.Time) (*chooser, error) {
	c := &chooser{audience: b.Audience, correction: b.Corrects != "", texts: b.Languages(), ids: map[string]bot.MailingID{}, outside: now.Add(-window)}
	for _, f := range d.world.Forms {
		c.forms = append(c.forms, f.Name)
	}
	if b.Audience.SeenWithin > 0 {
		c.seen = now.Add(-b.Audience.SeenWithin)
	}
	for _, id := range slices.Concat(b.Audience.Got, b.Audience.Except.Got) {
		_, other, err := d.paper(ctx, id)
		if err != nil && err != ErrNone {
			return nil, err
		}
		if err == nil && other.Begun() {
			c.ids[id] = other.Mailing
			c.got = append(c.got, other.Mailing)
		}
	}
	slices.Sort(c.got)
	c.got = slices.Compact(c.got)
	return c, nil
}

// window is how long after a person's last message WhatsApp takes a text.
const window = 24 * time.Hour

// has tells whether a person is of one list.
func (c *chooser) has(p *bot.Person, dim dimension) bool {
	switch dim.field {
	case "languages":
		return slices.Contains(dim.list, p.Lang)
	case "channels":
		return slices.Contains(dim.list, p.Channel)
	case "places":
		return slices.ContainsFunc(p.Subscriptions, func(s bot.Subscription) bool { return s.Place != "" && slices.Contains(dim.list, s.Place) })
	case "programmes":
		return slices.ContainsFunc(p.Subscriptions, func(s bot.Subscription) bool { return slices.Contains(dim.list, s.Programme) })
	}
	return slices.ContainsFunc(dim.list, func(id string) bool { return c.ids[id] != 0 && p.Got(c.ids[id]) })
}

// wanted tells whether a person is of every list of the audience, exclusions
// aside.
func (c *chooser) wanted(p *bot.Person) bool {
	if !c.seen.IsZero() && p.Seen.Before(c.seen) {
		return false
	}
	for _, dim := range c.audience.dimensions() {
		if len(dim.list) > 0 && !c.has(p, dim) {
			return false
		}
	}
	return true
}

// served tells whether there is a message for a person, and if not, why.
func (c *chooser) served(p *bot.Person) Reason {
	switch {
	case !slices.Contains(c.forms, p.Form):
		return ReasonForm
	case c.correction: // whoever got the first is told, in whichever language there is
	case p.Consent.IsZero():
		return ReasonNotAgreed
	case !slices.Contains(c.texts, p.Lang):
		return ReasonNoText
	}
	return ""
}

// take tells whether a person is sent it.
func (c *chooser) take(p bot.Person) bool {
	if !c.wanted(&p) || c.served(&p) != "" {
		return false
	}
	for _, dim := range c.audience.Except.dimensions() {
		if len(dim.list) > 0 && c.has(&p, dim) {
			return false
		}
	}
	return true
}

// lang is the language in which a person is told.
func (c *chooser) lang(p *bot.Person) string {
	if slices.Contains(c.texts, p.Lang) || len(c.texts) == 0 {
		return p.Lang
	}
	return c.texts[0]
}

// Reason is why somebody of the audience is left out.
type Reason string

// The reasons.
const (
	ReasonNoText    Reason = "no-text"    // there is no text in their language
	ReasonNotAgreed Reason = "not-agreed" // they never agreed to go on
	ReasonForm      Reason = "form"       // what their channel can show is not known
	ReasonExcept    Reason = "except"     // they are excluded
)

// census is how many they are. It holds small numbers and never leaves the
// package.
type census struct {
	total    int
	cells    map[cellKey]int
	channels map[string]int
	left     map[leftKey]int
	excluded map[exclusion]int // whom that word leaves out of the audience, and no other does
	outside  map[string]int    // language → outside of WhatsApp's window
}

type cellKey struct{ lang, form string }

// exclusion is one word of a list of who is left out.
type exclusion struct{ field, word string }

type leftKey struct {
	reason Reason
	lang   string
}

// count walks over everybody. One walk is taken at a time: others wait.
func (d *Desk) count(ctx context.Context, c *chooser) (*census, error) {
	select {
	case d.counting <- struct{}{}:
		defer func() { <-d.counting }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	n := &census{cells: map[cellKey]int{}, channels: map[string]int{}, left: map[leftKey]int{}, excluded: map[exclusion]int{}, outside: map[string]int{}}
	var mu sync.Mutex
	err := d.store.Survey(ctx, c.got, func(p bot.Person) {
		if p.Simulated && !d.world.Trial || !c.wanted(&p) {
			return
		}
		why := c.served(&p)
		var out []exclusion
		if why == "" {
			for _, dim := range c.audience.Except.dimensions() {
				for i, word := range dim.list {
					if c.has(&p, dimension{dim.field, dim.list[i : i+1]}) {
						out = append(out, exclusion{dim.field, word})
					}
				}
			}
		}
		mu.Lock()
		defer mu.Unlock()
		n.add(c, &p, why, out)
	})
	if err != nil {
		return nil, fmt.Errorf("count an audience: %w", err)
	}
	return n, nil
}

// add counts one person, whom some exclusions leave out.
func (n *census) add(c *chooser, p *bot.Person, why Reason, excluded []exclusion) {
	if len(excluded) == 1 { // without that word they would be sent it
		n.excluded[excluded[0]]++
	}
	switch {
	case why == ReasonNoText:
		n.left[leftKey{why, p.Lang}]++
	case why != "":
		n.left[leftKey{why, ""}]++
	case len(excluded) > 0:
		n.left[leftKey{ReasonExcept, ""}]++
	default:
		lang := c.lang(p)
		n.total++
		n.cells[cellKey{lang, p.Form}]++
		n.channels[p.Channel]++
		if p.Channel == whatsapp && p.Seen.Before(c.outside) {
			n.outside[lang]++
		}
	}
}

// whatsapp is the channel that takes a text from people who wrote lately only.
const whatsapp = "whatsapp"
