// Package voice keeps the operator's recordings: one OGG/Opus file a message and
// language, DIR/LANG/MESSAGE_ID.ogg. Each is checked when the folder is opened,
// and read again when it is sent: what vanished or was spoilt since is not sent.
package voice

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"posada/bot"
	"posada/flows"
)

// Fault is a file that is not taken, and why, for the operator.
type Fault struct {
	File string // below the folder
	Text string
}

// String is "FILE: why".
func (f Fault) String() string { return f.File + ": " + f.Text }

// Library is a folder of recordings. It is safe for use by many goroutines. A
// nil Library has none.
type Library struct {
	root   *os.Root
	voices []flows.Voice
	known  map[flows.Voice]bool
	lost   atomic.Int64
}

const extension = ".ogg"

// Open reads a folder and checks every file of it. refuse says why a recording
// would be of no use, "" where it is; it is Book.MayRecord. A file that is not
// taken is a fault and nothing worse; the error is that the folder cannot be
// read.
func Open(dir string, refuse func(flows.Voice) string) (*Library, []Fault, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("open the recordings: %w", err)
	}
	l := &Library{root: root, known: map[flows.Voice]bool{}}
	var faults []Fault
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			if name == "." {
				return err
			}
			faults = append(faults, Fault{name, "it cannot be read"})
			return nil
		case name != "." && strings.HasPrefix(d.Name(), "."): // of the system, or of a tool
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		v, why := named(name)
		if why == "" {
			why = refuse(v)
		}
		if why == "" {
			_, err := l.read(v)
			why = reason(err)
		}
		if why != "" {
			faults = append(faults, Fault{name, why})
			return nil
		}
		l.known[v] = true
		l.voices = append(l.voices, v)
		return nil
	})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read the recordings: %w", err), root.Close())
	}
	slices.SortFunc(l.voices, func(a, b flows.Voice) int { return strings.Compare(a.String(), b.String()) })
	return l, faults, nil
}

// named reads the name of a file: LANG/MESSAGE_ID.ogg.
func named(name string) (v flows.Voice, why string) {
	lang, file, ok := strings.Cut(name, "/")
	id, isOGG := strings.CutSuffix(file, extension)
	if !ok || !isOGG || id == "" || strings.Contains(id, "/") {
		return v, "it is no recording: those are called LANG/MESSAGE_ID" + extension + ", such as mam/rule.what.3" + extension
	}
	return flows.Voice{Lang: lang, ID: id}, ""
}

func reason(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errLarge), errors.Is(err, ErrOpus):
		return err.Error()
	}
	return "it cannot be read"
}

var errLarge = fmt.Errorf("it is larger than %d KB: speak less in one, or record at 16 to 24 kbit/s", MaxBytes>>10)

// read reads and checks one file.
func (l *Library) read(v flows.Voice) (bot.Recording, error) {
	f, err := l.root.Open(path.Join(v.Lang, v.ID+extension))
	if err != nil {
		return bot.Recording{}, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return bot.Recording{}, errors.Join(err, fs.ErrInvalid)
	}
	raw, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return bot.Recording{}, err
	}
	if len(raw) > MaxBytes {
		return bot.Recording{}, errLarge
	}
	long, err := Duration(raw)
	return bot.Recording{Opus: raw, Duration: long}, err
}

// Get reads a recording. It returns bot.ErrNoRecording for one that was not
// there when the folder was opened, or is not there any more, whole.
func (l *Library) Get(v flows.Voice) (bot.Recording, error) {
	if l == nil || !l.known[v] {
		return bot.Recording{}, bot.ErrNoRecording
	}
	r, err := l.read(v)
	if err != nil {
		l.lost.Add(1)
		return bot.Recording{}, fmt.Errorf("%w any more: %s", bot.ErrNoRecording, v)
	}
	return r, nil
}

// Voices lists the recordings, sorted.
func (l *Library) Voices() []flows.Voice {
	if l == nil {
		return nil
	}
	return l.voices
}

// Lost counts how often a recording was wanted that had vanished.
func (l *Library) Lost() int64 {
	if l == nil {
		return 0
	}
	return l.lost.Load()
}

// Close lets go of the folder.
func (l *Library) Close() error {
	if l == nil {
		return nil
	}
	return l.root.Close()
}
