package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"
)

// Recorder writes down what passes through its Transport and its Handler, in Go
// tests: a line of JSON for each exchange, which `hookline validate` reads from
// a file that ends in .ndjson. So the requests of a test suite can be held
// against a change of the document (--against), or tell what of it they exercise
// (--coverage).
//
// The values of credentials are left out: of the headers Authorization, Cookie
// and Set-Cookie, and of headers and parameters of the query whose names have
// key, token, secret, password or signature in them. Bodies are written as they
// are, up to MaxBody, so a record holds what the tests send. A Recorder is safe
// for concurrent use.
type Recorder struct {
	mu  sync.Mutex
	w   io.Writer
	err error
}

// NewRecorder returns a Recorder that writes to w, each exchange in one call. It
// leaves w open. With a file that is opened for appending, the tests of several
// packages can share one record.
func NewRecorder(w io.Writer) *Recorder { return &Recorder{w: w} }

// Err returns the first error of writing, or nil. Nothing is written after one.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Transport returns a RoundTripper that lets base do its work and records each
// exchange that has a response. Bodies are read in full, up to MaxBody, before
// they go on. A nil base is http.DefaultTransport. It may be the base of the
// package's Transport.
func (r *Recorder) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport //nolint:forbidigo // what http.Client does with a nil Transport
	}
	return &recordingTransport{recorder: r, base: base}
}

// Handler returns a handler that lets next do its work and records each exchange.
// It may be the next of the package's Handler.
func (r *Recorder) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, rest, err := peek(request.Body, MaxBody)
		request.Body = rest
		answer := &recorder{ResponseWriter: w}
		next.ServeHTTP(answer.writer(), request)
		if err != nil || answer.hijacked {
			return // the client broke off, or it is no longer HTTP
		}
		answer.begin(http.StatusOK)
		r.write(request, body, &Response{Status: answer.status, Header: answer.header, Body: answer.body.Bytes()})
	})
}

type recordingTransport struct {
	recorder *Recorder
	base     http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *recordingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, rest, err := peek(r.Body, MaxBody)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context()) // a RoundTripper must not change the request that it gets
	if r.Body != nil {
		r.Body = rest
	}
	response, err := t.base.RoundTrip(r)
	if err != nil {
		return response, err
	}
	answer, again, err := peek(response.Body, MaxBody)
	if err != nil {
		return nil, errors.Join(err, response.Body.Close())
	}
	response.Body = again
	t.recorder.write(r, body, &Response{Status: response.StatusCode, Header: response.Header, Body: answer})
	return response, nil
}

// The shape of a line. Recorder tells that nothing is missing from it.
type (
	recordedExchange struct {
		Recorder string           `json:"recorder"`
		Request  recordedRequest  `json:"request"`
		Response recordedResponse `json:"response"`
	}
	recordedRequest struct {
		Method  string      `json:"method"`
		URL     string      `json:"url"`
		Headers http.Header `json:"headers"`
		Body    string      `json:"body,omitempty"`
	}
	recordedResponse struct {
		Status  int         `json:"status"`
		Headers http.Header `json:"headers"`
		Body    string      `json:"body,omitempty"`
	}
)

func (r *Recorder) write(request *http.Request, body []byte, response *Response) {
	address := url.URL{Path: request.URL.Path, RawPath: request.URL.RawPath, RawQuery: withoutSecretValues(request.URL.RawQuery)}
	line := recordedExchange{
		Recorder: "hookline",
		Request: recordedRequest{
			Method: request.Method, URL: address.String(), Headers: withoutSecrets(request.Header), Body: recordedBody(body),
		},
		Response: recordedResponse{
			Status: response.Status, Headers: withoutSecrets(response.Header), Body: recordedBody(response.Body),
		},
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(line)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil && err == nil {
		_, err = r.w.Write(out.Bytes())
	}
	r.err = errors.Join(r.err, err)
}

// recordedBody returns a body that is text, and not larger than a contract
// allows.
func recordedBody(body []byte) string {
	if len(body) > MaxBody || !utf8.Valid(body) {
		return ""
	}
	return string(body)
}

// removed stands for the value of a credential.
const removed = "removed"

func isSecretName(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"authorization", "cookie", "key", "token", "secret", "password", "signature"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func withoutSecrets(header http.Header) http.Header {
	kept := http.Header{}
	for name, values := range header {
		if isSecretName(name) {
			values = []string{removed}
		}
		kept[name] = values
	}
	return kept
}

func withoutSecretValues(query string) string {
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		if name, _, found := strings.Cut(pair, "="); found && isSecretName(name) {
			pairs[i] = name + "=" + removed
		}
	}
	return strings.Join(pairs, "&")
}
