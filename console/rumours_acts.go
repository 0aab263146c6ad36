// What officers do with a rumour: answer it, put it with another, take a
// person's words out of it, close it, take its answer back.
package console

import (
	"errors"
	"net/http"

	"posada/bot/rumour"
	"posada/bot/staff"
)

func rumourAnswer(v *visit) (reply, error) {
	id := v.r.PathValue("id")
	form := v.readVerdict()
	problems, err := []rumour.Problem(nil), error(nil)
	if word, err := v.mayReplace(id); err != nil {
		return reply{}, err
	} else if word != "" {
		form.unread = append(form.unread, word)
	}
	if len(form.unread) == 0 {
		problems, err = v.c.Desk.Answer(v.r.Context(), v.Who.ID, id, v.version(), form.Verdict, v.now)
	}
	stale := errors.Is(err, rumour.ErrStale)
	switch {
	case errors.Is(err, rumour.ErrUnknown):
		return missing(), nil
	case err != nil && !stale && !errors.Is(err, rumour.ErrClosed):
		return reply{}, err
	case err == nil && len(problems) == 0 && len(form.unread) == 0:
		return goTo("/rumours/"+id, "rumours.done.answered"), nil
	}
	// Nothing was filed: the page again, with every word that was typed.
	page, readErr := v.casePage(id, &form)
	if errors.Is(readErr, rumour.ErrUnknown) {
		return missing(), nil
	}
	if readErr != nil {
		return reply{}, readErr
	}
	for _, key := range form.unread {
		page.Problems = append(page.Problems, v.say(key))
	}
	for _, p := range problems {
		page.Problems = append(page.Problems, v.problem(p))
	}
	if errors.Is(err, rumour.ErrClosed) {
		page.Problems = append(page.Problems, v.say("rumours.closed"))
	}
	if stale {
		page.Changed, page.Theirs = true, v.theirs(page.Written)
		return showAgain(http.StatusConflict, rumourPage, page), nil
	}
	return showAgain(http.StatusUnprocessableEntity, rumourPage, page), nil
}

// mayReplace tells why an officer may not answer a case anew, "" where they may.
func (v *visit) mayReplace(id string) (word string, err error) {
	c, err := v.c.Desk.Case(v.r.Context(), id, v.now)
	switch {
	case errors.Is(err, rumour.ErrUnknown):
		return "", nil // the answer says so
	case err != nil:
		return "", err
	case c.Stands(v.Who.ID, v.version()) && !v.Who.Role.Can(staff.ActApprove):
		return "rumours.replace", nil
	}
	return "", nil
}

// changed answers acts on a case that need no form: what they were meant for is
// shown as it is now.
func (v *visit) changed(err error, back, word string, args ...string) (reply, error) {
	switch {
	case errors.Is(err, rumour.ErrUnknown), errors.Is(err, rumour.ErrGone):
		return missing(), nil
	case errors.Is(err, rumour.ErrStale):
		return goTo(back, "rumours.stale"), nil
	case errors.Is(err, rumour.ErrClosed):
		return goTo(back, "rumours.closed"), nil
	case err != nil:
		return reply{}, err
	}
	return goTo(back, word, args...), nil
}

func rumourMerge(v *visit) (reply, error) {
	id, into := v.r.PathValue("id"), v.line("into")
	if into == "" || into == id {
		return goTo("/rumours/"+id, "rumours.merge.choose"), nil
	}
	err := v.c.Desk.Merge(v.r.Context(), v.Who.ID, id, v.version(), into, v.now)
	if err != nil {
		return v.changed(err, "/rumours/"+id, "")
	}
	return v.changed(nil, "/rumours/"+into, "rumours.done.merged")
}

func rumourTakeOut(v *visit) (reply, error) {
	id := v.r.PathValue("id")
	made, err := v.c.Desk.TakeOut(v.r.Context(), v.Who.ID, id, v.line("note"), v.now)
	if errors.Is(err, rumour.ErrGone) {
		return goTo("/rumours/"+id, "rumours.done.gone"), nil
	}
	return v.changed(err, "/rumours/"+id, "rumours.done.out", made)
}

func rumourDismiss(v *visit) (reply, error) {
	id := v.r.PathValue("id")
	err := v.c.Desk.Dismiss(v.r.Context(), v.Who.ID, id, v.version(), v.now)
	return v.changed(err, "/rumours/"+id, "rumours.done.dismissed")
}

func rumourWithdraw(v *visit) (reply, error) {
	id := v.r.PathValue("id")
	err := v.c.Desk.Withdraw(v.r.Context(), v.Who.ID, id, v.version(), v.now)
	return v.changed(err, "/rumours/"+id, "rumours.done.withdrawn")
}
