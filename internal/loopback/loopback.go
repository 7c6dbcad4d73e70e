// Package loopback tells names and addresses of the machine itself from others.
package loopback

import (
	"net/netip"
	"strings"
)

// IsHost tells whether a host without a port is the machine itself: localhost,
// a name below it (RFC 6761, section 6.3), or a loopback address, with or
// without the brackets of IPv6. Nothing is looked up.
func IsHost(host string) bool {
	bare, bracketed := strings.CutPrefix(host, "[")
	if bracketed {
		bare = strings.TrimSuffix(bare, "]")
	}
	if address, err := netip.ParseAddr(bare); err == nil {
		return address.Unmap().IsLoopback()
	}
	name := strings.ToLower(strings.TrimSuffix(bare, "."))
	return !bracketed && (name == "localhost" || strings.HasSuffix(name, ".localhost"))
}
