// Numbers of people, told so that nobody can be made out by them.
package bulletin

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// Count is a number of people. It gives itself away only from Least on, and
// then to the ten below: neither a small group nor the difference of two groups
// can be read from it.
type Count struct{ n int }

// Told is the number to the ten below, and whether it is one that is told: of
// fewer than Least, and of none, nothing is.
func (c Count) Told() (about int, told bool) {
	if c.n < Least {
		return 0, false
	}
	return c.n / 10 * 10, true
}

// String is the number, or "<20".
func (c Count) String() string {
	if n, told := c.Told(); told {
		return strconv.Itoa(n)
	}
	return "<" + strconv.Itoa(Least)
}

// Format prints what String does, whatever the verb.
func (c Count) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is what String is.
func (c Count) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON gives what String is.
func (c Count) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// atMost is what costs are reckoned with: told, or as many as may be.
func (c Count) atMost() int {
	if n, told := c.Told(); told {
		return n
	}
	return Least
}
