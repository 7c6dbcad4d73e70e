package cli

import (
	"io"
	"os"
	"strconv"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// Bounds of the width that text is wrapped to. Longer lines are hard to read.
const (
	defaultWidth = 80
	leastWidth   = 40
	mostWidth    = 100
)

// isTerminal tells whether a stream is a terminal.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && (isatty.IsTerminal(file.Fd()) || isatty.IsCygwinTerminal(file.Fd()))
}

// colours tells whether the output is a terminal whose user has nothing against
// colours (no-color.org).
func colours(out any) bool {
	return isTerminal(out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// terminalWidth returns the width of the terminal behind a stream, or what
// COLUMNS says; ok is false where neither is there.
func terminalWidth(w io.Writer) (width int, ok bool) {
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		return columns, true
	}
	file, isFile := w.(*os.File)
	if !isFile || !isTerminal(file) {
		return 0, false
	}
	width, _, err := term.GetSize(int(file.Fd()))
	return width, err == nil && width > 0
}

// textWidth returns the width to wrap text at.
func textWidth(w io.Writer) int {
	width, ok := terminalWidth(w)
	if !ok {
		return defaultWidth
	}
	return min(max(width, leastWidth), mostWidth)
}
