package app

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// databaseKind is what keeps a database.
type databaseKind int

const (
	kindSQLite databaseKind = iota
	kindPostgres
)

var (
	urlScheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*)://`)
	// The rest are connection strings of other programs. Taken for a path, such
	// a text would give a file its password for a name.
	keywords    = regexp.MustCompile(`(?i)(^|[\s;])(host|hostaddr|port|dbname|database|user|user id|username|uid|password|pwd|passfile|service|server|data source|sslmode)\s*=`)
	credentials = regexp.MustCompile(`^[^/\\:]+:.*@|:[^/\\]*@`)
	prefixes    = regexp.MustCompile(`(?i)^(postgres|postgresql|jdbc|odbc|mysql|sqlite|sqlite3):`)
	driveLetter = regexp.MustCompile(`^[A-Za-z]:[\\/]`)
)

// Errors of a database's name. None repeats it: it may hold a password.
var (
	errFileURL = &ConfigError{errors.New("the database must be the path of a SQLite file, without file: before it, or a postgres:// URL")}
	errNoPath  = &ConfigError{errors.New("the database must be the path of a SQLite file or a URL such as " +
		"postgres://user@host:5432/name?sslmode=verify-full; it looks like a connection string of another form")}
)

// kindOf tells a postgres:// URL from the path of a SQLite file, and refuses
// what looks like neither. Its errors say nothing of a text that may hold a
// password.
func kindOf(database string) (databaseKind, error) {
	if match := urlScheme.FindStringSubmatch(database); match != nil {
		switch match[1] {
		case "postgres", "postgresql":
			return kindPostgres, nil
		default:
			return 0, &ConfigError{fmt.Errorf("the database must be the path of a SQLite file or a postgres:// URL; %s:// is not supported", match[1])}
		}
	}
	switch {
	case strings.HasPrefix(strings.ToLower(database), "file:"):
		return 0, errFileURL
	case driveLetter.MatchString(database):
		return kindSQLite, nil
	case strings.Contains(database, "://"), keywords.MatchString(database), credentials.MatchString(database), prefixes.MatchString(database):
		return 0, errNoPath
	}
	return kindSQLite, nil
}
