package hooklinetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/hookline-go/hookline/client"
)

// publications are the requests to publish that the service has answered, for
// the report of a test that waits for a delivery in vain.
type publications struct {
	mu   sync.Mutex
	list []publication
}

type publication struct {
	request client.PublishWebhookEventRequest
	status  int
	answer  []byte
}

func (p *publications) all() []publication {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.list
}

// record has a request to publish answered, and keeps both.
func (p *publications) record(next http.Handler, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload))
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), r.Body))
	if err != nil {
		next.ServeHTTP(w, r) // it says what is wrong
		return
	}
	copied := &copyingWriter{ResponseWriter: w}
	next.ServeHTTP(copied, r)
	published := publication{status: copied.status, answer: copied.body.Bytes()}
	_ = json.Unmarshal(body, &published.request) // what it cannot read is left out
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, published)
}

// copyingWriter keeps an answer that it passes on.
type copyingWriter struct {
	http.ResponseWriter

	status int
	body   bytes.Buffer
}

func (w *copyingWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *copyingWriter) Write(data []byte) (int, error) {
	w.body.Write(data)
	return w.ResponseWriter.Write(data)
}

// String is one line: what was published, and how many configs it matched.
func (p *publication) String() string {
	var text strings.Builder
	text.WriteString("published " + string(p.request.WebhookType))
	if p.request.IntegrationType != nil {
		text.WriteString(" of " + string(*p.request.IntegrationType))
	}
	if p.request.Topic != nil {
		text.WriteString(", topic " + *p.request.Topic)
	}
	var answer struct {
		Data struct{ Event client.WebhookEvent }
	}
	if p.status != http.StatusAccepted || json.Unmarshal(p.answer, &answer) != nil {
		fmt.Fprintf(&text, ": refused with %d", p.status)
		return text.String()
	}
	matched := "1 config matched"
	if answer.Data.Event.Deliveries != 1 {
		matched = fmt.Sprintf("%d configs matched", answer.Data.Event.Deliveries)
	}
	return text.String() + ": " + matched
}

// reportTimeout is how long a report may take to look at the service.
const reportTimeout = 5 * time.Second

// report says why nothing may have arrived: what was published, and how the
// deliveries to a URL stand.
func (s *Server) report(url string) string {
	var text strings.Builder
	published := s.published.all()
	if len(published) == 0 {
		text.WriteString("\n\tnothing was published")
	}
	for i := range published {
		text.WriteString("\n\t" + published[i].String())
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.tb.Context()), reportTimeout)
	defer cancel()
	c := s.Client(client.WithMaxRetries(0))
	if err := reportConfigs(ctx, c, url, &text); err != nil {
		fmt.Fprintf(&text, "\n\tthe configs cannot be read: %v", err)
	}
	if err := reportDeliveries(ctx, c, url, &text); err != nil {
		fmt.Fprintf(&text, "\n\tthe deliveries cannot be read: %v", err)
	}
	return text.String()
}

// reportConfigs lists the configs that send to the URL.
func reportConfigs(ctx context.Context, c *client.Client, url string, text *strings.Builder) error {
	found := false
	for config, err := range c.WebhookConfigs.All(ctx, nil) {
		if err != nil {
			return err
		}
		if !strings.HasPrefix(config.URL, url) {
			continue
		}
		found = true
		fmt.Fprintf(text, "\n\tconfig %d (%s) of type %s is %s", config.RootfiID, config.Name, config.WebhookType, config.State)
		if len(config.Topics) > 0 {
			text.WriteString(", with the topics " + strings.Join(config.Topics, ", "))
		}
	}
	if !found {
		text.WriteString("\n\tno config has a URL that begins with " + url)
	}
	return nil
}

// maxReported is how many deliveries a report has at most.
const maxReported = 10

// reportDeliveries lists the deliveries to the URL, newest first, with the last
// error of each.
func reportDeliveries(ctx context.Context, c *client.Client, url string, text *strings.Builder) error {
	reported := 0
	for log, err := range c.WebhookLogs.All(ctx, nil) {
		switch {
		case err != nil:
			return err
		case !strings.HasPrefix(log.WebhookURL, url):
			continue
		}
		detail, err := c.WebhookLogs.Get(ctx, log.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(text, "\n\tdelivery %s is %s after %d attempts", log.ID, detail.State, detail.AttemptCount)
		if n := len(detail.Attempts); n > 0 {
			if message := client.OrZero(detail.Attempts[n-1].ErrorMessage); message != "" {
				text.WriteString(", the last error: " + message)
			}
		}
		if reported++; reported == maxReported {
			return nil
		}
	}
	return nil
}
