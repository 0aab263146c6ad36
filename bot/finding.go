// What a check of the settings found, in words for the operator.
package bot

// Level is how bad a finding is.
type Level uint8

const (
	Fine Level = iota // all is well
	Warn              // it works, and should be mended
	Fail              // it does not work until it is mended
)

// Finding is one thing that was checked. Neither text holds a secret or an
// address.
type Finding struct {
	Subject string // "telegram token"
	Level   Level
	Text    string // what was found, a sentence
	Mend    string // what to do about it, a sentence; "" for nothing
}
