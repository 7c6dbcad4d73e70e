package openapi

// In says which part of a message a violation is in.
type In string

// The parts of a message.
const (
	InPath   In = "path"
	InQuery  In = "query"
	InHeader In = "header"
	InCookie In = "cookie"
	InBody   In = "body"
	// InStatus is the status code of a response.
	InStatus In = "status"
)

// Code names the rule that a violation breaks. Codes are stable: programs may
// act on them.
type Code string

// Rules about how a body is written, before any schema is looked at.
const (
	CodeUnsupportedMediaType Code = "unsupported_media_type"
	CodeBodyTooLarge         Code = "body_too_large"
	CodeInvalidUTF8          Code = "invalid_utf8"
	CodeInvalidJSON          Code = "invalid_json"
	CodeTrailingData         Code = "trailing_data"
	CodeTooDeep              Code = "too_deep"
	CodeDuplicateKey         Code = "duplicate_key"
	// CodeNumberRange is a number beyond what a 64-bit float holds (RFC 7493,
	// section 2.2).
	CodeNumberRange Code = "number_range"
)

// Rules of a schema.
const (
	CodeType          Code = "type"
	CodeEnum          Code = "enum"
	CodeFormat        Code = "format"
	CodePattern       Code = "pattern"
	CodeMinLength     Code = "min_length"
	CodeMaxLength     Code = "max_length"
	CodeMinimum       Code = "minimum"
	CodeMaximum       Code = "maximum"
	CodeMultipleOf    Code = "multiple_of"
	CodeMinItems      Code = "min_items"
	CodeMaxItems      Code = "max_items"
	CodeUniqueItems   Code = "unique_items"
	CodeMinProperties Code = "min_properties"
	CodeMaxProperties Code = "max_properties"
	CodeRequired      Code = "required"
	CodeUnknownField  Code = "unknown_field"
	CodeReadOnly      Code = "read_only"
	CodeWriteOnly     Code = "write_only"
	CodeAnyOf         Code = "any_of"
	CodeOneOf         Code = "one_of"
	// CodeNot is a value that a `not` excludes, where the document gives no
	// code of its own (x-code).
	CodeNot Code = "not"
	// CodeConditional is a field that another field's value makes necessary
	// (x-code in hookline's document).
	CodeConditional Code = "conditional"
	// CodeReservedHeader is a custom header that the delivery itself needs
	// (x-code in hookline's document).
	CodeReservedHeader Code = "reserved_header"
	// CodeMaskedSecret is a secret that is nothing but asterisks, as a client
	// writes it that hides secrets (x-code in hookline's document).
	CodeMaskedSecret Code = "masked_secret"
	// CodeMaxBytes is an array or an object whose text is too long (x-max-bytes
	// in hookline's document).
	CodeMaxBytes Code = "max_bytes"
)

// Rules about parameters and responses.
const (
	CodeInvalidQuery       Code = "invalid_query"
	CodeInvalidForm        Code = "invalid_form"
	CodeUnknownParameter   Code = "unknown_parameter"
	CodeDuplicateParameter Code = "duplicate_parameter"
	CodeUndocumentedStatus Code = "undocumented_status"
)

// MaxViolations is how many violations are reported at most. It is enough for a
// create with every place wrong; beyond it, a small body could ask for a large
// answer.
const MaxViolations = 256

// Violation is one place where a message breaks the contract. It never holds a
// submitted value; of what was submitted, only the names of fields and
// parameters appear in it, cut where they are longer than 128 bytes.
type Violation struct {
	In In
	// Pointer is the place within that part, a JSON pointer (RFC 6901). A
	// parameter's is "/" and its name. For a field that is missing it is where
	// the field would be.
	Pointer string
	Code    Code
	// Message is a sentence for a person. It names the field or the parameter,
	// and leaves out the Position.
	Message string
	// Position says where in the body a text stops being JSON or UTF-8, for a
	// person: "line 2, column 5" (both from 1) or "byte 12" (from 0). It is
	// empty for all other violations.
	Position string
	// Schema is the rule's place in the document, a JSON pointer in a URI
	// fragment, such as "#/components/schemas/WebhookType/enum". It is empty
	// for rules that no schema states.
	Schema string
	// Suggestion is the nearest valid spelling of an enum value or a name, or
	// empty where none is near.
	Suggestion string
	// Start and End are where the offending text stands, in bytes: in the body,
	// in the raw query, or in one value of a header (see Value). Of an object or
	// an array it is the bracket that opens it; for a missing field, that of its
	// object. They are -1 where no text is to blame: for a missing parameter,
	// for the path and for the status.
	Start, End int
	// Value tells which of a header's values it is, from 0.
	Value int
}

// Detail returns the message, followed by the position where there is one.
func (v *Violation) Detail() string {
	if v.Position == "" {
		return v.Message
	}
	return v.Message + " (" + v.Position + ")"
}

// span is a part of a text, in bytes.
type span struct {
	start, end int
	value      int // which of a header's values it is
}

// nowhere is the span of what is not in a text.
var nowhere = span{start: -1, end: -1}
