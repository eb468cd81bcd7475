package mailhtml

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// parts has one embedded picture.
func parts(id string) (string, bool) { return "data:image/png;base64,QUJD", id == "logo@example.mn" }

// what lists the kinds of what was left out.
func what(blocked []Resource) string {
	var list []string
	for _, r := range blocked {
		list = append(list, string(r.Kind)+" "+r.URL)
	}
	return strings.Join(list, "; ")
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, want, blocked string }{
		// What a mail is made of stays.
		{`<p class="a" align=left>Сайн <b>байна</b> уу &amp; &lt;x&gt;</p>`, `<p class="a" align="left">Сайн <b>байна</b> уу &amp; &lt;x&gt;</p>`, ""},
		{`<table width=600 bgcolor="#fff" cellpadding=0><tr><td valign=top>x</table>`, `<table width="600" bgcolor="#fff" cellpadding="0"><tr><td valign="top">x</table>`, ""},
		{"<!doctype html><!-- note --><html lang=mn><head><title>t</title></head><body>x</body></html>", `<!DOCTYPE html><html lang="mn"><head></head><body>x</body></html>`, ""},
		{`<br/><img alt="x" src="data:image/gif;base64,R0lG+/=="><hr>`, `<br><img alt="x" src="data:image/gif;base64,R0lG+/=="><hr>`, ""},
		{`<center><font color=red face=Arial>x</font></center><blink>y</blink><fieldset>z</fieldset>`, `<center><font color="red" face="Arial">x</font></center>yz`, ""},
		{"a < b > c & d \x00\xff", "a &lt; b &gt; c &amp; d \ufffd\ufffd", ""},

		// Links.
		{`<a href="https://example.mn/?a=1&b=2">x</a>`, `<a href="https://example.mn/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">x</a>`, ""},
		{`<a href="//example.mn/">x</a><a href="#end">y</a><a href=MAILTO:a@b>z</a>`, `<a href="https://example.mn/" target="_blank" rel="noopener noreferrer nofollow">x</a>` +
			`<a href="#end">y</a><a href="MAILTO:a@b" target="_blank" rel="noopener noreferrer nofollow">z</a>`, ""},
		{`<a href=" java` + "\t\n" + `script:alert(1)" target=_top>x</a>`, `<a>x</a>`, "link javascript:alert(1)"},
		{`<a href="&#1;javascript&colon;alert(1)">x</a>`, `<a>x</a>`, "link javascript:alert(1)"},
		{`<a href="/api/messages">x</a><a href=data:text/html,x>y</a><a href="http:api">z</a><a href="https:///api">w</a>`, `<a>x</a><a>y</a><a>z</a><a>w</a>`,
			"link /api/messages; link data:text/html,x; link http:api; link https:///api"},
		{`<map name=m><area href="vbscript:x" shape=rect coords="0,0,1,1"></map><img usemap="#m"><img usemap="http://x/#m">`,
			`<map name="m"><area shape="rect" coords="0,0,1,1"></map><img usemap="#m"><img>`, "link vbscript:x"},

		// Scripts, wherever they stand.
		{`a<script src=//evil/x.js>alert("</p>")</script>b`, "ab", "script //evil/x.js"},
		{`a<SCRIPT/x>alert(1)</SCRIPT >b`, "ab", "script "},
		{`<b onclick="x" ONLOAD=y>z</b><img src=x onerror=alert(1)>`, `<b>z</b><img>`, "script ; image x; script "},
		{`<scr<script>ipt>alert(1)</script>`, "ipt&gt;alert(1)", ""},
		{`<<script>alert(1)</script>b`, "&lt;b", "script "},
		{`<style><img src="</style><img src=x onerror=alert(1)//">`, `<style> img src=""</style><img>`, "image x; script "},
		{`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, "<img>&#34;&gt;", "image x; script "},
		{`<title><b></title><textarea><script>x</script></textarea><xmp><script>x</script></xmp>y`, "y", "form "},
		{`<template><script>x</script><template>y</template></template>z`, "z", ""},
		{`x<plaintext><script>alert(1)</script>`, "x", ""},

		// SVG and MathML, in which HTML is read in another way.
		{`a<svg onload=x><style><img src=y></style><script href=z></script></svg>b`, "ab", "drawing "},
		{`<svg/>a<svg><svg/></svg>b<svg><svg></svg>c</svg>d`, "abd", "drawing "},
		{`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;"></math>e`, "e", "drawing "},
		{`<img src="data:image/svg+xml;base64,QUJD"><img src="data:text/html;base64,QUJD"><img src='data:image/png;base64,"QUJD'>`, "<img><img><img>",
			`image data:image/svg+xml;base64,QUJD; image data:text/html;base64,QUJD; image data:image/png;base64,"QUJD`},

		// What goes elsewhere.
		{`<meta http-equiv=Refresh content="0; url=https://evil/"><meta charset=utf-7><base href=//evil/>x`, "x", "redirect https://evil/; base //evil/"},
		{`<form action=//evil/ onsubmit=x><input name=p type=image src=//evil/i><select><option>1</select><button formaction=//evil/b>go</button></form>`, "go",
			"form //evil/; form //evil/i; form ; form //evil/b"},
		{`<iframe src=//evil/ srcdoc="<script>x</script>">y</iframe><frameset><frame src=//evil/f></frameset><object data=//evil/o><p>z</p></object><embed src=//evil/e>w`, "w",
			"frame //evil/; plugin //evil/o; plugin //evil/e"},
		{`<video src=//evil/v poster=//evil/p><source src=s></video><audio src=//evil/a></audio><picture><source srcset=//evil/s><img alt=x></picture>`, `<img alt="x">`,
			"media //evil/v; media //evil/a; media //evil/s"},
		{`<link rel=stylesheet href=//evil/s><link rel="dns-prefetch" href=//evil/d><link rel=stylesheet>`, "", "style //evil/s; other //evil/d"},

		// Pictures.
		{`<img src="https://evil/1.gif"><img src=//evil/2.gif><img src="http:\\evil\3"><img src=/api>`, "<img><img><img><img>",
			`image https://evil/1.gif; image //evil/2.gif; image http:\\evil\3; image /api`},
		{`<img src=" CID:logo%40example.mn"><img src="cid:other"><td background="cid:logo@example.mn">`,
			`<img src="data:image/png;base64,QUJD"><img><td background="data:image/png;base64,QUJD">`, "image cid:other"},
		{`<img srcset="https://evil/1 1x, cid:logo@example.mn 2x,//evil/3 ,data:image/png;base64,QQ== 1.5x"><img srcset=", ,">`,
			`<img srcset="data:image/png;base64,QUJD 2x, data:image/png;base64,QQ== 1.5x"><img>`, "image https://evil/1; image //evil/3"},
		{`<body background=https://evil/b><table background=" https://evil/t ">`, "<body><table>", "image https://evil/b; image https://evil/t"},
		{`<input type=image src=https://evil/i><image src=https://evil/j>`, "", "form https://evil/i; image https://evil/j"},
		{`<img src=a src=data:image/png;base64,QQ== lowsrc=//evil/ longdesc=//evil/ ping=//evil/>`, "<img>", "image a"},

		// Styles of an element.
		{`<p style="color:red;font:12px/1.5 'Arial', sans-serif">`, `<p style="color:red;font:12px/1.5 &#34;Arial&#34;, sans-serif">`, ""},
		{`<p style='background:url("https://evil/")'>`, `<p style="background: none">`, "image https://evil/"},
		{`<p style="background:url(cid:logo@example.mn)"><i style="}*{color:red">`, `<p style="background:url(&#34;data:image/png;base64,QUJD&#34;)"><i style="* color:red">`, ""},
		{`<p style="@import 'https://evil/'; color:red"><i style="   ">`, `<p style="color:red"><i>`, "style https://evil/"},
	} {
		got, blocked := Clean([]byte(c.in), Options{CID: parts})
		if string(got) != c.want || what(blocked) != c.blocked {
			t.Errorf("%s\nbecomes %s\nwant    %s\nwithout %s\nwant    %s", c.in, got, c.want, what(blocked), c.blocked)
		}
	}
}

func TestRemotePictures(t *testing.T) {
	in := `<link rel=stylesheet href=//a/s><img src=" HTTPS://a/1?x=1&y" srcset="//a/2 2x"><p style="background:URL( http://a/3 )"><td background=//a/4>` +
		`<style>@import "https://a/5";@font-face{src:url(https://a/6)}p{background:url('https://a/7')}</style><script src=//a/8></script><img src="http:a"><img src=ftp://a>`
	want := `<img src="https://a/1?x=1&amp;y" srcset="https://a/2 2x"><p style="background:url(&#34;http://a/3&#34;)"><td background="https://a/4">` +
		`<style>  p{background:url("https://a/7")}</style><img><img>`
	got, blocked := Clean([]byte(in), Options{Remote: true})
	if string(got) != want || what(blocked) != "style //a/s; style https://a/5; font https://a/6; script //a/8; image http:a; image ftp://a" {
		t.Errorf("%s\nwithout %s", got, what(blocked))
	}
}

func TestWhatWasLeftOut(t *testing.T) {
	var in strings.Builder
	for i := range 3 * maxBlocked {
		fmt.Fprintf(&in, "<img src=//evil/%d><img src=//evil/0>", i)
	}
	_, blocked := Clean([]byte(in.String()), Options{})
	if len(blocked) != maxBlocked || blocked[1] != (Resource{Image, "//evil/1", "img"}) {
		t.Errorf("%d: %v", len(blocked), blocked[:2])
	}
	_, blocked = Clean([]byte("<img src=//"+strings.Repeat("х", maxURL)+">"), Options{})
	if len(blocked) != 1 || len(blocked[0].URL) > maxURL || strings.Contains(blocked[0].URL, "\ufffd") {
		t.Errorf("an address of %d octets", len(blocked[0].URL))
	}
}

// Tags that are many, deep, unfinished or wide cost no more than their length.
func TestHostileLength(t *testing.T) {
	const n = 200_000
	for name, in := range map[string]string{
		"open tags": strings.Repeat("<div>", n), "attributes": "<p " + strings.Repeat("onx=1 ", n) + ">", "names": "<p " + names(n) + ">",
		"drawings": strings.Repeat("<svg>", n), "unfinished": "<p title=" + strings.Repeat("x", 5*n), "comments": strings.Repeat("<!--", n),
		"functions": "<style>" + strings.Repeat("a(", n), "rules": "<style>" + strings.Repeat("@media{", n), "dropped rules": "<style>" + strings.Repeat("@x{", n),
		"addresses": "<style>" + strings.Repeat("url( ", n), "escapes": "<style>" + strings.Repeat(`\`, n), "strings": "<style>" + strings.Repeat("\"\n", n),
		"candidates": "<img srcset='" + strings.Repeat("a, ", n) + "'>", "css comments": "<style>" + strings.Repeat("/*", n), "quoted": "<style>" + strings.Repeat("url('a' ", n),
	} {
		got, blocked := Clean([]byte(in), Options{Remote: true})
		if len(got) > 6*len(in) || len(blocked) > maxBlocked {
			t.Errorf("%s: %d octets of %d, %d things left out", name, len(got), len(in), len(blocked))
		}
	}
}

func names(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "on%d=1 data-%d=1 ", i, i)
	}
	return b.String()
}

func TestFates(t *testing.T) {
	for _, name := range []string{"script", "iframe", "object", "svg", "math", "noscript", "template", "textarea", "title", "xmp", "plaintext", "noembed", "noframes"} {
		if elements[name] != gone {
			t.Errorf("%s stays", name)
		}
	}
	if i := slices.IndexFunc([]string{"meta", "base", "link", "form", "input", "embed", "style", "frame"}, func(name string) bool { return elements[name] != opened }); i >= 0 {
		t.Errorf("element %d is kept as it is", i)
	}
}

func TestDepthIsBounded(t *testing.T) {
	deep := strings.Repeat("<div><span>", 50_000)
	clean, _ := Clean([]byte(deep+"<p>text<br>"+strings.Repeat("</span></div>", 50_000)+"<b>behind</b>"), Options{})
	if got := string(clean); len(got) > 10_000 || !strings.Contains(got, "text<br>") || !strings.HasSuffix(got, "</span></div><b>behind</b>") {
		t.Errorf("%d octets: %.200s", len(got), got)
	}
	rows := "<table>" + strings.Repeat("<tr><td><p>x", 10_000)
	if clean, _ = Clean([]byte(rows), Options{}); string(clean) != rows {
		t.Errorf("rows without an end are not deep: %d octets of %d", len(clean), len(rows))
	}
}
