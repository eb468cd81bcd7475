package clients_test

import (
	"os/exec"
	"strconv"
	"strings"
)

var python = &realClient{
	name:    "python3",
	install: "apt-get install -y python3",
	read:    readPython,
	command: func(d *daemon, way way, message string) *exec.Cmd {
		port := d.smtp
		if way == implicitTLS {
			port = d.smtps
		}
		return exec.Command("python3", "-c", pythonProgram, string(way), port, d.ca, message, from, to, user, password)
	},
}

const pythonProgram = `
import smtplib, ssl, sys
way, port, ca, message, sender, recipient, user, password = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca)
if way == "implicit TLS":
    s = smtplib.SMTP_SSL(context=trust, local_hostname="client.example.mn")
else:
    s = smtplib.SMTP(local_hostname="client.example.mn")
s._host = "localhost"
s.set_debuglevel(1)
s.connect("localhost", int(port))
if way == "STARTTLS and AUTH":
    s.starttls(context=trust)
if way != "plain":
    s.login(user, password)
with open(message, "rb") as f:
    s.sendmail(sender, [recipient], f.read())
s.quit()
`

// readPython reads smtplib's log: what it sends is quoted as Python does, and
// for these messages that is how Go does it between double quotes. The replies
// are bytes, each line for itself; "retcode" lines repeat them.
func readPython(line string) (side, string) {
	if text, ok := strings.CutPrefix(line, "send: '"); ok {
		return client, unquotedPython(text)
	}
	if strings.HasPrefix(line, "send: b'") {
		return client, "" // the message, behind 354
	}
	if text, ok := strings.CutPrefix(line, "reply: b'"); ok {
		return server, unquotedPython(text)
	}
	return nobody, ""
}

func unquotedPython(text string) string {
	text, err := strconv.Unquote(`"` + strings.TrimSuffix(text, "'") + `"`)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(text, "\r\n")
}
