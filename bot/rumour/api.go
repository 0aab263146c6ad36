// The desk's acts. Bodies follow one by one; the signatures stay.
package rumour

import (
	"context"
	"time"
)

// Load reads the papers. Run does it by itself; a command does it once.
func (d *Desk) Load(ctx context.Context, now time.Time) error { return nil }

// Run sorts, answers, closes and erases until ctx ends.
func (d *Desk) Run(ctx context.Context) {}

// Pass does once what Run does again and again.
func (d *Desk) Pass(ctx context.Context, now time.Time) error { return nil }

// Cases lists rumours.
func (d *Desk) Cases(f Filter, now time.Time) []Summary { return nil }

// Case shows one.
func (d *Desk) Case(ctx context.Context, id string, now time.Time) (Case, error) {
	return Case{}, ErrUnknown
}

// Check tells what keeps a verdict from being filed.
func (d *Desk) Check(v Verdict, now time.Time) []Problem { return nil }

// Answer files a verdict. With problems nothing is done.
func (d *Desk) Answer(ctx context.Context, by, id string, seen uint64, v Verdict, now time.Time) ([]Problem, error) {
	return nil, ErrUnknown
}

// Withdraw takes an answer back, and tells nobody.
func (d *Desk) Withdraw(ctx context.Context, by, id string, seen uint64, now time.Time) error {
	return ErrUnknown
}

// Dismiss closes a case that needs no answer, and erases what was written.
func (d *Desk) Dismiss(ctx context.Context, by, id string, seen uint64, now time.Time) error {
	return ErrUnknown
}

// Merge puts all of one case into another.
func (d *Desk) Merge(ctx context.Context, by, id string, seen uint64, into string, now time.Time) error {
	return ErrUnknown
}

// TakeOut puts what one person wrote into a case of its own, and names that.
func (d *Desk) TakeOut(ctx context.Context, by, id, key string, now time.Time) (string, error) {
	return "", ErrUnknown
}

// Alarms lists the rumours that spread now.
func (d *Desk) Alarms(now time.Time) []Alarm { return nil }

// Letters lists them, who waits longest first.
func (d *Desk) Letters(now time.Time) []Letter { return nil }

// Thread shows one.
func (d *Desk) Thread(ctx context.Context, id string, now time.Time) (Thread, error) {
	return Thread{}, ErrUnknown
}

// Take makes an officer the one who answers.
func (d *Desk) Take(ctx context.Context, by, id string, seen uint64, now time.Time) error {
	return ErrUnknown
}

// Reply answers. With problems nothing is done.
func (d *Desk) Reply(ctx context.Context, by, id string, seen uint64, text string, now time.Time) ([]Problem, error) {
	return nil, ErrUnknown
}

// CloseLetter ends a thread.
func (d *Desk) CloseLetter(ctx context.Context, by, id string, seen uint64, now time.Time) error {
	return ErrUnknown
}

// Duty tells who reads letters.
func (d *Desk) Duty(now time.Time) Duty { return Duty{} }

// SetDuty puts an officer on duty for 12 hours, or off it.
func (d *Desk) SetDuty(ctx context.Context, by string, on bool, now time.Time) error { return nil }

// SetHours says in words when letters are read.
func (d *Desk) SetHours(ctx context.Context, by string, seen uint64, hours map[string]string, now time.Time) ([]Problem, error) {
	return nil, nil
}

// Feed is what other organisations may quote.
func (d *Desk) Feed(now time.Time) Feed { return Feed{} }

// Feed is all answered rumours, the newest first.
type Feed struct {
	Author  Author
	Changed time.Time // day of the newest review
	Reviews []Review
}

// Review is one answered rumour in one language.
type Review struct {
	ID, Lang, Verdict, Claim, Reason, URL string
	Published                             time.Time // day
	Review                                time.Time // day on which it must be looked at again; zero for none
	Sources                               []Source
	Reports                               int // rounded down to tens; 0 below 20
}

// JSON is the feed as schema.org's DataFeed of ClaimReviews.
func (f Feed) JSON() ([]byte, error) { return nil, nil }
