package contract

import (
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
	body, rest, err := peek(r.Body, MaxBody)
	r.Body = rest
	if err != nil {
		// The client broke off: what is there cannot be judged, and next finds
		// out by itself.
		h.next.ServeHTTP(w, r)
		return
	}
	operation := h.request(r, body)
	recorder := &recorder{ResponseWriter: w}
	h.next.ServeHTTP(recorder.writer(), r)
	if operation == nil || recorder.hijacked {
		return
	}
	recorder.begin(http.StatusOK)
	h.response(r, operation, &Response{
		Status: recorder.status, Header: recorder.header, Body: recorder.body.Bytes(),
	})
}
