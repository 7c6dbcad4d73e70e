package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// maxGroup bounds how many writes share a commit, and with that how long the
// first of them waits.
const maxGroup = 128

// committer runs writes one after the other, and commits together those that
// came while others ran: the disk is waited for once for all of them. Each has
// a savepoint of its own, so one that fails takes nothing of the others with
// it.
type committer struct {
	db      *sql.DB
	queue   chan *operation
	closing chan struct{}
	close   func()
	done    sync.WaitGroup

	enqueuer Enqueuer
	// unfolded is how many changes of counts wait to be added up. Only the
	// goroutine uses it.
	unfolded int
}

// operation is one write. Its context ends the wait for its turn; what has
// begun is finished.
type operation struct {
	ctx  context.Context //nolint:containedctx // it travels to the goroutine that runs it
	run  func(*transaction) error
	tx   *transaction // while it runs, and with what it leaves to store
	err  error
	done chan struct{}
}

func newCommitter(db *sql.DB, enqueuer Enqueuer) *committer {
	c := &committer{
		db: db, queue: make(chan *operation), closing: make(chan struct{}), enqueuer: enqueuer, unfolded: store.FoldAfter,
	}
	c.close = sync.OnceFunc(func() { close(c.closing) })
	c.done.Go(c.loop)
	return c
}

// stop waits for the write under way. Those after it fail.
func (c *committer) stop() {
	c.close()
	c.done.Wait()
}

// write runs fn in a transaction that holds the write lock, together with
// others. It returns after the commit. fn must be quick and must not write
// through the store again. Errors say what was attempted.
func (s *Store) write(ctx context.Context, attempted string, fn func(*transaction) error) error {
	err := s.committer.do(ctx, fn)
	s.note(err)
	return wrap(ctx, attempted, err)
}

func (c *committer) do(ctx context.Context, fn func(*transaction) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o := &operation{ctx: ctx, run: fn, done: make(chan struct{})}
	select {
	case c.queue <- o:
	case <-ctx.Done():
		return ctx.Err()
	case <-c.closing:
		return sql.ErrConnDone
	}
	<-o.done
	if broken, ok := errors.AsType[*panicError](o.err); ok {
		panic(broken.value) //nolint:forbidigo // fn's own panic, in the goroutine that it belongs to
	}
	return o.err
}

// panicError carries a panic of an operation to its caller.
type panicError struct{ value any }

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

func (c *committer) loop() {
	for {
		select {
		case first := <-c.queue:
			c.commit(first)
		case <-c.closing:
			return
		}
		if c.unfolded >= store.FoldAfter {
			c.foldChanges()
		}
	}
}

// commit runs first and whatever waits by then, and answers them all.
func (c *committer) commit(first *operation) {
	group, changes := []*operation{first}, 0
	err := inTransaction(context.Background(), c.db, nil, func(tx *sql.Tx) error {
		for next := first; next != nil; next = c.next(&group) {
			if err := next.inSavepoint(tx); err != nil {
				return err
			}
		}
		var err error
		if changes, err = insertChanges(context.Background(), tx, group); err != nil {
			return err
		}
		return c.enqueue(tx, group)
	})
	if err == nil {
		c.unfolded += changes
	}
	for _, o := range group {
		if o.err == nil {
			o.err = err
		}
		if o.err == nil {
			c.unfolded += o.tx.changes
		}
		if o.tx != nil {
			o.tx.direct.End(o.err)
		}
		close(o.done)
	}
}

// enqueue queues what the operations of a group want queued, in one statement.
func (c *committer) enqueue(tx *sql.Tx, group []*operation) error {
	var jobs []webhook.Job
	for _, o := range group {
		if o.err == nil {
			jobs = append(jobs, o.tx.jobs...)
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	return c.enqueuer.Enqueue(context.Background(), tx, jobs)
}

// next takes another operation into the group, nil if none waits.
func (c *committer) next(group *[]*operation) *operation {
	if len(*group) >= maxGroup {
		return nil
	}
	select {
	case o := <-c.queue:
		*group = append(*group, o)
		return o
	default:
		return nil
	}
}

// inSavepoint runs the operation, and undoes it if it fails or is not wanted
// any more. An error is one of the whole transaction.
func (o *operation) inSavepoint(tx *sql.Tx) error {
	o.tx = newTransaction(o.ctx, tx)
	if err := o.tx.Exec(`SAVEPOINT operation`); err != nil {
		return err
	}
	if o.err = o.call(); o.err == nil {
		o.err = o.ctx.Err()
	}
	if o.err != nil {
		if err := o.tx.Exec(`ROLLBACK TO operation`); err != nil {
			return errors.Join(o.err, err) // SQLite has undone everything
		}
	}
	return o.tx.Exec(`RELEASE operation`)
}

func (o *operation) call() (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value: value}
		}
	}()
	return o.run(o.tx)
}

// foldChanges brings the counts up to date. If that fails, as on a full disk,
// it is tried again after the next write; counts are right all the same.
func (c *committer) foldChanges() {
	ctx := context.Background()
	if inTransaction(ctx, c.db, nil, func(tx *sql.Tx) error { return fold(ctx, tx) }) == nil {
		c.unfolded = 0
	}
}
