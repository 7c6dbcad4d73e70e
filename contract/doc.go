// Package contract validates HTTP requests and responses against an OpenAPI 3.0
// document. It is the one validation engine of hookline: the server, the
// command line, the SDK's preflight and the tests all use it.
//
// Load compiles a document's schemas once. Validation then decodes a body
// strictly, once, and reports everything that breaks the contract together, in
// the order of the message. What was submitted is never part of a violation, so
// violations can be logged and answered as they are.
//
// What it does not look into: cookies; bodies that are not JSON; and of
// parameters that are objects, in the label or the matrix style, or in a media
// type of their own, whether they are given, but not their values. The names
// that an object has in the query are never reported as unknown.
//
// Patterns are read as ECMA-262 has them, as far as RE2 goes; Load refuses a
// document whose patterns need look-around, back-references or more than 1,000
// repetitions. Bounds, enums and multiples are compared as float64, which is
// how a document's numbers are read; an integer without a format is an int64.
//
// A Contract and its operations are immutable and safe for concurrent use.
package contract
