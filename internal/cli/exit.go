package cli

import (
	"errors"
	"fmt"
)

// exitError ends the program with a status of its own. Without a cause nothing
// is left to be said.
type exitError struct {
	status int
	cause  error
}

// Error implements error.
func (e *exitError) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.cause.Error()
}

// Unwrap returns the cause.
func (e *exitError) Unwrap() error { return e.cause }

const (
	statusViolations = 1
	statusUnusable   = 2
)

// exitStatus returns the status for an error of a command, and the error that
// is to be printed, if any.
func exitStatus(err error) (int, error) {
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.status, exit.cause
	}
	return 1, err
}
