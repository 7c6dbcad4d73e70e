package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
)

// serveProfiles serves Go's profiles on their own address, if there is one,
// until the function that it returns is called.
func (a *App) serveProfiles(ctx context.Context) (stop func() error, err error) {
	if a.config.Profiles == "" {
		return func() error { return nil }, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", a.config.Profiles)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s for profiles: %w", a.config.Profiles, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	profiles := &http.Server{
		Handler: mux, ReadHeaderTimeout: readHeaderTimeout, ErrorLog: standardLogger(a.config.Logger),
	}
	ended := make(chan error, 1)
	go func() { ended <- profiles.Serve(listener) }()
	a.config.Logger.InfoContext(ctx, "profiles are served: whoever reaches that address sees what is in memory",
		slog.String("address", listener.Addr().String()))
	return func() error {
		err := profiles.Close()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}, nil
}
