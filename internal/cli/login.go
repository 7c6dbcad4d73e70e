package cli

import (
	"context"
	"fmt"
	"net/http"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

func loginCommand() *cli.Command {
	return &cli.Command{
		Name:  "login",
		Usage: "store how a service is reached, under a name",
		Description: `Asks for the API key, tries it, and stores it with the base URL in a file that only you can read. HOOKLINE_API_KEY and
HOOKLINE_URL win over what is stored. The service of hookline serve --dev needs no login.

Examples:
   hookline login --base-url https://hooks.example.com/v4
   hookline login --profile staging --base-url https://staging.example.com/v4 \
     --api-key @key.txt
   hookline configs list --profile staging`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "profile", Value: defaultProfile, Usage: "`NAME` to store it under", Sources: variable("profile")},
			&cli.StringFlag{Name: "base-url", Usage: "`URL` of the API, with its path", Required: true},
			&cli.StringFlag{Name: "api-key", Value: "-", Usage: "API key from `SOURCE`: " + sourceHelp},
		},
		Action: login,
	}
}

func login(ctx context.Context, c *cli.Command) error {
	key, err := readSecret(c, "API key", c.String("api-key"))
	if err != nil {
		return usageError(fmt.Errorf("--api-key: %w", err))
	}
	made := profile{BaseURL: c.String("base-url"), APIKey: key}
	transport := newTransport()
	defer transport.CloseIdleConnections()
	api, err := client.New(client.WithHTTPClient(&http.Client{Transport: transport}), client.WithBaseURL(made.BaseURL), client.WithAPIKey(made.APIKey), client.WithMaxRetries(0))
	if err != nil {
		return usageError(err)
	}
	if _, err := api.WebhookConfigs.List(ctx, &client.ListWebhookConfigsParams{Limit: client.Ptr[int32](1)}); err != nil {
		return explain(c, err)
	}
	stored, err := loadProfiles()
	if err != nil {
		return err
	}
	stored[c.String("profile")] = made
	path, err := stored.save()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "stored profile %s in %s\n", c.String("profile"), path)
	return err
}
