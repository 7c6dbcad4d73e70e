package cli

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// newLogger takes values that the flags have checked.
func newLogger(w io.Writer, format, level string) (*slog.Logger, error) {
	var threshold slog.Level
	if err := threshold.UnmarshalText([]byte(level)); err != nil {
		return nil, usageError(err)
	}
	options := &slog.HandlerOptions{Level: threshold}
	var handler slog.Handler = slog.NewTextHandler(w, options)
	if format == "json" {
		handler = slog.NewJSONHandler(w, options)
	}
	return slog.New(&sampled{Handler: handler, seen: newRepetitions(handler, time.Now)}), nil
}

const (
	// sampleWindow is how long lines with the same message count as repeated,
	// and sampleFirst how many of them are written.
	sampleWindow = 10 * time.Second
	sampleFirst  = 10
	// maxMessages bounds the messages that are told apart. Those of the program
	// are constants, and there are fewer.
	maxMessages = 500
)

// sampled keeps errors that repeat themselves from flooding the log: a database
// that is away for a second fails each of a thousand jobs. Of lines at ERROR
// with the same message the first few of a while are written; the next one
// after that says how many were not. Other lines pass.
type sampled struct {
	slog.Handler

	seen *repetitions // shared with the handlers made from this one
}

// repetitions is safe for concurrent use.
type repetitions struct {
	root slog.Handler // writes the summaries
	now  func() time.Time

	mu      sync.Mutex
	swept   time.Time
	windows map[string]*window
}

// window counts the lines of one message from a time on.
type window struct {
	begun           time.Time
	level           slog.Level
	lines, withheld int
}

func newRepetitions(root slog.Handler, now func() time.Time) *repetitions {
	return &repetitions{root: root, now: now, windows: map[string]*window{}}
}

// Handle implements [slog.Handler].
func (s *sampled) Handle(ctx context.Context, r slog.Record) error {
	for _, summary := range s.seen.sweep() {
		if err := s.seen.root.Handle(ctx, summary); err != nil {
			return err
		}
	}
	if r.Level >= slog.LevelError && !s.seen.admit(r.Message, r.Level) {
		return nil
	}
	return s.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (s *sampled) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &sampled{Handler: s.Handler.WithAttrs(attrs), seen: s.seen}
}

// WithGroup implements [slog.Handler].
func (s *sampled) WithGroup(name string) slog.Handler {
	return &sampled{Handler: s.Handler.WithGroup(name), seen: s.seen}
}

// admit counts a line, and reports whether it is to be written.
func (r *repetitions) admit(message string, level slog.Level) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.windows[message]
	if w == nil {
		if len(r.windows) >= maxMessages {
			return true
		}
		w = &window{begun: r.now(), level: level}
		r.windows[message] = w
	}
	w.lines++
	if w.lines > sampleFirst {
		w.withheld++
		return false
	}
	return true
}

// sweep ends the windows whose time is over, and returns a line for each that
// had more lines than were written.
func (r *repetitions) sweep() []slog.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if now.Sub(r.swept) < sampleWindow/10 {
		return nil
	}
	r.swept = now
	var summaries []slog.Record
	for message, w := range r.windows {
		if now.Sub(w.begun) < sampleWindow {
			continue
		}
		delete(r.windows, message)
		if w.withheld > 0 {
			summary := slog.NewRecord(now, w.level, message, 0)
			summary.AddAttrs(slog.Int("repeated", w.withheld))
			summaries = append(summaries, summary)
		}
	}
	return summaries
}
