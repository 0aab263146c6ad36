//go:build race

package bolt_test

// raced tells that the race detector is on: what takes ten times as long with
// it is done less often.
const raced = true
