package matchers_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// key makes a signing key of one octet, and the text of its DNS record.
func key(octet string) (ed25519.PrivateKey, string) {
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat(octet, ed25519.SeedSize)))
	return private, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
}

// signed returns a message with a signature over its From and its body.
func signed(private ed25519.PrivateKey, tags string) *harness.Message {
	const from, body = "From: Бат <bat@example.mn>\r\n", "Сайн уу\r\n"
	hash := sha256.Sum256([]byte(body))
	field := "DKIM-Signature: v=1; a=ed25519-sha256; d=example.mn; s=түлхүүр; h=From; " + tags +
		"bh=" + base64.StdEncoding.EncodeToString(hash[:]) + "; b="
	digest := sha256.Sum256([]byte(from + field))
	m := mail("")
	m.At = time.Unix(1_000, 0)
	m.SetRaw([]byte(field + base64.StdEncoding.EncodeToString(ed25519.Sign(private, digest[:])) + "\r\n" + from + "\r\n" + body))
	return m
}

var _ = Describe("BeSignedBy", func() {
	private, dns := key("a")
	_, other := key("b")

	It("verifies the body without a key, and the signature with one", func() {
		m := signed(private, "")
		Expect(m).To(BeSignedBy("Example.mn"))
		Expect(m).To(BeSignedBy("example.mn", dns))
		Expect(m).To(BeSignedBy("example.mn", other, dns))
	})
	It("says what is wrong", func() {
		const found = "but it has\n    DKIM-Signature of \"example.mn\", selector \"түлхүүр\": "
		m := signed(private, "")
		Expect(failure(m, BeSignedBy("example.com"))).To(HaveSuffix(found + "it is of another domain"))
		Expect(failure(m, BeSignedBy("example.mn", other))).To(HaveSuffix("to be signed by example.mn (DKIM, with 1 key)\n" + found + "the signature does not fit the header and the key"))
		Expect(failure(signed(private, "x=999; "), BeSignedBy("example.mn"))).To(HaveSuffix(found + "it has expired, x=999"))
		m.SetRaw([]byte(strings.Replace(string(m.Raw()), "Сайн", "Муу", 1)))
		Expect(failure(m, BeSignedBy("example.mn"))).To(HaveSuffix(found + "the body is not the one that was signed"))
	})
	It("can be denied", func() {
		Expect(negated(signed(private, ""), BeSignedBy("example.mn", dns))).To(HaveSuffix("\n    not to be signed by example.mn (DKIM, with 1 key)"))
	})
})
