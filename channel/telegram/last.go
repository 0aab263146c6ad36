// The newest message of a chat, as far as it is known: only that one can be
// edited without the person looking elsewhere.
package telegram

import "sync"

// maxLast bounds one of the two generations that are remembered.
const maxLast = 8192

// lastMessages is in memory alone. The zero value is ready.
type lastMessages struct {
	mu       sync.Mutex
	now, old map[int64]int64
}

// note says that there is a message of that number. Numbers grow, and the notes
// may come in any order.
func (l *lastMessages) note(chat, message int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known := max(l.now[chat], l.old[chat]); known > message {
		message = known
	}
	if _, ok := l.now[chat]; !ok && len(l.now) >= maxLast {
		l.old, l.now = l.now, nil
	}
	if l.now == nil {
		l.now = map[int64]int64{}
	}
	l.now[chat] = message
}

// is tells whether a message is known to be the chat's newest.
func (l *lastMessages) is(chat, message int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return message != 0 && max(l.now[chat], l.old[chat]) == message
}
