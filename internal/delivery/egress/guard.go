package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Options says what a [Guard] lets through. The zero value lets only public
// addresses through.
type Options struct {
	// AllowPrivate opens the addresses of the machine itself and of private
	// networks: loopback, private, unique-local, link-local and carrier-grade
	// NAT. Metadata services stay closed.
	AllowPrivate bool
	// AllowTargets are ranges that are open whatever they are. A range of
	// well-known NAT64 addresses (64:ff9b::/96) opens those whose IPv4 address
	// is open itself.
	AllowTargets []netip.Prefix
	// Resolver looks names up. Nil is [net.DefaultResolver].
	Resolver *net.Resolver
}

// Guard decides which addresses deliveries may reach. It is safe for concurrent
// use.
type Guard struct {
	allowPrivate bool
	allowed      []netip.Prefix
	resolver     *net.Resolver
	lookups      *lookupShortages
}

// New returns a guard.
func New(o Options) *Guard {
	lookups := &lookupShortages{}
	g := &Guard{allowPrivate: o.AllowPrivate, resolver: promptResolver(o.Resolver, lookups), lookups: lookups}
	for _, prefix := range o.AllowTargets {
		g.allowed = append(g.allowed, normalize(prefix))
	}
	return g
}

// ParseTarget returns the range that an operator allows: a CIDR prefix, or an
// address for a range of one. The error's code is [webhook.CodeInvalid].
func ParseTarget(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, &webhook.Error{
			Code:    webhook.CodeInvalid,
			Message: "an allowed target is a range such as 10.1.0.0/16 or fd12::/48, or an address",
		}
	}
	return prefix, nil
}

// normalize turns a range of IPv4-mapped addresses into the range of IPv4
// addresses that it means: [netip.Prefix.Contains] keeps them apart.
func normalize(prefix netip.Prefix) netip.Prefix {
	const mappedBits = 96
	if prefix.Addr().Is4In6() && prefix.Bits() >= mappedBits {
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-mappedBits)
	}
	return prefix.Masked()
}

// BlockedError reports an address that deliveries may not reach.
type BlockedError struct {
	// Kind says what the address is. The address itself is left out: the
	// error is shown to whoever chose the URL, and an internal name's address
	// is nothing for strangers to learn.
	Kind Kind
}

// Error implements error.
func (e *BlockedError) Error() string {
	return fmt.Sprintf("blocked target: the address is %s", e.Kind)
}

// CheckAddr returns a [*BlockedError] if deliveries may not reach addr. An IPv6
// zone is ignored.
func (g *Guard) CheckAddr(addr netip.Addr) error {
	addr = addr.WithZone("")
	kind, found := classify(addr)
	if !found || g.allowPrivate && openedByAllowPrivate[kind] || g.isAllowed(addr) {
		return nil
	}
	return &BlockedError{Kind: kind}
}

func (g *Guard) isAllowed(addr netip.Addr) bool {
	plain := addr.Unmap()
	if !slices.ContainsFunc(g.allowed, func(p netip.Prefix) bool { return p.Contains(plain) }) {
		return false
	}
	if inner, ok := embedded(addr); ok {
		// The gateway would connect to inner, so inner is what counts.
		return g.CheckAddr(inner) == nil
	}
	return true
}

// errNotAnAddress cannot happen as long as the standard library gives a
// dialer's Control an address and a port.
var errNotAnAddress = errors.New("blocked target: the dialled address is not an IP address and a port")

// Control refuses a connection to a forbidden address. It has the form of
// [net.Dialer.ControlContext], which the standard library calls after the
// look-up for each address, before it connects.
func (g *Guard) Control(_ context.Context, _, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return errNotAnAddress
	}
	return g.CheckAddr(target.Addr())
}

// CheckHost looks host up and returns a [*BlockedError] if it is or resolves to
// a forbidden address, even if other addresses are public. It is for hosts that
// somebody else, a proxy, connects to; the answer is only as good as that the
// other one gets the same. A failed look-up gives a [*net.DNSError], or a
// [*ShortageError] if this machine could not ask.
func (g *Guard) CheckHost(ctx context.Context, host string) error {
	literals, err := literalAddrs(host)
	if err != nil {
		return err
	}
	if len(literals) > 0 {
		return g.checkAll(literals)
	}
	began := time.Now()
	addrs, err := g.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return asShortage(g.lookups.explain(err, began))
	}
	return g.checkAll(addrs)
}

func (g *Guard) checkAll(addrs []netip.Addr) error {
	for _, addr := range addrs {
		if err := g.CheckAddr(addr); err != nil {
			return err
		}
	}
	return nil
}
