// What the file itself promises: nothing readable, one process, no loss.

package bolt_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

// What a thief would look for.
const (
	phone  = "+15550100777"
	chatID = "9876543210123"
	words  = "dicen-que-el-puente-abre"
)

// secrets is all of it, as it is and as it might be written.
func secrets() [][]byte {
	var all [][]byte
	for _, s := range []string{phone, phone[1:], chatID, words, "SM-provider-id-1", "cbp-one", "Tijuana", "America/", "parrot", "you said"} {
		utf16 := []byte{}
		for _, c := range []byte(s) {
			utf16 = append(utf16, c, 0)
		}
		all = append(all, []byte(s), utf16, []byte(hex.EncodeToString([]byte(s))), []byte(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(s)), "=")))
	}
	return all
}

func found(t *testing.T, path string) (what []string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets() {
		if bytes.Contains(raw, s) {
			what = append(what, string(s))
		}
	}
	return what
}

func talk(t *testing.T, s *bolt.Store) {
	t.Helper()
	a := bot.New(parrot{}, s)
	for i, from := range []bot.Address{{Channel: "sms", ID: phone}, {Channel: "telegram", ID: chatID}} {
		in := inbound("SM-provider-id-1", from, words)
		in.At = day.Add(time.Duration(i) * time.Minute)
		if r := receive(t, a, in); len(r.Out) != 1 {
			t.Fatal("no answer")
		}
	}
}

// mailedTo leaves something of a mailing in all its states.
func mailedTo(t *testing.T, s *bolt.Store, id bot.MailingID) {
	t.Helper()
	m := letter(id)
	m.Variants[0].Message.Text = words
	if err := s.OpenMailing(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if p, err := s.QueueMailing(t.Context(), id, nil, everybody); err != nil || p.Queued != 2 {
		t.Fatal(p, err)
	}
}

// everywhere leaves something of both persons in every part of the queue.
func everywhere(t *testing.T, s *bolt.Store) {
	t.Helper()
	var out []bot.Outbound
	for _, who := range []bot.Address{{Channel: "sms", ID: phone}, {Channel: "telegram", ID: chatID}} {
		for _, kind := range []bot.Kind{bot.Reply, bot.Reply, bot.Reply, bot.Reminder, bot.Bulletin, bot.Bulletin, bot.Errand} {
			o := bot.Outbound{To: who, Kind: kind, At: day, Pressed: "SM-provider-id-1", Message: flows.Message{Text: words, Lang: "es", Flow: "parrot"}}
			if kind == bot.Errand {
				o.To.ID = "SM-provider-id-1"
			}
			out = append(out, o)
		}
	}
	if n, err := s.Queue(t.Context(), out); err != nil || n != len(out) {
		t.Fatalf("queued %d: %v", n, err)
	}
	const ref = "SM-provider-id-1"
	var settled []bot.Settlement
	for _, channel := range []string{"sms", "telegram"} {
		for kind, fates := range map[bot.Kind][]bot.Settlement{
			// The first is from talk. One left, one is given up, one may have left.
			bot.Reply:    {{Fate: bot.FateSent, Ref: ref}, {Fate: bot.FateSent, Ref: ref}, {Fate: bot.FateDead, Reason: "you said"}, {Fate: bot.FateLater, Due: day.Add(time.Hour), Tries: 1, Unknown: 1}},
			bot.Reminder: {{Fate: bot.FateParked, Due: day.Add(time.Hour), Tries: 1}},
			bot.Bulletin: {{Fate: bot.FateSent, Ref: ref}},
		} {
			o := order(kind)
			o.Channel = channel
			claimed, err := s.Claim(t.Context(), day, o)
			if err != nil || len(claimed) < len(fates) {
				t.Fatalf("claimed %d: %v", len(claimed), err)
			}
			for i, x := range fates {
				x.Token = claimed[i].Token
				settled = append(settled, x)
			}
		}
	}
	if refused, err := s.Settle(t.Context(), day, settled); err != nil || len(refused) > 0 {
		t.Fatalf("refused %d: %v", len(refused), err)
	}
	for _, x := range settled {
		if x.Fate == bot.FateSent && x.Token.Message%2 == 0 { // it failed, and is queued anew
			_, err := s.Report(t.Context(), bot.Report{Message: x.Token.Message, Ref: ref, State: bot.DeliveryFailed, Reason: words, Fate: bot.FateLater, Due: day.Add(time.Hour), At: day, Erase: true})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestACopyOfTheFileTellsNothing(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	talk(t, s)
	mailedTo(t, s, 1)
	everywhere(t, s)
	mailedTo(t, s, 2)
	p := bot.Paper{Kind: "case", ID: "1", Body: []byte(words)}
	if out, err := s.File(t.Context(), &p); err != nil || out != bot.Committed {
		t.Fatal(out, err)
	}
	if c := counts(t, s); c.Queued == 0 || c.Waiting == 0 || c.Parked == 0 || c.Sent == 0 || c.Dead == 0 {
		t.Fatalf("there is nothing to look for in parts of the queue: %+v", c)
	}
	// The search itself must be able to find: what it looks for is there, opened.
	snap, err := s.Load(t.Context(), bot.Address{Channel: "sms", ID: phone}, "x")
	if err != nil {
		t.Fatal(err)
	}
	if session, err := flows.DecodeSession(snap.Session); err != nil || !strings.Contains(session.Node, words) || snap.Contact.ID != phone {
		t.Fatalf("what was said is not kept at all: %v", err)
	}
	if what := found(t, f.path); what != nil {
		t.Errorf("in the file of a running Posada one reads %q", what)
	}
	if err := s.Reach(t.Context(), bot.Address{Channel: "telegram", ID: chatID}, false); err != nil {
		t.Fatal(err)
	}
	a := bot.New(parrot{}, s)
	receive(t, a, inbound("alto", bot.Address{Channel: "sms", ID: phone}, "alto"))
	receive(t, a, inbound("borrar", bot.Address{Channel: "sms", ID: phone}, "borrar"))
	closeStore(t, s)
	if what := found(t, f.path); what != nil {
		t.Errorf("in the file after delete one reads %q", what)
	}
	to := filepath.Join(t.TempDir(), "new.db")
	if _, err := bolt.Rewrite(t.Context(), f.path, to, f.keys); err != nil {
		t.Fatal(err)
	}
	if what := found(t, to); what != nil {
		t.Errorf("in the rewritten file one reads %q", what)
	}
	// Without seals this test would fail: the same rows, opened.
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, append(snap.Session, snap.Contact.Encode()...), 0o600); err != nil {
		t.Fatal(err)
	}
	if len(found(t, plain)) == 0 {
		t.Error("the search finds nothing in an open text either")
	}
}

func TestOneKeyFileFitsOneDatabase(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	talk(t, s)
	closeStore(t, s)
	other, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(f.path)
	_, err = bolt.Open(f.path, other)
	if !errors.Is(err, seal.ErrUnfit) || !strings.Contains(err.Error(), f.path) {
		t.Fatalf("opened with another key file: %v", err)
	}
	if _, err := bolt.Rewrite(t.Context(), f.path, f.path+".new", other); !errors.Is(err, seal.ErrUnfit) {
		t.Errorf("rewritten with another key file: %v", err)
	}
	after, _ := os.ReadFile(f.path)
	if !bytes.Equal(before, after) {
		t.Error("the attempt changed the file")
	}
	if c := counts(t, f.open(t)); c.Contacts != 2 {
		t.Errorf("after the attempt there are %d contacts", c.Contacts)
	}
}

func TestFileAndFolderAreTheirOwnersOnly(t *testing.T) {
	f := newFile(t)
	closeStore(t, f.open(t))
	mode := func(path string) os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if got := mode(f.path); got != 0o600 {
		t.Errorf("file mode %o", got)
	}
	if got := mode(filepath.Dir(f.path)); got != 0o700 {
		t.Errorf("folder mode %o", got)
	}
	if err := os.Chmod(f.path, 0o644); err != nil {
		t.Fatal(err)
	}
	f.open(t)
	if got := mode(f.path); got != 0o600 {
		t.Errorf("a file that was open to others has mode %o", got)
	}
}

func TestSomethingElseIsNotADatabase(t *testing.T) {
	folder := t.TempDir()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(folder, "text")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database\n"), 4000), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(folder, "foreign")
	change(t, foreign, func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("theirs"))
		return err
	})
	newer, older := filepath.Join(folder, "newer"), filepath.Join(folder, "older")
	for path, format := range map[string]byte{newer: 9, older: 1} {
		s, err := bolt.Open(path, keys)
		if err != nil {
			t.Fatal(err)
		}
		closeStore(t, s)
		change(t, path, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte{format}) })
	}
	if _, err := bolt.Open(older, keys); err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("of a file of an earlier format it is said: %v", err)
	}
	for _, path := range []string{text, foreign, newer, older} {
		before, _ := os.ReadFile(path)
		if _, err := bolt.Open(path, keys); !errors.Is(err, bolt.ErrForeign) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want ErrForeign", path, err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s was changed", path)
		}
	}
	if _, err := bolt.Open(folder, keys); err == nil {
		t.Error("a folder was opened")
	}
}

// change works on the file below the store.
func change(t *testing.T, path string, do func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(do), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedValueSilencesNobody(t *testing.T) {
	for _, bucket := range []string{"sessions", "contacts", "outbox"} {
		t.Run(bucket, func(t *testing.T) {
			f := newFile(t)
			s := f.open(t)
			who := bot.Address{Channel: "sms", ID: phone}
			receive(t, bot.New(parrot{}, s), inbound("1", who, "uno"))
			closeStore(t, s)
			change(t, f.path, func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte(bucket))
				k, v := b.Cursor().First()
				v = bytes.Clone(v)
				v[len(v)-1] ^= 1
				return b.Put(bytes.Clone(k), v)
			})
			s = f.open(t)
			a := bot.New(parrot{}, s)
			r := receive(t, a, inbound("2", who, "dos"))
			if len(r.Out) != 1 || r.Lost != (bucket != "outbox") {
				t.Fatalf("receipt %+v", r)
			}
			if bucket == "outbox" {
				// What cannot be read cannot be sent, and holds up nobody.
				if got := replies(t, s); len(got) != 1 || got[0].Message.Text != "you said: dos" {
					t.Errorf("claimed %d", len(got))
				}
			}
			if s.Damaged() == 0 {
				t.Error("the damage is not counted")
			}
			before := s.Damaged()
			if r := receive(t, a, inbound("3", who, "tres")); r.Lost || s.Damaged() != before {
				t.Error("the damage lasts")
			}
		})
	}
}

// What is known of a message that left is of no use when it does not open, and
// stops nothing.
func TestDamagedWordsOfMessagesThatLeftStopNothing(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	talk(t, s)
	everywhere(t, s)
	var ids []uint64
	closeStore(t, s)
	change(t, f.path, func(tx *bbolt.Tx) error {
		for _, name := range []string{"sent", "dead"} {
			b := tx.Bucket([]byte(name))
			var keys [][]byte
			if err := b.ForEach(func(k, _ []byte) error { keys = append(keys, bytes.Clone(k)); return nil }); err != nil {
				return err
			}
			for _, k := range keys {
				if err := b.Put(k, []byte("broken")); err != nil {
					return err
				}
				if name == "sent" {
					ids = append(ids, binary.BigEndian.Uint64(k))
				}
			}
		}
		return nil
	})
	s = f.open(t)
	for _, id := range ids {
		if _, ok, err := s.Sent(t.Context(), id); ok || err != nil {
			t.Errorf("known: %v, %v", ok, err)
		}
		r, err := s.Report(t.Context(), bot.Report{Message: id, State: bot.DeliveryFailed, Fate: bot.FateLater, Due: day.Add(time.Hour), At: day})
		if r != bot.ReportUnknown || err != nil {
			t.Errorf("reported %d, %v", r, err)
		}
	}
	if letters, err := s.Dead(t.Context(), 9); err != nil || len(letters) != 0 {
		t.Errorf("%d dead letters, %v", len(letters), err)
	}
	// Those that are queued still are sent, and forgetting takes what is left.
	if _, err := s.Promote(t.Context(), day.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	claimed := replies(t, s)
	settled := make([]bot.Settlement, len(claimed))
	for i, c := range claimed {
		settled[i] = bot.Settlement{Token: c.Token, Fate: bot.FateSent, Ref: "again"}
	}
	if refused, err := s.Settle(t.Context(), day, settled); err != nil || len(refused) != 0 || len(settled) == 0 {
		t.Errorf("settled %d, refused %d: %v", len(settled), len(refused), err)
	}
	receive(t, bot.New(parrot{}, s), inbound("borrar", bot.Address{Channel: "telegram", ID: chatID}, "borrar"))
	if s.Damaged() == 0 {
		t.Error("the damage is not counted")
	}
}

func TestASweepErasesNothingThatItCannotOpen(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	talk(t, s)
	closeStore(t, s)
	change(t, f.path, func(tx *bbolt.Tx) error {
		k, _ := tx.Bucket([]byte("sessions")).Cursor().First()
		return tx.Bucket([]byte("sessions")).Put(bytes.Clone(k), []byte("broken"))
	})
	s = f.open(t)
	swept, err := s.Sweep(t.Context(), bot.Sweep{Judge: func(bot.Kept) bot.Verdict { return bot.Verdict{Act: bot.Forget} }})
	if err != nil || swept.Damaged != 1 || swept.Forgotten != 1 {
		t.Errorf("swept %+v, %v", swept, err)
	}
	if c := counts(t, s); c.Sessions != 1 || c.Contacts != 1 {
		t.Errorf("left %+v", c)
	}
}

func TestAClosedStoreRefuses(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	who := bot.Address{Channel: "sms", ID: phone}
	snap, err := s.Load(t.Context(), who, "1")
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	closeStore(t, s)
	_, e1 := s.Load(t.Context(), who, "1")
	_, e2 := s.Commit(t.Context(), bot.Turn{Snapshot: snap, Now: day})
	_, e3 := s.Claim(t.Context(), day, order(bot.Reply))
	_, e4 := s.Queue(t.Context(), []bot.Outbound{{To: who, Kind: bot.Bulletin}})
	_, e5 := s.Promote(t.Context(), day)
	_, e6 := s.Report(t.Context(), bot.Report{Message: 1, State: bot.DeliverySent})
	for i, err := range []error{e1, e2, e3, e4, e5, e6, s.Reach(t.Context(), who, false)} {
		if !errors.Is(err, bolt.ErrClosed) {
			t.Errorf("call %d: %v, want ErrClosed", i, err)
		}
	}
}
