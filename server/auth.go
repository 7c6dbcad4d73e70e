package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
)

// apiKeyHeader is the header of the contract's security scheme, as net/http spells it in a header map.
const apiKeyHeader = "Api_key"

// Authenticator tells who calls.
type Authenticator interface {
	// Authenticate returns the context that the implementation sees, which may carry whatever it must know of the
	// caller. For a key that is unknown or revoked the error is ErrUnauthenticated, or wraps it; any other error is
	// the server's own fault. It must be safe for concurrent use, and should compare keys in constant time.
	Authenticate(ctx context.Context, apiKey string) (context.Context, error)
}

// AuthenticatorFunc makes a function an Authenticator.
type AuthenticatorFunc func(ctx context.Context, apiKey string) (context.Context, error)

// Authenticate calls f.
func (f AuthenticatorFunc) Authenticate(ctx context.Context, apiKey string) (context.Context, error) {
	return f(ctx, apiKey)
}

// ErrUnauthenticated is the error of an Authenticator for a key that is not valid.
var ErrUnauthenticated = errors.New("server: the API key is not valid")

// authenticate runs before a body is read, so that strangers cost little.
func (s *settings) authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		keys := c.Request().Header[apiKeyHeader]
		if len(keys) != 1 || keys[0] == "" {
			return fmt.Errorf("%w: the header api_key must be given once", ErrUnauthenticated)
		}
		ctx, err := s.authenticator.Authenticate(c.Request().Context(), keys[0])
		if err != nil {
			return err
		}
		setContext(ctx, c)
		return next(c)
	}
}

// challenge tells a caller how to authenticate (RFC 9110, section 11.6.1).
func challenge(header http.Header) { header.Set(echo.HeaderWWWAuthenticate, "ApiKey") }
