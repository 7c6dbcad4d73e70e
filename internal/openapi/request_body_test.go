package openapi_test

import (
	"strings"

	"github.com/hookline-go/hookline/internal/openapi"
)

// bad is a violation in the body.
func bad(pointer string, code openapi.Code, schema, at string, suggestion ...string) want {
	if schema != "" {
		schema = schemas + schema
	}
	return want{openapi.InBody, pointer, code, schema, strings.Join(suggestion, ""), at}
}

func text(n int) string { return strings.Repeat("x", n) }

func createCase(name, fields string, wants ...want) requestCase {
	return requestCase{name: "create: " + name, operation: "createWebhookConfig", body: createBody(fields), want: wants}
}

// rawCreate is a create whose whole body is given.
func rawCreate(name, body string, wants ...want) requestCase {
	return requestCase{name: "create: " + name, operation: "createWebhookConfig", body: body, want: wants}
}

func updateCase(name, body string, wants ...want) requestCase {
	return requestCase{name: "update: " + name, operation: "updateWebhookConfig", body: body, want: wants}
}

// field is a create whose field has another value.
func field(name, value string) string {
	switch name {
	case "webhook_type":
		return `{"name":"n","url":"https://example.com","webhook_type":` + value + `}`
	case "name":
		return `{"webhook_type":"SYNC_STARTED","url":"https://example.com","name":` + value + `}`
	default:
		return `{"webhook_type":"SYNC_STARTED","name":"n","url":` + value + `}`
	}
}

func requiredCases() []requestCase {
	const required = "CreateWebhookConfigRequest/required"
	return []requestCase{
		rawCreate("nothing", `{}`, bad("/webhook_type", openapi.CodeRequired, required, "{"),
			bad("/name", openapi.CodeRequired, required, "{"), bad("/url", openapi.CodeRequired, required, "{")),
		rawCreate("no webhook_type", ` {"name":"n","url":"https://example.com"}`,
			bad("/webhook_type", openapi.CodeRequired, required, "{")),
		rawCreate("no name", `{"webhook_type":"SYNC_STARTED","url":"https://example.com"}`,
			bad("/name", openapi.CodeRequired, required, "{")),
		rawCreate("no url", `{"webhook_type":"SYNC_STARTED","name":"n"}`,
			bad("/url", openapi.CodeRequired, required, "{")),
		rawCreate("no integration_type", `{"webhook_type":"INTEGRATION","name":"n","url":"https://example.com"}`,
			bad("/integration_type", openapi.CodeConditional, "CreateWebhookConfigRequest/not", "{")),
		createCase("header without value", `"headers":[{"name":"X-A"}]`,
			bad("/headers/0/value", openapi.CodeRequired, "WebhookHeader/required", `{"name":"X-A"`)),
		createCase("header without name", `"headers":[{"name":"X-A","value":""},{"value":"v"}]`,
			bad("/headers/1/name", openapi.CodeRequired, "WebhookHeader/required", `{"value":"v"`)),
		createCase("empty header", `"headers":[{}]`,
			bad("/headers/0/name", openapi.CodeRequired, "WebhookHeader/required", `{}`),
			bad("/headers/0/value", openapi.CodeRequired, "WebhookHeader/required", `{}`)),
		createCase("unknown field", `"signing_keys":"k"`,
			bad("/signing_keys", openapi.CodeUnknownField, "CreateWebhookConfigRequest/additionalProperties",
				`"signing_keys"`, "signing_key")),
		createCase("unknown field in other case", `"Signing-Key":"k"`,
			bad("/Signing-Key", openapi.CodeUnknownField, "CreateWebhookConfigRequest/additionalProperties",
				`"Signing-Key"`, "signing_key")),
		createCase("unknown field like no other", `"colour":{"name":1}`,
			bad("/colour", openapi.CodeUnknownField, "CreateWebhookConfigRequest/additionalProperties", `"colour"`)),
		createCase("unknown field that needs escapes", `"a/b~c":1`,
			bad("/a~1b~0c", openapi.CodeUnknownField, "CreateWebhookConfigRequest/additionalProperties", `"a/b`)),
		createCase("unknown field of a header", `"headers":[{"name":"X-A","value":"v","values":"v"}]`,
			bad("/headers/0/values", openapi.CodeUnknownField, "WebhookHeader/additionalProperties", `"values"`, "value")),
		createCase("response's field", `"rootfi_id":1`,
			bad("/rootfi_id", openapi.CodeUnknownField, "CreateWebhookConfigRequest/additionalProperties", `"rootfi_id"`)),
	}
}

func typeCases() []requestCase {
	cases := []requestCase{
		rawCreate("array", `[]`, bad("", openapi.CodeType, "CreateWebhookConfigRequest/type", "[")),
		rawCreate("string", ` "x"`, bad("", openapi.CodeType, "CreateWebhookConfigRequest/type", `"x"`)),
		rawCreate("number", `7`, bad("", openapi.CodeType, "CreateWebhookConfigRequest/type", "7")),
		rawCreate("null", "\n null", bad("", openapi.CodeType, "CreateWebhookConfigRequest/type", "null")),
		rawCreate("webhook_type null", field("webhook_type", "null"),
			bad("/webhook_type", openapi.CodeType, "WebhookType/type", "null")),
		rawCreate("name null", field("name", "null"), bad("/name", openapi.CodeType, "WebhookName/type", "null")),
		rawCreate("url null", field("url", "null"), bad("/url", openapi.CodeType, "WebhookURL/type", "null")),
	}
	for _, value := range []string{"1", "true", "[]", "{}"} {
		cases = append(cases,
			rawCreate("webhook_type "+value, field("webhook_type", value),
				bad("/webhook_type", openapi.CodeType, "WebhookType/type", value+"}")),
			rawCreate("name "+value, field("name", value), bad("/name", openapi.CodeType, "WebhookName/type", value+"}")),
			rawCreate("url "+value, field("url", value), bad("/url", openapi.CodeType, "WebhookURL/type", value+"}")))
	}
	for name, schema := range map[string]string{
		"integration_type": "IntegrationType", "topics": "WebhookTopics", "signing_key": "SigningKey",
		"state": "WebhookConfigState", "headers": "WebhookHeaders",
	} {
		cases = append(cases,
			createCase(name+" null", `"`+name+`":null`, bad("/"+name, openapi.CodeType, schema+"/type", "null")),
			createCase(name+" number", `"`+name+`":-1`, bad("/"+name, openapi.CodeType, schema+"/type", "-1")),
			createCase(name+" object", `"`+name+`":{}`, bad("/"+name, openapi.CodeType, schema+"/type", "{}")))
	}
	return cases
}

func nameCases() []requestCase {
	return []requestCase{
		rawCreate("name empty", field("name", `""`), bad("/name", openapi.CodeMinLength, "WebhookName/minLength", `""`)),
		rawCreate("name with NUL", field("name", `"a\u0000"`), bad("/name", openapi.CodePattern, "WebhookName/pattern", `"a`)),
		createCase("signing_key with NUL", `"signing_key":"k\u0000"`,
			bad("/signing_key", openapi.CodePattern, "SigningKey/pattern", `"k\`)),
		createCase("signing_key masked", `"signing_key":"**********"`,
			bad("/signing_key", openapi.CodeMaskedSecret, "SigningKey/not", `"**`)),
		rawCreate("name blank", field("name", `" \t\n"`), bad("/name", openapi.CodePattern, "WebhookName/pattern", `" \t`)),
		rawCreate("name of Unicode blanks", field("name", `"\u00a0\u3000"`),
			bad("/name", openapi.CodePattern, "WebhookName/pattern", `"\u00a0`)),
		rawCreate("name too long", field("name", `"`+text(256)+`"`),
			bad("/name", openapi.CodeMaxLength, "WebhookName/maxLength", `"xx`)),
		createCase("signing_key empty", `"signing_key":""`,
			bad("/signing_key", openapi.CodeMinLength, "SigningKey/minLength", `""`)),
		createCase("signing_key too long", `"signing_key":"`+text(513)+`"`,
			bad("/signing_key", openapi.CodeMaxLength, "SigningKey/maxLength", `"xx`)),
	}
}

func urlCases() []requestCase {
	pattern, format := openapi.CodePattern, openapi.CodeFormat
	cases := []requestCase{
		rawCreate("url empty", field("url", `""`), bad("/url", openapi.CodeMinLength, "WebhookURL/minLength", `""`)),
		rawCreate("url too long", field("url", `"https://example.com/`+text(2029)+`"`),
			bad("/url", openapi.CodeMaxLength, "WebhookURL/maxLength", `"https`)),
	}
	for value, broken := range map[string]openapi.Code{
		"ftp://example.com":              pattern,
		"javascript:alert(1)":            pattern,
		"https:example.com":              pattern,
		"https://":                       pattern,
		"https:///path":                  pattern,
		"https://?q":                     pattern,
		"https://user:pass@example.com/": pattern,
		"https://user@example.com":       pattern,
		"https://example.com#top":        pattern,
		"https://example.com/a#":         pattern,
		"//example.com/a":                pattern,
		"example.com/a":                  pattern,
		"https://exa mple.com":           pattern,
		"https://example.com/a b":        pattern,
		" https://example.com":           pattern,
		`https://example.com\n`:          pattern,
		`https://example.com\\@evil.com`: pattern,
		"https://bücher.example":         format,
		"https://example.com/ü":          format,
		"https://example.com/%zz":        format,
		"https://example.com/?q=%4":      format,
		"https://example.com/{id}":       format,
		"https://[::1":                   format,
		"https://example.com:80a/":       format,
	} {
		c := rawCreate("url "+value, field("url", `"`+value+`"`))
		c.want = append(c.want, bad("/url", broken, "WebhookURL/"+string(broken), `"`+value))
		cases = append(cases, c)
	}
	return cases
}

func enumCases() []requestCase {
	enum := openapi.CodeEnum
	return []requestCase{
		rawCreate("webhook_type misspelt", field("webhook_type", `"CONNECTION_CHANGE"`),
			bad("/webhook_type", enum, "WebhookType/enum", `"CONN`, "CONNECTION_CHANGED")),
		rawCreate("webhook_type in lower case", field("webhook_type", `"sync-started"`),
			bad("/webhook_type", enum, "WebhookType/enum", `"sync`, "SYNC_STARTED")),
		rawCreate("webhook_type like no other", field("webhook_type", `"OTHER"`),
			bad("/webhook_type", enum, "WebhookType/enum", `"OTHER"`)),
		rawCreate("webhook_type empty", field("webhook_type", `""`),
			bad("/webhook_type", enum, "WebhookType/enum", `""`)),
		createCase("integration_type misspelt", `"integration_type":"Quick Books"`,
			bad("/integration_type", enum, "IntegrationType/enum", `"Quick`, "QUICKBOOKS")),
		rawCreate("webhook_type INTEGRATION and integration_type wrong",
			`{"webhook_type":"INTEGRATION","integration_type":"SHOPFY","name":"n","url":"https://example.com"}`,
			bad("/integration_type", enum, "IntegrationType/enum", `"SHOPFY"`, "SHOPIFY")),
		createCase("state misspelt", `"state":"Enable"`,
			bad("/state", enum, "WebhookConfigState/enum", `"Enable"`, "ENABLED")),
		createCase("state empty", `"state":""`, bad("/state", enum, "WebhookConfigState/enum", `""`)),
	}
}

func topicCases() []requestCase {
	return []requestCase{
		createCase("topics a string", `"topics":"invoice.create"`,
			bad("/topics", openapi.CodeType, "WebhookTopics/type", `"invoice.create"`)),
		createCase("topic a number", `"topics":["a",7]`, bad("/topics/1", openapi.CodeType, "WebhookTopic/type", "7")),
		createCase("topic null", `"topics":[null]`, bad("/topics/0", openapi.CodeType, "WebhookTopic/type", "null")),
		createCase("topic empty", `"topics":["a",""]`,
			bad("/topics/1", openapi.CodeMinLength, "WebhookTopic/minLength", `""`)),
		createCase("topic with NUL", `"topics":["a\u0000"]`,
			bad("/topics/0", openapi.CodePattern, "WebhookTopic/pattern", `"a\`)),
		createCase("topic with a space", `"topics":["invoice create"]`,
			bad("/topics/0", openapi.CodePattern, "WebhookTopic/pattern", `"invoice create"`)),
		createCase("topic with a line end", `"topics":["invoice.create\n"]`,
			bad("/topics/0", openapi.CodePattern, "WebhookTopic/pattern", `"invoice.create\n"`)),
		createCase("topic too long", `"topics":["`+text(256)+`"]`,
			bad("/topics/0", openapi.CodeMaxLength, "WebhookTopic/maxLength", `"xx`)),
		createCase("too many topics", `"topics":[`+strings.Repeat(`"t",`, 100)+`"t"]`,
			bad("/topics", openapi.CodeMaxItems, "WebhookTopics/maxItems", `["t"`)),
	}
}

func headerCases() []requestCase {
	header := func(name, value string) string { return `"headers":[{"name":` + name + `,"value":` + value + `}]` }
	cases := []requestCase{
		createCase("header a string", `"headers":["X-A: v"]`,
			bad("/headers/0", openapi.CodeType, "WebhookHeader/type", `"X-A: v"`)),
		createCase("header name empty", header(`""`, `"v"`),
			bad("/headers/0/name", openapi.CodeMinLength, "WebhookHeaderName/minLength", `""`)),
		createCase("header name too long", header(`"`+text(129)+`"`, `"v"`),
			bad("/headers/0/name", openapi.CodeMaxLength, "WebhookHeaderName/maxLength", `"xx`)),
		createCase("header value too long", header(`"X-A"`, `"`+text(4097)+`"`),
			bad("/headers/0/value", openapi.CodeMaxLength, "WebhookHeaderValue/maxLength", `"xx`)),
		createCase("header value a number", header(`"X-A"`, `12`),
			bad("/headers/0/value", openapi.CodeType, "WebhookHeaderValue/type", "12")),
		createCase("header value null", header(`"X-A"`, `null`),
			bad("/headers/0/value", openapi.CodeType, "WebhookHeaderValue/type", "null")),
		createCase("too many headers", `"headers":[`+strings.Repeat(`{"name":"X-A","value":"v"},`, 50)+
			`{"name":"X-A","value":"v"}]`, bad("/headers", openapi.CodeMaxItems, "WebhookHeaders/maxItems", `[{`)),
	}
	for _, name := range []string{"X A", "X-A:", "X-Ä", `X\u0000`, `X-A\r\nHost`, "(x)"} {
		cases = append(cases, createCase("header name "+name, header(`"`+name+`"`, `"v"`),
			bad("/headers/0/name", openapi.CodePattern, "WebhookHeaderName/pattern", `"`+name+`"`)))
	}
	for _, value := range []string{`a\r\nb`, `a\u0000`, `\u007f`, `a\n`} {
		cases = append(cases, createCase("header value "+value, header(`"X-A"`, `"`+value+`"`),
			bad("/headers/0/value", openapi.CodePattern, "WebhookHeaderValue/pattern", `"`+value+`"`)))
	}
	for _, name := range []string{
		"Host", "content-LENGTH", "Connection", "Transfer-Encoding", "webhook-id", "Webhook-", "X-RootFi-Signature", "te",
		"Content-Type", "Upgrade", "Trailer", "Keep-Alive", "Proxy-Connection", "Expect", "Content-Encoding", "User-Agent",
		"Proxy-Authorization", "Proxy-Authenticate", "HTTP2-Settings",
	} {
		cases = append(cases, createCase("header name "+name, header(`"`+name+`"`, `"v"`),
			bad("/headers/0/name", openapi.CodeReservedHeader, "WebhookHeaderName/not", `"`+name+`"`)))
	}
	return cases
}

func updateCases() []requestCase {
	const update = "UpdateWebhookConfigRequest"
	return []requestCase{
		updateCase("null", `null`, bad("", openapi.CodeType, update+"/type", "null")),
		updateCase("array", `[{}]`, bad("", openapi.CodeType, update+"/type", "[")),
		updateCase("webhook_type null", `{"webhook_type":null}`,
			bad("/webhook_type", openapi.CodeType, "WebhookType/type", "null")),
		updateCase("name null", `{"name":null}`, bad("/name", openapi.CodeType, "WebhookName/type", "null")),
		updateCase("url null", `{"url":null}`, bad("/url", openapi.CodeType, "WebhookURL/type", "null")),
		updateCase("state null", `{"state":null}`, bad("/state", openapi.CodeType, "WebhookConfigState/type", "null")),
		updateCase("state wrong", `{"state":"DISABLE"}`,
			bad("/state", openapi.CodeEnum, "WebhookConfigState/enum", `"DISABLE"`, "DISABLED")),
		updateCase("integration_type cleared by an INTEGRATION",
			`{"webhook_type":"INTEGRATION","integration_type":null}`,
			bad("/integration_type", openapi.CodeConditional, update+"/not", "null")),
		updateCase("integration_type wrong", `{"integration_type":"STRIP"}`,
			bad("/integration_type", openapi.CodeEnum, "NullableIntegrationType/enum", `"STRIP"`, "STRIPE")),
		updateCase("integration_type empty", `{"integration_type":""}`,
			bad("/integration_type", openapi.CodeEnum, "NullableIntegrationType/enum", `""`)),
		updateCase("topics a string", `{"topics":"t"}`,
			bad("/topics", openapi.CodeType, update+"/properties/topics/type", `"t"`)),
		updateCase("too many topics", `{"topics":[`+strings.Repeat(`"t",`, 100)+`"t"]}`,
			bad("/topics", openapi.CodeMaxItems, update+"/properties/topics/maxItems", `["t"`)),
		updateCase("signing_key empty", `{"signing_key":""}`,
			bad("/signing_key", openapi.CodeMinLength, update+"/properties/signing_key/minLength", `""`)),
		updateCase("signing_key too long", `{"signing_key":"`+text(513)+`"}`,
			bad("/signing_key", openapi.CodeMaxLength, update+"/properties/signing_key/maxLength", `"xx`)),
		updateCase("signing_key masked", `{"signing_key":"*"}`,
			bad("/signing_key", openapi.CodeMaskedSecret, update+"/properties/signing_key/not", `"*"`)),
		updateCase("header null", `{"headers":[null]}`,
			bad("/headers/0", openapi.CodeType, "WebhookHeader/type", "null")),
		updateCase("header reserved", `{"headers":[{"name":"host","value":"v"}]}`,
			bad("/headers/0/name", openapi.CodeReservedHeader, "WebhookHeaderName/not", `"host"`)),
		updateCase("unknown field", `{"topic":[]}`,
			bad("/topic", openapi.CodeUnknownField, update+"/additionalProperties", `"topic"`, "topics")),
		updateCase("duplicate field", `{"state":"ENABLED","state":"DISABLED"}`,
			bad("/state", openapi.CodeDuplicateKey, "", `"state":"DIS`)),
	}
}
