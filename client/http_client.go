package client

import (
	"net"
	"net/http"
	"time"
)

// newTransport is net/http's default one with limits for a server that does not
// answer, and more idle connections to the one host that a client talks to.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          100,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// keepRedirect makes a redirect the answer. net/http takes Authorization and
// cookies out of a request that it redirects to another host, and knows nothing
// of api_key.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
