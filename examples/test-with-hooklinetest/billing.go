// Package billing is an integration that wants to hear of invoices; its test
// shows how hooklinetest puts the real service beside it.
package billing

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/receiver"
)

// Billing counts the invoices of which it has heard.
type Billing struct {
	mu       sync.Mutex
	invoices map[int64]bool
}

// Subscribe asks for the events, which come to url signed with the secret.
func Subscribe(ctx context.Context, c *client.Client, url, secret string) error {
	_, err := c.WebhookConfigs.Create(ctx, client.CreateWebhookConfigRequest{
		WebhookType: client.WebhookTypeDataModelChanges, Name: "billing", URL: url,
		Topics: &[]string{"invoice.*"}, SigningKey: &secret,
	})
	if err != nil {
		return fmt.Errorf("subscribe to invoices: %w", err)
	}
	return nil
}

// Handler returns the endpoint for the events.
func (b *Billing) Handler(secret string) (http.Handler, error) {
	return receiver.NewHandler([]string{secret}, b.handle)
}

func (b *Billing) handle(_ context.Context, delivery receiver.Delivery) error {
	var invoice struct {
		ID int64 `json:"invoice_id"`
	}
	if err := json.Unmarshal(delivery.Payload, &invoice); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.invoices == nil {
		b.invoices = map[int64]bool{}
	}
	b.invoices[invoice.ID] = true
	return nil
}

// Invoices returns how many there are. An invoice that comes twice counts once.
func (b *Billing) Invoices() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.invoices)
}
