// Package bench measures the whole service: it publishes events over HTTP to a
// service in this process, receives their deliveries on the loopback interface,
// and counts and times both.
package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/hookline-go/hookline/internal/app"
)

// Options says what to measure.
type Options struct {
	// Service is the service's configuration. Without a database it gets a
	// SQLite file that is removed afterwards, and it always gets a free port on
	// the loopback interface, and a development key.
	Service app.Config
	// Publishers publish at the same time, each one event after the other.
	Publishers int
	// Duration is how long they do.
	Duration time.Duration
	// Rate is how many events a second they publish together; 0 is as many as
	// they can.
	Rate float64
	// PayloadSize is that of each event's payload, in bytes.
	PayloadSize int
	// Split has the service run in a process of its own, which is this program
	// started again; of the service's configuration only the database counts
	// then.
	Split bool
	// DeadBacklog is how many deliveries wait meanwhile for another endpoint,
	// one that never answers.
	DeadBacklog int
	// Drain is how long deliveries may go on after the last event.
	Drain time.Duration
	// Progress is called every second with what has been counted; nil for none.
	Progress func(acknowledged, delivered int)
}

// minPayload has room for an event's number.
const minPayload = 64

// Run measures. The service and the receiver end with it.
func Run(ctx context.Context, o Options) (report Report, err error) {
	if o.Publishers < 1 || o.PayloadSize < minPayload || o.Duration <= 0 || o.Rate < 0 {
		return Report{}, fmt.Errorf("a benchmark needs a publisher, a duration, and a payload of %d bytes or more", minPayload)
	}
	cleanUp, err := prepare(&o.Service)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, cleanUp()) }()
	ledger := newLedger()
	receiver, err := startReceiver(ctx, func(w http.ResponseWriter, r *http.Request) {
		ledger.received(r.Header.Get("webhook-id"), time.Now())
		w.WriteHeader(http.StatusNoContent)
	})
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, receiver.stop()) }()
	dead, err := startReceiver(ctx, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, dead.stop()) }()
	bare, err := exchangeRate(ctx, o.Publishers, payload(o.PayloadSize))
	if err != nil {
		return Report{}, err
	}
	if o.Split {
		report, err = runSplit(ctx, &o, receiver.url, dead.url, ledger)
	} else {
		report, err = runHere(ctx, &o, receiver.url, dead.url, ledger)
	}
	report.compare(bare)
	return report, err
}

// runHere measures a service in this process.
func runHere(ctx context.Context, o *Options, receiverURL, deadURL string, ledger *ledger) (report Report, err error) {
	service, err := startService(ctx, o.Service)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, service.stop()) }()
	before := processTime()
	report, err = use(ctx, o, service.url, receiverURL, deadURL, ledger)
	report.spend(processTime() - before)
	return report, err
}

// runSplit measures a service in a process of its own, whose processor time is
// that of its whole life.
func runSplit(ctx context.Context, o *Options, receiverURL, deadURL string, ledger *ledger) (Report, error) {
	service, err := startSplit(ctx, &o.Service)
	if err != nil {
		return Report{}, err
	}
	report, err := use(ctx, o, service.url, receiverURL, deadURL, ledger)
	err = errors.Join(err, service.stop())
	report.spend(service.processTime())
	return report, err
}

// use publishes to a service, and reports.
func use(ctx context.Context, o *Options, url, receiverURL, deadURL string, ledger *ledger) (report Report, err error) {
	publisher := newPublisher(url, payload(o.PayloadSize), o.Publishers)
	defer func() { err = errors.Join(err, publisher.deleteConfigs(context.WithoutCancel(ctx))) }()
	if err := publisher.fillBacklog(ctx, deadURL, o.DeadBacklog); err != nil {
		return Report{}, err
	}
	if !isPostgres(o.Service.Database) {
		return measure(ctx, o, publisher, receiverURL, ledger)
	}
	before, err := readDatabaseWork(ctx, o.Service.Database)
	if err != nil {
		return Report{}, err
	}
	if report, err = measure(ctx, o, publisher, receiverURL, ledger); err != nil {
		return report, err
	}
	after, err := readDatabaseWork(ctx, o.Service.Database)
	report.work(before, after)
	return report, err
}

// prepare fills in what the benchmark decides, and makes a folder for what the
// service needs.
func prepare(config *app.Config) (cleanUp func() error, err error) {
	folder, err := os.MkdirTemp("", "hookline-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the benchmark: %w", err)
	}
	config.Listen, config.Dev = "127.0.0.1:0", true
	if config.Database == "" {
		config.Database = filepath.Join(folder, "hookline.db")
		config.EncryptionKeyFile = filepath.Join(folder, "hookline.key")
	}
	return func() error { return os.RemoveAll(folder) }, nil
}

// running is a server in this process.
type running struct {
	url  string
	stop func() error
}

func startService(ctx context.Context, config app.Config) (*running, error) {
	service, err := app.New(ctx, config)
	if err != nil {
		return nil, err
	}
	listener, err := service.Listen(ctx)
	if err != nil {
		return nil, errors.Join(err, service.Close(ctx))
	}
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- service.Serve(serving, listener) }()
	return &running{url: "http://" + listener.Addr().String(), stop: func() error {
		cancel()
		return errors.Join(<-ended, service.Close(ctx))
	}}, nil
}

// startReceiver receives deliveries.
func startReceiver(ctx context.Context, receive http.HandlerFunc) (*running, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the receiver: %w", err)
	}
	const readHeaderTimeout = 10 * time.Second
	server := &http.Server{ReadHeaderTimeout: readHeaderTimeout, Handler: receive}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	return &running{url: "http://" + listener.Addr().String(), stop: func() error {
		err := server.Close()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}}, nil
}

// measure publishes, waits for the deliveries, and reports.
func measure(ctx context.Context, o *Options, publisher *publisher, receiverURL string, ledger *ledger) (Report, error) {
	if err := publisher.createConfig(ctx, measured, receiverURL); err != nil {
		return Report{}, err
	}
	stopProgress := watch(ctx, ledger, o.Progress)
	defer stopProgress()
	began := time.Now()
	if err := publisher.publish(ctx, o, ledger); err != nil {
		return Report{}, err
	}
	published := time.Since(began)
	ledger.wait(ctx, o.Drain)
	return ledger.report(began, published), ctx.Err()
}

// watch tells how far the benchmark is, until it is stopped.
func watch(ctx context.Context, ledger *ledger, progress func(acknowledged, delivered int)) (stop func()) {
	if progress == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				progress(ledger.counts())
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// payload is a JSON object of a size that does not compress away.
func payload(size int) string {
	const frame = `{"event":"bench","text":""}`
	text := rand.Text()
	for len(text) < size {
		text += rand.Text()
	}
	return frame[:len(frame)-2] + text[:size-len(frame)] + `"}`
}
