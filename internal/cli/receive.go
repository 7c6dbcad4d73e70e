package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/receiver"
)

func receiveCommand() *cli.Command {
	return &cli.Command{
		Name:  "receive",
		Usage: "receive deliveries and show them, for tests by hand",
		Description: `Listens until an interrupt and shows each request. With a secret it verifies the signature, and answers 401 to what
does not verify.

Examples:
   hookline receive
   hookline receive --listen 127.0.0.1:9000 --secret env:WEBHOOK_SECRET
   hookline receive --fail-first 2 --delay 1s`,
		// A SOURCE may hold a comma.
		DisableSliceFlagSeparator: true,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:9000", Usage: "`ADDRESS` to listen on; port 0 takes a free one"},
			&cli.StringSliceFlag{Name: "secret", Usage: "signing key from `SOURCE`: " + sourceHelp + "; may be repeated"},
			schemeFlag("verify by this `SCHEME`; standard-webhooks without it"),
			&count{IntFlag: &cli.IntFlag{Name: "status", Value: http.StatusNoContent, Usage: "answer with this `STATUS`"}, least: 200},
			&cli.DurationFlag{Name: "delay", Usage: "wait for this `TIME` before the answer"},
			&count{IntFlag: &cli.IntFlag{Name: "fail-first", Usage: "answer 503 to the first `N` requests"}},
			&cli.BoolFlag{Name: "json", Usage: "print each request as one line of JSON"},
			showSecretsFlag(),
		},
		Action: receive,
	}
}

func receive(ctx context.Context, c *cli.Command) error {
	verifier, err := receiveVerifier(c)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.String("listen"))
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", c.String("listen"), err)
	}
	_, _ = fmt.Fprintf(c.Root().Writer, "listening on http://%s/; an interrupt ends this\n", listener.Addr())
	i := &inbox{c: c, verifier: verifier, seen: map[string]int{}}
	return serveUntil(ctx, listener, i)
}

// serveUntil serves until the context ends, and waits for open requests.
func serveUntil(ctx context.Context, listener net.Listener, handler http.Handler) error {
	const patience = 5 * time.Second
	server := &http.Server{Handler: handler, ReadHeaderTimeout: patience, ReadTimeout: 2 * patience}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil {
		err = server.Close()
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		return served
	}
	return err
}

// receiveVerifier returns nil where no secret is given.
func receiveVerifier(c *cli.Command) (*receiver.Verifier, error) {
	secrets, err := readSecrets(c, "secret")
	if err != nil || len(secrets) == 0 {
		return nil, err
	}
	var options []receiver.VerifyOption
	if scheme := namedScheme(c); scheme != nil && scheme.Name != receiver.Schemes()[0].Name {
		options = append(options, receiver.WithScheme(*scheme))
	}
	verifier, err := receiver.NewVerifier(secrets, options...)
	if err != nil {
		return nil, usageError(fmt.Errorf("--secret: %w", err))
	}
	return verifier, nil
}

// inbox shows requests and answers them.
type inbox struct {
	c        *cli.Command
	verifier *receiver.Verifier // nil for none

	mu       sync.Mutex
	requests int
	seen     map[string]int // by webhook-id
}

// ServeHTTP implements http.Handler.
func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, receiver.MaxPayload))
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	a := arrival{at: time.Now(), request: r, body: body, signature: i.verify(r.Header, body), showSecrets: i.c.Bool("show-secrets")}
	status := i.status(&a)
	if delay := i.c.Duration("delay"); delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done(): // the sender has hung up
		}
	}
	a.status = status
	i.show(&a)
	w.WriteHeader(status)
}

// verify says in words whether the signature is right.
func (i *inbox) verify(header http.Header, body []byte) signatureCheck {
	if i.verifier == nil {
		return signatureCheck{text: "signature not checked"}
	}
	err := i.verifier.Verify(body, header)
	if reason, ok := errors.AsType[*receiver.Error](err); ok {
		return signatureCheck{text: "signature wrong: " + reason.Code(), wrong: true}
	}
	return signatureCheck{text: "signature right"}
}

type signatureCheck struct {
	text  string
	wrong bool
}

func (i *inbox) status(a *arrival) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.requests++
	if id := a.request.Header.Get(receiver.HeaderID); id != "" {
		i.seen[id]++
		a.attempt = i.seen[id]
	}
	switch {
	case a.signature.wrong:
		return http.StatusUnauthorized
	case i.requests <= i.c.Int("fail-first"):
		return http.StatusServiceUnavailable
	default:
		return i.c.Int("status")
	}
}

func (i *inbox) show(a *arrival) {
	var text bytes.Buffer
	if i.c.Bool("json") {
		a.writeJSON(&text)
	} else {
		p := newPage(i.c.Root().Writer)
		a.print(p)
		text.WriteString(p.text.String())
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	_, _ = i.c.Root().Writer.Write(text.Bytes())
}

// statusLine writes a status code with its words.
func statusLine(status int) string {
	return strconv.Itoa(status) + " " + http.StatusText(status)
}
