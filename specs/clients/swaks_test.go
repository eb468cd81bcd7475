package clients_test

import (
	"os/exec"
	"strings"
)

var swaks = &realClient{
	name:    "swaks",
	install: "apt-get install -y swaks libnet-ssleay-perl libio-socket-ssl-perl libauthen-sasl-perl",
	read:    behind([]string{" -> ", " ~> "}, []string{"<-  ", "<~  "}),
	lacks: func() string {
		out, err := exec.Command("swaks", "--support").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "=== TLS supported") {
			return "swaks cannot speak TLS"
		}
		return ""
	},
	command: func(d *daemon, way way, message string) *exec.Cmd {
		args := []string{"--helo", "client.example.mn", "--from", from, "--to", to, "--data", "@" + message, "--server", "localhost", "--port"}
		switch way {
		case startTLS:
			args = append(args, d.smtp, "--tls")
		case implicitTLS:
			args = append(args, d.smtps, "--tls-on-connect")
		default:
			args = append(args, d.smtp)
		}
		if way != plain {
			args = append(args, "--tls-verify", "--tls-ca-path", d.ca, "--auth", "LOGIN", "--auth-user", user, "--auth-password", password)
		}
		return exec.Command("swaks", args...)
	},
}
