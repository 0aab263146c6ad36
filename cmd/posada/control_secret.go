// Passwords and codes, as whoever sits at the terminal gives them: never as an
// argument, and never shown.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxSecret bounds a line that holds one.
const maxSecret = 1024

// who asks for password and, where the act needs one, code.
func (c asFlags) who(std streams, code bool) (credentials, error) {
	who := credentials{As: c.As}
	var err error
	if who.Password, err = std.secret("Password of " + clean(c.As) + ": "); err != nil {
		return who, fmt.Errorf("read the password: %w", err)
	}
	if !code {
		return who, nil
	}
	// Without a code the server says what is missing.
	if who.Code, err = std.secret("Code of the second factor: "); err != nil && !errors.Is(err, io.EOF) {
		return who, fmt.Errorf("read the code: %w", err)
	}
	return who, nil
}

// secret reads one from the terminal, unseen, or a line of the input.
func (s streams) secret(prompt string) (secret, error) {
	if f, ok := s.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(s.err, prompt)
		raw, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(s.err)
		return secret(strings.TrimRight(string(raw), "\r\n")), err
	}
	// A byte at a time: what comes after the line is for whoever reads next.
	var line []byte
	for one := make([]byte, 1); ; {
		n, err := s.in.Read(one)
		switch {
		case n > 0 && one[0] == '\n', err != nil && err == io.EOF && len(line) > 0:
			return secret(strings.TrimSuffix(string(line), "\r")), nil
		case n > 0 && len(line) == maxSecret:
			return "", errors.New("the line is too long")
		case n > 0:
			line = append(line, one[0])
		case err != nil:
			return "", err
		}
	}
}
