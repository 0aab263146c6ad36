// The preview: exactly what is sent, to how many, at what cost and in what time;
// and what speaks against it.
package bulletin

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"posada/flows"
)

// Preview is what a bulletin would be. Numbers of people are to the ten below,
// and what is reckoned from them is about.
type Preview struct {
	Problems []Problem
	Cells    []Cell // by language, the source first, and form
	Counted  bool   // People was counted; else it is zero everywhere
	People   Count  // who are sent it
	LeftOut  []Left // of the audience
	Outside  Count  // of People, those on WhatsApp who have to write first
	Cost     Cost
	Takes    time.Duration // until the slowest channel has sent it; 0: no sender has a limit
	Hash     string        // of all that is sent, and to whom
}

// Cell is one message.
type Cell struct {
	Lang, Form string
	Message    flows.Message // exactly as it is sent
	Segments   int           // of an SMS
	People     Count
}

// Left is how many of the audience are not sent it, and why.
type Left struct {
	Reason Reason
	Lang   string // of ReasonNoText
	People Count
}

// Cost is what the providers take, at most.
type Cost struct {
	Amount   float64
	Currency string
	Known    bool // every price that is needed is known
}

// Show is the preview without people: what can be told at once.
func (d *Desk) Show(ctx context.Context, b Bulletin, now time.Time) (Preview, error) {
	p, _, err := d.show(ctx, b, now)
	return p, err
}

func (d *Desk) show(ctx context.Context, b Bulletin, now time.Time) (Preview, []variant, error) {
	first, corrects, err := d.first(ctx, b)
	if err != nil {
		return Preview{}, nil, err
	}
	made := d.variants(b, b.day(now), corrects)
	p := Preview{Problems: d.checkText(b, made)}
	for _, v := range made {
		p.Cells = append(p.Cells, Cell{Lang: v.Lang, Form: v.Form, Message: v.whole().Message, Segments: v.Message.Segments})
	}
	p.Problems = append(p.Problems, checkTime(b, now)...)
	p.Problems = append(p.Problems, checkFirst(b, first)...)
	lists, err := d.checkAudience(ctx, b, now)
	if err != nil {
		return Preview{}, nil, err
	}
	p.Problems = append(p.Problems, lists...)
	if !b.Begun() {
		paused, err := d.checkPaused(ctx, b)
		if err != nil {
			return Preview{}, nil, err
		}
		p.Problems = append(p.Problems, paused...)
	}
	p.Hash, err = hash(b, d.variants(b, 0, corrects)) // it may be sent on another day
	return p, made, err
}

// Preview is all of it. It reads everybody: see Show.
func (d *Desk) Preview(ctx context.Context, b Bulletin, now time.Time) (Preview, error) {
	p, _, err := d.show(ctx, b, now)
	if err != nil {
		return Preview{}, err
	}
	c, err := d.chooser(ctx, b, now)
	if err != nil {
		return Preview{}, err
	}
	n, err := d.count(ctx, c)
	if err != nil {
		return Preview{}, err
	}
	p.Counted, p.People = true, Count{n.total}
	for i := range p.Cells {
		p.Cells[i].People = Count{n.cells[cellKey{p.Cells[i].Lang, p.Cells[i].Form}]}
	}
	for k, people := range n.left {
		// A few are not even named: that there are some would tell of them.
		if people >= Least {
			p.LeftOut = append(p.LeftOut, Left{k.reason, k.lang, Count{people}})
		}
	}
	slices.SortFunc(p.LeftOut, func(a, b Left) int { return cmp.Or(cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Lang, b.Lang)) })
	outside := 0
	for _, people := range n.outside {
		outside += people
	}
	p.Outside = Count{outside}
	p.Problems = append(p.Problems, d.checkPeople(b, n)...)
	p.Cost = d.cost(b, p)
	p.Takes = d.takes(b, n)
	return p, nil
}

// hash is of exactly what is sent, to whom and when.
func hash(b Bulletin, made []variant) (string, error) {
	raw, err := json.Marshal(struct {
		Variants []variant
		Order    []string
		Audience Audience
		At       time.Time
		Corrects string
	}{made, b.Languages(), b.Audience, b.At, b.Corrects})
	if err != nil {
		return "", fmt.Errorf("take the hash of a bulletin: %w", errBody)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// cost is reckoned with numbers that are told, so that it tells no others: a few
// people, or none, are as many as are not told.
func (d *Desk) cost(b Bulletin, p Preview) Cost {
	prices := d.world.Prices
	c := Cost{Currency: prices.Currency, Known: true}
	spend := func(people int, price float64) {
		c.Known = c.Known && price > 0
		c.Amount += float64(people) * price
	}
	for _, cell := range p.Cells {
		if !d.reaches(b, cell.Form) { // the channels that cost are called as their forms
			continue
		}
		switch cell.Form {
		case flows.SMS.Name:
			spend(cell.People.atMost()*cell.Segments, prices.Segment)
		case flows.WhatsApp.Name:
			spend(cell.People.atMost(), prices.WhatsApp)
		}
	}
	if d.reaches(b, whatsapp) {
		spend(p.Outside.atMost(), prices.Nudge)
	}
	if !c.Known {
		c.Amount = 0
	}
	return c
}

// takes is how long the slowest channel needs.
func (d *Desk) takes(b Bulletin, n *census) time.Duration {
	var most time.Duration
	for _, channel := range d.world.Channels {
		if rate := d.world.Rates[channel]; rate > 0 && d.reaches(b, channel) {
			most = max(most, time.Duration(float64(Count{n.channels[channel]}.atMost())/rate*float64(time.Second)))
		}
	}
	return most.Round(time.Second)
}
