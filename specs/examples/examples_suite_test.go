// Package examples_test is documentation that runs: each file is a complete
// spec for one thing that people test about mail.
package examples_test

import (
	"encoding/base64"
	"mime"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// suiteT is for the specs in virtual time: testing/synctest needs a
// *testing.T.
var suiteT *testing.T

func TestExamples(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // of what comes at once, on a busy machine too
	RunSpecs(t, "Examples")
}

const body = "Сайн байна уу? Энэ бол туршилтын захидал."

// mimeMessage returns a message with a subject and a text in any script.
func mimeMessage(subject, text string) []byte {
	return []byte("From: Shop <shop@example.mn>\r\nTo: bat@example.com\r\nSubject: " + mime.BEncoding.Encode("utf-8", subject) +
		"\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString([]byte(text)) + "\r\n")
}
