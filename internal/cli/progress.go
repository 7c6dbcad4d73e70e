package cli

import (
	"fmt"
	"io"
	"time"
)

// progress is a line on a terminal that is written again and again. It writes
// nothing elsewhere. Its user sees to it that it is called by one goroutine at
// a time.
type progress struct {
	out   io.Writer // nil for none
	shown time.Time
	dirty bool
}

// progressInterval keeps a terminal from being flooded.
const progressInterval = 100 * time.Millisecond

func newProgress(out io.Writer) *progress {
	if !isTerminal(out) {
		out = nil
	}
	return &progress{out: out}
}

// show replaces the line.
func (p *progress) show(text string) {
	if p.out == nil || time.Since(p.shown) < progressInterval {
		return
	}
	width, ok := terminalWidth(p.out)
	if !ok {
		width = defaultWidth
	}
	_, _ = fmt.Fprintf(p.out, "\r%s\x1b[K", cut(text, width-1))
	p.shown, p.dirty = time.Now(), true
}

// clear takes the line away, so that something else can be printed.
func (p *progress) clear() {
	if p.dirty {
		_, _ = io.WriteString(p.out, "\r\x1b[K")
		p.dirty = false
	}
}
