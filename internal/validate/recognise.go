package validate

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
)

// format is a kind of file.
type format string

const (
	formatNone       format = ""
	formatHAR        format = "har"
	formatHTTP       format = "http"
	formatShell      format = "shell"
	formatMarkdown   format = "markdown"
	formatRST        format = "rst"
	formatAdoc       format = "asciidoc"
	formatMakefile   format = "makefile"
	formatDockerfile format = "dockerfile"
	formatHurl       format = "hurl"
	formatBruno      format = "bruno"
	formatNDJSON     format = "ndjson"
	formatJSON       format = "json"
	formatYAML       format = "yaml"
)

// extensions are the ends of names that tell the format.
var extensions = map[string]format{
	".har": formatHAR, ".http": formatHTTP, ".rest": formatHTTP,
	".sh": formatShell, ".bash": formatShell, ".zsh": formatShell, ".ksh": formatShell, ".curl": formatShell,
	".md": formatMarkdown, ".markdown": formatMarkdown, ".mdx": formatMarkdown,
	".rst": formatRST, ".adoc": formatAdoc, ".asciidoc": formatAdoc, ".asc": formatAdoc,
	".mk": formatMakefile, ".mak": formatMakefile, ".dockerfile": formatDockerfile,
	".hurl": formatHurl, ".bru": formatBruno, ".ndjson": formatNDJSON, ".jsonl": formatNDJSON,
	".yaml": formatYAML, ".yml": formatYAML, ".json": formatJSON, ".jsonc": formatJSON,
}

var (
	harStart     = regexp.MustCompile(`^\s*\{\s*"log"\s*:\s*\{`)
	shebang      = regexp.MustCompile(`^#!.*\b(sh|bash|dash|ksh|zsh)\b`)
	curlStart    = regexp.MustCompile(`^\s*(\$ )?curl\s`)
	requestStart = regexp.MustCompile(`^\s*(###.*\n\s*)*(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \S+`)
	jsonStart    = regexp.MustCompile(`^\s*[{\[]`)
	makefileName = regexp.MustCompile(`^(gnu)?makefile$`)
	dockerName   = regexp.MustCompile(`^(dockerfile|containerfile)(\..+)?$`)
)

// notRequests are files of the tools whose requests are read; they hold
// settings.
var notRequests = regexp.MustCompile(`^http-client(\.private)?\.env\.json$|\.postman_(environment|globals)\.json$|^x-operation$|^\.hookline\.yaml$`)

// recognise tells a file's format from its name and how it begins. A file
// without a telling name that was found in a folder counts only if it is a
// shell script.
func recognise(in input, head []byte) format {
	name := strings.ToLower(filepath.Base(in.path))
	known, ok := extensions[filepath.Ext(name)]
	switch {
	case notRequests.MatchString(name), filepath.Ext(name) == ".go":
		return formatNone
	case makefileName.MatchString(name):
		return formatMakefile
	case dockerName.MatchString(name):
		return formatDockerfile
	case known == formatJSON && harStart.Match(head):
		return formatHAR
	case filepath.Ext(name) == ".log" && jsonStart.Match(head):
		return formatNDJSON
	case ok:
		return known
	case shebang.Match(head):
		return formatShell
	case !in.named || bytes.IndexByte(head, 0) >= 0:
		return formatNone
	case harStart.Match(head):
		return formatHAR
	case jsonStart.Match(head):
		return formatJSON
	case curlStart.Match(head):
		return formatShell
	case requestStart.Match(head):
		return formatHTTP
	case in.path == stdin:
		return formatYAML
	default:
		return formatNone
	}
}
