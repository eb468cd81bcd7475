package extensions_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

func TestExtensions(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // of what comes at once, on a busy machine too
	RunSpecs(t, "The service extensions, octet by octet")
}

const (
	mail = "MAIL FROM:<dorj@example.mn>"
	rcpt = "RCPT TO:<bat@example.com>"
)

// advertising starts a server that offers what lines say.
func advertising(lines ...string) *harness.Server {
	GinkgoHelper()
	return harness.NewServer(GinkgoT(), harness.Advertise(lines...))
}

// begun says EHLO, MAIL and RCPT.
func begun(srv *harness.Server) *rawclient.Client {
	GinkgoHelper()
	c := rawclient.Hello(srv)
	c.Dialogue(mail, "250", rcpt, "250")
	return c
}

// only returns the only session of a server.
func only(srv *harness.Server) *harness.Session {
	GinkgoHelper()
	Expect(srv.Sessions()).To(HaveLen(1))
	return srv.Sessions()[0]
}

// onlyMessage returns the only message of a server.
func onlyMessage(srv *harness.Server) *harness.Message {
	GinkgoHelper()
	Expect(srv.Messages()).To(HaveLen(1))
	return srv.Messages()[0]
}

// ended returns the only session when its end is in the record.
func ended(ctx SpecContext, srv *harness.Server) *harness.Session {
	GinkgoHelper()
	sessions, err := srv.WaitForSessions(ctx, 1)
	Expect(err).NotTo(HaveOccurred())
	return sessions[0]
}

// kinds lists what a strict server would not like.
func kinds(s *harness.Session) []string {
	var all []string
	for _, a := range s.Anomalies {
		all = append(all, a.Kind)
	}
	return all
}

// chunk is BDAT with its octets.
func chunk(octets string) string { return fmt.Sprintf("BDAT %d\r\n%s", len(octets), octets) }

// lastChunk is BDAT LAST with its octets.
func lastChunk(octets string) string { return fmt.Sprintf("BDAT %d LAST\r\n%s", len(octets), octets) }

// replies reads n of them and returns their codes.
func replies(c *rawclient.Client, n int) string {
	GinkgoHelper()
	var codes []string
	for range n {
		codes = append(codes, c.Reply()[:3])
	}
	return strings.Join(codes, " ")
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
