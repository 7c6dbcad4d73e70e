// Command receive-deliveries is an endpoint for deliveries: it verifies each,
// and handles each event once.
//
//	WEBHOOK_SECRET=whsec_… go run ./examples/receive-deliveries 127.0.0.1:8090
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/hookline-go/hookline/receiver"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		log.Print(err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("usage: receive-deliveries ADDRESS")
	}
	// In a service of several processes it is a table of their database: see
	// docs/receiver.md.
	seen, err := receiver.NewMemoryDeduplicator(100_000, 48*time.Hour)
	if err != nil {
		return err
	}
	handler, err := receiver.NewHandler([]string{os.Getenv("WEBHOOK_SECRET")}, handle(out), receiver.WithDeduplicator(seen))
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", args[0])
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "listening on http://%s\n", listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() }) // the program ends
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// handle prints deliveries. It is only called for those that are verified, and
// that were not handled before. An error has the sender try again later.
func handle(out io.Writer) receiver.HandlerFunc {
	return func(_ context.Context, delivery receiver.Delivery) error {
		_, err := fmt.Fprintf(out, "%s %s %s\n", delivery.ID, delivery.EventType(), delivery.Payload)
		return err
	}
}
