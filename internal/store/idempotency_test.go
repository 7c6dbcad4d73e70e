package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// plain is a cipher that hides nothing, to see what is sealed.
type plain struct{}

func (plain) Seal(plaintext, _ []byte) ([]byte, error) { return plaintext, nil }
func (plain) Open(sealed, _ []byte) ([]byte, error)    { return sealed, nil }

// key is an idempotency key with the hash of the golden files.
var key = webhook.Idempotency{Key: "key", Operation: "operation", Hash: [32]byte{1, 2, 3}}

// golden returns what an earlier version stored.
func golden(t *testing.T, name string) []byte {
	t.Helper()
	stored, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return stored
}

// TestStoredConfigAnswer holds the format of rows that live across an upgrade:
// what is written is what the golden file has, which can be read.
func TestStoredConfigAnswer(t *testing.T) {
	at := time.Date(2026, 5, 15, 18, 17, 2, 52_123_000, time.UTC)
	config := webhook.Config{
		ID: 12, OrganisationID: 1, CreatedAt: at, UpdatedAt: at.Add(time.Second),
		Type: webhook.TypeIntegration, IntegrationType: "XERO", Name: "Näme", URL: "https://example.com/?a=1&b=2",
		State: webhook.StateEnabled, Topics: []string{"invoice.create"}, Headers: []webhook.Header{{Name: "X-A", Value: "secret"}},
		SigningKey: "key", SignatureHeader: "X-RootFi-Signature", Health: webhook.Health{ConsecutiveFailures: 1, FailingSince: &at},
	}
	sealed, err := store.SealConfigAnswer(plain{}, 1, key, &config)
	require.NoError(t, err)
	require.JSONEq(t, string(golden(t, "config_answer.json")), string(sealed))
	opened, err := store.OpenConfigAnswer(plain{}, 1, key, golden(t, "config_answer.json"))
	require.NoError(t, err)
	config.SigningKey, config.Health = "", webhook.Health{}
	require.Equal(t, config, opened)

	first, err := store.OpenConfigAnswer(plain{}, 1, key, golden(t, "config_answer_first.json"))
	require.NoError(t, err)
	require.Equal(t, config, first, "as the first version stored it")
}

func TestStoredPublicationAnswer(t *testing.T) {
	id, err := webhook.ParseID("0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b10")
	require.NoError(t, err)
	want := webhook.Publication{EventID: id, Deliveries: 3}
	sealed, err := store.SealPublicationAnswer(plain{}, 1, key, want)
	require.NoError(t, err)
	require.JSONEq(t, string(golden(t, "publication_answer.json")), string(sealed))
	opened, err := store.OpenPublicationAnswer(plain{}, 1, key, golden(t, "publication_answer.json"))
	require.NoError(t, err)
	require.Equal(t, want, opened)
}
