package postgres

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// mailForm is what is kept of a message beside the columns.
type mailForm struct {
	At       time.Time       `json:"at"`
	Envelope record.Envelope `json:"envelope"`
	Reply    record.Reply    `json:"reply"`
	Facts    store.Facts     `json:"facts"`
}

func mailJSON(m *store.Mail) ([]byte, error) {
	return json.Marshal(mailForm{writable(m.At), m.Envelope, m.Reply, escaped(m.Facts)})
}

func readMail(b []byte, m *store.Mail) error {
	var f mailForm
	err := json.Unmarshal(b, &f)
	m.At, m.Envelope, m.Reply, m.Facts = f.At, f.Envelope, f.Reply, unescaped(f.Facts)
	return err
}

// escaped makes peers' octets fit for JSON.
func escaped(f store.Facts) store.Facts { return eachFact(f, record.Escape) }

func unescaped(f store.Facts) store.Facts { return eachFact(f, record.Unescape) }

func eachFact(f store.Facts, change func(string) string) store.Facts {
	f.Remote, f.Hello, f.TLS = change(f.Remote), change(f.Hello), change(f.TLS)
	f.Auth, f.Mechanism = change(f.Auth), change(f.Mechanism)
	return f
}

// textsForm is what of a digest is not read for lists.
type textsForm struct {
	Fields []store.Field `json:"fields"`
	Text   string        `json:"text"`
}

func digestJSON(d *store.Digest) (short, texts []byte, err error) {
	c := d.Short()
	c.Date = writable(d.Date)
	if short, err = json.Marshal(c); err != nil {
		return nil, nil, err
	}
	texts, err = json.Marshal(textsForm{d.Fields, d.Text})
	return short, texts, err
}

// readDigest is the way back; texts may be nil.
func readDigest(short, texts []byte) (*store.Digest, error) {
	d := new(store.Digest)
	if err := json.Unmarshal(short, d); err != nil || texts == nil {
		return d, err
	}
	var f textsForm
	err := json.Unmarshal(texts, &f)
	d.Fields, d.Text = f.Fields, f.Text
	return d, err
}

// sessionJSON returns a session without its record, and the record; nil
// without one.
func sessionJSON(s *store.Session) (short, whole []byte, err error) {
	c := *s
	c.Started, c.Facts, c.Record = writable(s.Started), escaped(s.Facts), nil
	if short, err = json.Marshal(c); err != nil || s.Record == nil {
		return short, nil, err
	}
	whole, err = json.Marshal(s.Record)
	return short, whole, err
}

func readSession(short, whole []byte) (*store.Session, error) {
	s := new(store.Session)
	if err := json.Unmarshal(short, s); err != nil {
		return nil, err
	}
	s.Facts = unescaped(s.Facts)
	if whole == nil {
		return s, nil
	}
	s.Record = new(record.Session)
	return s, json.Unmarshal(whole, s.Record)
}

// writable is a time as JSON can have it: in UTC if its zone is none of this
// world, and zero if its year is none.
func writable(t time.Time) time.Time {
	for _, t := range []time.Time{t, t.UTC()} {
		if _, err := t.MarshalJSON(); err == nil {
			return t
		}
	}
	return time.Time{}
}

// nanos is a time as the tables have it. Times outside of the years 1678 to
// 2262 become the first and the last one.
func nanos(t time.Time) int64 {
	switch {
	case t.Year() < 1678:
		return math.MinInt64
	case t.Year() > 2261:
		return math.MaxInt64
	}
	return t.UnixNano()
}

// folded is a key that two texts share if strings.EqualFold says that they are
// the same.
func folded(s string) string {
	return record.Escape(strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s))
}

// escapedAll is record.Escape for the elements of a list, never nil.
func escapedAll(list []string) []string {
	all := make([]string, len(list))
	for i, s := range list {
		all[i] = record.Escape(s)
	}
	return all
}

// foldedAll is folded for the elements of a list, never nil.
func foldedAll(list []string) []string {
	all := make([]string, len(list))
	for i, s := range list {
		all[i] = folded(s)
	}
	return all
}

func unescapedAll(list []string) []string {
	var all []string
	for _, s := range list {
		all = append(all, record.Unescape(s))
	}
	return all
}

var arrayQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// arrayText is a list of texts as PostgreSQL reads an array: for arrays of
// arrays, which would have to be rectangular.
func arrayText(list []string) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(`,"` + arrayQuotes.Replace(s) + `"`)
	}
	return "{" + strings.TrimPrefix(b.String(), ",") + "}"
}

// arrayNumbers is the same for numbers.
func arrayNumbers(list []int) string {
	b := []byte{'{'}
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return string(append(b, '}'))
}

// key is a text as a column has it.
func key(s string) string { return record.Escape(s) }

// keys is key for IDs.
func keys(ids []store.ID) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = key(string(id))
	}
	return all
}
