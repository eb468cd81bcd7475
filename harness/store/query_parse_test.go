package store

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

// queryNow is when the queries of tests are written: a Thursday in Ulaanbaatar.
var queryNow = time.Date(2026, 3, 5, 15, 4, 5, 0, time.FixedZone("ULAT", 8*3600))

func utc(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

func words(words ...string) Phrase { return Phrase{Words: words} }

func in(c Column, words ...string) Phrase { return Phrase{[]Column{c}, words} }

const session = ID("01ARZ3NDEKTSV4RRFFQ69G5FAV")

func TestParseQuery(t *testing.T) {
	for text, want := range map[string]Expr{
		"": nil, " \t\n": nil,
		"word": words("word"), "two words": And{words("two"), words("words")}, `"a Phrase"`: words("a", "phrase"),
		"-word": Not{words("word")}, "!word": Not{words("word")}, `-"a b"`: Not{words("a", "b")}, "--word": Not{words("word")}, "a-b!c": words("a", "b", "c"),
		"NOT a": Not{words("a")}, "NOT -a": Not{Not{words("a")}}, "-(-a)": Not{Not{words("a")}}, "not a": And{words("not"), words("a")},

		"a OR b": Or{words("a"), words("b")}, "a or b": And{words("a"), words("or"), words("b")}, `a "OR" b`: And{words("a"), words("or"), words("b")},
		"a b OR c -d": Or{And{words("a"), words("b")}, And{words("c"), Not{words("d")}}}, "a AND b": And{words("a"), words("b")},
		"a (b OR c)": And{words("a"), Or{words("b"), words("c")}}, "((a))": words("a"), "-(a b)": Not{And{words("a"), words("b")}}, "(a)b": And{words("a"), words("b")},
		"f(x)": words("f", "x"), "f(x": words("f", "x"), "-OR": Not{words("or")},

		"from:бат": in(ColumnFrom, "бат"), "FROM:БАТ": in(ColumnFrom, "бат"), "from:@example.mn": in(ColumnFrom, "example", "mn"),
		"to:a@b.mn": in(ColumnTo, "a", "b", "mn"), "cc:a": in(ColumnCc, "a"), "bcc:a": in(ColumnBcc, "a"), "reply-to:a": in(ColumnReplyTo, "a"),
		`subject:"via api"`: in(ColumnSubject, "via", "api"), `-subject:"via api"`: Not{in(ColumnSubject, "via", "api")}, `subject:"say \"hi\" \\ \n"`: in(ColumnSubject, "say", "hi", "n"),
		`"a"OR"b"`: Or{words("a"), words("b")}, `foo"a b"`: And{words("foo"), words("a", "b")},
		"message-id:<1@x>": in(ColumnMessageID, "1", "x"), "text:a": in(ColumnText, "a"), "file:a.pdf": in(ColumnFiles, "a", "pdf"),
		"addressed:a":     Phrase{[]Column{ColumnFrom, ColumnTo, ColumnCc, ColumnBcc, ColumnReplyTo}, []string{"a"}},
		"envelope-from:a": in(ColumnEnvelopeFrom, "a"), "envelope-to:a": in(ColumnEnvelopeTo, "a"), "rcpt:a": Phrase{[]Column{ColumnEnvelopeTo, ColumnRefused}, []string{"a"}}, "helo:a": in(ColumnHello, "a"),
		"header:X-Run": HeaderPhrase{Name: "X-Run"}, "header:X-Run=job": HeaderPhrase{"X-Run", []string{"job"}}, `header:X-Run="job 1"`: HeaderPhrase{"X-Run", []string{"job", "1"}},
		`header:"a=b"=c`: HeaderPhrase{"a=b", []string{"c"}}, "header:X=a=b": HeaderPhrase{"X", []string{"a", "b"}}, "header:List-Id=<x:y>": HeaderPhrase{"List-Id", []string{"x", "y"}},

		"tag:Welcome": Tagged("Welcome"), `tag:"two words"`: Tagged("two words"), "is:read": IsRead, "is:UNREAD": IsUnread, "is:tagged": IsTagged, "is:pinned": IsPinned,
		"has:attachment": HasAttachment, "has:attachments": HasAttachment, "has:inline": HasInline, "-has:inlines": Not{HasInline},
		"larger:1000": Sized{1000, -1}, "smaller:2kb": Sized{-1, 2048}, "larger:1.5M": Sized{1536 << 10, -1}, `larger:"2 MiB"`: Sized{2 << 20, -1}, "smaller:1g": Sized{-1, 1 << 30}, "larger:0": Sized{0, -1},
		"session:" + string(session): InSession(session), "session:" + strings.ToLower(string(session)): InSession(session), "run:job-17": InRun("job-17"), `run:""`: InRun(""),
		"tls:yes": OverTLS(""), "tls:none": OverTLS("none"), "tls:1.3": OverTLS("TLS 1.3"), `tls:"TLS 1.2"`: OverTLS("TLS 1.2"), "tls:tlsv1.3": OverTLS("TLS 1.3"),
		"auth:yes": SignedIn(""), "auth:NONE": SignedIn("none"), "auth:Бат": SignedIn("Бат"), "auth:cram-md5": SignedIn("cram-md5"), "code:550": Replied(550), "lint:lint-date": Breaks("lint-date"),

		"http://example.mn/a": words("http", "example", "mn", "a"), "12:30": words("12", "30"), "Re:invoice": words("re", "invoice"), "Re:": words("re"), "a:b": words("a", "b"),
		`"from:x"`: words("from", "x"), "::1": words("1"), "notes:": words("notes"),

		"СААД": words("саад"), "Ｆｕｌｌ": words("full"), "STRASSE": words("strasse"), "straße": words("strasse"), "re\u0301sume\u0301": words("résumé"), "résumé": words("résumé"),
		"İ": words("i\u0307"), "I": words("i"), "ı": words("ı"), "ﬁne": words("fine"), "\u00a0a\u3000b": And{words("a"), words("b")}, "a\xffb": words("a", "b"),
	} {
		q, err := ParseQuery(text, queryNow)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !reflect.DeepEqual(q.Expr, want) || q.Text != text {
			t.Errorf("%s: %#v, want %#v", text, q.Expr, want)
		}
		readsBack(t, q)
	}
}

func TestParseQueryTimes(t *testing.T) {
	for text, want := range map[string]string{
		"2024-01-31": "2024-01-30T16:00:00Z", `"2024-01-31 15:04"`: "2024-01-31T07:04:00Z", `"2024-01-31 15:04:05"`: "2024-01-31T07:04:05Z",
		"2024-01-31T15:04": "2024-01-31T07:04:00Z", "2024-01-31T15:04:05Z": "2024-01-31T15:04:05Z", "2024-01-31T15:04:05+09:00": "2024-01-31T06:04:05Z",
		"2024/01/31": "2024-01-30T16:00:00Z", `"31 Jan 2024"`: "2024-01-30T16:00:00Z", `"Jan 31, 2024"`: "2024-01-30T16:00:00Z",
		"now": "2026-03-05T07:04:05Z", "today": "2026-03-04T16:00:00Z", "Yesterday": "2026-03-03T16:00:00Z",
		"30s": "2026-03-05T07:03:35Z", "5m": "2026-03-05T06:59:05Z", "1h": "2026-03-05T06:04:05Z", "2d": "2026-03-03T07:04:05Z", "1w": "2026-02-26T07:04:05Z", "0s": "2026-03-05T07:04:05Z",
	} {
		for prefix, x := range map[string]Expr{"after:": Received{From: utc(want)}, "before:": Received{Until: utc(want)}} {
			q, err := ParseQuery(prefix+text, queryNow)
			if err != nil || !reflect.DeepEqual(q.Expr, x) {
				t.Errorf("%s%s: %v %v, want %v", prefix, text, q, err, want)
				continue
			}
			readsBack(t, q)
		}
	}
}

// readsBack checks that the canonical form is the same query.
func readsBack(t *testing.T, q *Query) {
	t.Helper()
	text := q.String()
	if len(text) > MaxQuery {
		return
	}
	again, err := ParseQuery(text, queryNow.Add(time.Hour))
	if err != nil {
		t.Errorf("%q is written as %q: %v", q.Text, text, err)
		return
	}
	if !reflect.DeepEqual(again.Expr, q.Expr) {
		t.Errorf("%q is written as %q, which is %#v, not %#v", q.Text, text, again.Expr, q.Expr)
	}
	if s := again.String(); s != text {
		t.Errorf("%q is written as %q, and that as %q", q.Text, text, s)
	}
}

func TestParseQueryErrors(t *testing.T) {
	long := strings.Repeat("w", 70)
	seen := map[string]bool{errTooMuch.text: true} // no parser says that
	for text, want := range map[string]string{
		`say "hello`:                      `at 5: this quote is not closed`,
		`subject:"a\"`:                    `at 9: this quote is not closed`,
		`a (b OR c`:                       `at 3: this ( is not closed`,
		`бат) c`:                          `at 4: no ( stands before this )`,
		`a ()`:                            `at 4: a word is missing before this )`,
		`a OR`:                            `at 5: a word is missing at the end`,
		`OR a`:                            `at 1: a word is missing before this OR: for the word itself write "OR"`,
		`a OR OR b`:                       `at 6: a word is missing before this OR`,
		`a AND`:                           `at 6: a word is missing at the end`,
		`NOT`:                             `at 4: a word is missing at the end`,
		`a - b`:                           `at 3: - has no letter or digit`,
		`a "--"`:                          `at 3: "--" has no letter or digit`,
		`🎉`:                               `at 1: 🎉 has no letter or digit`,
		`from:@`:                          `at 6: @ has no letter or digit`,
		`from: a`:                         `at 6: from: needs a value right behind the colon`,
		`subject:(a OR b)`:                `at 9: subject: takes a word or a phrase in quotes: write (subject:a OR subject:b)`,
		`form:a`:                          `at 1: there is no form: did you mean from:? For the words themselves write "form:a"`,
		`a subjct:"b"`:                    `at 3: there is no subjct: did you mean subject:?`,
		`reply_to:a`:                      `at 1: there is no reply_to: did you mean reply-to:?`,
		`is:raed`:                         `at 4: is: does not know "raed": did you mean is:read? It knows pinned, read, tagged, unread`,
		`has:legs`:                        `at 5: has: does not know "legs": It knows attachment, attachments, inline, inlines`,
		`after:soon`:                      `at 7: after: needs a time: 2024-01-31`,
		`before:2024-02-30`:               `at 8: before: needs a time`,
		`after:-5m`:                       `at 7: after: needs a time`,
		`after:999999999d`:                `at 7: after: needs a time`,
		`larger:big`:                      `at 8: larger: needs a size: 1000, 2kb or 1.5M`,
		`smaller:-1`:                      `at 9: smaller: needs a size`,
		`larger:1e9`:                      `at 8: larger: needs a size`,
		`larger:99999999g`:                `at 8: larger: needs a size`,
		`larger:k`:                        `at 8: larger: needs a size`,
		`session:x`:                       `at 9: not an ID: it has 26 characters`,
		`tls:ssl`:                         `at 5: tls: does not know "ssl"`,
		`tls:tls`:                         `at 5: tls: does not know "tls"`,
		`auth:""`:                         `at 6: auth: needs a user, a mechanism, yes or none`,
		`is:` + long:                      `at 4: is: does not know "` + long[:60] + `… (10 octets more)": It knows`,
		`from:` + strings.Repeat("-", 70): `at 6: ` + strings.Repeat("-", 60) + `… (10 octets more) has no letter or digit`,
		`code:5xx`:                        `at 6: code: needs the three digits of a reply`,
		`tag:" "`:                         `at 5: tag: needs a tag`,
		`lint:""`:                         `at 6: lint: needs the ID of a rule`,
		`header:=a`:                       `at 8: header: needs the name of a field`,
		`header:X-A=`:                     `at 12: header:X-A= needs a word`,

		strings.Repeat("a ", 10_000):                      `at 8193: a query has 8192 octets at most`,
		strings.Repeat("б", 5000):                         `at 4097: a query has 8192 octets at most`,
		strings.Repeat("a ", MaxQueryTerms) + "a":         `at 401: a query has 200 terms at most`,
		strings.Repeat("(", MaxQueryNesting) + "(a":       `at 51: a query has 50 parentheses and negations`,
		strings.Repeat("NOT ", MaxQueryNesting) + "NOT a": `at 201: a query has 50 parentheses and negations`,
		strings.Repeat("(", 8000):                         `at 51: a query has 50 parentheses and negations`,
	} {
		q, err := ParseQuery(text, queryNow)
		var where *QueryError
		if !errors.As(err, &where) || !strings.HasPrefix(err.Error(), want) || q != nil {
			t.Errorf("%.60s: %v %v, want %s", text, q, err, want)
		}
		if err == nil {
			continue
		}
		if len(err.Error()) > 500 {
			t.Errorf("%.60s: an error of %d octets", text, len(err.Error()))
		}
		if where.Text != where.Wording.String() || strings.Contains(where.Text, "%!") {
			t.Errorf("%.60s: %q is not made of %#v", text, where.Text, where.Wording)
		}
		see(where.Wording, seen)
	}
	for _, f := range QueryFormats() {
		if !seen[f] {
			t.Errorf("nothing says %q", f)
		}
	}
}

// see notes the formats of a text.
func see(w Wording, seen map[string]bool) {
	seen[w.Format] = true
	for _, arg := range w.Args {
		if inner, ok := arg.(Wording); ok {
			see(inner, seen)
		}
	}
}

func TestParseQueryTakesWhatIsWithinItsBounds(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("a ", MaxQueryTerms), strings.Repeat("(a b OR ", MaxQueryNesting) + "c" + strings.Repeat(")", MaxQueryNesting),
		strings.Repeat("NOT ", MaxQueryNesting) + "a", strings.Repeat("x", MaxQuery), `"` + strings.Repeat("x ", MaxQuery/2-1) + `"`,
	} {
		q, err := ParseQuery(text, queryNow)
		if err != nil {
			t.Fatalf("%.60s: %v", text, err)
		}
		readsBack(t, q)
	}
}

// grown returns a random query as it may be written.
func grown(r *rand.Rand, depth int) string {
	terms := []string{
		"a", "бат", `"a b"`, "from:a", `subject:"say \"b\""`, "addressed:x", "rcpt:x", "header:X-A", `header:"X A"="b c"`, "tag:a", `tag:"a \\ \" b"`, "is:read", "has:inline",
		"after:2024-01-31", "before:1h", "larger:1k", "smaller:5", "session:" + string(session), `run:"a (b)"`, "tls:yes", "tls:none", "tls:1.3", "auth:yes", "auth:none", `auth:"a b"`, "code:550", "lint:x",
	}
	if depth == 0 || r.IntN(3) == 0 {
		return terms[r.IntN(len(terms))]
	}
	a, b := grown(r, depth-1), grown(r, depth-1)
	return []string{a + " " + b, a + " OR " + b, "(" + a + ")", "-(" + a + ")", "NOT " + a, "(" + a + " OR " + b + ") " + a, "(" + a + " " + b + ") AND " + b, a + " OR (" + b + " OR " + a + ")"}[r.IntN(8)]
}

func TestQueryStringReadsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 141))
	for range 3000 {
		text := grown(r, 4)
		q, err := ParseQuery(text, queryNow)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		readsBack(t, q)
	}
}

func TestQueryStringMeansTheSame(t *testing.T) {
	entries := someEntries()
	for _, x := range []Expr{
		And{}, Or{}, Not{And{}}, Or{And{}}, And{words("sain")}, Or{And{words("a")}, And{}}, Received{}, Sized{-1, -1},
		Not{Received{From: utc("2020-01-01T00:00:00Z"), Until: utc("2030-01-01T00:00:00Z")}}, Not{Sized{10, 1000}}, Or{Sized{10, 1000}, Sized{-1, 5}},
	} {
		q := &Query{Expr: x}
		again, err := ParseQuery(q.String(), queryNow)
		if err != nil {
			t.Errorf("%#v is written as %q: %v", x, q, err)
			continue
		}
		for _, e := range entries {
			if again.Match(e) != q.Match(e) {
				t.Errorf("%#v is written as %q, which is something else", x, q)
			}
		}
	}
}

// someEntries returns messages to match against.
func someEntries() []*Entry {
	var entries []*Entry
	for _, raw := range []string{"", "From: Бат <bat@example.mn>\r\nSubject: Sain baina uu\r\nX-Run: job 1\r\n\r\na text\r\n"} {
		m := &Mail{ID: session, Session: session, At: utc("2026-03-01T00:00:00Z"), Size: len(raw), Facts: Facts{TLS: "TLS 1.3", Auth: "bat", Mechanism: "PLAIN"}}
		entries = append(entries, &Entry{Mail: *m, Digest: Digester{}.Of(m, Octets(raw)), Tags: []string{"a"}})
	}
	return entries
}

func FuzzParseQuery(f *testing.F) {
	for _, text := range []string{"", "a b", `-from:"бат" OR (is:read !x)`, "after:5m before:today", `header:"X A"="b"`, "NOT NOT (a)", "Ꭰ ꭰ", `"\"`, "tls:1.3 auth:x code:550", "((((", "run:\xff"} {
		f.Add(text)
	}
	entries := someEntries()
	f.Fuzz(func(t *testing.T, text string) {
		q, err := ParseQuery(text, queryNow)
		var where *QueryError
		if err != nil {
			if !errors.As(err, &where) || where.Position < 0 || where.Position > len([]rune(text)) || where.Text == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		for _, e := range entries {
			if indexed := NewIndexed(e); indexed.Matches(q) != q.Match(e) {
				t.Errorf("%q: the index and the message do not agree", text)
			}
		}
		readsBack(t, q)
	})
}
