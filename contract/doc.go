// Package contract validates HTTP requests and responses against an OpenAPI
// document of version 3.0, 3.1 or 3.2. It is the one validation engine of
// hookline: the server, the command line, the SDK's preflight and the tests all
// use it.
//
// Load compiles a document's schemas once. Validation then decodes a body
// strictly, once, and reports everything that breaks the contract together, in
// the order of the message. What was submitted is never part of a violation, so
// violations can be logged and answered as they are. Whatever a body holds, a
// validation allocates a small multiple of its size.
//
// It looks into parameters of all styles, cookies that are described, and
// bodies that are JSON, forms (application/x-www-form-urlencoded and
// multipart/form-data) or plain text. Of bodies of other media types, of files
// in forms, and of parameters in media types of their own other than JSON, it
// knows only whether they are there.
//
// Patterns are read as ECMA-262 has them: as RE2, whose time is linear, or where
// RE2 cannot (look-around, back-references, more than 1,000 repetitions) by an
// engine that backtracks, for 100 ms at most; a text that takes longer counts as
// one that does not match. Bounds, enums and multiples are compared as float64,
// which is how a document's numbers are read; an integer without a format is an
// int64.
//
// A Contract and its operations are immutable and safe for concurrent use.
package contract
