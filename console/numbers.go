// The numbers of today, and how small ones are kept from telling of anybody.
package console

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// People is a number of people. It shows itself rounded down to tens, and below
// twenty not at all: a number that is exact, or a difference of two, could tell
// of one person.
type People int

// fewest people that are shown as a number.
const fewest = 20

// String is the number as it may be shown.
func (n People) String() string {
	if n < fewest {
		return "<" + strconv.Itoa(fewest)
	}
	return strconv.Itoa(n.rounded())
}

// GoString is String.
func (n People) GoString() string { return n.String() }

func (n People) rounded() int { return int(n) / 10 * 10 }

// point of a chart: one that is too small to be told has no length.
func (n People) point(label string) Point {
	p := Point{Label: label, Text: n.String()}
	if n >= fewest {
		p.Value = n.rounded()
	}
	return p
}

// Numbers are what the page of today shows.
type Numbers struct {
	// Languages and Channels count the people that can be reached, by the code
	// of a language and the name of a channel.
	Languages, Channels map[string]People
	// Unanswered counts by day, the oldest first, the questions that found no
	// answer; nil when they are not counted.
	Unanswered []DayCount
	// Due counts reminders by day, today first.
	Due []DayCount
	// Delivery tells of each channel.
	Delivery []Delivery
	// Rumours and Letters are how many are open, and how many of them nobody
	// has looked at yet.
	Rumours, Letters Open
	// Alarms are words of the console (alarm.…) with what they are filled with:
	// never a text of a person.
	Alarms []Alarm
}

// DayCount is a number of things on a day.
type DayCount struct {
	Day time.Time
	N   int
}

// Delivery is how sending goes on one channel.
type Delivery struct {
	Channel            string
	Waiting, Parked    int           // in the queue; waiting for the person's own next message
	Sent, Failed, Dead int           // of the last 24 hours; given up
	Oldest             time.Duration // that the first in the queue waits
}

// Open is how much waits for an officer.
type Open struct{ N, New int }

// Alarm is something that somebody has to look at now.
type Alarm struct {
	Word string // key of the console's words
	Args []string
	Path string // where it is looked at, "" for nowhere
}

// countEvery is how old numbers may be that are shown.
const countEvery = 2 * time.Second

// counted keeps the last numbers: however many pages are open, they are counted
// by one of them.
type counted struct {
	mu   sync.Mutex
	at   time.Time
	last Numbers
}

func (c *Console) numbers(ctx context.Context, now time.Time) (Numbers, error) {
	c.counted.mu.Lock()
	defer c.counted.mu.Unlock()
	if age := now.Sub(c.counted.at); age >= 0 && age < countEvery {
		return c.counted.last, nil
	}
	n, err := c.Numbers(ctx, now)
	if err != nil {
		return Numbers{}, fmt.Errorf("count what today shows: %w", err)
	}
	c.counted.at, c.counted.last = now, n
	return n, nil
}
