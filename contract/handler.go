package contract

import (
	"bytes"
	"net/http"
)

// Handler returns a handler that lets next do its work and reports every
// request and response that breaks the contract, for the tests of a team that
// implements the API itself. Requests and responses pass as they are; a
// request's body is read in full, up to MaxBody, before next sees it.
//
// The report is called in the goroutine of the request, for the response once
// next has returned; FailTest makes one. A request for which the contract has
// no operation is reported with CodeNotFound or CodeMethodNotAllowed, and its
// response is not looked at. Tests that send bad requests on purpose ignore
// breaches whose Response is 0.
func Handler(c *Contract, next http.Handler, report func(*BreachError)) http.Handler {
	return &handler{checker: checker{contract: c, report: report}, next: next}
}

type handler struct {
	checker
	next http.Handler
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, rest, err := peek(r.Body)
	r.Body = rest
	if err != nil {
		// The client broke off: what is there cannot be judged, and next finds
		// out by itself.
		h.next.ServeHTTP(w, r)
		return
	}
	operation := h.request(r, body)
	recorder := &recorder{ResponseWriter: w}
	h.next.ServeHTTP(recorder, r)
	if operation == nil {
		return
	}
	recorder.begin(http.StatusOK)
	h.response(r, operation, &Response{
		Status: recorder.status, Header: recorder.header, Body: recorder.body.Bytes(),
	})
}

// recorder keeps what a handler answers, as much of it as a contract allows.
type recorder struct {
	http.ResponseWriter
	status int
	header http.Header
	body   bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		r.begin(status)
	}
	r.ResponseWriter.WriteHeader(status)
}

// begin records the status that counts, the first one that is not
// informational, and the header as it is then.
func (r *recorder) begin(status int) {
	if r.status == 0 {
		r.status, r.header = status, r.Header().Clone()
	}
}

// Write implements io.Writer.
func (r *recorder) Write(data []byte) (int, error) {
	if r.status == 0 && r.Header().Get("Content-Type") == "" {
		r.Header().Set("Content-Type", http.DetectContentType(data)) // as net/http does
	}
	r.begin(http.StatusOK)
	r.body.Write(data[:min(len(data), MaxBody+1-r.body.Len())])
	return r.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach the original.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
