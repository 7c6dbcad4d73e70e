package openapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

// What is submitted as a string and as a number, and must not come back.
const (
	secret       = "Zs3cr3tZ"
	secretNumber = "918273645"
)

func checkSecret(tb testing.TB, violations []openapi.Violation, context string) {
	tb.Helper()
	said := fmt.Sprintf("%+v", violations)
	for _, marker := range []string{secret, secretNumber, strings.ToLower(secret)} {
		require.NotContains(tb, said, marker, "%s", context)
	}
}

// secretValues are values of every kind that hold the secret.
var secretValues = []string{
	`"` + secret + `"`, secretNumber, "-" + secretNumber + ".5e3", secretNumber + "e999", `["` + secret + `",` + secretNumber + `]`,
	`{"name":"` + secret + `","value":"` + secret + `\u0000"}`, `[{"name":"` + secret + `:","value":"\n` + secret + `"}]`,
	`"https://user:` + secret + `@example.com/#` + secret + `"`, `"` + secret + text(5000) + `"`, `"CONNECTION_CHANGED` + secret + `"`,
	`[[[["` + secret + `"]]]]`, `{"a":{"b":{"c":"` + secret + `"}}}`, `"\ud83d` + secret + `"`, `"` + secret, `'` + secret + `'`, secret,
	"\"\xff" + secret + `"`, `"` + secret + `" ` + secret, `"` + secret + "\n\"", `"` + secret + `":1`,
}

func TestSecrecyOfBodies(t *testing.T) {
	zoo, _ := newZoo(t)
	names := []string{
		"webhook_type", "integration_type", "name", "url", "state", "topics", "signing_key", "headers", "other", "kind", "e", "list",
	}
	for _, value := range secretValues {
		operations := []*openapi.Operation{operation(t, "createWebhookConfig"), operation(t, "updateWebhookConfig")}
		for i := range zooSchemas {
			operations = append(operations, operationOf(t, zoo, fmt.Sprintf("zoo%d", i)))
		}
		for _, o := range operations {
			checkSecret(t, o.ValidateRequest(jsonRequest(value)), value)
			for _, name := range names {
				for _, body := range []string{
					`{"` + name + `":` + value + `}`, createBody(`"` + name + `":` + value), `{"` + name + `":[` + value + `,` + value + `]}`,
					`{"` + name + `":` + value + `,"` + name + `":` + value + `}`,
				} {
					checkSecret(t, o.ValidateRequest(jsonRequest(body)), body)
				}
			}
		}
		response := created(strings.Replace(configBody, `"n"`, value, 1))
		checkSecret(t, operation(t, "createWebhookConfig").ValidateResponse(response), value)
	}
}

func TestSecrecyOfParameters(t *testing.T) {
	logs := operation(t, "listWebhookLogs")
	for _, name := range []string{"limit", "cursor", "state", "fromDate", "toDate", "webhookId", "syncId", "other"} {
		for _, value := range []string{secret, secretNumber + "x", secret + text(500), "\xff" + secret, "%" + secret, secret + ";", secret + "&limit=" + secret} {
			checkSecret(t, logs.ValidateRequest(&openapi.Request{RawQuery: name + "=" + value}), value)
			checkSecret(t, logs.ValidateRequest(&openapi.Request{RawQuery: name + "=" + url.QueryEscape(value)}), value)
			checkSecret(t, operation(t, "getWebhookConfig").ValidateRequest(&openapi.Request{
				PathParams: map[string]string{"webhookConfigId": value}, Header: http.Header{"Api_key": {value, value}},
			}), value)
		}
	}
	request := jsonRequest(seedBody)
	request.Header.Set("Content-Type", secret+"/"+secret+"; "+secret+"="+secret)
	violations := operation(t, "createWebhookConfig").ValidateRequest(request)
	assert.Len(t, violations, 1)
	checkSecret(t, violations, "content type")
}

// FuzzSecrecy puts the secret in the place of every value of a JSON text, cuts
// the text at any place, and looks for the secret in what is said of it.
func FuzzSecrecy(f *testing.F) {
	for _, seed := range []string{seedBody, createBody(`"headers":[{"name":"Host","value":"v"}],"topics":["t",1]`), `{"kind":"a"}`, `[[1]]`} {
		f.Add([]byte(seed), uint16(0))
		f.Add([]byte(seed), uint16(30))
	}
	zoo, _ := newZoo(f)
	operations := append(defaultContract(f).Operations(), zoo.Operations()...)
	f.Fuzz(func(t *testing.T, body []byte, cut uint16) {
		var value any
		if json.Unmarshal(body, &value) != nil || strings.Contains(string(body), secretNumber) {
			return
		}
		hidden, err := json.Marshal(hide(value))
		require.NoError(t, err)
		if cut > 0 && int(cut) < len(hidden) {
			hidden = hidden[:cut]
		}
		for _, o := range operations {
			checkSecret(t, o.ValidateRequest(jsonRequest(string(hidden))), string(hidden))
		}
	})
}

// hide puts the secret in the place of every value. Names stay, but for one
// that looks like the secret.
func hide(value any) any {
	switch value := value.(type) {
	case string:
		return secret + value
	case float64:
		return json.Number(secretNumber)
	case []any:
		for i := range value {
			value[i] = hide(value[i])
		}
		return value
	case map[string]any:
		hidden := map[string]any{}
		for name, v := range value {
			if !strings.Contains(strings.ToLower(name), "s3cr3t") {
				hidden[name] = hide(v)
			}
		}
		return hidden
	default:
		return value
	}
}
