// The socket beside the database, on which a running server answers commands.
// Who may open the database may use it, and nobody else.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// errNoSocket: the system has no unix sockets, or none of such a name.
var errNoSocket = errors.New("no socket for commands can be made")

// socket is where the server of this database listens for commands.
func (d *dataFlags) socket() string {
	path := d.DB
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return path + ".sock"
}

// socketListener is a listener whose socket goes when it is closed.
type socketListener struct {
	net.Listener
	path string
}

// Close takes the socket away, and then closes it: whoever comes between finds
// none.
func (l *socketListener) Close() error {
	err := os.Remove(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, l.Listener.Close())
}

// listenSocket makes the socket, for the owner alone from its first moment: it
// is made in a folder that nobody else can enter, and moved from there. One that
// a server left when it was killed is replaced: whoever calls this holds the
// lock of the database.
func listenSocket(path string) (net.Listener, error) {
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() != fs.ModeSocket {
		return nil, fmt.Errorf("%w: %s is there and is no socket", errNoSocket, path)
	}
	folder, err := os.MkdirTemp(filepath.Dir(path), ".sock-") // mode 0700
	if err != nil {
		return nil, fmt.Errorf("make the socket for commands: %w", err)
	}
	defer os.RemoveAll(folder)
	made := filepath.Join(folder, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: made, Net: "unix"})
	switch {
	case errors.Is(err, syscall.EINVAL):
		return nil, tooLong(path)
	case err != nil:
		return nil, fmt.Errorf("%w: does this system have unix sockets? %w", errNoSocket, err)
	}
	l.SetUnlinkOnClose(false)
	if err = os.Chmod(made, 0o600); err == nil {
		err = os.Rename(made, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make the socket for commands: %w", err), l.Close())
	}
	if reachable(path) != nil {
		return nil, errors.Join(tooLong(path), (&socketListener{l, path}).Close())
	}
	return &socketListener{l, path}, nil
}

// reachable calls a socket once: it can be moved to a name by which nobody can
// call it.
func reachable(path string) error {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return err
	}
	return conn.Close()
}

func tooLong(path string) error {
	return fmt.Errorf("%w: %s is too long a name for one; give the database a shorter one", errNoSocket, path)
}

// dialSocket calls the server of a database; errNoServer where none answers.
// A socket that others may use, or that belongs to another than the database
// does, is not called: somebody may be waiting there for a password.
func dialSocket(ctx context.Context, path, db string) (net.Conn, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("look for the server: %w", err)
	case err != nil || info.Mode().Type() != fs.ModeSocket:
		return nil, errNoServer
	case info.Mode().Perm()&0o077 != 0 || !sameOwner(path, db):
		return nil, fmt.Errorf("%s was not made by a server of this database: take it away, and find out who put it there", path)
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("call the server: %w (only who runs it can give it commands)", err)
	case err != nil:
		return nil, errNoServer
	}
	return conn, nil
}
