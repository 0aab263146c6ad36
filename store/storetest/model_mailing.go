// Mailings among the random things that are done with two stores at once.
package storetest

import (
	"fmt"
	"slices"
	"sync"

	"posada/bot"
)

// mail queues a mailing for one person of each channel at most: in which order
// people are queued is a store's own.
func (m *pair) mail() {
	m.mailing++
	doc := mailing(m.mailing)
	doc.At, doc.Until = m.now, m.now.AddDate(0, 0, 1)
	sms, whatsapp := pick(m, "0", "1", "2", ""), pick(m, "0", "1", "2", "")
	before := bot.MailingID(1 + m.rand.IntN(int(m.mailing)))
	unless := m.chance(3)
	m.same("queued of a mailing", func(s Store) any {
		must(0, s.OpenMailing(m.Context(), doc))
		for {
			p := must(s.QueueMailing(m.Context(), doc.ID, []bot.MailingID{before}, func(p bot.Person) bool {
				return (p.Channel == "sms" && p.ID == sms || p.Channel == "whatsapp" && p.ID == whatsapp) && !(unless && p.Got(before))
			}))
			if p.Done {
				return p
			}
		}
	})
}

// mailed does something to one of the last mailings.
func (m *pair) mailed() {
	if m.mailing == 0 {
		return
	}
	id := m.mailing - bot.MailingID(m.rand.IntN(min(6, int(m.mailing))))
	state := pick(m, bot.MailingRuns, bot.MailingPaused, bot.MailingRuns, bot.MailingStopped)
	drop, forget := m.chance(2), m.chance(10)
	m.same("mailing", func(s Store) any {
		said := fmt.Sprint(s.SetMailing(m.Context(), id, state))
		for drop {
			more, err := s.DropMailing(m.Context(), id)
			if !more || err != nil {
				said += fmt.Sprint(err)
				break
			}
		}
		if forget {
			said += fmt.Sprint(s.ForgetMailing(m.Context(), id))
		}
		return said
	})
	m.same("surveyed", func(s Store) any {
		var mu sync.Mutex
		var said []string
		must(0, s.Survey(m.Context(), []bot.MailingID{id}, func(p bot.Person) {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, fmt.Sprintln(p.Channel, p.ID, p.Lang, p.Seen, p.Got(id)))
		}))
		slices.Sort(said)
		return said
	})
}

// mailReports compares what became of the last mailings, and that it adds up.
func (m *pair) mailReports() {
	for id := m.mailing; id > 0 && id+12 > m.mailing; id-- {
		m.same(fmt.Sprint("report on mailing ", id), func(s Store) any {
			r, ok, err := s.MailingReport(m.Context(), id)
			if err == nil {
				err = addsUp(r)
			}
			if err != nil {
				m.Errorf("%s: %v", m.step, err)
			}
			return fmt.Sprintf("%+v %v", r, ok)
		})
	}
}
