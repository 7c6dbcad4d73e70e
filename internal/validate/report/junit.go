package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// The shapes of JUnit's XML, as far as CI servers read it.
type (
	junitReport struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Line    int           `xml:"line,attr,omitempty"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
		Error   *junitFailure `xml:"error"`
		Skipped *junitFailure `xml:"skipped"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit prints a test suite for each file and a test case for each request. Its
// result must have been made with cases.
func JUnit(w io.Writer, r *Result) error {
	document := junitReport{Name: "hookline validate"}
	for i := range r.Cases {
		document.add(r.Cases[i].Place.File, junitRequest(&r.Cases[i]))
	}
	for _, p := range r.Problems {
		document.add(p.Place.File, junitProblem(p))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// add puts a case into the suite of its file. Those of one file come one after
// the other.
func (d *junitReport) add(file string, c junitCase) {
	file = filepath.ToSlash(file)
	if file == "" {
		file = "hookline validate"
	}
	c.Class = file
	if len(d.Suites) == 0 || d.Suites[len(d.Suites)-1].Name != file {
		d.Suites = append(d.Suites, junitSuite{Name: file})
	}
	s := &d.Suites[len(d.Suites)-1]
	s.Cases = append(s.Cases, c)
	s.Tests++
	d.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
		d.Failures++
	case c.Error != nil:
		s.Errors++
		d.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func junitRequest(c *Case) junitCase {
	out := junitCase{
		Name: junitName(c), File: filepath.ToSlash(c.Place.File), Line: c.Place.Line, Time: "0",
	}
	var text strings.Builder
	for i := range c.Findings {
		f := &c.Findings[i]
		fmt.Fprintf(&text, "%s  %s  %s  %s\n  %s\n", position(f.Place), f.Severity, f.Code, subject(f), f.Message)
		if f.Suggestion != "" {
			fmt.Fprintf(&text, "  did you mean %s?\n", f.Suggestion)
		}
		if f.Schema != "" {
			fmt.Fprintf(&text, "  spec  %s  %s\n", position(f.Spec), f.Schema)
		}
		if f.Was.Line > 0 {
			fmt.Fprintf(&text, "  was   %s\n", position(f.Was))
		}
	}
	switch c.Status {
	case Invalid:
		out.Failure = &junitFailure{Message: count(len(c.Findings), "finding"), Type: c.Findings[0].Code, Text: text.String()}
	case Unmatched:
		out.Skipped = &junitFailure{Message: "the request is for no operation of the contract", Text: text.String()}
	case Before:
		out.Skipped = &junitFailure{Message: "the request broke the older document already"}
	case Valid:
	}
	return out
}

func junitName(c *Case) string {
	name := c.Operation
	if name == "" {
		name = "no operation"
	}
	if c.Name != "" {
		name += ": " + c.Name
	}
	return fmt.Sprintf("%s (line %d)", name, c.Place.Line)
}

func junitProblem(p *source.FileError) junitCase {
	if p.Note {
		return junitCase{
			Name: "the format is read", File: filepath.ToSlash(p.Place.File), Time: "0", Skipped: &junitFailure{Message: p.Reason},
		}
	}
	return junitCase{
		Name: "the file can be read", File: filepath.ToSlash(p.Place.File), Line: p.Place.Line, Time: "0",
		Error: &junitFailure{Message: p.Error(), Type: "unreadable"},
	}
}
