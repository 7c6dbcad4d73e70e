package openapi

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// Operation is one operation of a contract.
type Operation struct {
	// ID is the operationId.
	ID string
	// Method is the HTTP method in capitals.
	Method string
	// Path is the template below the server's URL, such as
	// "/core/webhook-config/{webhookConfigId}".
	Path string

	path, query, header []*parameter
	queryNames          []string
	body                *bodyRule
	responses           map[string]*responseRule // by status: "200", "2XX" or "default"
}

// bodyRule says what a body may be.
type bodyRule struct {
	required bool
	schemas  map[string]*schema // by media type or range, without parameters
	types    []string           // the media types as the document has them, sorted
}

type responseRule struct {
	headers []*parameter
	body    *bodyRule
}

// HasBody tells whether the operation takes a request body.
func (o *Operation) HasBody() bool { return o.body != nil }

// ValidateRequest returns everything in which a request breaks the contract, in
// the order of the message: path, query, headers, body. It returns nil when the
// request keeps to it. A body that the operation does not take is not looked
// at.
func (o *Operation) ValidateRequest(r *Request) []Violation {
	violations := o.validatePath(r.PathParams)
	violations = append(violations, o.validateQuery(r.RawQuery)...)
	violations = append(violations, validateHeaders(o.header, r.Header)...)
	if o.body != nil {
		violations = append(violations, o.body.validate(inRequest, r.Header, r.Body)...)
	}
	return limit(violations)
}

// ValidateResponse returns everything in which a response breaks the contract,
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
		violations = append(violations, rule.body.validate(inResponse, r.Header, r.Body)...)
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

func (b *bodyRule) validate(d direction, header http.Header, body []byte) []Violation {
	if len(body) == 0 && len(header[contentType]) == 0 {
		return b.missing()
	}
	if len(body) == 0 && !b.required {
		return nil
	}
	s, violation := b.declared(header)
	if violation != nil {
		return []Violation{*violation}
	}
	if len(body) > MaxBody {
		return []Violation{{
			In: InBody, Code: CodeBodyTooLarge, Start: MaxBody, End: MaxBody,
			Message: "the body is larger than " + strconv.Itoa(MaxBody) + " bytes",
		}}
	}
	if s != nil {
		return validateJSON(s, d, body)
	}
	return nil
}

func (b *bodyRule) missing() []Violation {
	if !b.required {
		return nil
	}
	return []Violation{{In: InBody, Code: CodeRequired, Message: bodyRequired}}
}

const contentType = "Content-Type"

// declared returns the schema of the body's media type, or nil where the body
// is not JSON and is not looked into.
func (b *bodyRule) declared(header http.Header) (*schema, *Violation) {
	values := header[contentType]
	if len(values) == 1 && values[0] == "application/json" {
		if s, ok := b.schemas[values[0]]; ok {
			return s, nil
		}
	}
	if len(values) == 1 {
		mediaType, parameters, err := mime.ParseMediaType(values[0])
		s, ok := b.lookUp(mediaType)
		switch {
		case err != nil || !ok:
		case !isJSON(mediaType):
			return nil, nil
		case isUTF8(parameters["charset"]):
			return s, nil
		}
	}
	place := nowhere
	if len(values) > 0 {
		place = span{end: len(values[0])}
	}
	return nil, &Violation{
		In: InHeader, Pointer: jsonpointer.Name(contentType), Code: CodeUnsupportedMediaType,
		Start: place.start, End: place.end,
		Message: "the body must be sent as " + joinOr(b.types) + ", in UTF-8",
	}
}

// lookUp finds a media type, or the range that it is in.
func (b *bodyRule) lookUp(mediaType string) (*schema, bool) {
	kind, _, _ := strings.Cut(mediaType, "/")
	for _, key := range []string{mediaType, kind + "/*", "*/*"} {
		if s, ok := b.schemas[key]; ok {
			return s, true
		}
	}
	return nil, false
}

func isUTF8(charset string) bool { return charset == "" || strings.EqualFold(charset, "utf-8") }

// validateJSON decodes the body once, strictly, and applies the schema to what
// it holds.
func validateJSON(s *schema, d direction, body []byte) []Violation {
	decoder := newDecoder(MaxDepth)
	defer decoder.release()
	violations, ok := decoder.decode(body, s)
	e := evaluation{in: InBody, direction: d, violations: violations}
	if ok {
		var steps [usualDepth]step
		e.visit(s, decoder.tree.root(), steps[:0])
	}
	sortByStart(e.violations)
	return e.violations
}
