package console

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// deliveriesPage is a page of deliveries, with the form that selects them.
type deliveriesPage struct {
	Form       url.Values
	States     []webhook.DeliveryState
	Deliveries []webhook.Delivery
	Count      int64
	NextURL    string // empty on the last page
}

var deliveryStates = []webhook.DeliveryState{
	webhook.DeliveryPending, webhook.DeliveryProcessing, webhook.DeliveryDelivered, webhook.DeliveryFailed,
}

func (c *Console) deliveries(w http.ResponseWriter, r *http.Request, v visitor) error {
	form := r.URL.Query()
	filter, err := filterFrom(form)
	if err != nil {
		return err
	}
	list, err := c.store.Deliveries(r.Context(), v.Organisation, filter)
	if err != nil {
		return err
	}
	page := deliveriesPage{Form: form, States: deliveryStates, Deliveries: list.Deliveries, Count: list.Count}
	if !list.Next.IsZero() {
		form.Set("cursor", list.Next.String())
		page.NextURL = Path + "deliveries?" + form.Encode()
	}
	return c.render(w, http.StatusOK, "deliveries", layout{Title: "Deliveries", Section: "deliveries", Visitor: v, Page: page})
}

// filterFrom reads the form. Fields that are empty select nothing.
func filterFrom(form url.Values) (filter webhook.DeliveryFilter, err error) {
	filter.State, filter.SyncID = webhook.DeliveryState(form.Get("state")), form.Get("sync")
	if text := form.Get("webhook"); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return filter, invalid("The id of a webhook is a whole number.")
		}
		filter.WebhookID = &id
	}
	if text := form.Get("cursor"); text != "" {
		if filter.Cursor, err = webhook.ParseID(text); err != nil {
			return filter, invalid("The page that the address names does not exist.")
		}
	}
	if filter.From, err = momentFrom(form.Get("from")); err != nil {
		return filter, err
	}
	filter.To, err = momentFrom(form.Get("to"))
	return filter, err
}

// momentLayouts are what browsers send for a moment, and what people paste.
var momentLayouts = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02", time.RFC3339}

// momentFrom reads a moment in UTC, nil for the empty text.
func momentFrom(text string) (*time.Time, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no bound
	}
	for _, form := range momentLayouts {
		if moment, err := time.Parse(form, text); err == nil {
			return &moment, nil
		}
	}
	return nil, invalid("A moment looks like 2026-05-15T18:17, in UTC.")
}

func invalid(message string) error {
	return &webhook.Error{Code: webhook.CodeInvalid, Message: message}
}

func (c *Console) delivery(w http.ResponseWriter, r *http.Request, v visitor) error {
	id, err := deliveryID(r)
	if err != nil {
		return err
	}
	detail, err := c.store.Delivery(r.Context(), v.Organisation, id)
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "delivery", layout{Title: "Delivery", Section: "deliveries", Visitor: v, Page: detail})
}

func deliveryID(r *http.Request) (webhook.ID, error) {
	id, err := webhook.ParseID(r.PathValue("id"))
	if err != nil {
		return webhook.ID{}, &webhook.Error{Code: webhook.CodeNotFound, Message: "There is no delivery with this id."}
	}
	return id, nil
}

// seeDelivery leads to the page of a delivery.
func seeDelivery(w http.ResponseWriter, r *http.Request, id webhook.ID) {
	http.Redirect(w, r, Path+"deliveries/"+id.String(), http.StatusSeeOther) //nolint:gosec // an id is hexadecimal digits
}

// retry queues one more attempt, and shows the delivery again.
func (c *Console) retry(w http.ResponseWriter, r *http.Request, v visitor) error {
	id, err := deliveryID(r)
	if err != nil {
		return err
	}
	if err := c.store.RetryDelivery(r.Context(), v.Organisation, id); err != nil {
		return err
	}
	seeDelivery(w, r, id)
	return nil
}
