//go:build unix

package conform

import (
	"os"
	"os/exec"
	"syscall"
)

// homeVariable names the folder of a user's own configuration.
const homeVariable = "HOME"

// apart makes a command the head of a process group of its own.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// kill ends a command with all that it has started.
func kill(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// killRest ends what a command left running. The group outlives its head.
func killRest(cmd *exec.Cmd) { kill(cmd) }

// crash returns the signal that ended a command.
func crash(state *os.ProcessState) (signal string, crashed bool) {
	status, _ := state.Sys().(syscall.WaitStatus)
	if !status.Signaled() {
		return "", false
	}
	return status.Signal().String(), true
}
