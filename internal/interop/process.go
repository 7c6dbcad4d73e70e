package interop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hookline-go/hookline/internal/testpart"
)

// folder is where `make interop` installs, seen from the module's root.
const folder = "tools/interop"

// program is how a library is run. The paths are seen from folder.
type program struct {
	interpreter string // a path, or a command to look for
	script      string
	installed   string // is there when make has finished
}

var programs = map[Language]program{
	JavaScript: {"node", "peer.js", "node_modules/.package-lock.json"},
	Python:     {"venv/bin/python", "peer.py", "venv/installed"},
}

// start runs the program until the test ends.
func (p program) start(tb testing.TB, part string) Peer {
	tb.Helper()
	interpreter, err := p.find()
	if err != nil {
		testpart.Missing(tb, part, "run make interop: "+err.Error())
	}
	// The test's own context ends before its cleanup, and the process is to end
	// in good order.
	command := exec.CommandContext(context.WithoutCancel(tb.Context()), interpreter.path, p.script) //nolint:gosec // of the table above
	command.Dir = interpreter.folder
	command.Stderr = tb.Output()
	stdin, err := command.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := command.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := errors.Join(stdin.Close(), command.Wait()); err != nil {
			tb.Errorf("%s: %v", p.script, err)
		}
	})
	return &process{requests: json.NewEncoder(stdin), answers: json.NewDecoder(stdout)}
}

// found is what a program needs to run.
type found struct{ folder, path string }

// find looks at all files that decide what the program does: go test keeps a
// result until one of them changes.
func (p program) find() (found, error) {
	folder, err := findFolder()
	if err != nil {
		return found{}, err
	}
	for _, name := range []string{p.script, p.installed} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return found{}, err
		}
	}
	path := p.interpreter
	if filepath.Base(path) != path {
		path = filepath.Join(folder, path)
	}
	path, err = exec.LookPath(path)
	return found{folder, path}, err
}

// findFolder goes up from the folder of the package under test.
func findFolder() (string, error) {
	at, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		candidate := filepath.Join(at, folder)
		if _, err := os.Stat(filepath.Join(candidate, "package.json")); err == nil {
			return candidate, nil
		}
		parent := filepath.Dir(at)
		if parent == at {
			return "", fmt.Errorf("%s: %w", folder, os.ErrNotExist)
		}
		at = parent
	}
}

// process is a library that answers one line for each line that it is given.
type process struct {
	mu       sync.Mutex
	requests *json.Encoder
	answers  *json.Decoder
}

// request is a line for the library. Secrets and payloads are bytes, and so
// base64 in JSON.
type request struct {
	Operation string            `json:"operation"`
	Secret    []byte            `json:"secret"`
	Headers   map[string]string `json:"headers,omitempty"`
	ID        string            `json:"id,omitempty"`
	Timestamp int64             `json:"timestamp,omitempty"` // seconds since the Unix epoch
	Payload   []byte            `json:"payload"`
}

type answer struct {
	Signature string `json:"signature"`
	Refused   string `json:"refused"`
	Failed    string `json:"failed"`
}

func (p *process) Verify(secret string, header http.Header, payload []byte) error {
	headers := make(map[string]string, len(header))
	for name := range header {
		headers[name] = header.Get(name)
	}
	_, err := p.ask(request{Operation: "verify", Secret: []byte(secret), Headers: headers, Payload: notNil(payload)})
	return err
}

func (p *process) Sign(secret, id string, timestamp time.Time, payload []byte) (string, error) {
	got, err := p.ask(request{
		Operation: "sign", Secret: []byte(secret), ID: id, Timestamp: timestamp.Unix(), Payload: notNil(payload),
	})
	return got.Signature, err
}

// notNil keeps an empty payload from being null.
func notNil(payload []byte) []byte { return append([]byte{}, payload...) }

func (p *process) ask(r request) (answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.requests.Encode(r); err != nil { //nolint:gosec // the process needs the secret, which is a test's
		return answer{}, fmt.Errorf("interop: asking: %w", err)
	}
	var got answer
	if err := p.answers.Decode(&got); errors.Is(err, io.EOF) {
		return answer{}, errors.New("interop: the library's process has ended")
	} else if err != nil {
		return answer{}, fmt.Errorf("interop: reading the answer: %w", err)
	}
	switch {
	case got.Failed != "":
		return answer{}, fmt.Errorf("interop: the library failed: %s", got.Failed)
	case got.Refused != "":
		return answer{}, fmt.Errorf("%w: %s", ErrRefused, got.Refused)
	default:
		return got, nil
	}
}
