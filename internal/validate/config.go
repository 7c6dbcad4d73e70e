package validate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hookline-go/hookline/internal/validate/report"
)

// ConfigFile is looked for in the folder that the program runs in, and then in
// those above it. The nearest one counts, and no other.
const ConfigFile = ".hookline.yaml"

// Config is what a ConfigFile says. What is empty is not said.
type Config struct {
	// File is where it was found, or empty where there is none.
	File string `yaml:"-"`
	// Spec, Servers, Operation, Env, Exclude, Baseline and Strict are as in
	// Options. Files are relative to the folder of the ConfigFile.
	Spec      string   `yaml:"spec"`
	Servers   []string `yaml:"servers"`
	Operation string   `yaml:"operation"`
	Env       string   `yaml:"env"`
	Exclude   []string `yaml:"exclude"`
	Baseline  string   `yaml:"baseline"`
	Strict    bool     `yaml:"strict"`
	// Severity has a severity for each code, as ParseSeverities reads them.
	Severity map[string]string `yaml:"severity"`
}

// FindConfig reads the ConfigFile that is nearest to a folder. Without one, it
// returns a config that says nothing. Its errors are *UsageError.
func FindConfig(folder string) (*Config, error) {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return nil, &UsageError{Err: err}
	}
	for ; ; folder = filepath.Join(folder, "..") {
		name := filepath.Join(folder, ConfigFile)
		data, err := os.ReadFile(filepath.Join(absolute, ConfigFile))
		switch {
		case err == nil:
			return parseConfig(name, data)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, usage("%s cannot be read: %s", name, reason(err))
		}
		parent := filepath.Dir(absolute)
		if parent == absolute {
			return &Config{}, nil
		}
		absolute = parent
	}
}

func parseConfig(name string, data []byte) (*Config, error) {
	c := &Config{File: name}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return nil, usage("%s: %s", name, strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n  ", " "), "yaml: "))
	}
	folder := filepath.Dir(name)
	c.Spec, c.Baseline = within(folder, c.Spec), within(folder, c.Baseline)
	for i, pattern := range c.Exclude {
		// A pattern with a slash is for paths, which are relative to the folder.
		if strings.Contains(strings.TrimSuffix(pattern, "/"), "/") && !filepath.IsAbs(pattern) {
			c.Exclude[i] = filepath.ToSlash(filepath.Join(folder, pattern))
		}
	}
	if _, err := c.severities(); err != nil {
		return nil, usage("%s: %w", name, err)
	}
	return c, nil
}

func within(folder, name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(folder, name)
}

func (c *Config) severities() (map[string]report.Severity, error) {
	all := map[string]report.Severity{}
	for code, value := range c.Severity {
		if err := setSeverity(all, code, value); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Apply fills in what the options leave open. Lists and severities are put
// together; of one code, the option's severity counts.
func (c *Config) Apply(o *Options) error {
	for _, field := range []struct {
		option *string
		value  string
	}{{&o.Spec, c.Spec}, {&o.Operation, c.Operation}, {&o.Environment, c.Env}, {&o.Baseline, c.Baseline}} {
		if *field.option == "" {
			*field.option = field.value
		}
	}
	o.Strict = o.Strict || c.Strict
	o.Servers = append(slices.Clip(o.Servers), c.Servers...)
	o.Exclude = append(slices.Clip(o.Exclude), c.Exclude...)
	severities, err := c.severities()
	if err != nil {
		return err
	}
	maps.Copy(severities, o.Severities)
	o.Severities = severities
	return nil
}

// ExplainConfig prints what a run goes by, and which file it comes from.
func ExplainConfig(w io.Writer, c *Config, o *Options) error {
	from := "no " + ConfigFile + " was found in this folder or above it"
	if c.File != "" {
		from = c.File + " and the flags"
	}
	effective := struct {
		Spec      string                     `yaml:"spec"`
		Servers   []string                   `yaml:"servers"`
		Operation string                     `yaml:"operation"`
		Env       string                     `yaml:"env"`
		Exclude   []string                   `yaml:"exclude"`
		Baseline  string                     `yaml:"baseline"`
		Strict    bool                       `yaml:"strict"`
		Severity  map[string]report.Severity `yaml:"severity"`
	}{o.Spec, o.Servers, o.Operation, o.Environment, o.Exclude, o.Baseline, o.Strict, o.Severities}
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(effective); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "# %s\n%s", from, text.Bytes())
	return err
}
