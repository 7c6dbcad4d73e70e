package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/webhook"
)

// placesOfAField are what a new field of a config touches. CONTRIBUTING.md has
// the same list.
const placesOfAField = `A field of a config lives in:
	openapi.yaml                        create, update and the config itself; then make generate
	internal/webhook/config.go          the domain's Config, with the rules of the field
	internal/webhook/patch.go           Patch and Apply
	internal/api/config_create.go       from the request
	internal/api/config_update.go       patchFrom
	internal/api/render.go              configBody, unless no answer shows the field
	internal/store/migrations/*/        a migration for each database
	internal/store/{sqlite,postgres}/configs.go
	internal/store/idempotency.go       answeredConfig, and a golden file
	internal/store/storetest/configs.go
	internal/cli/config_fields.go       a flag
	this test                           two samples`

// samples has two values for each field that a request can set: the first one
// is created, the second one is updated to. They are not what a field has by
// itself.
var samples = map[string][2]string{
	"webhook_type":     {`"INTEGRATION"`, `"DATA_MODEL_CHANGES"`},
	"integration_type": {`"STRIPE"`, `"XERO"`},
	"name":             {`"first"`, `"second"`},
	"url":              {`"https://first.example/"`, `"https://second.example/"`},
	"topics":           {`["a.b"]`, `["c.d","e.*"]`},
	"state":            {`"DISABLED"`, `"ENABLED"`},
	"signing_key":      {`"first-key-of-the-test"`, `"second-key-of-the-test"`},
	"headers":          {`[{"name":"A","value":"b"}]`, `[{"name":"C","value":"d"}]`},
}

// fieldsOf are the JSON names of a generated type's fields. Every one must have
// samples.
func fieldsOf[T any](t *testing.T) []string {
	t.Helper()
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		_, known := samples[name]
		require.True(t, known, "%T has the new field %q. %s", *new(T), name, placesOfAField)
		names = append(names, name)
	}
	return names
}

// TestNoFieldIsLost sets every field that the generated requests have, and reads
// it back from the database.
func TestNoFieldIsLost(t *testing.T) {
	created, updated := fieldsOf[gen.CreateWebhookConfigRequest](t), fieldsOf[gen.UpdateWebhookConfigRequest](t)
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			s := newService(t, func(c *app.Config) { c.Database = database })
			store, err := app.OpenStore(t.Context(), s.config)
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, store.Close()) })
			body := make([]string, len(created))
			for i, field := range created {
				body[i] = fmt.Sprintf("%q:%s", field, samples[field][0])
			}
			got := s.do(create("{" + strings.Join(body, ",") + "}"))
			require.Equal(t, http.StatusCreated, got.status, "%s", got.body)
			for _, field := range created {
				assertStored(t, s, store, field, samples[field][0])
			}
			for _, field := range updated {
				got := s.do(update(1, fmt.Sprintf("{%q:%s}", field, samples[field][1])))
				require.Equal(t, http.StatusOK, got.status, "%s", got.body)
				assertStored(t, s, store, field, samples[field][1])
			}
		})
	}
}

// assertStored reads the field from an answer, or from the store if no answer
// shows it.
func assertStored(t *testing.T, s *service, store app.Store, field, want string) {
	t.Helper()
	if field == "signing_key" {
		config, err := store.Config(t.Context(), 1, 1)
		require.NoError(t, err)
		var key string
		require.NoError(t, json.Unmarshal([]byte(want), &key))
		assert.Equal(t, webhook.Secret(key), config.SigningKey, "the field %q was lost. %s", field, placesOfAField)
		return
	}
	config := s.do(call{operation: "getWebhookConfig", method: http.MethodGet, path: configs + "/1"}).config(t)
	got, err := json.Marshal(config[field])
	require.NoError(t, err)
	assert.JSONEq(t, want, string(got), "the field %q was lost. %s", field, placesOfAField)
}
