// Command create-config creates a webhook config, lists all of them, and
// deletes it again.
//
//	HOOKLINE_API_KEY=dev-key HOOKLINE_BASE_URL=http://127.0.0.1:8080/v4 go run ./examples/create-config https://example.com/hook
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/hookline-go/hookline/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "create-config:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: create-config URL")

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errUsage
	}
	c, err := client.New() // the key and the server are in the environment
	if err != nil {
		return err
	}
	created, err := c.WebhookConfigs.Create(ctx, client.CreateWebhookConfigRequest{
		WebhookType: client.WebhookTypeConnectionChanged,
		Name:        "Connection webhook",
		URL:         args[0],
	})
	if errors.Is(err, client.ErrInvalidRequest) {
		if failure, ok := errors.AsType[*client.Error](err); ok {
			for _, violation := range failure.Violations {
				fmt.Fprintf(out, "%s: %s\n", violation.Pointer, violation.Detail)
			}
		}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "created %d\n", created.RootfiID)

	for config, err := range c.WebhookConfigs.All(ctx, nil) {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%d %s %s\n", config.RootfiID, config.State, config.Name)
	}
	return c.WebhookConfigs.Delete(ctx, created.RootfiID)
}
