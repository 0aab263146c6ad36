// Markers read back, and nothing that stands in a file makes them panic.

package bolt

import (
	"testing"

	"posada/bot"
)

func FuzzMarker(f *testing.F) {
	f.Add(marker{mailing: 7, tries: 300, unknown: 2}.encode())
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Add([]byte{0, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, ok := parseMarker(raw)
		if ok && (!isMarker(raw) || m.mailing == 0) {
			t.Fatalf("%x is read as of mailing %d", raw, m.mailing)
		}
		if !ok || m.tries < 0 || m.unknown < 0 {
			return
		}
		if again, ok := parseMarker(m.encode()); !ok || again != m {
			t.Fatalf("%+v reads back as %+v", m, again)
		}
	})
}

func TestASpanGoesOnUnlessAnotherBulletinCameBetween(t *testing.T) {
	s := &Store{}
	var p progress
	add := func(id bot.MailingID, n int) {
		first, same := s.block(id, n)
		p.extend(span{first, first + uint64(n) - 1}, same)
	}
	add(1, 10)
	s.ids.Add(5) // answers have other lanes
	add(1, 10)
	if len(p.Spans) != 1 || p.Spans[0] != (span{1, 25}) {
		t.Errorf("spans %v", p.Spans)
	}
	s.single()
	add(1, 10)
	s.block(2, 3)
	add(1, 1)
	s.unblock()
	add(1, 1)
	if len(p.Spans) != 4 {
		t.Errorf("spans %v", p.Spans)
	}
}
