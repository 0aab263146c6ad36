// late.go reads the long lists of a language when they are first asked for: a start does not wait for what only the search, the
// ear for danger and the checker read.

package locales

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// latePrefixes begin the names of such lists. Each stands on a line of its own.
var latePrefixes = []string{"ask.", "concept.", dangerPrefix}

func isLate(id string) bool {
	for _, p := range latePrefixes {
		if strings.HasPrefix(id, p) {
			return true
		}
	}
	return false
}

// lateLists are the lists of one language.
type lateLists struct {
	raw      []byte // each at its own line of the file
	once     sync.Once
	messages map[string]*message
	err      error
}

// cutLate takes the lines of long lists out of a file; both parts keep the numbers of their lines.
func cutLate(raw []byte) (now, late []byte) {
	for line := range bytes.Lines(raw) {
		text := bytes.TrimRight(line, " \r\n")
		if isLate(string(line[:min(len(line), 16)])) && bytes.HasSuffix(text, []byte{'"'}) {
			late, now = append(late, line...), append(now, '\n')
		} else {
			now, late = append(now, line...), append(late, '\n')
		}
	}
	return now, late
}

// read parses the lists, once.
func (l *lateLists) read() map[string]*message {
	l.once.Do(func() {
		l.messages = map[string]*message{}
		n := 0
		for line := range bytes.Lines(l.raw) {
			n++
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			var one map[string]string
			if err := yaml.Unmarshal(line, &one); err != nil {
				l.err = fmt.Errorf("line %d: %w", n, err)
				continue
			}
			for id, text := range one {
				if l.messages[id] != nil {
					l.err = fmt.Errorf("line %d: %s stands there twice", n, id)
				}
				l.messages[id] = &message{text: text, line: n}
			}
		}
		l.raw = nil
	})
	return l.messages
}

// message is a message of the language, nil for none.
func (l *Language) message(id string) *message {
	if m := l.messages[id]; m != nil {
		return m
	}
	if l.late != nil && isLate(id) {
		return l.late.read()[id]
	}
	return nil
}
