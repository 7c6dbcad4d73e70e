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

// never tells whether the attempt that ended in err has certainly not reached
// the server: the transport looked for a connection and got none. For a
// transport that reports nothing, only an error of dialling proves it.
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
