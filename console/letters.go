// Letters: people who asked for a human, and the officers who answer them
// without learning who they are.
package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"posada/bot/rumour"
	"posada/bot/staff"
)

// letterRoutes are none without a desk.
func (c *Console) letterRoutes() []route {
	if c.Desk == nil {
		return nil
	}
	return []route{
		{Pattern: "GET /letters", Who: officers, Act: staff.ActRead, Page: letterListPage, Menu: "letters.title", Do: letterList},
		{Pattern: "POST /letters/duty", Who: officers, Act: staff.ActWrite, Do: letterDuty},
		{Pattern: "POST /letters/hours", Who: officers, Act: staff.ActWrite, Page: letterListPage, Do: letterHours},
		{Pattern: "GET /letters/case/{id}", Who: officers, Act: staff.ActWrite, Page: letterPage, Do: letterShow},
		{Pattern: "POST /letters/case/{id}/reply", Who: officers, Act: staff.ActWrite, Page: letterPage, Do: letterReply},
		{Pattern: "POST /letters/case/{id}/take", Who: officers, Act: staff.ActWrite, Do: letterTake},
		{Pattern: "POST /letters/case/{id}/close", Who: officers, Act: staff.ActWrite, Do: letterClose},
	}
}

const letterListPage, letterPage = "letters", "letters_case"

func letterPath(id string) string { return "/letters/case/" + id }

// letterRow is one line of the list, or the head of a thread.
type letterRow struct {
	rumour.Letter
	Tongue Tongue
	Taken  string // name of who took it
	Mine   bool
	Wait   string // how long they have waited; "" when they do not
}

func (v *visit) letterRow(l rumour.Letter, names map[string]string) letterRow {
	out := letterRow{Letter: l, Tongue: v.c.Supply.tongue(l.Lang), Mine: l.Officer == v.Who.ID}
	if l.Officer != "" {
		out.Taken = named(names, l.Officer)
	}
	if l.Waits > 0 {
		out.Wait = v.lasted(l.Waits)
	}
	return out
}

type lettersView struct {
	Rows     []letterRow
	OnDuty   []string // names
	Mine     bool     // the officer is on duty
	Revision uint64
	Hours    []quoted // what stands, or was typed
	Theirs   []quoted // what stands, when somebody else changed it meanwhile
	Problems []string
}

func (v *visit) lettersPage(typed map[string]string) (lettersView, error) {
	names, err := v.officerNames()
	if err != nil {
		return lettersView{}, err
	}
	var out lettersView
	list := v.c.Desk.Letters(v.now)
	for _, l := range list[:min(len(list), maxRows)] {
		out.Rows = append(out.Rows, v.letterRow(l, names))
	}
	duty := v.c.Desk.Duty(v.now)
	out.Revision, out.Mine = duty.Revision, slices.Contains(duty.Now, v.Who.ID)
	for _, id := range duty.Now {
		out.OnDuty = append(out.OnDuty, named(names, id))
	}
	for _, l := range v.c.Supply.Languages {
		text := duty.Hours[l.Code]
		if typed != nil {
			text = typed[l.Code]
		}
		out.Hours = append(out.Hours, quoted{l, text})
	}
	return out, nil
}

func letterList(v *visit) (reply, error) {
	page, err := v.lettersPage(nil)
	if err != nil {
		return reply{}, err
	}
	return v.show(page), nil
}

func letterDuty(v *visit) (reply, error) {
	on := v.line("on") == "yes"
	word := "letters.done.duty_off"
	if on {
		word = "letters.done.duty_on"
	}
	err := v.c.Desk.SetDuty(v.r.Context(), v.Who.ID, on, v.now)
	return v.changed(err, "/letters", word)
}

func letterHours(v *visit) (reply, error) {
	typed := map[string]string{}
	for _, l := range v.c.Supply.Languages {
		if s := v.line("hours." + l.Code); s != "" {
			typed[l.Code] = s
		}
	}
	problems, err := v.c.Desk.SetHours(v.r.Context(), v.Who.ID, v.version(), typed, v.now)
	stale := errors.Is(err, rumour.ErrStale)
	if err != nil && !stale {
		return reply{}, err
	}
	if !stale && len(problems) == 0 {
		return v.changed(nil, "/letters", "letters.done.hours")
	}
	page, err := v.lettersPage(typed)
	if err != nil {
		return reply{}, err
	}
	for _, p := range problems {
		page.Problems = append(page.Problems, v.problem(p))
	}
	if stale {
		duty := v.c.Desk.Duty(v.now)
		for _, l := range v.c.Supply.Languages {
			page.Theirs = append(page.Theirs, quoted{l, duty.Hours[l.Code]})
		}
		return showAgain(http.StatusConflict, letterListPage, page), nil
	}
	return showAgain(http.StatusUnprocessableEntity, letterListPage, page), nil
}

// letterCase is a thread.
type letterCase struct {
	letterRow
	Revision uint64
	Thread   []letterLine
	Draft    string
	Links    []Named
	Numbers  []Named
	Problems []string
	Changed  bool
}

type letterLine struct {
	quoted
	Day string
	By  string // name of the officer, "" for the person
}

func (v *visit) letterPage(id, draft string) (letterCase, error) {
	t, err := v.c.Desk.Thread(v.r.Context(), id, v.now)
	if err != nil {
		return letterCase{}, err
	}
	names, err := v.officerNames()
	if err != nil {
		return letterCase{}, err
	}
	out := letterCase{letterRow: v.letterRow(t.Letter, names), Revision: t.Revision, Draft: draft, Links: v.c.Supply.Links, Numbers: v.c.Supply.Numbers}
	for _, l := range t.Lines {
		line := letterLine{quoted: quoted{v.c.Supply.tongue(l.Lang), l.Text}, Day: l.Day.UTC().Format("2006-01-02")}
		if l.By != "" {
			line.By = named(names, l.By)
		}
		out.Thread = append(out.Thread, line)
	}
	return out, nil
}

func letterShow(v *visit) (reply, error) {
	page, err := v.letterPage(v.r.PathValue("id"), "")
	if errors.Is(err, rumour.ErrUnknown) || errors.Is(err, rumour.ErrGone) {
		return goTo("/letters", "letters.gone"), nil
	}
	if err != nil {
		return reply{}, err
	}
	return v.show(page), nil
}

func letterReply(v *visit) (reply, error) {
	id, text := v.r.PathValue("id"), strings.TrimSpace(v.text("text"))
	problems, err := v.c.Desk.Reply(v.r.Context(), v.Who.ID, id, v.version(), text, v.now)
	stale := errors.Is(err, rumour.ErrStale)
	switch {
	case errors.Is(err, rumour.ErrUnknown), errors.Is(err, rumour.ErrGone):
		return goTo("/letters", "letters.gone"), nil
	case err != nil && !stale && !errors.Is(err, rumour.ErrClosed):
		return reply{}, err
	case err == nil && len(problems) == 0:
		return v.changed(nil, letterPath(id), "letters.done.sent")
	}
	page, readErr := v.letterPage(id, text)
	if errors.Is(readErr, rumour.ErrUnknown) {
		return goTo("/letters", "letters.gone"), nil
	}
	if readErr != nil {
		return reply{}, readErr
	}
	page.Changed = stale
	if errors.Is(err, rumour.ErrClosed) {
		page.Problems = append(page.Problems, v.say("rumours.closed"))
	}
	for _, p := range problems {
		page.Problems = append(page.Problems, v.problem(p))
	}
	if stale {
		return showAgain(http.StatusConflict, letterPage, page), nil
	}
	return showAgain(http.StatusUnprocessableEntity, letterPage, page), nil
}

func letterTake(v *visit) (reply, error) {
	id := v.r.PathValue("id")
	err := v.c.Desk.Take(v.r.Context(), v.Who.ID, id, v.version(), v.now)
	return v.changed(err, letterPath(id), "letters.done.taken")
}

func letterClose(v *visit) (reply, error) {
	id := v.r.PathValue("id")
	err := v.c.Desk.CloseLetter(v.r.Context(), v.Who.ID, id, v.version(), v.now)
	return v.changed(err, letterPath(id), "letters.done.closed")
}
