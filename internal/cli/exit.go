package cli

import (
	"errors"
	"fmt"

	"github.com/hookline-go/hookline/internal/app"
)

// The exit statuses.
const (
	statusFailed = 1 // the work failed, or found something wrong
	statusUsage  = 2 // the command line, its files or the configuration cannot be used
	// statusUnreached: no answer came from the service.
	statusUnreached = 3
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

// usageError marks an error as a mistake of the caller's.
func usageError(err error) error { return &exitError{status: statusUsage, cause: err} }

// exitStatus returns the status for the outcome of a command, and the error
// that is to be printed, if any.
func exitStatus(err error) (int, error) {
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.status, exit.cause
	}
	if _, ok := errors.AsType[*app.ConfigError](err); ok {
		return statusUsage, err
	}
	if err != nil {
		return statusFailed, err
	}
	return 0, nil
}
