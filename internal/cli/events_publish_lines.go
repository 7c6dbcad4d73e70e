package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/hookline-go/hookline/client"
)

// bulk publishes the lines of a file. Its mutex guards what follows it.
type bulk struct {
	k         *call
	overlay   map[string]any
	prefix    string
	skip      int
	begun     time.Time
	lineOut   io.Writer
	progress  *progress
	interrupt context.CancelFunc

	mu        sync.Mutex
	published int
	refused   int
	handled   map[int]bool // lines beyond the frontier that are done
	frontier  int          // every line up to this one is done
	stopped   error        // why no more lines are sent
}

// numbered is a line of the file.
type numbered struct {
	number int
	text   []byte
}

func publishLines(ctx context.Context, k *call) error {
	lines, closeLines, err := openLines(k)
	if err != nil {
		return usageError(fmt.Errorf("--lines: %w", err))
	}
	defer closeLines()
	changes, err := eventChanges(k)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := &bulk{
		k: k, overlay: changes, prefix: k.c.String("idempotency-prefix"), skip: k.c.Int("skip"), begun: time.Now(),
		lineOut: k.c.Root().ErrWriter, progress: newProgress(k.c.Root().ErrWriter), interrupt: cancel, handled: map[int]bool{},
	}
	if b.prefix == "" {
		b.prefix = uuid.NewString()
	}
	b.frontier = b.skip
	jobs := make(chan numbered)
	var workers sync.WaitGroup
	for range k.c.Int("concurrency") {
		workers.Go(func() {
			for line := range jobs {
				b.publish(ctx, line)
			}
		})
	}
	err = b.feed(ctx, lines, jobs)
	close(jobs)
	workers.Wait()
	b.progress.clear()
	return b.finish(ctx, err)
}

// openLines opens the source of --lines.
func openLines(k *call) (lines io.Reader, closeLines func(), err error) {
	source := k.c.String("lines")
	if source == "-" {
		return k.c.Root().Reader, func() {}, nil
	}
	path, found := strings.CutPrefix(source, "@")
	if !found {
		return nil, nil, errors.New("it must be @FILE, or - for standard input")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	return file, func() { _ = file.Close() }, nil
}

// eventChanges returns what the flags lay over each event.
func eventChanges(k *call) (map[string]any, error) {
	if k.c.String("data") != "" {
		return nil, usageError(errors.New("--lines and --data cannot both be given"))
	}
	raw, err := readBody(k.c, eventFields())
	if err != nil {
		return nil, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	changes := map[string]any{}
	for name, value := range fields {
		changes[name] = value
	}
	return changes, nil
}

// feed hands lines to the workers until there are no more, or none may be sent.
func (b *bulk) feed(ctx context.Context, lines io.Reader, jobs chan<- numbered) error {
	reader := bufio.NewReader(lines)
	for number := 1; ; number++ {
		text, err := reader.ReadBytes('\n')
		if text = bytes.TrimSpace(text); number > b.skip && len(text) > 0 {
			select {
			case jobs <- numbered{number, text}:
			case <-ctx.Done():
				return nil // finish says why
			}
		} else if number > b.skip && err == nil {
			b.note(number, func() {}) // an empty line
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// publish sends a line. A refusal is told and does not stop the others.
func (b *bulk) publish(ctx context.Context, line numbered) {
	raw := json.RawMessage(line.text)
	if len(b.overlay) > 0 {
		laid, err := overlay(raw, b.overlay)
		if err != nil {
			b.refuse(line.number, errors.New("it is not a JSON object"))
			return
		}
		raw = laid
	}
	_, err := publishEvent(ctx, b.k, raw, fmt.Sprintf("%s-%d", b.prefix, line.number))
	failure, isAnswer := errors.AsType[*client.Error](err)
	switch {
	case err == nil:
		b.note(line.number, func() { b.published++ })
	case isAnswer && isRefusal(failure):
		b.refuse(line.number, explain(b.k.c, err))
	default:
		b.stop(explain(b.k.c, err))
	}
}

// isRefusal tells whether the event itself was refused: another one may not be.
func isRefusal(failure *client.Error) bool {
	return errors.Is(failure, client.ErrInvalidRequest) || errors.Is(failure, client.ErrConflict)
}

func (b *bulk) refuse(number int, reason error) {
	b.note(number, func() {
		b.refused++
		b.progress.clear()
		_, _ = fmt.Fprintf(b.lineOut, "line %d: %v\n", number, reason)
	})
}

func (b *bulk) stop(reason error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped == nil {
		b.stopped = reason
	}
	b.interrupt()
}

// note counts a line that is done and moves the frontier.
func (b *bulk) note(number int, count func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	count()
	b.handled[number] = true
	for b.handled[b.frontier+1] {
		b.frontier++
		delete(b.handled, b.frontier)
	}
	b.progress.show(fmt.Sprintf("%d published, %d refused, %.0f/s", b.published, b.refused,
		float64(b.published)/time.Since(b.begun).Seconds()))
}

// bulkReport is the summary of --json.
type bulkReport struct {
	Published         int    `json:"published"`
	Refused           int    `json:"refused"`
	Complete          bool   `json:"complete"`
	Skip              int    `json:"skip"`
	IdempotencyPrefix string `json:"idempotency_prefix"`
}

// finish prints the summary, and how to continue where lines are left.
func (b *bulk) finish(ctx context.Context, reading error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	failure := b.stopped
	if failure == nil {
		failure = errors.Join(reading, context.Cause(ctx))
	}
	out := b.k.c.Root().Writer
	if b.k.c.Bool("json") {
		if err := printJSON(out, bulkReport{b.published, b.refused, failure == nil, b.frontier, b.prefix}); err != nil {
			return err
		}
	} else {
		_, _ = fmt.Fprintf(out, "published %d events, refused %d, in %s\n", b.published, b.refused, time.Since(b.begun).Round(time.Millisecond))
	}
	switch {
	case failure != nil:
		_, _ = fmt.Fprintf(b.lineOut, "to continue, add: --skip %d --idempotency-prefix %s\n", b.frontier, b.prefix)
		return failure
	case b.refused > 0:
		return &exitError{status: statusFailed}
	default:
		return nil
	}
}
