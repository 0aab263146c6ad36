// One bulletin: its texts side by side, its audience, what speaks against it,
// where it stands and what can be done next.
package console

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"posada/bot/bulletin"
	"posada/bot/staff"
)

// bulletinView is the page of one. Typed is what was typed and not saved.
type bulletinView struct {
	bulletin.Bulletin
	Sides    []textSide // one a language, the source first
	More     []textSide // languages that nobody asked for yet
	To, Not  []pick     // the audience, and who is left out of it
	Seen     choice
	When     string // as a form writes it, UTC
	Insert   choice
	Where    choice
	Problems wordedProblems
	Cells    []bubble
	Officers map[string]string
	Who      []line // the audience in words
	Own      bool   // the officer wrote or handed over some of it
	First    string // title of what it corrects
	Next     string // title of what corrects it
	Progress []meter
	Gone, Of int    // messages that are no longer in the queue, of how many
	Linked   string // channel of the officer's own phone, "" for none
	Code     string // that links one
	Reasons  []tally
	Declined string // key of why something was not done
	Refused  wordedProblems
	Changed  bool     // somebody else wrote meanwhile
	Theirs   []quoted // what they wrote
	Lost     []quoted // what was typed, where it can no longer be changed
}

// textSide is the text of one language.
type textSide struct {
	Tongue
	Body   string
	State  string // first, missing, stale or ok
	People string // of a preview
}

// pick is a list of boxes to tick.
type pick struct {
	Name, Label string
	Options     []option
}

// line is a name and what stands for it.
type line struct{ Name, Text string }

// meter is one number of the sending, by the id under which it moves.
type meter struct{ ID, Label, Text string }

// Officer names who did something.
func (p bulletinView) Officer(id string) string { return named(p.Officers, id) }

// Editable tells whether its texts can still be changed.
func (p bulletinView) Editable() bool {
	switch p.State {
	case bulletin.Draft, bulletin.Ready, bulletin.Approved, bulletin.Scheduled:
		return true
	}
	return false
}

// Watched tells whether its numbers still move.
func (p bulletinView) Watched() bool { return p.Begun() && p.Final == nil }

// Tests are the texts that can be sent to the officer's own phone.
func (p bulletinView) Tests() choice {
	out := choice{Name: "lang", Label: "bulletins.test.lang"}
	for _, side := range p.Sides {
		if p.Texts[side.Code].Body != "" {
			out.Options = append(out.Options, option{Value: side.Code, Label: side.Name})
		}
	}
	return out
}

// seenWithin are the choices of how long ago people wrote last, in days.
var seenWithin = []int{0, 1, 3, 7, 14, 30, 60}

// bulletinPage gathers the page; typed is what a form held, nil for what
// stands.
func (v *visit) bulletinPage(id string, typed *bulletin.Content) (*bulletinView, error) {
	b, err := v.c.Bulletins.Bulletin(v.r.Context(), id)
	if err != nil {
		return nil, err
	}
	return v.bulletinView(b, typed)
}

func (v *visit) bulletinView(b bulletin.Bulletin, typed *bulletin.Content) (*bulletinView, error) {
	ctx := v.r.Context()
	names, err := v.officerNames()
	if err != nil {
		return nil, err
	}
	list, err := v.c.Bulletins.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what was sent: %w", err)
	}
	p := &bulletinView{Bulletin: b, Officers: names, Own: slices.Contains(b.Authors, v.Who.ID)}
	c := b.Content()
	if typed != nil {
		c = *typed
		p.Title = c.Title
	}
	v.sides(p, c)
	v.audience(p, c, list)
	p.Who = v.audienceInWords(b, list)
	if !c.At.IsZero() {
		p.When = c.At.UTC().Format(formTime)
	}
	for _, o := range list {
		switch o.ID {
		case b.Corrects:
			p.First = o.Title
		case b.Correction:
			p.Next = o.Title
		}
	}
	shown, err := v.c.Bulletins.Show(ctx, b, v.now)
	if err != nil {
		return nil, fmt.Errorf("preview a bulletin: %w", err)
	}
	p.Problems = v.bulletinProblems(shown.Problems)
	p.Cells = v.bubbles(shown)
	if p.Editable() {
		if p.Linked, err = v.linked(ctx); err != nil {
			return nil, err
		}
	}
	if b.Begun() {
		if err := v.progress(p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

const formTime = "2006-01-02T15:04"

// sides puts the languages side by side: the source, those with a text, Spanish
// and English; the others wait below.
func (v *visit) sides(p *bulletinView, c bulletin.Content) {
	langs := slices.Clone(v.c.Supply.Languages)
	for code := range c.Texts {
		if !slices.ContainsFunc(langs, func(t Tongue) bool { return t.Code == code }) {
			langs = append(langs, Tongue{Code: code, Name: code})
		}
	}
	rank := func(t Tongue) int {
		switch {
		case t.Code == c.Source:
			return 0
		case c.Texts[t.Code] != "":
			return 1
		case t.Code == "es" || t.Code == "en" || slices.Contains(c.Audience.Languages, t.Code):
			return 2
		}
		return 3
	}
	slices.SortStableFunc(langs, func(a, b Tongue) int { return rank(a) - rank(b) })
	p.Where = choice{Name: "where", Label: "bulletins.insert.where", Options: []option{{Value: "all", Label: v.say("bulletins.insert.all")}}}
	for _, l := range langs {
		side := textSide{Tongue: l, Body: c.Texts[l.Code], State: "ok"}
		switch {
		case side.Body == "":
			side.State = "missing"
		case l.Code == c.Source:
			side.State = "first"
		case p.Stale(l.Code):
			side.State = "stale"
		}
		if rank(l) == 3 {
			p.More = append(p.More, side)
		} else {
			p.Sides = append(p.Sides, side)
		}
		p.Where.Options = append(p.Where.Options, option{Value: l.Code, Label: l.Name})
	}
	p.Insert = choice{Name: "what", Label: "bulletins.insert.what", Options: []option{{Label: v.say("bulletins.insert.none")}}}
	for _, n := range slices.Concat(v.c.Supply.Links, v.c.Supply.Numbers) {
		p.Insert.Options = append(p.Insert.Options, option{Value: n.ID, Label: n.Name + ": " + n.ID})
	}
}

// audience fills the boxes.
func (v *visit) audience(p *bulletinView, c bulletin.Content, list []bulletin.Bulletin) {
	p.To, p.Not = v.picks("to.", c.Audience.Filter, list, p.ID), v.picks("not.", c.Audience.Except, list, p.ID)
	p.Seen = choice{Name: "seen", Label: "bulletins.audience.seen"}
	days := int(c.Audience.SeenWithin / (24 * time.Hour))
	for _, n := range seenWithin {
		label := v.say("bulletins.audience.seen.days", n)
		if n == 0 {
			label = v.say("bulletins.audience.seen.any")
		}
		p.Seen.Options = append(p.Seen.Options, option{strconv.Itoa(n), label, n == days})
	}
}

func (v *visit) picks(prefix string, f bulletin.Filter, list []bulletin.Bulletin, self string) []pick {
	s := &v.c.Supply
	var sent []option
	for _, b := range list {
		if b.Begun() && b.ID != self {
			sent = append(sent, option{Value: b.ID, Label: b.Title + ", " + b.Began.UTC().Format(time.DateOnly)})
		}
	}
	var channels []option
	for _, c := range v.c.channels() {
		channels = append(channels, option{Value: c, Label: v.say("bulletins.form." + c)})
	}
	all := []pick{
		{"languages", "bulletins.audience.langs", chosen(s.languageOptions(), f.Languages...)},
		{"channels", "bulletins.audience.channels", chosen(channels, f.Channels...)},
		{"places", "bulletins.audience.places", chosen(namedOptions(s.Places), f.Places...)},
		{"programmes", "bulletins.audience.programmes", chosen(namedOptions(s.Programmes), f.Programmes...)},
		{"got", "bulletins.audience.got", chosen(sent, f.Got...)},
	}
	out := all[:0]
	for _, p := range all {
		if len(p.Options) > 0 {
			p.Name = prefix + p.Name
			out = append(out, p)
		}
	}
	return out
}

// channels are those that people write on.
func (c *Console) channels() []string {
	if len(c.Supply.Channels) > 0 {
		return c.Supply.Channels
	}
	return []string{"telegram", "whatsapp", "sms"}
}

// audienceInWords says what was chosen, for who only reads it.
func (v *visit) audienceInWords(b bulletin.Bulletin, list []bulletin.Bulletin) (out []line) {
	if b.Corrects != "" {
		return []line{{v.say("bulletins.audience"), v.say("bulletins.audience.fixed")}}
	}
	add := func(f bulletin.Filter, before string) {
		for _, p := range v.picks("", f, list, b.ID) {
			text := ""
			for _, o := range p.Options {
				if o.On {
					if text != "" {
						text += ", "
					}
					text += o.Label
				}
			}
			if text != "" {
				out = append(out, line{before + v.say(p.Label), text})
			}
		}
	}
	add(b.Audience.Filter, "")
	if d := b.Audience.SeenWithin; d > 0 {
		out = append(out, line{v.say("bulletins.audience.seen"), v.say("bulletins.audience.seen.days", int(d/(24*time.Hour)))})
	}
	add(b.Audience.Except, v.say("bulletins.audience.exclude")+": ")
	if len(out) == 0 {
		out = []line{{v.say("bulletins.audience"), v.say("bulletins.audience.all")}}
	}
	return out
}

func bulletinShow(v *visit) (reply, error) {
	page, err := v.bulletinPage(v.r.PathValue("id"), nil)
	if errors.Is(err, bulletin.ErrNone) {
		return missing(), nil
	}
	if err != nil {
		return reply{}, err
	}
	if page.State == bulletin.Scheduled && !page.Due.After(v.now) {
		v.w.Header().Set("Refresh", "2") // it begins at once: the page goes on to its numbers
	}
	return v.show(page), nil
}

// MayApprove tells whether the officer's role lets them approve; whether they
// may approve this one is another question.
func (v *visit) mayApprove() bool { return v.may(staff.ActApprove) }
