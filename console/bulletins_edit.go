// The form of a bulletin: everything in it is saved at once, against the version
// that was shown, and no word of it is lost when it cannot be.
package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"posada/bot/bulletin"
)

// readBulletin reads the form. unread lists, as keys of the words, what could
// not be read.
func (v *visit) readBulletin(stands bulletin.Bulletin) (c bulletin.Content, unread []string) {
	form := v.r.PostForm
	c = bulletin.Content{Title: v.line("title"), Source: stands.Source, Texts: map[string]string{}}
	if s := v.line("source"); slices.ContainsFunc(v.c.Supply.Languages, func(t Tongue) bool { return t.Code == s }) {
		c.Source = s
	}
	for name := range form {
		lang, ok := strings.CutPrefix(name, "text.")
		_, known := stands.Texts[lang]
		if !ok || !known && !slices.ContainsFunc(v.c.Supply.Languages, func(t Tongue) bool { return t.Code == lang }) {
			continue
		}
		if body := strings.TrimSpace(v.text(name)); body != "" {
			c.Texts[lang] = body
		}
	}
	if stands.Corrects != "" {
		c.Audience = stands.Audience
	} else {
		filter := func(prefix string) bulletin.Filter {
			return bulletin.Filter{
				Languages: form[prefix+"languages"], Channels: form[prefix+"channels"], Places: form[prefix+"places"],
				Programmes: form[prefix+"programmes"], Got: form[prefix+"got"],
			}
		}
		c.Audience = bulletin.Audience{Filter: filter("to."), Except: filter("not.")}
		if days, err := strconv.Atoi(v.line("seen")); err == nil && slices.Contains(seenWithin, days) {
			c.Audience.SeenWithin = time.Duration(days) * 24 * time.Hour
		}
	}
	if s := v.line("at"); s != "" {
		at, err := time.Parse(formTime, s)
		if err != nil {
			unread = append(unread, "bulletins.unread.at")
		}
		c.At = at
	}
	return c, unread
}

// insert puts an approved link or number at the end of a text: the choice is
// between what is known, so that nothing is typed wrongly.
func (v *visit) insert(c *bulletin.Content) {
	what, where := v.line("what"), v.line("where")
	if !slices.ContainsFunc(slices.Concat(v.c.Supply.Links, v.c.Supply.Numbers), func(n Named) bool { return n.ID == what }) {
		return
	}
	for _, l := range v.c.Supply.Languages {
		body := c.Texts[l.Code]
		if where != l.Code && (where != "all" || body == "") {
			continue
		}
		if strings.Contains(body, what) {
			continue
		}
		c.Texts[l.Code] = strings.TrimSpace(body + "\n" + what)
	}
}

func bulletinEdit(v *visit) (reply, error) {
	ctx, id := v.r.Context(), v.r.PathValue("id")
	stands, err := v.c.Bulletins.Bulletin(ctx, id)
	if errors.Is(err, bulletin.ErrNone) {
		return missing(), nil
	}
	if err != nil {
		return reply{}, err
	}
	c, unread := v.readBulletin(stands)
	do := v.line("do")
	if do == "insert" {
		v.insert(&c)
	}
	if len(unread) > 0 {
		return v.notSaved(stands, &c, http.StatusUnprocessableEntity, unread[0])
	}
	b, err := v.c.Bulletins.Edit(ctx, id, v.version(), v.by(), c, v.now)
	if lang, ok := strings.CutPrefix(do, "confirm."); ok && err == nil {
		b, err = v.c.Bulletins.Confirm(ctx, id, b.Version, v.by(), lang, v.now)
	}
	var newer *bulletin.ChangedError
	switch {
	case errors.Is(err, bulletin.ErrNone):
		return missing(), nil
	case errors.As(err, &newer):
		return v.changedMeanwhile(newer.Newer, &c)
	case errors.Is(err, bulletin.ErrChanged):
		return v.changedMeanwhile(stands, &c)
	case errors.Is(err, bulletin.ErrState):
		return v.notSaved(stands, &c, http.StatusConflict, "bulletins.declined.state")
	case err != nil && declinedWord(err) != "":
		return v.notSaved(stands, &c, http.StatusUnprocessableEntity, declinedWord(err))
	case err != nil:
		return reply{}, err
	}
	if do == "preview" {
		return goTo(bulletinPath(id)+"/preview", "bulletins.done.saved"), nil
	}
	return goTo(bulletinPath(id), "bulletins.done.saved"), nil
}

// notSaved is the page with all that was typed and why it was not saved.
func (v *visit) notSaved(stands bulletin.Bulletin, c *bulletin.Content, status int, word string) (reply, error) {
	page, err := v.bulletinView(stands, c)
	if err != nil {
		return reply{}, err
	}
	page.Declined = word
	if !page.Editable() {
		for _, side := range slices.Concat(page.Sides, page.More) {
			if side.Body != "" && side.Body != stands.Texts[side.Code].Body {
				page.Lost = append(page.Lost, quoted{side.Tongue, side.Body})
			}
		}
	}
	return showAgain(status, bulletinPage, page), nil
}

// changedMeanwhile is the page with what was typed, beside what somebody else
// wrote while it was; sent again it takes its place.
func (v *visit) changedMeanwhile(newer bulletin.Bulletin, c *bulletin.Content) (reply, error) {
	out, err := v.notSaved(newer, c, http.StatusConflict, "")
	if err != nil {
		return out, err
	}
	page := out.data.(*bulletinView)
	page.Changed = true
	for _, side := range slices.Concat(page.Sides, page.More) {
		if theirs := newer.Texts[side.Code].Body; theirs != side.Body {
			page.Theirs = append(page.Theirs, quoted{side.Tongue, theirs})
		}
	}
	return out, nil
}
