package client

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// reach watches whether an attempt may have reached the server.
type reach struct {
	asked, got atomic.Bool
}

// watch returns a context in which net/http's transport tells when it looks for
// a connection and when it has one.
func (r *reach) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { r.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { r.got.Store(true) },
	})
}

// never tells whether the attempt that ended in err has provably not reached
// the server: a connection was looked for, and there was none. Transports that
// tell nothing leave the error, which proves it only where it comes from
// dialling.
func (r *reach) never(err error) bool {
	switch {
	case r.got.Load():
		return false
	case r.asked.Load():
		return true
	}
	dial, ok := errors.AsType[*net.OpError](err)
	return ok && dial.Op == "dial"
}
