// What the tests share: a store, a provider that does as it is told, a meter
// that remembers, and a dispatcher between them.

package deliver_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
	"posada/store/memory"
)

const channel = "sms"

// store is what the tests need of one.
type store interface {
	deliver.Outbox
	Load(ctx context.Context, from bot.Address, messageID string) (bot.Snapshot, error)
	Commit(ctx context.Context, t bot.Turn) (bot.Outcome, error)
	Queue(ctx context.Context, out []bot.Outbound) (queued int, err error)
	Counts(ctx context.Context) (bot.Counts, error)
}

// sent is one message that reached the provider.
type sent struct {
	bot.Claimed
	at time.Time
}

// provider is a Sender that does as it is told. A message that it is told
// nothing of is sent at once.
type provider struct {
	// do is asked what to do with the nth attempt of a message, from 1. It may
	// sleep. left tells whether the message reached the provider's other side.
	do func(ctx context.Context, c bot.Claimed, nth int) (r deliver.Result, left bool)

	mu       sync.Mutex
	tries    map[uint64]int
	attempts []sent
	left     []sent
	busy     int
	most     int
}

func (p *provider) Send(ctx context.Context, c bot.Claimed) deliver.Result {
	p.mu.Lock()
	if p.tries == nil {
		p.tries = map[uint64]int{}
	}
	p.tries[c.ID]++
	nth := p.tries[c.ID]
	p.attempts = append(p.attempts, sent{c, time.Now()})
	p.busy++
	p.most = max(p.most, p.busy)
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.busy--
		p.mu.Unlock()
	}()
	r, left := deliver.Result{Outcome: deliver.Sent}, true
	if p.do != nil {
		r, left = p.do(ctx, c, nth)
	}
	if left {
		p.arrive(c)
	}
	return r
}

func (p *provider) arrive(c bot.Claimed) {
	p.mu.Lock()
	p.left = append(p.left, sent{c, time.Now()})
	p.mu.Unlock()
}

// texts are what reached the provider, in order.
func (p *provider) texts() (texts []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.left {
		texts = append(texts, s.Message.Text)
	}
	return texts
}

// times are when a text was attempted, since the beginning of the bubble.
func (p *provider) times(text string) (times []time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.attempts {
		if s.Message.Text == text {
			times = append(times, s.at.Sub(begin))
		}
	}
	return times
}

// begin is when every bubble begins.
var begin = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// meter remembers what it is told.
type meter struct {
	mu       sync.Mutex
	attempts map[deliver.Outcome]int
	withheld int
	refused  int
	died     map[string]int
	late     int
	reported map[bot.Reported]int
}

func newMeter() *meter {
	return &meter{attempts: map[deliver.Outcome]int{}, died: map[string]int{}, reported: map[bot.Reported]int{}}
}

func (m *meter) do(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

func (m *meter) Attempted(_ string, _ bot.Kind, o deliver.Outcome, _ time.Duration) {
	m.do(func() { m.attempts[o]++ })
}
func (m *meter) Withheld(string, bot.Kind)                 { m.do(func() { m.withheld++ }) }
func (m *meter) Refused(string, bot.Kind, deliver.Outcome) { m.do(func() { m.refused++ }) }
func (m *meter) Died(_ string, _ bot.Kind, reason string)  { m.do(func() { m.died[reason]++ }) }
func (m *meter) Late(string)                               { m.do(func() { m.late++ }) }
func (m *meter) Reported(_ string, _ bot.DeliveryState, did bot.Reported) {
	m.do(func() { m.reported[did]++ })
}

// world is all of it.
type world struct {
	*testing.T
	store    store
	provider *provider
	meter    *meter
	d        *deliver.Dispatcher
	lane     deliver.Lane
	errs     []error
	mu       sync.Mutex
	turns    int
	stop     func() // ends Run and waits for it
}

func newWorld(t *testing.T, s store, lane deliver.Lane) *world {
	w := &world{T: t, store: s, provider: &provider{}, meter: newMeter(), lane: lane}
	w.lane.Channel, w.lane.Sender = channel, w.provider
	if w.lane.Workers == 0 {
		w.lane.Workers = 4
	}
	if w.lane.Timeout == 0 {
		w.lane.Timeout = 10 * time.Second
	}
	w.stop = func() {}
	return w
}

// run starts a dispatcher over an outbox, mostly the store itself.
func (w *world) run(outbox deliver.Outbox) {
	ctx, cancel := context.WithCancel(context.Background())
	w.d = deliver.New(outbox, []deliver.Lane{w.lane}, w.meter, func(err error) {
		w.mu.Lock()
		w.errs = append(w.errs, err)
		w.mu.Unlock()
	})
	ended := make(chan struct{})
	go func() { w.d.Run(ctx); close(ended) }()
	w.stop = func() {
		cancel()
		<-ended
		w.stop = func() {}
	}
}

// start runs a world in a bubble.
func start(t *testing.T, lane deliver.Lane, do func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, memory.New(), lane)
		defer func() { w.stop() }()
		do(w)
	})
}

func address(who string) bot.Address { return bot.Address{Channel: channel, ID: who} }

// turn commits a turn of one person.
func (w *world) turn(who bot.Address, change func(*bot.Turn)) []bot.Outbound {
	w.Helper()
	w.mu.Lock()
	w.turns++
	id := fmt.Sprint("turn ", w.turns)
	w.mu.Unlock()
	snap, err := w.store.Load(context.Background(), who, id)
	if err != nil {
		w.Fatal(err)
	}
	t := bot.Turn{Snapshot: snap, Now: time.Now(), Session: []byte{1}, Contact: &bot.Contact{Address: who, Since: begin}}
	change(&t)
	out, err := w.store.Commit(context.Background(), t)
	if err != nil || out != bot.Committed {
		w.Fatal("commit", out, err)
	}
	return t.Out
}

// put queues a message, and wakes the lane where it runs.
func (w *world) put(kind bot.Kind, who, text string) uint64 {
	w.Helper()
	return w.putAll(kind, who, text)[0]
}

func (w *world) putAll(kind bot.Kind, who string, texts ...string) (ids []uint64) {
	w.Helper()
	var out []bot.Outbound
	for _, text := range texts {
		out = append(out, bot.Outbound{To: address(who), Kind: kind, Message: flows.Message{Text: text}, At: time.Now().UTC().Truncate(time.Second)})
	}
	if kind == bot.Reply {
		out = w.turn(address(who), func(t *bot.Turn) { t.Out = out })
	} else {
		if kind != bot.Errand {
			w.known(who)
		}
		if n, err := w.store.Queue(context.Background(), out); err != nil || n != len(out) {
			w.Fatal("queue", n, err)
		}
	}
	if w.d != nil {
		w.d.Wake(channel)
	}
	for _, o := range out {
		ids = append(ids, o.ID)
	}
	return ids
}

// known makes a contact whom bulletins can reach, without a message of theirs.
func (w *world) known(who string) {
	w.Helper()
	snap, err := w.store.Load(context.Background(), address(who), "a question of the test")
	if err != nil {
		w.Fatal(err)
	}
	if !snap.Contact.Known() {
		w.turn(address(who), func(*bot.Turn) {})
	}
}

func (w *world) counts() bot.Counts {
	w.Helper()
	c, err := w.store.Counts(context.Background())
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// sent checks what reached the provider, in order.
func (w *world) sent(want ...string) {
	w.Helper()
	if got := w.provider.texts(); !slices.Equal(got, want) {
		w.Errorf("sent %q, want %q", got, want)
	}
}

// answers makes the provider give each text its results in turn, and send what
// it has no more for.
func (w *world) answers(results map[string][]deliver.Result) {
	w.provider.do = func(_ context.Context, c bot.Claimed, nth int) (deliver.Result, bool) {
		if list := results[c.Message.Text]; nth <= len(list) {
			return list[nth-1], list[nth-1].Outcome == deliver.Sent
		}
		return deliver.Result{Outcome: deliver.Sent}, true
	}
}

func (w *world) state() deliver.State { return w.d.States()[0] }

// all are the kinds.
var all = []bot.Kind{bot.Reply, bot.Reminder, bot.Bulletin, bot.Errand}

// metered, played and faults are what there is to see when everybody rests.

func (w *world) metered() *meter { synctest.Wait(); return w.meter }

func (w *world) played() *provider { synctest.Wait(); return w.provider }

func (w *world) faults() []error { synctest.Wait(); return w.errs }
