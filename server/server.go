// Package server is the HTTP shell around any implementation of the contract's
// generated interface (serverapi.StrictServerInterface). It does the routing,
// authenticates callers, limits rates and memory, validates requests against
// the contract, sets timeouts, writes problem documents, compresses answers and
// keeps an access log. An implementation sees valid requests only, and returns
// plain errors.
package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/gen/serverapi"
)

// New returns a handler that serves an implementation under the base path. It
// fails if an option is unsound, or if neither WithAuthenticator nor
// WithoutAuthentication says who may call. The handler is safe for concurrent
// use if the implementation is.
//
// An implementation that embeds Unimplemented need not have all operations: one
// that it leaves out is answered 501.
//
// The http.Server around the handler needs DisableGeneralOptionsHandler;
// without it net/http itself answers the request "OPTIONS *".
func New(implementation serverapi.StrictServerInterface, options ...Option) (http.Handler, error) {
	if implementation == nil {
		return nil, errors.New("server: the implementation is nil")
	}
	s, err := newSettings(options)
	if err != nil {
		return nil, err
	}
	engine, err := contract.Default()
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if err := s.checkOperations(engine); err != nil {
		return nil, err
	}
	return &shell{settings: s, router: s.newRouter(engine, implementation)}, nil
}

// newRouter gives each operation what depends on it, so that nothing is looked
// up for a request: echo routes it, once.
func (s *settings) newRouter(engine *contract.Contract, implementation serverapi.StrictServerInterface) *echo.Echo {
	e := echo.New()
	e.Binder = binder{}
	e.HTTPErrorHandler = func(err error, c echo.Context) { exchangeOf(c).routed = err }
	guards := map[string][]echo.MiddlewareFunc{}
	for _, operation := range engine.Operations() {
		guards[operation.ID] = []echo.MiddlewareFunc{s.guard(operation)}
	}
	strict := serverapi.NewStrictHandler(implementation, []serverapi.StrictMiddlewareFunc{s.call})
	serverapi.RegisterHandlersWithOptions(headRouter{e}, strict, serverapi.RegisterHandlersOptions{
		BaseURL: s.basePath, OperationMiddlewares: guards,
	})
	for _, route := range s.routes {
		route.register(e)
	}
	for _, route := range e.Routes() {
		// Otherwise a parameter at the end of a route would take in all that
		// follows it, slashes included.
		if path := route.Path; strings.HasPrefix(path[strings.LastIndexByte(path, '/'):], "/:") {
			e.RouteNotFound(path+"/*", echo.NotFoundHandler)
		}
	}
	return e
}

// headRouter routes HEAD to whatever answers GET (RFC 9110, section 9.3.2).
type headRouter struct{ *echo.Echo }

func (r headRouter) GET(path string, handler echo.HandlerFunc, middleware ...echo.MiddlewareFunc) *echo.Route {
	r.HEAD(path, handler, middleware...)
	return r.Echo.GET(path, handler, middleware...)
}

// shell is the handler that New returns.
type shell struct {
	*settings
	router *echo.Echo
}

// ServeHTTP answers a request, and tells the observers.
func (s *shell) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := s.begin(w, r)
	r = s.started(r)
	defer s.ended(x, r)
	defer x.releaseBody()
	if err := s.route(x, r); err != nil {
		s.fail(x, r, err)
	}
	x.finish()
}

// route has the request answered. It is the one place where errors and panics
// come out.
func (s *shell) route(x *exchange, r *http.Request) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicked(value)
		}
	}()
	if s.loopbackOnly {
		if err := checkLoopback(r); err != nil {
			return err
		}
	}
	s.router.ServeHTTP(x, r)
	return x.routed
}

// guard checks a request to an operation: who calls, whether the rate limit
// allows it, and whether the request is valid. The body is read last, so that
// strangers cost little.
func (s *settings) guard(operation *contract.Operation) echo.MiddlewareFunc {
	route, timeout := s.basePath+operation.Path, s.timeoutOf(operation.ID)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r, x := c.Request(), exchangeOf(c)
			x.operation, x.route = operation.ID, route
			ctx, cancel := within(context.WithValue(r.Context(), exchangeKey{}, x), timeout)
			defer cancel()
			ctx, err := s.authenticate(ctx, r.Header)
			if err != nil {
				return err
			}
			x.key = r.Header.Get(apiKeyHeader)
			if err := s.limitRate(x.key, x.Header()); err != nil {
				return err
			}
			if err := s.validate(operation, c, x); err != nil {
				return err
			}
			if timeout == 0 {
				x.stream()
			}
			c.SetRequest(r.WithContext(ctx))
			return next(c)
		}
	}
}

// within is context.WithTimeout, without an end for a timeout of 0.
func within(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, timeout)
}

// call calls the implementation. It marks the implementation's errors, to tell
// them from those of the generated code, and puts the request's id into its
// answers.
func (s *settings) call(next serverapi.StrictHandlerFunc, _ string) serverapi.StrictHandlerFunc {
	return func(c echo.Context, request any) (any, error) {
		response, err := next(c, request)
		switch {
		case err != nil:
			return nil, s.newImplementationError(c.Request().Context(), err)
		case response == nil:
			return nil, errors.New("server: the implementation returned neither an answer nor an error")
		}
		return withRequestID(response, exchangeOf(c).id), nil
	}
}
