package deps

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// node is a package as go list -json describes it. Imports are those of its
// production code.
type node struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

// graph has the module's packages and all that they depend on, by import path.
type graph map[string]node

// check returns every violation of the tables of layout_test.go, sorted.
func check(g graph) []string {
	var violations []string
	for path := range g {
		if !own(path) {
			continue
		}
		r, ok := layout[folder(path)]
		if !ok {
			violations = append(violations, display(path)+" has no rule: say in layout_test.go what it may import, and why")
			continue
		}
		violations = append(violations, checkImports(g, path, r)...)
		violations = append(violations, checkProduction(g, path)...)
	}
	for _, ban := range reachBans {
		violations = append(violations, checkReach(g, ban)...)
	}
	slices.Sort(violations)
	return violations
}

func checkImports(g graph, path string, r rule) []string {
	var violations []string
	for _, imported := range g[path].Imports {
		if !g[imported].Standard && !r.allows(imported) {
			violations = append(violations, fmt.Sprintf("%s must not import %s: %s", display(path), display(imported), r.why))
		}
	}
	return violations
}

// allows tells whether the rule lists the package: a folder of this module by
// itself, a third-party module with everything below it.
func (r rule) allows(imported string) bool {
	if slices.Contains(r.imports, anything) {
		return true
	}
	if own(imported) {
		return slices.Contains(r.imports, folder(imported))
	}
	return slices.ContainsFunc(r.imports, func(allowed string) bool { return within(imported, allowed) })
}

func checkProduction(g graph, path string) []string {
	var violations []string
	for _, imported := range g[path].Imports {
		for banned, ban := range productionBans {
			if within(imported, banned) && !slices.Contains(ban.except, folder(path)) {
				violations = append(violations, fmt.Sprintf("%s must not import %s: %s", display(path), imported, ban.why))
			}
		}
	}
	return violations
}

// checkReach reports the nearest package of each banned module that one of the
// folders reaches, with the way to it.
func checkReach(g graph, ban reachBan) []string {
	var violations []string
	for _, name := range ban.folders {
		for _, banned := range ban.modules {
			if way := shortestWay(g, importPath(name), banned); way != nil {
				violations = append(violations, fmt.Sprintf("%s must not reach %s: %s (%s)",
					name, way[len(way)-1], ban.why, strings.Join(way, " -> ")))
			}
		}
	}
	return violations
}

// shortestWay returns the imports that lead from one package to the nearest one
// within the banned module, both ends included, or nil if none does.
func shortestWay(g graph, from, banned string) []string {
	cameFrom := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if within(queue[0], banned) {
			return wayTo(queue[0], cameFrom)
		}
		for _, imported := range g[queue[0]].Imports {
			if _, seen := cameFrom[imported]; !seen && !g[imported].Standard {
				cameFrom[imported] = queue[0]
				queue = append(queue, imported)
			}
		}
	}
	return nil
}

func wayTo(path string, cameFrom map[string]string) []string {
	var way []string
	for ; path != ""; path = cameFrom[path] {
		way = append(way, display(path))
	}
	slices.Reverse(way)
	return way
}

// within tells whether path is the module or package at root, or below it.
func within(path, root string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}

func own(path string) bool { return within(path, module) }

// folder turns the import path of a package of this module into a key of
// layout.
func folder(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, module), "/") }

// importPath is the inverse of folder.
func importPath(folder string) string { return strings.TrimSuffix(module+"/"+folder, "/") }

func display(path string) string {
	switch {
	case path == module:
		return "the root package"
	case own(path):
		return folder(path)
	default:
		return path
	}
}

// loadGraph asks go list for the packages of the module in the folder root and
// everything that they depend on.
func loadGraph(ctx context.Context, root string) (graph, error) {
	if err := watch(root); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, "go", "list", "-deps", "-json=ImportPath,Standard,Imports", "./...")
	command.Dir = root
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	g := graph{}
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var n node
		if err := decoder.Decode(&n); errors.Is(err, io.EOF) {
			return g, nil
		} else if err != nil {
			return nil, fmt.Errorf("output of go list: %w", err)
		}
		g[n.ImportPath] = n
	}
}

// watch opens every folder of the module. go test reuses an earlier result
// until something changes that the test process itself has opened; what its
// child go list reads does not count.
func watch(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if slices.Contains([]string{".git", "bin", "node_modules", "venv"}, entry.Name()) {
			return fs.SkipDir
		}
		_, err = os.ReadDir(path)
		return err
	})
}
