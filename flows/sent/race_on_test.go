//go:build race

package sent

// raced tells that the race detector is on: what it makes ten times slower, and
// cannot find anything in, is done once more without it.
const raced = true
