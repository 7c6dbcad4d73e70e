package main

import (
	"fmt"
	"reflect"
)

// names compares what generated code is named after, and what programs act on:
// extensions, which oasdiff leaves alone. It looks at what is in both documents
// at the same place.
func names(before, after document) (found []finding) {
	pair("#", before.root, after.root, func(place string, base, revision object) {
		found = append(found, enumNames(place, base, revision)...)
		for key, audiences := range naming {
			if !reflect.DeepEqual(base[key], revision[key]) {
				for _, a := range audiences {
					found = append(found, finding{a, place, key, fmt.Sprintf("%s was %v and is %v", key, base[key], revision[key])})
				}
			}
		}
		found = append(found, maxBytes(place, base, revision)...)
	})
	return append(found, addedOperations(before, after)...)
}

// naming are extensions that name something: a type of generated code, the code
// and the place of a violation.
var naming = map[string][]audience{
	"x-go-type": {callers, implementers},
	"x-code":    {callers},
	"x-pointer": {callers},
}

// pair calls visit with the mappings that stand at the same place of both
// documents.
func pair(place string, base, revision any, visit func(string, object, object)) {
	switch base := base.(type) {
	case object:
		other, ok := revision.(object)
		if !ok {
			return
		}
		visit(place, base, other)
		for _, key := range sorted(base) {
			if key != "example" && key != "examples" {
				pair(place+"/"+key, base[key], other[key], visit)
			}
		}
	case []any:
		other, _ := revision.([]any)
		for i := range min(len(base), len(other)) {
			pair(fmt.Sprintf("%s/%d", place, i), base[i], other[i], visit)
		}
	}
}

// enumNames finds constants of generated code that have another name now.
func enumNames(place string, base, revision object) (found []finding) {
	was, is := constants(base), constants(revision)
	for value, name := range was {
		now, still := is[value]
		if _, kept := enumOf(revision)[value]; !kept || still && now == name {
			continue
		}
		text := fmt.Sprintf("the constant of %s was %s and is %s", value, name, now)
		found = append(found, finding{callers, place, "enum-name-changed", text}, finding{implementers, place, "enum-name-changed", text})
	}
	return found
}

// constants returns the name of each value's constant. Both extensions mean the
// same to Go's generator.
func constants(schema object) map[string]string {
	list := items(schema["x-enumNames"])
	if list == nil {
		list = items(schema["x-enum-varnames"])
	}
	byValue := map[string]string{}
	for i, value := range items(schema["enum"]) {
		if i < len(list) {
			byValue[fmt.Sprint(value)] = fmt.Sprint(list[i])
		}
	}
	return byValue
}

func enumOf(schema object) map[string]struct{} {
	values := map[string]struct{}{}
	for _, value := range items(schema["enum"]) {
		values[fmt.Sprint(value)] = struct{}{}
	}
	return values
}

// maxBytes compares a bound of ours, x-max-bytes: less breaks who sends, more
// breaks who gets it.
func maxBytes(place string, base, revision object) []finding {
	was, is := base["x-max-bytes"], revision["x-max-bytes"]
	if reflect.DeepEqual(was, is) {
		return nil
	}
	text := fmt.Sprintf("x-max-bytes was %v and is %v", was, is)
	before, bounded := was.(int)
	after, still := is.(int)
	if still && (!bounded || after < before) {
		return []finding{{callers, place, "x-max-bytes", text}}
	}
	return []finding{{implementers, place, "x-max-bytes", text}, {receivers, place, "x-max-bytes", text}}
}

// addedOperations finds what the generated interfaces have more: methods that an
// implementation lacks.
func addedOperations(before, after document) (found []finding) {
	was := map[string]bool{}
	for _, o := range before.operations(at(before.root, "paths"), "") {
		was[o.id] = true
	}
	for _, o := range after.operations(at(after.root, "paths"), "") {
		if !was[o.id] {
			found = append(found, finding{implementers, o.name, "operation-added", "the operation " + o.id + " is new"})
		}
	}
	return found
}
