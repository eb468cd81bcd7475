package message

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/fixtures"
)

// hostile is one way to make a parser work. make's argument is a size; full is
// the one that a server has to survive, and the work for it must not be more
// than about its length times that for an eighth of it.
type hostile struct {
	name    string
	full    int
	make    func(n int) []byte
	warning string // that says so; "" if the whole is understood
}

var flood = []hostile{
	{"nested multiparts that never close", 100_000, func(n int) []byte { return fixtures.Nested(n, false) }, DepthLimit},
	{"nested multiparts", 100_000, func(n int) []byte { return fixtures.Nested(n, true) }, DepthLimit},
	{"nested multiparts without boundary", 100_000, func(n int) []byte {
		return fixture(strings.Repeat("Content-Type: multipart/mixed\r\n\r\n--b\r\n", n))
	}, PartsLimit},
	{"nested messages", 20_000, fixtures.NestedMessages, DepthLimit},
	{"sibling parts", 500_000, fixtures.Parts, PartsLimit},
	{"sibling parts of nothing", 500_000, multipart("--b\r\n"), PartsLimit},
	{"parts whose headers never end", 500_000, multipart("--b\r\nA: b\r\n"), PartsLimit},
	{"lines that are almost delimiters", 500_000, multipart("--bb\r\n"), MultipartUnclosed},
	{"headers", 1_000_000, fixtures.Headers, HeaderLimit},
	{"the same header", 1_000_000, func(n int) []byte { return []byte(strings.Repeat("Subject: a\r\n", n) + "\r\n") }, HeaderRepeated},
	{"header lines without colon", 100_000, func(n int) []byte {
		return []byte("Subject: a\r\n" + strings.Repeat("b\r\nX: y\r\n", n) + "\r\n")
	}, HeaderNoColon},
	{"a folded header of 10 MB", 1_000_000, field("Subject:", "  folded\r\n"), ""},
	{"addresses", 100_000, fixtures.Recipients, AddressLimit},
	{"200 kB of comments", 70_000, field("To:", "(a)"), ""},
	{"comments within comments", 200_000, field("To:", "("), AddressBroken},
	{"quotes", 200_000, field("To: a@b.c", "\" "), ""},
	{"a quote that never closes", 200_000, field("To: \"", "\\\" "), AddressBroken},
	{"brackets", 200_000, field("To:", "<"), AddressBroken},
	{"angle quotes", 200_000, field("To:", "<\""), AddressBroken},
	{"colons", 200_000, field("To: a@", ":"), AddressBroken},
	{"semicolons", 200_000, field("To: a:", ";"), ""},
	{"1 MB of encoded words", 50_000, field("Subject:", "=?utf-8?q?=D0=91?= "), WordLimit},
	{"beginnings of encoded words", 300_000, field("Subject:", "=?"), ""},
	{"halves of encoded words", 200_000, field("Subject:", "=?utf-8?q?a?"), ""},
	{"encoded words in changing charsets", 40_000, field("Subject:", "=?koi8-r?q?=C1?= =?iso-2022-jp?q?a?= "), WordLimit},
	{"a charset with a long name", 500_000, func(n int) []byte {
		return []byte("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=" + strings.Repeat("x", n) + "\r\n\r\nb\r\n")
	}, CharsetUnknown},
	{"pieces of a file name", 20_000, fixtures.FileName, ParameterLimit},
	{"parameters", 500_000, contentType("; a=b"), ParameterLimit},
	{"semicolons in Content-Type", 500_000, contentType(";"), ParameterBroken},
	{"backslashes in a parameter", 500_000, contentType("; a=\"\\"), ParameterRepeated},
	{"a line of 5 MB", 5_000_000, fixtures.LongLine, LongLine},
	{"dashes", 5_000_000, func(n int) []byte { return multipart("-")(n) }, MultipartUnclosed},
	{"open tags", 400_000, func(n int) []byte { return fixtures.HTML(n, "<b>") }, ""},
	{"open anchors", 400_000, func(n int) []byte { return fixtures.HTML(n, "<a href=x>") }, ""},
	{"open hidden elements", 400_000, func(n int) []byte { return fixtures.HTML(n, "<p hidden><li hidden>") }, ""},
	{"attributes of one tag", 400_000, func(n int) []byte { return fixtures.HTML(n, "<a ") }, ""},
	{"angle brackets", 1_000_000, func(n int) []byte { return fixtures.HTML(n, "<") }, ""},
	{"entities", 1_000_000, func(n int) []byte { return fixtures.HTML(n, "&") }, ""},
	{"comments in HTML", 400_000, func(n int) []byte { return fixtures.HTML(n, "<!--") }, ""},
	{"beginnings of scripts", 400_000, func(n int) []byte { return fixtures.HTML(n, "<script><!--<script></") }, ""},
	{"bare URLs", 200_000, func(n int) []byte { return fixture("\r\n" + strings.Repeat("http://a", n)) }, ""},
	{"bare URLs in brackets", 400_000, func(n int) []byte { return fixture("\r\nhttp://" + strings.Repeat("(", n) + strings.Repeat(")", n)) }, LongLine},
	{"things like a code", 200_000, func(n int) []byte { return fixture("\r\n" + strings.Repeat("code 1234\r\n", n)) }, ""},
	{"bad base64", 2_000_000, encoded("base64", "!"), Base64Broken},
	{"base64 of one character", 2_000_000, encoded("base64", "A="), Base64Truncated},
	{"bad quoted-printable", 2_000_000, encoded("quoted-printable", "="), QuotedBroken},
	{"blanks in quoted-printable", 2_000_000, encoded("quoted-printable", " "), ""},
	{"escapes of iso-2022-jp", 500_000, func(n int) []byte {
		return fixture("Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + strings.Repeat("\x1b$B\x1b(B", n))
	}, ""},
}

func fixture(rest string) []byte {
	return []byte("From: bat@example.mn\r\nMIME-Version: 1.0\r\n" + rest + "\r\n")
}

func multipart(piece string) func(n int) []byte {
	return func(n int) []byte {
		return fixture("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat(piece, n))
	}
}

func field(begin, piece string) func(n int) []byte {
	return func(n int) []byte { return fixture(begin + strings.Repeat(piece, n) + "\r\n") }
}

func contentType(piece string) func(n int) []byte {
	return func(n int) []byte { return fixture("Content-Type: text/plain" + strings.Repeat(piece, n) + "\r\n") }
}

func encoded(encoding, piece string) func(n int) []byte {
	return func(n int) []byte {
		return fixture("Content-Type: text/plain\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + strings.Repeat(piece, n))
	}
}

// look reads everything there is to read, and checks what must always hold.
func look(t testing.TB, raw []byte) *Parsed {
	t.Helper()
	p := Parse(raw)
	texts := []string{p.Subject(), p.Text(), p.HTML(), p.VisibleText(), p.MessageID(), fmt.Sprint(p.From(), p.To(), p.Cc(), p.ReplyTo())}
	for part := range p.Parts() {
		texts = append(texts, part.ContentType, part.Charset, part.Filename, part.ContentID, part.String())
		if strings.HasPrefix(part.ContentType, "text/") {
			texts = append(texts, string(part.Body))
		}
	}
	for _, l := range p.Links() {
		texts = append(texts, l.URL, l.Text)
	}
	for _, w := range p.Warnings() {
		texts = append(texts, w.String())
	}
	_, noLink := p.Link("no such link")
	_, code := p.Code()
	texts = append(texts, fmt.Sprint(noLink, code))
	p.Header().Mail()
	p.Header().Names()
	p.Header().Values("Subject")
	for _, s := range texts {
		if !utf8.ValidString(s) {
			t.Fatalf("no UTF-8: %.200q", s)
		}
	}
	for _, list := range []any{p.Links(), p.Warnings(), p.Root()} {
		if b, err := json.Marshal(list); err != nil || !utf8.Valid(b) {
			t.Fatalf("no JSON: %v", err)
		}
	}
	return p
}

func TestFloodIsBounded(t *testing.T) {
	for _, h := range flood {
		t.Run(h.name, func(t *testing.T) {
			raw := h.make(h.full / scale)
			before := allocated()
			p := look(t, raw)
			spent := allocated() - before
			if limit := uint64(80*len(raw) + 64<<20); spent > limit {
				t.Errorf("%d octets took %d octets of memory in all", len(raw), spent)
			}
			if scale == 1 && h.warning != "" && !slices.ContainsFunc(p.Warnings(), func(w Warning) bool { return w.ID == h.warning }) {
				t.Errorf("no warning %s in %v", h.warning, p.Warnings())
			}
			checkLimits(t, p)
		})
	}
}

func checkLimits(t *testing.T, p *Parsed) {
	parts, fields := 0, 0
	for part := range p.Parts() {
		parts++
		fields += len(part.Header)
		if depth := strings.Count(part.Path, ".") + 2; part.Path != "" && depth > MaxDepth {
			t.Fatalf("part %s is %d deep", part.Path, depth)
		}
	}
	if parts > MaxParts+MaxDepth || fields > maxAllFields+100 || len(p.Links()) > MaxLinks || len(p.To()) > MaxAddresses || len(p.Warnings()) > 50*MaxWarnings {
		t.Errorf("%d parts, %d fields, %d links, %d addresses, %d warnings", parts, fields, len(p.Links()), len(p.To()), len(p.Warnings()))
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// One large input may take three times as long as eight of an eighth of its
// size; if the work were quadratic, it would take eight times as long. Both are
// measured side by side, and one good pair in ten is enough, so that a busy
// machine makes no difference.
func TestFloodTakesLinearTime(t *testing.T) {
	const times, allowed, pairs = 8, 3, 10
	for _, h := range flood {
		t.Run(h.name, func(t *testing.T) {
			full := h.full / 4 / scale
			small, large := h.make(full/times), h.make(full)
			var many, one time.Duration
			for range pairs {
				many, one = duration(t, times, small), duration(t, 1, large)
				if one <= allowed*max(many, time.Millisecond) {
					return
				}
			}
			t.Errorf("%d octets take %v, %d times %d take %v", len(large), one, times, len(small), many)
		})
	}
}

func duration(t *testing.T, times int, raw []byte) time.Duration {
	start := time.Now()
	for range times {
		look(t, raw)
	}
	return time.Since(start)
}

func TestHostileBoundaries(t *testing.T) {
	for _, boundary := range []string{
		`""`, `"` + strings.Repeat("x", 60_000) + `"`, `".*"`, `"[a-z"`, `"(a+)+$"`, `"\\"`, `"-"`, `"--"`, `" "`, `"a`, "=", "\x00", "\xff",
	} {
		p := look(t, fixture("Content-Type: multipart/mixed; boundary="+boundary+"\r\n\r\n--a\r\n\r\none\r\n--a--\r\n"))
		if !strings.Contains(p.Text(), "one") {
			t.Errorf("boundary %.20s: text is %q", boundary, p.Text())
		}
	}
}

func TestHostileCharsets(t *testing.T) {
	for _, label := range []string{
		"utf-7", "utf-16", "utf-16le", "utf-32", "ucs-2", "hz-gb-2312", "iso-2022-kr", "iso-2022-cn", "replacement", "x-user-defined",
		"cp-850", "ibm850", "utf-8'en'", "*", "\x00", "../../etc/passwd", "%s%n", "\xff\xfe", strings.Repeat("a*", 5000), "us-ascii", "ebcdic-us",
	} {
		raw := fixture("Subject: =?" + label + "?B?0YHQsNC50L0=?=\r\nContent-Type: text/plain; charset=\"" + label + "\"\r\n\r\nword \xd1\x81 \x1b$)C\x0e\x0f ~{ +AGE- \x80\xff")
		if p := look(t, raw); p.Text() == "" {
			t.Errorf("charset %.20q: nothing is shown", label)
		}
	}
}

func TestHostileDates(t *testing.T) {
	for _, date := range []string{
		"Mon, 99 Jan 2026 00:00:00 +0000", "1 Jan 99999999999999999999 00:00 +0000", "1 Jan -1 00:00 +0000", "32 Feb 2026 25:61:61 +9999",
		strings.Repeat("(", 5000), strings.Repeat("1", 100_000), "0", "\x00", "Thu, 1 Jan 1970 00:00:00 +99999999",
	} {
		p := look(t, fixture("Date: "+date+"\r\n"))
		if !p.Date().IsZero() {
			t.Errorf("%.40q is %v", date, p.Date())
		}
		if !slices.ContainsFunc(p.Warnings(), func(w Warning) bool { return w.ID == DateBroken }) {
			t.Errorf("%.40q: no warning", date)
		}
	}
}

func TestSmallestBase64(t *testing.T) {
	for n, text := range map[string]string{"A": "", "=": "", "QQ": "A", "QUI": "AB", "QQ==QQ==": "AA", "Q Q": "A", "====": ""} {
		p := look(t, fixture("Content-Transfer-Encoding: base64\r\n\r\n"+n))
		same(t, "text of "+strconv.Quote(n), p.Text(), text)
	}
}
