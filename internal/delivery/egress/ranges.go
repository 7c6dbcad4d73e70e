package egress

import "net/netip"

// Kind says what an address is that deliveries may not reach, in words that
// complete "the address is …".
type Kind string

// The kinds that [Options.AllowPrivate] opens.
const (
	KindLoopback    Kind = "loopback"
	KindPrivate     Kind = "private"
	KindUniqueLocal Kind = "unique-local"
	KindLinkLocal   Kind = "link-local"
	KindCGNAT       Kind = "carrier-grade NAT"
)

// The kinds that only [Options.AllowTargets] opens.
const (
	KindMetadata      Kind = "a cloud metadata service"
	KindUnspecified   Kind = "unspecified"
	KindMulticast     Kind = "multicast"
	KindBroadcast     Kind = "broadcast"
	KindDocumentation Kind = "for documentation"
	KindBenchmarking  Kind = "for benchmarking"
	KindReserved      Kind = "reserved"
	KindMapped        Kind = "IPv4-mapped"
	KindCompatible    Kind = "IPv4-compatible"
	KindTranslated    Kind = "IPv4-translated"
	KindNAT64         Kind = "NAT64"
	Kind6to4          Kind = "6to4"
	KindTeredo        Kind = "Teredo"
)

// openedByAllowPrivate has the kinds of addresses that one's own machine and
// network have.
var openedByAllowPrivate = map[Kind]bool{
	KindLoopback: true, KindPrivate: true, KindUniqueLocal: true, KindLinkLocal: true, KindCGNAT: true,
}

// forbidden is a range of addresses and what it is for.
type forbidden struct {
	prefix netip.Prefix
	kind   Kind
}

// forbiddenRanges are searched in order: what is more specific comes first.
//
// Sources: the IANA special-purpose registries for IPv4 and for IPv6 of
// 2025 (https://www.iana.org/assignments/iana-ipv4-special-registry,
// https://www.iana.org/assignments/iana-ipv6-special-registry), the multicast
// and reserved blocks of both address spaces, and the documentation of cloud
// providers for their metadata services. A test compares the table with that
// of code.dny.dev/ssrf.
var forbiddenRanges = table(map[Kind][]string{
	KindMetadata: {
		"169.254.169.254/32", // AWS, Azure, Google Cloud, DigitalOcean, OpenStack and others
		"169.254.170.2/32",   // AWS ECS task credentials
		"169.254.170.23/32",  // AWS EKS pod identity
		"168.63.129.16/32",   // Azure's wire server, a public address
		"100.100.100.200/32", // Alibaba Cloud
		"192.0.0.192/32",     // Oracle Cloud, classic
		"fd00:ec2::254/128",  // AWS
		"fd00:ec2::23/128",   // AWS EKS pod identity
		"fd20:ce::254/128",   // Google Cloud
		"fd00:42::42/128",    // Scaleway
		"fd00:c1::a9fe:a9fe/128",
		"fe80::a9fe:a9fe/128", // OpenStack
	},
	KindUnspecified: {"0.0.0.0/32", "::/128"},
	KindLoopback:    {"127.0.0.0/8", "::1/128"},
	KindPrivate:     {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"},
	KindCGNAT:       {"100.64.0.0/10"},
	KindLinkLocal:   {"169.254.0.0/16", "fe80::/10"},
	KindUniqueLocal: {"fc00::/7", "fec0::/10"}, // fec0::/10 are the deprecated site-local addresses
	KindBroadcast:   {"255.255.255.255/32"},
	KindMulticast:   {"224.0.0.0/4", "ff00::/8"},
	KindDocumentation: {
		"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20",
	},
	KindBenchmarking: {"198.18.0.0/15", "2001:2::/48"},
	KindTeredo:       {"2001::/32"},
	Kind6to4:         {"2002::/16", "192.88.99.0/24"},
	KindNAT64:        {"64:ff9b::/96", "64:ff9b:1::/48"},
	KindMapped:       {"::ffff:0:0/96"},
	KindTranslated:   {"::ffff:0:0:0/96"},
	KindCompatible:   {"::/96"},
}, map[Kind][]string{
	KindReserved: {
		"0.0.0.0/8",         // this network
		"192.0.0.0/24",      // IETF protocol assignments
		"192.31.196.0/24",   // AS112
		"192.52.193.0/24",   // automatic multicast tunnelling
		"192.175.48.0/24",   // AS112
		"240.0.0.0/4",       // class E
		"2001::/23",         // IETF protocol assignments
		"2620:4f:8000::/48", // AS112
	},
})

// globalUnicast is the only part of the IPv6 space from which public addresses
// are assigned; the rest is reserved.
var globalUnicast = netip.MustParsePrefix("2000::/3")

// wellKnownNAT64 holds an IPv4 address in its last 32 bits (RFC 6052).
var wellKnownNAT64 = netip.MustParsePrefix("64:ff9b::/96")

// table joins groups of ranges. Within a group longer prefixes come first, so
// that the map's order does not matter.
func table(groups ...map[Kind][]string) []forbidden {
	var ranges []forbidden
	for _, group := range groups {
		for bits := 128; bits >= 0; bits-- {
			for kind, prefixes := range group {
				for _, text := range prefixes {
					if prefix := netip.MustParsePrefix(text); prefix.Bits() == bits {
						ranges = append(ranges, forbidden{prefix: prefix, kind: kind})
					}
				}
			}
		}
	}
	return ranges
}

// classify returns what a forbidden address is; ok is false for a public one.
func classify(addr netip.Addr) (kind Kind, ok bool) {
	if addr.Is4In6() {
		if kind, ok := classify(addr.Unmap()); ok {
			return kind, true
		}
		return KindMapped, true
	}
	for _, r := range forbiddenRanges {
		if r.prefix.Contains(addr) {
			return r.kind, true
		}
	}
	if addr.Is6() && !globalUnicast.Contains(addr) {
		return KindReserved, true
	}
	return "", false
}

// embedded returns the IPv4 address within a well-known NAT64 address.
func embedded(addr netip.Addr) (netip.Addr, bool) {
	if !wellKnownNAT64.Contains(addr) {
		return netip.Addr{}, false
	}
	bytes := addr.As16()
	return netip.AddrFrom4([4]byte(bytes[12:])), true
}
