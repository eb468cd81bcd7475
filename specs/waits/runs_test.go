package waits_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

// ways are how the API says that mail comes to a run.
type ways struct{ Name, Address, Header string }

var _ = DescribeTable("A run that the API has made gets mail",
	func(body string, mail func(ways) (to, header string)) {
		d := daemon.Start(smtpspec, "--store", "memory")
		var run ways
		Expect(json.Unmarshal([]byte(d.Change("POST", "/api/runs", body)), &run)).To(Succeed())
		to, header := mail(run)
		id := d.Send(to, header+"Subject: hello\r\n\r\ntext\r\n")
		Expect(d.List("/api/wait?timeout=1s&run=" + run.Name).Items).To(ConsistOf(HaveField("ID", id)))
	},
	Entry("by its address", `{}`, toAddress),
	Entry("by its field", `{}`, withField),
	Entry("by its address, under a name with capitals", `{"name":"Job-7"}`, toAddress),
	Entry("by its field, under a name with capitals", `{"name":"Job-7"}`, withField),
	Entry("by its address in capitals", `{"name":"job-7"}`, func(w ways) (string, string) {
		return strings.ToUpper(w.Address), ""
	}),
)

func toAddress(w ways) (to, header string) { return w.Address, "" }
func withField(w ways) (to, header string) { return "bat@example.com", w.Header + "\r\n" }
