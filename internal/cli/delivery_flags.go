package cli

import (
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

// defaultRetrySchedule is written as an operator would write it.
const defaultRetrySchedule = "5s,5m,30m,2h,5h,10h,14h,20h,24h"

// deliveryFlags say how events are delivered.
func deliveryFlags() []cli.Flag {
	return []cli.Flag{
		stringFlag("role", string(app.RoleAll), "all, api (delivers nothing) or worker (delivers only)"),
		stringFlag("retry-schedule", defaultRetrySchedule, "`DELAYS` before each retry of a delivery, give or take 10 %; empty for none"),
		&cli.DurationFlag{
			Name: "delivery-timeout", Value: app.DefaultDeliveryTimeout, Sources: variable("delivery-timeout"),
			Usage: "how long an attempt to deliver may take, from DNS to the end of the answer",
		},
		&cli.DurationFlag{
			Name: "signing-key-overlap", Value: app.DefaultSigningKeyOverlap, Sources: variable("signing-key-overlap"),
			Usage: "how long a signing key goes on signing beside the one that replaced it",
		},
		&cli.BoolFlag{
			Name: "allow-private-targets", Sources: variable("allow-private-targets"),
			Usage: "let deliveries reach the machine itself and private networks; --dev does",
		},
		&cli.StringSliceFlag{
			Name: "allow-target", Sources: variable("allow-target"),
			Usage: "let deliveries reach addresses of this `CIDR` range, whatever they are; may be repeated",
		},
	}
}

// readDeliveryFlags fills what deliveryFlags say into a Config.
func readDeliveryFlags(c *cli.Command, config *app.Config) (err error) {
	config.Role, config.Version = app.Role(c.String("role")), currentVersion()
	config.DeliveryTimeout, config.SigningKeyOverlap = c.Duration("delivery-timeout"), c.Duration("signing-key-overlap")
	config.AllowPrivateTargets = c.Bool("allow-private-targets")
	if config.RetrySchedule, err = app.ParseRetrySchedule(c.String("retry-schedule")); err != nil {
		return fmt.Errorf("--retry-schedule: %w", err)
	}
	for _, text := range c.StringSlice("allow-target") {
		target, err := app.ParseTarget(text)
		if err != nil {
			return fmt.Errorf("--allow-target: %w", err)
		}
		config.AllowTargets = append(config.AllowTargets, target)
	}
	return nil
}
