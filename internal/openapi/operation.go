package openapi

import (
	"net/http"
	"strconv"
)

// Operation is one operation of a document.
type Operation struct {
	// ID is the operationId, or the method and the path template.
	ID string
	// Method is the HTTP method in capitals.
	Method string
	// Path is the template below the server's URL, such as
	// "/core/webhook-config/{webhookConfigId}".
	Path string
	// Security are the alternatives that authorize a request. It is empty where
	// anybody may make it.
	Security [][]SecurityRequirement

	document                     *Document
	pointer                      string
	deprecated                   bool
	servers                      []*server // its own or its path's, or nil
	path, query, header, cookies []*parameter
	queryNames                   []string
	queryKeys                    []string // API keys in the query
	anyQuery                     bool     // the query as a whole is a parameter, which is not looked at
	body                         *bodyRule
	responses                    map[string]*responseRule // by status: "200", "2XX" or "default"
}

type responseRule struct {
	headers []*parameter
	body    *bodyRule
}

// HasBody tells whether the operation takes a request body.
func (o *Operation) HasBody() bool { return o.body != nil }

// ValidateRequest returns everything in which a request breaks the document, in
// the order of the message: path, query, headers, cookies, body. It returns nil
// when the request keeps to it. A body that the operation does not take is not
// looked at.
func (o *Operation) ValidateRequest(r *Request) []Violation {
	violations := o.ValidateParameters(r)
	if o.body != nil {
		violations = append(violations, o.body.validate(inRequest, r.Header, r.Body, o.document.limits)...)
	}
	return limit(violations)
}

// ValidateParameters is ValidateRequest without the body.
func (o *Operation) ValidateParameters(r *Request) []Violation {
	violations := o.validatePath(r)
	violations = append(violations, o.validateQuery(r.RawQuery)...)
	violations = append(violations, validateHeaders(o.header, r.Header)...)
	return append(violations, o.validateCookies(r.Header)...)
}

// ValidateResponse returns everything in which a response breaks the document,
// an undocumented status included. It returns nil when the response keeps to
// it.
func (o *Operation) ValidateResponse(r *Response) []Violation {
	rule := o.response(r.Status)
	if rule == nil {
		return []Violation{{
			In: InStatus, Code: CodeUndocumentedStatus, Start: -1, End: -1,
			Message: "the contract does not document the status " + strconv.Itoa(r.Status) + " for " + o.ID,
		}}
	}
	violations := validateHeaders(rule.headers, r.Header)
	if rule.body != nil {
		violations = append(violations, rule.body.validate(inResponse, r.Header, r.Body, o.document.limits)...)
	} else if len(r.Body) > 0 {
		violations = append(violations, Violation{
			In: InBody, Code: CodeUnsupportedMediaType, Message: "the contract documents no body for this status",
		})
	}
	return limit(violations)
}

func limit(violations []Violation) []Violation {
	return violations[:min(len(violations), MaxViolations)]
}

func (o *Operation) response(status int) *responseRule {
	code := strconv.Itoa(status)
	if rule, ok := o.responses[code]; ok {
		return rule
	}
	if rule, ok := o.responses[code[:1]+"XX"]; ok && len(code) == len("200") {
		return rule
	}
	return o.responses["default"]
}

// UncheckedRequest returns the media type of a request's body that is not looked
// into, and false where there is no such body.
func (o *Operation) UncheckedRequest(r *Request) (mediaType string, ok bool) {
	return o.body.unchecked(r.Header, r.Body)
}

// UncheckedResponse is UncheckedRequest for a response.
func (o *Operation) UncheckedResponse(r *Response) (mediaType string, ok bool) {
	if rule := o.response(r.Status); rule != nil {
		return rule.body.unchecked(r.Header, r.Body)
	}
	return "", false
}

const contentType = "Content-Type"

// header returns a single value of a header.
func single(h http.Header, name string) (string, bool) {
	if values := h[name]; len(values) == 1 {
		return values[0], true
	}
	return "", false
}
