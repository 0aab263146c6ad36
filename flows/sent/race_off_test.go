//go:build !race

package sent

// raced tells that the race detector is on.
const raced = false
