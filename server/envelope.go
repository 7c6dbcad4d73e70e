package server

import (
	"reflect"
	"sync"

	"github.com/google/uuid"
)

// withRequestID puts the request's id into the body of an answer. The generated
// answers are structs whose Body, where there is one, has a field RequestID.
// What the implementation returned stays as it is, as others may share it.
func withRequestID(response any, id uuid.UUID) any {
	value := reflect.Indirect(reflect.ValueOf(response))
	if !value.IsValid() {
		return response
	}
	index := requestIDField(value.Type())
	if index == nil {
		return response
	}
	filled := reflect.New(value.Type())
	filled.Elem().Set(value)
	*filled.Elem().FieldByIndex(index).Addr().Interface().(*uuid.UUID) = id //nolint:errcheck,forcetypeassert // see findRequestIDField
	return filled.Interface()
}

// requestIDFields remembers where each type of answer keeps its request id: a
// []int, nil where it has none.
var requestIDFields sync.Map

func requestIDField(t reflect.Type) []int {
	if known, ok := requestIDFields.Load(t); ok {
		return known.([]int) //nolint:errcheck,forcetypeassert // the map holds nothing else
	}
	index := findRequestIDField(t)
	requestIDFields.Store(t, index)
	return index
}

func findRequestIDField(t reflect.Type) []int {
	if t.Kind() != reflect.Struct {
		return nil
	}
	body, ok := t.FieldByName("Body")
	if !ok || body.Type.Kind() != reflect.Struct {
		return nil
	}
	id, ok := body.Type.FieldByName("RequestID")
	if !ok || id.Type != reflect.TypeFor[uuid.UUID]() {
		return nil
	}
	return append(append([]int(nil), body.Index...), id.Index...)
}
