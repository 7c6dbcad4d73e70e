package validate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/hookline-go/hookline/internal/validate/fixture"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// OperationFile says, in a folder of bare bodies, which operation they are for:
// a glob of file names and an operation on each line, or an operation alone for
// all files. The first line that matches counts.
const OperationFile = "x-operation"

// bare is what a file with nothing but a body holds.
type bare fixture.Bare

// parseBare reads "operation" or "operation:status". Empty text is an empty
// bare.
func (v *validator) parseBare(text string) (bare, error) {
	if text == "" {
		return bare{}, nil
	}
	parsed, err := fixture.ParseBare(text)
	if err != nil {
		return bare{}, err
	}
	if _, ok := v.contract.Operation(parsed.Operation); !ok {
		return bare{}, v.noOperation(parsed.Operation)
	}
	return bare(parsed), nil
}

// mostOperations is how many operations an error names at most.
const mostOperations = 20

// noOperation says which operations there are.
func (v *validator) noOperation(id string) error {
	var ids []string
	for _, operation := range v.contract.Operations() {
		ids = append(ids, operation.ID)
	}
	slices.Sort(ids)
	if len(ids) > mostOperations {
		ids = append(ids[:mostOperations], "…")
	}
	return fmt.Errorf("the contract has no operation %.128q; it has %s", id, strings.Join(ids, ", "))
}

// bareFor returns what a file holds if it is a bare body: what the operation
// file beside it says, else the option.
func (v *validator) bareFor(path string) (bare, error) {
	if path == stdin {
		return v.bareBody, nil
	}
	name := filepath.Join(filepath.Dir(path), OperationFile)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return v.bareBody, nil
	}
	if err != nil {
		return bare{}, &source.FileError{Place: source.Place{File: name}, Reason: reason(err)}
	}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) > 2 || len(words) == 2 && !doublestar.ValidatePattern(words[0]) {
			return bare{}, source.ErrorAt(source.Place{File: name, Line: number, Column: 1},
				"the line must be a glob of file names and an operation, or an operation")
		}
		if len(words) == 2 && !doublestar.MatchUnvalidated(words[0], filepath.Base(path)) {
			continue
		}
		found, err := v.parseBare(words[len(words)-1])
		if err != nil {
			return bare{}, source.ErrorAt(source.Place{File: name, Line: number, Column: 1}, "%v", err)
		}
		return found, nil
	}
	return v.bareBody, nil
}
