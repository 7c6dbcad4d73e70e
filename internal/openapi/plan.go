package openapi

import "net/http"

// BodyPlan says, before a body is read, what is to be done with it.
type BodyPlan struct {
	// Read tells that the body has to be read to be validated. Others are not
	// looked into: files, forms with files, and media types that nothing is
	// known of.
	Read bool
	// Most is the largest body that is read, in bytes.
	Most int
	// Violations are those that no body can make good, such as another media
	// type.
	Violations []Violation
}

// PlanBody reads a request's header. The body of an operation that takes none
// is left alone.
func (o *Operation) PlanBody(header http.Header) BodyPlan {
	if o.body == nil || len(header[contentType]) == 0 {
		return BodyPlan{Read: o.body != nil, Most: o.document.limits.Body}
	}
	declared, violation := o.body.declared(header)
	if violation != nil {
		return BodyPlan{Violations: []Violation{*violation}}
	}
	read := declared.read == readJSON || declared.read == readForm || declared.read == readText
	return BodyPlan{Read: read, Most: o.document.limits.Body}
}

// RequiresBody tells whether a request without a body breaks the document.
func (o *Operation) RequiresBody() bool { return o.body != nil && o.body.required }

// ValidateBody is ValidateRequest for the body alone.
func (o *Operation) ValidateBody(header http.Header, body []byte) []Violation {
	if o.body == nil {
		return nil
	}
	return o.body.validate(inRequest, header, body, o.document.limits)
}
