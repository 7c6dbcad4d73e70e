package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/store/sqlite"
	"github.com/hookline-go/hookline/internal/webhook"
)

func BenchmarkOpen(b *testing.B) {
	keys, path := benchKeyring(b), filepath.Join(b.TempDir(), "hookline.db")
	benchOpen(b, path, keys)
	for b.Loop() {
		benchOpen(b, path, keys)
	}
}

func BenchmarkOpenNew(b *testing.B) {
	keys := benchKeyring(b)
	for b.Loop() {
		b.StopTimer()
		path := filepath.Join(b.TempDir(), "hookline.db")
		b.StartTimer()
		benchOpen(b, path, keys)
	}
}

func BenchmarkOpenInMemory(b *testing.B) {
	keys := benchKeyring(b)
	for b.Loop() {
		benchOpen(b, sqlite.InMemory, keys)
	}
}

func BenchmarkKeyByHash(b *testing.B) {
	s, hash := benchStore(b)
	for b.Loop() {
		if _, err := s.KeyByHash(context.Background(), hash); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCreateConfig(b *testing.B) {
	s, _ := benchStore(b)
	for b.Loop() {
		benchCreate(b, s)
	}
}

func BenchmarkConfig(b *testing.B) {
	s, _ := benchStore(b)
	id := benchCreate(b, s)
	for b.Loop() {
		if _, err := s.Config(context.Background(), 1, id); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkConfigs(b *testing.B) {
	s, _ := benchStore(b)
	for range webhook.MaxPageLimit {
		benchCreate(b, s)
	}
	for b.Loop() {
		if _, err := s.Configs(context.Background(), 1, webhook.ConfigFilter{}); err != nil {
			b.Fatal(err)
		}
	}
}

func benchKeyring(b *testing.B) *keyring.Keyring {
	b.Helper()
	keys, err := keyring.New()
	if err != nil {
		b.Fatal(err)
	}
	return keys
}

func benchOpen(b *testing.B, path string, keys *keyring.Keyring) {
	b.Helper()
	s, err := sqlite.Open(context.Background(), path, keys)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

func benchStore(b *testing.B) (*sqlite.Store, webhook.KeyHash) {
	b.Helper()
	s, err := sqlite.Open(context.Background(), filepath.Join(b.TempDir(), "hookline.db"), benchKeyring(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	hash := webhook.HashKey(webhook.GenerateKey())
	if _, err := s.CreateKey(context.Background(), webhook.Key{OrganisationID: 1}, hash); err != nil {
		b.Fatal(err)
	}
	return s, hash
}

func benchCreate(b *testing.B, s *sqlite.Store) int64 {
	b.Helper()
	c, err := s.CreateConfig(context.Background(), webhook.Config{
		OrganisationID: 1, Type: "CONNECTION_CHANGED", Name: "Connection webhook",
		URL: "https://example.com/webhooks/rootfi", SigningKey: "signing key",
		Headers: []webhook.Header{{Name: "Authorization", Value: "Bearer secret"}},
	}, webhook.Idempotency{})
	if err != nil {
		b.Fatal(err)
	}
	return c.ID
}
