package contract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Authenticator decides whether a request has what a security scheme of the
// document asks for. The context that it returns is the one that the handler
// gets, so that the identity of the caller reaches it. An error refuses the
// request with 401, or with 403 where it wraps [ErrForbidden]; its text reaches
// no caller. The body must not be read.
type Authenticator func(ctx context.Context, r *http.Request, scheme *Scheme) (context.Context, error)

// ErrForbidden is wrapped by an Authenticator's error for a caller that it
// knows, and that may not do this.
var ErrForbidden = errors.New("contract: the caller may not do this")

// MiddlewareOption says how requests are guarded.
type MiddlewareOption func(*guardSettings)

type guardSettings struct {
	authenticate     Authenticator
	withoutAuth      bool
	askAlways        bool
	prefix           string
	servers          bool
	passUndocumented bool
	passUnknownQuery bool
	skip             func(*http.Request) bool
	only             func(*Operation) bool
	maxBody          int64
	refuse           func(http.ResponseWriter, *http.Request, *Refusal)
	report           func(*http.Request, *Refusal)
	observe          func(context.Context, *Observation)
}

// WithAuthentication says who may call. It is asked for the document's security
// requirements as they are: of several alternatives one must hold, of the
// schemes of an alternative all; an empty alternative lets everybody in.
func WithAuthentication(authenticate Authenticator) MiddlewareOption {
	return func(s *guardSettings) { s.authenticate = authenticate }
}

// WithoutAuthentication leaves the document's security requirements to others.
func WithoutAuthentication() MiddlewareOption {
	return func(s *guardSettings) { s.withoutAuth = true }
}

// AskWithoutCredential asks the Authenticator even where a request has not what
// an apiKey or http scheme wants, such as one that takes something else for it.
// Without it such a request does not fulfil the scheme, and nobody is asked.
func AskWithoutCredential() MiddlewareOption { return func(s *guardSettings) { s.askAlways = true } }

// WithPrefix is the path that the API is mounted under, such as "/api". It is
// taken off before a request's path is looked up. Requests outside of it are
// undocumented.
func WithPrefix(prefix string) MiddlewareOption {
	return func(s *guardSettings) { s.prefix = strings.TrimSuffix(prefix, "/") }
}

// WithServers holds the host and the base path of requests against the
// document's servers. Without it any host will do, and the base path may be
// there or not.
func WithServers() MiddlewareOption { return func(s *guardSettings) { s.servers = true } }

// PassUndocumented lets requests pass that the document has no operation for.
// Without it they are answered with 404 or 405.
func PassUndocumented() MiddlewareOption {
	return func(s *guardSettings) { s.passUndocumented = true }
}

// PassUnknownQuery lets requests pass whose query has parameters that the
// document does not have.
func PassUnknownQuery() MiddlewareOption {
	return func(s *guardSettings) { s.passUnknownQuery = true }
}

// WithSkipper lets requests pass unseen.
func WithSkipper(skip func(*http.Request) bool) MiddlewareOption {
	return func(s *guardSettings) { s.skip = skip }
}

// WithOnly enforces the document for some operations, so that a service can
// adopt it one by one. The others are authenticated, and not validated.
func WithOnly(only func(*Operation) bool) MiddlewareOption {
	return func(s *guardSettings) { s.only = only }
}

// WithMaxBody is the largest body that is read to be validated, in bytes; that
// of the document's limits unless it is given (see [WithLimits]). Bodies that
// are not looked into, such as uploads, are neither read nor bounded.
func WithMaxBody(size int64) MiddlewareOption { return func(s *guardSettings) { s.maxBody = size } }

// WithRefusal renders refusals in the service's own way. Without it they are
// problem documents (RFC 9457).
func WithRefusal(refuse func(http.ResponseWriter, *http.Request, *Refusal)) MiddlewareOption {
	return func(s *guardSettings) { s.refuse = refuse }
}

// ReportOnly lets requests pass that break the document, and reports them. Who
// may call is enforced all the same. The report is called in the goroutine of
// the request, before the handler.
func ReportOnly(report func(*http.Request, *Refusal)) MiddlewareOption {
	return func(s *guardSettings) { s.report = report }
}

// WithObserver is told of every request that was looked at, in its goroutine,
// before the handler.
func WithObserver(observe func(context.Context, *Observation)) MiddlewareOption {
	return func(s *guardSettings) { s.observe = observe }
}

// Observation is what a metric may say of a request. It holds no values.
type Observation struct {
	// Operation is nil where the document has none for the request.
	Operation *Operation
	// Status is that of the refusal, or 0 where the request keeps to the
	// document.
	Status int
	// Codes are those of the violations, or of the refusal.
	Codes []Code
	// Duration is what looking at the request took, the authentication and the
	// arrival of the body included.
	Duration time.Duration
}

// Middleware returns a middleware that lets only those requests through to a
// handler that keep to the contract: it works with net/http's ServeMux, chi,
// and whatever else takes func(http.Handler) http.Handler. It fails where an
// operation has security requirements, and neither WithAuthentication nor
// WithoutAuthentication says who may call.
//
// A request is matched with an operation, authenticated with its body unread,
// and then validated. The handler reads the very bytes that were validated. The
// writer of the answer is handed on as it is.
func Middleware(c *Contract, options ...MiddlewareOption) (func(http.Handler) http.Handler, error) {
	g, err := NewGuard(c, options...)
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			guarded, err := g.Check(w, r)
			if refusal, refused := errors.AsType[*Refusal](err); refused {
				g.Refuse(w, r, refusal)
				return
			}
			next.ServeHTTP(w, guarded)
		})
	}, nil
}

// NewGuard prepares what Middleware does, for routers that it does not fit.
func NewGuard(c *Contract, options ...MiddlewareOption) (*Guard, error) {
	g := &Guard{contract: c}
	for _, option := range options {
		option(&g.settings)
	}
	s := &g.settings
	if s.authenticate != nil && s.withoutAuth {
		return nil, errors.New("contract: WithAuthentication and WithoutAuthentication exclude each other")
	}
	if s.authenticate == nil && !s.withoutAuth {
		for _, operation := range c.operations {
			if len(operation.engine.Security) > 0 {
				return nil, fmt.Errorf("contract: %s has security requirements: say WithAuthentication or WithoutAuthentication", operation.ID)
			}
		}
	}
	return g, nil
}
