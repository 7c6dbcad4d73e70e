package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	fileMode = 0o600
	// maxFileSize is far above any keyset (a key takes about 250 bytes); it
	// keeps a wrong path from being read into memory.
	maxFileSize = 1 << 20
)

// Open reads the keyring in the file at path. The error names the path and its
// code is one of webhook.CodeKeyFileMissing, CodeKeyFilePermissions (anyone
// but the owner has a permission on the file, or, on root's own file, anyone
// but root and the group that may read it), CodeKeyFileMalformed or
// CodeKeyFileUnreadable. Permissions are not checked on Windows, which has no
// such bits.
func Open(path string) (*Keyring, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(content)))
	if err != nil {
		// The decoder's error can quote the file, so it is not passed on.
		return nil, fileError(webhook.CodeKeyFileMalformed, path, "holds no usable keyset", nil)
	}
	keyring, err := fromHandle(handle)
	if err != nil {
		return nil, fileError(webhook.CodeKeyFileMalformed, path, "holds no keyset for authenticated encryption", nil)
	}
	keyring.path = path
	return keyring, nil
}

// Create writes a keyring with one new key to a new file at path, with mode
// 0600, and returns it. The file appears complete or not at all. An existing
// file is never overwritten: the error's code is then
// [webhook.CodeKeyFileExists]; any other failure to write has
// [webhook.CodeKeyFileUnreadable].
func Create(path string) (*Keyring, error) {
	keyring, err := New()
	if err != nil {
		return nil, err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp-*")
	if err != nil {
		return nil, writeError(path, err)
	}
	defer removeFile(temporary.Name())
	if err := keyring.writeTo(temporary); err != nil {
		return nil, writeError(path, err)
	}
	// A link, unlike a rename, fails if the name is taken.
	if err := os.Link(temporary.Name(), path); err != nil {
		return nil, writeError(path, err)
	}
	if err := syncDirectory(path); err != nil {
		return nil, writeError(path, err)
	}
	keyring.path = path
	return keyring, nil
}

// Rotate adds a new primary key to the file at path, keeps the older keys, and
// returns the new keyring. The file is replaced in one step. Processes that
// opened it before read it again when they meet what the new key has sealed.
//
// Rotations exclude each other by the file path+".new". A second one, or the
// remains of one that was interrupted, gives [webhook.CodeKeyFileExists]; the
// other codes are those of [Open].
func Rotate(path string) (*Keyring, error) {
	// The rename must replace the file, not a symbolic link to it.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	// Checked first, so that a wrong path leaves nothing behind; read again
	// below, once no other rotation can change it.
	if _, err := Open(path); err != nil {
		return nil, err
	}
	next, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if errors.Is(err, fs.ErrExist) {
		return nil, fileError(webhook.CodeKeyFileExists, path,
			"is being rotated; if no rotation is under way, remove the file with .new appended to its name", nil)
	}
	if err != nil {
		return nil, writeError(path, err)
	}
	keyring, err := rotateInto(next, path)
	if err != nil {
		removeFile(next.Name())
		return nil, err
	}
	return keyring, nil
}

// rotateInto writes the rotated keyring of path to next and moves next to
// path. It closes next.
func rotateInto(next *os.File, path string) (*Keyring, error) {
	keyring, err := rotatedFrom(path)
	if err != nil {
		return nil, errors.Join(err, next.Close())
	}
	if err := keyring.writeTo(next); err != nil {
		return nil, writeError(path, err)
	}
	if err := os.Rename(next.Name(), path); err != nil {
		return nil, writeError(path, err)
	}
	if err := syncDirectory(path); err != nil {
		return nil, writeError(path, err)
	}
	keyring.path = path
	return keyring, nil
}

func rotatedFrom(path string) (*Keyring, error) {
	current, err := Open(path)
	if err != nil {
		return nil, err
	}
	return current.rotated()
}

// readFile returns the content of a regular file that only its owner may
// access.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fileError(webhook.CodeKeyFileMissing, path, "does not exist", nil)
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	// A file that was only read has nothing to lose when closed.
	defer func() { _ = file.Close() }()
	// Stat of the open file: the name may point elsewhere by now.
	info, err := file.Stat()
	if err != nil {
		return nil, unreadable(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fileError(webhook.CodeKeyFileUnreadable, path, "is not a regular file", nil)
	}
	if mode := info.Mode().Perm(); mode&^allowedMode(info) != 0 {
		return nil, fileError(webhook.CodeKeyFilePermissions, path,
			fmt.Sprintf("has mode %04o; only its owner may have access (mode 0600)", mode), nil)
	}
	content, err := io.ReadAll(io.LimitReader(file, maxFileSize))
	if err != nil {
		return nil, unreadable(path, err)
	}
	return content, nil
}

// writeTo writes the keyset to file, makes it durable and closes it.
func (k *Keyring) writeTo(file *os.File) error {
	var content bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.current.Load().handle, keyset.NewJSONWriter(&content)); err != nil {
		return errors.Join(errors.New("encode the keyset"), file.Close())
	}
	content.WriteByte('\n')
	if _, err := file.Write(content.Bytes()); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := file.Sync(); err != nil {
		return errors.Join(err, file.Close())
	}
	return file.Close()
}

// syncDirectory makes the new name of path durable. Windows cannot sync a
// directory and does not need it.
func syncDirectory(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	directory, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// removeFile removes a temporary file. A failure leaves an extra file that
// only its owner can read, which is no reason to fail the operation.
func removeFile(path string) { _ = os.Remove(path) }

func writeError(path string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fileError(webhook.CodeKeyFileExists, path, "exists and is not overwritten", nil)
	}
	return fileError(webhook.CodeKeyFileUnreadable, path, "cannot be written", cause(err))
}

func unreadable(path string, err error) error {
	return fileError(webhook.CodeKeyFileUnreadable, path, "cannot be read", cause(err))
}

// cause strips the path that errors of package os repeat.
func cause(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	if linkError, ok := errors.AsType[*os.LinkError](err); ok {
		return linkError.Err
	}
	return err
}

func fileError(code webhook.Code, path, problem string, err error) error {
	return &webhook.Error{Code: code, Message: fmt.Sprintf("key file %s %s", path, problem), Err: err}
}
