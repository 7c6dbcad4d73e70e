package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

// The bounds of a random wait: it is anywhere from 0 to firstBackoff before the
// first retry, twice that before the second, and so on up to maxBackoff ("full
// jitter", which keeps clients that failed together from coming back together).
const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 8 * time.Second
)

// WithMaxRetries sets how often a call is retried at most, instead of
// [DefaultMaxRetries]; 0 is never. A call is retried if it ended in a broken or
// refused connection, a timeout of the attempt, 408, 429, or 5xx other than 501
// and 505; a POST only as [WithPOSTRetries] says. The wait is what the server
// asks for in Retry-After, or in X-RateLimit-Reset for a 429. Otherwise it is
// random, up to 0.5, 1, 2, 4 and then 8 seconds. If the wait would end after the
// context's deadline or [WithTotalTimeout], the call returns at once.
//
// If the first answer to a Delete is lost, the retry ends in [ErrNotFound],
// because the config has been deleted.
func WithMaxRetries(retries int) Option {
	return func(s *settings) error {
		if retries < 0 {
			return invalidOption("WithMaxRetries: the number is negative")
		}
		s.maxRetries = retries
		return nil
	}
}

// run sends the request until it succeeds or may not be repeated.
func (c *call) run(ctx context.Context) (*Response, error) {
	c.setDeadline(ctx)
	for attempt := 1; ; attempt++ {
		begun := time.Now()
		response, failure := c.attempt(ctx, begun)
		if failure == nil {
			response.Attempts = attempt
			c.store(response)
			c.logAnswer(ctx, response, time.Since(begun))
			return response, nil
		}
		failure.Attempts = attempt
		c.logFailure(ctx, failure, time.Since(begun))
		if !c.retriable(ctx, failure) || !c.waitForNext(ctx, failure) {
			return nil, c.end(failure)
		}
	}
}

// setDeadline finds out when the call must be over: at the context's deadline or
// the total timeout, whichever is first. Each attempt derives one context from
// it, not two.
func (c *call) setDeadline(ctx context.Context) {
	if c.totalTimeout > 0 {
		c.deadline = time.Now().Add(c.totalTimeout)
	}
	if deadline, ok := ctx.Deadline(); ok && (c.deadline.IsZero() || deadline.Before(c.deadline)) {
		c.deadline = deadline
	}
}

// left is how much time there is still for the call, and whether there is an
// end to it.
func (c *call) left() (time.Duration, bool) {
	return time.Until(c.deadline), !c.deadline.IsZero()
}

// end stores what the call ends with.
func (c *call) end(failure *Error) error {
	if failure.Response != nil {
		failure.Response.Attempts = failure.Attempts
		c.store(failure.Response)
	}
	return failure
}

func (c *call) store(response *Response) {
	if c.into != nil {
		*c.into = *response
	}
}

// retriable tells whether the call may be repeated after a failure.
func (c *call) retriable(ctx context.Context, failure *Error) bool {
	left, limited := c.left()
	switch {
	case failure.Attempts > c.maxRetries, ctx.Err() != nil, limited && left <= 0:
		return false
	case c.unsent && !failure.unsent:
		return false
	}
	switch failure.Code {
	case CodeConnection, CodeTimeout:
		return transient(failure.cause)
	case CodeResponseTooLarge, CodeRedirect:
		return false
	}
	status := failure.StatusCode
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false // what a server cannot do, it cannot do later
	}
	return status >= http.StatusInternalServerError
}

// transient tells whether a connection may succeed the next time. A certificate
// that is refused will be refused again. An error that does not come from the
// network is a middleware's own.
func transient(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*bodyError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}

// waitForNext waits until the next attempt. It returns false where the context
// is over before.
func (c *call) waitForNext(ctx context.Context, failure *Error) bool {
	wait := failure.RetryAfter
	if wait <= 0 {
		wait = c.backoff(failure.Attempts)
	}
	if left, limited := c.left(); limited && left < wait {
		return false
	}
	c.logRetry(ctx, failure, wait)
	if err := sleep(ctx, wait); err != nil {
		failure.interrupted = err
		return false
	}
	return true
}

func (c *call) backoff(attempt int) time.Duration {
	bound := maxBackoff
	if shift := attempt - 1; shift < 4 {
		bound = firstBackoff << shift
	}
	return time.Duration(c.random(int64(bound) + 1))
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
