package matchers_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/harness/record"
)

// letter has something for every matcher.
const letter = `From: =?utf-8?B?0JTRjdC70LPSr9Kv0YA=?= <shop@example.mn>
To: bat@example.com
Cc: dorj@example.com
Subject: Захиалга 42
X-A: 1
X-A: 2
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=q

--q
Content-Type: text/plain; charset=utf-8

Сайн уу?
https://example.mn/бараа
--q
Content-Type: text/html; charset=utf-8

<p>Сайн <b>уу</b>? <a href="https://example.mn/confirm">Батлах</a></p>
--q
Content-Type: application/pdf
Content-Disposition: attachment; filename*=UTF-8''%D0%9D%D1%8D%D1%85.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--q--
`

// sent is letter in an envelope with everything that an envelope can have.
func sent() *harness.Message {
	m := mailTo(1, letter, "bat@example.com", "dorj@example.com", "audit@example.mn")
	m.Envelope.Params = map[string]string{"BODY": "8BITMIME", "SMTPUTF8": ""}
	m.Envelope.Recipients = append(m.Envelope.Recipients,
		record.Recipient{Address: "bad@example.com", Reply: record.NewReply(550, "5.1.1 No such user")})
	return m
}

const (
	expected = `Expected message #1 "Захиалга 42" from <shop@example.mn> to <bat@example.com>, <dorj@example.com>, <audit@example.mn>, 601 bytes`
	butHas   = "but it has"
)

var _ = DescribeTable("matchers for a message",
	func(good, bad types.GomegaMatcher, doesWant, wants string, finds ...string) {
		m := sent()
		Expect(negated(m, good)).To(Equal(lines(expected, "    not to "+doesWant)))
		Expect(failure(m, bad)).To(Equal(lines(append([]string{expected, "    to " + wants}, finds...)...)))
		Expect(mailRecord(m)).To(good)
	},
	Entry("HaveSubject", HaveSubject("Захиалга 42"), HaveSubject("Захиалга 43"),
		`have subject "Захиалга 42"`,
		`have subject "Захиалга 43"`, butHas, `    "Захиалга 42"`),
	Entry("HaveSubject with a matcher", HaveSubject(HavePrefix("Захиалга")), HaveSubject(HavePrefix("Нэхэмжлэх")),
		`have subject that HavePrefix("Захиалга")`,
		`have subject that HavePrefix("Нэхэмжлэх")`, butHas, `    "Захиалга 42"`),
	Entry("HaveText", HaveText("Сайн уу?\nhttps://example.mn/бараа"), HaveText("Баяртай"),
		`have text "Сайн уу?\nhttps://example.mn/бараа"`,
		`have text "Баяртай"`, "but it differs at line 1, column 1",
		`    want "Баяртай"`, `    has  "Сайн уу?"`, `          ^`),
	Entry("HaveText with a matcher", HaveText(ContainSubstring("Сайн")), HaveText(ContainSubstring("hello")),
		`have text that ContainSubstring("Сайн")`,
		`have text that ContainSubstring("hello")`, butHas, `    "Сайн уу?\nhttps://example.mn/бараа"`),
	Entry("HaveHTML", HaveHTML(ContainSubstring("<b>уу</b>")), HaveHTML(""),
		`have HTML that ContainSubstring("<b>уу</b>")`,
		`have HTML ""`, butHas, `    "<p>Сайн <b>уу</b>? <a href="https://example.mn/confirm">Батлах</a></p>"`),
	Entry("HaveVisibleText", HaveVisibleText("Сайн уу? Батлах"), HaveVisibleText("Сайн уу?"),
		`have visible text "Сайн уу? Батлах"`,
		`have visible text "Сайн уу?"`, butHas, `    "Сайн уу? Батлах"`),
	Entry("HaveHeader", HaveHeader("x-a", "2"), HaveHeader("X-A", "3"),
		`have header x-a "2"`,
		`have header X-A "3"`, butHas, `    X-A: "1"`, `    X-A: "2"`),
	Entry("HaveHeader of a field that is not there", HaveHeader("X-A", MatchRegexp("^[12]$")), HaveHeader("X-B", Not(BeEmpty())),
		`have header X-A that MatchRegexp("^[12]$")`,
		`have header X-B that Not(BeEmpty())`, butHas, `    no X-B; it has From, To, Cc, Subject, X-A, MIME-Version, Content-Type`),
	Entry("HaveLink", HaveLink("https://example.mn/confirm"), HaveLink("https://example.mn/"),
		`have link "https://example.mn/confirm"`,
		`have link "https://example.mn/"`, butHas, `    https://example.mn/confirm "Батлах"`, `    https://example.mn/бараа`),
	Entry("HaveLink with its text", HaveLink(harness.Link{URL: "https://example.mn/confirm", Text: "Батлах"}), HaveLink(harness.Link{URL: "https://example.mn/confirm"}),
		`have link https://example.mn/confirm "Батлах"`,
		`have link https://example.mn/confirm`, butHas, `    https://example.mn/confirm "Батлах"`, `    https://example.mn/бараа`),
	Entry("HaveAttachment", HaveAttachment("Нэх.pdf"), HaveAttachment("invoice.pdf"),
		`have attachment "Нэх.pdf"`,
		`have attachment "invoice.pdf"`, butHas, `    "Нэх.pdf" (application/pdf, 5 bytes)`),
	Entry("HaveAttachment with conditions", HaveAttachment("*.pdf", HaveField("Body", HavePrefix("%PDF-"))),
		HaveAttachment("*.pdf", HaveField("Body", HaveLen(5)), HaveField("ContentType", "text/csv")),
		`have attachment "*.pdf" that HaveField("Body", HavePrefix("%PDF-"))`,
		`have attachment "*.pdf" that HaveField("Body", HaveLen(5)) and HaveField("ContentType", "text/csv")`, butHas,
		`    "Нэх.pdf" (application/pdf, 5 bytes) which fails HaveField("ContentType", "text/csv")`),
	Entry("HavePart", HavePart("text/HTML"), HavePart("text/calendar"),
		`have part text/html`,
		`have part text/calendar`, butHas, `    multipart/mixed`, `    1: text/plain`, `    2: text/html`, `    3: application/pdf`),
	Entry("HavePart with conditions", HavePart("text/*", HaveField("Charset", "utf-8")), HavePart("text/*", HaveField("Charset", "koi8-r")),
		`have part text/* that HaveField("Charset", "utf-8")`,
		`have part text/* that HaveField("Charset", "koi8-r")`, butHas, `    multipart/mixed`,
		`    1: text/plain which fails HaveField("Charset", "koi8-r")`,
		`    2: text/html which fails HaveField("Charset", "koi8-r")`, `    3: application/pdf`),
	Entry("BeFrom", BeFrom("shop@EXAMPLE.mn"), BeFrom("a@b.c"),
		`be From shop@EXAMPLE.mn`,
		`be From a@b.c`, butHas, `    "Дэлгүүр" <shop@example.mn>`),
	Entry("BeFrom with a matcher", BeFrom(HaveSuffix("@example.mn")), BeFrom(HaveSuffix("@b.c")),
		`be From an address that HaveSuffix("@example.mn")`,
		`be From an address that HaveSuffix("@b.c")`, butHas, `    "Дэлгүүр" <shop@example.mn>`),
	Entry("BeAddressedTo", BeAddressedTo("dorj@example.com", "bat@example.com"), BeAddressedTo("audit@example.mn"),
		`be addressed to ["dorj@example.com" "bat@example.com"] (To and Cc)`,
		`be addressed to ["audit@example.mn"] (To and Cc)`, butHas, `    To ["bat@example.com"], Cc ["dorj@example.com"]`),
	Entry("BeSentTo", BeSentTo("audit@example.mn", "bat@Example.com", "dorj@example.com"), BeSentTo("bat@example.com", "dorj@example.com"),
		`be sent to exactly ["audit@example.mn" "bat@Example.com" "dorj@example.com"] (RCPT TO)`,
		`be sent to exactly ["bat@example.com" "dorj@example.com"] (RCPT TO)`, butHas,
		`    ["bat@example.com" "dorj@example.com" "audit@example.mn"]; refused: "bad@example.com" 550 5.1.1 No such user`),
	Entry("HaveEnvelopeFrom", HaveEnvelopeFrom("shop@example.mn"), HaveEnvelopeFrom(""),
		`have envelope sender "shop@example.mn" (MAIL FROM)`,
		`have envelope sender "" (MAIL FROM)`, butHas, `    "shop@example.mn"`),
	Entry("HaveBcc", HaveBcc("audit@example.mn"), HaveBcc("bat@example.com"),
		`have blind copy "audit@example.mn" (RCPT TO, but in no header)`,
		`have blind copy "bat@example.com" (RCPT TO, but in no header)`, butHas, `    ["audit@example.mn"]`),
	Entry("HaveMailParameter", HaveMailParameter("body", "8BITMIME"), HaveMailParameter("SIZE", "10"),
		`have MAIL parameter BODY "8BITMIME"`,
		`have MAIL parameter SIZE "10"`, butHas, `    BODY="8BITMIME", SMTPUTF8=""`),
	Entry("HaveMailParameter without a value", HaveMailParameter("SMTPUTF8", ""), HaveMailParameter("BODY", ""),
		`have MAIL parameter SMTPUTF8 ""`,
		`have MAIL parameter BODY ""`, butHas, `    BODY="8BITMIME", SMTPUTF8=""`),
)

// mailRecord is the message without its parsed view.
func mailRecord(m *harness.Message) *record.Message { return m.Message }

var _ = Describe("a message that has nothing", func() {
	bare := func() *harness.Message { return mail("\nx\n") }

	DescribeTable("says what it lacks",
		func(m types.GomegaMatcher, finds ...string) {
			Expect(failure(bare(), m)).To(HaveSuffix("\nbut " + lines(finds...)))
		},
		Entry("HaveSubject", HaveSubject("x"), "it has", `    ""`),
		Entry("HaveHeader", HaveHeader("To", "x"), "it has", `    no header at all`),
		Entry("HaveLink", HaveLink("x"), "it has", `    no links`),
		Entry("HaveAttachment", HaveAttachment("x"), "it has", `    no attachments`),
		Entry("BeFrom", BeFrom("a@b.c"), "it has", `    ""`),
		Entry("BeAddressedTo", BeAddressedTo("a@b.c"), "it has", `    To []`),
		Entry("HaveBcc", HaveBcc("a@b.c"), "it has", `    ["bat@example.com"]`),
		Entry("HaveMailParameter", HaveMailParameter("SIZE", "1"), "it has", `    no parameters`),
		Entry("BeSignedBy", BeSignedBy("example.mn"), "it has", `    no DKIM-Signature`),
	)
})

var _ = Describe("BeWellFormed", func() {
	It("can be denied", func() {
		Expect(negated(sent(), BeWellFormed())).To(Equal(lines(expected, "    not to be well-formed")))
	})
	It("lists the repairs", func() {
		Expect(failure(mail("Subject: x\nContent-Type: text/plain\n\ny\n"), BeWellFormed())).To(Equal(lines(
			`Expected message #1 "x" from <shop@example.mn> to <bat@example.com>, 43 bytes`,
			`    to be well-formed`,
			`but it needed 1 repair`,
			`    MIME fields without MIME-Version [mime-version]`)))
	})
})

var _ = Describe("HaveText with a long text", func() {
	text := func(s string) *harness.Message {
		return mail("Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + s + "\n")
	}

	It("marks the first difference", func() {
		got := failure(text("Сайн байна уу?\nТаны захиалга 43 бэлэн боллоо.\nБаярлалаа"), HaveText("Сайн байна уу?\nТаны захиалга 42 бэлэн боллоо.\nБаярлалаа"))
		Expect(got).To(HaveSuffix(lines(
			`but it differs at line 2, column 16`,
			`    want "Таны захиалга 42 бэлэн боллоо."`,
			`    has  "Таны захиалга 43 бэлэн боллоо."`,
			`                         ^`)))
	})
	It("tells of an end that comes too early", func() {
		Expect(failure(text("нэг\nхоёр"), HaveText("нэг\nхоёр\nгурав"))).To(HaveSuffix(lines(
			`but it ends after 2 lines, 3 were wanted`, `    line 3 should be "гурав"`)))
	})
	It("tells of lines that are too many", func() {
		Expect(failure(text("нэг\nхоёр\nгурав"), HaveText("нэг\nхоёр"))).To(HaveSuffix(lines(
			`but it has 3 lines, 2 were wanted`, `    line 3 is "гурав"`)))
	})
	It("shows what stands around the difference only", func() {
		long := "0123456789012345678901234567890123456789012345678901234567890123456789"
		Expect(failure(text(long+"a"+long), HaveText(long+"b"+long))).To(HaveSuffix(lines(
			`but it differs at line 1, column 71`,
			`    want "…012345678901234567890123456789012345678901234567890123456789b01234567890123456789012345678901234567890123456789012345678…"`,
			`    has  "…012345678901234567890123456789012345678901234567890123456789a01234567890123456789012345678901234567890123456789012345678…"`,
			`                                                                       ^`)))
	})
	It("cuts the text", func() {
		var long string
		for range 100 {
			long += "Монгол"
		}
		Expect(failure(text(long), HaveText(ContainSubstring("x")))).To(HaveSuffix(`МонголМонголМонг… (1000 octets more)"`))
	})
})
