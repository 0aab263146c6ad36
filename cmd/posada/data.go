// Where the database and its key file lie, and opening them together.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"posada/store/bolt"
	"posada/store/seal"
)

// dataFlags are shared by every command that opens the database.
type dataFlags struct {
	DB      string `help:"The database file; made when missing. Default: posada/posada.db in the user's data folder." placeholder:"FILE"`
	KeyFile string `help:"The key file, without which the database is worthless; made with a new database. Keep it apart from the data. Default: posada/posada.key in the user's config folder." placeholder:"FILE"`
}

// fill sets the defaults: data and keys never lie in one folder.
func (d *dataFlags) fill() error {
	if d.DB == "" {
		home := os.Getenv("XDG_DATA_HOME")
		if home == "" {
			dir, err := os.UserHomeDir()
			if err != nil {
				return fmt.Errorf("find the data folder: %w; give --db", err)
			}
			home = filepath.Join(dir, ".local", "share")
		}
		d.DB = filepath.Join(home, "posada", "posada.db")
	}
	if d.KeyFile == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return fmt.Errorf("find the config folder: %w; give --key-file", err)
		}
		d.KeyFile = filepath.Join(dir, "posada", "posada.key")
	}
	return nil
}

// keys opens the key file. A new one is made only for a new database: beside
// an old one it would hide that the right one is lost.
func (d *dataFlags) keys() (*seal.Seal, error) {
	keys, err := seal.Open(d.KeyFile)
	if !errors.Is(err, seal.ErrMissing) {
		return keys, err
	}
	if _, statErr := os.Stat(d.DB); !errors.Is(statErr, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; the database %s exists and cannot be read without it: give the right --key-file", err, d.DB)
	}
	return seal.Create(d.KeyFile)
}

// open opens database and keys.
func (d *dataFlags) open() (*bolt.Store, *seal.Seal, error) {
	if err := d.fill(); err != nil {
		return nil, nil, err
	}
	keys, err := d.keys()
	if err != nil {
		return nil, nil, err
	}
	store, err := bolt.Open(d.DB, keys)
	return store, keys, err
}
