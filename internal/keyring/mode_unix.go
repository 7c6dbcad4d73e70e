//go:build unix

package keyring

import (
	"io/fs"
	"syscall"
)

// rootFileMode lets a group read a file of root's. So does PostgreSQL with its
// private key: systemd's credentials and Kubernetes' secrets come as files of
// root that the service reads by its group or an access control list.
const rootFileMode = 0o640

// allowedMode returns the permissions that a keyset's file may have.
func allowedMode(info fs.FileInfo) fs.FileMode {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid == 0 {
		return rootFileMode
	}
	return fileMode
}
