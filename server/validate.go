package server

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/contract"
)

// invalidRequestError is a request that breaks the contract.
type invalidRequestError struct {
	violations []contract.Violation
}

func (e *invalidRequestError) Error() string {
	return fmt.Sprintf("the request breaks the contract in %d places", len(e.violations))
}

// validate reads the body, bounded, and holds the request against the contract. The handler behind it gets the very
// bytes that were validated.
func (s *settings) validate(operation *contract.Operation) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			request := contract.Request{RawQuery: c.Request().URL.RawQuery, Header: c.Request().Header}
			if names := c.ParamNames(); len(names) > 0 {
				request.PathParams = make(map[string]string, len(names))
				for i, name := range names {
					request.PathParams[name] = c.ParamValues()[i]
				}
			}
			if operation.HasBody() {
				body, err := s.readBody(c)
				if err != nil {
					return err
				}
				request.Body = body
				c.Request().Body = &bufferedBody{Reader: bytes.NewReader(body), bytes: body}
			}
			if violations := operation.ValidateRequest(&request); len(violations) > 0 {
				return &invalidRequestError{violations: violations}
			}
			return next(c)
		}
	}
}

// bufferedBody is a body that has been read whole.
type bufferedBody struct {
	*bytes.Reader
	bytes []byte
}

// Close has nothing to close.
func (*bufferedBody) Close() error { return nil }

// readBody reads the whole body. What is larger than allowed, or compressed, is refused before it costs anything.
func (s *settings) readBody(c echo.Context) ([]byte, error) {
	r := c.Request()
	if coding := r.Header.Get(echo.HeaderContentEncoding); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, refuse(contract.InHeader, "/Content-Encoding", contract.CodeUnsupportedMediaType,
			"the body must not have a content coding")
	}
	if r.ContentLength > s.maxBody {
		return nil, s.tooLarge()
	}
	buffer := bytes.NewBuffer(make([]byte, 0, max(r.ContentLength, 0)+bytes.MinRead))
	_, err := buffer.ReadFrom(http.MaxBytesReader(c.Response(), r.Body, s.maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, s.tooLarge()
	case err != nil:
		return nil, &brokenBodyError{err: err}
	}
	return buffer.Bytes(), nil
}

func (s *settings) tooLarge() error {
	return refuse(contract.InBody, "", contract.CodeBodyTooLarge, fmt.Sprintf("the body is larger than %d bytes", s.maxBody))
}

func refuse(in contract.In, pointer string, code contract.Code, message string) error {
	return &invalidRequestError{violations: []contract.Violation{{In: in, Pointer: pointer, Code: code, Message: message, Offset: -1}}}
}

// brokenBodyError is a body that did not arrive whole. That is the caller's doing, or the network's.
type brokenBodyError struct{ err error }

func (e *brokenBodyError) Error() string { return "the body did not arrive whole: " + e.err.Error() }
func (e *brokenBodyError) Unwrap() error { return e.err }

// binder fills the generated types from bytes that have been validated. Names count as they are written, which
// encoding/json does not promise.
type binder struct{}

func (binder) Bind(target any, c echo.Context) error {
	body, ok := c.Request().Body.(*bufferedBody)
	if !ok {
		return errors.New("server: the body has not been validated")
	}
	return json.Unmarshal(body.bytes, target)
}
