// Bulletins: the list, and what officers do with one.
package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/bot/staff"
)

// Bulletins is what the console needs of bot/bulletin.
type Bulletins interface {
	List(ctx context.Context) ([]bulletin.Bulletin, error)
	Bulletin(ctx context.Context, id string) (bulletin.Bulletin, error)
	Draft(ctx context.Context, by bulletin.Actor, c bulletin.Content, now time.Time) (bulletin.Bulletin, error)
	Edit(ctx context.Context, id string, seen uint64, by bulletin.Actor, c bulletin.Content, now time.Time) (bulletin.Bulletin, error)
	Confirm(ctx context.Context, id string, seen uint64, by bulletin.Actor, lang string, now time.Time) (bulletin.Bulletin, error)
	Discard(ctx context.Context, id string, seen uint64, by bulletin.Actor, now time.Time) error
	HandOver(ctx context.Context, id string, seen uint64, by bulletin.Actor, now time.Time) (bulletin.Bulletin, error)
	TakeBack(ctx context.Context, id string, seen uint64, by bulletin.Actor, now time.Time) (bulletin.Bulletin, error)
	Approve(ctx context.Context, id string, seen uint64, by bulletin.Actor, now time.Time) (bulletin.Bulletin, error)
	Send(ctx context.Context, id string, seen uint64, by bulletin.Actor, now time.Time) (bulletin.Bulletin, error)
	Hold(ctx context.Context, id string, seen uint64, by bulletin.Actor, now time.Time) (bulletin.Bulletin, error)
	Pause(ctx context.Context, id string, by bulletin.Actor, now time.Time) (bulletin.Bulletin, error)
	GoOn(ctx context.Context, id string, by bulletin.Actor, now time.Time) (bulletin.Bulletin, error)
	Stop(ctx context.Context, id string, by bulletin.Actor, now time.Time) (bulletin.Bulletin, error)
	Show(ctx context.Context, b bulletin.Bulletin, now time.Time) (bulletin.Preview, error)
	Preview(ctx context.Context, b bulletin.Bulletin, now time.Time) (bulletin.Preview, error)
	Progress(ctx context.Context, id string, now time.Time) (bulletin.Progress, error)
	Recall(ctx context.Context, id string, by bulletin.Actor, c bulletin.Content, halt bool, now time.Time) (bulletin.Bulletin, error)
	TestSend(ctx context.Context, b bulletin.Bulletin, by bulletin.Actor, lang string, to bot.Address, now time.Time) error
	Link(ctx context.Context, by bulletin.Actor, now time.Time) (code string, err error)
	LinkedOn(ctx context.Context, officer string) (channel string, err error)
	Unlink(ctx context.Context, officer string) error
}

// bulletinRoutes are none without bulletins.
func (c *Console) bulletinRoutes() []route {
	if c.Bulletins == nil {
		return nil
	}
	act := func(name string, a staff.Act, do func(*visit) (reply, error)) route {
		return route{Pattern: "POST /bulletins/{id}/" + name, Who: officers, Act: a, Do: do}
	}
	return []route{
		{Pattern: "GET /bulletins", Who: officers, Act: staff.ActRead, Page: "bulletins", Menu: "bulletins.title", Do: bulletinList},
		{Pattern: "POST /bulletins", Who: officers, Act: staff.ActWrite, Do: bulletinBegin},
		{Pattern: "GET /bulletins/{id}", Who: officers, Act: staff.ActRead, Page: bulletinPage, Do: bulletinShow},
		{Pattern: "GET /bulletins/{id}/preview", Who: officers, Act: staff.ActRead, Page: "bulletins_preview", Do: bulletinPreview},
		{Pattern: "GET /bulletins/{id}/approve", Who: officers, Act: staff.ActApprove, Page: "bulletins_preview", Do: bulletinPreview},
		{Pattern: "GET /bulletins/{id}/live", Who: officers, Act: staff.ActRead, Do: bulletinLive},
		{Pattern: "POST /bulletins/{id}/edit", Who: officers, Act: staff.ActWrite, Page: bulletinPage, Do: bulletinEdit},
		act("hand-over", staff.ActWrite, seenAct("bulletins.done.handed", Bulletins.HandOver)),
		act("take-back", staff.ActWrite, seenAct("bulletins.done.draft", Bulletins.TakeBack)),
		act("approve", staff.ActApprove, bulletinApprove),
		act("send", staff.ActWrite, seenAct("bulletins.done.sending", Bulletins.Send)),
		act("hold", staff.ActWrite, seenAct("bulletins.done.held", Bulletins.Hold)),
		act("pause", staff.ActWrite, steerAct("bulletins.done.paused", Bulletins.Pause)),
		act("go-on", staff.ActWrite, steerAct("bulletins.done.running", Bulletins.GoOn)),
		act("stop", staff.ActWrite, steerAct("bulletins.done.stopped", Bulletins.Stop)),
		act("discard", staff.ActWrite, bulletinDiscard),
		act("correct", staff.ActWrite, bulletinCorrect),
		act("test", staff.ActWrite, bulletinTest),
		act("link", staff.ActWrite, bulletinLink),
	}
}

const bulletinPage = "bulletins_one"

func bulletinPath(id string) string { return "/bulletins/" + id }

// by is the officer of a visit, for bot/bulletin.
func (v *visit) by() bulletin.Actor { return bulletin.Actor{ID: v.Who.ID} }

type bulletinRow struct {
	bulletin.Bulletin
	Langs []string // names
	When  time.Time
}

type bulletinsView struct {
	Rows    []bulletinRow
	Sources choice
}

func bulletinList(v *visit) (reply, error) {
	list, err := v.c.Bulletins.List(v.r.Context())
	if err != nil {
		return reply{}, err
	}
	out := bulletinsView{Sources: choice{"source", "bulletins.new.source", chosen(v.c.Supply.languageOptions(), v.Lang)}}
	for _, b := range list[:min(len(list), maxRows)] {
		row := bulletinRow{Bulletin: b, When: b.Due}
		for _, code := range b.Languages() {
			row.Langs = append(row.Langs, v.c.Supply.tongue(code).Name)
		}
		switch {
		case b.Begun():
			row.When = b.Began
		case row.When.IsZero():
			row.When = b.At
		}
		out.Rows = append(out.Rows, row)
	}
	return v.show(out), nil
}

// onceMade remembers what a form made, by the id it was given when it was
// shown: sent twice it makes one thing. It holds the last thousand.
type onceMade struct {
	mu   sync.Mutex
	made map[string]string
	kept []string
}

// do makes what the form of that id asks for, or names what it made before.
func (o *onceMade) do(once string, do func() (string, error)) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id, ok := o.made[once]; ok {
		return id, nil
	}
	id, err := do()
	if err != nil {
		return "", err
	}
	if o.made == nil {
		o.made = map[string]string{}
	}
	o.made[once] = id
	if o.kept = append(o.kept, once); len(o.kept) > 1000 {
		delete(o.made, o.kept[0])
		o.kept = o.kept[1:]
	}
	return id, nil
}

func bulletinBegin(v *visit) (reply, error) {
	once, ok := v.once()
	if !ok {
		return refused(http.StatusBadRequest, "refused.form"), nil
	}
	source := v.line("source")
	if v.c.Supply.tongue(source).Name == source {
		source = v.Lang
	}
	id, err := v.c.bulletinsMade.do(v.Who.ID+once, func() (string, error) {
		b, err := v.c.Bulletins.Draft(v.r.Context(), v.by(), bulletin.Content{Title: v.line("title"), Source: source}, v.now)
		if err != nil {
			return "", err
		}
		return b.ID, nil
	})
	if err != nil {
		return reply{}, err
	}
	return goTo(bulletinPath(id), "bulletins.done.begun"), nil
}

// seenAct does one thing to the version that was shown.
func seenAct(word string, do func(Bulletins, context.Context, string, uint64, bulletin.Actor, time.Time) (bulletin.Bulletin, error)) func(*visit) (reply, error) {
	return func(v *visit) (reply, error) {
		id := v.r.PathValue("id")
		b, err := do(v.c.Bulletins, v.r.Context(), id, v.version(), v.by(), v.now)
		if err != nil {
			return v.declined(id, err)
		}
		return v.acted(b, word)
	}
}

// steerAct does one thing to the sending, whatever version was shown.
func steerAct(word string, do func(Bulletins, context.Context, string, bulletin.Actor, time.Time) (bulletin.Bulletin, error)) func(*visit) (reply, error) {
	return func(v *visit) (reply, error) {
		id := v.r.PathValue("id")
		b, err := do(v.c.Bulletins, v.r.Context(), id, v.by(), v.now)
		if err != nil {
			return v.declined(id, err)
		}
		return v.acted(b, word)
	}
}

// bulletinApprove is the second officer's word. They say that they have read
// what they approve.
func bulletinApprove(v *visit) (reply, error) {
	if v.line("read") != "yes" {
		return goTo(bulletinPath(v.r.PathValue("id"))+"/approve", "bulletins.declined.unread"), nil
	}
	return seenAct("bulletins.done.approved", Bulletins.Approve)(v)
}

func (v *visit) acted(b bulletin.Bulletin, word string) (reply, error) {
	if b.State == bulletin.Scheduled && b.Due.After(v.now) {
		word = "bulletins.done.scheduled"
	}
	return goTo(bulletinPath(b.ID), word), nil
}

// declined says why something was not done, on the page as it stands now.
func (v *visit) declined(id string, err error) (reply, error) {
	word := declinedWord(err)
	var refusedErr *bulletin.RefusedError
	switch {
	case errors.Is(err, bulletin.ErrNone):
		return missing(), nil
	case errors.As(err, &refusedErr):
		page, err := v.bulletinPage(id, nil)
		if err != nil {
			return reply{}, err
		}
		page.Refused = v.bulletinProblems(bulletin.Blocking(refusedErr.Problems))
		return showAgain(http.StatusUnprocessableEntity, bulletinPage, page), nil
	case word == "":
		return reply{}, fmt.Errorf("act on a bulletin: %w", err)
	}
	page, readErr := v.bulletinPage(id, nil)
	if errors.Is(readErr, bulletin.ErrNone) {
		return missing(), nil
	}
	if readErr != nil {
		return reply{}, readErr
	}
	page.Declined = word
	return showAgain(http.StatusConflict, bulletinPage, page), nil
}

// declinedWord is the key of what is said for an error that an officer can
// understand, "" for others.
func declinedWord(err error) string {
	for _, known := range []struct {
		err  error
		word string
	}{
		{bulletin.ErrChanged, "bulletins.declined.changed"},
		{bulletin.ErrState, "bulletins.declined.state"},
		{bulletin.ErrOwn, "bulletins.declined.own"},
		{bulletin.ErrNear, "bulletins.declined.near"},
		{bulletin.ErrVoid, "bulletins.declined.void"},
		{bulletin.ErrApprover, "bulletins.declined.approver"},
		{bulletin.ErrFixed, "bulletins.declined.fixed"},
		{bulletin.ErrNotLinked, "bulletins.declined.linked"},
		{bulletin.ErrNotTest, "bulletins.declined.test"},
		{bulletin.ErrNoText, "bulletins.declined.text"},
		{bulletin.ErrNotKnown, "bulletins.declined.known"},
	} {
		if errors.Is(err, known.err) {
			return known.word
		}
	}
	return ""
}

func bulletinDiscard(v *visit) (reply, error) {
	id := v.r.PathValue("id")
	if err := v.c.Bulletins.Discard(v.r.Context(), id, v.version(), v.by(), v.now); err != nil {
		return v.declined(id, err)
	}
	return goTo("/bulletins", "bulletins.done.discarded"), nil
}
