package contract

import (
	"encoding/json"
	"net/http"
)

// Preflight checks requests before they are sent. It is what the SDK's
// client.WithPreflight takes. It is immutable and safe for concurrent use.
type Preflight struct{ contract *Contract }

// NewPreflight prepares the checking of requests for a contract, such as
// [Default].
func NewPreflight(c *Contract) *Preflight {
	return &Preflight{c}
}

// ValidateRequest returns nil where the request keeps to the contract. The
// error wraps a *[BreachError], and is a [json.Marshaler] of the problem
// document that the server would answer with. The request's URL may be that of
// an operation alone; its body is given apart and left as it is.
func (p *Preflight) ValidateRequest(request *http.Request, body []byte) error {
	var found *BreachError
	check := checker{contract: p.contract, report: func(b *BreachError) { found = b }}
	check.request(request, body)
	if found == nil {
		return nil
	}
	return &preflightError{found}
}

// preflightError is a breach that a problem document can be made of.
type preflightError struct{ breach *BreachError }

// Error implements error.
func (r *preflightError) Error() string { return r.breach.Error() }

// Unwrap returns the breach.
func (r *preflightError) Unwrap() error { return r.breach }

// MarshalJSON implements [json.Marshaler].
func (r *preflightError) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"code": "invalid_request", "detail": "The request breaks the contract.", "errors": placesOf(r.breach.Violations),
	})
}
