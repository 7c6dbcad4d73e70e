// Command guard-your-own-api serves an API of its own, described by its own
// openapi.yaml, behind contract.Middleware: what breaks the document never
// reaches a handler, and handlers know who calls.
//
//	go run ./examples/guard-your-own-api 127.0.0.1:8092
package main

import (
	"context"
	"crypto/subtle"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/hookline-go/hookline/contract"
)

//go:embed openapi.yaml
var document []byte

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
		return errors.New("usage: guard-your-own-api ADDRESS")
	}
	handler, err := newHandler(ctx)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", args[0])
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "listening on http://%s/v1\n", listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() }) // the program ends
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// newHandler puts the guard around the handlers.
func newHandler(ctx context.Context) (http.Handler, error) {
	api, err := contract.Load(ctx, document)
	if err != nil {
		return nil, err
	}
	guard, err := contract.Middleware(api, contract.WithAuthentication(authenticate))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/notes", addNote)
	mux.HandleFunc("PUT /v1/notes/{id}/attachment", attach)
	return guard(mux), nil
}

type callerKey struct{}

// authenticate knows one caller. Whatever it puts into the context, handlers
// get.
func authenticate(ctx context.Context, r *http.Request, scheme *contract.Scheme) (context.Context, error) {
	token, _ := scheme.Credential(r)
	if subtle.ConstantTimeCompare([]byte(token), []byte("example-token")) != 1 {
		return ctx, errors.New("the token is not known")
	}
	return context.WithValue(ctx, callerKey{}, "ann"), nil
}

// addNote gets valid notes only.
func addNote(w http.ResponseWriter, r *http.Request) {
	caller, _ := r.Context().Value(callerKey{}).(string)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, "%s's note is added\n", caller) //nolint:gosec // plain text
}

// attach gets the upload as it comes: the guard reads nothing of it.
func attach(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		http.Error(w, "the attachment did not arrive whole", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
