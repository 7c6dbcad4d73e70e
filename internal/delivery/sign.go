package delivery

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// sign returns the value of webhook-signature as Standard Webhooks has it: one
// signature for each key, separated by spaces.
func sign(keys []webhook.Secret, id string, at time.Time, payload []byte) (string, error) {
	signatures := make([]string, len(keys))
	for i, key := range keys {
		secret := []byte(key.Reveal())
		if encoded, ok := strings.CutPrefix(key.Reveal(), "whsec_"); ok {
			var err error
			if secret, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "=")); err != nil {
				return "", err
			}
		}
		mac := hmac.New(sha256.New, secret)
		_, _ = fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
		mac.Write(payload)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " "), nil
}
