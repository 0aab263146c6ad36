// Bulletins, for commands.
package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/bot/staff"
	"posada/flows"
)

// draftAsk begins a bulletin, changes one, or begins the correction of one.
type draftAsk struct {
	Who      credentials
	ID       string `json:",omitempty"` // of the one to be changed; "": a new one
	Content  bulletin.Content
	Still    []string `json:",omitempty"` // languages whose texts hold though the source changed
	Corrects string   `json:",omitempty"`
	Halt     bool     `json:",omitempty"` // what is corrected is stopped at once
}

// draftAnswer is a bulletin with what speaks against it, people not counted.
type draftAnswer struct {
	ID, State string
	Problems  []worded
}

// idAsk names one bulletin, "" for all.
type idAsk struct{ ID string }

// actAsk asks for one act on one bulletin.
type actAsk struct {
	Who  credentials
	ID   string
	Do   string     // the name of its command
	Hash string     `json:",omitempty"` // approve: of what was looked at
	At   *time.Time `json:",omitempty"` // send: when it has to be planned for
}

type actAnswer struct {
	ID, State string
	Due       time.Time
}

// messageTold is a message as it is sent.
type messageTold struct {
	Lang, Form, Text string
	Keys             []string // buttons below it
	Segments         int
	People           string
}

type previewAnswer struct {
	ID, Title, State string
	Authors          []string
	At               time.Time
	Audience         []string // lines
	Messages         []messageTold
	People           string
	Left             []string // lines
	Outside          string
	Cost             string
	Takes            time.Duration
	Problems         []worded
	Hash             string
}

// statusTold is how a bulletin stands. From Authors on it is told of one alone.
type statusTold struct {
	ID, Title, State string
	Langs            []string
	When             time.Time
	Report           bot.MailingReport

	Authors              []string
	ApprovedBy, Hash     string
	Corrects, Correction string
	Rate                 float64
	Ends                 time.Time
	History              []eventTold
}

type eventTold struct {
	At             time.Time
	Who, Did, Note string
}

func (c *control) bulletinRoutes(mux *http.ServeMux) {
	route(mux, c, "bulletin/draft", c.draft)
	route(mux, c, "bulletin/act", c.actOnBulletin)
	route(mux, c, "bulletin/preview", c.preview)
	route(mux, c, "bulletin/status", c.status)
}

func (c *control) draft(ctx context.Context, q draftAsk, now time.Time) (a draftAnswer, err error) {
	err = c.as(ctx, q.Who, staff.ActWrite, now, func(who staff.Session) error {
		b, err := c.written(ctx, q, who, now)
		if err != nil {
			return err
		}
		look, err := c.office.bulletins.Show(ctx, b, now)
		a = draftAnswer{b.ID, c.state(b.State), c.bulletinProblems(look.Problems)}
		return err
	})
	return a, err
}

// written keeps what an officer wrote.
func (c *control) written(ctx context.Context, q draftAsk, who staff.Session, now time.Time) (bulletin.Bulletin, error) {
	desk, by := c.office.bulletins, bulletin.Actor{ID: who.ID}
	switch {
	case q.Corrects != "":
		return desk.Recall(ctx, q.Corrects, by, q.Content, q.Halt, now)
	case q.ID == "":
		return desk.Draft(ctx, by, q.Content, now)
	}
	b, err := desk.Bulletin(ctx, q.ID)
	if err == nil {
		b, err = desk.Edit(ctx, q.ID, b.Version, by, q.Content, now)
	}
	for _, lang := range q.Still {
		if err == nil {
			b, err = desk.Confirm(ctx, q.ID, b.Version, by, lang, now)
		}
	}
	return b, err
}

// actOnBulletin does one act. What it is done to is how the bulletin stands now;
// an approval is of what was looked at, or refused.
func (c *control) actOnBulletin(ctx context.Context, q actAsk, now time.Time) (a actAnswer, err error) {
	needs := staff.ActWrite
	if q.Do == "approve" {
		needs = staff.ActApprove
	}
	err = c.as(ctx, q.Who, needs, now, func(who staff.Session) error {
		b, err := c.office.bulletins.Bulletin(ctx, q.ID)
		if err == nil {
			b, err = c.act(ctx, q, b, bulletin.Actor{ID: who.ID}, now)
		}
		if err != nil {
			return err
		}
		a = actAnswer{b.ID, c.state(b.State), b.Due}
		if q.Do == "discard" {
			a.State = ""
		}
		return nil
	})
	return a, err
}

func (c *control) act(ctx context.Context, q actAsk, b bulletin.Bulletin, by bulletin.Actor, now time.Time) (bulletin.Bulletin, error) {
	desk := c.office.bulletins
	switch q.Do {
	case "hand-over":
		return desk.HandOver(ctx, b.ID, b.Version, by, now)
	case "take-back":
		return desk.TakeBack(ctx, b.ID, b.Version, by, now)
	case "approve":
		look, err := desk.Show(ctx, b, now)
		if err != nil {
			return b, err
		}
		if !strings.EqualFold(look.Hash, q.Hash) {
			return b, refuse("it is no longer what was looked at: its hash is another one. Look again: posada bulletin preview %s", b.ID)
		}
		return desk.Approve(ctx, b.ID, b.Version, by, now)
	case "send":
		if q.At != nil && !q.At.Equal(b.At) {
			planned := "to be sent at once"
			if !b.At.IsZero() {
				planned = "for " + b.At.UTC().Format(timeShown)
			}
			return b, refuse("it is written %s, and approved so. For another time change its file (at), and have it approved anew: posada bulletin draft FILE --change %s", planned, b.ID)
		}
		return desk.Send(ctx, b.ID, b.Version, by, now)
	case "hold":
		return desk.Hold(ctx, b.ID, b.Version, by, now)
	case "pause":
		return desk.Pause(ctx, b.ID, by, now)
	case "go-on":
		return desk.GoOn(ctx, b.ID, by, now)
	case "stop":
		return desk.Stop(ctx, b.ID, by, now)
	case "discard":
		return b, desk.Discard(ctx, b.ID, b.Version, by, now)
	}
	return b, refuse("there is no such act")
}

func (c *control) state(s bulletin.State) string { return c.speak.Say("bulletins.state." + string(s)) }

func (c *control) preview(ctx context.Context, q idAsk, now time.Time) (a previewAnswer, err error) {
	b, err := c.office.bulletins.Bulletin(ctx, q.ID)
	if err != nil {
		return a, err
	}
	name, err := c.names(ctx)
	if err != nil {
		return a, err
	}
	look, err := c.office.bulletins.Preview(ctx, b, now)
	if err != nil {
		return a, err
	}
	a = previewAnswer{
		ID: b.ID, Title: b.Title, State: c.state(b.State), At: b.At, Audience: c.audience(b), People: look.People.String(),
		Outside: look.Outside.String(), Takes: look.Takes, Problems: c.bulletinProblems(look.Problems), Hash: look.Hash,
		Cost: c.speak.Say("bulletins.preview.cost.unknown"),
	}
	for _, id := range b.Authors {
		a.Authors = append(a.Authors, name(id))
	}
	for _, cell := range look.Cells {
		m := messageTold{Lang: cell.Lang, Form: cell.Form, Text: cell.Message.Text, Segments: cell.Segments, People: cell.People.String()}
		if form, ok := flows.FormNamed(cell.Form); ok && form.Buttons {
			for _, choice := range cell.Message.Choices {
				m.Keys = append(m.Keys, choice.Label)
			}
		}
		a.Messages = append(a.Messages, m)
	}
	for _, l := range look.LeftOut {
		line := c.speak.Say("bulletins.left." + string(l.Reason))
		if l.Lang != "" {
			line += " (" + l.Lang + ")"
		}
		a.Left = append(a.Left, line+": "+l.People.String())
	}
	if look.Cost.Known {
		a.Cost = c.speak.Say("bulletins.preview.cost.about", fmt.Sprintf("%.2f", look.Cost.Amount), look.Cost.Currency)
	}
	return a, nil
}

// audience says who is chosen, in lines.
func (c *control) audience(b bulletin.Bulletin) (out []string) {
	if b.Corrects != "" {
		return []string{c.speak.Say("bulletins.audience.fixed") + " (" + b.Corrects + ")"}
	}
	add := func(f bulletin.Filter, before string) {
		for _, dim := range []struct {
			key  string
			list []string
		}{{"langs", f.Languages}, {"channels", f.Channels}, {"places", f.Places}, {"programmes", f.Programmes}, {"got", f.Got}} {
			if len(dim.list) > 0 {
				out = append(out, before+c.speak.Say("bulletins.audience."+dim.key)+": "+strings.Join(dim.list, ", "))
			}
		}
	}
	add(b.Audience.Filter, "")
	if d := b.Audience.SeenWithin; d > 0 {
		out = append(out, c.speak.Say("bulletins.audience.seen")+": "+d.String())
	}
	add(b.Audience.Except, c.speak.Say("bulletins.audience.exclude")+": ")
	if len(out) == 0 {
		out = []string{c.speak.Say("bulletins.audience.all")}
	}
	return out
}

func (c *control) status(ctx context.Context, q idAsk, now time.Time) (out []statusTold, err error) {
	desk := c.office.bulletins
	if q.ID == "" {
		list, err := desk.List(ctx)
		for _, b := range list {
			p, err := desk.Progress(ctx, b.ID, now)
			if err != nil {
				return nil, err
			}
			out = append(out, c.stands(b, p))
		}
		return out, err
	}
	b, err := desk.Bulletin(ctx, q.ID)
	if err != nil {
		return nil, err
	}
	p, err := desk.Progress(ctx, b.ID, now)
	if err != nil {
		return nil, err
	}
	name, err := c.names(ctx)
	if err != nil {
		return nil, err
	}
	s := c.stands(b, p)
	s.Corrects, s.Correction, s.Rate, s.Ends = b.Corrects, b.Correction, p.Rate, p.Ends
	for _, id := range b.Authors {
		s.Authors = append(s.Authors, name(id))
	}
	if b.Approval != nil {
		s.ApprovedBy, s.Hash = name(b.Approval.By), b.Approval.Hash
	}
	for _, e := range b.History {
		s.History = append(s.History, eventTold{e.At, name(e.By), c.speak.Say("bulletins.did." + e.Did), e.Note})
	}
	return []statusTold{s}, nil
}

// stands is a line of the list.
func (c *control) stands(b bulletin.Bulletin, p bulletin.Progress) statusTold {
	s := statusTold{ID: b.ID, Title: b.Title, State: c.state(b.State), Langs: slices.Clone(b.Languages()), When: b.Due, Report: p.Report}
	switch {
	case b.Begun():
		s.When = b.Began
	case s.When.IsZero():
		s.When = b.At
	}
	return s
}
