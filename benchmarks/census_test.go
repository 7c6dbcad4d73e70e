package benchmarks

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hookline-go/hookline/internal/openapi"
)

// leastLoaded is how many of all documents have to load, in hundredths.
const leastLoaded = 99

// mostOfProvider is how many documents of one provider count, as some have
// hundreds that are alike.
const mostOfProvider = 6

// TestCensus loads real documents of public APIs, which packages carry: the
// folders of HOOKLINE_CENSUS (make census). It prints how many load, with how
// many problems, and what they cost.
func TestCensus(t *testing.T) {
	folders := filepath.SplitList(os.Getenv("HOOKLINE_CENSUS"))
	if len(folders) == 0 {
		t.Fatal("make census names the folders: HOOKLINE_CENSUS")
	}
	c := census{reasons: map[string]int{}, providers: map[string]int{}}
	for _, folder := range folders {
		if err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".json" || strings.Contains(path, ".deref.") {
				return err
			}
			return c.load(t.Context(), folder, path)
		}); err != nil {
			t.Fatal(err)
		}
	}
	c.print(t)
	if c.documents == 0 || 100*c.loaded < leastLoaded*c.documents {
		t.Errorf("%d of %d documents load", c.loaded, c.documents)
	}
}

type census struct {
	documents, loaded, warned int
	reasons, providers        map[string]int
	slowest                   []cost
}

// cost is what loading a document takes.
type cost struct {
	name     string
	size     int
	elapsed  time.Duration
	retained uint64
	problems int
}

func (c *census) load(ctx context.Context, folder, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(folder, path)
	if err != nil {
		return err
	}
	head := string(data[:min(len(data), 4096)])
	provider, _, _ := strings.Cut(name, string(filepath.Separator))
	if c.providers[provider]++; !strings.Contains(head, `"openapi"`) || c.providers[provider] > mostOfProvider {
		return nil
	}
	c.documents++
	before := heap()
	started := time.Now()
	document, err := openapi.Load(ctx, data, openapi.Options{Tolerant: true})
	elapsed := time.Since(started)
	if err != nil {
		c.reasons[firstLine(err)]++
		return nil
	}
	c.loaded++
	if len(document.Problems()) > 0 {
		c.warned++
	}
	c.slowest = append(c.slowest, cost{name, len(data), elapsed, heap() - min(before, heap()), len(document.Problems())})
	runtime.KeepAlive(document)
	return nil
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func firstLine(err error) string {
	if wrapped := errors.Unwrap(err); wrapped != nil {
		err = wrapped
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func (c *census) print(t *testing.T) {
	t.Helper()
	t.Logf("%d documents: %d load, %d of them with problems", c.documents, c.loaded, c.warned)
	for _, reason := range slices.Sorted(maps.Keys(c.reasons)) {
		t.Logf("refused %d: %s", c.reasons[reason], reason)
	}
	slices.SortFunc(c.slowest, func(a, b cost) int { return cmp.Compare(b.elapsed, a.elapsed) })
	for _, each := range c.slowest[:min(10, len(c.slowest))] {
		t.Logf("%-40s %5.1f MB  %7v  %3d MiB kept  %d problems", each.name, float64(each.size)/1e6,
			each.elapsed.Round(time.Millisecond), each.retained>>20, each.problems)
	}
}
