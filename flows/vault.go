// The vault: one day that a person wants kept, which nobody can read without
// the PIN: not whoever steals the database with its keys, and not the operator.
//
// A PIN is stretched by argon2id to the private key of a door; the vault keeps
// the public keys alone. So a day can be locked away the moment it is typed,
// and no turn ever keeps it, or the PIN, in clear. There are always two doors,
// made alike: the one of the PIN, and the one of the second PIN or of nobody.
// Which is which is kept nowhere.
//
// A day of which the person is reminded has a slot: the next day on which
// something is said or done. It stands outside of the doors, or nobody could be
// reminded, and does not tell behind which one its day is. Such a day is hidden
// behind its door by a pad that only the slot keeps: so it is erased with the
// slot, without the PIN, and nothing that is behind the other door.
//
// The protection is limited, and the person is told: a PIN of a few digits can
// be guessed by somebody who has the database and all of its keys.
package flows

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/curve25519"
	"golang.org/x/crypto/nacl/box"
)

// The limits of the vault.
const (
	// LockAfter is how many wrong PINs lock it for LockTime. A right one takes
	// one of them away at most, and that once in LockTime.
	LockAfter = 5
	// EraseAfter is how many wrong PINs erase it.
	EraseAfter = 10
	// LockTime is how long it stays locked.
	LockTime = 24 * time.Hour
	// MinPIN and MaxPIN are the digits of a PIN.
	MinPIN, MaxPIN = 4, 8
)

// ErrVault is wrapped when stored bytes are not a vault.
var ErrVault = errors.New("not a vault")

// stretching are the costs of argon2id.
type stretching struct {
	passes uint32
	kib    uint32
	lanes  uint8
}

// owasp is the least that the OWASP Password Storage Cheat Sheet asks of
// argon2id: 19 MiB of memory, two passes, one lane.
var owasp = stretching{passes: 2, kib: 19 * 1024, lanes: 1}

// stretcher makes keys of PINs, one at a time: many at once would need the
// memory of all of them.
type stretcher struct {
	derive func(pin string, salt [16]byte) [32]byte
	mu     sync.Mutex
}

func newStretcher(c stretching) *stretcher {
	return &stretcher{derive: func(pin string, salt [16]byte) (private [32]byte) {
		copy(private[:], argon2.IDKey([]byte(pin), salt[:], c.passes, c.kib, c.lanes, 32))
		return private
	}}
}

func (s *stretcher) key(pin string, salt [16]byte) [32]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.derive(pin, salt)
}

// Stages of a slot: what comes next.
const (
	stageNone  = iota // no reminders
	stageThree        // the reminder three days before
	stageEve          // the one on the day before
	stageOver         // the day has passed
)

const boxSize = 8 + box.AnonymousOverhead

// door is one compartment: whoever has the PIN of its key can open it, and
// anybody can put something in.
type door struct {
	public [32]byte
	box    [boxSize]byte
}

// slot is where the reminders of one day stand; the zero slot is free.
type slot struct {
	stage uint8
	on    Date   // the day of that stage; 0: an older version put it in, and only the timer knows
	pad   uint64 // hides the day behind its door
}

// padded is set in every pad, and in no day: it tells a hidden day from a plain
// one.
const padded = 1 << 63

// set lets a stage of a day come next.
func (s *slot) set(stage uint8, day Date) {
	s.stage, s.on = stage, day.AddDays(stageDays[stage])
}

// day is the one that is reminded of.
func (s *slot) day() Date { return s.on.AddDays(-stageDays[s.stage]) }

// vault is what the session keeps in Session.Vault.
type vault struct {
	salt   [16]byte
	ready  bool  // the PIN was written twice alike
	wrong  uint8 // wrong PINs
	plain  bool  // a day was put in that no slot erases
	saved  int64 // minute (Unix time / 60) in which something was last put in
	locked int64 // minute until which it is locked, or in which a wrong PIN was forgiven
	slots  [2]slot
	doors  [2]door
}

// Formats of a vault. The first had one stage where plain is now, and no slots.
const (
	vaultFormat      = 2
	firstVaultFormat = 1
)

// vaultSize is that of every vault, whatever is in it.
const (
	vaultSize      = firstVaultSize + 2*slotSize
	firstVaultSize = 1 + 16 + 3 + 8 + 8 + 2*(32+boxSize)
	slotSize       = 1 + 4 + 8
)

func (v vault) encode() string {
	flag := func(set bool) byte {
		if set {
			return 1
		}
		return 0
	}
	b := make([]byte, 0, vaultSize)
	b = append(b, vaultFormat)
	b = append(b, v.salt[:]...)
	b = append(b, flag(v.ready), v.wrong, flag(v.plain))
	b = binary.BigEndian.AppendUint64(b, uint64(v.saved))
	b = binary.BigEndian.AppendUint64(b, uint64(v.locked))
	for _, s := range v.slots {
		b = append(b, s.stage)
		b = binary.BigEndian.AppendUint32(b, uint32(s.on))
		b = binary.BigEndian.AppendUint64(b, s.pad)
	}
	for _, d := range v.doors {
		b = append(append(b, d.public[:]...), d.box[:]...)
	}
	return string(b)
}

// decodeVault reads what encode wrote, now or in an older version, else
// ErrVault.
func decodeVault(raw string) (vault, error) {
	now := len(raw) == vaultSize && raw[0] == vaultFormat
	if !now && (len(raw) != firstVaultSize || raw[0] != firstVaultFormat) {
		return vault{}, fmt.Errorf("%w: unknown format", ErrVault)
	}
	var v vault
	rest := raw[1:]
	rest = rest[copy(v.salt[:], rest):]
	ready, third := rest[0], rest[2]
	v.ready, v.wrong, v.plain = ready == 1, rest[1], third == 1
	v.saved = int64(binary.BigEndian.Uint64([]byte(rest[3:11])))
	v.locked = int64(binary.BigEndian.Uint64([]byte(rest[11:19])))
	rest = rest[19:]
	if now {
		for i := range v.slots {
			v.slots[i] = slot{rest[0], Date(binary.BigEndian.Uint32([]byte(rest[1:5]))), binary.BigEndian.Uint64([]byte(rest[5:slotSize]))}
			rest = rest[slotSize:]
		}
	} else { // no slot erases what it holds
		v.slots[0].stage, v.plain, third = third, true, 1
	}
	if ready > 1 || third > 1 || v.wrong >= EraseAfter || v.slots[0].stage > stageOver || v.slots[1].stage > stageOver {
		return vault{}, fmt.Errorf("%w: cut or changed", ErrVault)
	}
	for i := range v.doors {
		rest = rest[copy(v.doors[i].public[:], rest):]
		rest = rest[copy(v.doors[i].box[:], rest):]
	}
	return v, nil
}

// randomness is one turn's 32 random bytes, used for several things: none tells
// anything of another, or of the bytes themselves.
type randomness [32]byte

func (r randomness) none() bool { return r == randomness{} }

func (r randomness) of(use string) [32]byte {
	h := sha256.New()
	h.Write(r[:])
	io.WriteString(h, use)
	var out [32]byte
	h.Sum(out[:0])
	return out
}

// reader yields 32 bytes for one use.
func (r randomness) reader(use string) io.Reader {
	b := r.of(use)
	return &fixedReader{b[:]}
}

// fixedReader yields its bytes once.
type fixedReader struct{ rest []byte }

func (f *fixedReader) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// newVault makes a vault with one PIN; the other door is nobody's. It tells
// which door is the PIN's, which must be known until the vault is filled.
func newVault(s *stretcher, pin string, r randomness, minute int64) (v vault, mine int) {
	salt := r.of("salt")
	copy(v.salt[:], salt[:])
	v.saved = minute
	side := r.of("side")
	mine = int(side[0] & 1)
	v.doors[mine].public = public(s.key(pin, v.salt))
	v.doors[1-mine].public = public(r.of("nobody"))
	v.put(0, 0, 0, r)
	v.put(1, 0, 0, r)
	return v, mine
}

// public is the public key of a private one.
func public(private [32]byte) (out [32]byte) {
	curve25519.ScalarBaseMult(&out, &private)
	return out
}

// is tells whether a PIN is that of a door.
func (v *vault) is(s *stretcher, pin string, door int) bool {
	p := public(s.key(pin, v.salt))
	return subtle.ConstantTimeCompare(p[:], v.doors[door].public[:]) == 1
}

// put locks a day behind a door; 0 is none, and looks the same from outside. pad
// is that of its slot, 0 where it has none.
func (v *vault) put(door int, day Date, pad uint64, r randomness) {
	var plain [8]byte
	binary.BigEndian.PutUint64(plain[:], uint64(day)^pad)
	d := &v.doors[door]
	sealed, err := box.SealAnonymous(nil, plain[:], &d.public, r.reader(fmt.Sprintf("box %d", door)))
	if err != nil {
		panic(err) // the reader has what it asks for
	}
	copy(d.box[:], sealed)
}

// take gives a day a slot that is free; each door needs one at most. Neither the
// place of the slot nor its pad tells which day was put in first.
func (v *vault) take(r randomness) int {
	bits := r.of("slot")
	i := int(bits[0] & 1)
	if v.slots[i] != (slot{}) {
		i = 1 - i
	}
	pad := r.of(fmt.Sprintf("pad %d", i))
	v.slots[i] = slot{pad: binary.BigEndian.Uint64(pad[:]) | padded}
	return i
}

// found is what a PIN finds behind its door.
type found struct {
	day  Date // 0: none
	slot int  // -1: none
	gone bool // a day was there, and was erased with its slot
}

// open looks behind the door of a PIN. Every PIN costs the same: it is
// stretched once and tried on both doors.
func (v *vault) open(s *stretcher, pin string) (door int, what found, ok bool) {
	private := s.key(pin, v.salt)
	p := public(private)
	door = -1
	for i := range v.doors {
		d := &v.doors[i]
		same := subtle.ConstantTimeCompare(p[:], d.public[:]) == 1
		plain, opened := box.OpenAnonymous(nil, d.box[:], &p, &private)
		if same && opened && len(plain) == 8 {
			door, what = i, v.read(binary.BigEndian.Uint64(plain))
		}
	}
	return door, what, door >= 0
}

// read tells what was put behind a door from what stands there.
func (v *vault) read(kept uint64) found {
	if kept&padded == 0 {
		return found{day: Date(kept), slot: -1}
	}
	for i, s := range v.slots {
		if day := kept ^ s.pad; day <= math.MaxUint32 { // the pad of another slot leaves a larger number
			return found{day: Date(day), slot: i}
		}
	}
	return found{slot: -1, gone: true}
}

// past tells whether the vault has lived as long as anything of a silent person:
// every day that was put in is over.
func (v *vault) past(minute int64) bool { return minute-v.saved >= int64(Silence/time.Minute) }
