// Command demo shows a whole story in a few seconds: the service, a receiver
// that verifies, an endpoint that fails at first, and what the logs say. make
// demo runs it with the program that make build has built.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/receiver"
)

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" //nolint:gosec // of the demo
	// patience is far more than the demo takes.
	patience = 30 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		log.Print(err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) != 1 {
		return errors.New("usage: demo PROGRAM (the hookline program)")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s, err := startService(ctx, args[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	sayf("The service runs at %s, with the API key dev-key.", s.url)
	api, err := client.New(client.WithBaseURL(s.url), client.WithAPIKey("dev-key"))
	if err != nil {
		return err
	}
	return tell(ctx, api)
}

// tell is the story.
func tell(ctx context.Context, api *client.Client) error {
	arrived := make(chan struct{}, 1)
	healthy, err := receiver.NewHandler([]string{secret}, func(_ context.Context, d receiver.Delivery) error {
		show(d)
		arrived <- struct{}{}
		return nil
	}, receiver.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	one, two := httptest.NewServer(healthy), httptest.NewServer(failFirst(2, healthy))
	defer one.Close()
	defer two.Close()

	if err := subscribe(ctx, api, "healthy endpoint", client.WebhookTypeConnectionChanged, one.URL); err != nil {
		return err
	}
	if err := publish(ctx, api, client.WebhookTypeConnectionChanged, `{"event":"connection.changed","company_id":496}`); err != nil {
		return err
	}
	await(ctx, arrived)
	if err := subscribe(ctx, api, "endpoint that fails twice", client.WebhookTypeSyncCompleted, two.URL); err != nil {
		return err
	}
	if err := publish(ctx, api, client.WebhookTypeSyncCompleted, `{"event":"sync.completed","sync_id":"sync_0451"}`); err != nil {
		return err
	}
	await(ctx, arrived)
	return showLogs(ctx, api)
}

func subscribe(ctx context.Context, api *client.Client, name string, events client.WebhookType, url string) error {
	config, err := api.WebhookConfigs.Create(ctx, client.CreateWebhookConfigRequest{
		WebhookType: events, Name: name, URL: url, SigningKey: client.Ptr(secret),
	})
	if err != nil {
		return err
	}
	sayf("Config %d, %q, wants %s events at %s.", config.RootfiID, name, events, url)
	return nil
}

func publish(ctx context.Context, api *client.Client, events client.WebhookType, payload string) error {
	event, err := api.Events.Publish(ctx, client.PublishWebhookEventRequest{WebhookType: events, Payload: []byte(payload)})
	if err != nil {
		return err
	}
	sayf("Published event %s: it goes to %d config.", event.ID, event.Deliveries)
	return nil
}

func await(ctx context.Context, arrived <-chan struct{}) {
	select {
	case <-arrived:
	case <-ctx.Done():
	}
}

// show prints a delivery, which has been verified.
func show(d receiver.Delivery) {
	sayf("It arrived, and its signature is right:")
	for _, name := range []string{"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", "User-Agent"} {
		fmt.Printf("      %s: %s\n", name, d.Header.Get(name))
	}
	fmt.Printf("      %s\n", d.Payload)
}

// failFirst answers the first n requests 503.
func failFirst(n int32, next http.Handler) http.Handler {
	var requests atomic.Int32
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if attempt := requests.Add(1); attempt <= n {
			sayf("Attempt %d is answered 503.", attempt)
			http.Error(w, "not yet", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// showLogs waits until the last outcome is recorded, and prints the logs.
func showLogs(ctx context.Context, api *client.Client) error {
	sayf("The logs say:")
	for log, err := range api.WebhookLogs.All(ctx, nil) {
		if err != nil {
			return err
		}
		detail, err := delivered(ctx, api, log.ID)
		if err != nil {
			return err
		}
		fmt.Printf("      %-26s %s\n", detail.WebhookName, detail.State)
		for _, attempt := range detail.Attempts {
			outcome := client.OrZero(attempt.ErrorMessage)
			if attempt.Success {
				outcome = "delivered"
			}
			fmt.Printf("        attempt %d at %s  status %d  %s\n", attempt.AttemptNumber,
				attempt.CreatedAt.Format(time.TimeOnly), client.OrZero(attempt.StatusCode), outcome)
		}
	}
	return nil
}

// delivered returns a log once its outcome is recorded, which is a moment after
// the receiver has answered.
func delivered(ctx context.Context, api *client.Client, id client.DeliveryID) (*client.WebhookLogDetail, error) {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		detail, err := api.WebhookLogs.Get(ctx, id)
		if err != nil || detail.State == client.DeliveryStateDelivered {
			return detail, err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func sayf(format string, args ...any) { fmt.Printf("\n  • "+format+"\n", args...) }

// service is the program, with a database of its own that ends with it.
type service struct {
	url    string
	cmd    *exec.Cmd
	folder string
}

func startService(ctx context.Context, program string) (*service, error) {
	folder, err := os.MkdirTemp("", "hookline-demo-")
	if err != nil {
		return nil, err
	}
	program, err = exec.LookPath(program)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	s := &service{folder: folder, cmd: exec.CommandContext(ctx, program, "serve", "--dev", //nolint:gosec // the program that was named
		"--listen", "127.0.0.1:0", "--database", folder+"/hookline.db", "--encryption-key-file", folder+"/hookline.key",
		"--retry-schedule", "1s,2s,4s", "--log-level", "error")}
	s.cmd.Stderr = os.Stderr
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, errors.Join(errors.New("the service did not start"), s.stop())
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }() // ends with the program
	_, address, _ := strings.Cut(strings.TrimSpace(line), "listens on ")
	s.url = address
	return s, nil
}

func (s *service) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)                // it may have ended
	return errors.Join(s.cmd.Wait(), os.RemoveAll(s.folder)) //nolint:gosec // made by startService
}
