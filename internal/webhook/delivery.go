package webhook

import "time"

// DeliveryState is how far a delivery has come.
type DeliveryState string

// The delivery states of the API.
const (
	// DeliveryPending waits for its first or its next attempt.
	DeliveryPending DeliveryState = "PENDING"
	// DeliveryProcessing has an attempt under way.
	DeliveryProcessing DeliveryState = "PROCESSING"
	// DeliveryDelivered was accepted by the destination.
	DeliveryDelivered DeliveryState = "DELIVERED"
	// DeliveryFailed is given up.
	DeliveryFailed DeliveryState = "FAILED"
)

// Delivery is the log of one event's way to one webhook. It carries copies of
// the config's name and URL, because it outlives the config.
type Delivery struct {
	// ID is assigned by the store.
	ID             ID
	OrganisationID int64
	// WebhookID is the config's id. The config may have been deleted.
	WebhookID   int64
	WebhookName string
	WebhookURL  string
	State       DeliveryState
	// LatestStatusCode is the HTTP status of the latest attempt, nil before
	// the first attempt and if that attempt got no response.
	LatestStatusCode *int
	// AttemptCount is the number of attempts on record.
	AttemptCount int
	EventType    string // "" is null
	Integration  string // "" is null
	SyncID       string // "" is null
	// EventID is that of the event that is delivered.
	EventID ID
	// Retries is how many retries of the schedule there have been.
	Retries int
	// Worker has the attempt of a PROCESSING delivery under way, 0 for others.
	Worker int64
	// FailureReason says why a FAILED delivery was given up, or why one that
	// waits cannot be attempted; "" for others.
	FailureReason string
	// NextAttemptAt is when a PENDING delivery is tried next, at the earliest.
	NextAttemptAt *time.Time
	// CreatedAt and UpdatedAt are UTC with microseconds.
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Attempt is the outcome of one try to deliver.
type Attempt struct {
	ID ID // assigned by the store
	// Number counts from 1 within the delivery; assigned by the store.
	Number  int
	Success bool
	// StatusCode is the HTTP status, nil if there was no response.
	StatusCode *int
	// ErrorMessage says why the attempt failed, "" for none. It is shown in
	// the API: it must hold no secret.
	ErrorMessage string
	// Duration is that of the whole attempt, in microseconds when stored.
	Duration time.Duration
	// ResponseBody is the beginning of the response's body as valid UTF-8, nil
	// if there was no response.
	ResponseBody []byte
	// CreatedAt is when the attempt began, UTC with microseconds.
	CreatedAt time.Time
}

// DeliveryDetail is a delivery with what was sent and every attempt.
type DeliveryDetail struct {
	Delivery
	// Payload is the request body, byte for byte as it was signed.
	Payload []byte
	// Attempts are the latest ones, at most [MaxShownAttempts], in the order of
	// their numbers and never nil. AttemptCount counts all.
	Attempts []Attempt
}

// MaxShownAttempts bounds the attempts in a [DeliveryDetail] (openapi.yaml,
// WebhookLogDetail.attempts). The schedule makes about ten; a person can have
// any number made.
const MaxShownAttempts = 100

// DeliveryFilter selects a page of delivery logs. Zero fields do not filter.
type DeliveryFilter struct {
	// Limit is the page's size; see [PageLimit].
	Limit int
	// Cursor is the delivery id after which, going from new to old, the page
	// starts. The zero id starts with the newest. The delivery need not exist.
	Cursor ID
	State  DeliveryState
	// From and To bound CreatedAt, both inclusive, at the precision that the
	// API shows: a To of 18:17:02.052 includes 18:17:02.052999.
	From      *time.Time
	To        *time.Time
	WebhookID *int64
	SyncID    string
}

// Backlog says which deliveries wait.
type Backlog struct {
	// Due counts those whose time has come, or whose attempt is under way.
	Due int64
	// Next is when the next of the others is due, nil if there is none.
	Next *time.Time
}

// DeliveryPage is a page of delivery logs, newest first.
type DeliveryPage struct {
	// Deliveries is never nil.
	Deliveries []Delivery
	// Count is the total that matches the filter, whatever the cursor.
	Count int64
	// Next is the cursor of the next page, zero on the last one.
	Next ID
}
