package app

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/store/postgres"
	"github.com/hookline-go/hookline/internal/store/sqlite"
	"github.com/hookline-go/hookline/internal/telemetry"
	"github.com/hookline-go/hookline/internal/webhook"
)

// database is a store, and the delivery queue that lives in the same database.
type database struct {
	Store

	// newEngine returns what works the queue.
	newEngine   func(delivery.Options) (*delivery.Engine, error)
	clockJumper clockJumper
	// collectors tell of the queue and of the connections when asked.
	collectors []prometheus.Collector
	keys       *keyring.Keyring
}

// OpenStore opens the database of a Config, without a service around it. The
// caller closes it.
func OpenStore(ctx context.Context, config Config) (Store, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	return openDatabase(ctx, &config)
}

func openDatabase(ctx context.Context, config *Config) (*database, error) {
	kind, err := kindOf(config.Database)
	if err != nil {
		return nil, err
	}
	keys, err := openKeyring(config)
	if err != nil {
		return nil, err
	}
	open := openSQLite
	if kind == kindPostgres {
		open = openPostgres
	}
	opened, err := open(ctx, config, keys)
	if webhook.CodeOf(err) == webhook.CodeWrongEncryptionKey {
		return nil, fmt.Errorf("the encryption key in %s is not the one that the database was written with; name the right file with --encryption-key-file: %w",
			config.EncryptionKeyFile, err)
	}
	return opened, err
}

func openSQLite(ctx context.Context, config *Config, keys *keyring.Keyring) (*database, error) {
	enqueuer, err := delivery.NewSQLiteEnqueuer(config.Logger, config.Clock)
	if err != nil {
		return nil, err
	}
	schema, err := delivery.NewSQLiteSchema()
	if err != nil {
		return nil, err
	}
	options := []sqlite.Option{
		sqlite.WithClock(config.Clock), sqlite.WithEnqueuer(enqueuer), sqlite.WithMaxConfigs(config.MaxConfigs),
		sqlite.WithQueueSchema(schema),
	}
	if config.WithoutMigrations {
		options = append(options, sqlite.WithoutMigrations())
	}
	store, err := sqlite.Open(ctx, config.Database, keys, options...)
	if err != nil {
		return nil, err
	}
	return &database{Store: store, keys: keys, clockJumper: store, newEngine: func(o delivery.Options) (*delivery.Engine, error) {
		return delivery.NewSQLite(store.DB(), o)
	}, collectors: []prometheus.Collector{
		telemetry.NewQueueCollector(delivery.NewSQLiteQueueReader(store.DB(), config.Clock)),
		collectors.NewDBStatsCollector(store.DB(), "writer"),
	}}, nil
}

func openPostgres(ctx context.Context, config *Config, keys *keyring.Keyring) (*database, error) {
	enqueuer, err := delivery.NewPostgresEnqueuer(config.Logger, config.Clock)
	if err != nil {
		return nil, err
	}
	schema, err := delivery.NewPostgresSchema()
	if err != nil {
		return nil, err
	}
	options := []postgres.Option{
		postgres.WithClock(config.Clock), postgres.WithEnqueuer(enqueuer), postgres.WithMaxConfigs(config.MaxConfigs),
		postgres.WithQueueSchema(schema),
	}
	if config.WithoutMigrations {
		options = append(options, postgres.WithoutMigrations())
	}
	store, err := postgres.Open(ctx, config.Database, keys, options...)
	if err != nil {
		return nil, err
	}
	return &database{Store: store, keys: keys, newEngine: func(o delivery.Options) (*delivery.Engine, error) {
		return delivery.NewPostgres(store.Pool(), o)
	}, collectors: []prometheus.Collector{
		telemetry.NewQueueCollector(delivery.NewPostgresQueueReader(store.Pool(), config.Clock)),
		telemetry.NewPoolCollector(store.Pool()),
	}}, nil
}

// Migrate brings the database of a Config up to date, for services that run
// with WithoutMigrations.
func Migrate(ctx context.Context, config Config) error {
	config.WithoutMigrations = false
	store, err := OpenStore(ctx, config)
	if err != nil {
		return err
	}
	return store.Close()
}

// openKeyring opens the encryption key. Only the development mode makes a
// missing one: elsewhere a key that appears by itself would hide that the real
// one is lost.
func openKeyring(config *Config) (*keyring.Keyring, error) {
	keys, err := keyring.Open(config.EncryptionKeyFile)
	missing := webhook.CodeOf(err) == webhook.CodeKeyFileMissing
	switch {
	case missing && config.Dev:
		keys, err = keyring.Create(config.EncryptionKeyFile)
		if err == nil {
			config.Logger.Info("made an encryption key; back it up, apart from the database: one without the other is worth nothing", slog.String("file", config.EncryptionKeyFile))
		}
	case missing:
		err = fmt.Errorf("%w; make one with: hookline encryption-key create --encryption-key-file %s",
			err, config.EncryptionKeyFile)
	}
	return keys, err
}
