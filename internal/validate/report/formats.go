package report

import (
	"fmt"
	"io"
)

// Options say how a report looks.
type Options struct {
	// Colour adds colours to the text format.
	Colour bool
	// Version is the program's, for formats that name the tool.
	Version string
}

// Formats are the names that Write takes.
func Formats() []string { return []string{"text", "json", "junit", "sarif", "github"} }

// Write prints a result in a format of Formats.
func Write(w io.Writer, format string, r *Result, o Options) error {
	switch format {
	case "text":
		return Text(w, r, o.Colour)
	case "json":
		return JSON(w, r)
	case "junit":
		return JUnit(w, r)
	case "sarif":
		return SARIF(w, r, o.Version)
	case "github":
		return GitHub(w, r)
	default:
		return fmt.Errorf("report: there is no format %q", format)
	}
}
