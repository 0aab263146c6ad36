// A long random sequence of everything that can be asked, of two stores at
// once: they must never be told apart.
package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
)

// SideBySide does the same random things with a store and with its model, and
// compares all that they answer. Ids and tokens may differ; their order may
// not.
func SideBySide(t *testing.T, store, model Store, seed uint64, steps int) {
	t.Helper()
	m := &pair{T: t, both: [2]Store{store, model}, rand: rand.New(rand.NewPCG(seed, 1)), now: day, ids: map[uint64]uint64{}, refs: map[uint64][]string{}}
	for _, channel := range []string{"sms", "whatsapp"} {
		for i := range 3 {
			m.people = append(m.people, bot.Address{Channel: channel, ID: fmt.Sprint(i)})
		}
	}
	todo := []struct {
		name  string
		often int
		do    func()
	}{
		{"turn", 6, m.turn}, {"queue", 4, m.queue}, {"claim", 10, m.claim}, {"settle", 10, m.settle}, {"report", 8, m.report},
		{"promote", 4, m.promote}, {"reach", 1, m.reach}, {"sweep", 1, m.sweep}, {"look", 3, m.look}, {"due", 3, m.due}, {"wait", 4, m.wait}, {"mail", 3, m.mail}, {"mailings", 4, m.mailed},
	}
	var wheel []int
	for i, x := range todo {
		wheel = append(wheel, slices.Repeat([]int{i}, x.often)...)
	}
	for i := range steps {
		x := todo[wheel[m.rand.IntN(len(wheel))]]
		m.step = fmt.Sprintf("seed %d, step %d, %s", seed, i, x.name)
		x.do()
		m.same("counts", func(s Store) any { return must(s.Counts(t.Context())) })
		m.mailReports()
		if t.Failed() {
			t.FailNow()
		}
	}
}

type pair struct {
	*testing.T
	both    [2]Store
	rand    *rand.Rand
	now     time.Time
	step    string
	counter int
	people  []bot.Address
	ids     map[uint64]uint64 // the model's, by the store's
	known   []uint64          // of the store
	refs    map[uint64][]string
	lent    [][2]bot.Claimed
	mailing bot.MailingID // the last one
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the test's own fault, or a broken store: nothing after it means anything
	}
	return v
}

// same compares what both answer.
func (m *pair) same(what string, ask func(Store) any) any {
	m.Helper()
	a, b := ask(m.both[0]), ask(m.both[1])
	if !reflect.DeepEqual(a, b) {
		m.Errorf("%s: %s: %+v, the model says %+v", m.step, what, a, b)
	}
	return a
}

// pairs notes that two ids are of one message.
func (m *pair) pairs(a, b uint64) {
	m.Helper()
	was, ok := m.ids[a]
	switch {
	case ok && was != b, (a == 0) != (b == 0):
		m.Errorf("%s: message %d is the model's %d, and was its %d", m.step, a, b, was)
	case !ok && a != 0:
		m.ids[a] = b
		m.known = append(m.known, a)
	}
}

func (m *pair) chance(of int) bool { return m.rand.IntN(of) == 0 }

func pick[T any](m *pair, from ...T) T { return from[m.rand.IntN(len(from))] }

func (m *pair) outbound(to bot.Address, kind bot.Kind) bot.Outbound {
	m.counter++
	o := bot.Outbound{To: to, Kind: kind, At: m.now.Truncate(time.Second), Message: flows.Message{Text: fmt.Sprint("text ", m.counter), Flow: "f"}}
	if kind == bot.Errand {
		o.To.ID = fmt.Sprint("erase ", m.rand.IntN(5))
	}
	return o
}

func (m *pair) kind() bot.Kind {
	return pick(m, bot.Reply, bot.Reply, bot.Reminder, bot.Bulletin, bot.Bulletin, bot.Errand)
}

func (m *pair) turn() {
	who := pick(m, m.people...)
	m.counter++
	id := fmt.Sprint("m", m.counter)
	if m.chance(20) {
		id = "m1"
	}
	t := bot.Turn{Now: m.now, Session: []byte(id), Quiet: m.chance(4), Forget: m.chance(8), OptOut: pick(m, bot.MarkAsWas, bot.MarkAsWas, bot.MarkAsWas, bot.MarkOut, bot.MarkIn)}
	for range m.rand.IntN(4) {
		t.Out = append(t.Out, m.outbound(who, m.kind()))
	}
	if !m.chance(4) {
		t.Contact = contact(who)
		for range m.rand.IntN(3) {
			at := m.now.Add(time.Duration(m.rand.IntN(400)-200) * time.Second)
			t.Contact.Timers = append(t.Contact.Timers, timer(pick(m, daily, again), at))
		}
	}
	var outs [2][]bot.Outbound
	i := 0
	m.same("turn", func(s Store) any {
		t := t
		t.Snapshot = must(s.Load(m.Context(), who, id))
		t.Out = slices.Clone(t.Out)
		outcome := must(s.Commit(m.Context(), t))
		if outcome == bot.Committed {
			outs[i] = t.Out
		}
		i++
		if t.Snapshot.Seen {
			return outcome // the rest of it may be empty
		}
		return fmt.Sprint(outcome, t.Snapshot.OptedOut, t.Snapshot.Parked, t.Snapshot.Contact.Known(), string(t.Snapshot.Session), t.Snapshot.Contact.Timers)
	})
	m.queued(outs)
}

func (m *pair) queued(outs [2][]bot.Outbound) {
	m.Helper()
	if len(outs[0]) == len(outs[1]) {
		for i := range outs[0] {
			m.pairs(outs[0][i].ID, outs[1][i].ID)
		}
	}
}

func (m *pair) queue() {
	var out []bot.Outbound
	for range m.rand.IntN(6) {
		out = append(out, m.outbound(pick(m, m.people...), m.kind()))
	}
	var outs [2][]bot.Outbound
	i := 0
	m.same("queued", func(s Store) any {
		outs[i] = slices.Clone(out)
		i++
		return must(s.Queue(m.Context(), outs[i-1]))
	})
	m.queued(outs)
}

func (m *pair) claim() {
	order := bot.ClaimOrder{Channel: pick(m, "sms", "whatsapp"), Kind: m.kind(), Lines: m.rand.IntN(4), Each: m.rand.IntN(4), Lease: time.Duration(m.rand.IntN(90)) * time.Second}
	var got [2][]bot.Claimed
	i := 0
	m.same("claimed", func(s Store) any {
		got[i] = must(s.Claim(m.Context(), m.now, order))
		var what []string
		for _, c := range got[i] {
			what = append(what, fmt.Sprintf("%s heard %v", bare(c.Outbound), c.Heard))
		}
		i++
		return what
	})
	if len(got[0]) != len(got[1]) {
		return
	}
	for i, c := range got[0] {
		m.pairs(c.ID, got[1][i].ID)
		m.lent = append(m.lent, [2]bot.Claimed{c, got[1][i]})
	}
	m.lent = m.lent[max(0, len(m.lent)-40):]
}

// bare is all of a message but its id.
func bare(o bot.Outbound) string {
	return fmt.Sprintln(o.To.Channel, o.To.ID, o.Kind, o.At.Unix(), o.Until.Unix(), o.Tries, o.Unknown, o.Message.Text, o.Message.Flow, o.Message.Node, o.Mailing)
}

func (m *pair) settle() {
	if len(m.lent) == 0 {
		return
	}
	var settled [2][]bot.Settlement
	for range 1 + m.rand.IntN(4) {
		c := pick(m, m.lent[max(0, len(m.lent)-pick(m, 4, 40)):]...)
		x := bot.Settlement{
			Fate: bot.Fate(1 + m.rand.IntN(7)), Due: m.now.Add(time.Duration(m.rand.IntN(200)-20) * time.Second),
			Tries: m.rand.IntN(5), Unknown: m.rand.IntN(3), Reason: "code",
		}
		if x.Fate >= bot.FateUnreachable && !m.chance(4) {
			x.Fate = bot.FateSent
		}
		if !m.chance(4) {
			x.Ref = m.ref(c[0].ID)
		}
		for i := range settled {
			x.Token = c[i].Token
			settled[i] = append(settled[i], x)
		}
	}
	i := 0
	m.same("refused", func(s Store) any {
		refused := must(s.Settle(m.Context(), m.now, settled[i]))
		// By their place in the call, for tokens differ.
		var places []int
		for p, x := range settled[i] {
			for _, r := range refused {
				if r == x.Token {
					places = append(places, p)
				}
			}
		}
		i++
		return fmt.Sprint(places, len(refused))
	})
}

// ref is an old or a new reference of a message.
func (m *pair) ref(id uint64) string {
	if refs := m.refs[id]; len(refs) > 0 && m.chance(2) {
		return pick(m, refs...)
	}
	m.counter++
	ref := fmt.Sprint("SM", m.counter)
	m.refs[id] = append(m.refs[id], ref)
	return ref
}

func (m *pair) message() uint64 {
	return pick(m, m.known[max(0, len(m.known)-pick(m, 10, 60)):]...)
}

func (m *pair) report() {
	if len(m.known) == 0 {
		return
	}
	for range 3 { // most reports find nothing
		id := m.message()
		r := bot.Report{
			Ref: m.ref(id), State: bot.DeliveryState(m.rand.IntN(6)), Reason: "code", At: m.now,
			Fate: pick(m, 0, bot.FateLater, bot.FateLater, bot.FateParked, bot.FateDead), Due: m.now.Add(time.Duration(m.rand.IntN(100)-10) * time.Second), Erase: m.chance(2),
		}
		if m.chance(8) {
			r.Ref = ""
		}
		if m.chance(8) {
			r.Fate = pick(m, bot.FateUnreachable, bot.FateOptedOut)
		}
		ids := [2]uint64{id, m.ids[id]}
		i := 0
		m.same("reported", func(s Store) any {
			r.Message = ids[i]
			i++
			return must(s.Report(m.Context(), r))
		})
		m.sent(ids)
	}
}

func (m *pair) sent(ids [2]uint64) {
	m.Helper()
	i := 0
	m.same("known of what left", func(s Store) any {
		sent, ok, err := s.Sent(m.Context(), ids[i])
		if ok && sent.ID != ids[i] {
			m.Errorf("%s: number %d is given for %d", m.step, sent.ID, ids[i])
		}
		i++
		return fmt.Sprint(ok, err, sent.Ref, sent.State, bare(sent.Outbound))
	})
}

func (m *pair) promote() {
	m.same("next", func(s Store) any { return must(s.Promote(m.Context(), m.now)) })
}

func (m *pair) reach() {
	who, reachable := pick(m, m.people...), m.chance(2)
	m.same("reach", func(s Store) any { return s.Reach(m.Context(), who, reachable) })
}

func (m *pair) sweep() {
	ago := func() time.Time { return m.now.Add(-time.Duration(m.rand.IntN(60)) * time.Minute) }
	act := m.rand.IntN(12)
	order := bot.Sweep{
		SentBefore: ago(), Unreported: ago(), Erase: m.chance(2), DeadBefore: ago(), SeenBefore: m.now.AddDate(0, 0, -2), MailingsBefore: ago(),
		Judge: func(k bot.Kept) bot.Verdict {
			if len(k.Session) == 0 || act > 2 || int(k.Session[len(k.Session)-1])%3 != act {
				return bot.Verdict{}
			}
			return bot.Verdict{Act: bot.Act(act), Session: []byte("swept")}
		},
	}
	m.same("swept", func(s Store) any { return must(s.Sweep(m.Context(), order)) })
}

func (m *pair) look() {
	for _, c := range m.lent {
		i := 0
		m.same("holds", func(s Store) any { i++; return s.Holds(c[i-1].Token) })
	}
	for range min(5, len(m.known)) {
		id := m.message()
		m.sent([2]uint64{id, m.ids[id]})
	}
	i := 0
	m.same("dead letters", func(s Store) any {
		letters := must(s.Dead(context.WithoutCancel(m.Context()), 50))
		for j := range letters {
			if i == 0 {
				letters[j].ID = m.ids[letters[j].ID]
			}
		}
		i++
		return fmt.Sprintf("%+v", letters)
	})
}

// due compares who is due; those of one second come in any order.
func (m *pair) due() {
	m.same("due", func(s Store) any {
		due, next, err := s.Due(m.Context(), m.now, 100)
		var who []string
		for _, c := range due {
			who = append(who, fmt.Sprint(c.Due().Unix(), c.Channel, c.ID, c.Timers))
		}
		if !slices.IsSortedFunc(due, func(a, b bot.Contact) int { return a.Due().Compare(b.Due()) }) {
			m.Errorf("%s: not the longest due first", m.step)
		}
		slices.Sort(who)
		return fmt.Sprint(who, next, err)
	})
}

func (m *pair) wait() { m.now = m.now.Add(time.Duration(m.rand.IntN(100_000)) * time.Millisecond) }
