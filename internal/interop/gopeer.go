package interop

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// goPeer is the library for Go, which needs no other process.
type goPeer struct{}

func (goPeer) webhook(secret string) (*standardwebhooks.Webhook, error) {
	if strings.HasPrefix(secret, "whsec_") {
		return standardwebhooks.NewWebhook(secret)
	}
	return standardwebhooks.NewWebhookRaw([]byte(secret))
}

func (p goPeer) Verify(secret string, header http.Header, payload []byte) error {
	webhook, err := p.webhook(secret)
	if err != nil {
		return err
	}
	err = webhook.Verify(payload, header)
	refusals := []error{
		standardwebhooks.ErrRequiredHeaders, standardwebhooks.ErrInvalidHeaders, standardwebhooks.ErrNoMatchingSignature,
		standardwebhooks.ErrMessageTooOld, standardwebhooks.ErrMessageTooNew,
	}
	if slices.ContainsFunc(refusals, func(refusal error) bool { return errors.Is(err, refusal) }) {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

func (p goPeer) Sign(secret, id string, timestamp time.Time, payload []byte) (string, error) {
	webhook, err := p.webhook(secret)
	if err != nil {
		return "", err
	}
	return webhook.Sign(id, timestamp, payload)
}
