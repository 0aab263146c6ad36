// How a bulletin goes: numbers that move, the report at the end, the correction
// of one that was wrong, and a test to an officer's own phone.
package console

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
)

// meters are the numbers of a report, by the ids under which they move.
func (v *visit) meters(p bulletin.Progress) []meter {
	r := p.Report
	n := strconv.Itoa
	out := []meter{
		{"queued", "bulletins.progress.queued", n(r.Queued)},
		{"waiting", "bulletins.progress.waiting", n(r.Waiting)},
		{"parked", "bulletins.progress.parked", n(r.Parked)},
		{"sent", "bulletins.progress.sent", n(r.Sent)},
		{"delivered", "bulletins.progress.delivered", n(r.Delivered)},
		{"failed", "bulletins.progress.failed", n(r.Failed)},
		{"unreachable", "bulletins.progress.unreachable", n(r.Unreachable)},
		{"opted", "bulletins.progress.opted", n(r.OptedOut)},
		{"dropped", "bulletins.progress.dropped", n(r.Dropped)},
		{"left", "bulletins.progress.left", n(r.LeftOut)},
	}
	rate, ends := "", ""
	if p.Rate > 0 {
		rate = v.say("bulletins.progress.rate.of", fmt.Sprintf("%.0f", p.Rate))
	}
	if !p.Ends.IsZero() {
		ends = v.lasted(p.Ends.Sub(v.now))
	}
	return append(out, meter{"rate", "bulletins.progress.rate", rate}, meter{"ends", "bulletins.progress.ends", ends})
}

// progress fills in how a bulletin that was begun goes.
func (v *visit) progress(p *bulletinView) error {
	now, err := v.c.Bulletins.Progress(v.r.Context(), p.ID, v.now)
	if err != nil {
		return fmt.Errorf("read how a bulletin goes: %w", err)
	}
	p.Progress = v.meters(now)
	p.Gone, p.Of = gone(now.Report), now.Report.Queued
	for _, reason := range slices.Sorted(maps.Keys(now.Report.Reasons)) {
		p.Reasons = append(p.Reasons, tally{reason, now.Report.Reasons[reason]})
	}
	return nil
}

// gone is how many messages are no longer in the queue.
func gone(r bot.MailingReport) int { return r.Queued - r.Waiting }

// bulletinLive streams what the page of a bulletin shows of its sending.
func bulletinLive(v *visit) (reply, error) {
	id := v.r.PathValue("id")
	if _, err := v.c.Bulletins.Bulletin(v.r.Context(), id); errors.Is(err, bulletin.ErrNone) {
		return missing(), nil
	}
	return stream(func() (map[string]string, error) {
		p, err := v.c.Bulletins.Progress(v.r.Context(), id, time.Now())
		if err != nil {
			return nil, fmt.Errorf("read how a bulletin goes: %w", err)
		}
		out := map[string]string{"state": v.say("bulletins.state." + string(p.State)), "gone": strconv.Itoa(gone(p.Report))}
		for _, m := range v.meters(p) {
			out[m.ID] = m.Text
		}
		return out, nil
	})
}

// bulletinCorrect halts a bulletin and begins its correction, as one step: what
// is wrong must not go on while somebody looks for words.
func bulletinCorrect(v *visit) (reply, error) {
	ctx, id := v.r.Context(), v.r.PathValue("id")
	once, ok := v.once()
	if !ok {
		return refused(http.StatusBadRequest, "refused.form"), nil
	}
	first, err := v.c.Bulletins.Bulletin(ctx, id)
	if errors.Is(err, bulletin.ErrNone) {
		return missing(), nil
	}
	if err != nil {
		return reply{}, err
	}
	c := bulletin.Content{Title: short(v.say("bulletins.recall.is")+": "+first.Title, bulletin.MaxTitle), Source: first.Source}
	made, err := v.c.bulletinsMade.do(v.Who.ID+once, func() (string, error) {
		b, err := v.c.Bulletins.Recall(ctx, id, v.by(), c, true, v.now)
		if err != nil {
			return "", err
		}
		return b.ID, nil
	})
	if err != nil {
		return v.declined(id, err)
	}
	return goTo(bulletinPath(made), "bulletins.done.recalled"), nil
}

// bulletinTest sends one language to the officer's own phone. Which that is the
// console does not know.
func bulletinTest(v *visit) (reply, error) {
	ctx, id := v.r.Context(), v.r.PathValue("id")
	b, err := v.c.Bulletins.Bulletin(ctx, id)
	if err == nil {
		err = v.c.Bulletins.TestSend(ctx, b, v.by(), v.line("lang"), bot.Address{}, v.now)
	}
	if err != nil {
		return v.declined(id, err)
	}
	return goTo(bulletinPath(id), "bulletins.done.tested"), nil
}

// bulletinLink shows a code that links the phone it is sent from.
func bulletinLink(v *visit) (reply, error) {
	id := v.r.PathValue("id")
	code, err := v.c.Bulletins.Link(v.r.Context(), v.by(), v.now)
	if err != nil {
		return reply{}, err
	}
	page, err := v.bulletinPage(id, nil)
	if errors.Is(err, bulletin.ErrNone) {
		return missing(), nil
	}
	if err != nil {
		return reply{}, err
	}
	page.Code = code
	return showAgain(http.StatusOK, bulletinPage, page), nil
}

// linked tells on which channel the officer's phone is.
func (v *visit) linked(ctx context.Context) (string, error) {
	channel, err := v.c.Bulletins.LinkedOn(ctx, v.Who.ID)
	if err != nil {
		return "", fmt.Errorf("look for an officer's phone: %w", err)
	}
	return channel, nil
}
