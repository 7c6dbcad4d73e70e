package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Response is the answer to a call: the last one, where there was more than one
// attempt.
type Response struct {
	StatusCode int
	Header     http.Header
	// Body is the answer as it came, after decompression. It may hold secrets:
	// the values of custom headers are part of a config. In an error it can be
	// cut short.
	Body []byte
	// RequestID is from the X-Request-Id header, or else from the body; empty
	// where the server gave none. Tell it to the server's operators when you
	// ask what happened.
	RequestID string
	// RateLimit is how the key's limit stands after this call.
	RateLimit RateLimit
	// Attempts is how many requests the call took.
	Attempts int
}

// RateLimit is how a key's limit stands, from the X-RateLimit headers.
type RateLimit struct {
	// Limit is how many requests the key may make a minute. It is 0 where the
	// server told no limit.
	Limit int64
	// Remaining is how many requests the key may make right now.
	Remaining int64
	// Reset is when the limit is restored in full. It is the zero time where
	// the server did not tell.
	Reset time.Time
}

// String is the status and the request id. It holds nothing of the header and
// the body.
func (r *Response) String() string {
	return fmt.Sprintf("%d %s (request %s)", r.StatusCode, http.StatusText(r.StatusCode), r.RequestID)
}

// WithResponseInto stores the answer of a call in *into before the method
// returns, also where it returns an error. It stays as it is where there was no
// answer at all. With All it is the answer for the latest page.
func WithResponseInto(into *Response) Option {
	return func(s *settings) error {
		if into == nil {
			return invalidOption("WithResponseInto: the pointer is nil")
		}
		s.into = into
		return nil
	}
}

func newResponse(answer *http.Response) *Response {
	return &Response{
		StatusCode: answer.StatusCode,
		Header:     answer.Header,
		RequestID:  requestID(first(answer.Header, "X-Request-Id")),
		RateLimit: RateLimit{
			Limit:     wholeNumber(first(answer.Header, "X-Ratelimit-Limit")),
			Remaining: wholeNumber(first(answer.Header, "X-Ratelimit-Remaining")),
			Reset:     parseReset(first(answer.Header, "X-Ratelimit-Reset")),
		},
	}
}

// completeRequestID takes the id from the envelope where the header has none,
// as the vendor's answers may.
func (r *Response) completeRequestID() {
	if r.RequestID != "" || len(r.Body) == 0 {
		return
	}
	var envelope struct {
		RequestID string `json:"request_id"`
	}
	if json.Unmarshal(r.Body, &envelope) == nil {
		r.RequestID = requestID(envelope.RequestID)
	}
}

// requestID is the text, or nothing where it is too long for an id.
func requestID(text string) string {
	if len(text) > maxRequestID {
		return ""
	}
	return printable(text, maxRequestID)
}

// first returns a header's first value. The name is as net/http has it in a
// header map.
func first(header http.Header, name string) string {
	if values := header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// wholeNumber returns 0 for what is not a number, or a negative one.
func wholeNumber(text string) int64 {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return max(0, number)
}
