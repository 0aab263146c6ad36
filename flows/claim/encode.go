// encode.go writes prints down and reads them again: a case outlives the process that sorted it.

package claim

import (
	"encoding/binary"
	"errors"
	"math"
)

// ErrPrint is returned for bytes that MarshalBinary did not write, or not in this form.
var ErrPrint = errors.New("these bytes are no print of this kind")

const (
	// printForm begins what is written. Whoever changes what a print holds counts it up: older ones are then read no more.
	printForm = 1

	flagDenied = 1
	flagTrades = 2
	flagWord   = 1

	featureBytes = 9
	maxFeatures  = 1 << 12
)

// MarshalBinary writes a print: hashes and weights, and no text.
func (p Print) MarshalBinary() ([]byte, error) {
	out := make([]byte, 0, 16+len(p.lang)+featureBytes*len(p.features))
	out = append(out, printForm, flag(p.denied, flagDenied)|flag(p.trades, flagTrades), byte(len(p.lang)))
	out = append(out, p.lang...)
	out = binary.AppendUvarint(out, uint64(len(p.features)))
	for _, f := range p.features {
		out = binary.BigEndian.AppendUint32(out, f.hash)
		out = binary.BigEndian.AppendUint32(out, math.Float32bits(f.weight))
		out = append(out, flag(f.word, flagWord))
	}
	for _, values := range p.slots {
		out = append(out, byte(len(values)))
		for _, v := range values {
			out = binary.BigEndian.AppendUint32(out, v)
		}
	}
	return out, nil
}

func flag(set bool, bit byte) byte {
	if set {
		return bit
	}
	return 0
}

// UnmarshalBinary reads what MarshalBinary wrote, else ErrPrint.
func (p *Print) UnmarshalBinary(raw []byte) error {
	r := unwritten{raw, false}
	var out Print
	head := r.take(3)
	if r.short || head[0] != printForm {
		return ErrPrint
	}
	out.denied, out.trades = head[1]&flagDenied != 0, head[1]&flagTrades != 0
	out.lang = string(r.take(int(head[2])))
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > maxFeatures {
		return ErrPrint
	}
	r.take(size)
	for range n {
		f := r.take(featureBytes)
		if r.short {
			return ErrPrint
		}
		weight := math.Float32frombits(binary.BigEndian.Uint32(f[4:]))
		if !(weight >= 0 && weight <= 1e3) { // no number is neither
			return ErrPrint
		}
		out.features = append(out.features, feature{binary.BigEndian.Uint32(f), weight, f[8]&flagWord != 0})
	}
	for s := range out.slots {
		count := r.take(1)
		if r.short {
			return ErrPrint
		}
		for range count[0] {
			v := r.take(4)
			if r.short {
				return ErrPrint
			}
			out.slots[s] = append(out.slots[s], binary.BigEndian.Uint32(v))
		}
	}
	if r.short || len(r.rest) > 0 {
		return ErrPrint
	}
	whole := reading{print: out}
	whole.single()
	*p = whole.print
	return nil
}

// unwritten is what has yet to be read.
type unwritten struct {
	rest  []byte
	short bool
}

// take is the next n bytes; of too few it is nil.
func (u *unwritten) take(n int) []byte {
	if n > len(u.rest) {
		u.rest, u.short = nil, true
		return nil
	}
	out := u.rest[:n]
	u.rest = u.rest[n:]
	return out
}
