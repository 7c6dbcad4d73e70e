package receiver_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/receiver"
)

// callback makes a handler an implementation of the generated callback
// receiver.
type callback struct{ handler http.Handler }

// HandleReceiveWebhookDeliveryCallback implements
// serverapi.CallbackReceiverInterface. The parameters are not needed: the
// handler takes them from the request, and verifies them.
func (c callback) HandleReceiveWebhookDeliveryCallback(ctx echo.Context, _ gen.ReceiveWebhookDeliveryParams) error {
	c.handler.ServeHTTP(ctx.Response(), ctx.Request())
	return nil
}

// On echo: behind the generated callback receiver, or, with echo.WrapHandler,
// on a route of its own.
func ExampleNewHandler_echo() {
	handler, err := receiver.NewHandler([]string{signingKey}, func(_ context.Context, delivery receiver.Delivery) error {
		fmt.Println("handling", delivery.EventType())
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	router := echo.New()
	router.POST("/webhooks", serverapi.ReceiveWebhookDeliveryCallbackHandler(callback{handler}))
	fmt.Println(post(router, signingKey, "event-1", `{"event":"connection.changed"}`).Code)

	router = echo.New()
	router.POST("/webhooks", echo.WrapHandler(handler))
	fmt.Println(post(router, signingKey, "event-1", `{"event":"connection.changed"}`).Code)
	// Output:
	// handling connection.changed
	// 204
	// handling connection.changed
	// 204
}
