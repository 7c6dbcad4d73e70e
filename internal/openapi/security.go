package openapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// SecurityScheme is a way to authenticate that a document describes.
type SecurityScheme struct {
	// Name is that of the document's components.
	Name string
	// Type is "apiKey", "http", "mutualTLS", "oauth2" or "openIdConnect".
	Type string
	// In and Parameter are where an API key is: InHeader, InQuery or InCookie,
	// and its name.
	In        In
	Parameter string
	// HTTP is the HTTP authentication scheme in lower case, such as "basic" or
	// "bearer".
	HTTP string

	pointer string
}

// SecurityRequirement is one scheme that an operation asks for, and the scopes
// that it wants.
type SecurityRequirement struct {
	Scheme *SecurityScheme
	Scopes []string
}

func (c *compiler) securitySchemes(d *Document, source node) {
	if !source.exists() || source.kind() != kindObject {
		return
	}
	for name, value := range source.members() {
		text := c.keep(name.str())
		scheme, _, ok := c.follow(value, "")
		if !ok || scheme.kind() != kindObject {
			continue
		}
		s := &SecurityScheme{
			Name: text, Type: c.keep(scheme.get("type").text()), In: In(c.keep(scheme.get("in").text())),
			Parameter: c.keep(scheme.get("name").text()), HTTP: c.keep(strings.ToLower(scheme.get("scheme").text())),
			pointer: c.componentPointer("securitySchemes", text),
		}
		switch s.Type {
		case "apiKey":
			if s.Parameter == "" || s.In != InHeader && s.In != InQuery && s.In != InCookie {
				c.problems.addf(value, "an API key must have a name, and be in a header, the query or a cookie")
			}
		case "http", "mutualTLS", "oauth2", "openIdConnect":
		default:
			c.problems.addf(value, "there is no type of security scheme %q", s.Type)
		}
		d.schemes[text] = s
	}
}

// security returns the alternatives that authorize a request: of one of them,
// all schemes. An empty alternative lets everybody in.
func (c *compiler) security(d *Document, source node) (alternatives [][]SecurityRequirement) {
	if !source.exists() || source.kind() != kindArray {
		return nil
	}
	for _, item := range source.items() {
		alternative := []SecurityRequirement{}
		if item.kind() != kindObject {
			c.problems.addf(item, "a security requirement must be an object")
			continue
		}
		for name, scopes := range item.members() {
			scheme, ok := d.schemes[name.str()]
			if !ok {
				c.problems.addf(name, "there is no security scheme %q", name.str())
				scheme = &SecurityScheme{Name: c.keep(name.str())}
			}
			requirement := SecurityRequirement{Scheme: scheme}
			if scopes.kind() == kindArray && scopes.holds() {
				requirement.Scopes = c.names(scopes, "a security requirement")
			}
			alternative = append(alternative, requirement)
		}
		alternatives = append(alternatives, alternative)
	}
	return alternatives
}

// noteSecurity makes the names of API keys in the query known.
func (o *Operation) noteSecurity() {
	for _, alternative := range o.Security {
		for _, requirement := range alternative {
			if s := requirement.Scheme; s.Type == "apiKey" && s.In == InQuery {
				o.queryKeys = append(o.queryKeys, s.Parameter)
			}
		}
	}
}

// Place returns where a request has what the scheme asks for: an API key, or
// the Authorization header.
func (s *SecurityScheme) Place() (in In, name string) {
	if s.Type == "apiKey" {
		return s.In, s.Parameter
	}
	return InHeader, "Authorization"
}

// credential returns where a request has a credential, and whether it has it.
func credential(r *Request, q *query, in In, name string) (span, bool) {
	switch in {
	case InQuery:
		if i := slices.Index(q.names, name); i >= 0 {
			return q.texts[i].span, true
		}
	case InHeader:
		if values := r.Header[http.CanonicalHeaderKey(name)]; len(values) > 0 {
			return span{end: len(values[0])}, true
		}
	default: // cookies are kept in no file
	}
	return nowhere, false
}

func (c *compiler) componentPointer(kind, name string) string {
	return "#/components/" + kind + jsonpointer.Fragment(name)
}
