package htmlsupport

import "strings"

// sheet notes what a style sheet uses. It is read in one pass: what stands
// before a "{" is a selector or a rule's head, what ends by ";" or "}" within one
// is a declaration.
func (u uses) sheet(css string) {
	s := splitter{css: css}
	var within []bool // of each open block: it holds declarations
	for {
		text, end := s.next()
		if s.comment {
			u["csscomment"] = true
			s.comment = false
		}
		text = strings.TrimSpace(text)
		declares := len(within) > 0 && within[len(within)-1]
		switch {
		case end == '{' && strings.HasPrefix(text, "@"):
			within = append(within, u.rule(text))
		case end == '{':
			if declares {
				u["nesting"] = true
			}
			u.selector(text)
			within = append(within, true)
		case strings.HasPrefix(text, "@"):
			u.rule(text)
		case declares:
			u.declaration(text)
		}
		switch {
		case end == 0:
			return
		case end == '}' && len(within) > 0:
			within = within[:len(within)-1]
		}
	}
}

// declarations notes what a style attribute uses.
func (u uses) declarations(css string) {
	s := splitter{css: css}
	for {
		text, end := s.next()
		u.declaration(strings.TrimSpace(text))
		if end == 0 {
			break
		}
	}
	if s.comment {
		u["csscomment"] = true
	}
}

// rule notes an at-rule by its head, and says whether its block holds
// declarations: those of media and supports hold rules.
func (u uses) rule(head string) (declares bool) {
	end := 1
	for end < len(head) && inName(head[end]) {
		end++
	}
	name := strings.ToLower(head[1:end])
	u.add("at:", strings.TrimPrefix(strings.TrimPrefix(name, "-webkit-"), "-moz-"))
	if name == "media" {
		for _, condition := range strings.Split(strings.ToLower(head[end:]), "(")[1:] {
			feature, _, _ := strings.Cut(condition, ")")
			feature, _, _ = strings.Cut(feature, ":")
			u.add("media:", strings.TrimSpace(feature))
		}
	}
	return name == "font-face" || name == "page"
}

func (u uses) declaration(text string) {
	name, value, ok := strings.Cut(text, ":")
	name = strings.ToLower(strings.TrimSpace(name))
	if !ok || name == "" || strings.ContainsAny(name, " \t\n{}()") {
		return
	}
	if strings.HasPrefix(name, "--") {
		name = "--*"
	}
	u.add("property:", name)
	value = strings.ToLower(strings.TrimSpace(value))
	bare := strings.TrimSpace(strings.TrimSuffix(value, "!important"))
	if len(bare) <= maxName {
		u.add("property:", name+"="+bare)
	}
	u.value(value)
}

// value notes words, functions, units and pictures of a value in lower case.
func (u uses) value(value string) {
	for i := 0; i < len(value); {
		switch c := value[i]; {
		case c == '"' || c == '\'':
			i = quoteEnd(value, i)
		case c == '!':
			end := nameEnd(value, i+1)
			u.add("word:!", value[i+1:end])
			i = max(end, i+1)
		case c == '#':
			i = nameEnd(value, i+1)
		case c >= '0' && c <= '9':
			i = u.number(value, i)
		case inName(c):
			i = u.word(value, i)
		default:
			i++
		}
	}
}

func (u uses) number(value string, i int) int {
	for i < len(value) && (value[i] >= '0' && value[i] <= '9' || value[i] == '.') {
		i++
	}
	if i < len(value) && value[i] == '%' {
		u["unit:%"] = true
		return i + 1
	}
	end := nameEnd(value, i)
	u.add("unit:", value[i:end])
	return end
}

func (u uses) word(value string, i int) int {
	end := nameEnd(value, i)
	name := value[i:end]
	if end == len(value) || value[end] != '(' {
		u.add("word:", name)
		return end
	}
	u.add("function:", strings.TrimPrefix(strings.TrimPrefix(name, "-webkit-"), "repeating-"))
	if name != "url" {
		return end + 1
	}
	address, _, _ := strings.Cut(value[end+1:], ")")
	u.image(strings.Trim(address, "\"' \t\n"))
	return end + 1 + len(address)
}

// selector notes what stands before a block of declarations.
func (u uses) selector(text string) {
	classes := 0    // of the compound that is read
	first := true   // nothing of it was read yet
	spaced := false // white space is before this place, and something before that
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case isSpace(c):
			spaced = !first
			i++
			continue
		case strings.IndexByte(">+~,", c) >= 0:
			u["selector:"+string(c)] = true
			classes, first, spaced = 0, true, false
			i++
			continue
		case spaced:
			u["selector: "] = true
			classes, first, spaced = 0, true, false
		}
		if c == '.' {
			if classes++; classes > 1 {
				u["selector:.a.b"] = true
			}
		}
		i = u.simple(text, i, first)
		first = false
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

// simple notes the simple selector at i, and returns where it ends.
func (u uses) simple(text string, i int, first bool) int {
	switch c := text[i]; {
	case c == '*' || c == '.' || c == '#':
		u["selector:"+string(c)] = true
		return nameEnd(text, i+1)
	case c == '[':
		u["selector:["] = true
		return behind(text, i, "]")
	case c == ':':
		for i < len(text) && text[i] == ':' {
			i++
		}
		end := nameEnd(text, i)
		u.add("pseudo:", strings.ToLower(text[i:end]))
		if end < len(text) && text[end] == '(' {
			return behind(text, end, ")")
		}
		return end
	case inName(c):
		if first {
			u["selector:a"] = true
		}
		return nameEnd(text, i)
	}
	return i + 1
}

// behind is the place behind the next mark, or the end.
func behind(text string, i int, mark string) int {
	_, rest, _ := strings.Cut(text[i:], mark)
	return len(text) - len(rest)
}

func nameEnd(s string, i int) int {
	for i < len(s) && inName(s[i]) {
		i++
	}
	return i
}

func inName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c >= 0x80
}

// quoteEnd is behind the string that begins at i.
func quoteEnd(s string, i int) int {
	for quote := s[i]; i+1 < len(s); {
		i++
		switch s[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return len(s)
}

// splitter takes CSS apart at "{", "}" and ";" that stand in no string, comment
// or parenthesis.
type splitter struct {
	css     string
	at      int
	comment bool // one was passed
}

// next returns the text up to the next of them, and which it was; 0 at the end.
func (s *splitter) next() (text string, end byte) {
	var b strings.Builder
	start, depth := s.at, 0
	for s.at < len(s.css) {
		switch c := s.css[s.at]; {
		case c == '/' && strings.HasPrefix(s.css[s.at:], "/*"):
			b.WriteString(s.css[start:s.at] + " ")
			s.at = behind(s.css, s.at+2, "*/")
			start, s.comment = s.at, true
			continue
		case c == '\\':
			s.at++
		case c == '"' || c == '\'':
			s.at = quoteEnd(s.css, s.at)
			continue
		case c == '(':
			depth++
		case c == ')':
			depth = max(0, depth-1)
		case c == '{' || c == '}' || c == ';' && depth == 0:
			b.WriteString(s.css[start:s.at])
			s.at++
			return b.String(), c
		}
		s.at++
	}
	s.at = len(s.css)
	b.WriteString(s.css[min(start, s.at):])
	return b.String(), 0
}
