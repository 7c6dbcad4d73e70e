package egress

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// ShortageError reports that this machine lacked what a look-up or a connection
// needs: nothing was asked of anybody else.
type ShortageError struct {
	// Resource is what is missing, in words that complete "this machine: ".
	Resource string
	err      error
}

// Error implements error.
func (e *ShortageError) Error() string { return "this machine: " + e.Resource }

// Unwrap returns the error of the system.
func (e *ShortageError) Unwrap() error { return e.err }

// shortages are the errors by which a system says that it has run out of
// something.
var shortages = map[syscall.Errno]string{
	syscall.EMFILE:        "this process may not open more files (raise its limit, ulimit -n)",
	syscall.ENFILE:        "the system may not open more files",
	syscall.ENOMEM:        "memory is short",
	syscall.ENOBUFS:       "network buffers are short",
	syscall.EADDRNOTAVAIL: "no local port is free",
}

// asShortage returns err as a [*ShortageError] if it is about this machine, and
// as it is otherwise.
func asShortage(err error) error {
	number, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return err
	}
	resource, ok := shortages[number]
	if !ok || number == syscall.EADDRNOTAVAIL && lacksIPv6(err) {
		return err
	}
	return &ShortageError{Resource: resource, err: err}
}

// lacksIPv6 tells whether a connection failed because it was to an IPv6 address
// and this machine has none: that does not pass, and a receiver that has no
// other address is not reachable.
func lacksIPv6(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok {
		return false
	}
	target, ok := op.Addr.(*net.TCPAddr)
	if !ok || target.IP.To4() != nil {
		return false
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, addr := range own {
		prefix, err := netip.ParsePrefix(addr.String())
		if err == nil && prefix.Addr().Is6() && prefix.Addr().IsLoopback() == target.IP.IsLoopback() {
			return false
		}
	}
	return true
}

// lookupShortages remembers the last time that a look-up could not ask for
// want of something: the standard library keeps only the text of that error.
type lookupShortages struct {
	mu   sync.Mutex
	last *ShortageError
	at   time.Time
}

func (l *lookupShortages) note(err error) {
	shortage, ok := errors.AsType[*ShortageError](asShortage(err))
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last, l.at = shortage, time.Now()
}

// explain returns the shortage that a look-up failed for, if it failed for one
// since that time, and err otherwise.
func (l *lookupShortages) explain(err error, since time.Time) error {
	dns, ok := errors.AsType[*net.DNSError](err)
	if !ok || dns.IsNotFound {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil || l.at.Before(since) {
		return err
	}
	return l.last
}

// withShortages has a dial tell what this machine lacks from what the receiver
// does.
func (g *Guard) withShortages(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		began := time.Now()
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, asShortage(g.lookups.explain(err, began))
		}
		return conn, nil
	}
}
