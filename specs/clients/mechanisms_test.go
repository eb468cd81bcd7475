package clients_test

import (
	"context"
	"os"
	"os/exec"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// signIn are the arguments with which a client signs in by one mechanism.
type signIn struct {
	client     *realClient
	mechanisms []string
	arguments  func(mechanism string) []string
	command    func(d *daemon, way way, message string, arguments []string) *exec.Cmd
}

// The mechanisms that each client has of those that the server knows. A token
// is the password of OAuth's mechanisms.
var signIns = []signIn{
	{curl, []string{"PLAIN", "LOGIN", "CRAM-MD5", "OAUTHBEARER", "XOAUTH2"}, curlSignIn, curlCommand},
	{swaks, []string{"PLAIN", "LOGIN", "CRAM-MD5"}, swaksSignIn, swaksCommand},
	{msmtp, []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "OAUTHBEARER", "XOAUTH2"}, msmtpSignIn, msmtpCommand},
	{python, []string{"PLAIN", "LOGIN", "CRAM-MD5"}, func(string) []string { return nil }, pythonCommand},
}

func curlSignIn(mechanism string) []string {
	if strings.HasSuffix(mechanism, "OAUTH2") || mechanism == "OAUTHBEARER" {
		return []string{"--user", user + ":", "--oauth2-bearer", password, "--login-options", "AUTH=" + mechanism}
	}
	return []string{"--user", user + ":" + password, "--login-options", "AUTH=" + mechanism}
}

func curlCommand(d *daemon, way way, message string, arguments []string) *exec.Cmd {
	args := append([]string{"--silent", "--show-error", "--ssl-reqd", "--cacert", d.ca,
		"--mail-from", from, "--mail-rcpt", to, "--upload-file", message}, arguments...)
	url := "smtp://localhost:" + d.smtp
	if way == implicitTLS {
		url = "smtps://localhost:" + d.smtps
	}
	return exec.Command("curl", append(args, "--url", url+"/client.example.mn")...)
}

func swaksSignIn(mechanism string) []string {
	return []string{"--auth", mechanism, "--auth-user", user, "--auth-password", password}
}

func swaksCommand(d *daemon, way way, message string, arguments []string) *exec.Cmd {
	args := append([]string{"--helo", "client.example.mn", "--from", from, "--to", to, "--data", "@" + message,
		"--tls-verify", "--tls-ca-path", d.ca, "--server", "localhost"}, arguments...)
	if way == implicitTLS {
		return exec.Command("swaks", append(args, "--tls-on-connect", "--port", d.smtps)...)
	}
	return exec.Command("swaks", append(args, "--tls", "--port", d.smtp)...)
}

func msmtpSignIn(mechanism string) []string {
	return []string{"--auth=" + strings.ToLower(mechanism), "--user=" + user, "--passwordeval=echo " + password}
}

func msmtpCommand(d *daemon, way way, message string, arguments []string) *exec.Cmd {
	args := append([]string{"--host=localhost", "--domain=client.example.mn", "--from=" + from,
		"--tls=on", "--tls-trust-file=" + d.ca}, arguments...)
	if way == implicitTLS {
		args = append(args, "--port="+d.smtps, "--tls-starttls=off", to)
	} else {
		args = append(args, "--port="+d.smtp, "--tls-starttls=on", to)
	}
	c := exec.Command("msmtp", args...)
	in, err := os.Open(message)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(in.Close)
	c.Stdin = in
	return c
}

func pythonCommand(d *daemon, way way, message string, _ []string) *exec.Cmd {
	return python.command(d, way, message)
}

var _ = Describe("A mechanism of AUTH", func() {
	for _, s := range signIns {
		if s.client.missing() != "" {
			continue
		}
		for _, mechanism := range s.mechanisms {
			for _, way := range []way{startTLS, implicitTLS} {
				It(mechanism+" lets "+s.client.name+" in, by "+string(way), func(ctx SpecContext) {
					s.check(ctx, mechanism, way)
				}, SpecTimeout(2*patience))
			}
		}
	}
})

func (s signIn) check(ctx context.Context, mechanism string, way way) {
	GinkgoHelper()
	d := startDaemon("--user", user+":"+password, "--mechanisms", mechanism, "--require-auth")
	run(ctx, s.command(d, way, messageFile(), s.arguments(mechanism)))

	caught := d.next()
	Expect(caught.Event).To(Equal("message"))
	Expect(caught.Envelope.To).To(HaveExactElements(to))
	session := d.next()
	Expect(session.TLS).NotTo(BeNil())
	Expect(session.Auth).To(HaveLen(1))
	Expect(session.Auth[0].Mechanism).To(Equal(mechanism))
	Expect(session.Auth[0].Username).To(Equal(user))
	Expect(session.Auth[0].OK).To(BeTrue())
	for _, c := range session.Commands {
		Expect(string(c.Raw())).NotTo(ContainSubstring(password))
	}
}
