package document

import (
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/httpfile"
	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// languages are the names by which a code block says that it holds shell
// commands. Those that are true show a session: commands behind a prompt, and
// output.
var languages = map[string]bool{
	"sh": false, "bash": false, "shell": false, "zsh": false, "curl": false, "httpie": false, "cmd": false,
	"console": true, "shell-session": true, "shellsession": true, "sh-session": true, "bash-session": true, "terminal": true,
}

// reader reads the code blocks of a document.
type reader struct {
	files shell.Files
	yield source.Yield
}

// block reads a code block in a language; without one, it counts if it begins
// with a command.
func (r *reader) block(language string, code source.Text) error {
	session, isShell := languages[language]
	switch {
	case isShell, language == "" && begins.MatchString(code.Value):
		code = withoutPlaceholders(commands(code))
		// Blocks without requests may be no good scripts: nobody asked.
		if !session && !shell.Mentions(code.Value) {
			return nil
		}
		return shell.Parse(code, r.files, r.yield)
	case language == "http" || language == "rest":
		return httpfile.Parse(masked(code, others, isHTTPValue), nil, httpfile.Files(r.files), r.yield)
	default:
		return nil
	}
}

var begins = regexp.MustCompile(`^[$ \t\r\n]*curl\s`)

// languageOf reads the name of a block's language as Markdown's, MkDocs' and
// Sphinx's dialects write it: bash, {.bash .annotate}, {code-block} bash.
func languageOf(info string) string {
	info = strings.ToLower(strings.TrimSpace(info))
	if inner, ok := strings.CutPrefix(info, "{"); ok {
		inside, after, _ := strings.Cut(inner, "}")
		if words := strings.Fields(after); len(words) > 0 {
			return words[0] // {code-block} bash
		}
		info = strings.TrimLeft(strings.TrimSpace(inside), ".")
	}
	name, _, _ := strings.Cut(info, " ")
	name, _, _ = strings.Cut(name, "{")
	name, _, _ = strings.Cut(name, ",")
	return strings.TrimRight(name, "}:")
}
