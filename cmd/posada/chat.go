// posada chat: a conversation in the terminal, or line by line in a pipe.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/store/memory"
)

type chatCmd struct {
	bookFlags
	audioFlags
	Channel string `enum:"sms,whatsapp,telegram" default:"whatsapp" help:"Show messages as this channel would: sms, whatsapp or telegram."`
	Lang    string `help:"Begin in this language (its code: en, es, zh-Hans) instead of asking." placeholder:"CODE"`
	From    string `default:"terminal" help:"Who is talking: with --db, the same name comes back to where they were." placeholder:"ID"`
	AsOf    string `help:"Talk as of this day (2024-03-15); every message says TRAINING." placeholder:"DATE"`
	JSON    bool   `name:"json" help:"Print each message as one JSON object a line."`
	DB      string `help:"Remember the conversation in this file; without it all is forgotten at the end." placeholder:"FILE"`
	KeyFile string `help:"The key file of --db." placeholder:"FILE"`
}

// chatMessage is the line that --json prints.
type chatMessage struct {
	To       string         `json:"to"`
	Channel  string         `json:"channel"`
	Lang     string         `json:"lang"`
	Text     string         `json:"text"`
	Choices  []flows.Choice `json:"choices"`
	Flow     string         `json:"flow"`
	Node     string         `json:"node"`
	Segments int            `json:"segments"`
	Voice    string         `json:"voice,omitempty"` // a recording, and no text: "mam/rule.what.3"
}

func (c *chatCmd) Run(ctx context.Context, std streams) error {
	book, err := c.load(time.Now())
	if err != nil {
		return err
	}
	if c.Lang != "" && book.Catalogue.Language(c.Lang) == nil {
		var have []string
		for _, l := range book.Catalogue.Languages() {
			have = append(have, l.Code)
		}
		return fmt.Errorf("no language %q; there are %s", c.Lang, strings.Join(have, ", "))
	}
	day, err := asOf(book, c.AsOf)
	if err != nil {
		return err
	}
	voices, err := c.audioFlags.open(book)
	if err != nil {
		return err
	}
	defer voices.Close()
	for _, f := range voices.faults {
		fmt.Fprintf(std.err, "posada: recording not taken: %s\n", f)
	}
	form, _ := flows.FormNamed(c.Channel)
	var store chatStore = memory.New()
	if c.DB != "" {
		data := dataFlags{DB: c.DB, KeyFile: c.KeyFile}
		kept, _, err := data.open()
		if err != nil {
			return err
		}
		defer kept.Close()
		store = kept
	}
	book.BuildSearch()
	talk := &conversation{
		cmd: c, store: store, assistant: bot.New(book, store), out: std.out,
		in: bot.Inbound{From: bot.Address{Channel: bot.Simulator, ID: c.From}, Form: form, AsOf: day, Lang: c.Lang},
	}
	return talk.run(ctx, std.in)
}

// chatStore is a store whose outbox the terminal itself empties.
type chatStore interface {
	bot.Store
	bot.Outbox
}

type conversation struct {
	cmd       *chatCmd
	store     chatStore
	assistant *bot.Assistant
	in        bot.Inbound
	out       io.Writer
}

// run answers line by line to the end of the input. A line without an end is a
// line too; one that is too long is cut by the assistant, which says so.
func (t *conversation) run(ctx context.Context, in io.Reader) error {
	run := rand.Text()
	lines := bufio.NewReader(in)
	for n := 0; ; n++ {
		line, err := lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read input: %w", err)
		}
		if line != "" {
			t.in.ID = fmt.Sprintf("%s-%d", run, n)
			t.in.Text = strings.TrimRight(line, "\r\n")
			t.in.At = time.Now()
			if _, failed := t.assistant.Receive(ctx, t.in); failed != nil {
				return failed
			}
			if failed := t.deliver(ctx); failed != nil {
				return failed
			}
		}
		if err != nil || ctx.Err() != nil {
			return nil
		}
	}
}

// chatClaims is more than any one turn queues: what a crash left for others
// must not hide an answer.
const chatClaims = 1000

// chatLease is how long the terminal may take to print.
const chatLease = time.Minute

// deliver prints what waits in the outbox for this contact, and gives back what
// waits for others.
func (t *conversation) deliver(ctx context.Context) error {
	now := time.Now()
	for _, kind := range []bot.Kind{bot.Reply, bot.Reminder, bot.Bulletin} {
		order := bot.ClaimOrder{Channel: bot.Simulator, Kind: kind, Lines: chatClaims, Each: chatClaims, Lease: chatLease}
		claimed, err := t.store.Claim(ctx, now, order)
		if err != nil {
			return fmt.Errorf("take messages: %w", err)
		}
		settled := make([]bot.Settlement, len(claimed))
		for i, m := range claimed {
			settled[i] = bot.Settlement{Token: m.Token, Fate: bot.FateReleased}
			if m.To != t.in.From {
				continue
			}
			if err := t.print(m.Message); err != nil {
				return fmt.Errorf("print: %w", err)
			}
			settled[i].Fate = bot.FateSent
		}
		if _, err := t.store.Settle(ctx, now, settled); err != nil {
			return fmt.Errorf("take messages out of the queue: %w", err)
		}
	}
	return nil
}

func (t *conversation) print(m flows.Message) error {
	if t.cmd.JSON {
		choices := m.Choices
		if choices == nil {
			choices = []flows.Choice{}
		}
		voice := ""
		if len(m.Voices) > 0 {
			voice = m.Voices[0].String()
		}
		line, err := json.Marshal(chatMessage{Voice: voice, To: t.cmd.From, Channel: t.in.Form.Name, Lang: m.Lang, Text: m.Text, Choices: choices, Flow: m.Flow, Node: m.Node, Segments: m.Segments})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(t.out, "%s\n", line)
		return err
	}
	text := m.Text
	for _, v := range m.Voices {
		text += "[voice: " + v.String() + "]"
	}
	if t.in.Form.Buttons {
		for _, c := range m.Choices {
			text += fmt.Sprintf("\n[%s] %s", c.Key, c.Label)
		}
	}
	if m.Segments > 0 {
		text += fmt.Sprintf("\n(%d SMS)", m.Segments)
	}
	_, err := fmt.Fprintf(t.out, "%s\n\n", text)
	return err
}
