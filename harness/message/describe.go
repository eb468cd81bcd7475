package message

import "strings"

// describe reads what a part's header says about its content.
func describe(h Header, path, implied string, at here) *Part {
	p := &Part{Path: path, Header: h, root: path == ""}
	p.setType(implied, at)
	p.setEncoding(at)
	disposition := media{}
	if f, ok := h.field("Content-Disposition"); ok {
		disposition = parseMedia(readable(unfold(f.Raw), at), at)
	}
	p.Disposition = disposition.value
	if p.Filename = disposition.params["filename"]; p.Filename == "" {
		p.Filename = p.Params["name"]
	}
	if f, ok := h.field("Content-ID"); ok {
		p.ContentID = strings.Trim(readable(unfold(f.Raw), at), " \t<>")
	}
	return p
}

// setType reads Content-Type. Without one, or with one that is none, RFC 2045
// §5.2 applies.
func (p *Part) setType(implied string, at here) {
	f, ok := p.Header.field("Content-Type")
	if !ok {
		p.ContentType, p.Params = implied, map[string]string{}
		return
	}
	m := parseMedia(readable(unfold(f.Raw), at), at)
	p.ContentType, p.Params = m.value, m.params
	p.Charset = strings.ToLower(m.params["charset"])
	kind, sub, _ := strings.Cut(m.value, "/")
	if kind != "" && sub != "" && !strings.Contains(sub, "/") {
		return
	}
	at.warn(TypeBroken, "no media type: %s", shown(f.Raw))
	switch {
	case kind == "html":
		p.ContentType = "text/html"
	case kind == "multipart":
		p.ContentType = "multipart/mixed"
	case kind == "text" || kind == "":
		p.ContentType = "text/plain"
	default:
		p.ContentType = "application/octet-stream"
	}
}

// setEncoding reads Content-Transfer-Encoding. A multipart or a message cannot
// have one that hides its parts, RFC 2045 §6.4; senders that say so all the
// same do not encode a multipart, but do encode a message.
func (p *Part) setEncoding(at here) {
	f, _ := p.Header.field("Content-Transfer-Encoding")
	value := readable(unfold(f.Raw), at)
	name, canonical := transferEncoding(value)
	p.Encoding = name
	switch name {
	case "7bit", "8bit", "binary":
	case "base64", "quoted-printable":
		if p.multipart() || p.message() {
			at.warn(EncodingComposite, "%s in %s, which cannot be encoded", p.ContentType, name)
		}
		if p.multipart() {
			p.Encoding = "8bit"
		}
	default:
		at.warn(EncodingUnknown, "nobody knows the transfer encoding %s: the body stays as it is", shown(value))
		return
	}
	if !canonical {
		at.warn(EncodingName, "the transfer encoding %s was read as %s", shown(value), name)
	}
}

// decode fills Body and Octets from Encoded.
func (w *walker) decode(p *Part, depth int) {
	at := w.at(p.Path)
	if w.outline && !p.multipart() && !p.message() && !strings.HasPrefix(p.ContentType, "text/") {
		return
	}
	p.Octets = p.Encoded
	if !p.multipart() {
		p.Octets = undo(p.Encoded, p.Encoding, at)
	}
	p.Body = p.Octets
	switch {
	case strings.HasPrefix(p.ContentType, "text/"):
		p.Body = p.text(at)
	case p.message() && p.Children == nil && depth < MaxDepth:
		w.encodedMessage(p, depth)
	}
}

// encodedMessage takes apart a message that came in a transfer encoding.
func (w *walker) encodedMessage(p *Part, depth int) {
	if w.decoded {
		w.at(p.Path).warn(DepthLimit, "kept whole: an encoded message within an encoded message")
		return
	}
	inner := &walker{b: p.Octets, budget: w.budget, notes: w.notes, decoded: true}
	if !w.budget.spent {
		p.Children = []*Part{inner.entity(childPath(p.Path, 1), depth+1, "text/plain")}
	}
}

// text returns the octets of a text part as UTF-8.
func (p *Part) text(at here) []byte {
	label := p.Charset
	if label == "" && p.ContentType == "text/html" {
		label = metaCharset(p.Octets)
	}
	text, how := toUTF8(p.Octets, label)
	switch how {
	case assumed:
		at.warn(CharsetAssumed, "octets above 127 without a charset that has them")
	case unknownCharset:
		at.warn(CharsetUnknown, "nobody knows the charset %s", shown(p.Charset))
	case brokenOctets:
		at.warn(CharsetBroken, "some octets are nothing in %s", shown(label))
	}
	return text
}
