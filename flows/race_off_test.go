//go:build !race

package flows

// raced tells that the race detector is on.
const raced = false
