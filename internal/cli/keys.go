package cli

import (
	"time"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/webhook"
)

func keysCommand() *cli.Command {
	return &cli.Command{
		Name:     "keys",
		Usage:    "manage the API keys of organisations",
		Commands: []*cli.Command{keysCreateCommand(), keysListCommand(), keysRevokeCommand()},
	}
}

// keyRow is a key as the commands print it. Key is set only when it has just
// been made.
type keyRow struct {
	ID           int64      `json:"id"`
	Organisation int64      `json:"organisation_id"`
	Name         string     `json:"name"`
	Prefix       string     `json:"prefix"`
	Key          string     `json:"key,omitempty"`
	CreatedAt    time.Time  `json:"created_at"`
	RevokedAt    *time.Time `json:"revoked_at"`
}

func newKeyRow(key *webhook.Key) keyRow {
	return keyRow{
		ID: key.ID, Organisation: key.OrganisationID, Name: key.Name, Prefix: key.Prefix, CreatedAt: key.CreatedAt,
		RevokedAt: key.RevokedAt,
	}
}
