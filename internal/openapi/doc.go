// Package openapi is the engine behind package contract: the tree of a JSON
// text with its places, a document's schemas, operations and parameters in
// their compiled form, the router, positions in the document, and the sentences
// of violations.
package openapi
