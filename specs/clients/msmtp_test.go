package clients_test

import (
	"os"
	"os/exec"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var msmtp = &realClient{
	name:    "msmtp",
	install: "apt-get install -y msmtp",
	read:    behind([]string{"--> "}, []string{"<-- "}),
	command: func(d *daemon, way way, message string) *exec.Cmd {
		args := []string{"--debug", "--host=localhost", "--domain=client.example.mn", "--from=" + from}
		switch way {
		case startTLS:
			args = append(args, "--port="+d.smtp, "--tls=on", "--tls-starttls=on")
		case implicitTLS:
			args = append(args, "--port="+d.smtps, "--tls=on", "--tls-starttls=off")
		default:
			args = append(args, "--port="+d.smtp, "--tls=off", "--auth=off")
		}
		if way != plain {
			args = append(args, "--tls-trust-file="+d.ca, "--auth=plain", "--user="+user, "--passwordeval=echo "+password)
		}
		c := exec.Command("msmtp", append(args, to)...)
		in, err := os.Open(message)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(in.Close)
		c.Stdin = in
		return c
	},
}
