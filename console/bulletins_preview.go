// The preview: exactly what people will see, how many they are, what it costs.
// To count is to look at everybody, which takes longer than a page may: it is
// done aside, and the page asks again until it is there.
package console

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"posada/bot/bulletin"
	"posada/flows"
)

const (
	// countedFor is how long a count is shown again, countWait how long a page
	// waits for one, and countMost how long one may take.
	countedFor = time.Minute
	countWait  = 60 * time.Millisecond
	countMost  = 2 * time.Minute
)

// census is one count of an audience, under way or done.
type census struct {
	done    chan struct{}
	at      time.Time
	preview bulletin.Preview
	err     error
}

// censuses are the counts of the last minute, by bulletin and version.
type censuses struct {
	mu sync.Mutex
	m  map[string]*census
}

// of is the count for a version of a bulletin, begun when there is none.
func (s *censuses) of(ctx context.Context, key string, now time.Time, count func(context.Context) (bulletin.Preview, error)) *census {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, c := range s.m {
		if now.Sub(c.at) >= countedFor {
			delete(s.m, k)
		}
	}
	if c := s.m[key]; c != nil {
		return c
	}
	if s.m == nil {
		s.m = map[string]*census{}
	}
	c := &census{done: make(chan struct{}), at: now}
	s.m[key] = c
	// The page may be read by another officer too, and asks again: it goes on
	// when the first reader leaves.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countMost)
	go func() {
		defer cancel()
		defer close(c.done)
		c.preview, c.err = count(ctx)
	}()
	return c
}

// drop forgets a count that failed, so that the next page tries again.
func (s *censuses) drop(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, key)
}

// bubble is a message as a person sees it.
type bubble struct {
	Tongue
	Form     string
	Text     string
	Keys     []string // buttons below it
	Segments int
	People   string // "" before they are counted
	Fault    bool   // there is no such message
}

func (v *visit) bubbles(p bulletin.Preview) (out []bubble) {
	for _, cell := range p.Cells {
		b := bubble{Tongue: v.c.Supply.tongue(cell.Lang), Form: cell.Form, Text: cell.Message.Text, Segments: cell.Segments, Fault: cell.Message.Text == ""}
		if form, ok := flows.FormNamed(cell.Form); ok && form.Buttons {
			for _, c := range cell.Message.Choices {
				b.Keys = append(b.Keys, c.Label)
			}
		}
		if p.Counted {
			b.People = cell.People.String()
		}
		out = append(out, b)
	}
	return out
}

// previewView is the page of a preview, and that of the approval.
type previewView struct {
	*bulletinView
	Look     bulletin.Preview
	Counting bool // it is not counted yet
	Failed   bool
	Texts    []textSide
	Left     []line
	Cost     string
	Takes    string
	At       time.Time
	Approves bool // the page is that of who approves
	May      bool // the officer may approve this one
	Few      bool
}

func bulletinPreview(v *visit) (reply, error) {
	page, err := v.bulletinPage(v.r.PathValue("id"), nil)
	if errors.Is(err, bulletin.ErrNone) {
		return missing(), nil
	}
	if err != nil {
		return reply{}, err
	}
	out := previewView{bulletinView: page, At: v.now, Approves: strings.HasSuffix(v.r.URL.Path, "/approve")}
	out.May = v.mayApprove() && !page.Own && page.State == bulletin.Ready
	key := fmt.Sprint(page.ID, " ", page.Version)
	counted := v.c.censuses.of(v.r.Context(), key, v.now, func(ctx context.Context) (bulletin.Preview, error) {
		return v.c.Bulletins.Preview(ctx, page.Bulletin, v.now)
	})
	wait := time.NewTimer(countWait)
	defer wait.Stop()
	select {
	case <-counted.done:
	case <-wait.C:
		out.Counting = true
	}
	switch {
	case out.Counting:
		v.w.Header().Set("Refresh", "2")
		if out.Look, err = v.c.Bulletins.Show(v.r.Context(), page.Bulletin, v.now); err != nil {
			return reply{}, fmt.Errorf("preview a bulletin: %w", err)
		}
	case counted.err != nil:
		v.c.censuses.drop(key)
		return reply{}, fmt.Errorf("count an audience: %w", counted.err)
	default:
		out.Look, out.At = counted.preview, counted.at
		v.counts(&out)
	}
	out.Problems, out.Cells = v.bulletinProblems(out.Look.Problems), v.bubbles(out.Look)
	for _, side := range slices.Concat(page.Sides, page.More) {
		if side.Body != "" {
			out.Texts = append(out.Texts, side)
		}
	}
	return v.show(out), nil
}

// counts words what was counted.
func (v *visit) counts(out *previewView) {
	look := out.Look
	_, told := look.People.Told()
	out.Few = !told
	for _, l := range look.LeftOut {
		what := v.say("bulletins.left." + string(l.Reason))
		if l.Lang != "" {
			what += ": " + v.c.Supply.tongue(l.Lang).Name
		}
		out.Left = append(out.Left, line{what, l.People.String()})
	}
	out.Cost = v.say("bulletins.preview.cost.unknown")
	if look.Cost.Known {
		out.Cost = v.say("bulletins.preview.cost.about", fmt.Sprintf("%.2f", look.Cost.Amount), look.Cost.Currency)
	}
	out.Takes = v.lasted(look.Takes)
}

// wordedProblems are problems in words, those first that stand in the way.
type wordedProblems struct{ Errors, Warnings []string }

func (v *visit) bulletinProblems(problems []bulletin.Problem) (out wordedProblems) {
	for _, p := range problems {
		text := v.speaker().BulletinProblem(p)
		if p.Warning {
			out.Warnings = append(out.Warnings, text)
		} else {
			out.Errors = append(out.Errors, text)
		}
	}
	return out
}
