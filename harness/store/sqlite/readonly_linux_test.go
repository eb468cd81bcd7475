package sqlite

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// told returns what a process says that has no rights of its own: nothing is
// read-only for root, whom tests may run as.
func told(t *testing.T, path string) string {
	t.Helper()
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	// By its descriptor: the folder of the binary may be closed to others.
	cmd := exec.Command("/proc/self/fd/3")
	cmd.ExtraFiles = []*os.File{self}
	cmd.Env = append(os.Environ(), openedPath+"="+path)
	cmd.Dir = "/"
	if os.Getuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// visible returns a folder whose path is open to everybody; who may look into
// it is left to the test.
func visible(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/tmp", "smtpspec")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

func TestOpenRefusesReadOnlyFolder(t *testing.T) {
	folder := visible(t)
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	if text := told(t, filepath.Join(folder, "mail.db")); !strings.Contains(text, "cannot be written") || !strings.Contains(text, folder) {
		t.Errorf("it said: %s", text)
	}
}

func TestOpenRefusesReadOnlyFile(t *testing.T) {
	if err := fault("mail.db", os.ErrPermission); !strings.Contains(err.Error(), "the right to write") {
		t.Error(err)
	}
	content, err := os.ReadFile(filled(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	folder := visible(t)
	path := filepath.Join(folder, "mail.db")
	if err := os.WriteFile(path, content, 0o444); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if text := told(t, path); !strings.Contains(text, "cannot be written") || !strings.Contains(text, path) {
		t.Errorf("it said: %s", text)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(content) {
		t.Error("the file was changed")
	}
}
