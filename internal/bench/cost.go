package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// exchangeTime is how long bare exchanges are measured.
const exchangeTime = time.Second

// exchangeRate returns how many bare HTTP exchanges a second the same
// connections make with a receiver in this process, as fast as they can: what
// the machine gives at this moment, to compare deliveries with.
func exchangeRate(ctx context.Context, connections int, payload string) (float64, error) {
	receiver, err := startReceiver(ctx, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	if err != nil {
		return 0, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}
	defer transport.CloseIdleConnections()
	began := time.Now()
	var mu sync.Mutex
	var failure error
	total := 0
	var group sync.WaitGroup
	for range connections {
		group.Go(func() {
			made, err := exchange(ctx, &http.Client{Transport: transport}, receiver.url, payload, began.Add(exchangeTime))
			mu.Lock()
			defer mu.Unlock()
			total, failure = total+made, errors.Join(failure, err)
		})
	}
	group.Wait()
	return perSecond(total, time.Since(began)), errors.Join(failure, receiver.stop())
}

func exchange(ctx context.Context, client *http.Client, url, payload string, until time.Time) (made int, err error) {
	for ; time.Now().Before(until); made++ {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(payload))
		if err != nil {
			return made, fmt.Errorf("measure a bare exchange: %w", err)
		}
		response, err := client.Do(request)
		if err != nil {
			return made, fmt.Errorf("measure a bare exchange: %w", err)
		}
		if err := response.Body.Close(); err != nil {
			return made, fmt.Errorf("measure a bare exchange: %w", err)
		}
	}
	return made, nil
}

// databaseWork is what a PostgreSQL server has done so far.
type databaseWork struct{ wal, scans int64 }

// readDatabaseWork asks a server. Its processes report what they have counted
// within a second or so of their last transaction.
func readDatabaseWork(ctx context.Context, url string) (work databaseWork, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return databaseWork{}, errors.New("ask the database what it has done: it cannot be reached") // err may have the password
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	err = conn.QueryRow(ctx, `SELECT (pg_current_wal_lsn() - '0/0')::bigint,
		(SELECT COALESCE(sum(seq_scan), 0) FROM pg_stat_user_tables WHERE relname = ANY($1))::bigint`,
		[]string{"events", "deliveries", "delivery_attempts"}).Scan(&work.wal, &work.scans)
	if err != nil {
		return databaseWork{}, fmt.Errorf("ask the database what it has done: %w", err)
	}
	return work, nil
}

// isPostgres tells by a database's name where it is.
func isPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}
