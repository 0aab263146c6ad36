// Reading a person's diary.
package bolt

import (
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// Diary implements bot.Store. An entry that does not open is left out.
func (s *Store) Diary(ctx context.Context, who bot.Address) ([]bot.Entry, error) {
	contact, err := s.keys.Find(contactBucket, who.Channel, who.ID)
	if err != nil {
		return nil, err
	}
	rows, err := s.rowsOf(ctx, diaryBucket, contact)
	if err != nil {
		return nil, fmt.Errorf("read the diary: %w", err)
	}
	var entries []bot.Entry
	for _, r := range rows {
		if e, ok := open(s, diaryBucket, r.key, r.value, bot.DecodeEntry); ok {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// eraseRows removes a contact's rows from a bucket whose keys begin with it.
func eraseRows(tx *bbolt.Tx, name string, contact seal.Key) error {
	bucket := tx.Bucket([]byte(name))
	for _, k := range withPrefix(bucket, contact[:]) {
		if err := bucket.Delete(k); err != nil {
			return fmt.Errorf("erase from %s: %w", name, err)
		}
	}
	return nil
}
