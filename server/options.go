package server

import (
	"errors"
	"fmt"
	"log/slog"
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
	timeout          time.Duration
	maxBody          int64
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

// WithLogger takes the access log and the errors that callers do not see;
// slog.Default unless it is given.
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) { s.logger = logger }
}

// WithTimeout sets the deadline of the context that implementations get;
// DefaultTimeout unless it is given.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.timeout = timeout }
}

// WithMaxBody lowers the largest request body, in bytes; contract.MaxBody
// unless it is given.
func WithMaxBody(bytes int64) Option {
	return func(s *settings) { s.maxBody = bytes }
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
		basePath: DefaultBasePath, logger: slog.Default(), timeout: DefaultTimeout, maxBody: contract.MaxBody, now: time.Now,
		mapError: func(error) (gen.Problem, bool) { return gen.Problem{}, false },
	}
	for _, option := range options {
		option(s)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
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
	case s.maxBody <= 0 || s.maxBody > contract.MaxBody:
		return fmt.Errorf("server: the largest body must be from 1 to %d bytes", contract.MaxBody)
	case (s.perMinute != 0 || s.burst != 0) && (s.perMinute < 1 || s.burst < 1):
		return errors.New("server: a rate limit needs 1 request a minute or more, and a burst of 1 or more")
	case s.burst > 0 && s.authenticator == nil:
		return errors.New("server: a rate limit is per API key, so it needs WithAuthenticator")
	case s.mapError == nil || s.logger == nil || s.now == nil:
		return errors.New("server: an error mapper, a logger or a clock must not be nil")
	}
	return nil
}
