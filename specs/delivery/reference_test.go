package delivery_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// examples are the Go forms of wire.RuleReference, in its order.
var examples = []harness.Rule{
	harness.On(harness.CONNECT).Reply(554, "5.3.2 No service here"),
	harness.On(harness.EHLO).Once().Reply(502, "5.5.1 Not implemented"),
	harness.On(harness.STARTTLS).Reply(454, "4.7.0 TLS not available"),
	harness.On(harness.AUTH).Reply(535, "5.7.8 Authentication credentials invalid"),
	harness.On(harness.MAIL).Reply(451, "4.3.0 Try later"),
	harness.On(harness.RCPT).Occurrence(3).Reply(452, "4.5.3 Too many recipients"),
	harness.On(record.BDAT).Reply(552, "5.3.4 Message too big"),
	harness.On(harness.DATA).Reply(554, "5.5.1 No valid recipients"),
	harness.On(harness.BODY).Reply(552, "5.3.4 Message too big"),
	harness.On(harness.RSET).Drop(),
	harness.On(harness.NOOP).Delay(2 * time.Second),
	harness.On(harness.QUIT).Drop(),
	harness.On(harness.ANY).Reply(421, "4.3.2 Shutting down").ThenDrop(),
	harness.On(harness.RCPT).To("bad@*").Reply(550, "5.1.1 No such user"),
	harness.On(harness.RCPT).From("*@example.org").Reply(550, "5.1.1 No such user"),
	harness.On(harness.MAIL).Arg("* BODY=8BITMIME*").Reply(555, "5.5.4 Unsupported parameter"),
	harness.On(harness.RCPT).Hello("client.example").Reply(550, "5.1.1 No such user"),
	harness.On(harness.CONNECT).InSession(1).Reply(421, "4.3.2 Come back"),
	harness.On(harness.RCPT).InTransaction(2).Reply(550, "5.1.1 No such user"),
	harness.On(harness.RCPT).Occurrence(3).Reply(550, "5.1.1 No such user"),
	harness.On(harness.MAIL).BeforeTLS().Reply(530, "5.7.0 Must issue a STARTTLS command first"),
	harness.On(harness.EHLO).InsideTLS().Withhold("AUTH"),
	harness.On(harness.RCPT).When(func(x *harness.Exchange) bool { return len(x.Envelope.Recipients) > 10 }).Reply(550, "5.1.1 No such user"),
	harness.On(harness.RCPT).Once().Reply(451, "4.7.1 Greylisted, try later"),
	harness.On(harness.RCPT).FirstN(2).Reply(451, "4.7.1 Greylisted, try later"),
	harness.On(harness.RCPT).Nth(3).Reply(451, "4.7.1 Greylisted, try later"),
	harness.On(harness.RCPT).Every(10).Reply(451, "4.7.1 Greylisted, try later"),
	harness.On(harness.RCPT).Chance(0.1, 1).Reply(451, "4.7.1 Greylisted, try later"),
	harness.On(harness.RCPT).Reply(550, "5.1.1 No such user"),
	harness.On(harness.MAIL).ReplyRaw([]byte("250 OK\n")),
	harness.On(harness.NOOP).Do(func(*harness.Exchange) *harness.Reply { return nil }),
	harness.On(harness.EHLO).Withhold("STARTTLS"),
	harness.On(harness.EHLO).Advertise("SIZE 1000"),
	harness.On(harness.DATA).Delay(1500 * time.Millisecond),
	harness.On(harness.CONNECT).Drip(1, 100*time.Millisecond),
	harness.On(harness.EHLO).Split(3, 7),
	harness.On(harness.MAIL).Hold(),
	harness.On(harness.CONNECT).Early([]byte("\x00")),
	harness.On(harness.STARTTLS).Trail([]byte("250-mx.example\r\n250 AUTH PLAIN\r\n")),
	harness.On(harness.EHLO).Flood(1000000),
	harness.On(harness.BODY).Stall(),
	harness.On(harness.DATA).StopReading(),
	harness.On(harness.DATA).Drop(),
	harness.On(harness.BODY).Reset(),
	harness.On(harness.BODY).DropAfterBytes(1000),
	harness.On(harness.BODY).LoseReply(),
	harness.On(harness.BODY).LoseReply().ThenDrop(),
	harness.On(harness.MAIL).HalfClose(),
	harness.On(harness.BODY).InsideTLS().ThenDrop().NoCloseNotify(),
	harness.On(harness.STARTTLS).Certificate("expired"),
	harness.On(harness.STARTTLS).TLSVersions("1.0", "1.1"),
	harness.On(harness.CONNECT).Handshake("garbage"),
	harness.On(harness.STARTTLS).KeepPlaintext(),
	harness.On(harness.RCPT).FirstN(2).Reply(451, "4.7.1 later").Named("greylist"),
	harness.On(harness.RCPT).FirstN(2).Reply(451, "4.7.1 later").Required(),
}

// each makes a table's entries, one for each rule of the reference that has a
// JSON form.
func each() (all []TableEntry) {
	for i, doc := range wire.RuleReference() {
		if doc.JSON != "" {
			all = append(all, Entry(doc.Kind+" "+doc.Name, doc, i))
		}
	}
	return all
}

var _ = Describe("The reference of rules", func() {
	It("has Go forms that are Go", func() {
		docs := wire.RuleReference()
		Expect(examples).To(HaveLen(len(docs)))
		for i, doc := range docs {
			Expect(examples[i].String()).To(Equal(doc.Go))
			Expect(examples[i].Validate()).To(Succeed())
		}
	})

	It("leaves out the JSON form of funcs alone", func() {
		for _, doc := range wire.RuleReference() {
			if doc.JSON == "" {
				Expect(doc.Name).To(BeElementOf("When", "Do"))
			}
		}
	})

	DescribeTable("means the same in both forms, and the record is what the client got", func(doc wire.RuleDoc, i int) {
		hits := 0
		for _, implicit := range []bool{false, true} {
			parsed, err := wire.ParseRule([]byte(doc.JSON))
			Expect(err).NotTo(HaveOccurred())
			inGo, inJSON := walkWith(examples[i], implicit), walkWith(parsed, implicit)
			Expect(inJSON.notes).To(Equal(inGo.notes))
			Expect(inJSON.told).To(Equal(inGo.told))
			Expect(inJSON.hits).To(Equal(inGo.hits))
			hits += inGo.hits
			expectTruth(doc.Go, inGo)
		}
		Expect(hits).To(BeNumerically(">", 0))
	}, each())
})

// expectTruth compares what each session's client got with the record.
func expectTruth(rule string, got walked) {
	GinkgoHelper()
	if strings.Contains(rule, "Flood") {
		return
	}
	for i, told := range got.told {
		if strings.Contains(rule, ".Handshake(") {
			got.heard[i] += got.below[i]
		}
		Expect(got.heard[i]).To(Equal(told), "session %d", i+1)
	}
}
