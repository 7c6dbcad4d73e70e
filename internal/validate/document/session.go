package document

import (
	"strings"

	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

func isSession(code string) bool { return strings.HasPrefix(strings.TrimLeft(code, " \t\r\n"), "$ ") }

// commands blanks the prompts and the output of a session, so that everything
// else keeps its place. A text without prompts is all commands.
func commands(code source.Text) source.Text {
	if !isSession(code.Value) {
		return code
	}
	b := source.Builder{Parent: code}
	at, command := 0, ""
	for line := range strings.Lines(code.Value) {
		trimmed := strings.TrimLeft(line, " \t")
		indent := len(line) - len(trimmed)
		switch {
		case strings.HasPrefix(trimmed, "$ "):
			b.Atom(strings.Repeat(" ", indent+2), at)
			b.Literal(trimmed[2:], at+indent+2)
			command = unfinished(trimmed[2:])
		case command != "":
			continued := strings.TrimPrefix(line, "> ") // the shell's second prompt
			b.Literal(continued, at+len(line)-len(continued))
			command = unfinished(command + continued)
		default:
			b.Atom("\n", at)
		}
		at += len(line)
	}
	return b.Build()
}

// longestCommand bounds how much of a session is tried as one command.
const longestCommand = 32 << 10

// unfinished returns the command if it goes on in the next line, and nothing if
// it is complete.
func unfinished(command string) string {
	if len(command) > longestCommand || !shell.Incomplete(command) {
		return ""
	}
	return command
}
