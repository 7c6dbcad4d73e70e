// Package server is the HTTP shell around any implementation of the contract's generated interface
// (serverapi.StrictServerInterface): routes, request ids, authentication, rate limits, validation against the contract,
// timeouts, problem documents and an access log. An implementation sees valid requests only, and returns plain errors.
package server

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/gen/serverapi"
)

// gzipMinLength is the smallest answer, in bytes, that is worth compressing.
const gzipMinLength = 1024

// New returns a handler that serves an implementation under the base path. It fails where an option is unsound, and
// where neither WithAuthenticator nor WithoutAuthentication says who may call. The handler is safe for concurrent use
// if the implementation is.
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
	e := echo.New()
	e.Binder = binder{}
	e.HTTPErrorHandler = s.renderError
	e.Use(
		s.requestID, s.accessLog, s.recoverPanic,
		middleware.GzipWithConfig(middleware.GzipConfig{MinLength: gzipMinLength}),
	)
	strict := serverapi.NewStrictHandler(implementation, []serverapi.StrictMiddlewareFunc{fillRequestID})
	serverapi.RegisterHandlersWithOptions(e, strict, serverapi.RegisterHandlersOptions{
		BaseURL: s.basePath, OperationMiddlewares: s.operationMiddlewares(engine),
	})
	return headHandler{next: e}, nil
}

// operationMiddlewares gives each operation what depends on it, so that nothing is looked up for a request: echo has
// routed it, once. Of the middlewares the first is the outermost.
func (s *settings) operationMiddlewares(engine *contract.Contract) map[string][]echo.MiddlewareFunc {
	all := map[string][]echo.MiddlewareFunc{}
	for _, operation := range engine.Operations() {
		chain := []echo.MiddlewareFunc{s.nameOperation(operation), s.deadline}
		if s.authenticator != nil {
			chain = append(chain, s.authenticate)
		}
		if s.limits != nil {
			chain = append(chain, s.limitRate)
		}
		all[operation.ID] = append(chain, s.validate(operation))
	}
	return all
}
