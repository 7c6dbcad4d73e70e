package coverage

import (
	_ "embed" // the page
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"path/filepath"
	"strings"
)

// Total is how much of one kind was exercised.
type Total struct {
	Kind    Kind `json:"kind"`
	Covered int  `json:"covered"`
	All     int  `json:"all"`
}

// Percent is how much that is, rounded down; of nothing it is 100.
func (t Total) Percent() int {
	if t.All == 0 {
		return 100
	}
	return 100 * t.Covered / t.All
}

// Plural names the kind.
func (t Total) Plural() string {
	if t.Kind == KindStatus {
		return "statuses"
	}
	return string(t.Kind) + "s"
}

// Totals returns one of each kind.
func (r *Report) Totals() []Total {
	kinds := []Kind{KindOperation, KindParameter, KindField, KindValue, KindStatus}
	totals := make([]Total, len(kinds))
	for i, kind := range kinds {
		totals[i].Kind = kind
	}
	for _, o := range r.Operations {
		totals[0].All++
		if o.Requests > 0 {
			totals[0].Covered++
		}
		for _, item := range o.Items {
			for i := range totals {
				if totals[i].Kind == item.Kind {
					totals[i].All++
					totals[i].Covered += min(item.Count, 1)
				}
			}
		}
	}
	return totals
}

// Missing returns the parts that no request exercises.
func (o *Operation) Missing() []*Item {
	var missing []*Item
	for _, item := range o.Items {
		if item.Count == 0 {
			missing = append(missing, item)
		}
	}
	return missing
}

// Write prints the report as the end of a file's name says: .html for a page,
// .json for programs, and text for anything else.
func (r *Report) Write(w io.Writer, name string) error {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".html", ".htm":
		return page.Execute(w, r)
	case ".json":
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(struct {
			Version int     `json:"version"`
			Totals  []Total `json:"totals"`
			*Report
		}{1, r.Totals(), r})
	default:
		return r.text(w)
	}
}

//go:embed page.html
var pageText string

var page = template.Must(template.New("coverage").Parse(pageText))

// text lists what is not exercised, operation by operation.
func (r *Report) text(w io.Writer) error {
	var out strings.Builder
	fmt.Fprintf(&out, "coverage of %s by %d requests\n", r.Document, r.Requests)
	for _, t := range r.Totals() {
		fmt.Fprintf(&out, "  %-10s %4d of %4d  %3d %%\n", t.Plural(), t.Covered, t.All, t.Percent())
	}
	for _, o := range r.Operations {
		missing := o.Missing()
		switch {
		case o.Requests == 0:
			fmt.Fprintf(&out, "%s: no request\n", o.ID)
			continue
		case len(missing) == 0:
			continue
		}
		fmt.Fprintf(&out, "%s: not exercised\n", o.ID)
		for _, item := range missing {
			fmt.Fprintf(&out, "  %s %s", item.Kind, item.Where)
			if item.Value != "" {
				fmt.Fprintf(&out, " = %s", item.Value)
			}
			out.WriteByte('\n')
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}
