// The written rule: what becomes of a message after an attempt, and when it is
// too old to be sent.
package deliver

import (
	"math/rand/v2"
	"time"

	"posada/bot"
)

// After how long there is no use in sending, where the message itself does not
// say.
const (
	// ReplyLife: an answer that comes a day late is to a question forgotten, and
	// may be read by somebody else.
	ReplyLife = 24 * time.Hour
	// ReminderLife: two hours past the appointed time a reminder misleads whose
	// words say nothing of a delay.
	ReminderLife = 2 * time.Hour
	// LateLife: one that says so is of use until its window closes; by then the
	// next day's has come.
	LateLife = 24 * time.Hour
	// BulletinLife: a correction is worth reading for a week; then a newer one is
	// written.
	BulletinLife = 7 * 24 * time.Hour
	// ErrandLife: what could not be erased for a week needs a person to look.
	ErrandLife = 7 * 24 * time.Hour
)

// UnknownPause is how long a message of unknown outcome waits before it is sent
// again: providers report on a message within seconds.
const UnknownPause = 20 * time.Second

// The pauses between attempts of one message: the nth is a random part of the
// first doubled n times.
const (
	ReplyBackoff = time.Second     // somebody waits for it
	OtherBackoff = 5 * time.Second // nobody does
	MaxBackoff   = 5 * time.Minute
)

// A message of which a provider reports that it may arrive later is sent again
// after reportPause, then ever more rarely, so often at most.
const (
	reportTries     = 5
	reportPause     = time.Minute
	reportPauseMost = 4 * time.Hour
)

// parkTries is after how many failed attempts a message that is reported to be
// outside the window is parked without a nudge.
const parkTries = 3

// Reasons of our own for which a message is given up.
const (
	ReasonOld     = "too old"
	ReasonUnknown = "unknown" // it may have arrived
)

// unknowns is the rule of the package comment: how many unknown outcomes a
// message of a kind is given before it is given up.
func unknowns(k bot.Kind) int {
	switch k {
	case bot.Reply, bot.Reminder:
		return 2
	case bot.Bulletin:
		return 1
	}
	return int(ErrandLife / time.Second) // no bound but its expiry
}

// expiry is when there is no use in sending any more.
func expiry(o bot.Outbound) time.Time {
	if !o.Until.IsZero() {
		switch {
		case o.Kind != bot.Reminder:
		case o.LateFrom.IsZero():
			return earlier(o.Until, o.At.Add(ReminderLife))
		default:
			return earlier(o.Until, o.At.Add(LateLife))
		}
		return o.Until
	}
	life := ErrandLife
	switch o.Kind {
	case bot.Reply:
		life = ReplyLife
	case bot.Reminder:
		life = ReminderLife
	case bot.Bulletin:
		life = BulletinLife
	}
	return o.At.Add(life)
}

// inTime is a message as it is said at now, and whether that is later than it
// was meant to be.
func inTime(now time.Time, c bot.Claimed) (said bot.Claimed, late bool) {
	late = !c.LateFrom.IsZero() && now.After(c.LateFrom)
	if late && c.Message.Late != "" {
		c.Message.Text = c.Message.Late
	}
	return c, late
}

// tooOld settles a message that is past its expiry. Where it may have arrived
// before, that is the reason that is kept.
func tooOld(c bot.Claimed) bot.Settlement {
	s := bot.Settlement{Token: c.Token, Fate: bot.FateDead, Reason: ReasonOld}
	if c.Unknown > 0 {
		s.Reason = ReasonUnknown
	}
	return s
}

// decide says what becomes of a message after an attempt that ended at now.
// mended is when a lane whose settings are wrong is tried again.
func decide(now time.Time, c bot.Claimed, r Result, mended time.Time) bot.Settlement {
	s := bot.Settlement{Token: c.Token, Tries: c.Tries, Unknown: c.Unknown, Reason: r.Reason}
	if s.Reason == "" {
		s.Reason = r.Outcome.String()
	}
	outcome := r.Outcome
	if c.Kind == bot.Errand && (outcome == Parked || outcome == Unreachable || outcome == OptedOut) {
		outcome = Drop // an errand has no person
	}
	later := func(due time.Time) {
		// At its expiry it is ready whatever the provider asked for, and is given up.
		s.Fate, s.Due, s.Reason = bot.FateLater, earlier(due, expiry(c.Outbound)), ""
	}
	switch outcome {
	case Sent:
		s.Fate, s.Ref, s.Reason = bot.FateSent, r.Ref, ""
	case Retry:
		s.Tries++
		if r.After > 0 {
			later(now.Add(r.After))
		} else {
			later(now.Add(backoff(c.Kind, c.Tries)))
		}
	case Misconfigured:
		// A little after the lane, so that the lane is probed with another message
		// where there is one, and one odd message cannot keep all others waiting.
		s.Tries++
		if mended.Before(now) {
			mended = now.Add(settingsFirst)
		}
		later(mended.Add(upTo(mended.Sub(now) / 4)))
	case Drop:
		s.Fate = bot.FateDead
	case Unreachable:
		s.Fate = bot.FateUnreachable
	case OptedOut:
		s.Fate = bot.FateOptedOut
	case Parked:
		// They were nudged, and the message waits. What was unknown before stays
		// so: it may have been of the message and not of a nudge.
		s.Fate, s.Due, s.Reason = bot.FateParked, expiry(c.Outbound), ""
	default:
		if s.Tries, s.Unknown = c.Tries+1, c.Unknown+1; s.Unknown >= unknowns(c.Kind) {
			s.Fate, s.Reason = bot.FateDead, ReasonUnknown
			break
		}
		pause := backoff(c.Kind, c.Tries)
		if c.Kind != bot.Errand {
			pause = max(pause, UnknownPause)
		}
		later(now.Add(pause))
	}
	return s
}

// backoff is the pause after an attempt that failed, tries having failed
// before it. The whole of it is random, so that what failed together does not
// come back together.
func backoff(k bot.Kind, tries int) time.Duration {
	first := OtherBackoff
	if k == bot.Reply {
		first = ReplyBackoff
	}
	return upTo(doubled(first, tries, MaxBackoff))
}

// doubled is first doubled n times, but no more than most.
func doubled(first time.Duration, n int, most time.Duration) time.Duration {
	for range n {
		if first *= 2; first >= most {
			return most
		}
	}
	return first
}

// upTo is a random pause of more than nothing, and d at most.
func upTo(d time.Duration) time.Duration { return 1 + rand.N(max(d, 1)) }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// failed says what follows when a provider reports that a message which it had
// taken did not arrive: for certain, so that it is never unknown.
func failed(now time.Time, o bot.Outbound, why Outcome, after time.Duration) (fate bot.Fate, due time.Time) {
	end := expiry(o)
	again := func(most int, pause time.Duration) (bot.Fate, time.Time) {
		if o.Tries >= most || !now.Before(end) {
			return bot.FateDead, time.Time{}
		}
		return bot.FateLater, earlier(now.Add(pause), end)
	}
	if o.Kind == bot.Errand {
		return bot.FateDead, time.Time{} // an errand is done or not: nobody reports on it
	}
	switch why {
	case Retry:
		// The carrier has tried by itself: soon is useless.
		return again(reportTries, max(after, doubled(reportPause, o.Tries, reportPauseMost)))
	case Misconfigured:
		// The lane goes on: this provider took the message, and takes others.
		return again(1, settingsMost)
	case Parked:
		// It is handed to the sender again, who knows by now that the person has
		// to write first, nudges them, and parks it. A sender who never learns it
		// is not asked for ever.
		switch {
		case !now.Before(end):
		case o.Tries < parkTries:
			return bot.FateLater, now
		default:
			return bot.FateParked, end
		}
	case Unreachable:
		return bot.FateUnreachable, time.Time{}
	case OptedOut:
		return bot.FateOptedOut, time.Time{}
	}
	return bot.FateDead, time.Time{}
}
