package validate_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/hookline-go/hookline/internal/validate/bruno"
	"github.com/hookline-go/hookline/internal/validate/document"
	"github.com/hookline-go/hookline/internal/validate/hurl"
	"github.com/hookline-go/hookline/internal/validate/insomnia"
	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/ndjson"
	"github.com/hookline-go/hookline/internal/validate/openapidoc"
	"github.com/hookline-go/hookline/internal/validate/scripts"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// featureSeeds adds the files of the features whose names have that end.
func featureSeeds(f *testing.F, endings ...string) {
	f.Helper()
	for _, feature := range slices.Concat(scriptFeatures, formatFeatures) {
		for name, text := range feature.files {
			for _, ending := range endings {
				if strings.HasSuffix(name, ending) {
					f.Add(text)
				}
			}
		}
	}
}

func FuzzReStructuredText(f *testing.F) {
	featureSeeds(f, ".rst")
	fuzzText(f, func(file *source.File, yield source.Yield) error {
		return document.ReStructuredText(file.Text(), noFiles, yield)
	})
}

func FuzzAdoc(f *testing.F) {
	featureSeeds(f, ".adoc")
	fuzzText(f, func(file *source.File, yield source.Yield) error { return document.Adoc(file.Text(), noFiles, yield) })
}

func FuzzScriptsInYAML(f *testing.F) {
	featureSeeds(f, ".yml", ".yaml")
	fuzzText(f, func(file *source.File, yield source.Yield) error { return scripts.YAML(file, noFiles, yield) })
}

func FuzzMakefile(f *testing.F) {
	featureSeeds(f, "Makefile")
	fuzzText(f, func(file *source.File, yield source.Yield) error {
		return scripts.Makefile(file.Text(), noFiles, yield)
	})
}

func FuzzDockerfile(f *testing.F) {
	featureSeeds(f, "Dockerfile")
	fuzzText(f, func(file *source.File, yield source.Yield) error {
		return scripts.Dockerfile(file.Text(), noFiles, yield)
	})
}

func FuzzBruno(f *testing.F) {
	featureSeeds(f, ".bru")
	fuzzText(f, func(file *source.File, yield source.Yield) error { return bruno.Parse(file.Text(), nil, yield) })
}

func FuzzHurl(f *testing.F) {
	featureSeeds(f, ".hurl")
	fuzzText(f, func(file *source.File, yield source.Yield) error { return hurl.Parse(file.Text(), noFiles, yield) })
}

func FuzzNDJSON(f *testing.F) {
	featureSeeds(f, ".ndjson")
	fuzzText(f, func(file *source.File, yield source.Yield) error {
		return ndjson.Read("file", bytes.NewBufferString(file.Data), yield)
	})
}

// FuzzTrees reads what other programs keep as JSON.
func FuzzTrees(f *testing.F) {
	featureSeeds(f, ".json")
	fuzzText(f, func(file *source.File, yield source.Yield) error {
		root, err := jsontree.Parse(file.Text())
		if err != nil {
			return err
		}
		if insomnia.Is(root) {
			return insomnia.Parse(root, "dev", yield)
		}
		return openapidoc.Parse(root, func(e *openapidoc.Example) error { return yield(e.Request) })
	})
}
