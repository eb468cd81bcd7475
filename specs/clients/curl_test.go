package clients_test

import "os/exec"

var curl = &realClient{
	name:    "curl",
	install: "apt-get install -y curl",
	read:    behind([]string{"> "}, []string{"< "}),
	noQuit:  true,
	command: func(d *daemon, way way, message string) *exec.Cmd {
		args := []string{"--silent", "--show-error", "--verbose", "--mail-from", from, "--mail-rcpt", to, "--upload-file", message}
		url := "smtp://localhost:" + d.smtp
		switch way {
		case startTLS:
			args = append(args, "--ssl-reqd")
		case implicitTLS:
			url = "smtps://localhost:" + d.smtps
		}
		if way != plain {
			args = append(args, "--cacert", d.ca, "--user", user+":"+password)
		}
		return exec.Command("curl", append(args, "--url", url+"/client.example.mn")...)
	},
}
