// Package hookline holds the contract of the webhook-config API, an OpenAPI
// 3.0.3 document that is written by hand. Everything else in the module follows
// from it.
package hookline

import _ "embed"

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config oapi-codegen.yaml openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config oapi-codegen.server.yaml openapi.yaml

//go:generate go -C tools run ./clientspec ../openapi.yaml ../openapi.client.yaml

//go:embed openapi.yaml
var openapi []byte

//go:embed openapi.client.yaml
var clientOpenAPI []byte

// OpenAPI returns the contract as it stands in openapi.yaml, comments and line
// numbers included. The caller owns the returned slice.
func OpenAPI() []byte {
	return append([]byte(nil), openapi...)
}

// ClientOpenAPI returns the contract for generators of clients: the same
// operations and types, derived from openapi.yaml without what only validators
// need and generators stumble over. The caller owns the returned slice.
func ClientOpenAPI() []byte {
	return append([]byte(nil), clientOpenAPI...)
}
