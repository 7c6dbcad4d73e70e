// Command implement-server serves the API with an implementation of its own:
// configs in a map. What it does not implement is answered 500, and what breaks
// the contract never reaches it.
//
//	go run ./examples/implement-server 127.0.0.1:8091
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
	"sync"
	"time"

	"github.com/oapi-codegen/nullable"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
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
		return errors.New("usage: implement-server ADDRESS")
	}
	//nolint:contextcheck // requests bring contexts of their own
	handler, err := server.New(&memory{configs: map[int64]gen.WebhookConfig{}},
		server.WithAuthenticator(server.AuthenticatorFunc(authenticate)), server.WithErrorMapper(problem))
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", args[0])
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "listening on http://%s/v4\n", listener.Addr())
	httpServer := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = httpServer.Close() }) // the program ends
	if err := httpServer.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func authenticate(ctx context.Context, apiKey string) (context.Context, error) {
	if apiKey != "dev-key" { // compare real keys in constant time
		return nil, server.ErrUnauthenticated
	}
	return ctx, nil
}

var errNoConfig = errors.New("there is no webhook config with this id")

// problem says which errors callers may see.
func problem(err error) (gen.Problem, bool) {
	if errors.Is(err, errNoConfig) {
		return gen.Problem{Status: http.StatusNotFound, Code: "not_found", Detail: new(err.Error())}, true
	}
	return gen.Problem{}, false
}

// memory implements two of the operations.
type memory struct {
	serverapi.StrictServerInterface

	mu      sync.Mutex
	configs map[int64]gen.WebhookConfig
}

// CreateWebhookConfig keeps a config.
func (m *memory) CreateWebhookConfig(
	_ context.Context, request serverapi.CreateWebhookConfigRequestObject,
) (serverapi.CreateWebhookConfigResponseObject, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := gen.NewTimestamp(time.Now())
	config := gen.WebhookConfig{
		RootfiID: int64(len(m.configs) + 1), RootfiCreatedAt: now, RootfiUpdatedAt: now, RootfiOrganisationID: 1,
		WebhookType: request.Body.WebhookType, IntegrationType: nullable.NewNullNullable[gen.IntegrationType](),
		Name: request.Body.Name, URL: request.Body.URL, State: gen.WebhookConfigStateEnabled, Topics: []string{},
		Headers:         nullable.NewNullNullable[[]gen.WebhookHeader](),
		SignatureHeader: nullable.NewNullableWithValue("X-RootFi-Signature"),
	}
	m.configs[config.RootfiID] = config
	return serverapi.CreateWebhookConfig201JSONResponse{
		WebhookConfigCreatedJSONResponse: serverapi.WebhookConfigCreatedJSONResponse{Body: envelope(config)},
	}, nil
}

// GetWebhookConfig returns a config.
func (m *memory) GetWebhookConfig(
	_ context.Context, request serverapi.GetWebhookConfigRequestObject,
) (serverapi.GetWebhookConfigResponseObject, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	config, ok := m.configs[request.WebhookConfigID]
	if !ok {
		return nil, errNoConfig
	}
	return serverapi.GetWebhookConfig200JSONResponse{
		WebhookConfigFoundJSONResponse: serverapi.WebhookConfigFoundJSONResponse{Body: envelope(config)},
	}, nil
}

// envelope leaves the request id to the server.
func envelope(config gen.WebhookConfig) gen.WebhookConfigResponse {
	return gen.WebhookConfigResponse{Data: gen.WebhookConfigData{Data: config}}
}
