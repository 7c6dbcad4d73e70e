package api

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/hookline-go/hookline/internal/webhook"
)

// idempotency returns what makes a request safe to repeat; the zero value where
// the caller gave no key. Bodies are the same if they say the same, however
// their JSON is written.
func idempotency(operation string, key *string, body any) (webhook.Idempotency, error) {
	if key == nil {
		return webhook.Idempotency{}, nil
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return webhook.Idempotency{}, fmt.Errorf("hash the request: %w", err)
	}
	return webhook.Idempotency{Key: *key, Operation: operation, Hash: sha256.Sum256(encoded)}, nil
}
