package pgtest

import (
	"os"
	"syscall"
)

// nobody is who the server runs as where the test is root, whom it refuses.
const (
	nobody  = 65534
	nogroup = 65534
)

func attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() == 0 {
		a.Credential = &syscall.Credential{Uid: nobody, Gid: nogroup}
	}
	return a
}

func own(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	return os.Chown(path, nobody, nogroup)
}
