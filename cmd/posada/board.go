// The board as the desks fill it: whatever one of them changes is put up with
// what the others said before.
package main

import (
	"context"
	"sync"
	"time"

	"posada/bot/bulletin"
	"posada/bot/withdraw"
	"posada/flows"
)

// board gathers. It is safe for use by many goroutines.
type board struct {
	book *flows.Book

	mu sync.Mutex
	up flows.Board
}

// change puts up a board that differs in one thing.
func (b *board) change(do func(*flows.Board)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	do(&b.up)
	b.book.SetBoard(b.up)
}

func (b *board) answers(answers []flows.Answered) {
	b.change(func(up *flows.Board) { up.Answers = answers })
}

func (b *board) desk(desk flows.Desk) { b.change(func(up *flows.Board) { up.Desk = desk }) }

func (b *board) withdrawn(out []withdraw.Out) {
	list := make([]flows.Withdrawal, len(out))
	for i, o := range out {
		list[i] = flows.Withdrawal(o)
	}
	b.change(func(up *flows.Board) { up.Withdrawn = list })
}

// sent reads the texts of bulletins anew.
func (b *board) sent(ctx context.Context, desk *bulletin.Desk) error {
	texts, err := desk.SentTexts(ctx, time.Now())
	if err != nil {
		return err
	}
	list := make([]flows.SentText, len(texts))
	for i, t := range texts {
		list[i] = flows.SentText{Mailing: t.Mailing, Day: t.Day, Lang: t.Lang, Text: t.Text, Corrected: t.Corrected, By: t.By}
	}
	b.change(func(up *flows.Board) { up.Sent = list })
	return nil
}
