package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

// operationKey is where a command's metadata names the operation of the contract
// that it calls.
const operationKey = "operation"

// verb is a command that calls an operation of the API.
type verb struct {
	name        string
	operation   string // its operationId
	usage       string
	args        string
	description string
	flags       []cli.Flag
	run         func(ctx context.Context, k *call) (*answer, error)
}

// call is one use of a verb.
type call struct {
	c   *cli.Command
	api *client.Client
	// response is the API's answer to the last request that had into among its
	// options.
	response client.Response
}

// into has the answer kept, for --json and --format.
func (k *call) into() client.Option { return client.WithResponseInto(&k.response) }

func (v *verb) command() *cli.Command {
	return &cli.Command{
		Name: v.name, Usage: v.usage, ArgsUsage: v.args, Description: v.description,
		Metadata: map[string]any{operationKey: v.operation},
		Flags:    slices.Concat(v.flags, outputFlags(), connectionFlags()),
		// The value of a repeated flag may hold a comma.
		DisableSliceFlagSeparator: true,
		Action:                    v.action,
	}
}

func (v *verb) action(ctx context.Context, c *cli.Command) error {
	api, hangUp, err := newClient(c)
	if err != nil {
		return err
	}
	defer hangUp()
	k := &call{c: c, api: api}
	result, err := v.run(ctx, k)
	if err != nil {
		return explain(c, err)
	}
	if result == nil {
		return nil // it has printed what there is
	}
	if result.body == nil {
		result.body = k.response.Body
	}
	return result.print(c)
}

// configID returns the first argument, the id of a config.
func (k *call) configID() (int64, error) {
	id, err := strconv.ParseInt(k.c.Args().First(), 10, 64)
	if err != nil {
		return 0, usageError(fmt.Errorf("the id of a config is a number, as hookline configs list shows it, not %q", k.c.Args().First()))
	}
	return id, nil
}

// deliveryID returns the first argument, the id of a delivery.
func (k *call) deliveryID() (client.DeliveryID, error) {
	id, err := client.ParseDeliveryID(k.c.Args().First())
	if err != nil {
		return id, usageError(fmt.Errorf("the id of a delivery is a UUID, as hookline logs list shows it, not %q", k.c.Args().First()))
	}
	return id, nil
}
