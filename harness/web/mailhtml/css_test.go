package mailhtml

import "testing"

func TestStyleSheet(t *testing.T) {
	for _, c := range []struct{ in, want, blocked string }{
		{"p > a:hover, #x.y::after { color : #f00 !important; margin:-1.5em +.5% 0 }", "p > a:hover, #x.y::after { color : #f00 !important; margin:-1.5em +.5% 0 }", ""},
		{"@media only screen and (max-width:600px){.a{width:100%!important}}", "@media only screen and (max-width:600px){.a{width:100%!important}}", ""},
		{`.sm\:w-full{width:calc(100% - 2px);color:RGB(0,0,0)}a[href^="x"]{content:"\2022"}`, `.sm\:w-full{width:calc(100% - 2px);color:RGB(0,0,0)}a[href^="x"]{content:"•"}`, ""},
		{"<!-- p{color:red} -->", "  p{color:red}  ", ""},
		{"a/**/{/*}*/}", "a { }", ""},

		{"@import url(//evil/1);@import 'https://evil/2' screen;@IMPORT \"3\";@\\69mport url('//evil/4');p{}", "    p{}", "style //evil/1; style https://evil/2; style 3; style //evil/4"},
		{"@font-face{font-family:x;src:url(https://evil/f) format('woff')}p{}", " p{}", "font https://evil/f"},
		{"@charset 'x';@namespace url(http://evil/);@page{margin:0}@x y;p{}", "    p{}", "style http://evil/"},
		{"a{@import 'https://evil/'}b{}", "a{ }b{}", "style https://evil/"},
		{"a{b:url( //evil/1 );c:URL('//evil/2');d:u\\72l(//evil/3);e:\\75 rl('//evil/4' )}", "a{b: none ;c: none ;d: none ;e: none }", "image //evil/1; image //evil/2; image //evil/3; image //evil/4"},
		{"a{b:url(//evil/1 x);c:url(//evil/\"2);d:url('https://evil/3' x);e:url('https://evil/4'", "a{b: ;c: ;d: none ;e: none ", "image https://evil/3; image https://evil/4"},
		{"a{b:image-set('https://evil/1' 1x, url(//evil/2) 2x);c:-webkit-image-set(url('https://evil/3'));d:src('https://evil/4')}", "a{b: none ;c: none ;d: none }",
			"image https://evil/1; image //evil/2; image https://evil/3; image https://evil/4"},
		{"a{b:expression(alert(1));c:cross-fade(url(//evil/1),red);behavior:url(#x);-moz-binding:url(//evil/2)}", "a{b: none ;c: none ;behavior: none ;-moz-binding: none }", "image //evil/1; image #x; image //evil/2"},
		{"a{filter:progid:DXImageTransform.Microsoft.AlphaImageLoader(src='https://evil/1')}", "a{filter:progid:DXImageTransform.Microsoft. none }", "image https://evil/1"},
		{"a{b:1url(//evil/);c:1.url(//evil/)", "a{b:1url(//evil/);c:1. none ", "image //evil/"},
		{"u<rl(//evil/) u@x;rl(x)", "u  none  u  none ", ""},
		{`a{b:"\3c/style><b>"}c\<d\3c/style>`, `a{b:"\3c /style\3e \3c b\3e "} /style>`, ""},
		{"a{b:'x\n;c:url(//evil/)}", "a{b:  ;c: none }", "image //evil/"},
		{"--x:url(//evil/)", "--x: none ", "image //evil/"},
		{"a{b:\"x\\", `a{b:"x"`, ""},
	} {
		got, blocked := Clean([]byte("<style>"+c.in), Options{})
		if string(got) != "<style>"+c.want+"</style>" || what(blocked) != c.blocked {
			t.Errorf("%s\nbecomes %s\nwant           %s\nwithout %s\nwant    %s", c.in, got, c.want, what(blocked), c.blocked)
		}
	}
}
