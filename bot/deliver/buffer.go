// What a lane has claimed and not sent yet.
package deliver

import (
	"container/heap"
	"time"

	"posada/bot"
)

// line is what was claimed of the messages of one kind to one contact. They
// are sent one after another: a line that is being sent stands in no buffer.
type line struct {
	messages []bot.Claimed // what is left; never empty while it stands in a buffer
	lent     time.Time     // when its lease ends
	due      time.Time     // when its contact may be sent the next one
}

func (l *line) head() bot.Claimed { return l.messages[0] }

// next drops the head and tells whether anything is left.
func (l *line) next() bool {
	l.messages = l.messages[1:]
	return len(l.messages) > 0
}

// buffer holds the claimed lines of one kind: the ready ones, oldest message
// first, and those whose contact has to wait, by that time.
type buffer struct {
	ready, paced lines
}

func newBuffer() *buffer {
	return &buffer{
		ready: lines{less: func(a, b *line) bool { return a.head().ID < b.head().ID }},
		paced: lines{less: func(a, b *line) bool { return a.due.Before(b.due) }},
	}
}

func (b *buffer) len() int { return b.ready.Len() + b.paced.Len() }

func (b *buffer) put(l *line)  { heap.Push(&b.ready, l) }
func (b *buffer) pace(l *line) { heap.Push(&b.paced, l) }

// wake makes those ready whose contact need not wait any more, and tells when
// the next one's wait ends; zero for none.
func (b *buffer) wake(now time.Time) time.Time {
	for b.paced.Len() > 0 {
		if first := b.paced.all[0]; first.due.After(now) {
			return first.due
		}
		b.put(heap.Pop(&b.paced).(*line))
	}
	return time.Time{}
}

// take takes the ready line with the oldest message, nil for none.
func (b *buffer) take() *line {
	if b.ready.Len() == 0 {
		return nil
	}
	return heap.Pop(&b.ready).(*line)
}

// empty takes all lines.
func (b *buffer) empty() []*line {
	all := append(b.ready.all, b.paced.all...)
	b.ready.all, b.paced.all = nil, nil
	return all
}

// lines is a heap.
type lines struct {
	all  []*line
	less func(a, b *line) bool
}

func (l *lines) Len() int           { return len(l.all) }
func (l *lines) Less(i, j int) bool { return l.less(l.all[i], l.all[j]) }
func (l *lines) Swap(i, j int)      { l.all[i], l.all[j] = l.all[j], l.all[i] }
func (l *lines) Push(x any)         { l.all = append(l.all, x.(*line)) }

func (l *lines) Pop() any {
	last := len(l.all) - 1
	x := l.all[last]
	l.all[last] = nil
	l.all = l.all[:last]
	return x
}
