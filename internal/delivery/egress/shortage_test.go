package egress

import (
	"context"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func systemError(number syscall.Errno, target net.IP) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: target, Port: 1}, Err: os.NewSyscallError("connect", number)}
}

// TestShortages tells what this machine lacks from what a receiver does.
func TestShortages(t *testing.T) {
	for number, isShortage := range map[syscall.Errno]bool{
		syscall.EMFILE: true, syscall.ENFILE: true, syscall.ENOMEM: true, syscall.ENOBUFS: true, syscall.EADDRNOTAVAIL: true,
		syscall.ECONNREFUSED: false, syscall.ENETUNREACH: false, syscall.EPERM: false,
	} {
		failing := func(context.Context, string, string) (net.Conn, error) {
			return nil, systemError(number, net.IPv4(127, 0, 0, 1))
		}
		_, err := New(Options{}).withShortages(failing)(t.Context(), "tcp", "127.0.0.1:1")
		require.ErrorIs(t, err, number)
		var shortage *ShortageError
		assert.Equal(t, isShortage, assertAs(err, &shortage), number)
	}
}

func assertAs(err error, target **ShortageError) bool {
	shortage, ok := err.(*ShortageError) //nolint:errorlint // it is the outermost error
	*target = shortage
	return ok
}

// A machine without IPv6 does not lack ports when it is to reach an IPv6
// address. Whether this one has it is not ours to choose.
func TestShortageOfIPv6(t *testing.T) {
	reserved := net.ParseIP("2001:db8::1")
	err := asShortage(systemError(syscall.EADDRNOTAVAIL, reserved))
	_, isShortage := err.(*ShortageError) //nolint:errorlint // likewise
	assert.Equal(t, !lacksIPv6(err), isShortage)
	assert.False(t, lacksIPv6(systemError(syscall.EADDRNOTAVAIL, net.IPv4(127, 0, 0, 1))))
}

// TestShortageOfLookups has a look-up that cannot even ask.
func TestShortageOfLookups(t *testing.T) {
	number := syscall.EMFILE
	resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, systemError(number, net.IPv4(127, 0, 0, 53))
	}}
	guard := New(Options{Resolver: resolver})
	transport := NewTransport(guard, TransportOptions{})
	for _, target := range []string{"http://hook.example/", "https://hook.example/"} {
		_, err := post(t, transport, target)
		var shortage *ShortageError
		require.ErrorAs(t, err, &shortage, target)
	}
	var shortage *ShortageError
	require.ErrorAs(t, guard.CheckHost(t.Context(), "hook.example"), &shortage, "for a proxy")

	number = syscall.ECONNREFUSED
	_, err := post(t, transport, "http://hook.example/")
	var unknown *net.DNSError
	require.ErrorAs(t, err, &unknown, "a shortage that is over explains nothing")
}
