package cli

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal and returns what a program writes to, and
// where that can be read.
func terminal(t *testing.T) (program, reader *os.File) {
	t.Helper()
	reader, program = openTerminal(t)
	return program, reader
}

// openTerminal returns both ends of a pseudo-terminal, that of the terminal
// first.
func openTerminal(t *testing.T) (reader, program *os.File) {
	t.Helper()
	reader, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = reader.Close() })
	fd := int(reader.Fd())
	require.NoError(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	require.NoError(t, err)
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = program.Close() })
	return reader, program
}

// TestValidateColour shows colours on a terminal, and none where the user does
// not want them or no person reads along.
func TestValidateColour(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "bad.sh"), []byte(badCommand), 0o600))
	for _, c := range []struct {
		name   string
		env    []string
		args   []string
		colour bool
	}{
		{"terminal", []string{"TERM=xterm"}, nil, true},
		{"NO_COLOR", []string{"TERM=xterm", "NO_COLOR=1"}, nil, false},
		{"empty NO_COLOR", []string{"TERM=xterm", "NO_COLOR="}, nil, true},
		{"dumb terminal", []string{"TERM=dumb"}, nil, false},
		{"format for programs", []string{"TERM=xterm"}, []string{"--format", "github"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			program, reader := terminal(t)
			cmd := exec.CommandContext(t.Context(), binary, append([]string{"validate", "bad.sh"}, c.args...)...) //nolint:gosec // our own binary
			cmd.Dir, cmd.Env, cmd.Stdout = folder, c.env, program
			_ = cmd.Run() // it exits 1
			require.Equal(t, 1, cmd.ProcessState.ExitCode())
			line, err := bufio.NewReader(reader).ReadString('\n')
			require.NoError(t, err)
			assert.Contains(t, line, "bad.sh")
			if c.colour {
				assert.Contains(t, line, "\x1b[31merror\x1b[0m")
			} else {
				assert.NotContains(t, line, "\x1b")
			}
		})
	}
}

// A service whose terminal is closed stops in good order.
func TestServeStopsWithItsTerminal(t *testing.T) {
	reader, program := openTerminal(t)
	p := startWith(t, t.TempDir(), func(c *exec.Cmd) {
		c.Stdin, c.SysProcAttr = program, &syscall.SysProcAttr{Setsid: true, Setctty: true}
	}, "--dev")
	require.NoError(t, program.Close())
	require.NoError(t, reader.Close())
	require.NoError(t, p.cmd.Wait())
	require.Contains(t, p.stderr.String(), "stopping")
}
