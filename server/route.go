package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// route is a path beside those of the operations.
type route struct {
	method, path string
	handler      http.Handler
}

// WithRoute serves a path beside the operations, such as a health check or a
// page. The path counts from the root, not from the base path. It is matched
// whole, or with all that is below it if it ends in "/*". GET answers HEAD too.
// Requests get what the shell gives to operations, except what follows from the
// contract: an id, a place in the access log, compression, and problem
// documents for methods and paths that are not there. Whoever may reach the
// server may reach the path; no API key is asked for. The path should not be
// below the base path.
func WithRoute(method, path string, handler http.Handler) Option {
	return func(s *settings) { s.routes = append(s.routes, route{method, path, handler}) }
}

func (r route) check() error {
	switch {
	case r.handler == nil:
		return errors.New("server: the handler of a route must not be nil")
	case !slices.Contains(methods, r.method):
		return fmt.Errorf("server: a route cannot have the method %q", r.method)
	case !strings.HasPrefix(r.path, "/") || strings.ContainsAny(strings.TrimSuffix(r.path, "/*"), ":*?#%"):
		return fmt.Errorf("server: the route %q must be a plain path, which may end in /*", r.path)
	}
	return nil
}

func (r route) register(e *echo.Echo) {
	handler := func(c echo.Context) error {
		x := exchangeOf(c)
		x.route = r.path
		request := c.Request()
		r.handler.ServeHTTP(x, request.WithContext(context.WithValue(request.Context(), exchangeKey{}, x)))
		return nil
	}
	if r.method == http.MethodGet {
		e.HEAD(r.path, handler)
	}
	e.Add(r.method, r.path, handler)
}
