// Caring for the database and its keys while the server is stopped.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"posada/store/bolt"
	"posada/store/seal"
)

type compactCmd struct {
	dataFlags
}

// Run rewrites the database beside the old one and then takes its place: what
// was erased is gone from the file too, and everything is sealed by the newest
// key.
func (c *compactCmd) Run(ctx context.Context, std streams) error {
	if err := c.fill(); err != nil {
		return err
	}
	keys, err := seal.Open(c.KeyFile)
	if err != nil {
		return err
	}
	next := c.DB + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clear the way for the new file: %w", err)
	}
	done, err := bolt.Rewrite(ctx, c.DB, next, keys)
	if err != nil {
		return err
	}
	if err := os.Rename(next, c.DB); err != nil {
		return fmt.Errorf("put the new file in place: %w", err)
	}
	fmt.Fprintf(std.out, "%d rows, %d bytes before, %d after\n", done.Rows, done.Before, done.After)
	if done.Damaged > 0 {
		fmt.Fprintf(std.out, "%d rows could not be opened and were copied as they were\n", done.Damaged)
	}
	return nil
}

type keysCmd struct {
	Rotate rotateCmd `cmd:"" help:"Seal with a new key from now on; old values still open. Then run: posada compact."`
}

type rotateCmd struct {
	dataFlags
}

func (c *rotateCmd) Run(std streams) error {
	if err := c.fill(); err != nil {
		return err
	}
	if _, err := seal.Rotate(c.KeyFile); err != nil {
		return err
	}
	fmt.Fprintln(std.out, "A new key seals from the next start on. To seal everything anew: stop the server, then run: posada compact")
	return nil
}
