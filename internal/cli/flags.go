package cli

import (
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

// variable is the environment variable of a flag.
func variable(flag string) cli.ValueSourceChain {
	return cli.EnvVars("HOOKLINE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_")))
}

func stringFlag(name, value, usage string) cli.Flag {
	return &cli.StringFlag{Name: name, Value: value, Usage: usage, Sources: variable(name)}
}

// databaseFlags are shared by every command that opens the database.
func databaseFlags() []cli.Flag {
	return []cli.Flag{
		stringFlag("database", app.DefaultDatabase, "SQLite `FILE`, made if it is missing, or postgres:// URL"),
		encryptionKeyFlag(),
	}
}

func encryptionKeyFlag() cli.Flag {
	return stringFlag("encryption-key-file", app.DefaultEncryptionKeyFile, "keyset `FILE` that encrypts secrets at rest")
}

func organisationFlag() cli.Flag {
	return &cli.Int64Flag{Name: "org", Usage: "`ID` of the organisation", Required: true, Sources: variable("org")}
}

func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON, for scripts", Sources: variable("json")}
}

// databaseConfig reads databaseFlags.
func databaseConfig(c *cli.Command) app.Config {
	return app.Config{Database: c.String("database"), EncryptionKeyFile: c.String("encryption-key-file")}
}
