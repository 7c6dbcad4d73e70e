//go:build !unix

package postgrestest

import (
	"errors"
	"os/exec"
)

func detach(*exec.Cmd, string) error {
	return errors.New("it is only started on Unix; name a server in " + Variable)
}
