// A recording as channels send it.
package bot

import (
	"errors"
	"time"
)

// ErrNoRecording: there is no such recording, or no longer.
var ErrNoRecording = errors.New("there is no such recording")

// Recording is one voice message. Its bytes are shared: they are not to be
// changed.
type Recording struct {
	Opus     []byte // an OGG file with one Opus stream, mono
	Duration time.Duration
}

// NoRecording is why a message was given up whose recording is gone: the words
// beside it went by themselves.
const NoRecording = "no recording"
