package delivery

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/hookline-go/hookline/internal/delivery/egress"
	"github.com/hookline-go/hookline/internal/webhook"
)

// DefaultTimeout is how long an attempt may take, from the look-up of the
// host's name to the end of the response's body.
const DefaultTimeout = 15 * time.Second

// SenderOptions tunes a [Sender]. Transport is required.
type SenderOptions struct {
	// Transport makes the exchange. It must neither follow redirects nor
	// decompress, and is expected to guard which addresses it connects to: see
	// package egress.
	Transport http.RoundTripper
	// Timeout bounds the whole attempt, [DefaultTimeout] if it is 0.
	Timeout time.Duration
	// Version is that of the program, for User-Agent.
	Version string
	// Now is the clock for webhook-timestamp and for dates in Retry-After,
	// [time.Now] if it is nil.
	Now func() time.Time
}

// Sender makes single attempts. It is safe for concurrent use.
type Sender struct {
	transport http.RoundTripper
	timeout   time.Duration
	userAgent string
	now       func() time.Time
	signers   *signers
}

// NewSender returns a sender.
func NewSender(o SenderOptions) *Sender {
	s := &Sender{
		transport: o.Transport,
		timeout:   cmp.Or(o.Timeout, DefaultTimeout),
		userAgent: "hookline/" + cmp.Or(o.Version, "dev"),
		now:       o.Now,
		signers:   newSigners(),
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}

// Timeout is how long an attempt may take.
func (s *Sender) Timeout() time.Duration { return s.timeout }

// errAttemptTimeout is the cause with which an attempt's context ends when the
// attempt has taken too long, to tell that from the end of its parent.
var errAttemptTimeout = errors.New("the attempt took too long")

// Send makes one attempt: a POST of the payload's exact bytes, signed with
// every signing key. It always returns a result, of [KindInterrupted] if ctx
// ended before the attempt did. Connections are left in the transport for
// later attempts.
func (s *Sender) Send(ctx context.Context, d *webhook.Dispatch) Result {
	started, began := time.Now(), s.now() // durations are monotonic, and not s.now's
	var progress progress
	attempt, cancel := context.WithTimeoutCause(ctx, s.timeout, errAttemptTimeout)
	defer cancel()
	var result Result
	request, err := s.request(httptrace.WithClientTrace(attempt, progress.trace()), d)
	if err != nil {
		result.fail(KindInvalid, err.Error())
	} else if result, err = s.exchange(request, d, &progress); err != nil {
		result.fail(s.explain(attempt, err, progress.phase()))
	}
	result.CreatedAt, result.Duration = began, time.Since(started)
	result.Success = result.Kind == KindDelivered
	return result
}

// ourHeaders is how many headers an attempt has besides the config's own.
const ourHeaders = 8

// request builds the POST. Its errors may be shown.
func (s *Sender) request(ctx context.Context, d *webhook.Dispatch) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Payload))
	if err != nil || egress.CheckForm(r.URL) != nil {
		return nil, errInvalidURL // err repeats the URL
	}
	r.Header = make(http.Header, ourHeaders+len(d.Headers))
	if err := s.setHeaders(r, d); err != nil {
		return nil, err
	}
	return r, nil
}

// exchange sends the request and reads as much of the answer as is wanted. With
// an error the result has what was learned before it.
func (s *Sender) exchange(r *http.Request, d *webhook.Dispatch, p *progress) (result Result, err error) {
	response, err := s.transport.RoundTrip(r)
	if err != nil {
		return Result{}, err
	}
	defer func() { _ = response.Body.Close() }() // nothing is left to lose
	p.reach(phaseBody)
	result.StatusCode = &response.StatusCode
	result.Kind, result.ErrorMessage = classifyStatus(response.StatusCode)
	if code := response.StatusCode; code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable {
		result.RetryAfter = retryAfter(response.Header, s.now())
	}
	result.ResponseBody, err = readBody(response, d)
	return result, err
}

func classifyStatus(code int) (kind Kind, message string) {
	switch {
	case code >= 200 && code < 300:
		return KindDelivered, ""
	case code >= 300 && code < 400:
		return KindRedirect, statusMessage(code)
	case code == http.StatusGone:
		return KindGone, statusMessage(code)
	default:
		return KindStatus, statusMessage(code)
	}
}
