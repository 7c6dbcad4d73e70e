package server

import (
	"reflect"
	"sync"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/gen/serverapi"
)

// fillRequestID puts the request's id into the body of an answer that an implementation left without one. The generated
// answers are structs whose Body, where there is one, has a field RequestID.
func fillRequestID(next serverapi.StrictHandlerFunc, _ string) serverapi.StrictHandlerFunc {
	return func(c echo.Context, request any) (any, error) {
		response, err := next(c, request)
		if err != nil || response == nil {
			return response, err
		}
		value := reflect.ValueOf(response)
		index := requestIDField(value.Type())
		if index == nil || !value.FieldByIndex(index).IsZero() {
			return response, nil
		}
		filled := reflect.New(value.Type()).Elem()
		filled.Set(value)
		filled.FieldByIndex(index).Set(reflect.ValueOf(exchangeOf(c).id))
		return filled.Interface(), nil
	}
}

// requestIDFields remembers where each type of answer keeps its request id: a []int, nil where it has none.
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
