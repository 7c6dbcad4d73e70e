//go:build !unix

package keyring

import "io/fs"

// allowedMode returns the permissions that a keyset's file may have: all, where
// a file has no such bits.
func allowedMode(fs.FileInfo) fs.FileMode { return fs.ModePerm }
