package openapi

import (
	"net/url"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// identifiers are the URIs and anchors that the schemas of a document give
// themselves ($id, $anchor and $dynamicAnchor, JSON Schema 2020-12).
type identifiers struct {
	values    map[string]node
	resources []resource // in the document's order, so that the innermost is last
}

// resource is a part of the document that has a URI of its own.
type resource struct {
	root node
	base *url.URL
}

// identify finds the identifiers of the main file.
func (s *files) identify() {
	s.ids = &identifiers{values: map[string]node{"": s.main.root()}}
	s.ids.walk(s.main.root(), &url.URL{})
	if len(s.ids.values) == 1 {
		s.ids = nil
	}
}

func (ids *identifiers) walk(n node, base *url.URL) {
	switch n.kind() {
	case kindArray:
		for _, item := range n.items() {
			ids.walk(item, base)
		}
	case kindObject:
		if id, ok := n.get("$id").string(); ok {
			if reference, err := url.Parse(id); err == nil {
				base = base.ResolveReference(reference)
				base.Fragment = ""
				ids.values[base.String()] = n
				ids.resources = append(ids.resources, resource{root: n, base: base})
			}
		}
		for _, name := range []string{"$anchor", "$dynamicAnchor"} {
			if anchor, ok := n.get(name).string(); ok {
				ids.values[base.String()+"#"+anchor] = n
			}
		}
		for _, value := range n.members() {
			ids.walk(value, base)
		}
	default: // it holds nothing
	}
}

// identified returns what a reference leads to by an identifier.
func (s *files) identified(from node, ref string) (node, bool) {
	if s.ids == nil || from.tree != &s.main.tree {
		return node{}, false
	}
	reference, err := url.Parse(ref)
	if err != nil {
		return node{}, false
	}
	base := &url.URL{}
	for _, r := range s.ids.resources {
		if r.root.i <= from.i && from.i < r.root.last() {
			base = r.base
		}
	}
	target := base.ResolveReference(reference)
	fragment := target.Fragment
	target.Fragment, target.RawFragment = "", ""
	if fragment != "" && !strings.HasPrefix(fragment, "/") {
		n, ok := s.ids.values[target.String()+"#"+fragment]
		return n, ok
	}
	root, ok := s.ids.values[target.String()]
	if !ok {
		return node{}, false
	}
	names, err := jsonpointer.Parse(fragment)
	if err != nil {
		return node{}, false
	}
	return root.find(names)
}

// pointerOf returns the place of a value in its file.
func (f *file) pointerOf(n node) string {
	pointer, at := f.name+"#", f.root()
	for at.i != n.i {
		next, step, ok := at.towards(n)
		if !ok {
			break
		}
		at, pointer = next, pointer+step
	}
	return pointer
}

// towards returns the member or the item that another value is, or is in.
func (n node) towards(other node) (next node, step string, ok bool) {
	switch n.kind() {
	case kindObject:
		for name, value := range n.members() {
			if value.i <= other.i && other.i < value.last() {
				return value, jsonpointer.Fragment(name.str()), true
			}
		}
	case kindArray:
		for i, item := range n.items() {
			if item.i <= other.i && other.i < item.last() {
				return item, jsonpointer.Index(i), true
			}
		}
	default: // it holds nothing
	}
	return node{}, "", false
}
