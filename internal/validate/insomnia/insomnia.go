// Package insomnia reads what Insomnia exports: the JSON of version 4 and the
// collections in YAML of version 5.
package insomnia

import (
	"strings"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Is tells whether a value is an export of version 4 or a collection of version
// 5.
func Is(root *jsontree.Node) bool { return isExport(root) || isCollection(root) }

func isExport(root *jsontree.Node) bool {
	return root.Get("_type").Text().Value == "export" && root.Get("resources").IsArray()
}

func isCollection(root *jsontree.Node) bool {
	return strings.HasPrefix(root.Get("type").Text().Value, "collection.insomnia.rest/")
}

// Parse yields the requests of a file for which Is holds. Of environments, the
// base one counts, and the one of that name where there is one. Variables that
// neither sets, and template tags, are unknown in the texts. Its errors are
// *source.FileError, joined, or the first other one of yield.
func Parse(root *jsontree.Node, environment string, yield source.Yield) error {
	r := &reader{environment: environment, yield: yield}
	var err error
	if isExport(root) {
		err = r.export(root)
	} else {
		err = r.collection(root)
	}
	if err != nil {
		return err
	}
	return r.problems.Err()
}

type reader struct {
	environment string
	yield       source.Yield
	problems    source.Problems
}

// scope has the variables of a folder, and above it those of the folders around
// it.
type scope struct {
	above  *scope
	values map[string]source.Text
}

// lookup implements source.Lookup: {{ _.name }} is the newer spelling of
// {{ name }}.
func (s *scope) lookup(name string) (source.Text, bool) {
	name = strings.TrimPrefix(name, "_.")
	for ; s != nil; s = s.above {
		if value, ok := s.values[name]; ok {
			return value, true
		}
	}
	return source.Text{}, false
}

func (s *scope) expand(t source.Text) source.Text {
	return source.Expand(source.WithoutTags(t, "{%", "%}"), s.lookup)
}

// within returns a scope with the variables of an environment, those of nested
// objects by their path.
func within(above *scope, data *jsontree.Node) *scope {
	if !data.IsObject() {
		return above
	}
	s := &scope{above: above, values: map[string]source.Text{}}
	s.add("", data)
	return s
}

func (s *scope) add(prefix string, data *jsontree.Node) {
	for _, m := range data.Members {
		name := prefix + m.Name.Value
		if m.Value.IsObject() {
			s.add(name+".", m.Value)
		} else if text := m.Value.Text(); text.Given() {
			s.values[name] = text
		}
	}
}

// export reads the flat list of version 4, whose resources name their parents.
func (r *reader) export(root *jsontree.Node) error {
	e := export{byID: map[string]*jsontree.Node{}, scopes: map[string]*scope{}, children: map[string][]*jsontree.Node{}}
	for _, resource := range root.Get("resources").Elements() {
		e.byID[resource.Get("_id").Text().Value] = resource
		if resource.Get("_type").Text().Value == "environment" {
			parent := resource.Get("parentId").Text().Value
			e.children[parent] = append(e.children[parent], resource)
		}
	}
	for _, resource := range root.Get("resources").Elements() {
		if resource.Get("_type").Text().Value != "request" {
			continue
		}
		s := e.scope(resource.Get("parentId").Text().Value, r.environment, 0)
		if err := r.problems.Add(r.request(resource, s, e.path(resource))); err != nil {
			return err
		}
	}
	return nil
}

type export struct {
	byID     map[string]*jsontree.Node
	children map[string][]*jsontree.Node // environments, by their parent
	scopes   map[string]*scope
}

// maxFolders is how deep folders may nest.
const maxFolders = 32

// scope returns the variables of a folder or a workspace.
func (e *export) scope(id, environment string, depth int) *scope {
	resource := e.byID[id]
	if resource == nil || depth == maxFolders {
		return nil
	}
	if s, ok := e.scopes[id]; ok {
		return s
	}
	s := within(e.scope(resource.Get("parentId").Text().Value, environment, depth+1), resource.Get("environment"))
	for _, base := range e.children[id] {
		s = within(s, base.Get("data"))
		for _, sub := range e.children[base.Get("_id").Text().Value] {
			if sub.Get("name").Text().Value == environment {
				s = within(s, sub.Get("data"))
			}
		}
	}
	e.scopes[id] = s
	return s
}

// path returns the names of the folders of a request, and its own.
func (e *export) path(resource *jsontree.Node) string {
	name := resource.Get("name").Text().Value
	for range maxFolders {
		resource = e.byID[resource.Get("parentId").Text().Value]
		if resource.Get("_type").Text().Value != "request_group" {
			break
		}
		name = resource.Get("name").Text().Value + " / " + name
	}
	return name
}

// collection reads the tree of version 5.
func (r *reader) collection(root *jsontree.Node) error {
	environments := root.Get("environments")
	s := within(nil, environments.Get("data"))
	for _, sub := range environments.Get("subEnvironments").Elements() {
		if sub.Get("name").Text().Value == r.environment {
			s = within(s, sub.Get("data"))
		}
	}
	return r.items(root.Get("collection"), s, "")
}

func (r *reader) items(list *jsontree.Node, above *scope, path string) error {
	for _, item := range list.Elements() {
		name := strings.TrimPrefix(path+" / "+item.Get("name").Text().Value, " / ")
		var err error
		switch {
		case item.Get("children").IsArray():
			err = r.items(item.Get("children"), within(above, item.Get("environment")), name)
		case item.Get("url").IsString():
			err = r.request(item, above, name)
		}
		if err := r.problems.Add(err); err != nil {
			return err
		}
	}
	return nil
}
