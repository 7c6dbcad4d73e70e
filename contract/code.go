package contract

import "github.com/hookline-go/hookline/internal/openapi"

// In says which part of a message a violation is in.
type In string

// The parts of a message.
const (
	InPath   = In(openapi.InPath)
	InQuery  = In(openapi.InQuery)
	InHeader = In(openapi.InHeader)
	InCookie = In(openapi.InCookie)
	InBody   = In(openapi.InBody)
	// InStatus is the status code of a response.
	InStatus = In(openapi.InStatus)
)

// Code names the rule that a violation breaks. Codes are stable: programs may
// act on them.
type Code string

// Rules about how a body is written, before any schema is looked at.
const (
	CodeUnsupportedMediaType = Code(openapi.CodeUnsupportedMediaType)
	CodeBodyTooLarge         = Code(openapi.CodeBodyTooLarge)
	CodeInvalidUTF8          = Code(openapi.CodeInvalidUTF8)
	CodeInvalidJSON          = Code(openapi.CodeInvalidJSON)
	CodeTrailingData         = Code(openapi.CodeTrailingData)
	CodeTooDeep              = Code(openapi.CodeTooDeep)
	CodeDuplicateKey         = Code(openapi.CodeDuplicateKey)
	// CodeNumberRange is a number beyond what a 64-bit float holds (RFC 7493,
	// section 2.2).
	CodeNumberRange = Code(openapi.CodeNumberRange)
)

// Rules of a schema.
const (
	CodeType          = Code(openapi.CodeType)
	CodeEnum          = Code(openapi.CodeEnum)
	CodeFormat        = Code(openapi.CodeFormat)
	CodePattern       = Code(openapi.CodePattern)
	CodeMinLength     = Code(openapi.CodeMinLength)
	CodeMaxLength     = Code(openapi.CodeMaxLength)
	CodeMinimum       = Code(openapi.CodeMinimum)
	CodeMaximum       = Code(openapi.CodeMaximum)
	CodeMultipleOf    = Code(openapi.CodeMultipleOf)
	CodeMinItems      = Code(openapi.CodeMinItems)
	CodeMaxItems      = Code(openapi.CodeMaxItems)
	CodeUniqueItems   = Code(openapi.CodeUniqueItems)
	CodeMinProperties = Code(openapi.CodeMinProperties)
	CodeMaxProperties = Code(openapi.CodeMaxProperties)
	CodeRequired      = Code(openapi.CodeRequired)
	CodeUnknownField  = Code(openapi.CodeUnknownField)
	CodeReadOnly      = Code(openapi.CodeReadOnly)
	CodeWriteOnly     = Code(openapi.CodeWriteOnly)
	CodeAnyOf         = Code(openapi.CodeAnyOf)
	CodeOneOf         = Code(openapi.CodeOneOf)
	// CodeNot is a value that a `not` excludes, where the document gives no
	// code of its own (x-code).
	CodeNot = Code(openapi.CodeNot)
	// CodeConditional is a field that another field's value makes necessary
	// (x-code in hookline's document).
	CodeConditional = Code(openapi.CodeConditional)
	// CodeReservedHeader is a custom header that the delivery itself needs
	// (x-code in hookline's document).
	CodeReservedHeader = Code(openapi.CodeReservedHeader)
	// CodeMaskedSecret is a secret that is nothing but asterisks, as a client
	// writes it that hides secrets (x-code in hookline's document).
	CodeMaskedSecret = Code(openapi.CodeMaskedSecret)
	// CodeMaxBytes is an array or an object whose text is too long (x-max-bytes
	// in hookline's document).
	CodeMaxBytes = Code(openapi.CodeMaxBytes)
)

// Rules of JSON Schema 2020-12 that OpenAPI 3.0 does not have.
const (
	// CodeNotAllowed is a value where the document allows none: the schema
	// false.
	CodeNotAllowed = Code(openapi.CodeNotAllowed)
	// CodeContains is an array with too few or too many items of a form.
	CodeContains = Code(openapi.CodeContains)
	// CodePropertyName is a field whose name is not allowed.
	CodePropertyName = Code(openapi.CodePropertyName)
)

// Rules about parameters and responses.
const (
	CodeInvalidQuery       = Code(openapi.CodeInvalidQuery)
	CodeInvalidForm        = Code(openapi.CodeInvalidForm)
	CodeUnknownParameter   = Code(openapi.CodeUnknownParameter)
	CodeDuplicateParameter = Code(openapi.CodeDuplicateParameter)
	CodeUndocumentedStatus = Code(openapi.CodeUndocumentedStatus)
)

// Reasons why a request is for none of a contract's operations.
const (
	// CodeNotFound is a path that the contract does not have.
	CodeNotFound = Code(openapi.CodeNotFound)
	// CodeMethodNotAllowed is a path that the contract has, though not with
	// that method.
	CodeMethodNotAllowed = Code(openapi.CodeMethodNotAllowed)
	// CodeOtherServer is a URL outside of the contract's servers, so that the
	// contract says nothing about it.
	CodeOtherServer = Code(openapi.CodeOtherServer)
)
