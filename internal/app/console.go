package app

import (
	"net/http"
	"strings"

	"github.com/hookline-go/hookline/internal/console"
	"github.com/hookline-go/hookline/server"
)

// console returns the routes of the pages for people, none if they are switched
// off or this process answers no requests.
func (a *App) console() ([]server.Option, error) {
	if a.config.WithoutConsole || a.config.Role == RoleWorker {
		return nil, nil
	}
	options := console.Options{RefusedKey: DevKey, Logger: a.config.Logger, Now: a.config.Clock}
	if a.config.Dev {
		options.DevKey, options.RefusedKey = DevKey, ""
	}
	pages, err := console.New(a.publishing(), options)
	if err != nil {
		return nil, err
	}
	return []server.Option{
		server.WithRoute(http.MethodGet, "/", http.RedirectHandler(console.Path, http.StatusSeeOther)),
		server.WithRoute(http.MethodGet, strings.TrimSuffix(console.Path, "/"), http.RedirectHandler(console.Path, http.StatusSeeOther)),
		server.WithRoute(http.MethodGet, console.Path+"*", pages),
		server.WithRoute(http.MethodPost, console.Path+"*", pages),
	}, nil
}
