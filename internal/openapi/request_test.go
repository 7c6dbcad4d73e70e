package openapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

// want is a violation as a case expects it. In the body it stands where the
// text at first occurs.
type want struct {
	in         openapi.In
	pointer    string
	code       openapi.Code
	schema     string
	suggestion string
	at         string
}

type requestCase struct {
	name      string
	operation string
	body      string
	query     string
	path      map[string]string
	want      []want
}

func (c *requestCase) request() *openapi.Request {
	request := jsonRequest(c.body)
	request.RawQuery = c.query
	maps.Copy(request.PathParams, c.path)
	return request
}

func (c *requestCase) violations() []openapi.Violation {
	all := []openapi.Violation{}
	for _, w := range c.want {
		start := -1
		if w.in == openapi.InBody {
			start = strings.Index(c.body, w.at)
		}
		all = append(all, openapi.Violation{
			In: w.in, Pointer: w.pointer, Code: w.code, Schema: w.schema, Suggestion: w.suggestion, Start: start,
		})
	}
	return all
}

const schemas = "#/components/schemas/"

func badRequests() []requestCase {
	groups := [][]requestCase{
		requiredCases(), typeCases(), nameCases(), urlCases(), enumCases(), topicCases(), headerCases(), updateCases(),
		pathCases(), queryCases(), eventCases(),
	}
	var all []requestCase
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}

// checkSpan sees to it that a violation's span is a whole token of the text
// that it is in.
func checkSpan(tb testing.TB, r *openapi.Request, v *openapi.Violation) {
	tb.Helper()
	text := string(r.Body)
	switch {
	case v.Start < 0:
		assert.Equal(tb, -1, v.End)
		return
	case v.In == openapi.InQuery:
		text = r.RawQuery
	}
	if !assert.LessOrEqual(tb, v.End, len(text)) || v.In != openapi.InBody {
		return
	}
	token := text[v.Start:v.End]
	assert.True(tb, token == "{" || token == "[" || json.Valid([]byte(token)), "%s is %q", v.Pointer, token)
}

// TestBadRequests compares all of a violation but its sentence, which must be
// one that a person can read.
func TestBadRequests(t *testing.T) {
	cases := badRequests()
	require.GreaterOrEqual(t, len(cases), 90)
	operations := map[string]bool{}
	for _, c := range cases {
		operations[c.operation] = true
		t.Run(c.name, func(t *testing.T) {
			got := operation(t, c.operation).ValidateRequest(c.request())
			for i := range got {
				checkMessage(t, &got[i])
				checkSpan(t, c.request(), &got[i])
				got[i].Message, got[i].End = "", 0
				if got[i].In != openapi.InBody {
					got[i].Start = -1
				}
			}
			assert.Equal(t, c.violations(), got)
		})
	}
	assert.Len(t, operations, len(defaultContract(t).Operations()), "some operation has no bad request")
}

func checkMessage(t *testing.T, v *openapi.Violation) {
	t.Helper()
	assert.Regexp(t, `^("|the )[^\n]+[^. ]$`, v.Message)
	assert.NotContains(t, v.Message, "  ")
	assert.NotContains(t, v.Message, "of the format")
}

func TestValidRequests(t *testing.T) {
	cases := []requestCase{
		rawCreate("the seed's", seedBody),
		createCase("no more than it must", ""),
		rawCreate("integration", `{"webhook_type":"INTEGRATION","integration_type":"BIG_COMMERCE","name":"n","url":"http://a"}`),
		createCase("integration_type without INTEGRATION", `"integration_type":"STRIPE"`),
		createCase("everything", `"state":"DISABLED","topics":[],"signing_key":"k","headers":[]`),
		createCase("topics", `"topics":["`+text(255)+`","ü.ü","t","t"]`),
		createCase("as many topics as may be", `"topics":[`+strings.Repeat(`"t",`, 99)+`"t"]`),
		createCase("longest key", `"signing_key":"`+strings.Repeat("ü", 512)+`"`),
		createCase("headers", `"headers":[{"name":"`+text(128)+`","value":"`+text(4096)+`"},{"value":"","name":"X"}]`),
		createCase("header value", `"headers":[{"name":"Authorization","value":"tab\there, ü and 漢"}]`),
		createCase("header names", `"headers":[{"name":"!#$%&'*+.^_`+"`"+`|~0-9aZ","value":"v"},{"name":"Hosts","value":""}]`),
		rawCreate("name of one character", field("name", `" x "`)),
		rawCreate("longest name", field("name", `"`+text(255)+`"`)),
		rawCreate("longest name, of characters outside of the BMP", field("name", `"`+strings.Repeat("😀", 255)+`"`)),
		rawCreate("longest name, escaped", field("name", `"`+strings.Repeat(`\ud83d\ude00`, 255)+`"`)),
		rawCreate("names escaped", `{"webhook_typ\u0065":"SYNC_STARTED","\u006eame":"n","u\u0072l":"https:\/\/a\/b"}`),
		updateCase("nothing", `{}`),
		updateCase("nulls", `{"topics":null,"headers":null,"signing_key":null,"integration_type":null}`),
		updateCase("state", `{"state":"DISABLED"}`),
		updateCase("INTEGRATION alone", `{"webhook_type":"INTEGRATION"}`),
		updateCase("other type, integration cleared", `{"webhook_type":"SYNC_STARTED","integration_type":null}`),
		updateCase("INTEGRATION with its type", `{"webhook_type":"INTEGRATION","integration_type":"XERO"}`),
		{operation: "updateWebhookConfig", body: `{}`, path: map[string]string{"webhookConfigId": "9223372036854775807"}},
		{operation: "getWebhookConfig", path: map[string]string{"webhookConfigId": "1"}},
		{operation: "deleteWebhookConfig", body: "a body that the operation does not take"},
		{operation: "getWebhookLog", path: map[string]string{"deliveryId": strings.ToUpper(deliveryID)}},
		{operation: "getWebhookLog", path: map[string]string{"deliveryId": "00000000-0000-0000-0000-000000000000"}},
		{operation: "listWebhookConfigs"},
		{operation: "listWebhookConfigs", query: "&limit=1&&cursor=9223372036854775807&"},
		{operation: "listWebhookConfigs", query: "%6C%69mit=%3100"},
		{operation: "listWebhookLogs", query: "cursor=" + deliveryID + "&state=PENDING&webhookId=1&syncId=a%20b%3B%26&limit=100"},
		{operation: "listWebhookLogs", query: "syncId=" + text(255)},
	}
	for _, url := range []string{
		"https://example.com", "http://localhost:8080/a", "HTTPS://EXAMPLE.COM:443/", "https://example.com?q=a%20b&c[]=d",
		"https://example.com/a/b;c=d/?q=@:/?", "https://127.0.0.1:65535/", "https://[::1]:8443/a", "https://[2001:db8::1]",
		"https://xn--bcher-kva.example/%C3%BC", "https://a_b.example/~a/-_.!$&'()*+,;=:@", "http://x", "https://example.com/.",
		"https://example.com/" + text(2028),
	} {
		cases = append(cases, rawCreate("url "+url, field("url", `"`+url+`"`)),
			updateCase("url "+url, `{"url":"`+url+`"}`))
	}
	for _, moment := range []string{
		"2026-05-15T00:00:00Z", "2026-05-15T23:59:59.999Z", "2024-02-29T00:00:00.123456789-11:30",
		"2026-05-15T00:00:00%2B02:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
	} {
		cases = append(cases, requestCase{operation: "listWebhookLogs", query: "fromDate=" + moment + "&toDate=" + moment})
	}
	for i, c := range cases {
		t.Run(fmt.Sprintf("%d %s %s", i, c.operation, c.name), func(t *testing.T) {
			assert.Empty(t, operation(t, c.operation).ValidateRequest(c.request()))
		})
	}
}

// TestAllAtOnce sees to it that one answer lists everything, in the order of
// path, query and body.
func TestAllAtOnce(t *testing.T) {
	body := `{
  "state": "ENABLE",
  "url": "ftp://example.com",
  "headers": [{"name": "Host", "value": 1}, {"nam": "X"}],
  "state": "ENABLED",
  "topics": ["a b", 3],
  "webhook_type": "INTEGRATION"
} x`
	violations := operation(t, "updateWebhookConfig").ValidateRequest(&openapi.Request{
		PathParams: map[string]string{"webhookConfigId": "x"},
		RawQuery:   "force=1",
		Header:     http.Header{"Content-Type": {"application/json; charset=UTF-8"}},
		Body:       []byte(body),
	})
	assert.Equal(t, []string{
		"/webhookConfigId type", "/force unknown_parameter",
		"/state enum", "/url pattern", "/headers/0/name reserved_header", "/headers/0/value type", "/headers/1/name required",
		"/headers/1/value required", "/headers/1/nam unknown_field", "/state duplicate_key", "/topics/0 pattern",
		"/topics/1 type", "trailing_data",
	}, places(violations))
	messages := []string{}
	for _, v := range violations {
		messages = append(messages, v.Detail())
	}
	assert.Equal(t, []string{
		`the path parameter "webhookConfigId" must be an integer`,
		`the operation has no query parameter "force"`,
		`"state" must be one of ENABLED, DISABLED`,
		`"url" must be an absolute http or https URL without a user:password part and without a fragment`,
		`"headers[0].name" is reserved for the delivery itself; choose another header name`,
		`"headers[0].value" must be a string, not a number`,
		`"headers[1].name" is required`,
		`"headers[1].value" is required`,
		`"headers[1].nam" is not a field of the contract`,
		`"state" is given twice`,
		`"topics[0]" must be a topic without white space, such as invoice.create`,
		`"topics[1]" must be a string, not a number`,
		`the body goes on after the end of its JSON value (line 8, column 3)`,
	}, messages)
}

// TestMaxViolations sees to it that a small body cannot ask for a large answer.
func TestMaxViolations(t *testing.T) {
	long := strings.Repeat("n", 1000)
	for name, c := range map[string]requestCase{
		"unknown fields": rawCreate("", "{"+strings.Repeat(`"`+long+`":1,`, 900)+`"x":1}`),
		"items":          createCase("", `"headers":[`+strings.Repeat(`{},`, 90)+`{}]`+strings.Repeat(`,"name":1`, 90)),
		"duplicates":     createCase("", `"`+long+`":{"`+long+`":{`+strings.Repeat(`"a":1,`, 10000)+`"a":1}}`),
		"parameters":     {operation: "listWebhookLogs", query: distinct(3000)},
		"both":           {operation: "updateWebhookConfig", query: distinct(100), body: `{"x":1` + strings.Repeat(`,"x":1`, 300) + `}`},
	} {
		t.Run(name, func(t *testing.T) {
			if c.operation == "" {
				c.operation = "createWebhookConfig"
			}
			violations := operation(t, c.operation).ValidateRequest(c.request())
			assert.Len(t, violations, openapi.MaxViolations)
			assert.Less(t, len(fmt.Sprintf("%+v", violations)), 256*1024)
		})
	}
}

func distinct(n int) string {
	var query strings.Builder
	for i := range n {
		fmt.Fprintf(&query, "p%d=1&", i)
	}
	return query.String()
}
