// The little of OGG and Opus that tells whether a file is a voice message: its
// pages, whole and in order, and the header of its one stream (RFC 3533, 7845).
package voice

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// ErrOpus is wrapped when a file is no voice message.
var ErrOpus = errors.New("it is no OGG file with one Opus stream")

// MaxBytes is the most bytes of a recording: beyond it Telegram shows a file in
// place of a voice message, and a person pays for the megabytes.
const MaxBytes = 1 << 20

const (
	pageHeader = 27 // bytes before the lengths of a page's segments
	headSize   = 19 // bytes of the smallest OpusHead
	perSecond  = 48_000

	flagContinued, flagFirst, flagLast = 1, 2, 4
	// noPosition is the position of a page on which no packet ends.
	noPosition = ^uint64(0)
)

// Duration of a voice message. It wraps ErrOpus for whatever is not one, whole:
// a file that was cut, changed, or holds more streams than one. It never panics.
func Duration(raw []byte) (time.Duration, error) {
	var serial, number uint32
	var skip, end uint64
	for n := 0; len(raw) > 0; n++ {
		p, rest, err := cutPage(raw)
		if err != nil {
			return 0, fmt.Errorf("%w: page %d %w", ErrOpus, n+1, err)
		}
		raw = rest
		switch {
		case n == 0:
			serial = p.serial
			if skip, err = readHead(p); err != nil {
				return 0, fmt.Errorf("%w: %w", ErrOpus, err)
			}
		case p.serial != serial || p.flags&flagFirst != 0:
			return 0, fmt.Errorf("%w: page %d is of another stream", ErrOpus, n+1)
		case p.number != number+1:
			return 0, fmt.Errorf("%w: a page is missing before page %d", ErrOpus, n+1)
		case n == 1 && (len(p.body) < 8 || string(p.body[:8]) != "OpusTags"):
			return 0, fmt.Errorf("%w: it has no OpusTags", ErrOpus)
		}
		number = p.number
		if n > 1 && p.position != noPosition {
			end = p.position
		}
		if len(raw) == 0 && p.flags&flagLast == 0 {
			return 0, fmt.Errorf("%w: its end is missing", ErrOpus)
		}
	}
	// A day is more than fits into MaxBytes, and keeps the sum below from running over.
	if end <= skip || end-skip > 24*3600*perSecond {
		return 0, fmt.Errorf("%w: there is no sound in it", ErrOpus)
	}
	return time.Duration(end-skip) * time.Second / perSecond, nil
}

type page struct {
	flags          byte
	position       uint64 // samples until its end
	serial, number uint32
	body           []byte
}

// cutPage cuts the first page off.
func cutPage(raw []byte) (p page, rest []byte, err error) {
	if len(raw) < pageHeader || string(raw[:4]) != "OggS" || raw[4] != 0 {
		return p, nil, errors.New("does not begin with OggS")
	}
	segments := int(raw[26])
	size := pageHeader + segments
	if len(raw) < size {
		return p, nil, errors.New("is cut off")
	}
	for _, n := range raw[pageHeader:size] {
		size += int(n)
	}
	if len(raw) < size {
		return p, nil, errors.New("is cut off")
	}
	if checksum(raw[:size]) != binary.LittleEndian.Uint32(raw[22:]) {
		return p, nil, errors.New("was changed: its checksum is another")
	}
	return page{
		flags: raw[5], position: binary.LittleEndian.Uint64(raw[6:]), serial: binary.LittleEndian.Uint32(raw[14:]),
		number: binary.LittleEndian.Uint32(raw[18:]), body: raw[pageHeader+segments : size],
	}, raw[size:], nil
}

// readHead reads the first page: how many samples of the beginning are not
// played.
func readHead(p page) (skip uint64, err error) {
	switch {
	case p.flags&flagFirst == 0 || p.flags&flagContinued != 0:
		return 0, errors.New("its beginning is missing")
	case len(p.body) < headSize || string(p.body[:8]) != "OpusHead":
		return 0, errors.New("its sound is not Opus")
	case p.body[8]&0xf0 != 0:
		return 0, errors.New("its Opus is of a version that is not known")
	case p.body[9] != 1:
		return 0, fmt.Errorf("it has %d channels, and WhatsApp plays mono alone", p.body[9])
	}
	return uint64(binary.LittleEndian.Uint16(p.body[10:])), nil
}

// table of the checksum: a CRC of 32 bits whose bits are not mirrored, which
// hash/crc32 does not have.
var table = func() (t [256]uint32) {
	for i := range t {
		c := uint32(i) << 24
		for range 8 {
			if c&(1<<31) != 0 {
				c = c<<1 ^ 0x04c11db7
			} else {
				c <<= 1
			}
		}
		t[i] = c
	}
	return t
}()

// checksum of a page, in which its own four bytes count as zero.
func checksum(page []byte) uint32 {
	var c uint32
	for i, b := range page {
		if i >= 22 && i < 26 {
			b = 0
		}
		c = c<<8 ^ table[byte(c>>24)^b]
	}
	return c
}
