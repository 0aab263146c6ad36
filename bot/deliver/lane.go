// One lane: a loop that decides what goes next, and the sends under way.
package deliver

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"posada/bot"
)

const (
	// Grace is how much longer than its Timeout a send may take before its
	// outcome is taken as unknown, whatever it does.
	Grace = 5 * time.Second
	// hold is how long a claimed line may wait in a lane, and margin how much of
	// its lease must be left after a send to keep what became of it. A line that
	// cannot be sent in time is given back.
	hold, margin = 3 * time.Minute, 30 * time.Second
	// each is how many messages of one line are claimed at once.
	each = 8
	// lookEvery is how often a lane looks for messages of which nobody told it,
	// such as those whose lease ended.
	lookEvery = 30 * time.Second
	// errandRate is how many errands leave a second: the limits of a sender are
	// the carrier's and for messages, and do not bind the provider's interface.
	errandRate = 10
)

var kinds = [...]bot.Kind{bot.Reply, bot.Reminder, bot.Bulletin, bot.Errand}

// lane is one Lane at work. But for what is marked, its loop alone touches it.
type lane struct {
	Lane
	d        *Dispatcher // set once
	spare    int         // workers for replies alone
	prefetch int         // lines of a kind that are claimed ahead
	settler  *settler    // safe for all
	state    state       // safe for all

	woken   chan struct{}
	kept    chan struct{}
	claimed chan claim
	results chan *flight
	knocked chan Result

	limit, errands *rate.Limiter
	contacts       map[bot.Address]*rate.Limiter // where PerContact is set
	pruned         time.Time

	buffers  [bot.Errand + 1]*buffer
	more     [bot.Errand + 1]bool // the store may have some
	claiming [bot.Errand + 1]bool
	faults   int       // claims that failed in a row
	again    time.Time // when the store is asked again
	looked   time.Time

	breaker      breaker
	answers      bool      // the provider was down, and answers a probe
	succeeded    time.Time // when a message to a person left last
	limits       limits
	gone         map[bot.Address]bool // cannot be reached or have stopped, which is not kept yet,
	aside        []*line              // and what was claimed for them
	flights      []*flight            // oldest first
	busy, others int                  // sends under way, and those among them that are not replies
	lost         int                  // sends among them that were given up
	unkept       int                  // messages whose fate is not kept yet
}

// claim is what the store answered.
type claim struct {
	kind  bot.Kind
	asked int
	lent  time.Time
	got   []bot.Claimed
	err   error
}

// flight is one send under way.
type flight struct {
	line   *line
	what   bot.Claimed
	late   bool
	began  time.Time
	probe  bool
	over   bool // what became of it is decided
	result Result
}

func newLane(settings Lane, d *Dispatcher) *lane {
	l := &lane{Lane: settings, d: d, woken: make(chan struct{}, 1), kept: make(chan struct{}, 1), claimed: make(chan claim, len(kinds)), knocked: make(chan Result, 1),
		settler: newSettler(d.outbox), gone: map[bot.Address]bool{}, contacts: map[bot.Address]*rate.Limiter{}}
	l.Workers, l.Burst, l.ContactBurst = max(l.Workers, 1), max(l.Burst, 1), max(l.ContactBurst, 1)
	if l.Timeout <= 0 {
		l.Timeout = 30 * time.Second
	}
	l.spare = max(l.Workers/8, 1)
	l.results = make(chan *flight, l.Workers+l.spare)
	l.limit, l.errands = rate.NewLimiter(rate.Inf, 1), rate.NewLimiter(errandRate, errandRate)
	l.prefetch = min(2*l.Workers+16, 256)
	if l.Rate > 0 {
		l.limit = rate.NewLimiter(rate.Limit(l.Rate), l.Burst)
		l.prefetch = min(max(int(4*l.Rate), 8), l.prefetch) // a few seconds' worth
	}
	for _, k := range kinds {
		l.buffers[k] = newBuffer()
	}
	l.settler.fault = func(err error) { d.fault(l.Channel, "keep what became of messages", err) }
	l.settler.refused = func(s settled) { d.meter.Refused(l.Channel, s.kind, s.outcome) }
	l.settler.kept = l.keep
	l.settler.talking = func() bool { return time.Since(time.Unix(0, d.talked.Load())) < talkPause }
	l.state.now = State{Channel: l.Channel, Up: true, Since: time.Now()}
	return l
}

// look makes the loop look into the store. Anybody may call it.
func (l *lane) look() { nudge(l.woken) }

// keep is told by the settler what was kept.
func (l *lane) keep(list []settled) {
	for _, s := range list {
		switch s.Fate {
		case bot.FateLater, bot.FateParked:
			l.d.promoter.at(s.Due)
		case bot.FateDead, bot.FateUnreachable, bot.FateOptedOut:
			l.d.meter.Died(l.Channel, s.kind, s.Reason)
		}
	}
	nudge(l.kept)
}

// run is the loop.
func (l *lane) run(ctx context.Context) {
	work := context.WithoutCancel(ctx) // what is begun is finished
	stop := make(chan struct{})
	var settling sync.WaitGroup
	settling.Go(func() { l.settler.run(work, stop) })

	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Reset(time.Until(l.step(work, time.Now())))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-l.woken:
			l.lookAll()
		case <-l.kept:
			l.lookAll() // the rest of a line, or what was queued while it was lent
			if waiting, _ := l.settler.status(time.Now()); waiting == 0 {
				l.bringBack() // the store knows of who is gone
			}
		case c := <-l.claimed:
			l.take(time.Now(), c)
		case f := <-l.results:
			l.landed(time.Now(), f)
		case r := <-l.knocked:
			l.heard(time.Now(), r)
		}
	}
	l.finish(timer)
	close(stop)
	settling.Wait()
}

// finish waits for what is under way and gives back what was not tried.
func (l *lane) finish(timer *time.Timer) {
	for {
		next := time.Now().Add(lookEvery)
		l.overdue(time.Now(), &next)
		if l.busy == l.lost && l.claiming == [len(l.claiming)]bool{} {
			break
		}
		timer.Reset(time.Until(next))
		select {
		case <-timer.C:
		case c := <-l.claimed:
			l.take(time.Now(), c)
		case f := <-l.results:
			l.landed(time.Now(), f)
		}
	}
	l.bringBack()
	for _, k := range kinds {
		for _, line := range l.buffers[k].empty() {
			l.release(line)
		}
	}
}

func (l *lane) lookAll() {
	for _, k := range kinds {
		l.more[k] = true
	}
}

// step does all that can be done at now, and tells when there may be more to
// do.
func (l *lane) step(ctx context.Context, now time.Time) (next time.Time) {
	if now.Sub(l.looked) >= lookEvery {
		l.looked = now
		l.lookAll()
	}
	next = l.looked.Add(lookEvery)
	l.overdue(now, &next)
	l.prune(now)
	defer l.tell(now)

	waiting, failing := l.settler.status(now)
	if l.unkept = waiting; failing {
		return next // until the settler tells
	}
	if now.Before(l.limits.until) {
		sooner(&next, l.limits.until)
		return next
	}
	for {
		if until, open := l.breaker.open(now); open {
			sooner(&next, until)
			return next
		}
		if l.knock(ctx) {
			return next // until it is known whether the provider answers at all
		}
		l.fetch(ctx, now, &next)
		line := l.pick(now, &next)
		if line == nil {
			return next
		}
		l.send(ctx, now, line)
	}
}

// pick takes the most urgent line that can go now, and a token of the rate for
// it.
func (l *lane) pick(now time.Time, next *time.Time) *line {
	for _, k := range kinds {
		b := l.buffers[k]
		sooner(next, b.wake(now))
		if b.ready.Len() == 0 && l.claiming[k] && l.Rate > 0 {
			return nil // what the store is about to tell may need the token more
		}
		if b.ready.Len() == 0 || !l.free(k) {
			continue
		}
		limit := l.limit
		if k == bot.Errand {
			limit = l.errands
		}
		token := limit.ReserveN(now, 1)
		if wait := token.DelayFrom(now); wait > 0 {
			token.CancelAt(now)
			sooner(next, now.Add(wait))
			continue
		}
		if line := l.fit(now, b, next); line != nil {
			return line
		}
		token.CancelAt(now)
	}
	return nil
}

// free tells whether a worker is free for a kind, and what becomes of its
// message can be kept soon. All others together never take what replies need.
func (l *lane) free(k bot.Kind) bool {
	if k == bot.Reply {
		return l.busy < l.Workers+l.spare && l.unkept < 2*unsettledMost
	}
	return l.busy < l.Workers+l.spare && l.others < l.Workers && l.unkept < unsettledMost
}

// fit takes the first line whose head may be sent now.
func (l *lane) fit(now time.Time, b *buffer, next *time.Time) *line {
	for line := b.take(); line != nil; line = b.take() {
		c := line.head()
		switch {
		case now.Add(l.Timeout + margin).After(line.lent):
			l.release(line)
		case l.gone[c.To]:
			l.aside = append(l.aside, line)
		case !l.d.outbox.Holds(c.Token):
			l.d.meter.Withheld(l.Channel, c.Kind)
			if line.next() {
				b.put(line)
			}
		case !now.Before(expiry(c.Outbound)):
			l.settler.put(settled{Settlement: tooOld(c), kind: c.Kind})
			if line.next() {
				b.put(line)
			}
		default:
			if line.due = l.paced(now, c); line.due.After(now) {
				b.pace(line)
				sooner(next, line.due)
				continue
			}
			return line
		}
	}
	return nil
}

// paced tells when a contact may be sent the next message. When that is now,
// it counts as sent.
func (l *lane) paced(now time.Time, c bot.Claimed) time.Time {
	if l.PerContact <= 0 || c.Kind == bot.Errand {
		return now
	}
	limit := l.contacts[c.To]
	if limit == nil {
		limit = rate.NewLimiter(rate.Every(l.PerContact), l.ContactBurst)
		l.contacts[c.To] = limit
	}
	token := limit.ReserveN(now, 1)
	wait := token.DelayFrom(now)
	if wait > 0 {
		token.CancelAt(now)
	}
	return now.Add(wait)
}

// prune forgets whoever may be sent a whole burst again, once in a while.
func (l *lane) prune(now time.Time) {
	if now.Sub(l.pruned) < max(time.Duration(l.ContactBurst)*l.PerContact, time.Second) {
		return
	}
	l.pruned = now
	for who, limit := range l.contacts {
		if limit.TokensAt(now) >= float64(l.ContactBurst) {
			delete(l.contacts, who)
		}
	}
}

// fetch claims ahead where little is left.
func (l *lane) fetch(ctx context.Context, now time.Time, next *time.Time) {
	if now.Before(l.again) {
		sooner(next, l.again)
		return
	}
	for _, k := range kinds {
		n := l.buffers[k].len()
		if !l.more[k] || l.claiming[k] || n > l.prefetch/2 {
			continue
		}
		l.more[k], l.claiming[k] = false, true
		c := claim{kind: k, asked: l.prefetch - n, lent: now.Add(Lease(l.Timeout))}
		go func() {
			c.got, c.err = l.d.outbox.Claim(ctx, now, bot.ClaimOrder{Channel: l.Channel, Kind: k, Lines: c.asked, Each: each, Lease: Lease(l.Timeout)})
			l.claimed <- c
		}()
	}
}

// Lease is for how long a lane whose sends may take a time borrows messages:
// after a crash, a store that keeps leases lends them again no sooner.
func Lease(timeout time.Duration) time.Duration { return hold + timeout + Grace + margin }

// take puts what was claimed into its buffer.
func (l *lane) take(now time.Time, c claim) {
	l.claiming[c.kind] = false
	if c.err != nil {
		l.d.fault(l.Channel, "claim", c.err)
		l.more[c.kind] = true
		l.again = now.Add(doubled(faultFirst, l.faults, faultMost))
		l.faults++
		return
	}
	l.faults = 0
	lines := 0
	for from := 0; from < len(c.got); lines++ {
		to := from + 1
		for to < len(c.got) && c.got[to].To == c.got[from].To {
			to++
		}
		l.buffers[c.kind].put(&line{messages: c.got[from:to:to], lent: c.lent})
		from = to
	}
	if lines >= c.asked {
		l.more[c.kind] = true
	}
}

// release gives a line back: the leases of the rest of it end with its head's.
func (l *lane) release(line *line) {
	c := line.head()
	l.settler.put(settled{Settlement: bot.Settlement{Token: c.Token, Fate: bot.FateReleased, Tries: c.Tries, Unknown: c.Unknown}, kind: c.Kind})
}

// send hands the head of a line to the sender.
func (l *lane) send(ctx context.Context, now time.Time, line *line) {
	what, late := inTime(now, line.head())
	f := &flight{line: line, what: what, late: late, began: now, probe: l.breaker.sending()}
	l.flights = append(l.flights, f)
	l.busy++
	if f.what.Kind != bot.Reply {
		l.others++
	} else {
		l.d.talked.Store(now.UnixNano())
	}
	go func() {
		r := l.try(ctx, f.what)
		l.d.meter.Attempted(l.Channel, f.what.Kind, r.Outcome, time.Since(now))
		f.result = r
		l.results <- f
	}()
}

// try sends once. A sender that panics may have sent. The panic's own words
// are not repeated: they may hold the person's.
func (l *lane) try(ctx context.Context, c bot.Claimed) (r Result) {
	ctx, cancel := context.WithTimeout(ctx, l.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			l.d.report(fmt.Errorf("deliver on %s: the sender panicked (%T)", l.Channel, p))
			r = Result{Outcome: Unknown, Reason: "panic"}
		}
	}()
	if l.Current != nil {
		c.Message = l.Current(c.Message)
	}
	if r = l.Sender.Send(ctx, c); r.Outcome < Sent || r.Outcome > Parked {
		r = Result{Outcome: Unknown, Reason: "no result"}
	}
	return r
}

// landed takes the result of a send.
func (l *lane) landed(now time.Time, f *flight) {
	l.busy--
	if f.what.Kind != bot.Reply {
		l.others--
	}
	if f.over {
		l.lost--
		l.d.meter.Refused(l.Channel, f.what.Kind, f.result.Outcome)
		return
	}
	l.conclude(now, f, f.result)
}

// overdue gives up sends that ignore their time-out: nobody knows what became
// of them. Their workers stay busy.
func (l *lane) overdue(now time.Time, next *time.Time) {
	for len(l.flights) > 0 {
		f := l.flights[0]
		if !f.over {
			if end := f.began.Add(l.Timeout + Grace); end.After(now) {
				sooner(next, end)
				return
			}
			l.lost++
			l.conclude(now, f, Result{Outcome: Unknown, Reason: "no answer"})
		}
		l.flights[0] = nil
		l.flights = l.flights[1:]
	}
}

// knock asks a provider that was down whether it answers at all, before a
// person's message is risked on it, and tells whether that is under way.
func (l *lane) knock(ctx context.Context) bool {
	prober, ok := l.Sender.(Prober)
	if !ok || l.breaker.trouble != down || l.answers {
		return false
	}
	l.breaker.probing = true
	go func() {
		ctx, cancel := context.WithTimeout(ctx, l.Timeout)
		defer cancel()
		l.knocked <- prober.Probe(ctx)
	}()
	return true
}

// heard takes the result of a knock: when the provider answers, one message
// tries whether it takes them too.
func (l *lane) heard(now time.Time, r Result) {
	switch r.Outcome {
	case Sent:
		l.breaker.probing, l.answers = false, true
	case Retry, Misconfigured:
		l.breaker.result(now, r, true)
	default:
		r.Outcome = Unknown
		l.breaker.result(now, r, true)
	}
}

// conclude decides what becomes of a message and of the rest of its line.
func (l *lane) conclude(now time.Time, f *flight, r Result) {
	f.over = true
	if r.Outcome == Misconfigured && f.what.Tries > 1 && now.Sub(l.succeeded) < settingsFirst {
		// Others left since it was tried before: it is this message alone, and the
		// lane does not wait for it a third time.
		r.Outcome = Drop
	}
	// An errand tells nothing of what people would get: a text that cannot be
	// erased yet must not keep everybody waiting.
	if f.what.Kind != bot.Errand || f.probe {
		l.breaker.result(now, r, f.probe)
	}
	if r.Outcome == Retry && r.After > 0 && f.what.Kind != bot.Errand {
		l.limits.ask(now, f.what.To, r.After)
	}
	if r.Outcome == Sent && f.what.Kind != bot.Errand {
		l.succeeded = now
		if f.late {
			l.d.meter.Late(l.Channel)
		}
	}
	if f.probe {
		l.answers = false
	}
	s := decide(now, f.what, r, l.breaker.until)
	l.settler.put(settled{Settlement: s, kind: f.what.Kind, outcome: r.Outcome})
	switch s.Fate {
	case bot.FateSent, bot.FateDead:
		if f.line.next() {
			l.buffers[f.what.Kind].put(f.line)
		}
	case bot.FateUnreachable, bot.FateOptedOut:
		// The store drops all that is queued for them, unless they have written
		// meanwhile.
		l.gone[f.what.To] = true
		if f.line.next() {
			l.aside = append(l.aside, f.line)
		}
	}
	// In every other case the leases of the rest of the line end too.
}

// bringBack lets go of who is gone: what the store still holds for them is
// sent.
func (l *lane) bringBack() {
	for _, line := range l.aside {
		l.buffers[line.head().Kind].put(line)
	}
	l.aside = nil
	clear(l.gone)
}

// tell brings the state up to date.
func (l *lane) tell(now time.Time) {
	_, failing := l.settler.status(now)
	why := l.breaker.why()
	switch {
	case failing || l.faults > 0:
		why = "the store fails"
	case why == "" && l.lost > 0 && l.others >= l.Workers:
		why = "sends do not return"
	}
	l.state.set(why, now)
}

// state is what a lane tells of itself.
type state struct {
	mu  sync.Mutex
	now State
}

func (s *state) get() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *state) set(why string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if (why == "") != s.now.Up {
		s.now.Since = now
	}
	s.now.Up, s.now.Why = why == "", why
}

// sooner makes t the earlier of itself and of another time that is set.
func sooner(t *time.Time, other time.Time) {
	if !other.IsZero() && other.Before(*t) {
		*t = other
	}
}
