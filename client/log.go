package client

import (
	"context"
	"log/slog"
	"strings"
	"time"
)

// WithLogger logs what the client does: a debug message for every attempt, with
// the operation, status, duration and request id, and an info message for every
// retry, with the wait. API keys, header values and queries are never logged, and
// bodies only with [WithLogBodies]. nil is no logger, as without the option.
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) error {
		s.logger = logger
		return nil
	}
}

// WithLogBodies adds the bodies of requests and answers to the debug messages if
// they are JSON. Signing keys, header values, and the users, passwords and
// queries of URLs are replaced; an event's payload is not.
func WithLogBodies(on bool) Option {
	return func(s *settings) error {
		s.logBodies = on
		return nil
	}
}

func (c *call) logAnswer(ctx context.Context, response *Response, took time.Duration) {
	if c.logger == nil || !c.logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attributes := []slog.Attr{
		slog.String("operation", c.operation.id),
		slog.Int("status", response.StatusCode),
		slog.Int("attempt", response.Attempts),
		slog.Duration("took", took),
		slog.String("request_id", c.clean(response.RequestID)),
	}
	c.logger.LogAttrs(ctx, slog.LevelDebug, "the API answered", c.withBodies(attributes, response)...)
}

func (c *call) logFailure(ctx context.Context, failure *Error, took time.Duration) {
	if c.logger == nil || !c.logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attributes := append(describeFailure(failure), slog.Duration("took", took))
	c.logger.LogAttrs(ctx, slog.LevelDebug, "an attempt failed", c.withBodies(attributes, failure.Response)...)
}

func (c *call) logRetry(ctx context.Context, failure *Error, wait time.Duration) {
	if c.logger == nil {
		return
	}
	attributes := append(describeFailure(failure), slog.Duration("wait", wait))
	c.logger.LogAttrs(ctx, slog.LevelInfo, "the call is retried", attributes...)
}

func describeFailure(failure *Error) []slog.Attr {
	return []slog.Attr{
		slog.String("operation", failure.operation),
		slog.Int("status", failure.StatusCode),
		slog.String("code", failure.Code),
		slog.String("message", failure.Message),
		slog.Int("attempt", failure.Attempts),
		slog.String("request_id", failure.RequestID),
	}
}

func (c *call) withBodies(attributes []slog.Attr, response *Response) []slog.Attr {
	if !c.logBodies {
		return attributes
	}
	attributes = append(attributes, slog.String("request_body", c.loggable(c.body)))
	if response != nil {
		attributes = append(attributes, slog.String("response_body", c.loggable(response.Body)))
	}
	return attributes
}

// loggable is a body without secrets, those of the request included, wherever
// the answer repeats them.
func (c *call) loggable(body []byte) string {
	text, _ := redact(body)
	text = strings.ReplaceAll(text, c.apiKey, redacted)
	for _, secret := range secretsOf(c.body) {
		text = strings.ReplaceAll(text, secret, redacted)
	}
	return text
}
