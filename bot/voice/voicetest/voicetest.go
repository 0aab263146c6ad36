// Package voicetest makes recordings for tests: valid OGG files of silence, and
// a folder of them.
package voicetest

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// frame is how long one packet of silence lasts.
const frame = 20 * time.Millisecond

// silence is a packet of Opus: one mono frame of 20 ms in which nothing is heard.
var silence = []byte{0xf8, 0xff, 0xfe}

// Opus is a voice message of silence, rounded up to 20 ms; the same for the same
// arguments. Different marks make files that differ.
func Opus(long time.Duration, mark string) []byte {
	head := append([]byte("OpusHead\x01\x01"), 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0) // mono, nothing skipped, 48 kHz
	tags := binary.LittleEndian.AppendUint32([]byte("OpusTags"), uint32(len(mark)))
	tags = binary.LittleEndian.AppendUint32(append(tags, mark...), 0)
	out := Page(2, 0, 0, head)
	out = append(out, Page(0, 0, 1, tags)...)
	frames := max(1, int((long+frame-1)/frame))
	for number, done := uint32(2), 0; done < frames; number++ {
		n := min(frames-done, 200)
		done += n
		var packets [][]byte
		for range n {
			packets = append(packets, silence)
		}
		flags := byte(0)
		if done == frames {
			flags = 4
		}
		out = append(out, Page(flags, uint64(done)*960, number, packets...)...)
	}
	return out
}

// Page is one page of OGG, with packets of fewer than 255 bytes each.
func Page(flags byte, position uint64, number uint32, packets ...[]byte) []byte {
	p := append([]byte("OggS\x00"), flags)
	p = binary.LittleEndian.AppendUint64(p, position)
	p = binary.LittleEndian.AppendUint32(p, 7) // the stream
	p = binary.LittleEndian.AppendUint32(p, number)
	p = append(p, 0, 0, 0, 0, byte(len(packets)))
	for _, packet := range packets {
		p = append(p, byte(len(packet)))
	}
	for _, packet := range packets {
		p = append(p, packet...)
	}
	binary.LittleEndian.PutUint32(p[22:], sum(p))
	return p
}

// sum is the checksum of OGG, bit by bit.
func sum(page []byte) uint32 {
	var c uint32
	for _, b := range page {
		for bit := 7; bit >= 0; bit-- {
			high := c>>31 ^ uint32(b>>bit)&1
			if c <<= 1; high != 0 {
				c ^= 0x04c11db7
			}
		}
	}
	return c
}

// Folder makes a folder of recordings, each called as "mam/rule.what.3". Each is
// a second long, and differs from the others.
func Folder(t testing.TB, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		Write(t, dir, name+".ogg", Opus(time.Second, name))
	}
	return dir
}

// Write writes a file into a folder.
func Write(t testing.TB, dir, name string, raw []byte) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Mark is what a file of Opus was marked by, "" for any other file.
func Mark(raw []byte) string {
	_, rest, ok := strings.Cut(string(raw), "OpusTags")
	if !ok || len(rest) < 4 {
		return ""
	}
	n := binary.LittleEndian.Uint32([]byte(rest))
	if uint64(n)+4 > uint64(len(rest)) {
		return ""
	}
	return rest[4 : 4+n]
}
