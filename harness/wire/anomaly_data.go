package wire

import (
	"bytes"
	"iter"

	"github.com/smtpspec/smtpspec/harness/record"
)

// dataRules are what the envelope, and the way in which message data came,
// allow it to hold.
type dataRules struct {
	stuffed  bool // by DATA: a line that begins with a dot carries one more
	eightBit bool // BODY=8BITMIME
	utf8     bool // SMTPUTF8
	binary   bool // BODY=BINARYMIME: any octets, and no lines
}

// findInData returns the faults of message data as it was sent, in the pieces
// in which it came. A line ends at CRLF only, as on the wire. Each kind is
// listed maxSightings times at most.
func findInData(pieces [][]byte, may dataRules) []record.Anomaly {
	d := dataScan{may: may}
	for part := range wholeLines(pieces) {
		d.scan(part)
	}
	return d.anomalies(pieces)
}

// wholeLines yields data in parts that end where a line does, all but the last
// one. Nothing is copied but a line that pieces share.
func wholeLines(pieces [][]byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var open [][]byte // a line whose end was not seen yet
		for _, piece := range pieces {
			if len(piece) == 0 {
				continue
			}
			if len(open) > 0 {
				end := lineEnd(open[len(open)-1], piece)
				if open = append(open, piece[:end]); end == len(piece) {
					continue
				}
				if !yield(bytes.Join(open, nil)) {
					return
				}
				open, piece = nil, piece[end:]
			}
			whole := bytes.LastIndex(piece, lineBreak) + len(lineBreak)
			if whole < len(lineBreak) {
				whole = 0
			} else if !yield(piece[:whole]) {
				return
			}
			if whole < len(piece) {
				open = append(open, piece[whole:])
			}
		}
		if len(open) > 0 {
			yield(bytes.Join(open, nil))
		}
	}
}

var lineBreak = []byte("\r\n")

// lineEnd returns where in b the line ends that begins with what is before b,
// the length of b if it goes on.
func lineEnd(before, b []byte) int {
	if bytes.HasSuffix(before, lineBreak[:1]) && bytes.HasPrefix(b, lineBreak[1:]) {
		return 1
	}
	if at := bytes.Index(b, lineBreak); at >= 0 {
		return at + len(lineBreak)
	}
	return len(b)
}

// dataScan looks through message data: once for each thing that a fast search
// can find, since there is mostly nothing to be found.
type dataScan struct {
	may    dataRules
	data   []byte // the part being looked at
	base   int    // where it begins
	inBody bool   // the header has ended

	bareLF, bareCR, nul, long, unstuffed, eightBit, header sightings
}

// scan looks at the next part.
func (d *dataScan) scan(part []byte) {
	d.data = part
	if !d.may.binary {
		d.bareCRs(d.lines())
		d.nuls()
	}
	d.beyondASCII()
	d.base += len(part)
}

// maxSightings bounds what one message adds to the record for each kind.
const maxSightings = 5

// sightings are the places of one kind of fault.
type sightings struct {
	at    [maxSightings]int
	total int
}

func (s *sightings) add(at int) {
	if s.total < len(s.at) {
		s.at[s.total] = at
	}
	s.total++
}

// lines looks at the ends and the beginnings of lines, and at their lengths. It
// returns how many CRLF there are.
func (d *dataScan) lines() (crlfs int) {
	start, at := 0, 0
	for {
		n := bytes.IndexByte(d.data[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
		if at < 2 || d.data[at-2] != '\r' {
			d.bareLF.add(d.base + at - 1)
			continue
		}
		crlfs++
		d.line(start, at)
		start = at
	}
	d.line(start, len(d.data))
	return crlfs
}

// maxTextLine is the length of a line with its CRLF, without a doubled dot,
// RFC 5321 §4.5.3.1.6.
const maxTextLine = 1000

func (d *dataScan) line(start, end int) {
	length := end - start
	if d.may.stuffed && length > 1 && d.data[start] == '.' {
		if d.data[start+1] == '.' {
			length--
		} else {
			d.unstuffed.add(d.base + start)
		}
	}
	if length > maxTextLine {
		d.long.add(d.base + start)
	}
}

// bareCRs comes behind lines, whose count mostly says that there are none.
func (d *dataScan) bareCRs(crlfs int) {
	if bytes.Count(d.data, []byte{'\r'}) == crlfs {
		return
	}
	for at, c := range d.data {
		if c == '\r' && (at+1 == len(d.data) || d.data[at+1] != '\n') {
			d.bareCR.add(d.base + at)
		}
	}
}

func (d *dataScan) nuls() {
	for at := 0; d.nul.total < maxSightings; at++ {
		n := bytes.IndexByte(d.data[at:], 0)
		if n < 0 {
			return
		}
		at += n
		if d.nul.add(d.base + at); d.nul.total == maxSightings {
			d.nul.total += bytes.Count(d.data[at+1:], []byte{0})
			return
		}
	}
	d.nul.total += bytes.Count(d.data, []byte{0})
}

// anomalies makes the list, in the order of AnomalyKinds.
func (d *dataScan) anomalies(pieces [][]byte) (all []record.Anomaly) {
	for _, one := range []struct {
		kind fault
		*sightings
	}{
		{bareLFInData, &d.bareLF}, {bareCRInData, &d.bareCR}, {nulInData, &d.nul}, {longTextLine, &d.long},
		{unstuffedDot, &d.unstuffed}, {eightBitData, &d.eightBit}, {eightBitHeader, &d.header},
	} {
		listed := min(one.total, maxSightings)
		for _, at := range one.at[:listed] {
			a := one.kind.anomaly(excerpt(pieces, at))
			a.Offset = at
			all = append(all, a)
		}
		if more := one.total - listed; more > 0 {
			all[len(all)-1].More = more
		}
	}
	return all
}

// excerpt shows a fault with a little of what is around it.
func excerpt(pieces [][]byte, at int) string {
	const before, behind = 24, 40
	from, to := max(at-before, 0), at+behind
	var shown []byte
	for _, piece := range pieces {
		if from < len(piece) && to > 0 {
			shown = append(shown, piece[max(from, 0):min(to, len(piece))]...)
		}
		from, to = from-len(piece), to-len(piece)
	}
	return string(shown)
}
