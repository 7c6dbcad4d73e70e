// Package console is the web pages for people: what is failing, webhooks,
// deliveries and their attempts. They are HTML forms and links, rendered by the
// server, without scripts. Whatever users and receivers have sent is shown as
// text.
package console

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Path is where the pages are, all below it.
const Path = "/console/"

// Store is what the pages show and change: the same that the API's operations
// work on.
type Store interface {
	// Config returns one config.
	Config(ctx context.Context, organisationID, id int64) (webhook.Config, error)
	// Configs returns a page of configs, newest first.
	Configs(ctx context.Context, organisationID int64, filter webhook.ConfigFilter) (webhook.ConfigPage, error)
	// UpdateConfig changes a config in one transaction.
	UpdateConfig(ctx context.Context, organisationID, id int64, change func(*webhook.Config) error) (webhook.Config, error)
	// Deliveries returns a page of delivery logs, newest first.
	Deliveries(ctx context.Context, organisationID int64, filter webhook.DeliveryFilter) (webhook.DeliveryPage, error)
	// Delivery returns one delivery with its payload and attempts.
	Delivery(ctx context.Context, organisationID int64, id webhook.ID) (webhook.DeliveryDetail, error)
	// DeliverTo stores an event and its delivery to one enabled config.
	DeliverTo(ctx context.Context, configID int64, event webhook.Event) (deliveryID webhook.ID, err error)
	// RetryDelivery queues one more attempt now.
	RetryDelivery(ctx context.Context, organisationID int64, id webhook.ID) error
	// KeyByHash returns the valid key with that hash.
	KeyByHash(ctx context.Context, hash webhook.KeyHash) (webhook.Key, error)
}

// Options say how the console runs.
type Options struct {
	// DevKey signs visitors in by itself, as in the development mode. Empty asks
	// for a key. RefusedKey is a key that signs nobody in, whatever the store
	// says.
	DevKey, RefusedKey webhook.Secret
	// Logger takes errors that visitors do not see.
	Logger *slog.Logger
	// Now is the clock.
	Now func() time.Time
}

//go:embed templates
var files embed.FS

//go:embed style.css
var style []byte

// Console serves the pages. It is safe for concurrent use.
type Console struct {
	store    Store
	options  Options
	sessions *sessions
	attempts *attempts
	pages    map[string]*template.Template
	handler  http.Handler
}

// New returns the pages of a store.
func New(store Store, options Options) (*Console, error) {
	c := &Console{
		store: store, options: options, sessions: newSessions(options.Now),
		attempts: &attempts{addresses: map[string]*rate.Limiter{}}, pages: map[string]*template.Template{},
	}
	for _, name := range []string{"sign-in", "webhooks", "webhook", "deliveries", "delivery", "problem"} {
		page, err := template.New("").Funcs(functions(options.Now)).ParseFS(files, "templates/layout.html", "templates/"+name+".html")
		if err != nil {
			return nil, err
		}
		c.pages[name] = page
	}
	c.handler = http.NewCrossOriginProtection().Handler(c.routes())
	return c, nil
}

// routes are the pages and their forms.
func (c *Console) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"style.css", serveStyle)
	mux.HandleFunc("GET "+Path+"sign-in", c.askForKey)
	mux.HandleFunc("POST "+Path+"sign-in", c.signIn)
	mux.HandleFunc("POST "+Path+"sign-out", c.signOut)
	for pattern, page := range map[string]func(http.ResponseWriter, *http.Request, visitor) error{
		"GET " + Path + "{$}":                    c.home,
		"GET " + Path + "webhooks":               c.webhooks,
		"GET " + Path + "webhooks/{id}":          c.webhook,
		"POST " + Path + "webhooks/{id}/test":    c.test,
		"POST " + Path + "webhooks/{id}/enable":  c.enable,
		"POST " + Path + "webhooks/{id}/disable": c.disable,
		"GET " + Path + "deliveries":             c.deliveries,
		"GET " + Path + "deliveries/{id}":        c.delivery,
		"POST " + Path + "deliveries/{id}/retry": c.retry,
		Path:                                     c.nothing,
	} {
		mux.HandleFunc(pattern, c.signedIn(page))
	}
	return mux
}

// policy lets a page load its style sheet and send its forms, and nothing else.
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// maxForm is the largest form in bytes.
const maxForm = 64 << 10

// ServeHTTP implements http.Handler.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	c.handler.ServeHTTP(w, r)
}

func serveStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(style) // a visitor who is gone needs no answer
}

// home leads to what people look for first.
func (c *Console) home(w http.ResponseWriter, r *http.Request, _ visitor) error {
	http.Redirect(w, r, Path+"webhooks", http.StatusSeeOther)
	return nil
}

// nothing is for paths that are not there.
func (c *Console) nothing(http.ResponseWriter, *http.Request, visitor) error {
	return &webhook.Error{Code: webhook.CodeNotFound, Message: "There is no such page."}
}

// layout is what every page shows around its own.
type layout struct {
	Title   string
	Section string // of the navigation, empty for none
	Visitor visitor
	Page    any
}

// render writes a page whole, or none of it.
func (c *Console) render(w http.ResponseWriter, status int, name string, page layout) error {
	var body bytes.Buffer
	if err := c.pages[name].ExecuteTemplate(&body, "layout", page); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // likewise
	return nil
}

// statuses are those of the errors that visitors are told.
var statuses = map[webhook.Code]int{
	webhook.CodeNotFound:        http.StatusNotFound,
	webhook.CodeInvalid:         http.StatusBadRequest,
	webhook.CodeConflict:        http.StatusConflict,
	webhook.CodeConfigDisabled:  http.StatusConflict,
	webhook.CodeConfigDeleted:   http.StatusConflict,
	webhook.CodeAttemptUnderWay: http.StatusConflict,
}

// fail shows an error. One whose text is not for visitors is logged.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, v visitor, err error) {
	status, message := http.StatusInternalServerError, "Something broke on the server."
	failure, coded := errors.AsType[*webhook.Error](err)
	known := 0
	if coded {
		known = statuses[failure.Code]
	}
	switch {
	case known != 0:
		status, message = known, failure.Message
	case coded && failure.Code == webhook.CodeUnavailable:
		status, message = http.StatusServiceUnavailable, "The database cannot serve the page now. Try again later."
		fallthrough
	default:
		c.options.Logger.ErrorContext(r.Context(), "a page of the console failed", slog.Any("error", err))
	}
	page := layout{Title: http.StatusText(status), Visitor: v, Page: message}
	if err := c.render(w, status, "problem", page); err != nil {
		c.options.Logger.ErrorContext(r.Context(), "a page of the console failed", slog.Any("error", err))
		w.WriteHeader(http.StatusInternalServerError)
	}
}
