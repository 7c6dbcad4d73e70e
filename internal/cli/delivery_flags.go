package cli

import (
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

// deliveryFlags say how events are delivered.
func deliveryFlags() []cli.Flag {
	return []cli.Flag{
		choiceFlag("role", string(app.RoleAll), "`PART` of the service that this process is: api answers requests and delivers nothing, worker delivers only",
			string(app.RoleAll), string(app.RoleAPI), string(app.RoleWorker)),
		stringFlag("retry-schedule", app.DefaultRetrySchedule(), "`DELAYS` before the retries of a delivery, each varied by up to 10 %; empty for no retries"),
		durationFlag("delivery-timeout", app.DefaultDeliveryTimeout, "longest `TIME` of an attempt to deliver, from DNS to the end of the answer"),
		durationFlag("signing-key-overlap", app.DefaultSigningKeyOverlap, "`TIME` for which a replaced signing key still signs beside the new one"),
		&cli.BoolFlag{
			Name: "allow-private-targets", Sources: variable("allow-private-targets"),
			Usage: "let deliveries reach the machine itself and private networks; --dev does",
		},
		&cli.StringSliceFlag{
			Name: "allow-target", Sources: variable("allow-target"),
			Usage: "let deliveries reach every address in this `CIDR` range; may be repeated",
		},
		&cli.BoolFlag{
			Name: "proxy-resolves", Sources: variable("proxy-resolves"),
			Usage: "leave names that cannot be looked up here to the proxy of HTTPS_PROXY and HTTP_PROXY, which must then refuse forbidden addresses itself",
		},
	}
}

// readDeliveryFlags fills what deliveryFlags say into a Config.
func readDeliveryFlags(c *cli.Command, config *app.Config) (err error) {
	config.Role, config.Version = app.Role(c.String("role")), currentVersion()
	config.DeliveryTimeout, config.SigningKeyOverlap = c.Duration("delivery-timeout"), c.Duration("signing-key-overlap")
	config.AllowPrivateTargets, config.ProxyResolves = c.Bool("allow-private-targets"), c.Bool("proxy-resolves")
	if config.RetrySchedule, err = app.ParseRetrySchedule(c.String("retry-schedule")); err != nil {
		return usageError(fmt.Errorf("--retry-schedule: %w", err))
	}
	for _, text := range c.StringSlice("allow-target") {
		target, err := app.ParseTarget(text)
		if err != nil {
			return usageError(fmt.Errorf("--allow-target: %w", err))
		}
		config.AllowTargets = append(config.AllowTargets, target)
	}
	return nil
}
