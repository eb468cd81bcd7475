package wire

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

// definedFaults is the definition, octet by octet, that findInData has to meet:
// the places of the faults by kind.
func definedFaults(b []byte, may dataRules) map[string][]int {
	at := map[string][]int{}
	found := func(k fault, i int) { at[k.Kind] = append(at[k.Kind], i) }
	start, textLine := 0, true
	inHeader, lineLength := true, 0
	for i, c := range b {
		crlf := c == '\n' && i > 0 && b[i-1] == '\r'
		if !may.binary {
			switch {
			case c == '\n' && !crlf:
				found(bareLFInData, i)
			case c == '\r' && (i+1 == len(b) || b[i+1] != '\n'):
				found(bareCRInData, i)
			case c == 0:
				found(nulInData, i)
			}
			if crlf || i+1 == len(b) {
				definedLine(b[start:i+1], may, func(k fault) { found(k, start) })
				start = i + 1
			}
		}
		if c >= 0x80 && textLine {
			textLine = false
			switch {
			case inHeader && !may.utf8:
				found(eightBitHeader, i)
			case !inHeader && !may.eightBit && !may.binary:
				found(eightBitData, i)
			}
		}
		if lineLength++; c == '\n' {
			if lineLength == 1 || lineLength == 2 && b[i-1] == '\r' {
				inHeader = false
			}
			textLine, lineLength = true, 0
		}
	}
	return at
}

func definedLine(line []byte, may dataRules, found func(fault)) {
	length := len(line)
	if may.stuffed && length > 1 && line[0] == '.' {
		if line[1] == '.' {
			length--
		} else {
			found(unstuffedDot)
		}
	}
	if length > 1000 {
		found(longTextLine)
	}
}

// places are those that the anomalies tell of, with what is not listed counted.
func places(all []record.Anomaly) (listed map[string][]int, total map[string]int) {
	listed, total = map[string][]int{}, map[string]int{}
	for _, a := range all {
		listed[a.Kind] = append(listed[a.Kind], a.Offset)
		total[a.Kind] += 1 + a.More
	}
	return listed, total
}

func checkFaults(t *testing.T, data []byte, may dataRules) {
	t.Helper()
	all := findInData([][]byte{data}, may)
	checkPieces(t, data, may, all)
	listed, total := places(all)
	want := definedFaults(data, may)
	for kind, at := range want {
		if total[kind] != len(at) || fmt.Sprint(listed[kind]) != fmt.Sprint(at[:min(len(at), maxSightings)]) {
			t.Errorf("%s in %.200q under %+v: %d at %v, want %d at %v", kind, data, may, total[kind], listed[kind], len(at), at)
		}
		delete(total, kind)
	}
	if len(total) > 0 {
		t.Errorf("%v in %.200q under %+v", maps.Collect(maps.All(total)), data, may)
	}
	for _, a := range all {
		if len(a.Octets) > shownOctets || !bytes.Contains(data, []byte(a.Octets)) || a.Octets == "" {
			t.Errorf("%s shows %q", a.Kind, a.Octets)
		}
	}
}

// checkPieces sees that it makes no difference in which pieces data came.
func checkPieces(t *testing.T, data []byte, may dataRules, want []record.Anomaly) {
	t.Helper()
	for _, size := range []int{1, 2, 3, 7, 50, len(data)/2 + 1} {
		if len(data) > 1000*size {
			continue
		}
		pieces := slices.Collect(slices.Chunk(data, size))
		if got := findInData(slices.Insert(pieces, len(pieces)/2, []byte{}), may); !reflect.DeepEqual(got, want) {
			t.Errorf("%.200q in pieces of %d under %+v: %+v, want %+v", data, size, may, got, want)
		}
	}
}

var dataSeeds = []string{
	"", "\r\n", "a\r\n", "a\n", "\n", "a\r", "\r", "\r\r\n", "a\rb\r\n", "\n\r\n", "a\x00b\r\n", "\x00",
	".", "..", ".a\r\n", "..\r\n", "a\r\n.b\r\n", "a\n.b\r\n", "a\r\n.\r\r\n", ".\n",
	"S: х\r\n\r\nх\r\nх\r\n", "S: x\r\n\r\nхх\nх", "х", "a\n\nх\r\n", "\r\nх", "\nх", "S: х\n T: х\n\nx",
	strings.Repeat("a", 998) + "\r\n", strings.Repeat("a", 999) + "\r\n", strings.Repeat("a", 1000), strings.Repeat("a", 1001),
	".." + strings.Repeat("a", 997) + "\r\n", ".." + strings.Repeat("a", 998) + "\r\n", "." + strings.Repeat("a", 998) + "\r\n",
	strings.Repeat("\n", 20), strings.Repeat("\r", 20), strings.Repeat("\x00", 20), strings.Repeat("\xff\n", 20),
	strings.Repeat("a", 31) + "\xff", strings.Repeat("a", 32) + "\xff" + strings.Repeat("b", 70),
}

func allRules() (all []dataRules) {
	for i := range 16 {
		all = append(all, dataRules{i&1 > 0, i&2 > 0, i&4 > 0, i&8 > 0})
	}
	return all
}

func TestFindInData(t *testing.T) {
	for _, seed := range dataSeeds {
		for _, may := range allRules() {
			checkFaults(t, []byte(seed), may)
		}
	}
}

func FuzzBodyFaults(f *testing.F) {
	for i, seed := range dataSeeds {
		f.Add([]byte(seed), byte(i), 0)
		f.Add([]byte(seed), byte(0), 990)
	}
	f.Fuzz(func(t *testing.T, data []byte, rules byte, padding int) {
		if padding > 0 && padding < 1100 {
			data = append(bytes.Repeat([]byte{'x'}, padding), data...)
		}
		checkFaults(t, data, allRules()[rules&15])
	})
}

// What a hostile client can add to a record does not grow with its data.
func TestFindInDataIsBounded(t *testing.T) {
	for _, piece := range []string{"\n", "\r", "\x00", ".a\r\n", "\xff\r\n", strings.Repeat("a", 1000) + "\r\n", "\n\xff\x00\r.a\r\n"} {
		data := []byte("S: \xff\r\n\r\n" + strings.Repeat(piece, 64<<10/len(piece)))
		all := findInData([][]byte{data}, dataRules{stuffed: true})
		if len(all) > 7*maxSightings {
			t.Errorf("%q: %d anomalies", piece, len(all))
		}
		checkFaults(t, data, dataRules{stuffed: true})
	}
}

func benchmarkData(b *testing.B, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		findInData([][]byte{data}, dataRules{stuffed: true})
	}
}

func BenchmarkFindInBase64(b *testing.B) {
	line := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("сайн"), 7)) + "\r\n"
	benchmarkData(b, []byte("Subject: x\r\n\r\n"+strings.Repeat(line, 1<<20/len(line))))
}

func BenchmarkFindInText(b *testing.B) {
	text := "It was a bright cold day in April. The clocks were striking.\r\n\r\n..and so on, for a while\r\n"
	benchmarkData(b, []byte("Subject: x\r\n\r\n"+strings.Repeat(text, 1<<20/len(text))))
}

func BenchmarkFindInLFs(b *testing.B) { benchmarkData(b, bytes.Repeat([]byte{'\n'}, 1<<20)) }

func BenchmarkFindInCRs(b *testing.B) { benchmarkData(b, bytes.Repeat([]byte{'\r'}, 1<<20)) }

func BenchmarkFindInEightBit(b *testing.B) {
	benchmarkData(b, bytes.Repeat([]byte("Сайн байна уу, энэ бол захидал\r\n"), 1<<20/56))
}

func BenchmarkFindInShort(b *testing.B) {
	benchmarkData(b, []byte("From: a@example.mn\r\nTo: b@example.com\r\nSubject: x\r\n\r\nBayarlalaa.\r\n"))
}
