package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/internal/app"
)

// requestTimeout is far beyond what a working service needs.
const requestTimeout = 30 * time.Second

// publisher publishes events over HTTP.
type publisher struct {
	api     *gen.ClientWithResponses
	payload string
	// topic is of this benchmark's events alone, as the database may have seen
	// others.
	topic   string
	configs []int64
}

func newPublisher(url, payload string, connections int) *publisher {
	client := &http.Client{
		Timeout:   requestTimeout,
		Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections},
	}
	api, _ := gen.NewClientWithResponses(url+"/v4", gen.WithHTTPClient(client), gen.WithRequestEditorFn(authenticate)) // no option fails
	return &publisher{api: api, payload: payload, topic: "bench." + rand.Text()}
}

func authenticate(_ context.Context, r *http.Request) error {
	r.Header.Set("api_key", app.DevKey)
	return nil
}

// Events that are measured, and those for the endpoint that never answers.
const (
	measured = gen.WebhookTypeDataModelChanges
	ignored  = gen.WebhookTypeSyncStarted
)

// fillBacklog publishes events for an endpoint that never answers.
func (p *publisher) fillBacklog(ctx context.Context, url string, size int) error {
	if size == 0 {
		return nil
	}
	if err := p.createConfig(ctx, ignored, url); err != nil {
		return err
	}
	for range size {
		if _, err := p.send(ctx, ignored); err != nil {
			return err
		}
	}
	return nil
}

// createConfig subscribes a receiver.
func (p *publisher) createConfig(ctx context.Context, events gen.WebhookType, url string) error {
	response, err := p.api.CreateWebhookConfigWithResponse(ctx, nil, gen.CreateWebhookConfigRequest{
		WebhookType: events, Topics: &[]string{p.topic}, Name: "bench", URL: url, SigningKey: new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
	})
	if err != nil {
		return fmt.Errorf("create a config: %w", err)
	}
	if response.JSON201 == nil {
		return fmt.Errorf("create a config: the service answered %d", response.StatusCode())
	}
	p.configs = append(p.configs, response.JSON201.Data.Data.RootfiID)
	return nil
}

// deleteConfigs leaves nothing behind that would be delivered to.
func (p *publisher) deleteConfigs(ctx context.Context) error {
	for _, id := range p.configs {
		response, err := p.api.DeleteWebhookConfigWithResponse(ctx, id)
		if err != nil {
			return fmt.Errorf("delete the benchmark's config: %w", err)
		}
		if response.StatusCode() != http.StatusNoContent {
			return fmt.Errorf("delete the benchmark's config: the service answered %d", response.StatusCode())
		}
	}
	return nil
}

// publish publishes until the duration is over. The first failure ends it.
func (p *publisher) publish(ctx context.Context, o *Options, ledger *ledger) error {
	ctx, cancel := context.WithTimeoutCause(ctx, o.Duration, errOver)
	defer cancel()
	limit := rate.Inf
	if o.Rate > 0 {
		limit = rate.Limit(o.Rate)
	}
	limiter := rate.NewLimiter(limit, 1)
	failures := make(chan error, o.Publishers)
	var group sync.WaitGroup
	for range o.Publishers {
		group.Go(func() {
			for limiter.Wait(ctx) == nil {
				if err := p.publishOne(context.WithoutCancel(ctx), ledger); err != nil {
					failures <- err
					cancel()
					return
				}
			}
		})
	}
	group.Wait()
	close(failures)
	return <-failures // nil if there is none
}

var errOver = errors.New("the benchmark is over")

// publishOne publishes one event. It is acknowledged or failed, whatever the
// time.
func (p *publisher) publishOne(ctx context.Context, ledger *ledger) error {
	began := time.Now()
	id, err := p.send(ctx, measured)
	if err != nil {
		return err
	}
	ledger.acknowledged(id, began, time.Now())
	return nil
}

// send publishes an event and returns its id.
func (p *publisher) send(ctx context.Context, events gen.WebhookType) (id string, err error) {
	response, err := p.api.PublishWebhookEventWithResponse(ctx, nil, gen.PublishWebhookEventRequest{
		WebhookType: events, Topic: &p.topic, Payload: []byte(p.payload),
	})
	if err != nil {
		return "", fmt.Errorf("publish an event: %w", err)
	}
	if response.JSON202 == nil {
		return "", fmt.Errorf("publish an event: the service answered %d", response.StatusCode())
	}
	return response.JSON202.Data.Event.ID.String(), nil
}
