package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	fileMode = 0o600
	// minFileSize is SQLite's smallest page. SQLite takes a smaller file for
	// an empty database and overwrites it.
	minFileSize = 512
	// maxIdleWAL is what remains of a WAL that grew while a reader held it, as
	// a backup does, once it has been folded into the file. SQLite folds at
	// 4 MiB where nobody holds it.
	maxIdleWAL = 8 << 20
)

// creating serialises prepareFile within the process. Closing any descriptor
// of a file drops the process's POSIX locks on it, those of SQLite included,
// so a file is only touched here while no store can have it open.
var creating sync.Mutex

// prepareFile creates the file at path if it is missing, because SQLite would
// make it readable by everyone, and refuses what is not a regular file. SQLite
// gives its journal files the mode of the database.
func prepareFile(path string) error {
	creating.Lock()
	defer creating.Unlock()
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return createFile(path)
	}
	if err != nil {
		return err
	}
	switch size := info.Size(); {
	case info.IsDir():
		return errIsDirectory
	case !info.Mode().IsRegular():
		return errNotRegular
	case size > 0 && size < minFileSize:
		return errNotSQLite
	}
	return nil
}

func createFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was faster
	}
	if err != nil {
		return err
	}
	return file.Close()
}

// Pragmas are part of the DSN, so that every connection of a pool has them,
// also one that replaces another.
var (
	sharedPragmas = []string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "foreign_keys(1)", "trusted_schema(0)",
	}
	filePragmas = []string{"journal_mode(WAL)", "synchronous(FULL)", fmt.Sprintf("journal_size_limit(%d)", maxIdleWAL)}
)

// fileDSNs returns the DSN of the connection that writes and of those that
// read.
func fileDSNs(path string) (writer, reader string, err error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", "", err
	}
	location := url.URL{Scheme: "file", Path: filepath.ToSlash(absolute)}
	if !strings.HasPrefix(location.Path, "/") {
		location.Path = "/" + location.Path // a Windows drive
	}
	// An immediate transaction takes the write lock at its start: one that
	// upgrades from reading fails at once if another process wrote meanwhile.
	write := pragmas(sharedPragmas, filePragmas)
	write.Set("_txlock", "immediate")
	location.RawQuery = write.Encode()
	writer = location.String()

	location.RawQuery = pragmas(sharedPragmas, []string{"query_only(1)"}).Encode()
	return writer, location.String(), nil
}

func memoryDSN() string {
	query := pragmas(sharedPragmas)
	query.Set("_txlock", "immediate")
	return "file::memory:?" + query.Encode()
}

func pragmas(groups ...[]string) url.Values {
	query := url.Values{"_dqs": {"0"}, "_error_rc": {"1"}}
	for _, group := range groups {
		for _, pragma := range group {
			query.Add("_pragma", pragma)
		}
	}
	return query
}
