package server

import (
	"errors"

	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/contract"
)

// Middleware is contract.Middleware for echo, on the whole router or on a group:
// it lets only those requests through that keep to any document. It needs
// nothing else of this package. A refusal is answered at once, as
// contract.WithRefusal says, and echo's error handler does not see it.
func Middleware(c *contract.Contract, options ...contract.MiddlewareOption) (echo.MiddlewareFunc, error) {
	guard, err := contract.NewGuard(c, options...)
	if err != nil {
		return nil, err
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			guarded, err := guard.Check(c.Response(), c.Request())
			if refusal, refused := errors.AsType[*contract.Refusal](err); refused {
				guard.Refuse(c.Response(), c.Request(), refusal)
				return nil
			}
			c.SetRequest(guarded)
			return next(c)
		}
	}, nil
}
