package server

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/contract"
)

// exchange is what the shell keeps of a request while it is answered.
type exchange struct {
	id        uuid.UUID
	operation string
	begun     time.Time
}

const exchangeKey = "hookline.exchange"

func exchangeOf(c echo.Context) *exchange {
	x, ok := c.Get(exchangeKey).(*exchange)
	if !ok {
		return &exchange{}
	}
	return x
}

type requestIDKey struct{}

// RequestID returns the id of the request that an implementation is answering, the same that the caller gets as
// X-Request-Id and request_id. It is the zero UUID outside of a request.
func RequestID(ctx context.Context) uuid.UUID {
	id, _ := ctx.Value(requestIDKey{}).(uuid.UUID)
	return id
}

// requestID names the request. A caller that sends a UUID of its own in X-Request-Id keeps it, so that logs can be
// joined; anything else is replaced, as it would go into logs.
func (s *settings) requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x := &exchange{begun: s.now()}
		id, ok := parseRequestID(c.Request().Header.Get(echo.HeaderXRequestID))
		if !ok {
			id = uuid.New()
		}
		x.id = id
		c.Set(exchangeKey, x)
		c.Response().Header().Set(echo.HeaderXRequestID, x.id.String())
		return next(c)
	}
}

// parseRequestID takes the canonical form only: uuid.Parse would take a URN and braces too.
func parseRequestID(text string) (id uuid.UUID, ok bool) {
	const canonical = 36
	if len(text) != canonical {
		return uuid.UUID{}, false
	}
	id, err := uuid.Parse(text)
	return id, err == nil
}

// nameOperation tells the access log which operation it is.
func (s *settings) nameOperation(operation *contract.Operation) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			exchangeOf(c).operation = operation.ID
			return next(c)
		}
	}
}

// deadline gives the implementation a context that ends, and that knows the request's id.
func (s *settings) deadline(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), s.timeout)
		defer cancel()
		setContext(context.WithValue(ctx, requestIDKey{}, exchangeOf(c).id), c)
		return next(c)
	}
}

func setContext(ctx context.Context, c echo.Context) {
	c.SetRequest(c.Request().WithContext(ctx))
}
