package app

import (
	"context"
	"io"
	"log"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// withheldEvery is how often the log tells that the same place in a library
// writes to the standard log.
const withheldEvery = time.Minute

// standardLog stands in for the standard library's logger, to which libraries
// write what they think worth knowing: net/http, for one, the bytes that a
// receiver sends unasked, which can be our request. Of each line only the place
// in the code is kept that wrote it. It is safe for concurrent use.
type standardLog struct {
	logger *slog.Logger

	mu     sync.Mutex
	places map[string]*withheld // as many as there are calls in the code
}

// withheld counts the lines of one place.
type withheld struct {
	lines     int
	sometimes rate.Sometimes
}

func newStandardLog(logger *slog.Logger) *standardLog {
	return &standardLog{logger: logger, places: map[string]*withheld{}}
}

// TakeOverStandardLog has everything that is written to the standard library's
// logger reduced to fixed words in logger. It is for the program, not for a
// service in somebody else's: it changes what all of the process does.
func TakeOverStandardLog(logger *slog.Logger) {
	log.SetPrefix("")                     //nolint:forbidigo // it is taken over here
	log.SetFlags(log.Lshortfile)          //nolint:forbidigo // it is taken over here
	log.SetOutput(newStandardLog(logger)) //nolint:forbidigo // it is taken over here
}

// standardLogger is a logger for libraries that take one.
func standardLogger(logger *slog.Logger) *log.Logger { //nolint:forbidigo // likewise
	return log.New(newStandardLog(logger), "", log.Lshortfile) //nolint:forbidigo // likewise
}

// place is what [log.Lshortfile] puts before a line.
var place = regexp.MustCompile(`^[\w.-]+\.go:\d+: `)

// Write implements [io.Writer] for one line.
func (l *standardLog) Write(line []byte) (int, error) {
	source := "unknown"
	if found := place.Find(line); found != nil {
		source = string(found[:len(found)-len(": ")])
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	w, known := l.places[source]
	if !known {
		w = &withheld{sometimes: rate.Sometimes{First: 1, Interval: withheldEvery}}
		l.places[source] = w
	}
	w.lines++
	w.sometimes.Do(func() {
		l.logger.LogAttrs(context.Background(), slog.LevelWarn,
			"a library wrote to the standard log; its words are withheld, since they can repeat what others sent",
			slog.String("source", source), slog.Int("lines", w.lines))
		w.lines = 0
	})
	return len(line), nil
}

var _ io.Writer = (*standardLog)(nil)
