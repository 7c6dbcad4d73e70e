// Package app puts the service together from one Config. It is the only place
// where the HTTP shell, the operations and the storage meet; the command line
// and in-process services for tests both start here.
package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/delivery/egress"
	"github.com/hookline-go/hookline/internal/loopback"
	"github.com/hookline-go/hookline/internal/store"
)

// Defaults of a Config.
const (
	DefaultListen            = "127.0.0.1:8080"
	DefaultDatabase          = "hookline.db"
	DefaultEncryptionKeyFile = "hookline.key"
	DefaultRequestTimeout    = 30 * time.Second
	DefaultShutdownTimeout   = 15 * time.Second
	DefaultDrainDelay        = 2 * time.Second
	DefaultRateBurst         = 200
	DefaultMaxConfigs        = store.DefaultMaxConfigs
	DefaultDeliveryTimeout   = delivery.DefaultTimeout
	DefaultSigningKeyOverlap = 24 * time.Hour
)

// Role is the part of the service that a process is.
type Role string

// The roles. Processes with the same database share the work.
const (
	RoleAll    Role = "all"
	RoleAPI    Role = "api"    // answers requests, and delivers nothing
	RoleWorker Role = "worker" // delivers, and answers health checks only
)

// The fixed tenant of the development mode.
const (
	DevOrganisationID = 1
	DevKey            = "dev-key"
)

// Config says how the service runs. The zero value of a field means its
// default.
type Config struct {
	// Listen is the address to listen on, host:port. Port 0 takes a free one.
	Listen string
	// Database is the path of the SQLite file, whose folder must exist, or a
	// postgres:// URL.
	Database string
	// WithoutMigrations keeps the service from changing the database's schema;
	// one that is out of date is then refused.
	WithoutMigrations bool
	// EncryptionKeyFile is the keyset that encrypts secrets at rest. The
	// development mode makes it when it is missing.
	EncryptionKeyFile string
	// Dev makes organisation 1 with the fixed key "dev-key". It is allowed on
	// loopback addresses only.
	Dev bool
	// RateLimit is how many requests a minute each API key may make; 0 is no
	// limit.
	RateLimit int
	// RateBurst is how many requests a key may make at once, where there is a
	// limit.
	RateBurst int
	// MaxConfigs is how many webhook configs an organisation may have. Those
	// that exist stay when it is lowered.
	MaxConfigs int
	// RequestTimeout is how long the answer to a request may take.
	RequestTimeout time.Duration
	// ShutdownTimeout is how long requests under way may take to end once the
	// service is told to stop.
	ShutdownTimeout time.Duration
	// DrainDelay is how long the service goes on answering once it is told to
	// stop, while /readyz says so: load balancers need the time to see it. 0 is
	// no delay; DefaultDrainDelay is the command's.
	DrainDelay time.Duration
	// Role is the part of the service that this process is, all of it unless it
	// is set.
	Role Role
	// RetrySchedule has the delay before each retry of a delivery; nil is the
	// default, and one without delays retries nothing.
	RetrySchedule []time.Duration
	// DeliveryTimeout is how long an attempt to deliver may take.
	DeliveryTimeout time.Duration
	// PollInterval is how often the queue of a SQLite database is looked at; a
	// quarter of a second unless it is set.
	PollInterval time.Duration
	// SigningKeyOverlap is how long a signing key goes on signing beside the
	// one that replaced it.
	SigningKeyOverlap time.Duration
	// AllowPrivateTargets opens addresses of the machine itself and of private
	// networks to deliveries, as Dev does.
	AllowPrivateTargets bool
	// AllowTargets are ranges of addresses that are open to deliveries,
	// whatever they are.
	AllowTargets []netip.Prefix
	// ProxyResolves leaves names that cannot be looked up here to the proxy:
	// the operator says that the proxy refuses forbidden addresses itself.
	ProxyResolves bool
	// Version is that of the program, for the User-Agent of deliveries.
	Version string
	// Wrap puts a handler around the API; operationID says for which operation
	// a request is, "" for none.
	Wrap func(api http.Handler, operationID func(*http.Request) string) http.Handler
	// OnAttempt is called after each attempt to deliver, those that were given
	// back included, nil for nothing. It must be quick.
	OnAttempt func()
	// WithoutConsole takes the web pages for people away.
	WithoutConsole bool
	// Metrics serves /metrics, for Prometheus.
	Metrics bool
	// OpenTelemetry exports traces and logs as the OTEL_ variables of the
	// environment say, and nothing if they say nothing.
	OpenTelemetry bool
	// Profiles is an address of its own for Go's profiles (net/http/pprof), ""
	// for none. Whoever reaches it sees what is in memory.
	Profiles string
	// Logger takes what the service has to say. Secrets never reach it.
	Logger *slog.Logger
	// Clock tells the time; time.Now unless it is set.
	Clock func() time.Time
}

// ConfigError says that no service can run with a Config, and why.
type ConfigError struct{ cause error }

// Error implements error.
func (e *ConfigError) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e *ConfigError) Unwrap() error { return e.cause }

// withDefaults fills in the defaults, and then refuses a Config that makes no
// sense with a *ConfigError.
func (c Config) withDefaults() (Config, error) {
	setDefault(&c.Listen, DefaultListen)
	setDefault(&c.Database, DefaultDatabase)
	setDefault(&c.EncryptionKeyFile, DefaultEncryptionKeyFile)
	setDefault(&c.RateBurst, DefaultRateBurst)
	setDefault(&c.MaxConfigs, DefaultMaxConfigs)
	setDefault(&c.RequestTimeout, DefaultRequestTimeout)
	setDefault(&c.ShutdownTimeout, DefaultShutdownTimeout)
	setDefault(&c.Role, RoleAll)
	setDefault(&c.DeliveryTimeout, DefaultDeliveryTimeout)
	setDefault(&c.SigningKeyOverlap, DefaultSigningKeyOverlap)
	if c.RetrySchedule == nil {
		c.RetrySchedule = delivery.DefaultSchedule()
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if err := c.validate(); err != nil {
		return Config{}, &ConfigError{cause: err}
	}
	return c, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c Config) validate() error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("the listen address %q is not of the form host:port, such as %s", c.Listen, DefaultListen)
	}
	if c.Dev && !loopback.IsHost(host) {
		return fmt.Errorf("the development mode has a well-known API key, so it listens on loopback addresses only, not on %q",
			c.Listen)
	}
	if c.RateLimit < 0 || c.RateBurst < 1 {
		return errors.New("the rate limit must be 0 (none) or more, and its burst 1 or more")
	}
	if c.MaxConfigs < 1 {
		return errors.New("an organisation may have 1 webhook config or more")
	}
	if c.Role != RoleAll && c.Role != RoleAPI && c.Role != RoleWorker {
		return fmt.Errorf("the role must be %s, %s or %s, not %q", RoleAll, RoleAPI, RoleWorker, c.Role)
	}
	if c.RequestTimeout < 0 || c.ShutdownTimeout < 0 || c.DrainDelay < 0 || c.DeliveryTimeout < 0 || c.SigningKeyOverlap < 0 {
		return errors.New("a timeout cannot be negative")
	}
	return nil
}

// DefaultRetrySchedule is the default of Config.RetrySchedule as an operator
// would write it.
func DefaultRetrySchedule() string { return delivery.DefaultSchedule().String() }

// ParseRetrySchedule reads delays such as "5s,5m,2h" for Config.RetrySchedule.
// The empty text means no retries.
func ParseRetrySchedule(text string) ([]time.Duration, error) { return delivery.ParseSchedule(text) }

// ParseTarget reads a range of addresses such as 10.1.0.0/16 for
// Config.AllowTargets.
func ParseTarget(text string) (netip.Prefix, error) { return egress.ParseTarget(text) }
