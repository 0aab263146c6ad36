// Programmes: daily appointments with their request windows, steps, troubles
// and places. CBP One was one; a shelter's list is another.
package flows

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Programme is a way to ask for an appointment.
type Programme struct {
	ID       string    `yaml:"-"`
	Name     string    `yaml:"name"`
	Facts    []string  `yaml:"facts"`
	Open     []Period  `yaml:"open"`
	Windows  []Window  `yaml:"windows"`
	Confirm  string    `yaml:"confirm"`
	History  string    `yaml:"history"`
	Steps    []Guide   `yaml:"steps"`
	Troubles []Trouble `yaml:"troubles"`
	Places   []string  `yaml:"places"`

	Offer *Offer `yaml:"offer"` // nil: nothing has to be accepted in time

	HistoryTrouble string `yaml:"history_trouble"` // said before a trouble when closed

	Reminders Reminding `yaml:"reminders"`

	file string
	line int
}

// Reminding is what a programme's reminders say beside the words of all.
type Reminding struct {
	Formerly string            `yaml:"formerly"` // the flow in which older sessions keep them
	Hours    Words             `yaml:"hours"`    // before it is asked when to remind
	Closed   Words             `yaml:"closed"`   // after the word that it is closed
	Done     Words             `yaml:"done"`     // what comes after a request
	Offer    Words             `yaml:"offer"`    // to who got an offer
	Helps    map[string]string `yaml:"helps"`    // kind of problem → trouble that tells what helps
}

// Words are messages, and what they stand on.
type Words struct {
	Say   []Item   `yaml:"say"`
	Facts []string `yaml:"facts"`
	Plain string   `yaml:"plain"`
}

// Period is a time in which a programme takes requests.
type Period struct {
	From     Date     `yaml:"from"`
	Until    Moment   `yaml:"until"` // a day or a moment; empty: still open
	Zone     string   `yaml:"zone"`
	Source   []string `yaml:"source"`
	Lines    []int    `yaml:"lines"`
	Standing string   `yaml:"standing"`
	Reviewed Date     `yaml:"reviewed"`

	start, end time.Time
}

// Moment is 2025-01-20 or 2025-01-20T12:00, in the zone beside it.
type Moment string

// Window is the hours of a day in which a request can be made, as they were
// between two days. Where sources disagree it has several readings.
type Window struct {
	From     Date      `yaml:"from"`
	Until    Date      `yaml:"until"`
	Source   []string  `yaml:"source"`
	Lines    []int     `yaml:"lines"`
	Standing string    `yaml:"standing"`
	Reviewed Date      `yaml:"reviewed"`
	Note     string    `yaml:"note"`
	Closed   []string  `yaml:"closed"` // weekdays on which it does not open: [sunday]
	Readings []Reading `yaml:"readings"`

	closed [7]bool // by time.Weekday
}

// Reading is one source's word on a window.
type Reading struct {
	Opens   string `yaml:"opens"`  // 11:00
	Closes  string `yaml:"closes"` // 10:00
	NextDay bool   `yaml:"next_day"`
	Zone    string `yaml:"zone"`

	opens, closes int
	loc           *time.Location
}

// Guide is one step of a registration.
type Guide struct {
	ID       string   `yaml:"id"`
	Say      []Item   `yaml:"say"`
	Facts    []string `yaml:"facts"`
	Plain    string   `yaml:"plain"`
	Troubles []string `yaml:"troubles"`
}

// Trouble is something that goes wrong, and what the sources say helps.
type Trouble struct {
	ID    string   `yaml:"id"`
	Label string   `yaml:"label"`
	Say   []Item   `yaml:"say"`
	Facts []string `yaml:"facts"`
	Plain string   `yaml:"plain"`
}

// Spot is a place a person waits in; its zone decides every local time.
type Spot struct {
	ID   string `yaml:"-"`
	Name string `yaml:"name"`
	Zone string `yaml:"zone"`
	Also string `yaml:"also"`

	line int
	loc  *time.Location
}

func (m Moment) in(loc *time.Location) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, string(m), loc); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a day or a moment (2025-01-20T12:00)", string(m))
}

// misplaced is what is wrong with a part of a programme, and where that stands
// under it.
type misplaced struct {
	error
	path []string
}

func (m misplaced) Unwrap() error { return m.error }

// compile reads times and zones. Its error is a misplaced one.
func (p *Programme) compile(sources map[string]*Source) error {
	part := func(err error, path ...string) error {
		return misplaced{fmt.Errorf("programme %s: %w", p.ID, err), path}
	}
	// Without either it would be closed for ever, and nothing would say so.
	if len(p.Open) == 0 {
		return part(errors.New("it needs open: the periods in which it takes requests"), "open")
	}
	if len(p.Windows) == 0 {
		return part(errors.New("it needs windows: the hours in which a request can be made"), "windows")
	}
	for i := range p.Open {
		if err := p.compilePeriod(i, sources); err != nil {
			return part(err, "open", strconv.Itoa(i))
		}
	}
	for i := range p.Windows {
		if err := p.compileWindow(i, sources); err != nil {
			return part(err, "windows", strconv.Itoa(i))
		}
	}
	return nil
}

func (p *Programme) compilePeriod(i int, sources map[string]*Source) error {
	o := &p.Open[i]
	loc, err := loadZone(o.Zone)
	if err != nil {
		return err
	}
	o.start = o.From.Time(loc)
	if o.Until != "" {
		if o.end, err = o.Until.in(loc); err != nil {
			return err
		}
		if !o.end.After(o.start) {
			return errors.New("it closes before it opens")
		}
	}
	if i > 0 && (p.Open[i-1].end.IsZero() || p.Open[i-1].end.After(o.start)) {
		return fmt.Errorf("the period from %s overlaps the one before it", o.From)
	}
	return knownSources(sources, o.Source)
}

func (p *Programme) compileWindow(i int, sources map[string]*Source) error {
	w := &p.Windows[i]
	if err := knownSources(sources, w.Source); err != nil {
		return fmt.Errorf("window from %s: %w", w.From, err)
	}
	if w.Until != 0 && w.Until <= w.From || i > 0 && (p.Windows[i-1].Until == 0 || p.Windows[i-1].Until > w.From) {
		return fmt.Errorf("the window from %s overlaps another or ends before it begins", w.From)
	}
	if w.From == 0 {
		return errors.New("a window has no day from which it holds")
	}
	if len(w.Readings) == 0 {
		return fmt.Errorf("the window from %s has no reading", w.From)
	}
	if err := w.readClosed(); err != nil {
		return fmt.Errorf("window from %s: %w", w.From, err)
	}
	for j := range w.Readings {
		if err := w.Readings[j].compile(); err != nil {
			return fmt.Errorf("window from %s: %w", w.From, err)
		}
	}
	if err := w.readsTogether(); err != nil {
		return fmt.Errorf("window from %s: %w", w.From, err)
	}
	if i > 0 {
		was, last, first := p.Windows[i-1], p.Windows[i-1].Until.AddDays(-1), w.From.AddDays(0)
		if was.opensOn(last) && w.opensOn(first) && was.Closes(last).After(w.Opens(first)) {
			return fmt.Errorf("the window from %s opens before that of the day before it has closed", w.From)
		}
	}
	return nil
}

// readsTogether refuses readings that leave no hour on some day of the window's
// first year: nobody could be reminded on it.
func (w *Window) readsTogether() error {
	if len(w.Readings) < 2 {
		return nil // the clocks may leave out a short window, once a year
	}
	day := w.From.AddDays(0)
	for range 366 {
		if w.Until != 0 && day >= w.Until {
			break
		}
		if w.opensOn(day) && !w.Opens(day).Before(w.Closes(day)) {
			return fmt.Errorf("on %s its readings have no hour in common", day)
		}
		day = day.AddDays(1)
	}
	return nil
}

// readClosed reads the weekdays on which the window does not open.
func (w *Window) readClosed() error {
	for _, name := range w.Closed {
		known := false
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(d.String(), name) {
				w.closed[d], known = true, true
			}
		}
		if !known {
			return fmt.Errorf("closed: %q is not a weekday (sunday)", name)
		}
	}
	if w.closed == [7]bool{true, true, true, true, true, true, true} {
		return errors.New("closed: it never opens")
	}
	return nil
}

// loadZone is a named IANA time zone. Neither no name (which Go takes for UTC)
// nor the machine's own zone is one.
func loadZone(name string) (*time.Location, error) {
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("unknown time zone %q", name)
	}
	return loc, nil
}

func knownSources(sources map[string]*Source, ids []string) error {
	if len(ids) == 0 {
		return fmt.Errorf("it has no source")
	}
	for _, id := range ids {
		if sources[id] == nil {
			return fmt.Errorf("unknown source %q", id)
		}
	}
	return nil
}

func (r *Reading) compile() error {
	var err error
	if r.opens, err = clockMinutes(r.Opens); err != nil {
		return err
	}
	if r.closes, err = clockMinutes(r.Closes); err != nil {
		return err
	}
	if r.loc, err = loadZone(r.Zone); err != nil {
		return err
	}
	if !r.NextDay && r.closes <= r.opens || r.NextDay && r.closes > r.opens {
		return fmt.Errorf("it closes (%s) before it opens (%s), or is longer than a day", r.Closes, r.Opens)
	}
	return nil
}

func clockMinutes(s string) (int, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time of day (11:00)", s)
	}
	return t.Hour()*60 + t.Minute(), nil
}

// OpenAt tells whether the programme takes requests at t.
func (p *Programme) OpenAt(t time.Time) bool {
	for _, o := range p.Open {
		if !t.Before(o.start) && (o.end.IsZero() || t.Before(o.end)) {
			return true
		}
	}
	return false
}

// WindowOn is the request window that held on a day, also on a day of the week
// on which it does not open.
func (p *Programme) WindowOn(day Date) (Window, bool) {
	for _, w := range p.Windows {
		if w.From <= day && (w.Until == 0 || day < w.Until) {
			return w, true
		}
	}
	return Window{}, false
}

// Opens is the moment the window opens on its own calendar day. Where readings
// differ it is the latest: a reminder before the opening would be useless.
func (w Window) Opens(day Date) time.Time {
	var out time.Time
	for _, r := range w.Readings {
		if t := wallClock(day, r.opens, r.loc); out.IsZero() || t.After(out) {
			out = t
		}
	}
	return out
}

// Closes is the moment the window that opened on that day closes. Where
// readings differ it is the earliest.
func (w Window) Closes(day Date) time.Time {
	var out time.Time
	for _, r := range w.Readings {
		last := day
		if r.NextDay {
			last = day.AddDays(1)
		}
		if t := wallClock(last, r.closes, r.loc); out.IsZero() || t.Before(out) {
			out = t
		}
	}
	return out
}

// localMinute is a moment's time of day in a place, 1 to 1440.
func localMinute(t time.Time, loc *time.Location) int {
	t = t.In(loc)
	if m := t.Hour()*60 + t.Minute(); m > 0 {
		return m
	}
	return 24 * 60
}
