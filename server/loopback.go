package server

import (
	"errors"
	"net"
	"net/http"
	"net/url"

	"github.com/hookline-go/hookline/internal/loopback"
)

var (
	errForeignHost   = errors.New("server: the request names a host that is not this machine")
	errForeignOrigin = errors.New("server: the request comes from a page of another host")
)

// WithLoopbackOnly answers only requests to this machine by name: the Host must
// be localhost or a loopback address, and so must be the Origin if there is one.
// Others are answered 403. A web page that has its own name resolve to 127.0.0.1
// ("DNS rebinding") thus cannot reach a server with well-known keys.
func WithLoopbackOnly() Option {
	return func(s *settings) { s.loopbackOnly = true }
}

func checkLoopback(r *http.Request) error {
	if !loopback.IsHost(hostOf(r.Host)) {
		return errForeignHost
	}
	for _, origin := range r.Header["Origin"] {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || !loopback.IsHost(u.Hostname()) {
			return errForeignOrigin
		}
	}
	return nil
}

// hostOf drops the port of a Host header.
func hostOf(hostPort string) string {
	if host, _, err := net.SplitHostPort(hostPort); err == nil {
		return host
	}
	return hostPort
}

func foreignDetail(err error) string {
	if errors.Is(err, errForeignOrigin) {
		return "This server answers no requests from web pages of other hosts. Its pages are on localhost or a loopback address."
	}
	return "This server answers only requests to localhost or a loopback address."
}
