// Package contract validates HTTP requests and responses against an OpenAPI 3.0 document. It is the one validation
// engine of hookline: the server, the command line, the SDK's preflight and the tests all use it.
//
// kin-openapi loads the document and checks it; Load compiles its schemas once, and validation then decodes a body
// strictly, once, and reports everything that breaks the contract together, in the order of the message. What was
// submitted is never part of a violation, so violations can be logged and answered as they are.
//
// A Contract and its operations are immutable and safe for concurrent use.
package contract
