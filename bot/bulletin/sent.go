// What was sent: for whoever asks "did you send this?".
package bulletin

import (
	"context"
	"slices"
	"time"

	"posada/flows"
)

// SentText is one text that was sent to people, exactly as it was.
type SentText struct {
	Mailing    uint64
	Day        flows.Date // on which it was begun
	Lang, Form string
	Text       string
	Corrected  flows.Date // 0: it was not
	By         uint64     // the mailing that corrects it
}

// SentTexts lists the texts of all bulletins of the last year that were begun,
// the oldest first. Where the text is the same in several forms it stands once.
// What SMS made of a text stands behind the text with all its letters, which is
// what is shown to who asks for our own words: "si" is not "sí".
func (d *Desk) SentTexts(ctx context.Context, now time.Time) ([]SentText, error) {
	all, err := d.List(ctx)
	if err != nil {
		return nil, err
	}
	slices.Reverse(all)
	var out []SentText
	for _, b := range all {
		if !b.Begun() || now.Sub(b.Began) >= PaperLife {
			continue
		}
		var mine []SentText
		variants := slices.Clone(b.Variants)
		slices.SortStableFunc(variants, func(x, y variant) int { return b2i(x.Form == flows.SMS.Name) - b2i(y.Form == flows.SMS.Name) })
		for _, v := range variants {
			if slices.ContainsFunc(mine, func(s SentText) bool { return s.Lang == v.Lang && s.Text == v.Message.Text }) {
				continue
			}
			mine = append(mine, SentText{
				Mailing: uint64(b.Mailing), Day: dayOf(b.Began), Lang: v.Lang, Form: v.Form, Text: v.Message.Text,
				Corrected: b.Corrected, By: b.CorrectedBy,
			})
		}
		out = append(out, mine...)
	}
	return out, nil
}
