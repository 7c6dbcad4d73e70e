package client

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"time"
)

const mediaTypeJSON = "application/json"

// operation describes a call. Its request is built by gen, so that paths and
// parameters follow from the contract.
type operation struct {
	// id is the operationId.
	id string
	// keyed tells whether the contract has an Idempotency-Key for it.
	keyed bool
	// body is what is sent as JSON, or nil.
	body any
	// build is given the base URL, with a slash at its end, and the encoded
	// body.
	build func(base string, body io.Reader) (*http.Request, error)
	// fixed tells that the request is always the same but for its body, so that
	// it is built once for each base URL.
	fixed bool
}

// call is one call of a method, with all of its attempts.
type call struct {
	*settings

	operation operation
	request   *http.Request // without a context; each attempt sends a copy
	body      []byte
	unsent    bool      // only what has provably not reached the server may be repeated
	deadline  time.Time // when the call must be over, or zero
}

// invoke calls an operation. It decodes the answer into an A and returns what
// pick finds in it. If something is missing there, pick returns the JSON pointer
// to it: the answer is not the API's.
func invoke[A, T any](
	ctx context.Context, s *settings, op operation, options []Option, pick func(*A) (found *T, missing string),
) (*T, *Response, error) {
	c, err := prepare(s, op, options)
	if err != nil {
		return nil, nil, err
	}
	response, err := c.run(ctx)
	if err != nil {
		return nil, nil, err
	}
	var answer A
	if err := json.Unmarshal(response.Body, &answer); err != nil {
		pointer, _ := misfit(response.Body, reflect.TypeFor[A]())
		return nil, nil, c.invalidResponse(response, pointer, err)
	}
	resource, missing := pick(&answer)
	if missing != "" {
		return nil, nil, c.invalidResponse(response, missing, errMissing)
	}
	return resource, response, nil
}

// perform calls an operation whose answer has no body.
func perform(ctx context.Context, s *settings, op operation, options []Option) error {
	c, err := prepare(s, op, options)
	if err != nil {
		return err
	}
	_, err = c.run(ctx)
	return err
}

// prepare builds the request that every attempt sends.
func prepare(s *settings, op operation, options []Option) (*call, error) {
	s, err := s.with(options)
	if err != nil {
		return nil, err
	}
	c := &call{settings: s, operation: op}
	if op.body != nil {
		if c.body, err = encode(op.body); err != nil {
			return nil, c.failure(CodeInvalidRequest, err)
		}
	}
	if c.request, err = c.build(); err != nil {
		return nil, c.failure(CodeInvalidRequest, err)
	}
	c.setHeader()
	if err := c.checkBeforehand(); err != nil {
		return nil, err
	}
	return c, nil
}

// build makes the request. Its body is there for fresh to read anew.
func (c *call) build() (*http.Request, error) {
	op := c.operation
	if !op.fixed {
		return op.build(c.server.base, bodyReader(c.body))
	}
	template, ok := c.server.fixed.Load(op.id)
	if !ok {
		built, err := op.build(c.server.base, nil)
		if err != nil {
			return nil, err
		}
		template, _ = c.server.fixed.LoadOrStore(op.id, *built)
	}
	request, _ := template.(http.Request)
	header := make(http.Header, 8)
	maps.Copy(header, request.Header)
	request.Header = header
	request.ContentLength = int64(len(c.body))
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(c.body)), nil }
	return &request, nil
}

func bodyReader(body []byte) io.Reader {
	if body == nil {
		return nil
	}
	return bytes.NewReader(body)
}

// The names of headers as net/http has them in a header map, to set and get
// them without looking at every letter.
const (
	headerAPIKey    = "Api_key"
	headerAccept    = "Accept"
	headerUserAgent = "User-Agent"
)

var acceptJSON = []string{"application/json, application/problem+json"}

func (c *call) setHeader() {
	header := c.request.Header
	header[headerAPIKey] = []string{c.apiKey}
	header[headerAccept] = acceptJSON
	header[headerUserAgent] = []string{c.userAgent}
	c.setIdempotencyKey()
}

// path is the operation's path below the base URL.
func (c *call) path() string {
	if c.request == nil {
		return ""
	}
	return strings.TrimPrefix(c.request.URL.EscapedPath(), c.server.basePath)
}

// encode is [json.Marshal] without the escapes for HTML, so that a payload
// arrives as its publisher wrote it.
func encode(body any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}
