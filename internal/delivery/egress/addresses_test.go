package egress

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

// TestFurtherAddresses has names whose first addresses cannot be used, with and
// without TLS: the next one is tried, and a forbidden one never is.
func TestFurtherAddresses(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	t.Cleanup(server.Close)
	parsed, err := url.Parse(server.URL)
	require.NoError(t, err)
	for name, addresses := range map[string][]string{
		"a forbidden IPv6 address":   {"2001:db8::1", "127.0.0.1"},
		"a forbidden IPv4 address":   {"10.0.0.1", "127.0.0.1"},
		"nothing listens there":      {"127.0.0.2", "127.0.0.1"},
		"several of them, and a few": {"2001:db8::1", "fd00::1", "10.0.0.1", "127.0.0.2", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			guard := New(Options{
				AllowTargets: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Resolver: resolverWith(addresses...),
			})
			got, err := post(t, NewTransport(guard, TransportOptions{}), "http://hook.example:"+parsed.Port()+"/")
			require.NoError(t, err)
			assert.Equal(t, http.StatusAccepted, got.status)
		})
	}
	guard := New(Options{Resolver: resolverWith("2001:db8::1", "10.0.0.1")})
	_, err = post(t, NewTransport(guard, TransportOptions{}), "https://hook.example/")
	var blocked *BlockedError
	require.ErrorAs(t, err, &blocked, "if all are forbidden")
}

// resolverWith returns a resolver for which every name has all the addresses.
func resolverWith(addresses ...string) *net.Resolver {
	return resolverAnswering(func(question dnsmessage.Type) (answers []dnsmessage.ResourceBody) {
		for _, text := range addresses {
			switch addr := netip.MustParseAddr(text); {
			case addr.Is4() && question == dnsmessage.TypeA:
				answers = append(answers, &dnsmessage.AResource{A: addr.As4()})
			case addr.Is6() && question == dnsmessage.TypeAAAA:
				answers = append(answers, &dnsmessage.AAAAResource{AAAA: addr.As16()})
			}
		}
		return answers
	})
}

// TestDialsKnowTheDeadline finds that the dialer knows how long it has: it
// shares the time between a name's addresses, of which the first may be silent.
func TestDialsKnowTheDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	want, _ := ctx.Deadline()
	var got time.Time
	transport := &Transport{guard: New(Options{}), direct: newHTTPTransport(TransportOptions{})}
	transport.direct.DialContext = withRequest(func(ctx context.Context, _, _ string) (net.Conn, error) {
		got, _ = ctx.Deadline()
		return nil, syscall.ECONNREFUSED
	})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://hook.example/", http.NoBody)
	require.NoError(t, err)
	response, err := transport.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
	}
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	assert.Equal(t, want, got)
}
