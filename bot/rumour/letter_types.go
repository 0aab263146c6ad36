// What officers see of letters. Nothing here can carry an address, nor the
// moment at which somebody wrote.
package rumour

import "time"

// Letter is one line of the list of letters.
type Letter struct {
	ID      string
	Status  Status
	Lang    string
	Officer string        // id of who took it; "" for nobody
	Waits   time.Duration // how long the person has waited for an answer, to five minutes; 0 when they do not
	Opened  time.Time     // day, UTC
	Last    time.Time     // day of the last word, UTC
	Count   int           // letters and answers
}

// Thread is one person's letters and the answers to them.
type Thread struct {
	Letter
	Revision uint64 // to be given back by whoever changes it
	Hand     string // id of the officer who changed it last
	Lines    []Line // the oldest first
}

// Line is one of them.
type Line struct {
	Day  time.Time
	By   string // id of the officer; "" for the person
	Lang string
	Text string // as it was written: it is no HTML
}

// Duty is who reads letters, and when.
type Duty struct {
	Revision uint64
	Hand     string            // id of the officer who changed it last
	Now      []string          // ids of officers on duty
	Hours    map[string]string // in words, by language
}
