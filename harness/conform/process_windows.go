package conform

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// homeVariable names the folder of a user's own configuration.
const homeVariable = "USERPROFILE"

// apart keeps what is typed at the console, as Ctrl+C, from a command.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// kill ends a command with all that it has started and that can still be found
// from it: a process whose parent has ended is in nobody's tree.
func kill(cmd *exec.Cmd) {
	if exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run() != nil {
		cmd.Process.Kill()
	}
}

// killRest does nothing: once a command has ended, what it left running cannot
// be told from other processes, and its number may be another's.
func killRest(*exec.Cmd) {}

// crash returns the exception that ended a command: exit codes from 0xC0000000 on
// are statuses of the system for errors.
func crash(state *os.ProcessState) (exception string, crashed bool) {
	if code := uint32(state.ExitCode()); code >= 0xC0000000 {
		return fmt.Sprintf("exception %#x", code), true
	}
	return "", false
}
