package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/hookline-go/hookline/internal/app"
)

// split is a service in a process of its own, as a user has it.
type split struct {
	running

	command *exec.Cmd
}

// startSplit starts this program again, as a service. The first line that it
// prints ends with its address.
func startSplit(ctx context.Context, config *app.Config) (*split, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	// It is stopped in order, and not with the context.
	command := exec.CommandContext(context.WithoutCancel(ctx), program, "serve", "--dev", "--listen", config.Listen, //nolint:gosec // it is this program
		"--database", config.Database, "--encryption-key-file", config.EncryptionKeyFile, "--log-level", "warn")
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the service: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the service: %w", err)
	}
	reader := bufio.NewReader(output)
	line, err := reader.ReadString('\n')
	fields := strings.Fields(line)
	if err != nil || len(fields) == 0 {
		return nil, errors.Join(errors.New("the service did not start"), err, command.Wait())
	}
	url := strings.TrimSuffix(fields[len(fields)-1], "/v4")
	s := &split{command: command}
	s.running = running{url: url, stop: func() error {
		if err := command.Process.Signal(os.Interrupt); err != nil {
			return fmt.Errorf("stop the service: %w", err)
		}
		_, read := io.Copy(io.Discard, reader)
		return errors.Join(read, command.Wait())
	}}
	return s, nil
}

// processTime returns the processor time of the whole life of a service that
// has ended.
func (s *split) processTime() time.Duration {
	return s.command.ProcessState.UserTime() + s.command.ProcessState.SystemTime()
}
