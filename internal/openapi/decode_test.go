package openapi_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

// anything is an operation that takes any JSON.
func anything(tb testing.TB) *openapi.Operation {
	tb.Helper()
	return bodyOperation(tb, "{}")
}

func TestDecodeRefuses(t *testing.T) {
	operation := anything(t)
	for name, c := range map[string]struct {
		body    string
		code    openapi.Code
		pointer string
		offset  int
		message string
	}{
		"empty":              {"", openapi.CodeRequired, "", 0, "the body is required"},
		"white space":        {" \t\r\n", openapi.CodeRequired, "", 0, "the body is required"},
		"other white space":  {"\f", openapi.CodeInvalidJSON, "", 0, "the body is not valid JSON (line 1, column 1)"},
		"BOM":                {"\ufeff{}", openapi.CodeInvalidJSON, "", 0, "the body is not valid JSON (line 1, column 1)"},
		"not JSON":           {"name=x", openapi.CodeInvalidJSON, "", 1, "the body is not valid JSON (line 1, column 2)"},
		"cut object":         {`{"a": 1`, openapi.CodeInvalidJSON, "", 7, "the body ends in the middle of its JSON value (line 1, column 8)"},
		"cut string":         {`{"a": "x`, openapi.CodeInvalidJSON, "", 8, "the body ends in the middle of its JSON value (line 1, column 9)"},
		"cut literal":        {"tru", openapi.CodeInvalidJSON, "", 3, "the body ends in the middle of its JSON value (line 1, column 4)"},
		"comma at the end":   {"{\n \"a\": 1,}", openapi.CodeInvalidJSON, "", 9, "the body is not valid JSON (line 2, column 8)"},
		"no quotes":          {`{a: 1}`, openapi.CodeInvalidJSON, "", 1, "the body is not valid JSON (line 1, column 2)"},
		"single quotes":      {`{'a': 1}`, openapi.CodeInvalidJSON, "", 1, "the body is not valid JSON (line 1, column 2)"},
		"number as a name":   {`{1: 1}`, openapi.CodeInvalidJSON, "", 1, "the body is not valid JSON (line 1, column 2)"},
		"comment":            {`{} // x`, openapi.CodeTrailingData, "", 3, "the body goes on after the end of its JSON value (line 1, column 4)"},
		"second value":       {"{}\n {}", openapi.CodeTrailingData, "", 4, "the body goes on after the end of its JSON value (line 2, column 2)"},
		"second string":      {`1"x"`, openapi.CodeTrailingData, "", 1, "the body goes on after the end of its JSON value (line 1, column 2)"},
		"bracket too many":   {`[]]`, openapi.CodeTrailingData, "", 2, "the body goes on after the end of its JSON value (line 1, column 3)"},
		"NUL after the end":  {"{}\x00", openapi.CodeTrailingData, "", 2, "the body goes on after the end of its JSON value (line 1, column 3)"},
		"NUL before":         {"\x00{}", openapi.CodeInvalidJSON, "", 0, "the body is not valid JSON (line 1, column 1)"},
		"NUL in a string":    {"\"a\x00\"", openapi.CodeInvalidJSON, "", 2, "the body is not valid JSON (line 1, column 3)"},
		"line end in string": {"\"a\n\"", openapi.CodeInvalidJSON, "", 2, "the body is not valid JSON (line 1, column 3)"},
		"bad escape":         {`"\x41"`, openapi.CodeInvalidJSON, "", 1, "the body is not valid JSON (line 1, column 2)"},
		"high surrogate":     {`"\ud83d"`, openapi.CodeInvalidJSON, "", 1, "the body is not valid JSON (line 1, column 2)"},
		"low surrogate":      {`"\ude00"`, openapi.CodeInvalidJSON, "", 1, "the body is not valid JSON (line 1, column 2)"},
		"reversed pair":      {`"\ude00\ud83d"`, openapi.CodeInvalidJSON, "", 1, "the body is not valid JSON (line 1, column 2)"},
		"surrogate name":     {`{"\ud83d":1}`, openapi.CodeInvalidJSON, "", 2, "the body is not valid JSON (line 1, column 3)"},
		"invalid UTF-8":      {"{\"a\": \"\xff\"}", openapi.CodeInvalidUTF8, "", 7, "the body is not valid UTF-8 (byte 7)"},
		"Latin-1":            {"\"caf\xe9\"", openapi.CodeInvalidUTF8, "", 4, "the body is not valid UTF-8 (byte 4)"},
		"surrogate bytes":    {"\"\xed\xa0\x80\"", openapi.CodeInvalidUTF8, "", 1, "the body is not valid UTF-8 (byte 1)"},
		"UTF-16":             {"\xff\xfe{\x00}\x00", openapi.CodeInvalidUTF8, "", 0, "the body is not valid UTF-8 (byte 0)"},
		"overlong":           {"\"\xc0\xaf\"", openapi.CodeInvalidUTF8, "", 1, "the body is not valid UTF-8 (byte 1)"},
		"duplicate key":      {`{"a":1,"a":1}`, openapi.CodeDuplicateKey, "/a", 7, `"a" is given twice`},
		"nested duplicate":   {`[{"b":{"a":1,"c":2,"a":1}}]`, openapi.CodeDuplicateKey, "/0/b/a", 19, `"[0].b.a" is given twice`},
		"escaped duplicate":  {`{"name":1,"\u006eame":1}`, openapi.CodeDuplicateKey, "/name", 10, `"name" is given twice`},
		"empty duplicate":    {`{"":1,"":1}`, openapi.CodeDuplicateKey, "/", 6, `"" is given twice`},
		"number too large":   {`{"a":[1e400]}`, openapi.CodeNumberRange, "/a/0", 6, `"a[0]" is a number too large for a 64-bit float`},
		"integer too large":  {strings.Repeat("9", 309), openapi.CodeNumberRange, "", 0, `the body is a number too large for a 64-bit float`},
		"negative too large": {`-1E+999`, openapi.CodeNumberRange, "", 0, `the body is a number too large for a 64-bit float`},
		"zero before":        {`01`, openapi.CodeTrailingData, "", 1, "the body goes on after the end of its JSON value (line 1, column 2)"},
		"plus":               {`+1`, openapi.CodeInvalidJSON, "", 0, "the body is not valid JSON (line 1, column 1)"},
		"NaN":                {`NaN`, openapi.CodeInvalidJSON, "", 0, "the body is not valid JSON (line 1, column 1)"},
		"65 levels":          {nested(65), openapi.CodeTooDeep, strings.Repeat("/0", 64), 64, "arrays and objects nest deeper than 64 levels"},
		"100,000 levels":     {nested(100_000), openapi.CodeTooDeep, strings.Repeat("/0", 64), 64, "arrays and objects nest deeper than 64 levels"},
		"too large": {
			`"` + text(openapi.MaxBody-1) + `"`, openapi.CodeBodyTooLarge, "", openapi.MaxBody,
			"the body is larger than 1048576 bytes",
		},
	} {
		t.Run(name, func(t *testing.T) {
			violations := operation.ValidateRequest(jsonRequest(c.body))
			require.Len(t, violations, 1)
			v := violations[0]
			assert.Equal(t, c.message, v.Detail())
			assert.GreaterOrEqual(t, v.End, v.Start)
			v.Message, v.Position, v.End = "", "", 0
			assert.Equal(t, openapi.Violation{In: openapi.InBody, Pointer: c.pointer, Code: c.code, Start: c.offset}, v)
		})
	}
}

func nested(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }

func TestDecodeTakes(t *testing.T) {
	operation := anything(t)
	for _, body := range []string{
		"null", " true ", "0", "-0", "-0.0", "1e308", "1e-400", "1.0", "1E+2", "\"\\u0000\"", `"\ud83d\ude00"`, `""`, "[]", "{}",
		"\r\n{}\r\n\t ", `{"":{"":""}}`, `{"a":1,"A":1,"\u00e1":1,"a\u0301":1}`, "\"\u2028\"", "\"\ufffd\"", nested(64), "\"\u007f\"",
		`"` + text(openapi.MaxBody-2) + `"`, strings.Repeat("9", 308), "9007199254740993",
	} {
		assert.Empty(t, operation.ValidateRequest(jsonRequest(body)), "%.40s", body)
		value, _, ok := openapi.Decode([]byte(body))
		require.True(t, ok, "%.40s", body)
		var expected any
		require.NoError(t, json.Unmarshal([]byte(body), &expected))
		assert.Equal(t, expected, value)
	}
}

// TestDecodeDuplicates sees to it that small and large objects know their
// duplicates, one violation for each.
func TestDecodeDuplicates(t *testing.T) {
	for _, size := range []int{1, 15, 16, 17, 18, 100} {
		var body strings.Builder
		for i := range size {
			body.WriteString(`"k` + strconv.Itoa(i) + `":1,`)
		}
		_, violations, ok := openapi.Decode([]byte("{" + body.String() + `"k0":1,"k0":1}`))
		assert.False(t, ok)
		assert.Equal(t, []string{"/k0 duplicate_key", "/k0 duplicate_key"}, places(violations), "%d members", size)
	}
}

// TestDecodeLarge bounds what the largest bodies cost. Quadratic time would be
// minutes.
func TestDecodeLarge(t *testing.T) {
	var keys strings.Builder
	for i := range 100_000 {
		keys.WriteString(`"` + strconv.Itoa(i) + `":1,`)
	}
	op := bodyOperation(t, `{type: object, required: [a, b, c], properties: {x: {}, list: {type: array, items: {}, uniqueItems: true}},
		additionalProperties: {type: integer}}`)
	for name, body := range map[string]string{
		"keys":       "{" + keys.String()[:keys.Len()-1] + "}",
		"items":      "[" + strings.Repeat("0,", 500_000) + "0]",
		"objects":    "[" + strings.Repeat("{},", 300_000) + "0]",
		"unique":     `{"list":[` + strings.Repeat("0,", 500_000) + "0]}",
		"duplicates": "{" + strings.Repeat(`"a":1,`, 150_000) + `"a":1}`,
		"strings":    `["` + strings.Repeat(`a","`, 200_000) + `"]`,
		"escapes":    `"` + strings.Repeat(`\n`, 500_000) + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			require.LessOrEqual(t, len(body), openapi.MaxBody+512*1024)
			started := time.Now()
			openapi.Decode([]byte(body))
			if len(body) <= openapi.MaxBody {
				op.ValidateRequest(jsonRequest(body))
				operation(t, "createWebhookConfig").ValidateRequest(jsonRequest(body))
			}
			assert.Less(t, time.Since(started), 20*time.Second)
		})
	}
}

// TestDecodeConcurrently shares the pool of decoders.
func TestDecodeConcurrently(t *testing.T) {
	create := operation(t, "createWebhookConfig")
	bodies := []string{seedBody, `{"state":"ENABLE"}`, "{", "", `[[[[`, createBody(`"topics":["a"]`)}
	want := make([][]openapi.Violation, len(bodies))
	for i, body := range bodies {
		want[i] = create.ValidateRequest(jsonRequest(body))
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range 600 {
				body := i % len(bodies)
				assert.Equal(t, want[body], create.ValidateRequest(jsonRequest(bodies[body])))
			}
		})
	}
	group.Wait()
}

// FuzzDecode compares the decoder with encoding/json. What is taken must mean
// the same; what encoding/json refuses must be refused. The reverse does not
// hold: duplicate names, lone surrogates, invalid UTF-8 and deep nesting are
// refused.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		seedBody, `{"a":[1,2.5e3,-0,null,true],"b":{"c":"\ud83d\ude00\u0000"}}`, "\ufeff{}", `{"a":1,"\u0061":2}`, "[1e400]",
		"\"\xff\"", `{} x`, "", nested(65), `"\ud800"`, "1.0", "{\"\xff\":1}", "\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		value, violations, ok := openapi.Decode(body)
		var expected any
		err := json.Unmarshal(body, &expected)
		if err != nil {
			require.False(t, ok, "encoding/json: %v", err)
		}
		if ok {
			require.Equal(t, expected, value)
			return
		}
		require.NotEmpty(t, violations)
		for _, v := range violations {
			require.Equal(t, openapi.InBody, v.In)
			require.GreaterOrEqual(t, v.Start, 0)
			require.LessOrEqual(t, v.Start, v.End)
			require.LessOrEqual(t, v.End, len(body))
			if err == nil {
				require.Contains(t, []openapi.Code{
					openapi.CodeDuplicateKey, openapi.CodeInvalidUTF8, openapi.CodeTooDeep, openapi.CodeInvalidJSON,
				}, v.Code)
			}
		}
	})
}
