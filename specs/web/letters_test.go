package web

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/sender"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

// dot is a picture of one red pixel.
const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="

// rich is a message with a bit of everything. pictures is where a remote
// picture is.
func rich(pictures string) string {
	return strings.NewReplacer("PICTURES", pictures, "DOT", dot, "SVG", encoded(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)).Replace(
		`From: =?utf-8?B?0JTRjdC70LPSr9Kv0YA=?= <shop@example.mn>
To: Oyun <oyun@example.net>, bad@example.net, elsewhere@example.net
Cc: =?utf-8?Q?=D0=94=D0=BE=D1=80=D0=B6?= <dorj@example.net>
Reply-To: help@example.mn
Subject: =?utf-8?B?0KLQsNC90Ysg0LfQsNGF0LjQsNC70LPQsA==?= 4711
Date: Mon, 23 Nov 2026 10:00:00 +0800
Message-ID: <4711@example.mn>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/related; boundary=related

--related
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Сайн байна уу! Таны баталгаажуулах код: 482913
See https://shop.example.mn/orders/4711.

--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<!doctype html><html><head><style>@media (prefers-color-scheme: dark) { h1 { color: #9cf } } .box { display: flex; gap: 8px }</style></head>
<body><h1>Таны захиалга</h1><p>Таны баталгаажуулах код: <b>482913</b></p>
<div class="box"><img src="cid:dot@example.mn" width="40" height="40" alt="dot"><img src="PICTURES/pixel.png" width="40" height="40" alt="remote"></div>
<p><a href="https://shop.example.mn/orders/4711">Order 4711</a> <a href="https://evil.example/login">https://bank.example/login</a> <a href="javascript:alert(1)">never</a></p>
<table><tr><td>Total</td><td>42 000 ₮</td></tr></table></body></html>

--inner--
--related
Content-Type: image/png
Content-ID: <dot@example.mn>
Content-Transfer-Encoding: base64

DOT
--related--
--outer
Content-Type: image/png; name="photo.png"
Content-Disposition: attachment; filename="photo.png"
Content-Transfer-Encoding: base64

DOT
--outer
Content-Type: text/csv; charset=utf-8
Content-Disposition: attachment; filename="order.csv"
Content-Transfer-Encoding: 8bit

item,price
<script>alert(1)</script>,1

--outer
Content-Type: image/svg+xml
Content-Disposition: attachment; filename="drawing.svg"
Content-Transfer-Encoding: base64

SVG
--outer
Content-Type: application/octet-stream
Content-Disposition: attachment; filename*=utf-8''%D1%80%D0%B0ypal%E2%80%AEfdp.exe
Content-Transfer-Encoding: base64

AAAA
--outer--
`)
}

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// bare is a message with a text and no more than it needs.
func bare(header, body string) string {
	return header + "From: shop@example.mn\nDate: Mon, 23 Nov 2026 10:00:00 +0800\nMessage-ID: <1@example.mn>\nMIME-Version: 1.0\n" + body
}

// post sends a message from a sender to recipients, of whom some may be
// refused, and returns its ID.
func post(d *daemon.Daemon, from, message string, to ...string) string {
	GinkgoHelper()
	result, _ := sender.SendMail(context.Background(), d.SMTP, &sender.Options{Security: sender.Plain, Hello: "app.example.mn"}, from, to, []byte(onWire(message)))
	id, err := daemon.QueuedAs(result.Final)
	Expect(err).NotTo(HaveOccurred())
	return id
}

// many are n addresses.
func many(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("reader%05d@example.net", i))
	}
	return list
}
