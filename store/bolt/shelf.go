// Papers: what staff write, and what runs by their word.
package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"posada/bot"
)

// versionSize is the version of a paper, in the clear: so a writer is told of a
// conflict without a look into it. The body is bound to it: an earlier one
// cannot be put in the place of a later.
const versionSize = 8

// paperKey orders the papers of a kind by their ids: neither holds a zero.
func paperKey(kind, id string) []byte {
	b := append(make([]byte, 0, len(kind)+1+len(id)), kind...)
	return append(append(b, 0), id...)
}

func versionOf(value []byte) uint64 {
	if len(value) < versionSize {
		return 0
	}
	return binary.BigEndian.Uint64(value)
}

// Paper implements bot.Shelf.
func (s *Store) Paper(ctx context.Context, kind, id string) (bot.Paper, error) {
	p := bot.Paper{Kind: kind, ID: id}
	var value []byte
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		value = bytes.Clone(tx.Bucket([]byte(paperBucket)).Get(paperKey(kind, id)))
		return nil
	})
	if err == nil && value != nil {
		err = s.openPaper(&p, value)
	}
	if err != nil {
		return bot.Paper{}, fmt.Errorf("read a paper of kind %s: %w", kind, err)
	}
	return p, nil
}

func (s *Store) openPaper(p *bot.Paper, value []byte) error {
	_, plain, err := openRow(s.keys, paperBucket, paperKey(p.Kind, p.ID), value)
	if err != nil {
		s.damaged.Add(1)
		return err
	}
	p.Version = versionOf(value)
	p.Body = append([]byte{}, plain...) // never nil: there is one
	return nil
}

// Papers implements bot.Shelf.
func (s *Store) Papers(ctx context.Context, kind, after string, limit int) ([]bot.Paper, error) {
	var rows []row
	prefix := paperKey(kind, "")
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		from := paperKey(kind, after)
		c := tx.Bucket([]byte(paperBucket)).Cursor()
		for k, v := c.Seek(from); bytes.HasPrefix(k, prefix) && len(rows) < limit; k, v = c.Next() {
			if !bytes.Equal(k, from) {
				rows = append(rows, row{key: bytes.Clone(k), value: bytes.Clone(v)})
			}
		}
		return nil
	})
	var papers []bot.Paper
	for _, r := range rows {
		p := bot.Paper{Kind: kind, ID: string(r.key[len(prefix):])}
		if err == nil {
			err = s.openPaper(&p, r.value)
		}
		papers = append(papers, p)
	}
	if err != nil {
		return nil, fmt.Errorf("list papers of kind %s: %w", kind, err)
	}
	return papers, nil
}

// File implements bot.Shelf. Versions come from the one counter of ids, so that
// one that was erased and written anew has none of its earlier ones.
func (s *Store) File(ctx context.Context, papers ...*bot.Paper) (bot.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := bot.CheckPapers(papers...); err != nil {
		return 0, err
	}
	rows := make([]row, len(papers))
	versions := make([]uint64, len(papers))
	for i, p := range papers {
		rows[i].key = paperKey(p.Kind, p.ID)
		if p.Body == nil {
			continue
		}
		versions[i] = s.ids.Add(1)
		head := binary.BigEndian.AppendUint64(nil, versions[i])
		var err error
		if rows[i].value, err = sealRow(s.keys, paperBucket, rows[i].key, head, p.Body); err != nil {
			return 0, err
		}
	}
	last := s.ids.Load()
	var outcome bot.Outcome
	err := s.write.submit(func(tx *bbolt.Tx) error {
		outcome = bot.Committed
		b := tx.Bucket([]byte(paperBucket))
		for i, p := range papers {
			if versionOf(b.Get(rows[i].key)) != p.Version {
				outcome = bot.Conflict
				return nil
			}
		}
		for _, r := range rows {
			var err error
			if r.value == nil {
				err = b.Delete(r.key)
			} else {
				err = b.Put(r.key, r.value)
			}
			if err != nil {
				return fmt.Errorf("put a paper: %w", err)
			}
		}
		return keepIDs(tx, last)
	})
	if err != nil {
		return 0, fmt.Errorf("file papers: %w", err)
	}
	if outcome == bot.Committed {
		for i, p := range papers {
			p.Version = versions[i]
		}
	}
	return outcome, nil
}
