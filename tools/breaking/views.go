package main

import (
	"slices"
	"strings"
)

// view is a document as one audience sees it: what the audience sends stands
// where a request stands, what it gets where a response does. Then oasdiff's
// rules, which are those of a caller, are right for everybody.
type view struct {
	audience audience
	paths    func(document) object
}

var views = []view{
	{audience: callers, paths: callersView},
	{audience: receivers, paths: receiversView},
	{audience: implementers, paths: implementersView},
}

// callersView has the operations as they are. Their callbacks are the
// receivers' business.
func callersView(d document) object {
	paths := object{}
	for path, item := range at(d.root, "paths") {
		paths[path] = without(item, "callbacks", "links")
	}
	return paths
}

// receiversView has a path for each callback: a receiver gets a delivery, and
// answers with one of the statuses.
func receiversView(d document) object {
	paths := object{}
	for _, o := range d.callbacks() {
		statuses := []any{}
		for _, status := range sorted(at(o.source, "responses")) {
			statuses = append(statuses, status)
		}
		paths["/"+o.name] = object{"get": object{
			"operationId": o.id,
			"parameters": []any{object{
				"name": "status", "in": "query", "schema": object{"type": "string", "enum": statuses},
			}},
			"responses": got(d.message(o)),
		}}
	}
	return paths
}

// implementersView has a path for what each operation asks of an
// implementation, a path for each answer that it may give, and the callbacks as
// they are: it is the one who sends them.
func implementersView(d document) object {
	paths := object{}
	for _, o := range d.operations(at(d.root, "paths"), "") {
		paths["/"+o.name+" request"] = object{"get": object{"operationId": o.id, "responses": got(d.message(o))}}
		for status, response := range at(o.source, "responses") {
			paths["/"+o.name+" answer "+status] = object{"post": object{
				"requestBody": object{"required": true, "content": jsonContent(d.answer(response))},
				"responses":   got(object{"type": "object"}),
			}}
		}
	}
	for _, o := range d.callbacks() {
		paths["/"+o.name] = object{o.method: without(o.source, "operationId")}
	}
	return paths
}

// message describes a request as one value: its parameters and its body.
func (d document) message(o operation) object {
	parameters, required := object{}, []any{}
	for _, parameter := range o.parameters {
		name, _ := parameter["name"].(string)
		parameters[name] = parameter["schema"]
		if parameter["required"] == true {
			required = append(required, name)
		}
	}
	properties := object{"parameters": withRequired(object{"type": "object", "properties": parameters}, required)}
	needs := []any{"parameters"}
	if body := d.resolve(o.source["requestBody"]); len(body) > 0 {
		properties["body"] = d.schema(body)
		if body["required"] == true {
			needs = append(needs, "body")
		}
	}
	return withRequired(object{"type": "object", "properties": properties}, needs)
}

// answer describes a response as one value: its headers and its body.
func (d document) answer(response any) object {
	headers, required := object{}, []any{}
	for name, header := range at(d.resolve(response), "headers") {
		resolved := d.resolve(header)
		headers[name] = resolved["schema"]
		if resolved["required"] == true {
			required = append(required, name)
		}
	}
	properties := object{"headers": withRequired(object{"type": "object", "properties": headers}, required)}
	if body := d.schema(response); body != nil {
		properties["body"] = body
	}
	return object{"type": "object", "properties": properties}
}

func withRequired(schema object, names []any) object {
	if len(names) > 0 {
		schema["required"] = names
	}
	return schema
}

func got(schema object) object {
	return object{"200": object{"description": "-", "content": jsonContent(schema)}}
}

func jsonContent(schema object) object {
	return object{"application/json": object{"schema": schema}}
}

// without returns a copy that lacks the keys, at any depth.
func without(value any, keys ...string) any {
	switch value := value.(type) {
	case object:
		reduced := make(object, len(value))
		for name, inner := range value {
			if !slices.Contains(keys, name) {
				reduced[name] = without(inner, keys...)
			}
		}
		return reduced
	case []any:
		reduced := make([]any, len(value))
		for i := range value {
			reduced[i] = without(value[i], keys...)
		}
		return reduced
	default:
		return value
	}
}

// place gives a path of a view the name of the operation that it stands for.
func place(v view, method, path string) string {
	if v.audience == callers {
		return method + " " + path
	}
	return strings.TrimPrefix(path, "/")
}
