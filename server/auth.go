package server

import (
	"context"
	"errors"
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
	switch {
	case len(keys) == 0:
		return nil, missingKey(header)
	case len(keys) > 1:
		return nil, &missingKeyError{"The api_key header is given more than once."}
	case keys[0] == "":
		return nil, &missingKeyError{"The api_key header is empty."}
	}
	authenticated, err := s.authenticator.Authenticate(ctx, keys[0])
	if err != nil {
		return nil, s.newImplementationError(ctx, err)
	}
	return authenticated, nil
}

// missingKeyError is a request without one API key. It is an
// ErrUnauthenticated.
type missingKeyError struct{ detail string }

func (e *missingKeyError) Error() string { return e.detail }
func (e *missingKeyError) Unwrap() error { return ErrUnauthenticated }

// proxyHeaders are those that a proxy in front adds, as net/http spells them in
// a header map.
var proxyHeaders = []string{"X-Forwarded-For", "X-Real-Ip", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Via"}

// missingKey tells a caller who may well have sent the header that a proxy may
// have dropped it: nginx does, unless it is told otherwise.
func missingKey(header http.Header) error {
	for _, name := range proxyHeaders {
		if len(header[name]) > 0 {
			return &missingKeyError{"The api_key header is missing. The request came through a proxy: nginx drops headers " +
				"with an underscore in their name unless it is configured with \"underscores_in_headers on;\"."}
		}
	}
	return &missingKeyError{"The api_key header is missing."}
}

// challenge tells a caller how to authenticate (RFC 9110, section 11.6.1).
const challenge = "ApiKey"
