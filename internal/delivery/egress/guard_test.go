package egress

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/netip"
	"testing"

	"code.dny.dev/ssrf"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

func TestCheckURLRefusesEverySpellingOfAForbiddenAddress(t *testing.T) {
	tests := map[string]Kind{
		// Loopback as a resolver may read it.
		"http://127.0.0.1/":                       KindLoopback,
		"https://127.0.0.1:8443/hook?x=1#y":       KindLoopback,
		"http://127.1/":                           KindLoopback,
		"http://127.0.1/":                         KindLoopback,
		"http://127.255.255.254/":                 KindLoopback,
		"http://2130706433/":                      KindLoopback,
		"http://017700000001/":                    KindLoopback,
		"http://0x7f000001/":                      KindLoopback,
		"http://0X7F000001/":                      KindLoopback,
		"http://0x7f.0.0.1/":                      KindLoopback,
		"http://0x7f.1/":                          KindLoopback,
		"http://0177.0.0.1/":                      KindLoopback,
		"http://0177.0.0.01/":                     KindLoopback,
		"http://00000177.0x0.0.1/":                KindLoopback,
		"http://127.0x000001/":                    KindLoopback,
		"http://127.0.0.1./":                      KindLoopback,
		"http://127.0.0.1../":                     KindLoopback,
		"http://2130706433./":                     KindLoopback,
		"http://user:pass@127.0.0.1/":             KindLoopback,
		"http://public.example@127.0.0.1:80/":     KindLoopback,
		"HTTP://127.0.0.1/":                       KindLoopback,
		"http://127。0。0。1/":                       KindLoopback,
		"http://127．0．0．1/":                       KindLoopback,
		"http://127｡0｡0｡1/":                       KindLoopback,
		"http://１２７.０.０.１/":                       KindLoopback,
		"http://①②⑦.⓪.⓪.①/":                       KindLoopback,
		"http://%EF%BC%91%EF%BC%92%EF%BC%97.0.1/": KindLoopback,
		"http://[::1]/":                           KindLoopback,
		"http://[0:0:0:0:0:0:0:1]/":               KindLoopback,
		"http://[0000::0001]:8080/":               KindLoopback,
		"http://[::ffff:127.0.0.1]/":              KindLoopback,
		"http://[::ffff:7f00:1]/":                 KindLoopback,
		"http://[0:0:0:0:0:ffff:7f00:0001]/":      KindLoopback,
		"http://[::FFFF:127.0.0.1]/":              KindLoopback,
		"http://[::1%25lo]/":                      KindLoopback,
		// The other ranges.
		"http://0.0.0.0/":                                KindUnspecified,
		"http://0/":                                      KindUnspecified,
		"http://0x/":                                     KindUnspecified,
		"http://0x0.0/":                                  KindUnspecified,
		"http://[::]/":                                   KindUnspecified,
		"http://0.1.2.3/":                                KindReserved,
		"http://10.0.0.1/":                               KindPrivate,
		"http://012.0.0.1/":                              KindPrivate, // octal
		"http://010.0.0.1/":                              KindPrivate, // decimal, where octal is not known
		"http://0xa.1/":                                  KindPrivate,
		"http://167772161/":                              KindPrivate,
		"http://172.16.0.1/":                             KindPrivate,
		"http://172.31.255.255/":                         KindPrivate,
		"http://192.168.1.1/":                            KindPrivate,
		"http://3232235777/":                             KindPrivate,
		"http://192.168.257/":                            KindPrivate,
		"http://[::ffff:10.0.0.1]/":                      KindPrivate,
		"http://100.64.0.1/":                             KindCGNAT,
		"http://100.127.255.255/":                        KindCGNAT,
		"http://169.254.1.1/":                            KindLinkLocal,
		"http://[fe80::1]/":                              KindLinkLocal,
		"http://[fe80::1%25eth0]/":                       KindLinkLocal,
		"http://[fc00::1]/":                              KindUniqueLocal,
		"http://[fd12:3456:789a::1]/":                    KindUniqueLocal,
		"http://[fec0::1]/":                              KindUniqueLocal,
		"http://169.254.169.254/latest/":                 KindMetadata,
		"http://2852039166/":                             KindMetadata,
		"http://0251.0376.0251.0376/":                    KindMetadata,
		"http://0xa9.0xfe.0xa9.0xfe/":                    KindMetadata,
		"http://[::ffff:169.254.169.254]/":               KindMetadata,
		"http://[fd00:ec2::254]/":                        KindMetadata,
		"http://168.63.129.16/":                          KindMetadata,
		"http://100.100.100.200/":                        KindMetadata,
		"http://224.0.0.1/":                              KindMulticast,
		"http://239.255.255.255/":                        KindMulticast,
		"http://[ff02::1]/":                              KindMulticast,
		"http://255.255.255.255/":                        KindBroadcast,
		"http://4294967295/":                             KindBroadcast,
		"http://240.0.0.1/":                              KindReserved,
		"http://192.0.2.1/":                              KindDocumentation,
		"http://198.51.100.7/":                           KindDocumentation,
		"http://203.0.113.9/":                            KindDocumentation,
		"http://[2001:db8::1]/":                          KindDocumentation,
		"http://[3fff::1]/":                              KindDocumentation,
		"http://198.18.0.1/":                             KindBenchmarking,
		"http://198.19.255.255/":                         KindBenchmarking,
		"http://[2001:2::1]/":                            KindBenchmarking,
		"http://[::ffff:8.8.8.8]/":                       KindMapped,
		"http://[::ffff:0:127.0.0.1]/":                   KindTranslated,
		"http://[::127.0.0.1]/":                          KindCompatible,
		"http://[::7f00:1]/":                             KindCompatible,
		"http://[64:ff9b::127.0.0.1]/":                   KindNAT64,
		"http://[64:ff9b::8.8.8.8]/":                     KindNAT64,
		"http://[64:ff9b:1::a00:1]/":                     KindNAT64,
		"http://[64:ff9b:1:ffff:ffff::7f00:1]":           KindNAT64,
		"http://[2002:7f00:1::]/":                        Kind6to4,
		"http://192.88.99.1/":                            Kind6to4,
		"http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/": KindTeredo,
		"http://[100::1]/":                               KindReserved,
		"http://[4000::1]/":                              KindReserved,
		"http://[5f00::1]/":                              KindReserved,
	}
	guard := New(Options{})
	for raw, kind := range tests {
		t.Run(raw, func(t *testing.T) {
			err := guard.CheckURL(raw)
			require.ErrorIs(t, err, &webhook.Error{Code: webhook.CodeInvalid})
			var coded *webhook.Error
			require.ErrorAs(t, err, &coded)
			assert.Equal(t, "/url", coded.Pointer)
			var blocked *BlockedError
			require.ErrorAs(t, err, &blocked)
			assert.Equal(t, kind, blocked.Kind)
		})
	}
	assert.GreaterOrEqual(t, len(tests), 40)
}

func TestCheckURLRefusesWhatIsNoDestination(t *testing.T) {
	guard := New(Options{})
	for _, raw := range []string{
		"", "/hook", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
		"http://example.com:0/", "http://example.com:00/", "https://example.com:65536/", "http://example.com:99999/",
		"http://", "http:///x", "http://./", "http://:80/", "http://exa mple.com/", "http://127.0.0.%31/",
		"http://256.256.256.256/", "http://1.2.3.4.5/", "http://127.0.0.1.1/", "http://08.0.0.1/", "http://0x7g.1.1.0x1g.1/",
		"http://1..2/", "http://4294967296/", "http://99999999999999999999/", "http://[::1", "http://[1.2.3.4]x/",
		"http://[::gggg]/", "http://a\u202e.example/\x00",
	} {
		err := guard.CheckURL(raw)
		require.ErrorIs(t, err, &webhook.Error{Code: webhook.CodeInvalid}, "%q", raw)
		assert.NotErrorAs(t, err, new(*BlockedError), "%q", raw)
	}
}

func TestCheckURLAcceptsPublicDestinations(t *testing.T) {
	guard := New(Options{})
	for _, raw := range []string{
		"https://example.com/hook", "http://example.com:8080/?a=b", "https://8.8.8.8/", "https://[2606:4700::1111]/",
		"https://127.0.0.1.example.com/", "https://10.example.com/", "https://0x7f.example.com/", "https://münchen.example/",
		"https://1.1.1.1./", "https://134744072/", "http://localhost/", "https://my_host.example.com/", "https://172.32.0.1/",
		"https://100.128.0.1/", "https://11.0.0.1/", "https://x0x/", "https://face.feed/", "https://example.com./",
	} {
		assert.NoError(t, guard.CheckURL(raw), raw)
	}
}

func TestCheckAddrOpensWhatTheOperatorAllows(t *testing.T) {
	prefix := netip.MustParsePrefix
	tests := map[string]struct {
		options Options
		addr    string
		allowed bool
	}{
		"private":                 {Options{AllowPrivate: true}, "10.0.0.1", true},
		"loopback":                {Options{AllowPrivate: true}, "127.0.0.1", true},
		"loopback v6":             {Options{AllowPrivate: true}, "::1", true},
		"mapped private":          {Options{AllowPrivate: true}, "::ffff:10.0.0.1", true},
		"unique-local":            {Options{AllowPrivate: true}, "fd00::1", true},
		"link-local, zone":        {Options{AllowPrivate: true}, "fe80::1%eth0", true},
		"metadata stays shut":     {Options{AllowPrivate: true}, "169.254.169.254", false},
		"mapped metadata":         {Options{AllowPrivate: true}, "::ffff:169.254.169.254", false},
		"metadata v6":             {Options{AllowPrivate: true}, "fd00:ec2::254", false},
		"multicast stays shut":    {Options{AllowPrivate: true}, "224.0.0.1", false},
		"range":                   {Options{AllowTargets: []netip.Prefix{prefix("10.1.0.0/16")}}, "10.1.2.3", true},
		"range, mapped":           {Options{AllowTargets: []netip.Prefix{prefix("10.1.0.0/16")}}, "::ffff:10.1.2.3", true},
		"range given as mapped":   {Options{AllowTargets: []netip.Prefix{prefix("::ffff:10.1.0.0/112")}}, "10.1.2.3", true},
		"range with host bits":    {Options{AllowTargets: []netip.Prefix{prefix("10.1.9.9/16")}}, "10.1.2.3", true},
		"beside the range":        {Options{AllowTargets: []netip.Prefix{prefix("10.1.0.0/16")}}, "10.2.0.1", false},
		"metadata if named":       {Options{AllowTargets: []netip.Prefix{prefix("169.254.169.254/32")}}, "169.254.169.254", true},
		"zone in a range":         {Options{AllowTargets: []netip.Prefix{prefix("fe80::/10")}}, "fe80::1%eth0", true},
		"NAT64 of a public one":   {Options{AllowTargets: []netip.Prefix{prefix("64:ff9b::/96")}}, "64:ff9b::808:808", true},
		"NAT64 of a loopback one": {Options{AllowTargets: []netip.Prefix{prefix("64:ff9b::/96")}}, "64:ff9b::7f00:1", false},
		"NAT64 of an allowed one": {Options{AllowTargets: []netip.Prefix{prefix("64:ff9b::/96"), prefix("10.0.0.0/8")}}, "64:ff9b::a00:1", true},
		"everything":              {Options{AllowTargets: []netip.Prefix{prefix("0.0.0.0/0")}}, "127.0.0.1", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := New(test.options).CheckAddr(netip.MustParseAddr(test.addr))
			if test.allowed {
				assert.NoError(t, err)
				return
			}
			assert.ErrorAs(t, err, new(*BlockedError))
		})
	}
}

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]string{
		"10.1.0.0/16": "10.1.0.0/16", "127.0.0.1": "127.0.0.1/32", "::1": "::1/128", "fd12::/48": "fd12::/48",
	} {
		got, err := ParseTarget(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got.String())
	}
	for _, text := range []string{"", "localhost", "10.1.0.0/33", "10.1", "fe80::1%eth0"} {
		_, err := ParseTarget(text)
		assert.ErrorIs(t, err, &webhook.Error{Code: webhook.CodeInvalid}, text)
	}
}

// The guard refuses all that code.dny.dev/ssrf refuses, and more.
func TestCheckAddrIsNoLaxerThanSSRF(t *testing.T) {
	guard, other := New(Options{}), ssrf.New(ssrf.WithAnyPort())
	check := func(addr netip.Addr) {
		t.Helper()
		if other.SafeAddr(addr) != nil {
			assert.Error(t, guard.CheckAddr(addr), addr)
		}
	}
	for _, prefix := range append(append([]netip.Prefix{}, ssrf.IPv4DeniedPrefixes...), ssrf.IPv6DeniedPrefixes...) {
		first, last := prefix.Addr(), lastOf(prefix)
		for _, addr := range []netip.Addr{first, first.Next(), first.Prev(), last, last.Next(), last.Prev()} {
			if addr.IsValid() {
				check(addr)
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the numbers are to be the same each time
	for range 20_000 {
		var bytes [16]byte
		binary.BigEndian.PutUint64(bytes[:8], random.Uint64())
		binary.BigEndian.PutUint64(bytes[8:], random.Uint64())
		check(netip.AddrFrom4([4]byte(bytes[:4])))
		check(netip.AddrFrom16(bytes))
		bytes[0] = 0x20 | bytes[0]&0x1f // global unicast
		check(netip.AddrFrom16(bytes))
	}
}

func lastOf(prefix netip.Prefix) netip.Addr {
	bytes := prefix.Addr().AsSlice()
	for bit := prefix.Bits(); bit < 8*len(bytes); bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	addr, _ := netip.AddrFromSlice(bytes)
	return addr
}

func FuzzCheckURL(f *testing.F) {
	f.Add("http://127.1/")
	f.Add("http://[::ffff:7f00:1%25x]:80/")
	guard := New(Options{})
	f.Fuzz(func(t *testing.T, raw string) {
		err := guard.CheckURL(raw)
		if err != nil && !errors.Is(err, &webhook.Error{Code: webhook.CodeInvalid}) {
			t.Fatalf("%q: %v", raw, err)
		}
	})
}

func BenchmarkCheckAddr(b *testing.B) {
	guard, addr := New(Options{}), netip.MustParseAddr("2606:4700::1111")
	for b.Loop() {
		_ = guard.CheckAddr(addr)
	}
}
