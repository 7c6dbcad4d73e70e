package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/internal/retryafter"
)

// invalidRequestError is a request that breaks the contract.
type invalidRequestError struct {
	violations []contract.Violation
}

func (e *invalidRequestError) Error() string {
	return fmt.Sprintf("the request breaks the contract in %d places", len(e.violations))
}

// validate reads the body, bounded, and holds the request against the contract.
// The exchange keeps the very bytes that were validated.
func (s *settings) validate(operation *contract.Operation, c echo.Context, x *exchange) (err error) {
	r := c.Request()
	if operation.HasBody() {
		if x.body, err = s.readBody(x, r); err != nil {
			return err
		}
	}
	violations := operation.ValidateRequest(&contract.Request{
		PathParams: pathParams(c), RawQuery: r.URL.RawQuery, Header: r.Header, Body: x.body,
	})
	if len(violations) > 0 {
		return &invalidRequestError{violations: violations}
	}
	return nil
}

// pathParams returns the parameters unescaped, as echo leaves them as they are
// where the path is not in its default encoding.
func pathParams(c echo.Context) map[string]string {
	names, values := c.ParamNames(), c.ParamValues()
	if len(names) == 0 {
		return nil
	}
	params := make(map[string]string, len(names))
	for i, name := range names {
		params[name] = values[i]
		if c.Request().URL.RawPath == "" {
			continue
		}
		if plain, err := url.PathUnescape(values[i]); err == nil {
			params[name] = plain
		}
	}
	return params
}

// readBody reads the whole body. One that is compressed, or that says that it
// is larger than allowed, is refused unread.
func (s *settings) readBody(x *exchange, r *http.Request) ([]byte, error) {
	for _, coding := range r.Header[echo.HeaderContentEncoding] {
		if coding != "" && !strings.EqualFold(coding, "identity") {
			return nil, refuse(contract.InHeader, "/Content-Encoding", contract.CodeUnsupportedMediaType,
				"the body must not have a content coding")
		}
	}
	if r.ContentLength > s.maxBody {
		return nil, s.tooLarge()
	}
	most := r.ContentLength
	if most < 0 {
		most = s.maxBody
	}
	// Given net/http's own writer, the reader closes the connection instead of
	// reading the rest of a body that is too large.
	body, err := x.readWithin(http.MaxBytesReader(x.ResponseWriter, r.Body, s.maxBody), most)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, s.tooLarge()
	case errors.Is(err, errOverBudget):
		retryafter.Set(x.Header(), retryAfterOverBudget)
		return nil, err
	case err != nil:
		return nil, &brokenBodyError{err: err}
	}
	return body, nil
}

func (s *settings) tooLarge() error {
	return refuse(contract.InBody, "", contract.CodeBodyTooLarge, fmt.Sprintf("the body is larger than %d bytes", s.maxBody))
}

func refuse(in contract.In, pointer string, code contract.Code, message string) error {
	return &invalidRequestError{violations: []contract.Violation{{In: in, Pointer: pointer, Code: code, Message: message, Start: -1, End: -1}}}
}

// brokenBodyError is a body that did not arrive whole, because of the caller or
// the network.
type brokenBodyError struct{ err error }

func (e *brokenBodyError) Error() string { return "the body did not arrive whole: " + e.err.Error() }
func (e *brokenBodyError) Unwrap() error { return e.err }

// errUnreadable is a request that the contract allows and the generated types
// cannot hold. The decoder's own error may repeat a value.
var errUnreadable = errors.New("server: the generated types cannot hold the request")

// binder fills the generated types from bytes that have been validated. Names
// count as they are written, which encoding/json does not promise.
type binder struct{}

func (binder) Bind(target any, c echo.Context) error {
	if json.Unmarshal(exchangeOf(c).body, target) != nil {
		return errUnreadable
	}
	return nil
}
