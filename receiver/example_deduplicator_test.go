package receiver_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	_ "modernc.org/sqlite" // for the example; any SQL database will do

	"github.com/hookline-go/hookline/receiver"
)

// handledTable is where several processes remember together what they have
// handled. claimed_until, in seconds since the Unix epoch, is null once the
// handler has succeeded. A job of your own deletes what is older than the
// sender's longest wait between two attempts.
const handledTable = `CREATE TABLE handled (id TEXT PRIMARY KEY, claim TEXT NOT NULL, claimed_until BIGINT)`

// claimTime is longer than the handler may take: after it the claim of a
// process that has died is anybody's.
const claimTime = time.Minute

// sqlDeduplicator implements receiver.Deduplicator.
type sqlDeduplicator struct{ db *sql.DB }

func (d sqlDeduplicator) Begin(ctx context.Context, id string) (receiver.Claim, error) {
	claim, now := rand.Text(), time.Now()
	result, err := d.db.ExecContext(ctx, `
		INSERT INTO handled (id, claim, claimed_until) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET claim = excluded.claim, claimed_until = excluded.claimed_until
		WHERE handled.claimed_until < ?`, id, claim, now.Add(claimTime).Unix(), now.Unix())
	if err != nil {
		return nil, err
	}
	if claimed, err := result.RowsAffected(); err != nil || claimed == 1 {
		return sqlClaim{d.db, id, claim}, err
	}
	var done bool
	err = d.db.QueryRowContext(ctx, `SELECT claimed_until IS NULL FROM handled WHERE id = ?`, id).Scan(&done)
	switch {
	case err != nil:
		return nil, err
	case done:
		return nil, receiver.ErrDuplicate
	default:
		return nil, receiver.ErrInProgress
	}
}

type sqlClaim struct {
	db        *sql.DB
	id, claim string
}

func (c sqlClaim) Done(ctx context.Context) error {
	_, err := c.db.ExecContext(ctx, `UPDATE handled SET claimed_until = NULL WHERE id = ? AND claim = ?`, c.id, c.claim)
	return err
}

func (c sqlClaim) Release(ctx context.Context) error {
	_, err := c.db.ExecContext(ctx, `DELETE FROM handled WHERE id = ? AND claim = ?`, c.id, c.claim)
	return err
}

// A Deduplicator that several processes share is a table with a unique key.
func ExampleDeduplicator() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { fmt.Println("closed:", db.Close()) }()
	db.SetMaxOpenConns(1) // each connection would have a database of its own in memory
	if _, err := db.ExecContext(ctx, handledTable); err != nil {
		fmt.Println(err)
		return
	}
	outcome := errors.New("the first run fails")
	handler, err := receiver.NewHandler([]string{signingKey}, func(context.Context, receiver.Delivery) error {
		fmt.Println("handling")
		return outcome
	}, receiver.WithDeduplicator(sqlDeduplicator{db}), receiver.WithLogger(quiet))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(post(handler, signingKey, "event-1", "{}").Code)
	outcome = nil
	fmt.Println(post(handler, signingKey, "event-1", "{}").Code)
	fmt.Println(post(handler, signingKey, "event-1", "{}").Code)
	// Output:
	// handling
	// 500
	// handling
	// 204
	// 204
	// closed: <nil>
}
