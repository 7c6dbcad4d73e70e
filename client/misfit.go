package client

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// misfit finds the first place in a JSON text that does not fit a type, as a
// JSON pointer: encoding/json does not say where an UnmarshalJSON failed. ok is
// false if it all fits, or is no JSON.
func misfit(text json.RawMessage, t reflect.Type) (pointer string, ok bool) {
	if !json.Valid(text) || json.Unmarshal(text, reflect.New(t).Interface()) == nil {
		return "", false
	}
	switch t.Kind() { //nolint:exhaustive // the others have no parts
	case reflect.Pointer:
		return misfit(text, t.Elem())
	case reflect.Struct:
		return misfitMember(text, t), true
	case reflect.Slice:
		return misfitItem(text, t.Elem()), true
	}
	return "", true
}

func misfitMember(text json.RawMessage, t reflect.Type) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return ""
	}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		member, given := members[name]
		if !given || !field.IsExported() {
			continue
		}
		if inner, ok := misfit(member, field.Type); ok {
			return "/" + name + inner
		}
	}
	return ""
}

func misfitItem(text json.RawMessage, t reflect.Type) string {
	var items []json.RawMessage
	if json.Unmarshal(text, &items) != nil {
		return ""
	}
	for i, item := range items {
		if inner, ok := misfit(item, t); ok {
			return "/" + strconv.Itoa(i) + inner
		}
	}
	return ""
}
