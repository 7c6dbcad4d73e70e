package cli

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/internal/app"
)

// envURL is read before the SDK's own variable.
const envURL = "HOOKLINE_URL"

const connectionCategory = "Connection flags"

// connectionFlags say which service a command talks to.
func connectionFlags() []cli.Flag {
	return []cli.Flag{
		&profileFlag{&cli.StringFlag{
			Name: "profile", Usage: "use the base URL and the key that hookline login stored under `NAME`", Sources: variable("profile"),
			Category: connectionCategory,
		}},
		&cli.StringFlag{
			Name: "base-url", Usage: "`URL` of the API; the service of hookline serve --dev without a profile",
			Sources: cli.EnvVars(envURL, client.EnvBaseURL), Category: connectionCategory,
		},
		&cli.StringFlag{
			Name: "api-key", Usage: "API key from `SOURCE`: " + sourceHelp, DefaultText: "env:" + client.EnvAPIKey,
			Category: connectionCategory,
		},
	}
}

// profileFlag completes the names of profiles.
type profileFlag struct{ *cli.StringFlag }

// Choices returns the names that are stored.
func (f *profileFlag) Choices() []string {
	stored, err := loadProfiles()
	if err != nil {
		return nil
	}
	return stored.names()
}

// newClient makes the client for the service that the flags, the environment or
// a profile name, in this order; without any it is that of hookline serve --dev.
// Its connections end with hang up.
func newClient(c *cli.Command) (api *client.Client, hangUp func(), err error) {
	connection, err := resolveConnection(c)
	if err != nil {
		return nil, nil, err
	}
	preflight, err := newPreflight()
	if err != nil {
		return nil, nil, err
	}
	transport := newTransport()
	api, err = client.New(client.WithHTTPClient(&http.Client{Transport: transport}),
		client.WithBaseURL(connection.BaseURL), client.WithAPIKey(connection.APIKey),
		client.WithUserAgentSuffix("hookline-cli/"+currentVersion()), client.WithPreflight(preflight))
	if err != nil {
		return nil, nil, usageError(err)
	}
	return api, transport.CloseIdleConnections, nil
}

// dialTimeout is for a service that does not answer: a person waits.
const dialTimeout = 10 * time.Second

// newTransport is net/http's with as many idle connections to the one service as
// a command may use at once.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSHandshakeTimeout: dialTimeout,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 100,
	}
}

func resolveConnection(c *cli.Command) (profile, error) {
	stored, err := loadProfiles()
	if err != nil {
		return profile{}, usageError(err)
	}
	name := c.String("profile")
	found, ok := stored[name]
	if name == "" {
		found = stored[defaultProfile]
	} else if !ok {
		return profile{}, usageError(fmt.Errorf("there is no profile %s%s; hookline login --profile %s makes it",
			name, didYouMean(name, stored.names()), name))
	}
	if given := c.String("base-url"); given != "" && given != found.BaseURL {
		// A stored key goes to the service that it was stored for only.
		found = profile{BaseURL: given}
	}
	if found.BaseURL == "" {
		found.BaseURL = "http://" + app.DefaultListen + "/v4"
	}
	if err := resolveKey(c, &found); err != nil {
		return profile{}, err
	}
	return found, nil
}

func resolveKey(c *cli.Command, found *profile) (err error) {
	key := os.Getenv(client.EnvAPIKey)
	if source := c.String("api-key"); source != "" {
		if key, err = readSecret(c, "API key", source); err != nil {
			return usageError(fmt.Errorf("--api-key: %w", err))
		}
	}
	switch {
	case key != "":
		found.APIKey = key
	case found.APIKey == "" && onLoopback(found.BaseURL):
		found.APIKey = app.DevKey
	case found.APIKey == "":
		return usageError(fmt.Errorf("there is no API key for %s; run hookline login, or set %s", found.BaseURL, client.EnvAPIKey))
	}
	return nil
}

// onLoopback tells whether a URL is of this machine, where a service in
// development mode may listen.
func onLoopback(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	host := u.Hostname()
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// newPreflight prepares the contract's checks, once.
var newPreflight = sync.OnceValues(func() (client.Validator, error) {
	api, err := contract.Default()
	if err != nil {
		return nil, err
	}
	return contract.NewPreflight(api), nil
})
