// Command posada is the whole of Posada in one binary: the assistant, the
// phone in the browser, and the tools of those who run it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"syscall"
	_ "time/tzdata" // places have time zones, and a small container has none

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// cli is the command line; each command is a file of its own.
type cli struct {
	Config kong.ConfigFlag `help:"Read settings from this YAML file (its keys are the flags)." placeholder:"FILE" type:"existingfile"`

	Serve     serveCmd     `cmd:"" help:"Run the assistant, and a phone in the browser to try it."`
	Chat      chatCmd      `cmd:"" help:"Talk to the assistant in the terminal."`
	Book      bookCmd      `cmd:"" help:"Print what the book holds to be true on a day, and what is overdue for review."`
	Check     checkCmd     `cmd:"" help:"Hold the book and the languages to account; fails with file and line."`
	Locales   localesCmd   `cmd:"" help:"Care for the languages: how each text was made, and files for translators."`
	Flows     flowsCmd     `cmd:"" help:"Draw a flow of the book."`
	Compact   compactCmd   `cmd:"" help:"Write the database anew, without the remains of what was erased. Stop the server first."`
	Keys      keysCmd      `cmd:"" help:"Care for the key file."`
	Doctor    doctorCmd    `cmd:"" help:"Check the settings with the providers, and say what to mend."`
	Queue     queueCmd     `cmd:"" help:"Tell what waits to be sent and what was given up."`
	Reminders remindersCmd `cmd:"" help:"Count who is reminded of what, by programme and zone."`
	Bulletin  bulletinCmd  `cmd:"" help:"Bulletins without a browser: draft, preview, approve, send, correct. An officer acts, with their password."`
	Rumour    rumourCmd    `cmd:"" help:"Rumours without a browser: list, show, answer."`
	Withdraw  withdrawCmd  `cmd:"" help:"Take a message, fact, answer or flow out of use everywhere: two officers, without a browser."`
	Staff     staffCmd     `cmd:"" help:"Care for those who work with the console: list, end, and one-time links."`
	Audit     auditCmd     `cmd:"" help:"Read and verify the log of what staff did."`
	Webhook   webhookCmd   `cmd:"" help:"Care for Telegram's webhook."`
	Health    healthCmd    `cmd:"" help:"Ask a running server whether it is well (for containers)."`
}

const description = `Posada answers people who seek asylum at the US-Mexico border, in their own language.

To begin:

    posada serve                     then open the address it prints
    POSADA_TELEGRAM_TOKEN=... posada serve       answers people on Telegram, from a laptop
    posada doctor                    what is wrong with the settings, and how to mend it
    posada chat --lang es            talk to it in this terminal
    posada chat --as-of 2024-03-15   a past day, for training: every message says so
    posada book                      what it holds to be true today, with sources

Every flag may also be given in the environment (POSADA_LISTEN) or as a key of --config FILE (listen: 127.0.0.1:8080).`

// streams are where a command reads and writes; tests bring their own.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run is main with its surroundings as arguments. It returns the exit code: 0,
// 1 for a failure, 2 for a command line that cannot be understood.
func run(ctx context.Context, args []string, io streams) int {
	var c cli
	code := -1
	parser, err := kong.New(&c,
		kong.Name("posada"), kong.Description(description), kong.UsageOnError(),
		kong.DefaultEnvars("POSADA"),
		kong.Configuration(loadConfig),
		kong.Writers(io.out, io.err),
		kong.Exit(func(n int) { code = n }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(io),
	)
	if err != nil {
		fmt.Fprintln(io.err, "posada:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if code >= 0 { // --help has been printed
		return code
	}
	if err != nil {
		fmt.Fprintln(io.err, "posada:", err)
		fmt.Fprintln(io.err, "Try: posada --help")
		return 2
	}
	if err := command.Run(); err != nil {
		if !errors.Is(err, errSilent) {
			fmt.Fprintln(io.err, "posada:", err)
		}
		return 1
	}
	return 0
}

// errSilent ends a command that has already said what is wrong.
var errSilent = errors.New("failed")

// config resolves flags from a YAML file: "listen: 127.0.0.1:8080". Kong's own
// YAML loader stands on a parser that is no longer kept.
type config map[string]any

func loadConfig(r io.Reader) (kong.Resolver, error) {
	c := config{}
	if err := yaml.NewDecoder(r).Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read config: %w", err)
	}
	return c, nil
}

// Validate refuses a key that is no flag of any command: a setting that is
// silently ignored is worse than none.
func (c config) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var gather func(n *kong.Node)
	gather = func(n *kong.Node) {
		for _, f := range n.Flags {
			known[f.Name] = true
		}
		for _, child := range n.Children {
			gather(child)
		}
	}
	gather(app.Node)
	for _, key := range slices.Sorted(maps.Keys(c)) {
		if !known[key] {
			return fmt.Errorf("config: no flag is called %q", key)
		}
	}
	return nil
}

// Resolve is the value of a flag, nil when the file does not set it.
func (c config) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	v := c[flag.Name]
	if _, text := v.(string); v != nil && !text && flag.Target.Kind() == reflect.String {
		// YAML takes +15005550006 for a number. The value may be a secret.
		return nil, fmt.Errorf("config: put the value of %q in quotes", flag.Name)
	}
	return v, nil
}
