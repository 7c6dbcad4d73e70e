package server_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

// memory implements the operations that it needs. Those that it leaves out are
// answered 501.
type memory struct {
	server.Unimplemented

	names map[int64]string
}

var errNoConfig = errors.New("memory: there is no such config")

func (m memory) DeleteWebhookConfig(
	_ context.Context, request serverapi.DeleteWebhookConfigRequestObject,
) (serverapi.DeleteWebhookConfigResponseObject, error) {
	if _, ok := m.names[request.WebhookConfigID]; !ok {
		return nil, errNoConfig
	}
	delete(m.names, request.WebhookConfigID)
	return serverapi.DeleteWebhookConfig204Response{}, nil
}

// remove sends a request as a client would, and prints the answer.
func remove(handler http.Handler, path string) {
	request := httptest.NewRequestWithContext(context.Background(), http.MethodDelete, path, http.NoBody)
	request.Header.Set("api_key", "secret")
	request.Header.Set("X-Request-Id", "a1b2c3d4-e5f6-7890-abcd-ef1234567890")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	fmt.Printf("%d\n%s", recorder.Code, recorder.Body)
}

func ExampleNew() {
	handler, err := server.New(memory{names: map[int64]string{12: "Connection webhook"}},
		server.WithAuthenticator(server.AuthenticatorFunc(func(ctx context.Context, apiKey string) (context.Context, error) {
			if apiKey != "secret" {
				return nil, server.ErrUnauthenticated
			}
			return ctx, nil
		})),
		server.WithLogger(slog.New(slog.DiscardHandler)),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	// In a program: http.ListenAndServe(":8080", handler)
	remove(handler, "/v4/core/webhook-config/12")
	remove(handler, "/v4/core/webhook-config/0")
	// Output:
	// 204
	// 400
	// {"code":"invalid_request","detail":"The request breaks the contract in 1 place.","errors":[{"code":"minimum","detail":"the path parameter \"webhookConfigId\" must be 1 or more","in":"path","pointer":"/webhookConfigId","schema":"#/components/schemas/WebhookConfigID/minimum"}],"request_id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890","status":400,"title":"Bad Request","type":"about:blank"}
}

func ExampleWithErrorMapper() {
	handler, err := server.New(memory{},
		server.WithErrorMapper(func(err error) (gen.Problem, bool) {
			if errors.Is(err, errNoConfig) {
				return gen.Problem{Status: http.StatusNotFound, Code: "not_found"}, true
			}
			return gen.Problem{}, false // logged, and answered 500
		}),
		server.WithoutAuthentication(),
		server.WithLogger(slog.New(slog.DiscardHandler)),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	remove(handler, "/v4/core/webhook-config/12")
	// Output:
	// 404
	// {"code":"not_found","request_id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890","status":404,"title":"Not Found","type":"about:blank"}
}
