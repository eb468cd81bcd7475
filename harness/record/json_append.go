package record

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// Replies and commands are most of a session. Their JSON is put together here,
// without a value and a copy for each string in it.

// object is a JSON object that is being written.
type object []byte

// open begins an object behind b.
func open(b []byte) object { return append(b, '{') }

// close ends it.
func (o object) close() []byte { return append(o, '}') }

// member writes a name, which needs no escapes, and the colon.
func (o object) member(name string) object {
	if o[len(o)-1] != '{' {
		o = append(o, ',')
	}
	return append(append(append(o, '"'), name...), '"', ':')
}

func (o object) octets(name, s string) object { return appendOctets(o.member(name), s) }

func (o object) text(name, s string) object { return appendText(o.member(name), s) }

func (o object) int(name string, n int) object {
	return strconv.AppendInt(o.member(name), int64(n), 10)
}

func (o object) bool(name string, is bool) object { return strconv.AppendBool(o.member(name), is) }

func (o object) millis(name string, d time.Duration) object {
	return appendMillis(o.member(name), d)
}

// appendOctets writes a string that may hold any octets.
func appendOctets(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		b = append(b, `{"base64":"`...)
		b = base64.StdEncoding.AppendEncode(b, []byte(s))
		return append(b, `"}`...)
	}
	return appendText(b, s)
}

// appendText writes a string as encoding/json does.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			text, _ := json.Marshal(s) // a string always has a form
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendMillis(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, float64(d)/1e6, 'f', -1, 64)
}

func (r *Reply) appendJSON(b []byte) []byte {
	o := open(b).int("code", r.Code)
	if r.Enhanced != "" {
		o = o.text("enhanced", r.Enhanced)
	}
	if len(r.Lines) > 0 {
		o = append(o.member("lines"), '[')
		for i, line := range r.Lines {
			if i > 0 {
				o = append(o, ',')
			}
			o = appendOctets(o, line)
		}
		o = append(o, ']')
	}
	o = o.millis("at", r.At)
	if r.Rule != "" {
		o = o.octets("rule", r.Rule)
	}
	if r.Raw != "" {
		o = o.octets("raw", r.Raw)
	}
	return o.close()
}

func (c *Command) appendJSON(b []byte) []byte {
	o := open(b).octets("verb", c.Verb).octets("line", c.Line).text("ending", c.Ending)
	if c.Masked {
		o = o.bool("masked", true)
	}
	if c.Omitted != 0 {
		o = o.int("omitted", c.Omitted)
	}
	if c.Size != 0 {
		o = o.int("size", c.Size)
	}
	o = o.millis("at", c.At)
	if c.Pipelined {
		o = o.bool("pipelined", true)
	}
	o = c.Reply.appendJSON(o.member("reply"))
	if len(c.More) > 0 {
		o = append(o.member("more"), '[')
		for i := range c.More {
			if i > 0 {
				o = append(o, ',')
			}
			o = c.More[i].appendJSON(o)
		}
		o = append(o, ']')
	}
	return o.close()
}
