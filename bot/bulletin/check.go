// What speaks against a bulletin beside its texts: its time, its audience, and
// what it corrects.
package bulletin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"posada/flows"
)

// Check tells all that speaks against a bulletin. It reads everybody.
func (d *Desk) Check(ctx context.Context, b Bulletin, now time.Time) ([]Problem, error) {
	p, err := d.Preview(ctx, b, now)
	return p.Problems, err
}

// checkTime judges when it is to be sent. What was scheduled already was judged
// before: it must only not be late.
func checkTime(b Bulletin, now time.Time) []Problem {
	switch {
	case b.State == Scheduled && now.Sub(b.Due) > Late:
		return []Problem{{Code: CodeLate}}
	case b.State == Scheduled || b.Begun() || b.At.IsZero():
	case b.At.Before(now):
		return []Problem{{Code: CodePast}}
	case b.At.Sub(now) > Ahead:
		return []Problem{{Code: CodeFar, Max: int(Ahead / (24 * time.Hour))}}
	}
	return nil
}

// first reads what a bulletin corrects, nil for nothing, and its day.
func (d *Desk) first(ctx context.Context, b Bulletin) (*Bulletin, flows.Date, error) {
	if b.Corrects == "" {
		return nil, 0, nil
	}
	_, first, err := d.paper(ctx, b.Corrects)
	if err != nil {
		return nil, 0, fmt.Errorf("read what is corrected: %w", err)
	}
	if !first.Begun() {
		return &first, dayOf(b.Created), nil
	}
	return &first, dayOf(first.Began), nil
}

// checkFirst: whoever got the first must get the correction.
func checkFirst(b Bulletin, first *Bulletin) []Problem {
	if first == nil {
		return nil
	}
	if !first.Begun() {
		return []Problem{{Code: CodeFirst}}
	}
	var out []Problem
	for _, lang := range first.Languages() {
		if b.Texts[lang].Body == "" {
			out = append(out, Problem{Code: CodeUntold, Lang: lang})
		}
	}
	return out
}

// checkAudience refuses what no list knows: a slip would leave people out
// unseen.
func (d *Desk) checkAudience(ctx context.Context, b Bulletin, now time.Time) ([]Problem, error) {
	var out []Problem
	known := map[string][]string{"languages": d.world.Languages, "channels": d.world.Channels, "places": d.world.Places, "programmes": d.world.Programmes}
	for _, side := range []struct {
		before string
		filter Filter
	}{{"", b.Audience.Filter}, {"except.", b.Audience.Except}} {
		for _, dim := range side.filter.dimensions() {
			for _, word := range dim.list {
				if dim.field != "got" {
					if !slices.Contains(known[dim.field], word) {
						out = append(out, Problem{Code: CodeAudience, Field: side.before + dim.field, Word: word})
					}
					continue
				}
				code, err := d.checkGot(ctx, word, now)
				if err != nil {
					return nil, err
				}
				if code != "" && (b.Corrects == "" || code != CodeAudience) {
					out = append(out, Problem{Code: code, Field: side.before + dim.field, Word: word})
				}
			}
		}
	}
	return out, nil
}

// checkPaused warns of what rests: each person's bulletins leave in their order,
// so whoever is still to get it waits for this one too. What a correction takes
// the place of waits for nothing.
func (d *Desk) checkPaused(ctx context.Context, b Bulletin) ([]Problem, error) {
	all, err := d.List(ctx)
	if err != nil {
		return nil, err
	}
	var out []Problem
	for _, other := range all {
		if other.State == Paused && other.ID != b.ID && other.ID != b.Corrects {
			out = append(out, Problem{Code: CodeWaits, Warning: true, Word: other.Title})
		}
	}
	return out, nil
}

// checkGot tells why nobody knows who got a bulletin, "" when it is known.
func (d *Desk) checkGot(ctx context.Context, id string, now time.Time) (Code, error) {
	_, b, err := d.paper(ctx, id)
	switch {
	case errors.Is(err, ErrNone):
		return CodeAudience, nil
	case err != nil:
		return "", err
	case !b.Begun():
		return CodeAudience, nil
	case now.Sub(b.Began) >= ListLife:
		return CodeForgotten, nil
	}
	return "", nil
}

// checkPeople judges the numbers.
func (d *Desk) checkPeople(b Bulletin, n *census) []Problem {
	var out []Problem
	texts := b.Languages()
	if len(b.Audience.Languages) > 0 && !slices.ContainsFunc(b.Audience.Languages, func(l string) bool { return slices.Contains(texts, l) }) {
		out = append(out, Problem{Code: CodeNobody})
	}
	// Whoever got what was wrong is told so, however few are left of them: they
	// were many when it was sent, and nobody can choose among them.
	if n.total < Least && b.Corrects == "" {
		out = append(out, Problem{Code: CodeFew, Max: Least, People: Count{n.total}})
	}
	// Two audiences that differ in one word of an exclusion must not differ in a
	// few people.
	for _, dim := range b.Audience.Except.dimensions() {
		for _, word := range dim.list {
			if n.excluded[exclusion{dim.field, word}] < Least {
				out = append(out, Problem{Code: CodeExcept, Field: "except." + dim.field, Word: word, Max: Least})
			}
		}
	}
	// Warnings stand or fall with what is written, and with numbers that are
	// told: not with whether there is anybody at all.
	for _, lang := range d.wanted(b) {
		if !slices.Contains(texts, lang) && b.Corrects == "" {
			out = append(out, Problem{Code: CodeMissing, Warning: true, Lang: lang, People: Count{n.left[leftKey{ReasonNoText, lang}]}})
		}
	}
	notAgreed := Count{n.left[leftKey{ReasonNotAgreed, ""}]}
	if _, told := notAgreed.Told(); told {
		out = append(out, Problem{Code: CodeNoAgreement, Warning: true, People: notAgreed})
	}
	for _, lang := range texts {
		if d.reaches(b, whatsapp) && (d.world.Template == nil || !d.world.Template(lang)) {
			out = append(out, Problem{Code: CodeTemplate, Warning: true, Lang: lang, People: Count{n.outside[lang]}})
		}
	}
	return out
}

// reaches tells whether an audience has people of a channel, by what it lists.
func (d *Desk) reaches(b Bulletin, channel string) bool {
	return slices.Contains(d.world.Channels, channel) && !slices.Contains(b.Audience.Except.Channels, channel) &&
		(len(b.Audience.Channels) == 0 || slices.Contains(b.Audience.Channels, channel))
}

// wanted are the languages of an audience.
func (d *Desk) wanted(b Bulletin) []string {
	langs := b.Audience.Languages
	if len(langs) == 0 {
		langs = d.world.Languages
	}
	return slices.DeleteFunc(slices.Clone(langs), func(l string) bool { return slices.Contains(b.Audience.Except.Languages, l) })
}
