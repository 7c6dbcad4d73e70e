package report

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// The escapes of GitHub's workflow commands, of a message and of a property.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// GitHub prints workflow commands, which GitHub shows as annotations in a pull
// request's files, and the summary.
func GitHub(w io.Writer, r *Result) error {
	var out strings.Builder
	for _, f := range r.Findings {
		message := f.Message + " (" + subject(&f) + ")"
		if f.Suggestion != "" {
			message += "\ndid you mean " + f.Suggestion + "?"
		}
		if f.Schema != "" {
			message += "\nspec " + position(f.Spec) + " " + f.Schema
			if r.BuiltIn {
				message += " (hookline spec prints it)"
			}
		}
		if f.Was.Line > 0 {
			message += "\nwas " + position(f.Was)
		}
		annotation(&out, string(f.Severity), f.Place, f.Code, message)
	}
	for _, p := range r.Problems {
		command, title := "error", "unreadable"
		if p.Note {
			command, title = "notice", "not read"
		}
		annotation(&out, command, p.Place, title, p.Reason)
	}
	fmt.Fprintf(&out, "%s\n", r.Line())
	_, err := io.WriteString(w, out.String())
	return err
}

func annotation(out *strings.Builder, command string, at source.Place, title, message string) {
	properties := []string{}
	if at.File != "" {
		properties = append(properties, "file="+githubProperty.Replace(filepath.ToSlash(at.File)))
	}
	if at.Line > 0 {
		properties = append(properties, fmt.Sprintf("line=%d,col=%d", at.Line, at.Column))
	}
	properties = append(properties, "title="+githubProperty.Replace("hookline: "+title))
	fmt.Fprintf(out, "::%s %s::%s\n", command, strings.Join(properties, ","), githubData.Replace(message))
}
