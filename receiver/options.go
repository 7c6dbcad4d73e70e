package receiver

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"
)

// VerifyOption changes how deliveries are verified. [NewVerifier] and
// [NewHandler] take it; they check the values.
type VerifyOption func(*verifySettings)

// HandlerOption changes how deliveries are handled. [NewHandler] takes it.
// Every [VerifyOption] is one.
type HandlerOption interface {
	applyTo(settings *handlerSettings)
}

type verifySettings struct {
	tolerance        time.Duration
	clock            func() time.Time
	signatureHeaders []string // nil for the default
	scheme           *Scheme  // nil for Standard Webhooks
}

type handlerSettings struct {
	verify       verifySettings
	deduplicator Deduplicator // nil for none
	logger       *slog.Logger
}

func (o VerifyOption) applyTo(settings *handlerSettings) { o(&settings.verify) }

type handlerOption func(*handlerSettings)

func (o handlerOption) applyTo(settings *handlerSettings) { o(settings) }

// WithTolerance sets how far webhook-timestamp may be from the clock in either
// direction, instead of [DefaultTolerance]. It must be more than 0.
func WithTolerance(tolerance time.Duration) VerifyOption {
	return func(s *verifySettings) { s.tolerance = tolerance }
}

// WithClock sets where the time comes from, instead of [time.Now]: for tests,
// and to verify deliveries that were recorded. It is called from several
// goroutines.
func WithClock(now func() time.Time) VerifyOption {
	return func(s *verifySettings) { s.clock = now }
}

// WithSignatureHeaders sets the headers that may carry signatures, instead of
// webhook-signature and X-RootFi-Signature: for a config whose signature_header
// is another. At least one of them must be in a delivery.
func WithSignatureHeaders(names ...string) VerifyOption {
	canonical := make([]string, len(names)) // not nil, even without names
	for i, name := range names {
		canonical[i] = http.CanonicalHeaderKey(name)
	}
	return func(s *verifySettings) { s.signatureHeaders = canonical }
}

// WithDeduplicator keeps repeated deliveries from the handler. See
// [Deduplicator]. nil is none, as without the option.
func WithDeduplicator(deduplicator Deduplicator) HandlerOption {
	return handlerOption(func(s *handlerSettings) { s.deduplicator = deduplicator })
}

// WithLogger takes what the sender does not see: refused deliveries (a warning
// with the code), and failures and panics of the handler (an error, with the
// handler's own message). It is [slog.Default] unless it is given.
func WithLogger(logger *slog.Logger) HandlerOption {
	return handlerOption(func(s *handlerSettings) { s.logger = logger })
}

func defaultVerifySettings() verifySettings {
	return verifySettings{
		tolerance: DefaultTolerance,
		clock:     time.Now,
	}
}

// verifier makes a Verifier of settings that are complete.
func (s verifySettings) verifier(secrets []string) (*Verifier, error) {
	switch {
	case s.tolerance <= 0:
		return nil, fmt.Errorf("%w: the tolerance must be more than 0", ErrInvalidOption)
	case s.clock == nil:
		return nil, fmt.Errorf("%w: the clock is nil", ErrInvalidOption)
	case s.scheme != nil:
		return s.schemeVerifier(secrets)
	case s.signatureHeaders != nil && len(s.signatureHeaders) == 0 || slices.Contains(s.signatureHeaders, ""):
		return nil, fmt.Errorf("%w: a signature header has no name", ErrInvalidOption)
	}
	keys, err := parseKeys(secrets)
	if err != nil {
		return nil, err
	}
	verifier := &Verifier{keys, s}
	if s.signatureHeaders == nil {
		verifier.settings.signatureHeaders = []string{HeaderSignature, HeaderRootFiSignature}
	}
	return verifier, nil
}

// schemeVerifier makes a Verifier for the scheme of the settings.
func (s verifySettings) schemeVerifier(secrets []string) (*Verifier, error) {
	if s.signatureHeaders != nil {
		return nil, fmt.Errorf("%w: a scheme names its own signature header", ErrInvalidOption)
	}
	if err := s.scheme.check(); err != nil {
		return nil, err
	}
	scheme := s.scheme.canonical()
	keys, err := schemeKeys(scheme, secrets)
	if err != nil {
		return nil, err
	}
	verifier := &Verifier{keys, s}
	verifier.settings.scheme = scheme
	return verifier, nil
}
