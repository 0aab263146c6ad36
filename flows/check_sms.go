// What the texts cost as SMS: each message, and each answer whole, in every language.
package flows

import (
	"fmt"
	"slices"
	"strings"

	"posada/locales"
)

// SMSCost is what one text takes, in segments: in the letters it is written in, and in those that SMS counts cheaply.
type SMSCost struct {
	Lang    string
	Message string // "" for an answer
	Place   Place  // of an answer
	Exact   int
	Plain   int // transliterated: what the channel sends, unless the language is one of --sms-exact
}

// SMSMessages is what every message of every language costs on a day, sorted by language and message. Lists for the machine cost nothing. A text
// with a person's own values counts with their placeholders.
func (b *Book) SMSMessages(day *Day) []SMSCost {
	var out []SMSCost
	for _, l := range b.Catalogue.Languages() {
		for _, id := range l.IDs() {
			if !locales.IsList(id) {
				out = append(out, b.smsCost(l, b.shown(day, l, id), SMSCost{Message: id}))
			}
		}
	}
	return out
}

// SMSAnswers is what every answer of every language costs on a day: a node rendered whole, with all that it may say under any
// condition, its question, its numbered choices and the line of keys.
func (b *Book) SMSAnswers(day *Day) []SMSCost {
	var out []SMSCost
	for _, l := range b.Catalogue.Languages() {
		for _, f := range b.flows {
			for _, n := range f.order {
				if n.speaks() && (n.List == "" || len(n.Say) > 0 || n.Ask != "") { // a list alone has no words of its own
					out = append(out, b.smsCost(l, b.whole(day, l, n), SMSCost{Place: n.place()}))
				}
			}
		}
	}
	return out
}

func (b *Book) smsCost(l *locales.Language, text string, c SMSCost) SMSCost {
	text = locales.Unisolated(text)
	c.Lang, c.Exact, c.Plain = l.Code, locales.Segments(text), locales.Segments(locales.Transliterate(text))
	return c
}

// shown is a message with the facts of the day, or as it stands where it shows a person's own values.
func (b *Book) shown(day *Day, l *locales.Language, id string) string {
	if text, err := day.text(l, id, nil); err == nil {
		return text
	}
	return l.Raw(id)
}

// whole is a node as one text.
func (b *Book) whole(day *Day, l *locales.Language, n *Node) string {
	var parts []string
	careful := false
	for _, it := range n.Say {
		parts = append(parts, b.shown(day, l, it.Text))
		careful = careful || b.careful(l, it.Text)
	}
	if n.Ask != "" {
		ask := b.shown(day, l, n.Ask)
		gap := "\n"
		if n.Line {
			gap = " "
		}
		for i, o := range n.Choices {
			ask += fmt.Sprintf("%s%s %s", gap, l.Digits(fmt.Sprint(i+1)), l.Raw(o.Label))
		}
		if careful && len(n.Choices) > 0 {
			ask += fmt.Sprintf("%s%s %s", gap, l.Digits(fmt.Sprint(len(n.Choices)+1)), l.Raw(msgOriginalAsk))
		}
		if !n.Line {
			ask += "\n" + l.Raw(msgNavSMS)
		}
		parts = append(parts, ask)
	}
	return strings.Join(parts, "\n")
}

// MedianSegments is the middle of some costs, exact and in plain letters; the lower one of two.
func MedianSegments(costs []SMSCost) (exact, plain int) {
	if len(costs) == 0 {
		return 0, 0
	}
	var e, p []int
	for _, c := range costs {
		e, p = append(e, c.Exact), append(p, c.Plain)
	}
	slices.Sort(e)
	slices.Sort(p)
	return e[(len(e)-1)/2], p[(len(p)-1)/2]
}
