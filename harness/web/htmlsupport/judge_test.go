package htmlsupport

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// find returns what a report says of a feature.
func find(r Report, feature string) (Finding, bool) {
	i := slices.IndexFunc(r.Found, func(f Finding) bool { return f.Feature == feature })
	if i < 0 {
		return Finding{}, false
	}
	return r.Found[i], true
}

func TestAFeatureThatClientsLackIsFound(t *testing.T) {
	r := Judge(`<!doctype html><style>.a { display: flex } /* x */</style><p class=a>x</p>`)
	f, ok := find(r, "display:flex")
	if !ok || f.Count(No)+f.Count(Partly) == 0 || f.Count(Yes) == 0 || f.URL != "https://www.caniemail.com/features/css-display-flex/" {
		t.Errorf("%+v", f)
	}
	if r.Used < 5 || r.Cut || r.Date == "" {
		t.Errorf("%+v", r)
	}
	outlook := f.Families[slices.IndexFunc(f.Families, func(f Family) bool { return f.Name == "Outlook" })]
	if outlook.Support != Partly || !slices.ContainsFunc(outlook.Platforms, func(c Client) bool { return c.Platform == "Windows" && c.Support == No }) {
		t.Errorf("%+v", outlook)
	}
}

// TestWhatIsNotUsedIsNotFound has the same words where they are no CSS.
func TestWhatIsNotUsedIsNotFound(t *testing.T) {
	for _, markup := range []string{
		``, `display: flex`, `<p>display: flex</p>`, `<p title="display:flex">x</p>`, `<style>/* display: flex */</style>`,
		`<style>a::before { content: "display: flex" }</style>`, `<!-- <p style="display: flex"> -->`, `<p style="display: block; x: flex">`,
	} {
		if f, ok := find(Judge(markup), "display:flex"); ok {
			t.Errorf("%s: %+v", markup, f)
		}
	}
}

func TestScan(t *testing.T) {
	for markup, want := range map[string]string{
		`<input type=Text required>`:                                                                  "attribute:required attribute:type element:input element:input[type=text]",
		`<a href="#x"></a><a href="MAILTO:a@b">`:                                                      "attribute:href element:a link:local link:mailto",
		`<img src="https://a/b.PNG?x=.gif">`:                                                          "attribute:src element:img image:png",
		`<img src="data:image/svg+xml;base64,AA">`:                                                    "attribute:src element:img image:base64 image:svg",
		`<p style="margin: 0 calc(1vh + 2%) !important">`:                                             "attribute:style element:p function:calc property:margin property:margin=0 calc(1vh + 2%) unit:% unit:vh word:!important",
		`<p style="background:url(a.webp);--x:1">`:                                                    "attribute:style element:p function:url image:webp property:--* property:--*=1 property:background property:background=url(a.webp)",
		`<style>@media (prefers-color-scheme: dark) { a:hover > .b.c, #d [e], *::after { } }</style>`: "at:media element:style media:prefers-color-scheme pseudo:after pseudo:hover selector:  selector:# selector:* selector:, selector:. selector:.a.b selector:> selector:[ selector:a",
		`<style>a { b { color: red } }</style>`:                                                       "element:style nesting property:color property:color=red selector:a word:red",
		`<style>@font-face { src: url("a;b}") }</style>`:                                              "at:font-face element:style function:url property:src property:src=url(\"a;b}\")",
		`<style>a{}`: "element:style selector:a",
	} {
		var got []string
		for use := range scan(markup) {
			got = append(got, use)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s:\n%q\nwant\n%q", markup, strings.Join(got, " "), want)
		}
	}
}

func TestTogether(t *testing.T) {
	for supports, want := range map[string]Support{"y y": Yes, "n n": No, "y n": Partly, "a a": Partly, "y u": Yes, "u u": Unknown, "": Unknown} {
		var clients []Client
		for _, s := range strings.Fields(supports) {
			clients = append(clients, clientOf("iOS", s+" #1"))
		}
		if got := together(clients); got != want {
			t.Errorf("%s: %s, want %s", supports, got, want)
		}
	}
}

// TestTheDataIsWhole holds each feature against the forms of the data.
func TestTheDataIsWhole(t *testing.T) {
	d := known()
	if _, err := time.Parse(time.DateOnly, d.Date); err != nil || len(d.Features) < 300 {
		t.Errorf("%v, %d features", err, len(d.Features))
	}
	for _, f := range d.Features {
		if f.Slug == "" || f.Title == "" || len(f.Uses) == 0 || len(f.Clients) == 0 {
			t.Errorf("%+v", f)
		}
		for family, platforms := range f.Clients {
			if d.Families[family] == "" {
				t.Errorf("%s: the family %s has no name", f.Slug, family)
			}
			for platform, found := range platforms {
				if d.Platforms[platform] == "" || !strings.ContainsAny(found[:1], "yanu") {
					t.Errorf("%s: %s %s %q", f.Slug, family, platform, found)
				}
			}
		}
	}
}

func TestLongHTMLIsCut(t *testing.T) {
	if r := Judge(strings.Repeat(" ", MaxOctets) + "<table>"); !r.Cut || r.Used != 0 {
		t.Errorf("%+v", r)
	}
}

func FuzzJudge(f *testing.F) {
	for _, markup := range []string{
		`<style>a{b:c}`, `<p style='a:"\`, `<style>/*`, `<style>@media(`, `<style>a[`, `<style>::(`, `<style>}}{{;;`, `<img srcset=",,a.png 2x">`, `<style>a{b:url(`, `<style>\`,
	} {
		f.Add(markup)
	}
	f.Fuzz(func(t *testing.T, markup string) {
		for use := range scan(markup) {
			if len(use) > 3*maxName {
				t.Errorf("%q", use)
			}
		}
		Judge("<style>" + markup)
		Judge(`<p style="` + markup)
	})
}

// TestHostileLength has what a reader that goes back would take minutes for. What
// takes long has to take it in proportion: a quarter of it a quarter of the time,
// and not a sixteenth.
func TestHostileLength(t *testing.T) {
	for _, piece := range []string{"a{", "/*", "(", "[", ":not(", "@media(", "a ", "\"", "url(", "}", ";", "{a:b", "<style>", "<p style=", "<p style='a:b'>", ",", "\\"} {
		for _, begin := range []string{"<style>", "<style>a{b:", `<p style="`} {
			judged := func(octets int) time.Duration {
				began := time.Now()
				Judge(begin + strings.Repeat(piece, octets/len(piece)))
				return time.Since(began)
			}
			took := judged(MaxOctets)
			for tries := 1; took >= time.Second; tries++ {
				quarter := judged(MaxOctets / 4)
				if took <= 12*quarter {
					break
				}
				if tries == 3 { // nobody is held up three times
					t.Errorf("%s%s… took %v, and a quarter of it %v", begin, piece, took, quarter)
					break
				}
				took = min(took, judged(MaxOctets))
			}
		}
	}
}
