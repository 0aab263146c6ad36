// The survey, taken again and again: what the metrics show of it.
package remind

import (
	"context"
	"slices"
	"sync"
	"time"
)

// SurveyEvery is how often the survey is taken. It reads every contact, so it is
// seldom, and nobody waits for it.
const SurveyEvery = 10 * time.Minute

// Watch holds the newest survey.
type Watch struct {
	people People
	report func(error)

	mu     sync.Mutex
	counts []Count
}

// NewWatch makes one; report is told of surveys that failed, and the one before
// stays.
func NewWatch(people People, report func(error)) *Watch {
	return &Watch{people: people, report: report}
}

// Run takes surveys until ctx ends, the first at once.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(SurveyEvery)
	defer tick.Stop()
	for {
		counts, err := Survey(ctx, w.people, time.Now())
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			w.report(err)
		default:
			w.mu.Lock()
			w.counts = counts
			w.mu.Unlock()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Counts returns the newest survey, nil before the first.
func (w *Watch) Counts() []Count {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.counts)
}
