// Notes: what people wrote to the staff, and the staff to them.
package bolt

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// noteID is the key of a note's row, written out.
func noteID(key []byte) bot.NoteID { return bot.NoteID(hex.EncodeToString(key)) }

// noteKey is the key that a note's id stands for; nil where it cannot be one.
func noteKey(id bot.NoteID) []byte {
	key, err := hex.DecodeString(string(id))
	if err != nil || len(key) != len(seal.Key{})+8 {
		return nil
	}
	return key
}

// openNote reads a note; one that does not open is counted.
func (s *Store) openNote(key, value []byte) (bot.Note, bool) {
	n, ok := open(s, noteBucket, key, value, bot.DecodeNote)
	n.ID = noteID(key)
	return n, ok
}

// Notes implements bot.Notes. One that does not open is left out.
func (s *Store) Notes(ctx context.Context, each func(bot.Note) error) error {
	err := s.chunks(ctx, noteBucket, func(rows []row) error {
		for _, r := range rows {
			if n, ok := s.openNote(r.key, r.value); ok {
				if err := each(n); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look at notes: %w", err)
	}
	return nil
}

// NotesOf implements bot.Notes. One that does not open is left out.
func (s *Store) NotesOf(ctx context.Context, who bot.Address) ([]bot.Note, error) {
	contact, err := s.keys.Find(contactBucket, who.Channel, who.ID)
	if err != nil {
		return nil, err
	}
	rows, err := s.rowsOf(ctx, noteBucket, contact)
	if err != nil {
		return nil, fmt.Errorf("read the notes: %w", err)
	}
	var notes []bot.Note
	for _, r := range rows {
		if n, ok := s.openNote(r.key, r.value); ok {
			notes = append(notes, n)
		}
	}
	return notes, nil
}

// rowsOf copies a contact's rows of a bucket whose keys begin with it.
func (s *Store) rowsOf(ctx context.Context, bucket string, contact seal.Key) (rows []row, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		rows = nil
		c := tx.Bucket([]byte(bucket)).Cursor()
		for k, v := c.Seek(contact[:]); bytes.HasPrefix(k, contact[:]); k, v = c.Next() {
			rows = append(rows, row{key: bytes.Clone(k), value: bytes.Clone(v)})
		}
		return nil
	})
	return rows, err
}

// SortNote implements bot.Notes. It opens and seals outside of transactions,
// and does all again when the note changed meanwhile.
func (s *Store) SortNote(ctx context.Context, id bot.NoteID, to string) (kept bool, err error) {
	key := noteKey(id)
	if key == nil {
		return false, ctx.Err()
	}
	for {
		var was []byte
		err := s.view(ctx, func(tx *bbolt.Tx) error {
			was = bytes.Clone(tx.Bucket([]byte(noteBucket)).Get(key))
			return nil
		})
		if err != nil {
			return false, fmt.Errorf("read a note: %w", err)
		}
		if was == nil {
			return false, nil
		}
		n, ok := s.openNote(key, was)
		if !ok || n.Case == to {
			return ok, nil
		}
		n.Case = to
		value, err := s.keys.Seal(noteBucket, key, n.Encode())
		if err != nil {
			return false, err
		}
		done := false
		err = s.write.submit(func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(noteBucket))
			if done = bytes.Equal(b.Get(key), was); !done {
				return nil
			}
			return b.Put(key, value)
		})
		if err != nil {
			return false, fmt.Errorf("sort a note: %w", err)
		}
		if done {
			return true, nil
		}
	}
}

// EraseNotes implements bot.Notes.
func (s *Store) EraseNotes(ctx context.Context, ids ...bot.NoteID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(ids) == 0 {
		return nil
	}
	err := s.write.submit(func(tx *bbolt.Tx) error { return eraseNotes(tx, nil, ids) })
	if err != nil {
		return fmt.Errorf("erase notes: %w", err)
	}
	return nil
}

// eraseNotes erases notes, those whose keys begin with of alone.
func eraseNotes(tx *bbolt.Tx, of []byte, ids []bot.NoteID) error {
	b := tx.Bucket([]byte(noteBucket))
	for _, id := range ids {
		if key := noteKey(id); key != nil && bytes.HasPrefix(key, of) {
			if err := b.Delete(key); err != nil {
				return fmt.Errorf("erase a note: %w", err)
			}
		}
	}
	return nil
}
