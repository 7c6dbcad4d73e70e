// Command licenses prints the licences of everything that a program links, by
// module. It fails where a module has none.
//
//	licenses ./cmd/hookline
//
// (google/go-licenses 1.6 refuses modernc.org/mathutil, whose BSD licence it
// does not recognise, and wants module data of the standard library.)
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: licenses PACKAGE")
		os.Exit(2)
	}
	if err := run(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

// module is what go list says of a package's module. Dir is where its files are.
type module struct {
	Path, Dir string
	Main      bool
}

func run(out io.Writer, program string) error {
	modules, err := linked(program)
	if err != nil {
		return err
	}
	for _, m := range modules {
		if err := printLicences(out, m); err != nil {
			return err
		}
	}
	return nil
}

// linked returns the modules that a program links, and Go's own standard
// library, whose licence is beside them.
func linked(program string) ([]module, error) {
	output, err := exec.Command("go", "list", "-deps", "-json=Module", program).Output() //nolint:gosec,noctx // a package of ours
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output() //nolint:noctx // it only prints
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	modules, seen := []module{{Path: "go", Dir: string(bytes.TrimSpace(root))}}, map[string]bool{}
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p struct{ Module *module }
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return modules, nil
		} else if err != nil {
			return nil, err
		}
		if p.Module != nil && !p.Module.Main && !seen[p.Module.Path] {
			seen[p.Module.Path] = true
			modules = append(modules, *p.Module)
		}
	}
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|unlicense)`)

func printLicences(out io.Writer, m module) error {
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return err
	}
	found := false
	for _, entry := range entries {
		if !entry.Type().IsRegular() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, entry.Name()))
		if err != nil {
			return err
		}
		found = true
		fmt.Fprintf(out, "==== %s: %s\n\n%s\n\n", m.Path, entry.Name(), bytes.TrimSpace(text))
	}
	if !found {
		return fmt.Errorf("%s has no licence in its folder", m.Path)
	}
	return nil
}
