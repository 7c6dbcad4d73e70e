package cli

import (
	"context"
	"embed"

	"github.com/urfave/cli/v3"
)

// completionScripts call the hidden command __complete.
//
//go:embed completion
var completionScripts embed.FS

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:  "completion",
		Usage: "print a script that completes commands, flags and values in your shell",
		Description: `The scripts need nothing besides the shell.

Examples:
   source <(hookline completion bash)   # in ~/.bashrc
   source <(hookline completion zsh)    # in ~/.zshrc, after compinit
   hookline completion fish > ~/.config/fish/completions/hookline.fish
   hookline completion pwsh | Out-String | Invoke-Expression   # in $PROFILE`,
		Commands: []*cli.Command{
			completionScriptCommand("bash"), completionScriptCommand("zsh"), completionScriptCommand("fish"), completionScriptCommand("pwsh"),
		},
	}
}

func completionScriptCommand(shell string) *cli.Command {
	return &cli.Command{
		Name:  shell,
		Usage: "print the script for " + shell,
		Action: func(_ context.Context, c *cli.Command) error {
			script, err := completionScripts.ReadFile("completion/hookline." + shell)
			if err != nil {
				return err
			}
			_, err = c.Root().Writer.Write(script)
			return err
		},
	}
}
