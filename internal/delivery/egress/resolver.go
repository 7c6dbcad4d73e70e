package egress

import (
	"cmp"
	"context"
	"net"
)

// promptResolver returns a resolver that asks as r does, and whose look-ups end
// with the attempt that wants them. The standard library's go on until the name
// server's time is over, 5 s and more: one that never answers would gather
// goroutines and sockets that nobody waits for.
func promptResolver(r *net.Resolver, shortages *lookupShortages) *net.Resolver {
	r = cmp.Or(r, net.DefaultResolver)
	dial := r.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return &net.Resolver{
		PreferGo: r.PreferGo, StrictErrors: r.StrictErrors,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				shortages.note(err)
				return nil, err
			}
			// ctx also ends after the question was answered: closing the
			// connection once more does nothing.
			context.AfterFunc(ctx, func() { _ = conn.Close() })
			return conn, nil
		},
	}
}
