package console

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/hookline-go/hookline/internal/webhook"
)

// webhooksPage is the list of configs, with those that need somebody first.
type webhooksPage struct {
	Heading string
	Needing []webhook.Config
	All     []webhook.Config
	Next    *int64
}

func (c *Console) webhooks(w http.ResponseWriter, r *http.Request, v visitor) error {
	filter := webhook.ConfigFilter{Limit: webhook.MaxPageLimit}
	if cursor, err := strconv.ParseInt(r.FormValue("cursor"), 10, 64); err == nil {
		filter.Cursor = &cursor
	}
	list, err := c.store.Configs(r.Context(), v.Organisation, filter)
	if err != nil {
		return err
	}
	page := webhooksPage{All: list.Configs, Next: list.Next}
	for i := range list.Configs {
		if conditionOf(&list.Configs[i]) != healthy {
			page.Needing = append(page.Needing, list.Configs[i])
		}
	}
	switch len(page.Needing) {
	case 0:
		page.Heading = "All webhooks are healthy"
	case 1:
		page.Heading = "1 webhook needs you"
	default:
		page.Heading = fmt.Sprintf("%d webhooks need you", len(page.Needing))
	}
	if list.Count == 0 {
		page.Heading = "There are no webhooks yet"
	}
	return c.render(w, http.StatusOK, "webhooks", layout{Title: "Webhooks", Section: "webhooks", Visitor: v, Page: page})
}

// condition is how an endpoint stands, as people say it.
type condition string

const (
	healthy  condition = "healthy"
	failing  condition = "failing"
	disabled condition = "disabled"
)

func conditionOf(config *webhook.Config) condition {
	switch {
	case config.State != webhook.StateEnabled:
		return disabled
	case config.ConsecutiveFailures > 0:
		return failing
	}
	return healthy
}

// webhookPage is one config with its latest deliveries.
type webhookPage struct {
	Config     webhook.Config
	Deliveries []webhook.Delivery
}

// latestDeliveries is how many deliveries the page of a config shows.
const latestDeliveries = 10

func (c *Console) webhook(w http.ResponseWriter, r *http.Request, v visitor) error {
	id, err := configID(r)
	if err != nil {
		return err
	}
	config, err := c.store.Config(r.Context(), v.Organisation, id)
	if err != nil {
		return err
	}
	list, err := c.store.Deliveries(r.Context(), v.Organisation, webhook.DeliveryFilter{Limit: latestDeliveries, WebhookID: &id})
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "webhook", layout{
		Title: config.Name, Section: "webhooks", Visitor: v, Page: webhookPage{config, list.Deliveries},
	})
}

// configID reads the id of a config from the path.
func configID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, &webhook.Error{Code: webhook.CodeNotFound, Message: "There is no webhook config with this id."}
	}
	return id, nil
}

// test sends a test event and shows its delivery.
func (c *Console) test(w http.ResponseWriter, r *http.Request, v visitor) error {
	id, err := configID(r)
	if err != nil {
		return err
	}
	delivery, err := c.store.DeliverTo(r.Context(), id, webhook.TestEvent(v.Organisation, id))
	if err != nil {
		return err
	}
	seeDelivery(w, r, delivery)
	return nil
}

func (c *Console) enable(w http.ResponseWriter, r *http.Request, v visitor) error {
	return c.setState(w, r, v, webhook.StateEnabled)
}

func (c *Console) disable(w http.ResponseWriter, r *http.Request, v visitor) error {
	return c.setState(w, r, v, webhook.StateDisabled)
}

// setState changes a config as the API's update does.
func (c *Console) setState(w http.ResponseWriter, r *http.Request, v visitor, state webhook.State) error {
	id, err := configID(r)
	if err != nil {
		return err
	}
	patch := webhook.Patch{State: &state}
	if _, err := c.store.UpdateConfig(r.Context(), v.Organisation, id, func(config *webhook.Config) error {
		return patch.Apply(config, c.options.Now(), 0)
	}); err != nil {
		return err
	}
	http.Redirect(w, r, fmt.Sprintf("%swebhooks/%d", Path, id), http.StatusSeeOther) //nolint:gosec // an id is a number
	return nil
}
