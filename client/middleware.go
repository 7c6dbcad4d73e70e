package client

import (
	"errors"
	"net/http"
)

// Next sends a request on: to the next middleware, and at the end to the
// server.
type Next func(*http.Request) (*http.Response, error)

// Middleware sees every attempt of every call, and may change the request and
// the response, answer by itself, or call next more than once. The request is a
// copy for this attempt, with the API key in its api_key header. The response
// that is returned is read and closed by the client. An error that does not
// come from next ends the call without a retry, unless it is a [net.Error].
type Middleware func(request *http.Request, next Next) (*http.Response, error)

// WithMiddleware adds middleware inside of what there is already: the first one
// sees a request first and its response last.
func WithMiddleware(middleware ...Middleware) Option {
	return func(s *settings) error {
		for _, m := range middleware {
			if m == nil {
				return invalidOption("WithMiddleware: a middleware is nil")
			}
		}
		s.middleware = append(s.middleware, middleware...)
		return nil
	}
}

var errNoResponse = errors.New("a middleware returned neither a response nor an error")

// send sends one attempt through the middleware.
func (s *settings) send(request *http.Request) (*http.Response, error) {
	if len(s.middleware) == 0 {
		return s.httpClient.Do(request)
	}
	response, err := s.chain(0)(request)
	if response == nil && err == nil {
		return nil, errNoResponse
	}
	return response, err
}

func (s *settings) chain(i int) Next {
	if i == len(s.middleware) {
		return s.httpClient.Do
	}
	return func(request *http.Request) (*http.Response, error) { return s.middleware[i](request, s.chain(i+1)) }
}
