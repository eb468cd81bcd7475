package sender

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReplyBounds(t *testing.T) {
	for name, endless := range map[string]string{
		"line":  "250 " + strings.Repeat("x", 48<<20),
		"lines": strings.Repeat("250-flood\r\n", 1_700_000),
	} {
		in := strings.NewReader(endless)
		_, err := newReplyReader(in).read()
		var p *ProtocolError
		if taken := len(endless) - in.Len(); !errors.As(err, &p) || taken > 1<<20 {
			t.Errorf("%s: %v after %d octets", name, err, taken)
		}
	}
}

func TestReplyForms(t *testing.T) {
	in := "250-one\r\n250-250 999 text\r\n250-\r\n250\r\n" + "550 5.1.1 no\r\n" + "250 \r\n" + "450 5.1.1x y\n"
	rr := newReplyReader(iotest.OneByteReader(strings.NewReader(in)))
	for _, want := range []struct {
		code     int
		enhanced string
		text     string
	}{{250, "", "one\n250 999 text\n\n"}, {550, "5.1.1", "5.1.1 no"}, {250, "", ""}, {450, "", "5.1.1x y"}} {
		r, err := rr.read()
		if err != nil || r.Code != want.code || r.Enhanced != want.enhanced || r.Text() != want.text {
			t.Errorf("%+v %v, want %+v", r, err, want)
		}
	}
}

func FuzzReply(f *testing.F) {
	for _, seed := range []string{
		"220 mx ESMTP\r\n", "250-a\r\n250 b\r\n", "250\r\n", "250-a\r\n550 b\r\n", "SSH-2.0-x\r\n", "2500 x\r\n",
		"25", "250-5.7.1 \x1b[2J\r\n250 5.7.1 \xff\r\n", "\r\n", "334 !!\r\n", "550 5.1.1 \u2028\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		r, err := newReplyReader(iotest.HalfReader(strings.NewReader(in))).read()
		if err != nil {
			return
		}
		if r.Code < 200 || r.Code > 599 || len(r.Lines) == 0 {
			t.Fatalf("%q gave %+v", in, r)
		}
		if hasControl(r.String()) || hasControl((&Error{Reply: r}).Error()) {
			t.Fatalf("%q is shown as %q", in, r.String())
		}
		parseExtensions(r)
	})
}
