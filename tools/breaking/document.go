package main

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// object is a mapping of the document, as YAML has it.
type object = map[string]any

// document is a contract before any library has read it.
type document struct{ root object }

func parse(data []byte) (document, error) {
	var d document
	if err := yaml.Unmarshal(data, &d.root); err != nil {
		return d, err
	}
	if len(at(d.root, "paths")) == 0 {
		return d, errors.New("the document has no paths")
	}
	return d, nil
}

// at returns the mapping that the names lead to, and an empty one where there
// is none.
func at(from any, names ...string) object {
	for _, name := range names {
		inner, _ := from.(object)
		from = inner[name]
	}
	found, _ := from.(object)
	return found
}

// resolve follows a reference within the document.
func (d document) resolve(value any) object {
	found, _ := value.(object)
	for range 16 {
		ref, ok := found["$ref"].(string)
		if !ok {
			break
		}
		found = at(d.root, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	return found
}

// operation is one operation, or one callback of an operation.
type operation struct {
	name       string // the operation as findings name it
	id         string
	method     string
	source     object
	parameters []object // resolved, those of the path included
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// operations returns the operations of a mapping of paths, sorted.
func (d document) operations(paths object, prefix string) (all []operation) {
	for _, path := range sorted(paths) {
		item := at(paths, path)
		for _, method := range methods {
			source, ok := item[method].(object)
			if !ok {
				continue
			}
			o := operation{name: prefix + strings.ToUpper(method) + " " + path, method: method, source: source}
			o.id, _ = source["operationId"].(string)
			for _, list := range []any{item["parameters"], source["parameters"]} {
				for _, parameter := range items(list) {
					o.parameters = append(o.parameters, d.resolve(parameter))
				}
			}
			all = append(all, o)
		}
	}
	return all
}

// callbacks returns the callbacks of all operations. They are named after the
// operation that asks for them.
func (d document) callbacks() (all []operation) {
	for _, o := range d.operations(at(d.root, "paths"), "") {
		for _, name := range sorted(at(o.source, "callbacks")) {
			all = append(all, d.operations(d.resolve(at(o.source, "callbacks")[name]), "callback "+name+" of "+o.name+": ")...)
		}
	}
	return all
}

// schema returns the schema of a request body or a response, the first of its
// media types, and nil where there is none.
func (d document) schema(holder any) any {
	content := at(d.resolve(holder), "content")
	for _, mediaType := range sorted(content) {
		return at(content, mediaType)["schema"]
	}
	return nil
}

// reachable returns the components that a part of the document refers to, by
// kind and name, with all that these refer to.
func (d document) reachable(from any) object {
	found := object{}
	d.gather(from, found)
	if schemes, ok := at(d.root, "components")["securitySchemes"]; ok {
		found["securitySchemes"] = schemes // which are referred to by their names
	}
	return found
}

func (d document) gather(from any, found object) {
	switch from := from.(type) {
	case object:
		if ref, ok := from["$ref"].(string); ok {
			d.take(ref, found)
		}
		for _, inner := range from {
			d.gather(inner, found)
		}
	case []any:
		for _, inner := range from {
			d.gather(inner, found)
		}
	}
}

// take adds the component that a reference names.
func (d document) take(ref string, found object) {
	names := strings.Split(ref, "/") // #, components, its kind, its name
	if len(names) != 4 || names[1] != "components" {
		return
	}
	kind, name := names[2], names[3]
	if at(found, kind) == nil {
		found[kind] = object{}
	}
	if _, known := at(found, kind)[name]; known {
		return
	}
	component := at(d.root, "components", kind)[name]
	at(found, kind)[name] = component
	d.gather(component, found)
}

func items(list any) []any {
	found, _ := list.([]any)
	return found
}

func sorted(m object) []string { return slices.Sorted(maps.Keys(m)) }
