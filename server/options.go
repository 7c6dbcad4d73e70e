package server

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/gen"
)

// Defaults of the options.
const (
	// DefaultBasePath is the path of the servers in the contract.
	DefaultBasePath = "/v4"
	// DefaultTimeout is how long it may take to answer a request, the reading
	// of its body included.
	DefaultTimeout = 30 * time.Second
	// DefaultBodyBudget is how many bytes the bodies of all requests under way
	// may have together: 64 MiB.
	DefaultBodyBudget = 64 << 20
)

// ErrorMapper turns an error of the implementation into a problem document; ok
// is false for an error whose text no caller may see. Status and Code are
// required; Detail and Errors are optional; the server fills in the rest.
type ErrorMapper func(err error) (problem gen.Problem, ok bool)

// Option changes how New sets the shell up.
type Option func(*settings)

type settings struct {
	basePath         string
	authenticator    Authenticator
	withoutAuth      bool
	mapError         ErrorMapper
	logger           *slog.Logger
	observers        []Observer
	routes           []route
	loopbackOnly     bool
	timeout          time.Duration
	timeouts         map[string]time.Duration // by operation
	maxBody          int64
	bodyBudget       int64
	bodies           *budget
	perMinute, burst int
	limits           *limiter
	now              func() time.Time
}

// WithAuthenticator says who may call.
func WithAuthenticator(authenticator Authenticator) Option {
	return func(s *settings) { s.authenticator = authenticator }
}

// WithoutAuthentication lets everybody call, as behind a gateway that has
// authenticated them.
func WithoutAuthentication() Option {
	return func(s *settings) { s.withoutAuth = true }
}

// WithErrorMapper says how the implementation's errors are answered. Without
// one, or where it returns false, an error is logged and answered as 500 with
// nothing of its text.
func WithErrorMapper(mapper ErrorMapper) Option {
	return func(s *settings) { s.mapError = mapper }
}

// WithLogger sets where the access log goes, with the errors that callers do
// not see; slog.Default unless it is given. Requests to routes of WithRoute that
// succeed are logged at level DEBUG, all others at INFO.
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) { s.logger = logger }
}

// WithTimeout sets the deadline of the context that implementations get;
// DefaultTimeout unless it is given.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.timeout = timeout }
}

// WithOperationTimeout sets the deadline for one operation, named by its
// operationId, in place of that of WithTimeout. 0 is none, for an operation
// that streams its answer: its implementation ends when the context does, which
// is when the caller leaves. Each piece of such an answer must be read within 10
// seconds, whatever WriteTimeout the http.Server has.
func WithOperationTimeout(operationID string, timeout time.Duration) Option {
	return func(s *settings) { s.timeouts[operationID] = timeout }
}

// WithMaxBody lowers the largest request body, in bytes; contract.MaxBody
// unless it is given.
func WithMaxBody(bytes int64) Option {
	return func(s *settings) { s.maxBody = bytes }
}

// WithBodyBudget sets how many bytes the bodies of all requests under way may
// have together; DefaultBodyBudget unless it is given. A request that goes
// beyond it is answered 503 with Retry-After. One API key never gets more than
// is left for the others: half of the budget if it is alone, a third if another
// takes as much. The budget must have room for two bodies of the largest size.
func WithBodyBudget(bytes int64) Option {
	return func(s *settings) { s.bodyBudget = bytes }
}

// WithRateLimit gives every API key a token bucket of burst requests that fills
// at perMinute requests a minute. There is no limit unless it is given. The
// vendor's API has 100 and 200 (docs/upstream.md).
func WithRateLimit(perMinute, burst int) Option {
	return func(s *settings) { s.perMinute, s.burst = perMinute, burst }
}

// WithBasePath sets the path that the operations are below; DefaultBasePath
// unless it is given, "" for none.
func WithBasePath(path string) Option {
	return func(s *settings) { s.basePath = strings.TrimSuffix(path, "/") }
}

// WithClock sets the clock of rate limits and of the access log; time.Now
// unless it is given.
func WithClock(now func() time.Time) Option {
	return func(s *settings) { s.now = now }
}

func newSettings(options []Option) (*settings, error) {
	s := &settings{
		basePath: DefaultBasePath, logger: slog.Default(), timeout: DefaultTimeout, timeouts: map[string]time.Duration{},
		maxBody: contract.MaxBody, bodyBudget: DefaultBodyBudget, now: time.Now,
		mapError: func(error) (gen.Problem, bool) { return gen.Problem{}, false },
	}
	for _, option := range options {
		option(s)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	s.bodies = newBudget(s.bodyBudget)
	s.observers = append([]Observer{accessLog{s.logger}}, s.observers...)
	if s.burst > 0 {
		s.limits = newLimiter(s.perMinute, s.burst, s.now)
	}
	return s, nil
}

func (s *settings) check() error {
	switch {
	case s.authenticator == nil && !s.withoutAuth:
		return errors.New("server: say who may call: WithAuthenticator or WithoutAuthentication")
	case s.authenticator != nil && s.withoutAuth:
		return errors.New("server: WithAuthenticator and WithoutAuthentication exclude each other")
	case s.basePath != "" && !strings.HasPrefix(s.basePath, "/"):
		return fmt.Errorf("server: the base path %q must begin with a slash", s.basePath)
	case strings.ContainsAny(s.basePath, ":*?#%"):
		return fmt.Errorf("server: the base path %q must be plain text", s.basePath)
	case s.timeout <= 0:
		return errors.New("server: the timeout must be more than 0")
	case s.bodyBudget < 2*s.maxBody:
		return fmt.Errorf("server: the body budget must be %d bytes or more, room for two of the largest bodies", 2*s.maxBody)
	case slices.Contains(s.observers, nil):
		return errors.New("server: an observer must not be nil")
	case s.maxBody <= 0 || s.maxBody > contract.MaxBody:
		return fmt.Errorf("server: the largest body must be from 1 to %d bytes", contract.MaxBody)
	case (s.perMinute != 0 || s.burst != 0) && (s.perMinute < 1 || s.burst < 1):
		return errors.New("server: a rate limit needs 1 request a minute or more, and a burst of 1 or more")
	case s.burst > 0 && s.authenticator == nil:
		return errors.New("server: a rate limit is per API key, so it needs WithAuthenticator")
	case s.mapError == nil || s.logger == nil || s.now == nil:
		return errors.New("server: an error mapper, a logger or a clock must not be nil")
	}
	for _, route := range s.routes {
		if err := route.check(); err != nil {
			return err
		}
	}
	return nil
}

// checkOperations checks what names an operation.
func (s *settings) checkOperations(engine *contract.Contract) error {
	for id, timeout := range s.timeouts {
		if _, ok := engine.Operation(id); !ok {
			return fmt.Errorf("server: WithOperationTimeout names the operation %q, which the contract does not have", id)
		}
		if timeout < 0 {
			return fmt.Errorf("server: the timeout of %s must be 0 or more", id)
		}
	}
	return nil
}

func (s *settings) timeoutOf(operationID string) time.Duration {
	if timeout, ok := s.timeouts[operationID]; ok {
		return timeout
	}
	return s.timeout
}
