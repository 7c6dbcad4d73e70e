package openapi_test

import (
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

// mostMemory is how many bytes a validation may allocate for each byte of the
// body, whether it is valid or not.
const mostMemory = 8

// denseBodies are texts with many values for their size.
func denseBodies() map[string]string {
	const size = openapi.MaxBody - 64
	fill := func(before, part, after string) string {
		return before + strings.Repeat(part, (size-len(before)-len(after))/len(part)) + after
	}
	var names, long strings.Builder
	for i := 0; names.Len() < size-64; i++ {
		names.WriteString(`"` + strconv.FormatInt(int64(i), 36) + `":1,`)
	}
	for i := 0; long.Len() < size-64; i++ {
		long.WriteString(strconv.Itoa(i) + ",")
	}
	return map[string]string{
		"objects":        fill("[", "{},", "{}]"),
		"numbers":        fill("[", "1,", "1]"),
		"arrays":         fill("[", "[],", "[]]"),
		"pairs":          fill("[", "[1],", "[1]]"),
		"small objects":  fill("[", `{"a":1},`, `{}]`),
		"names":          "{" + names.String() + `"":1}`,
		"same names":     fill("{", `"a":1,`, `"b":1}`),
		"escaped names":  fill("{", `"\n":1,`, `"b":1}`),
		"unlike numbers": "[" + long.String() + "1]",
		"strings":        fill("[", `"",`, `""]`),
		"escapes":        fill(`["`, `\n`, `"]`),
		"cut":            fill("[", "{},", ""),
		"inside":         fill(`{"list":[`, "{},", `{}]}`),
		"inside, pairs":  fill(`{"list":[`, `[1],`, `[]]}`),
		"commas":         fill(`"`, ",", `"`),
	}
}

var memorySchemas = map[string]string{
	"free-form": "{}",
	"object":    "{type: object}",
	"list":      "{type: object, properties: {list: {type: array, maxItems: 100, items: {type: object, required: [a]}}}}",
	"numbers":   "{type: array, items: {type: integer}}",
	"names":     "{additionalProperties: {type: integer, maximum: 3}}",
	"unique":    "{type: array, items: {}, uniqueItems: true}",
	"either":    "{anyOf: [{type: array, items: {type: integer}}, {type: object, additionalProperties: {type: integer}}, {type: string}]}",
	"recursive": "{$ref: '#/components/schemas/Tree'}",
}

// measure returns how many bytes f allocates, those that it gives back
// included. Nothing is left in the pools before it.
func measure(f func()) uint64 {
	runtime.GC()
	runtime.GC() // the first one only moves what is in a pool aside
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestMemory(t *testing.T) {
	tree := "Tree: {type: array, items: {anyOf: [{type: integer}, {type: object}, {$ref: '#/components/schemas/Tree'}]}}"
	for schemaName, schema := range memorySchemas {
		op := bodyOperation(t, schema, tree)
		for bodyName, body := range denseBodies() {
			t.Run(schemaName+"/"+bodyName, func(t *testing.T) {
				require.LessOrEqual(t, len(body), openapi.MaxBody)
				request := jsonRequest(body)
				allocated := measure(func() { op.ValidateRequest(request) })
				assert.LessOrEqual(t, float64(allocated)/float64(len(body)), float64(mostMemory))
			})
		}
	}
	create := operation(t, "createWebhookConfig")
	for name, body := range denseBodies() {
		t.Run("create/"+name, func(t *testing.T) {
			request := jsonRequest(body)
			allocated := measure(func() { create.ValidateRequest(request) })
			assert.LessOrEqual(t, float64(allocated)/float64(len(body)), float64(mostMemory))
		})
	}
}

// TestMemoryOfPayload validates a payload that may hold anything, for which no
// tree is built.
func TestMemoryOfPayload(t *testing.T) {
	body := `{"webhook_type":"SYNC_STARTED","payload":{"a":[` + strings.Repeat("{},", 85_000) + "{}]}}"
	publish := operation(t, "publishWebhookEvent")
	request := jsonRequest(body)
	allocated := measure(func() { assert.Empty(t, publish.ValidateRequest(request)) })
	assert.LessOrEqual(t, float64(allocated)/float64(len(body)), 0.5)
}

// BenchmarkDense is a body of 1 MiB with as many values as it can have.
func BenchmarkDense(b *testing.B) {
	for _, schema := range []string{"free-form", "object", "numbers", "unique"} {
		op := bodyOperation(b, memorySchemas[schema])
		request := jsonRequest(denseBodies()["numbers"])
		b.Run(schema, func(b *testing.B) {
			b.SetBytes(int64(len(request.Body)))
			b.ReportAllocs()
			for b.Loop() {
				op.ValidateRequest(request)
			}
		})
	}
}
