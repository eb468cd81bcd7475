package mailhtml

import "strings"

// sheet cleans the content of a style element.
func (c *cleaner) sheet(css string) string {
	s := styles{lexer: newLexer(css), cleaner: c, element: "style", rules: true}
	return s.clean()
}

// declarations cleans a style attribute.
func (c *cleaner) declarations(element, css string) string {
	s := styles{lexer: newLexer(css), cleaner: c, element: element}
	return strings.TrimSpace(s.clean())
}

// styles cleans CSS token by token. What loads something is an address, a
// function or an at-rule, in whatever property it stands: addresses go through
// the cleaner, functions and at-rules that are not known go. What goes leaves a
// blank, so that its neighbours do not become something new.
type styles struct {
	lexer
	cleaner *cleaner
	element string
	rules   bool // a style sheet; without it, declarations only
	out     strings.Builder
}

func (s *styles) clean() string {
	for t := s.next(); t.kind != atEnd; t = s.next() {
		s.token(t)
	}
	return s.out.String()
}

// token writes one, if it may stay.
func (s *styles) token(t token) {
	switch {
	case t.kind == text:
		s.out.WriteString(written(t.value))
	case t.kind == address:
		s.address(t.value)
	case t.kind == function && t.value == "url":
		s.quotedAddress()
	case t.kind == function && !functions[t.value]:
		s.dropFunction()
	case t.kind == atWord && (!s.rules || !atRules[t.value]):
		s.dropRule(t.value)
	case t.kind == space, t.kind == broken, strings.Contains(t.raw, "<"), t.raw == `\`, t.raw == "@",
		!s.rules && (t.raw == "{" || t.raw == "}"):
		s.out.WriteByte(' ')
	default:
		s.out.WriteString(t.raw)
	}
}

// written returns a string of CSS, which is also safe in a style element.
func written(value string) string { return `"` + unsafe.Replace(value) + `"` }

var unsafe = strings.NewReplacer(`"`, `\22 `, `\`, `\5c `, "\n", `\a `, "<", `\3c `, ">", `\3e `)

// address writes where a picture is, or that there is none.
func (s *styles) address(url string) {
	if shown, ok := s.cleaner.image(url, s.element); ok {
		s.out.WriteString("url(" + written(shown) + ")")
		return
	}
	s.out.WriteString(" none ")
}

// quotedAddress reads url() from its string on. One with anything else in it is
// left out.
func (s *styles) quotedAddress() {
	t := s.next()
	for t.kind == space {
		t = s.next()
	}
	s.skipSpace()
	if t.kind == text && (s.skip(")") || s.pos >= len(s.css)) {
		s.address(t.value)
		return
	}
	s.note(t, Image)
	s.dropFunction()
}

// dropFunction goes behind the parenthesis that closes a function.
func (s *styles) dropFunction() {
	for depth := 1; depth > 0; {
		t := s.next()
		switch {
		case t.kind == atEnd:
			depth = 0
		case t.kind == function, t.raw == "(":
			depth++
		case t.raw == ")":
			depth--
		}
		s.note(t, Image)
	}
	s.out.WriteString(" none ")
}

// note tells of an address in what is left out.
func (s *styles) note(t token, kind Kind) {
	url := bare(t.value)
	if t.kind != address && t.kind != text {
		return
	}
	if _, remote := web(url); remote || t.kind == address {
		s.cleaner.block(kind, url, s.element)
	}
}

// dropRule leaves out an at-rule: up to its semicolon, or with its block, and
// not beyond the block that it is in, CSS Syntax §5.4.2.
func (s *styles) dropRule(name string) {
	kind := Style
	if name == "font-face" {
		kind = Font
	}
	s.out.WriteByte(' ')
	for depth := 0; ; {
		before := s.pos
		t := s.next()
		switch {
		case t.kind == atEnd:
			return
		case t.raw == ";" && depth == 0:
			return
		case t.raw == "{":
			depth++
		case t.raw == "}" && depth == 0:
			s.pos = before
			return
		case t.raw == "}":
			if depth--; depth == 0 {
				return
			}
		case t.kind == text && name == "import":
			s.cleaner.block(kind, bare(t.value), s.element)
		default:
			s.note(t, kind)
		}
	}
}

// atRules are those that may stay: they load nothing by themselves.
var atRules = set("media supports keyframes -webkit-keyframes -moz-keyframes -o-keyframes")

// functions are those that may stay: none takes an address.
var functions = set(`rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark calc min max clamp abs round mod
	rem var env linear-gradient radial-gradient conic-gradient repeating-linear-gradient repeating-radial-gradient
	repeating-conic-gradient -webkit-linear-gradient -webkit-radial-gradient -moz-linear-gradient -moz-radial-gradient
	-o-linear-gradient -webkit-gradient from to color-stop translate translatex translatey translatez translate3d scale
	scalex scaley scalez scale3d rotate rotatex rotatey rotatez rotate3d skew skewx skewy matrix matrix3d perspective
	cubic-bezier steps linear rect inset circle ellipse polygon path counter counters attr minmax repeat fit-content blur
	brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
	not is where has matches any -webkit-any -moz-any lang dir nth-child nth-last-child nth-of-type nth-last-of-type
	host slotted selector`)
