package client

import (
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// The environment variables that [New] reads where an option is not given.
const (
	EnvAPIKey  = "HOOKLINE_API_KEY" //nolint:gosec // the name of the variable, no key
	EnvBaseURL = "HOOKLINE_BASE_URL"
)

// The defaults.
const (
	// DefaultMaxRetries is how often a call is repeated at most.
	DefaultMaxRetries = 3
	// DefaultTimeout is how long one attempt may take, from the connection to
	// the end of the body.
	DefaultTimeout = 30 * time.Second
	// DefaultTotalTimeout is how long a call may take, with all of its attempts
	// and the waits between them.
	DefaultTotalTimeout = 2 * time.Minute
)

// Option changes what a client does, given to [New] or [Client.With], or what
// one call does, given to a method. It is checked where it is given: the error
// is an [ErrInvalidOption], and nothing is sent.
type Option func(*settings) error

// settings are complete and valid once they are made by newSettings.
type settings struct {
	apiKey       string
	server       server
	httpClient   *http.Client
	maxRetries   int
	postRetries  PostRetries
	timeout      time.Duration
	totalTimeout time.Duration
	middleware   []Middleware
	logger       *slog.Logger // nil for none
	logBodies    bool
	userAgent    string
	preflight    Validator // nil for none

	perCall

	// random returns a number from 0 to n-1.
	random func(n int64) int64
}

// perCall are the settings that make no sense for a whole client.
type perCall struct {
	idempotencyKey string
	into           *Response
}

var errPerCall = invalidOption("WithIdempotencyKey and WithResponseInto are options of a call, not of a client")

func newSettings(options []Option) (*settings, error) {
	s := &settings{
		maxRetries:   DefaultMaxRetries,
		timeout:      DefaultTimeout,
		totalTimeout: DefaultTotalTimeout,
		userAgent:    defaultUserAgent(),
		random:       rand.Int64N,
	}
	if err := s.apply(options); err != nil {
		return nil, err
	}
	if s.perCall != (perCall{}) {
		return nil, errPerCall
	}
	if err := s.complete(); err != nil {
		return nil, err
	}
	return s, nil
}

// complete takes from the environment and the defaults what the options have
// not set.
func (s *settings) complete() error {
	if s.apiKey == "" {
		key := os.Getenv(EnvAPIKey)
		if key == "" {
			return invalidOption("there is no API key: use WithAPIKey or set " + EnvAPIKey)
		}
		if err := s.setAPIKey(key, EnvAPIKey); err != nil {
			return err
		}
	}
	if s.server.base == "" {
		base, source := os.Getenv(EnvBaseURL), EnvBaseURL
		if base == "" {
			base, source = DefaultBaseURL, "DefaultBaseURL"
		}
		var err error
		if s.server, err = parseServer(base, source); err != nil {
			return err
		}
	}
	if s.httpClient == nil {
		s.httpClient = &http.Client{Transport: newTransport(), CheckRedirect: keepRedirect}
	}
	return nil
}

func (s *settings) apply(options []Option) error {
	for _, option := range options {
		if option == nil {
			return invalidOption("an option is nil")
		}
		if err := option(s); err != nil {
			return err
		}
	}
	return nil
}

// with returns the settings with the options of one call, or s itself where
// there are none.
func (s *settings) with(options []Option) (*settings, error) {
	if len(options) == 0 {
		return s, nil
	}
	changed := *s
	changed.middleware = slices.Clip(s.middleware) // so that calls at the same time do not append to the same array
	if err := changed.apply(options); err != nil {
		return nil, err
	}
	return &changed, nil
}

// WithAPIKey sets the API key, instead of the environment's HOOKLINE_API_KEY.
// It must be visible ASCII: a line break, such as the one at the end of a file,
// is refused.
func WithAPIKey(key string) Option {
	return func(s *settings) error { return s.setAPIKey(key, "WithAPIKey") }
}

func (s *settings) setAPIKey(key, source string) error {
	switch {
	case key == "":
		return invalidOption(source + ": the API key is empty")
	case strings.ContainsAny(key, "\r\n"):
		return invalidOption(source + ": the API key has a line break in it; one at the end often comes from the file that it was read from")
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return invalidOption(source + ": the API key has a space or another character in it that is not visible ASCII")
	}
	s.apiKey = key
	return nil
}

// WithBaseURL sets the server, instead of the environment's HOOKLINE_BASE_URL
// or [DefaultBaseURL]: an absolute http or https URL with the path that the
// operations are below, such as http://127.0.0.1:8080/v4. A user, a password, a
// query and a fragment are refused.
func WithBaseURL(base string) Option {
	return func(s *settings) (err error) {
		s.server, err = parseServer(base, "WithBaseURL")
		return err
	}
}

// WithHTTPClient sets the [http.Client] that sends the requests: for a proxy, a
// certificate authority, or a transport of your own. It is copied. Its Timeout
// holds for each attempt, beside [WithTimeout]. Its CheckRedirect is not used:
// the client follows no redirect, as the API key would go along (see
// [CodeRedirect]).
func WithHTTPClient(httpClient *http.Client) Option {
	return func(s *settings) error {
		if httpClient == nil {
			return invalidOption("WithHTTPClient: the http.Client is nil")
		}
		own := *httpClient
		own.CheckRedirect = keepRedirect
		s.httpClient = &own
		return nil
	}
}

// WithTimeout sets how long one attempt may take, from the connection to the
// end of the body, instead of [DefaultTimeout]. 0 is no limit.
func WithTimeout(perAttempt time.Duration) Option {
	return func(s *settings) error {
		if perAttempt < 0 {
			return invalidOption("WithTimeout: the timeout is negative")
		}
		s.timeout = perAttempt
		return nil
	}
}

// WithTotalTimeout sets how long a call may take, with all of its attempts and
// the waits between them, instead of [DefaultTotalTimeout]. 0 is no limit but
// the context's. Each page of an iterator is a call.
func WithTotalTimeout(total time.Duration) Option {
	return func(s *settings) error {
		if total < 0 {
			return invalidOption("WithTotalTimeout: the timeout is negative")
		}
		s.totalTimeout = total
		return nil
	}
}
