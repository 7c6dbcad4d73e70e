package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// apiKeyHeader is the header of the contract's security scheme, as net/http
// spells it in a header map.
const apiKeyHeader = "Api_key"

// Authenticator tells who calls.
type Authenticator interface {
	// Authenticate returns the context that the implementation sees, which may
	// carry whatever it must know of the caller. For a key that is unknown or
	// revoked the error is ErrUnauthenticated, or wraps it; any other error is
	// answered as an implementation's is. It must be safe for concurrent use,
	// and should compare keys in constant time.
	Authenticate(ctx context.Context, apiKey string) (context.Context, error)
}

// AuthenticatorFunc makes a function an Authenticator.
type AuthenticatorFunc func(ctx context.Context, apiKey string) (context.Context, error)

// Authenticate calls f.
func (f AuthenticatorFunc) Authenticate(ctx context.Context, apiKey string) (context.Context, error) {
	return f(ctx, apiKey)
}

// ErrUnauthenticated is the error of an Authenticator for a key that is not
// valid.
var ErrUnauthenticated = errors.New("server: the API key is not valid")

// authenticate returns the context that the implementation sees.
func (s *settings) authenticate(ctx context.Context, header http.Header) (context.Context, error) {
	if s.authenticator == nil {
		return ctx, nil
	}
	keys := header[apiKeyHeader]
	if len(keys) != 1 || keys[0] == "" {
		return nil, fmt.Errorf("%w: the header api_key must be given once", ErrUnauthenticated)
	}
	authenticated, err := s.authenticator.Authenticate(ctx, keys[0])
	if err != nil {
		return nil, s.newImplementationError(ctx, err)
	}
	return authenticated, nil
}

// challenge tells a caller how to authenticate (RFC 9110, section 11.6.1).
const challenge = "ApiKey"
