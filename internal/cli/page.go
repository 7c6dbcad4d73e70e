package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// page gathers what a command prints for people.
type page struct {
	text     strings.Builder
	width    int // 0 where no terminal limits it
	coloured bool
	now      time.Time
}

// newPage prepares a page for a writer.
func newPage(w io.Writer) *page {
	width, _ := terminalWidth(w)
	return &page{width: width, coloured: colours(w), now: time.Now()}
}

func printPage(w io.Writer, fill func(p *page)) error {
	p := newPage(w)
	fill(p)
	_, err := io.WriteString(w, p.text.String())
	return err
}

// linef prints a line.
func (p *page) linef(format string, args ...any) {
	fmt.Fprintf(&p.text, format, args...)
	p.text.WriteByte('\n')
}

// fact prints a name and its value; nothing where the value is empty.
func (p *page) fact(name, value string) {
	if value != "" {
		p.linef("%-18s %s", name, printable(value))
	}
}

// moment writes a time in the local zone, and how long it is ago or ahead.
func (p *page) moment(t time.Time) string {
	local := t.Local() //nolint:gosmopolitan // people read it
	return local.Format(time.DateTime) + " (" + p.relative(t) + ")"
}

// relative writes how far a time is from now.
func (p *page) relative(t time.Time) string {
	distance := p.now.Sub(t)
	if distance < 0 {
		return "in " + roughly(-distance)
	}
	if distance < time.Second {
		return "now"
	}
	return roughly(distance) + " ago"
}

// roughly writes a duration in its largest unit.
func roughly(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 2*day:
		return fmt.Sprintf("%dh", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd", int(d/day))
	}
}

// colour writes a text in a colour of the terminal.
func (p *page) colour(code int, text string) string {
	if !p.coloured {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", code, text)
}

const (
	red    = 31
	green  = 32
	yellow = 33
)

// printable replaces what could move a terminal's cursor: names and answers of
// receivers are other people's text.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '·'
		}
		return r
	}, text)
}

// table is printed in columns as wide as their widest cell. A terminal that is
// too narrow cuts the widest columns.
type table struct {
	header []string
	rows   [][]string
	// colours returns the colour of a cell, 0 for none; nil colours nothing.
	colours func(column int, cell string) int
}

const (
	columnGap   = 2
	leastColumn = 8
)

// table prints a table.
func (p *page) table(t *table) {
	widths := make([]int, len(t.header))
	for _, row := range append([][]string{t.header}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(printable(cell)))
		}
	}
	p.shrink(widths)
	p.row(widths, t.header, nil)
	for _, row := range t.rows {
		p.row(widths, row, t.colours)
	}
}

// shrink narrows the widest columns until the row fits.
func (p *page) shrink(widths []int) {
	if p.width == 0 {
		return
	}
	for {
		total, widest := columnGap*(len(widths)-1), 0
		for i, width := range widths {
			total += width
			if width > widths[widest] {
				widest = i
			}
		}
		if total <= p.width || widths[widest] <= leastColumn {
			return
		}
		widths[widest]--
	}
}

func (p *page) row(widths []int, cells []string, colours func(column int, cell string) int) {
	var line strings.Builder
	for i, cell := range cells {
		text := cut(printable(cell), widths[i])
		padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text)+columnGap)
		if colours != nil {
			if code := colours(i, cell); code != 0 {
				text = p.colour(code, text)
			}
		}
		line.WriteString(text)
		if i < len(cells)-1 {
			line.WriteString(padding)
		}
	}
	p.linef("%s", strings.TrimRight(line.String(), " "))
}

// cut shortens a text to a width, with an ellipsis at its end.
func cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}
