//go:build unix

package bench

import (
	"syscall"
	"time"
)

// processTime returns the processor time that this process has taken, 0 if that
// cannot be told.
func processTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
