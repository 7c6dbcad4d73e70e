package openapi_test

import (
	"strings"

	"github.com/hookline-go/hookline/internal/openapi"
)

func pathCases() []requestCase {
	const id = "webhookConfigId"
	var cases []requestCase
	for value, broken := range map[string]want{
		"0":                             {code: openapi.CodeMinimum, schema: "WebhookConfigID/minimum"},
		"-1":                            {code: openapi.CodeMinimum, schema: "WebhookConfigID/minimum"},
		"-0":                            {code: openapi.CodeMinimum, schema: "WebhookConfigID/minimum"},
		"9223372036854775808":           {code: openapi.CodeFormat, schema: "WebhookConfigID/format"},
		"99999999999999999999999999999": {code: openapi.CodeFormat, schema: "WebhookConfigID/format"},
		"1.0":                           {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"1e2":                           {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"+1":                            {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"007":                           {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"0x1":                           {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"1_000":                         {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"\t1":                           {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"1\n":                           {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"":                              {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"null":                          {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"١٢":                            {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"１":                             {code: openapi.CodeType, schema: "WebhookConfigID/type"},
		"\xff":                          {code: openapi.CodeInvalidUTF8},
	} {
		broken.in, broken.pointer = openapi.InPath, "/"+id
		broken.schema = schemas + broken.schema
		if broken.code == openapi.CodeInvalidUTF8 {
			broken.schema = "#/components/parameters/ConfigIDInPath"
		}
		for _, operation := range []string{"getWebhookConfig", "deleteWebhookConfig", "updateWebhookConfig"} {
			cases = append(cases, requestCase{
				name: operation + " " + value, operation: operation, body: `{}`, path: map[string]string{id: value}, want: []want{broken},
			})
		}
	}
	for _, value := range []string{
		"", "12", "{" + deliveryID + "}", "urn:uuid:" + deliveryID, strings.ReplaceAll(deliveryID, "-", ""), deliveryID + "0",
		strings.Replace(deliveryID, "0", "g", 1), " " + deliveryID[1:], deliveryID[:35],
	} {
		cases = append(cases, requestCase{
			name: "getWebhookLog " + value, operation: "getWebhookLog", path: map[string]string{"deliveryId": value},
			want: []want{{in: openapi.InPath, pointer: "/deliveryId", code: openapi.CodeFormat, schema: schemas + "DeliveryID/format"}},
		})
	}
	return cases
}

// inQuery is a violation of a parameter in the query.
func inQuery(name string, code openapi.Code, schema string, suggestion ...string) want {
	return want{openapi.InQuery, "/" + name, code, schema, strings.Join(suggestion, ""), ""}
}

func queryCases() []requestCase {
	const parameters, limit = "#/components/parameters/", "#/components/parameters/Limit/schema"
	configs, logs := "listWebhookConfigs", "listWebhookLogs"
	cases := []requestCase{
		{operation: configs, query: "limit=0", want: []want{inQuery("limit", openapi.CodeMinimum, limit+"/minimum")}},
		{operation: configs, query: "limit=-5", want: []want{inQuery("limit", openapi.CodeMinimum, limit+"/minimum")}},
		{operation: configs, query: "limit=101", want: []want{inQuery("limit", openapi.CodeMaximum, limit+"/maximum")}},
		{operation: logs, query: "limit=101", want: []want{inQuery("limit", openapi.CodeMaximum, limit+"/maximum")}},
		{operation: configs, query: "limit=2147483648", want: []want{inQuery("limit", openapi.CodeFormat, limit+"/format")}},
		{operation: configs, query: "limit=ten", want: []want{inQuery("limit", openapi.CodeType, limit+"/type")}},
		{operation: configs, query: "limit=1.0", want: []want{inQuery("limit", openapi.CodeType, limit+"/type")}},
		{operation: configs, query: "limit=%2B1", want: []want{inQuery("limit", openapi.CodeType, limit+"/type")}},
		{operation: configs, query: "limit=+1", want: []want{inQuery("limit", openapi.CodeType, limit+"/type")}},
		{operation: configs, query: "limit=", want: []want{inQuery("limit", openapi.CodeType, limit+"/type")}},
		{operation: configs, query: "limit", want: []want{inQuery("limit", openapi.CodeType, limit+"/type")}},
		{operation: configs, query: "limit=%FF", want: []want{inQuery("limit", openapi.CodeInvalidUTF8, parameters+"Limit")}},
		{
			operation: configs, query: "limit=1&limit=2",
			want: []want{inQuery("limit", openapi.CodeDuplicateParameter, parameters+"Limit")},
		},
		{
			operation: configs, query: "limit=1&%6cimit=1",
			want: []want{inQuery("limit", openapi.CodeDuplicateParameter, parameters+"Limit")},
		},
		{operation: configs, query: "cursor=0", want: []want{inQuery("cursor", openapi.CodeMinimum, schemas+"WebhookConfigID/minimum")}},
		{
			operation: configs, query: "cursor=" + deliveryID,
			want: []want{inQuery("cursor", openapi.CodeType, schemas+"WebhookConfigID/type")},
		},
		{operation: logs, query: "cursor=12", want: []want{inQuery("cursor", openapi.CodeFormat, schemas+"DeliveryID/format")}},
		{operation: logs, query: "state=failed", want: []want{inQuery("state", openapi.CodeEnum, schemas+"DeliveryState/enum", "FAILED")}},
		{operation: logs, query: "state=", want: []want{inQuery("state", openapi.CodeEnum, schemas+"DeliveryState/enum")}},
		{operation: logs, query: "webhookId=x", want: []want{inQuery("webhookId", openapi.CodeType, schemas+"WebhookConfigID/type")}},
		{operation: logs, query: "syncId=", want: []want{inQuery("syncId", openapi.CodeMinLength, schemas+"SyncID/minLength")}},
		{
			operation: logs, query: "syncId=" + text(256),
			want: []want{inQuery("syncId", openapi.CodeMaxLength, schemas+"SyncID/maxLength")},
		},
		{operation: logs, query: "stat=FAILED", want: []want{inQuery("stat", openapi.CodeUnknownParameter, "", "state")}},
		{operation: logs, query: "Limit=1", want: []want{inQuery("Limit", openapi.CodeUnknownParameter, "", "limit")}},
		{
			operation: "streamWebhookEvents", query: "webhookType=SYNC_START",
			want: []want{inQuery("webhookType", openapi.CodeEnum, schemas+"WebhookType/enum", "SYNC_STARTED")},
		},
		{operation: logs, query: "page=2", want: []want{inQuery("page", openapi.CodeUnknownParameter, "")}},
		{operation: logs, query: "=1", want: []want{inQuery("", openapi.CodeUnknownParameter, "")}},
		{operation: logs, query: "%FF=1", want: []want{inQuery("\uFFFD", openapi.CodeUnknownParameter, "")}},
		{operation: logs, query: "a/b=1", want: []want{inQuery("a~1b", openapi.CodeUnknownParameter, "")}},
		{operation: logs, query: "x=1&x=2", want: []want{inQuery("x", openapi.CodeUnknownParameter, "")}},
		{operation: "getWebhookConfig", query: "limit=1", want: []want{inQuery("limit", openapi.CodeUnknownParameter, "")}},
		{
			operation: "createWebhookConfig", query: "dry=1", body: seedBody,
			want: []want{inQuery("dry", openapi.CodeUnknownParameter, "")},
		},
		{operation: logs, query: "syncId=%FF&page=1&limit=0&stat=x&limit=1&state=X", want: []want{
			inQuery("syncId", openapi.CodeInvalidUTF8, parameters+"SyncIDFilter"),
			inQuery("page", openapi.CodeUnknownParameter, ""),
			inQuery("limit", openapi.CodeDuplicateParameter, parameters+"Limit"),
			inQuery("stat", openapi.CodeUnknownParameter, "", "state"),
			inQuery("state", openapi.CodeEnum, schemas+"DeliveryState/enum"),
		}},
	}
	for _, query := range []string{"limit=%", "limit=%4", "limit=%zz", "%=1", "limit=1;cursor=2", ";", "limit=1&a;b=1"} {
		cases = append(cases, requestCase{
			operation: configs, query: query, want: []want{{in: openapi.InQuery, code: openapi.CodeInvalidQuery}},
		})
	}
	for _, moment := range []string{
		"2026-05-15", "2026-05-15T00:00:00", "2026-05-15t00:00:00Z", "2026-05-15T00:00:00z", "2026-05-15 00:00:00Z",
		"2026-05-15T00:00:00,5Z", "2026-05-15T00:00Z", "2026-05-15T24:00:00Z", "2026-06-30T23:59:60Z", "2026-02-30T00:00:00Z",
		"2026-05-15T00:00:00+2:00", "2026-05-15T00:00:00+02:00", "2026-05-15T00:00:00%2B24:00", "26-05-15T00:00:00Z", "now", "",
		"1778869022", "2026-05-15T0:00:00Z", "2026-05-15T00:00:00.Z",
	} {
		cases = append(cases,
			requestCase{operation: logs, query: "fromDate=" + moment, want: []want{
				inQuery("fromDate", openapi.CodeFormat, parameters+"FromDate/schema/format"),
			}},
			requestCase{operation: logs, query: "toDate=" + moment, want: []want{
				inQuery("toDate", openapi.CodeFormat, parameters+"ToDate/schema/format"),
			}})
	}
	for i := range cases {
		cases[i].name = cases[i].operation + "?" + cases[i].query
	}
	return cases
}
