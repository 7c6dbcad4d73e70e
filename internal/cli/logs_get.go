package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/receiver"
)

func logsGetCommand() *cli.Command {
	return (&verb{
		name: "get", operation: "getWebhookLog", usage: "show a delivery: what was sent, and each attempt with its answer", args: "ID",
		description: `The output can be pasted into a ticket: it holds no keys. --curl prints the command that sends the same event to the
receiver again, from here and without a signature, unless --signing-key names the config's key.

Examples:
   hookline logs get 0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11
   hookline logs get 0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11 --curl | sh`,
		flags: []cli.Flag{
			&cli.BoolFlag{Name: "curl", Usage: "print the curl command that repeats the delivery"},
			&cli.StringFlag{Name: "signing-key", Usage: "sign what --curl prints with the key from `SOURCE`: " + sourceHelp},
		},
		run: logsGet,
	}).command()
}

func logsGet(ctx context.Context, k *call) (*answer, error) {
	id, err := k.deliveryID()
	if err != nil {
		return nil, err
	}
	detail, err := k.api.WebhookLogs.Get(ctx, id, k.into())
	if err != nil {
		return nil, err
	}
	if !k.c.Bool("curl") {
		return &answer{path: []string{"data", "webhookLog"}, text: func(p *page) { printLog(p, detail) }}, nil
	}
	command, err := curlCommand(k.c, detail)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintln(k.c.Root().Writer, command)
	return nil, err
}

func printLog(p *page, log *client.WebhookLogDetail) {
	p.fact("Delivery", log.ID.String())
	if log.EventID != nil {
		p.fact("Event", log.EventID.String())
	}
	p.fact("Type", client.OrZero(log.EventType))
	p.fact("Integration", client.OrZero(log.Integration))
	p.fact("Sync", client.OrZero(log.SyncID))
	p.fact("Config", log.WebhookName)
	p.fact("URL", log.WebhookURL)
	p.linef("%-18s %s", "State", p.colour(stateColour(string(log.State)), string(log.State)))
	p.fact("Reason", client.OrZero(log.FailureReason))
	p.fact("Created", p.moment(log.CreatedAt.Time))
	if next, err := log.NextAttemptAt.Get(); err == nil {
		p.fact("Next attempt", p.moment(next.Time))
	}
	p.linef("\nPayload")
	p.indented(string(indentJSON(log.Payload)))
	for i := range log.Attempts {
		printAttempt(p, &log.Attempts[i])
	}
}

func printAttempt(p *page, attempt *client.WebhookAttempt) {
	outcome := p.colour(red, "failed")
	if attempt.Success {
		outcome = p.colour(green, "delivered")
	}
	took := ""
	if attempt.DurationMs != nil {
		took = fmt.Sprintf(", %s", time.Duration(*attempt.DurationMs)*time.Millisecond)
	}
	p.linef("\nAttempt %d: %s at %s%s", attempt.AttemptNumber, outcome, p.moment(attempt.CreatedAt.Time), took)
	if code := client.OrZero(attempt.StatusCode); code != 0 {
		p.linef("  answer: %d %s", code, http.StatusText(int(code)))
	}
	if message := client.OrZero(attempt.ErrorMessage); message != "" {
		p.linef("  error: %s", printable(message))
	}
	if body := client.OrZero(attempt.ResponseBody); body != "" {
		p.indented(strings.TrimRight(body, "\r\n"))
	}
}

// indented prints lines of other people's text.
func (p *page) indented(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		p.linef("    %s", printable(strings.TrimRight(line, "\r")))
	}
}

func indentJSON(raw json.RawMessage) []byte {
	var indented bytes.Buffer
	if json.Indent(&indented, raw, "", "  ") != nil {
		return raw
	}
	return indented.Bytes()
}

// curlCommand writes the request of a delivery as a command of a shell.
func curlCommand(c *cli.Command, log *client.WebhookLogDetail) (string, error) {
	now := time.Now()
	header := http.Header{"Content-Type": {"application/json"}, "Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)}}
	if log.EventID != nil {
		header.Set("webhook-id", log.EventID.String())
	}
	if source := c.String("signing-key"); source != "" {
		key, err := readSecret(c, "signing key", source)
		if err != nil {
			return "", usageError(fmt.Errorf("--signing-key: %w", err))
		}
		signer, err := receiver.NewSigner(key)
		if err == nil {
			err = signer.SetHeader(header, header.Get("webhook-id"), now, log.Payload)
		}
		if err != nil {
			return "", usageError(fmt.Errorf("--signing-key: %w", err))
		}
	}
	var command strings.Builder
	fmt.Fprintf(&command, "curl --request POST --url %s", shellQuote(log.WebhookURL))
	for _, name := range []string{"Content-Type", "webhook-id", "webhook-timestamp", "webhook-signature"} {
		if value := header.Get(name); value != "" {
			fmt.Fprintf(&command, " \\\n  --header %s", shellQuote(name+": "+value))
		}
	}
	fmt.Fprintf(&command, " \\\n  --data-binary %s", shellQuote(string(log.Payload)))
	return command.String(), nil
}

// shellQuote makes one word of a POSIX shell of a text.
func shellQuote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
