package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/template"

	"github.com/urfave/cli/v3"
)

const outputCategory = "Output flags"

// outputFlags say how a command prints what the API answered.
func outputFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "json", Usage: "print the API's answer as JSON", Sources: variable("json"), Category: outputCategory},
		&cli.StringFlag{
			Name: "format", Usage: "print each result by a Go `TEMPLATE` over the contract's fields, such as '{{.state}}'", Category: outputCategory,
		},
		showSecretsFlag(),
	}
}

func showSecretsFlag() cli.Flag {
	return &cli.BoolFlag{
		Name: "show-secrets", Usage: "print the values of custom headers, which are masked otherwise", Category: outputCategory,
	}
}

// answer is what a command has to print.
type answer struct {
	// body is the API's answer.
	body []byte
	// path leads through body to the result, an object or a list.
	path []string
	// text prints the result for people.
	text func(p *page)
}

// print prints an answer as the output flags say.
func (a *answer) print(c *cli.Command) error {
	out := c.Root().Writer
	isJSON, format := c.Bool("json"), c.String("format")
	switch {
	case isJSON && format != "":
		return usageError(errors.New("--json and --format cannot both be given"))
	case !isJSON && format == "":
		return printPage(out, a.text)
	}
	document, err := decodeAnswer(a.body)
	if err != nil {
		return err
	}
	if !c.Bool("show-secrets") {
		maskHeaders(document)
	}
	if isJSON {
		return printJSON(out, document)
	}
	return printTemplate(out, format, walk(document, a.path))
}

// decodeAnswer decodes JSON and keeps its numbers as they are.
func decodeAnswer(body []byte) (document any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		return nil, fmt.Errorf("the answer is not JSON: %w", err)
	}
	return document, nil
}

func walk(document any, path []string) any {
	for _, name := range path {
		object, _ := document.(map[string]any)
		document = object[name]
	}
	return document
}

// masked stands for a secret.
const masked = "••••"

// maskHeaders replaces the values of custom headers wherever a config has them.
func maskHeaders(value any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			maskHeaders(item)
		}
	case map[string]any:
		headers, _ := value[headersField].([]any)
		for _, header := range headers {
			if header, ok := header.(map[string]any); ok {
				header["value"] = masked
			}
		}
		for name, inner := range value {
			if name != "payload" { // it is the user's own
				maskHeaders(inner)
			}
		}
	}
}

// printTemplate prints a result, or each item of a list, on a line of its own.
func printTemplate(w io.Writer, format string, result any) error {
	compiled, err := template.New("--format").Option("missingkey=error").Parse(format)
	if err != nil {
		return usageError(err)
	}
	items, isList := result.([]any)
	if !isList {
		items = []any{result}
	}
	for _, item := range items {
		var line bytes.Buffer
		if err := compiled.Execute(&line, item); err != nil {
			return usageError(err)
		}
		if _, err := fmt.Fprintln(w, line.String()); err != nil {
			return err
		}
	}
	return nil
}

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
