package cli

import (
	"encoding/json"
	"io"
	"os"

	"github.com/mattn/go-isatty"
)

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// colours tells whether the output is a terminal whose user has nothing against
// colours (no-color.org).
func colours(out any) bool {
	file, ok := out.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" &&
		(isatty.IsTerminal(file.Fd()) || isatty.IsCygwinTerminal(file.Fd()))
}
