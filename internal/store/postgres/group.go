package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// maxGroup bounds how many operations share a transaction, and with that how
// long the first of them waits.
const maxGroup = 64

// grouper runs operations of one kind together: those that come while others
// run share the next transaction. The disk is waited for once for all of them,
// and each statement serves them all. There is one group at a time: with two,
// each is half as large, and the same work takes a quarter more processor time.
type grouper[T any] struct {
	run     func(context.Context, []*operation[T]) error
	queue   chan *operation[T]
	closing chan struct{}
	stop    func()
	done    sync.WaitGroup
}

// operation is one of a group. Its context ends the wait for its turn; what has
// begun is finished, unless nobody in the group waits for it any more.
type operation[T any] struct {
	ctx   context.Context //nolint:containedctx // it travels to the goroutine that runs it
	value T
	// err is the operation's own failure, which leaves the others alone.
	err  error
	done chan struct{}
}

func newGrouper[T any](run func(context.Context, []*operation[T]) error) *grouper[T] {
	g := &grouper[T]{run: run, queue: make(chan *operation[T]), closing: make(chan struct{})}
	// It waits for the groups under way. Operations after that fail.
	g.stop = sync.OnceFunc(func() {
		close(g.closing)
		g.done.Wait()
	})
	g.done.Go(g.loop)
	return g
}

// do runs an operation together with others, and returns it after the commit.
func (g *grouper[T]) do(ctx context.Context, value T) (T, error) {
	o := &operation[T]{ctx: ctx, value: value, done: make(chan struct{})}
	if err := ctx.Err(); err != nil {
		return o.value, err
	}
	select {
	case g.queue <- o:
	case <-ctx.Done():
		return o.value, ctx.Err()
	case <-g.closing:
		return o.value, errClosed
	}
	<-o.done
	if broken, ok := errors.AsType[*panicError](o.err); ok {
		panic(broken.value) //nolint:forbidigo // in the goroutine that it belongs to
	}
	return o.value, o.err
}

func (g *grouper[T]) loop() {
	for {
		select {
		case first := <-g.queue:
			g.runGroup(g.gather(first))
		case <-g.closing:
			return
		}
	}
}

// gather returns first and whatever waits by now.
func (g *grouper[T]) gather(first *operation[T]) []*operation[T] {
	group := []*operation[T]{first}
	for len(group) < maxGroup {
		select {
		case o := <-g.queue:
			group = append(group, o)
		default:
			return group
		}
	}
	return group
}

// runGroup runs a group, and each of its operations alone if together they
// fail for a reason that may be one's own.
func (g *grouper[T]) runGroup(group []*operation[T]) {
	err := g.attempt(group)
	if err != nil && len(group) > 1 && !isGroupWide(err) {
		for _, o := range group {
			o.err = g.attempt([]*operation[T]{o})
		}
		err = nil
	}
	for _, o := range group {
		if err != nil {
			o.err = err
		}
		close(o.done)
	}
}

// attempt runs operations in one transaction. Afterwards each has its own
// error, if that of all is nil.
func (g *grouper[T]) attempt(group []*operation[T]) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value: value}
		}
	}()
	ctx, cancel := whileWanted(group)
	defer cancel()
	err = g.run(ctx, group)
	if err == nil && len(group) == 1 {
		return group[0].err
	}
	return err
}

// isGroupWide reports whether an error would meet each operation of a group.
func isGroupWide(err error) bool {
	_, unavailable := codeOf(err)
	return unavailable || errors.Is(err, context.Canceled)
}

// whileWanted returns a context that ends when all those of a group have.
func whileWanted[T any](group []*operation[T]) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	var wanted atomic.Int64
	wanted.Store(int64(len(group)))
	stops := make([]func() bool, len(group))
	for i, o := range group {
		stops[i] = context.AfterFunc(o.ctx, func() {
			if wanted.Add(-1) == 0 {
				cancel()
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}

// panicError carries a panic to the callers whose operation it met.
type panicError struct{ value any }

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }
