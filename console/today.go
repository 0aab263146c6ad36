// The first page: how it goes today.
package console

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"posada/bot"
	"posada/bot/staff"
	"posada/flows"
	"posada/locales"
)

func (c *Console) todayRoutes() []route {
	return []route{
		{Pattern: "GET /{$}", Who: officers, Act: staff.ActRead, Page: "today", Menu: "today.title", Do: c.todayPage},
		{Pattern: "GET /today/live", Who: officers, Act: staff.ActRead, Do: c.todayLive},
	}
}

// todayView is what the page shows.
type todayView struct {
	Numbers
	Live                         map[string]string
	People, Via, Asked, ToRemind []Point
	OverdueFacts, Stale          int
	Gaps                         []flows.Gap
	Desk                         bool // there are pages of rumours and letters
	Waiting                      int  // withdrawals that wait for a second officer
}

func (c *Console) todayPage(v *visit) (reply, error) {
	n, err := c.numbers(v.r.Context(), v.now)
	if err != nil {
		return reply{}, err
	}
	withdrawals, err := c.Withdrawals.List(v.r.Context())
	if err != nil {
		return reply{}, err
	}
	d := todayView{Numbers: n, Live: live(n), Desk: c.leads("/rumours") && c.leads("/letters")}
	for _, i := range withdrawals {
		if i.Waits() {
			d.Waiting++
		}
	}
	var spoken []string
	for _, l := range c.Book.Catalogue.Languages() {
		spoken = append(spoken, l.Code)
	}
	for _, lang := range told(n.Languages, spoken) {
		d.People = append(d.People, n.Languages[lang].point(languageName(c.Book.Catalogue, lang)))
	}
	for _, channel := range told(n.Channels, c.channels()) {
		d.Via = append(d.Via, n.Channels[channel].point(channelName(v.say, channel)))
	}
	d.Asked = days(n.Unanswered)
	for _, day := range n.Due { // nearly each is a person
		d.ToRemind = append(d.ToRemind, People(day.N).point(dayLabel(day)))
	}
	day := c.Book.On(v.now)
	for _, f := range c.Book.Facts() {
		if day.Entry(f) != nil && f.ReviewBy < day.Date {
			d.OverdueFacts++
		}
	}
	d.Stale = len(c.Book.OverdueDirectory(day.Date))
	d.Gaps = day.Gaps()
	return v.show(d), nil
}

func (c *Console) todayLive(v *visit) (reply, error) {
	ctx := v.r.Context()
	return stream(func() (map[string]string, error) {
		n, err := c.numbers(ctx, time.Now())
		return live(n), err
	})
}

// live are the numbers that change while the page is open, by the name of the
// element that shows each.
func live(n Numbers) map[string]string {
	out := map[string]string{
		"rumours": strconv.Itoa(n.Rumours.N), "rumours-new": strconv.Itoa(n.Rumours.New),
		"letters": strconv.Itoa(n.Letters.N), "letters-new": strconv.Itoa(n.Letters.New),
	}
	for _, d := range n.Delivery {
		for what, n := range map[string]int{"waiting": d.Waiting, "parked": d.Parked, "sent": d.Sent, "failed": d.Failed, "dead": d.Dead} {
			out[d.Channel+"-"+what] = strconv.Itoa(n)
		}
		out[d.Channel+"-oldest"] = lasted(d.Oldest)
	}
	return out
}

// lasted writes a time span: 45 s, 12 min, 3 h.
func lasted(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

func days(counts []DayCount) (out []Point) {
	for _, c := range counts {
		out = append(out, Point{Label: dayLabel(c), Value: c.N})
	}
	return out
}

func dayLabel(c DayCount) string { return c.Day.UTC().Format("01-02") }

// told are the groups of people that a chart shows: all that there can be,
// whether anybody is in them or not, and others when they are many. That a group
// is there at all would tell of its first person.
func told(counts map[string]People, all []string) []string {
	out := slices.Clone(all)
	for of, n := range counts {
		if n >= fewest && !slices.Contains(out, of) {
			out = append(out, of)
		}
	}
	slices.Sort(out)
	return out
}

// languageName is what a language calls itself.
func languageName(c *locales.Catalogue, code string) string {
	if l := c.Language(code); l != nil {
		if name := strings.TrimSpace(l.Raw("language.name")); name != "" {
			return name
		}
	}
	return code
}

// channelName is what people call a channel.
func channelName(say func(key string, args ...any) string, channel string) string {
	if slices.Contains([]string{"sms", "whatsapp", "telegram", bot.Simulator}, channel) {
		return say("bulletins.form." + channel)
	}
	return channel
}
