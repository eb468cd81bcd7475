package wire

import (
	"bytes"

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

// findInData returns the faults of message data as it was sent. A line ends at
// CRLF only, as on the wire. Each kind is listed maxSightings times at most.
func findInData(data []byte, may dataRules) []record.Anomaly {
	d := dataScan{data: data, may: may}
	if !may.binary {
		d.lines()
		d.bareCRs()
		d.nuls()
	}
	d.beyondASCII()
	return d.anomalies()
}

// dataScan looks through message data: once for each thing that a fast search
// can find, since there is mostly nothing to be found.
type dataScan struct {
	data  []byte
	may   dataRules
	crlfs int

	bareLF, bareCR, nul, long, unstuffed, eightBit, header sightings
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

// lines looks at the ends and the beginnings of lines, and at their lengths.
func (d *dataScan) lines() {
	start, at := 0, 0
	for {
		n := bytes.IndexByte(d.data[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
		if at < 2 || d.data[at-2] != '\r' {
			d.bareLF.add(at - 1)
			continue
		}
		d.crlfs++
		d.line(start, at)
		start = at
	}
	d.line(start, len(d.data))
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
			d.unstuffed.add(start)
		}
	}
	if length > maxTextLine {
		d.long.add(start)
	}
}

// bareCRs comes behind lines, whose count mostly says that there are none.
func (d *dataScan) bareCRs() {
	if bytes.Count(d.data, []byte{'\r'}) == d.crlfs {
		return
	}
	for at, c := range d.data {
		if c == '\r' && (at+1 == len(d.data) || d.data[at+1] != '\n') {
			d.bareCR.add(at)
		}
	}
}

func (d *dataScan) nuls() {
	for at := 0; ; at++ {
		n := bytes.IndexByte(d.data[at:], 0)
		if n < 0 {
			return
		}
		at += n
		if d.nul.add(at); d.nul.total == maxSightings {
			d.nul.total += bytes.Count(d.data[at+1:], []byte{0})
			return
		}
	}
}

// anomalies makes the list, in the order of AnomalyKinds.
func (d *dataScan) anomalies() (all []record.Anomaly) {
	for _, one := range []struct {
		kind fault
		*sightings
	}{
		{bareLFInData, &d.bareLF}, {bareCRInData, &d.bareCR}, {nulInData, &d.nul}, {longTextLine, &d.long},
		{unstuffedDot, &d.unstuffed}, {eightBitData, &d.eightBit}, {eightBitHeader, &d.header},
	} {
		listed := min(one.total, maxSightings)
		for _, at := range one.at[:listed] {
			a := one.kind.anomaly(d.excerpt(at))
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
func (d *dataScan) excerpt(at int) string {
	const before, behind = 24, 40
	return string(d.data[max(at-before, 0):min(at+behind, len(d.data))])
}
