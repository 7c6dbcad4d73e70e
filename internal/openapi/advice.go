package openapi

import (
	"maps"
	"slices"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// What Advice reports. None of it breaks a contract.
const (
	// CodeDeprecated is an operation, a parameter or a field that the document
	// marks as deprecated.
	CodeDeprecated Code = "deprecated"
	// CodeSecret is a credential of a security scheme, or a field that the
	// document marks as a secret: with x-secret, or the format password.
	CodeSecret Code = "secret"
)

// Advice returns what of a request is deprecated, and where it holds secrets,
// as the document marks them. It reads the body anew, so it is for tools rather
// than for servers.
func (d *Document) Advice(o *Operation, r *Request) []Violation {
	a := advisor{request: r}
	// What is wrong with a query is a violation of its own.
	a.query, _ = parseQuery(r.RawQuery)
	if o.deprecated {
		a.add(InPath, CodeDeprecated, "", "the operation "+o.ID+" is deprecated", o.pointer+"/deprecated", nowhere)
	}
	for _, p := range slices.Concat(o.query, o.header) {
		if place, given := a.given(p); p.deprecated && given {
			a.add(p.in, CodeDeprecated, jsonpointer.Name(p.name), label(p.name)+" is deprecated", p.pointer+"/deprecated", place)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.schemes)) {
		s := d.schemes[name]
		in, parameter := s.Place()
		if place, given := credential(r, &a.query, in, parameter); given {
			a.add(in, CodeSecret, jsonpointer.Name(parameter), label(parameter)+" is a secret", s.pointer, place)
		}
	}
	a.body(o, r)
	return a.violations
}

// advisor gathers advice about one request.
type advisor struct {
	request    *Request
	query      query
	violations []Violation
}

func (a *advisor) add(in In, code Code, pointer, message, schema string, at span) {
	a.violations = append(a.violations, Violation{
		In: in, Pointer: pointer, Code: code, Message: message, Schema: schema, Start: at.start, End: at.end,
	})
}

// given returns where the request has a parameter, and whether it has it.
func (a *advisor) given(p *parameter) (span, bool) {
	if p.in == InHeader {
		values := a.request.Header[p.header]
		if len(values) == 0 {
			return nowhere, false
		}
		return span{end: len(values[0])}, true
	}
	i := slices.Index(a.query.names, p.name)
	if i < 0 {
		return nowhere, false
	}
	return a.query.texts[i].span, true
}

func (a *advisor) body(o *Operation, r *Request) {
	if o.body == nil {
		return
	}
	declared, violation := o.body.declared(r.Header)
	if violation != nil || declared.read != readJSON || declared.media.schema == nil {
		return
	}
	d := newDecoder(o.document.limits.Depth)
	defer d.release()
	if _, ok := d.decode(r.Body, nil); ok {
		a.value(declared.media.schema, d.tree.root(), "", 0)
	}
}

// value looks at n, which stands at a place of the body, and at what it holds.
func (a *advisor) value(s *schema, n node, at string, depth int) {
	if s == nil || depth > MaxDepth {
		return
	}
	for _, part := range s.allOf {
		a.value(part, n, at, depth+1)
	}
	switch n.kind() {
	case kindArray:
		for i, item := range n.items() {
			a.value(s.items, item, at+jsonpointer.Index(i), depth+1)
		}
	case kindObject:
		for name, value := range n.members() {
			text := name.str()
			if property, ok := s.properties[text]; ok {
				a.property(property, name, value, at+jsonpointer.Name(shorten(text)), depth)
			}
		}
	default: // it holds nothing
	}
}

func (a *advisor) property(s *schema, name, value node, at string, depth int) {
	quoted := label(name.str())
	if s.deprecated {
		a.add(InBody, CodeDeprecated, at, quoted+" is deprecated", s.pointer+"/deprecated", name.span())
	}
	if text, ok := value.string(); ok && text != "" && s.secret != "" {
		a.add(InBody, CodeSecret, at, quoted+" is a secret", s.pointer+"/"+s.secret, value.span())
	}
	a.value(s, value, at, depth+1)
}
