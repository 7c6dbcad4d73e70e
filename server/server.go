// Package server is the HTTP shell around any implementation of the contract's
// generated interface (serverapi.StrictServerInterface): routes, request ids,
// authentication, rate limits, validation against the contract, timeouts,
// problem documents, compression and an access log. An implementation sees
// valid requests only, and returns plain errors.
package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/gen/serverapi"
)

// New returns a handler that serves an implementation under the base path. It
// fails where an option is unsound, and where neither WithAuthenticator nor
// WithoutAuthentication says who may call. The handler is safe for concurrent
// use if the implementation is.
//
// An implementation that embeds the interface need not have all operations: one
// that it leaves out is answered 500, and the log has the reason.
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
	return &shell{settings: s, router: s.newRouter(engine, implementation)}, nil
}

// newRouter gives each operation what depends on it, so that nothing is looked
// up for a request: echo routes it, once.
func (s *settings) newRouter(engine *contract.Contract, implementation serverapi.StrictServerInterface) *echo.Echo {
	e := echo.New()
	e.Binder = binder{}
	e.HTTPErrorHandler = func(err error, c echo.Context) { exchangeOf(c).err = err }
	admissions := map[string][]echo.MiddlewareFunc{}
	for _, operation := range engine.Operations() {
		admissions[operation.ID] = []echo.MiddlewareFunc{s.admit(operation)}
	}
	strict := serverapi.NewStrictHandler(implementation, []serverapi.StrictMiddlewareFunc{s.call})
	serverapi.RegisterHandlersWithOptions(headRouter{e}, strict, serverapi.RegisterHandlersOptions{
		BaseURL: s.basePath, OperationMiddlewares: admissions,
	})
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

// ServeHTTP answers a request, and logs it.
func (s *shell) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := s.begin(w, r)
	defer s.logAccess(x, r)
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
	s.router.ServeHTTP(x, r)
	return x.err
}

// admit lets requests to an operation through: of callers that may make them,
// as often as they may, and valid ones. A body is read last, so that strangers
// cost little.
func (s *settings) admit(operation *contract.Operation) echo.MiddlewareFunc {
	route := s.basePath + operation.Path
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r, x := c.Request(), exchangeOf(c)
			x.operation, x.route = operation.ID, route
			ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), exchangeKey{}, x), s.timeout)
			defer cancel()
			ctx, err := s.authenticate(ctx, r.Header)
			if err != nil {
				return err
			}
			if err := s.limitRate(r.Header, x.Header()); err != nil {
				return err
			}
			if err := s.validate(operation, c, x); err != nil {
				return err
			}
			c.SetRequest(r.WithContext(ctx))
			return next(c)
		}
	}
}

// call has the implementation answer. Its errors are told from those of the
// generated code around it, and its answers get the request's id.
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
