package message

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/fixtures"
)

// What is large and honest is read whole, or up to a limit that is told.
func TestSizesThatAreReadRight(t *testing.T) {
	p := Parse(fixtures.Headers(10_000))
	same(t, "text below 10,000 headers", p.Text(), "The body.")
	same(t, "type below 10,000 headers", p.Root().Charset, "utf-8")
	same(t, "warnings", join(p.Warnings()), "not taken apart: more than 1000 header fields (9005 times) [header-limit]")

	p = Parse(fixtures.Parts(1000))
	if n := len(p.Root().Children); n != 1000 || !strings.HasSuffix(p.Text(), "part 999\npart 1000") || len(p.Warnings()) != 0 {
		t.Errorf("%d parts, %v", n, p.Warnings())
	}
	p = Parse(fixtures.Recipients(5000))
	if n := len(p.To()); n != 5000 || p.To()[4999].Address != "bat4999@example.com" || len(p.Warnings()) != 0 {
		t.Errorf("%d recipients, %v", n, p.Warnings())
	}
	p = Parse(fixtures.LongLine(10_000))
	same(t, "long line", p.Text(), strings.Repeat("x", 10_000))

	p = Parse(fixtures.Attachment(1 << 20))
	if part, _ := p.Attachment("data.bin"); len(part.Body) != 1<<20 || len(p.Warnings()) != 0 {
		t.Errorf("%v, %v", part, p.Warnings())
	}
	p = Parse(fixtures.Nested(MaxDepth-1, true))
	same(t, "text of the deepest part", p.Text(), "The innermost text.")
	p = Parse(fixtures.Nested(1000, true))
	if deepest := strings.Count(join(p.Warnings()), "depth-limit"); deepest != 1 || !strings.Contains(p.Text(), "The innermost text.") {
		t.Errorf("1,000 levels: %s", join(p.Warnings()))
	}
	p = Parse(fixtures.FileName(20))
	same(t, "file name", p.Attachments()[0].Filename, strings.Repeat("0123456789", 20))
}
