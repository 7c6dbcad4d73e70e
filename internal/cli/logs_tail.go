package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

func logsTailCommand() *cli.Command {
	return (&verb{
		name: "tail", operation: "listWebhookLogs", usage: "show deliveries as they change, until an interrupt",
		description: "Examples:\n   hookline logs tail\n   hookline logs tail --state FAILED --json",
		flags: append(fieldFlags(logFilters()), &duration{&cli.DurationFlag{
			Name: "interval", Value: time.Second, Usage: "`TIME` between two looks at the log",
		}}),
		run: logsTail,
	}).command()
}

// tailPage is how many deliveries a look takes at once.
const tailPage = 100

// tail remembers the deliveries that the last look found.
type tail struct {
	k      *call
	params *client.ListWebhookLogsParams
	known  map[client.DeliveryID]string
}

func logsTail(ctx context.Context, k *call) (*answer, error) {
	params, err := logParams(k.c)
	if err != nil {
		return nil, err
	}
	params.Limit = client.Ptr[int32](tailPage)
	t := &tail{k: k, params: params}
	ticker := time.NewTicker(k.c.Duration("interval"))
	defer ticker.Stop()
	for {
		if err := t.look(ctx); err != nil {
			if ctx.Err() != nil {
				return nil, nil //nolint:nilnil // an interrupt is how this ends, and all is printed
			}
			return nil, err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, nil //nolint:nilnil // all is printed
		}
	}
}

// look prints the deliveries that are new or have changed, oldest first. The
// first look only remembers.
func (t *tail) look(ctx context.Context) error {
	found := map[client.DeliveryID]string{}
	var lines []string
	params := *t.params
	for {
		page, err := t.k.api.WebhookLogs.List(ctx, &params, t.k.into())
		if err != nil {
			return err
		}
		changed, reached, err := t.changes(page, found)
		if err != nil {
			return err
		}
		lines = append(lines, changed...)
		if t.known == nil || reached || page.Next == nil {
			break
		}
		params.Cursor = page.Next
	}
	if t.known == nil {
		t.known = found
		_, _ = fmt.Fprintln(t.k.c.Root().ErrWriter, "waiting for deliveries; an interrupt ends this")
		return nil
	}
	t.known = found
	slices.Reverse(lines)
	for _, line := range lines {
		if _, err := fmt.Fprintln(t.k.c.Root().Writer, line); err != nil {
			return err
		}
	}
	return nil
}

// changes returns a line for each delivery that is not as it is known, and
// whether the page reaches back to one that is known.
func (t *tail) changes(page *client.WebhookLogPage, found map[client.DeliveryID]string) (lines []string, reached bool, err error) {
	for i := range page.Items {
		log := &page.Items[i]
		state := fmt.Sprintf("%s %d", log.State, log.AttemptCount)
		found[log.ID] = state
		before, isKnown := t.known[log.ID]
		reached = reached || isKnown
		if before == state {
			continue
		}
		line, err := t.line(log)
		if err != nil {
			return nil, false, err
		}
		lines = append(lines, line)
	}
	return lines, reached, nil
}

func (t *tail) line(log *client.WebhookLog) (string, error) {
	if t.k.c.Bool("json") {
		line, err := json.Marshal(log)
		return string(line), err
	}
	p := newPage(t.k.c.Root().Writer)
	state := p.colour(stateColour(string(log.State)), fmt.Sprintf("%-10s", log.State))
	return fmt.Sprintf("%s %s %3s  attempt %d  %s  %s  %s", log.UpdatedAt.Local().Format(time.TimeOnly), state, //nolint:gosmopolitan // people read it
		statusText(log.LatestStatusCode), log.AttemptCount, client.OrZero(log.EventType), printable(log.WebhookName), log.ID), nil
}
