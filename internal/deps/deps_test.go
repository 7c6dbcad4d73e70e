// Package deps holds the test that keeps the module's layout: who may import
// whom, and why.
package deps

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLayout(t *testing.T) {
	t.Parallel()
	g, err := loadGraph(t.Context(), "../..")
	require.NoError(t, err)
	require.Contains(t, g, module, "go list found the module")
	for _, violation := range check(g) {
		t.Error(violation)
	}
}

// TestAllowances finds imports that the table allows and nothing uses: they would
// let something in one day that nobody thought about.
func TestAllowances(t *testing.T) {
	t.Parallel()
	g, err := loadGraph(t.Context(), "../..")
	require.NoError(t, err)
	for name, r := range layout {
		n, exists := g[importPath(name)]
		for _, allowed := range r.imports {
			used := slices.ContainsFunc(n.Imports, func(imported string) bool { return (rule{imports: []string{allowed}}).allows(imported) })
			assert.True(t, used || !exists || allowed == anything, "%q may import %q, and does not", name, allowed)
		}
	}
}

// TestTables finds rules that could never apply, for example after a folder was
// renamed.
func TestTables(t *testing.T) {
	t.Parallel()
	for name, r := range layout {
		assert.NotEmpty(t, r.why, "the rule of %q has no reason", name)
		for _, allowed := range r.imports {
			_, isFolder := layout[allowed]
			host, _, _ := strings.Cut(allowed, "/")
			assert.True(t, isFolder || allowed == anything || strings.Contains(host, "."),
				"%q may import %q, which is neither a folder of the table nor a module", name, allowed)
		}
	}
	for banned, ban := range productionBans {
		assert.NotEmpty(t, ban.why, "the ban of %q has no reason", banned)
		assertFolders(t, ban.except)
	}
	for _, ban := range reachBans {
		assert.NotEmpty(t, ban.why, "the ban of %q has no reason", ban.modules)
		assertFolders(t, ban.folders)
	}
}

func assertFolders(t *testing.T, names []string) {
	t.Helper()
	for _, name := range names {
		_, isFolder := layout[name]
		assert.True(t, isFolder, "%q is not a folder of the table", name)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const deep = "example.org/deep"
	tests := map[string]struct {
		imports map[string][]string
		// want are the violations; a test with none expects none.
		want []string
	}{
		"what the table allows": {
			imports: map[string][]string{
				"./client":        {"./gen", "net/http"},
				"./gen":           {runtime + "/types", "encoding/json"},
				"./gen/serverapi": {"./gen", echo, runtime},
				"./internal/app":  {"./internal/console", sqlite},
			},
		},
		"an import that is not on the list": {
			imports: map[string][]string{"./internal/console": {"./internal/api"}},
			want:    []string{"internal/console must not import internal/api: " + layout["internal/console"].why},
		},
		"a third party that is not on the list": {
			imports: map[string][]string{"./internal/webhook": {uuid}},
			want:    []string{"internal/webhook must not import " + uuid + ": " + layout["internal/webhook"].why},
		},
		"an allowed folder does not stand for those below it": {
			imports: map[string][]string{"./client": {"./gen/serverapi"}},
			want:    []string{"client must not import gen/serverapi: " + layout["client"].why},
		},
		"a path that only begins like an allowed one": {
			imports: map[string][]string{"./gen": {runtime + "2"}},
			want:    []string{"gen must not import " + runtime + "2: " + layout["gen"].why},
		},
		"the root package": {
			imports: map[string][]string{".": {"embed", "./contract"}},
			want:    []string{"the root package must not import contract: " + layout[""].why},
		},
		"a folder without a rule": {
			imports: map[string][]string{"./internal/util": {"strings"}},
			want:    []string{"internal/util has no rule: say in layout_test.go what it may import, and why"},
		},
		"a folder without a rule, below one that has a rule": {
			imports: map[string][]string{"./client/retry": {"time"}},
			want:    []string{"client/retry has no rule: say in layout_test.go what it may import, and why"},
		},
		"testing in production code": {
			imports: map[string][]string{"./internal/app": {"testing/fstest"}},
			want:    []string{"internal/app must not import testing/fstest: " + productionBans["testing"].why},
		},
		"testing where it belongs": {
			imports: map[string][]string{"./hooklinetest": {"testing"}, "./internal/store/storetest": {"testing"}},
		},
		"a database driver, far down": {
			imports: map[string][]string{"./client": {"./gen"}, "./gen": {runtime}, runtime: {"fmt", deep}, deep: {sqlite + "/lib"}},
			want: []string{
				"client must not reach " + sqlite + "/lib: " + reachBans[1].why +
					" (client -> gen -> " + runtime + " -> " + deep + " -> " + sqlite + "/lib)",
				"gen must not reach " + sqlite + "/lib: " + reachBans[1].why +
					" (gen -> " + runtime + " -> " + deep + " -> " + sqlite + "/lib)",
			},
		},
		"a web framework in the client's build": {
			imports: map[string][]string{"./gen": {runtime}, runtime: {echo}},
			want:    []string{"gen must not reach " + echo + ": " + reachBans[0].why + " (gen -> " + runtime + " -> " + echo + ")"},
		},
		"a cycle among third parties": {
			imports: map[string][]string{"./gen": {runtime}, runtime: {deep}, deep: {runtime}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, check(synthetic(test.imports)))
		})
	}
}

// synthetic makes a graph from import paths, in which "." and "./name" stand
// for packages of this module. Those that only occur as imports get a node too,
// as they would from go list.
func synthetic(imports map[string][]string) graph {
	g := graph{}
	add := func(name string) string {
		path := name
		if relative, ok := strings.CutPrefix(name, "."); ok {
			path = importPath(strings.TrimPrefix(relative, "/"))
		}
		n := g[path]
		n.ImportPath, n.Standard = path, !strings.Contains(path, ".")
		g[path] = n
		return path
	}
	for name, imported := range imports {
		path := add(name)
		for _, other := range imported {
			n := g[path]
			n.Imports = append(n.Imports, add(other))
			g[path] = n
		}
	}
	return g
}
