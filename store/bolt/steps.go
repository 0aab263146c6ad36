// Finding many keys in their order.
package bolt

import (
	"bytes"

	"go.etcd.io/bbolt"
)

// nearSteps is how far a stepper looks ahead one by one. A step costs a tenth of
// a search from the root.
const nearSteps = 8

// stepper finds keys of one bucket, each asked for above the one before. Where
// they lie close together it steps from one to the next, and it needs no new
// memory for each of them, as Bucket.Get does. Nothing may be written into the
// bucket meanwhile.
type stepper struct {
	cursor     *bbolt.Cursor
	key, value []byte // of the row it stands at; key is nil behind the last
	begun      bool
}

func steps(tx *bbolt.Tx, bucket string) stepper {
	return stepper{cursor: tx.Bucket([]byte(bucket)).Cursor()}
}

// to moves to the first row that is not before key, and returns its key.
func (s *stepper) to(key []byte) []byte {
	for n := 0; ; n++ {
		switch {
		case s.begun && (s.key == nil || bytes.Compare(s.key, key) >= 0):
			return s.key
		case !s.begun || n == nearSteps:
			s.begun = true
			s.key, s.value = s.cursor.Seek(key)
			return s.key
		}
		s.key, s.value = s.cursor.Next()
	}
}

// has tells whether there is a row of this very key.
func (s *stepper) has(key []byte) bool { return bytes.Equal(s.to(key), key) }
