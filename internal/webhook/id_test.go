package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

func TestIDText(t *testing.T) {
	for range 100 {
		want := uuid.New()
		id, err := webhook.ParseID(want.String())
		require.NoError(t, err)
		require.Equal(t, webhook.ID(want), id)
		require.Equal(t, want.String(), id.String())
		upper, err := webhook.ParseID(strings.ToUpper(want.String()))
		require.NoError(t, err)
		require.Equal(t, id, upper)
		encoded, err := json.Marshal(id)
		require.NoError(t, err)
		var decoded, scanned webhook.ID
		require.NoError(t, json.Unmarshal(encoded, &decoded))
		require.Equal(t, id, decoded)
		value, err := id.Value()
		require.NoError(t, err)
		require.NoError(t, scanned.Scan(value))
		require.Equal(t, id, scanned)
	}
}

func TestIDRefuses(t *testing.T) {
	good := uuid.NewString()
	for _, text := range []string{
		"", "submitted", good[1:], good + "0", strings.ReplaceAll(good, "-", "0"), "g" + good[1:], "{" + good[2:] + "}",
		strings.Replace(good, "-", "\u00ad", 1),
	} {
		_, err := webhook.ParseID(text)
		require.Equal(t, webhook.CodeInvalid, webhook.CodeOf(err), "%q", text)
		require.NotContains(t, err.Error(), "submitted")
	}
	var id webhook.ID
	require.Error(t, id.Scan(nil))
	require.True(t, id.IsZero())
	require.False(t, webhook.ID{15: 1}.IsZero())
}
