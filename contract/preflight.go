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
	return &refusal{found}
}

// refusal is a breach that a problem document can be made of.
type refusal struct{ breach *BreachError }

// Error implements error.
func (r *refusal) Error() string { return r.breach.Error() }

// Unwrap returns the breach.
func (r *refusal) Unwrap() error { return r.breach }

// MarshalJSON implements [json.Marshaler].
func (r *refusal) MarshalJSON() ([]byte, error) {
	type violation struct {
		In         In     `json:"in"`
		Pointer    string `json:"pointer"`
		Code       Code   `json:"code"`
		Detail     string `json:"detail"`
		Schema     string `json:"schema,omitempty"`
		Suggestion string `json:"suggestion,omitempty"`
	}
	places := make([]violation, 0, len(r.breach.Violations))
	for _, v := range r.breach.Violations {
		places = append(places, violation{v.In, v.Pointer, v.Code, v.Detail(), v.Schema, v.Suggestion})
	}
	return json.Marshal(map[string]any{
		"code": "invalid_request", "detail": "The request breaks the contract.", "errors": places,
	})
}
