package har

import (
	"errors"
	"io"

	"github.com/hookline-go/hookline/internal/validate/source"
)

var errTooLarge = errors.New("an entry is larger than 64 MiB")

// tracker knows the position of what the decoder has read. It holds what is not
// yet behind the last position, which is one entry at most, and what the
// decoder has read ahead.
type tracker struct {
	reader  io.Reader
	pending []byte
	behind  int   // how much of pending is no longer needed; the next Read drops it
	offset  int64 // of pending's first byte that is needed
	place   source.Place
	failed  error
}

// Read implements io.Reader.
func (t *tracker) Read(p []byte) (int, error) {
	if len(t.pending)-t.behind > MaxEntry {
		t.failed = errTooLarge
		return 0, t.failed
	}
	n, err := t.reader.Read(p)
	t.pending = append(t.pending[:copy(t.pending, t.pending[t.behind:])], p[:n]...)
	t.behind = 0
	if err != nil && !errors.Is(err, io.EOF) {
		t.failed = errors.New("the file cannot be read to its end")
	}
	return n, err
}

// advance moves on to an offset of the file and returns its position. It never
// moves back.
func (t *tracker) advance(offset int64) source.Place {
	needed := t.pending[t.behind:]
	count := int(min(max(offset-t.offset, 0), int64(len(needed))))
	t.place = source.Advance(t.place, needed[:count])
	t.offset += int64(count)
	t.behind += count
	return t.place
}
