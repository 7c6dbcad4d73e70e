package webhook_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

const hidden = "hunter2"

// holders returns the types that carry a secret, each carrying the hidden one.
func holders() map[string]any {
	header := webhook.Header{Name: "Authorization", Value: hidden}
	config := webhook.Config{SigningKey: hidden, Headers: []webhook.Header{header}}
	patch := webhook.Patch{
		SigningKey: webhook.Set(webhook.Secret(hidden)),
		Headers:    webhook.Set([]webhook.Header{header}),
	}
	return map[string]any{
		"secret": webhook.Secret(hidden), "header": header,
		"config": config, "config pointer": &config, "configs": []webhook.Config{config},
		"patch": patch, "patch pointer": &patch,
		"map": map[string]webhook.Secret{"key": hidden},
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	for name, holder := range holders() {
		t.Run(name, func(t *testing.T) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%10v", "%T %[1]v"} {
				printed := fmt.Sprintf(verb, holder)
				assert.NotContains(t, printed, hidden, verb)
				assert.NotContains(t, printed, fmt.Sprintf("%x", hidden), verb)
				assert.NotContains(t, printed, fmt.Sprintf("%X", hidden), verb)
			}
			assert.NotContains(t, fmt.Sprintln(holder), hidden)
			assert.NotContains(t, fmt.Errorf("wrapped: %v", holder).Error(), hidden)
		})
	}
}

func TestSecretIsNeverLogged(t *testing.T) {
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		for name, holder := range holders() {
			slog.New(handler).Info("logged", slog.Any(name, holder))
		}
	}
	require.NotEmpty(t, log.String())
	assert.NotContains(t, log.String(), hidden)
}

func TestSecretIsNeverEncoded(t *testing.T) {
	for name, holder := range holders() {
		encoded, err := json.Marshal(holder)
		require.NoError(t, err, name)
		assert.NotContains(t, string(encoded), hidden, name)
	}
	encoded, err := json.Marshal(webhook.Secret(hidden))
	require.NoError(t, err)
	assert.Equal(t, `"`+webhook.Redacted+`"`, string(encoded))
	encoded, err = xml.Marshal(webhook.Header{Name: "a", Value: hidden})
	require.NoError(t, err)
	assert.NotContains(t, string(encoded), hidden)
}

func TestSecretReveals(t *testing.T) {
	assert.Equal(t, hidden, webhook.Secret(hidden).Reveal())
	assert.Equal(t, webhook.Redacted, webhook.Secret(hidden).String())
	assert.Equal(t, webhook.Redacted, webhook.Secret(hidden).GoString())
}

func TestErrors(t *testing.T) {
	cause := errors.New("disk full")
	err := fmt.Errorf("create: %w", &webhook.Error{Code: webhook.CodeUnavailable, Message: "the database is busy", Err: cause})
	assert.Equal(t, "create: the database is busy: disk full", err.Error())
	assert.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(err))
	require.ErrorIs(t, err, cause)
	require.ErrorIs(t, err, &webhook.Error{Code: webhook.CodeUnavailable})
	require.NotErrorIs(t, err, &webhook.Error{Code: webhook.CodeNotFound})
	assert.Equal(t, webhook.CodeInternal, webhook.CodeOf(cause))
	assert.Empty(t, webhook.CodeOf(nil))
	assert.Equal(t, "gone", (&webhook.Error{Message: "gone"}).Error())
}
