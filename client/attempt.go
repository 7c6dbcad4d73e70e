package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// maxResponse is the largest body that is read, in bytes, after decompression:
// 10 MiB.
const maxResponse = 10 << 20

// keptOfTooLarge is how much of a larger body is kept for [Error].Response.
const keptOfTooLarge = 64 << 10

// attempt sends the request once. The failure is nil for a 2xx answer.
func (c *call) attempt(ctx context.Context, begun time.Time) (*Response, *Error) {
	deadline := c.deadline
	if c.timeout > 0 && (deadline.IsZero() || c.timeout < deadline.Sub(begun)) {
		deadline = begun.Add(c.timeout)
	}
	if !deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	var seen reach
	if c.unsent {
		ctx = seen.watch(ctx)
	}
	request, err := c.fresh(ctx)
	if err != nil {
		return nil, c.failure(CodeConnection, err)
	}
	answer, err := c.send(request)
	if err != nil {
		failure := c.connectionFailure(ctx, err)
		failure.unsent = c.unsent && seen.never(err)
		return nil, failure
	}
	response, err := read(answer)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, c.responseFailure(response, CodeResponseTooLarge, err)
	case response.StatusCode < 200 || response.StatusCode > 299:
		return nil, c.refusal(response) // the status says enough, even if the body broke off
	case err != nil:
		failure := c.connectionFailure(ctx, &bodyError{err})
		c.take(failure, response)
		return nil, failure
	}
	return response, nil
}

// fresh is a copy of the request with a body that begins anew. Its header is
// shared unless there is somebody to change it.
func (c *call) fresh(ctx context.Context) (*http.Request, error) {
	var request *http.Request
	if len(c.middleware) > 0 {
		request = c.request.Clone(ctx)
	} else {
		request = c.request.WithContext(ctx)
	}
	if c.request.GetBody == nil {
		return request, nil
	}
	body, err := c.request.GetBody()
	request.Body = body
	return request, err
}

var errTooLarge = errors.New("the body of the response has more than 10 MiB")

// read reads the body and closes it. The response is there even if the body is
// not, or not all of it.
func read(answer *http.Response) (*Response, error) {
	response := newResponse(answer)
	if answer.Body == nil {
		return response, nil // a middleware's own
	}
	defer answer.Body.Close() //nolint:errcheck // it was read to its end, or is given up
	if answer.ContentLength > maxResponse {
		return response, errTooLarge
	}
	body, err := readAll(answer.Body, answer.ContentLength)
	if len(body) > maxResponse {
		response.Body = body[:keptOfTooLarge:keptOfTooLarge]
		return response, errTooLarge
	}
	response.Body = body
	if err != nil {
		return response, err
	}
	response.completeRequestID()
	return response, nil
}

// readAll reads up to one byte more than maxResponse. A body whose length is
// known needs one allocation.
func readAll(body io.Reader, length int64) ([]byte, error) {
	limited := io.LimitReader(body, maxResponse+1)
	if length <= 0 {
		return io.ReadAll(limited)
	}
	data := make([]byte, length)
	n, err := io.ReadFull(limited, data)
	return data[:n], err
}
