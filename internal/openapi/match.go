package openapi

import (
	"net/url"
)

// Reasons why a request is for none of a contract's operations. They are the
// codes of the server's problem documents.
const (
	// CodeNotFound is a path that the contract does not have.
	CodeNotFound Code = "not_found"
	// CodeMethodNotAllowed is a path that the contract has, though not with
	// that method.
	CodeMethodNotAllowed Code = "method_not_allowed"
	// CodeOtherServer is a URL outside of the contract's servers, so that the
	// contract says nothing about it.
	CodeOtherServer Code = "other_server"
)

// Match is a request's operation, and what its URL says.
type Match struct {
	Operation *Operation
	// PathParams are unescaped, by name.
	PathParams map[string]string
	// RawQuery is what follows the question mark, without it.
	RawQuery string
	// QueryStart is where RawQuery begins in the URL, or -1 where there is
	// none.
	QueryStart int
	// RawPathParams are as the URL has them, by name.
	RawPathParams map[string]string
	spans         map[string][2]int
}

// ParamSpan returns where a path parameter stands in the URL, in bytes.
func (m *Match) ParamSpan(name string) (start, end int, ok bool) {
	span, ok := m.spans[name]
	return span[0], span[1], ok
}

// MatchError says why a request is for none of the operations. It repeats
// nothing of the URL.
type MatchError struct {
	// Code is CodeNotFound, CodeMethodNotAllowed or CodeOtherServer.
	Code Code
	// Methods are those that the path has, for CodeMethodNotAllowed.
	Methods []string

	path   string
	router *Router
}

// Suggestion returns the nearest path template for CodeNotFound, or nothing
// where none is near. It compares all templates.
func (e *MatchError) Suggestion() string {
	if e.Code != CodeNotFound || e.router == nil {
		return ""
	}
	return nearest(e.path, e.router.templates)
}

// Error implements error.
func (e *MatchError) Error() string {
	switch e.Code {
	case CodeMethodNotAllowed:
		return "the path takes only " + joinOr(e.Methods)
	case CodeOtherServer:
		return "the URL is on none of the contract's servers"
	default:
		return "the contract has no such path"
	}
}

// unescape returns a step of a path without its percent-encoding.
func unescape(step string) string {
	if plain, err := url.PathUnescape(step); err == nil {
		return plain
	}
	return step
}
