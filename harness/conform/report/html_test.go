package report_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"math"

	"github.com/smtpspec/smtpspec/harness/conform/report"
)

func TestThePolicyAllowsThePagesOwnStyleAndScriptOnly(t *testing.T) {
	page := write(t, byName(t, "html"), testReport("client", "x"))
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1]
	policy = strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(policy)
	if !strings.HasPrefix(policy, "default-src 'none'; ") {
		t.Errorf("policy %s", policy)
	}
	for _, element := range []string{"style", "script"} {
		found := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%d elements %s", len(found), element)
		}
		sum := sha256.Sum256([]byte(found[0][1]))
		if want := element + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("policy %s\nlacks %s", policy, want)
		}
	}
	if loads := regexp.MustCompile(`<(link|img|iframe|object|embed|base|form)\b|\b(src|style|on[a-z]+)=|@import|url\(`).FindString(page); loads != "" {
		t.Errorf("the page holds %q", loads)
	}
}

func TestLinksOutOfThePageTellNobodyWhereTheyStand(t *testing.T) {
	page := write(t, byName(t, "html"), testReport("client", hostile))
	for _, link := range regexp.MustCompile(`<a [^>]*href="https?:[^>]*>`).FindAllString(page, -1) {
		if !strings.Contains(link, `href="https://www.rfc-editor.org/`) || !strings.Contains(link, `rel="noreferrer"`) {
			t.Error(link)
		}
	}
}

func TestEveryLinkInThePageHasAPlace(t *testing.T) {
	page := write(t, byName(t, "html"), testReport("a", "x"), testReport("b", "x"))
	places := map[string]int{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if places[id[1]]++; places[id[1]] > 1 {
			t.Errorf("two places %s", id[1])
		}
	}
	for _, link := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if places[link[1]] == 0 {
			t.Errorf("no place %s", link[1])
		}
	}
}

func TestATranscriptIsInThePageOnce(t *testing.T) {
	page := write(t, byName(t, "html"), testReport("client", "unmistakable"))
	if n := strings.Count(page, "MAIL FROM:&lt;a@example.org&gt; <mark>SIZE=12unmistakable</mark>"); n != 1 {
		t.Errorf("the marked command is there %d times", n)
	}
	if !strings.Contains(page, "AUTH PLAIN ****") || strings.Contains(page, "correct-horse") {
		t.Error("AUTH is not as it was recorded")
	}
}

// TestContrast asks of each pair of colours for what WCAG AA wants, 4.5.
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("page/style.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, _ := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	dark, _, _ := strings.Cut(rest, "\n}\n")
	for name, text := range map[string]string{"light": light, "dark": dark} {
		c := map[string]float64{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6})`).FindAllStringSubmatch(text, -1) {
			c[m[1]] = luminance(m[2])
		}
		pairs := []string{"ink paper", "ink card", "soft paper", "soft card", "link paper", "link card", "client-ink paper", "client-ink tls", "server-ink paper", "server-ink tls",
			"soft tls", "escape paper", "escape card", "escape tls", "rule-ink paper", "rule-ink tls", "mark-ink mark", "fail-ink paper", "fail-ink card", "pass-ink paper", "pass-ink card", "warn-ink paper", "fail-ink tls", "ink na"}
		for _, word := range []string{"pass", "warn", "fail", "info", "na", "inconclusive", "error"} {
			pairs = append(pairs, word+"-ink "+word)
		}
		for _, pair := range pairs {
			over, under, _ := strings.Cut(pair, " ")
			a, aOK := c[over]
			b, bOK := c[under]
			if ratio := (max(a, b) + .05) / (min(a, b) + .05); !aOK || !bOK || ratio < 4.5 {
				t.Errorf("%s: %s has a contrast of %.2f", name, pair, ratio)
			}
		}
	}
}

func luminance(hex string) (sum float64) {
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, _ := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		v := float64(n) / 255
		if v <= .04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

func TestALongSessionIsCutAndSaysSo(t *testing.T) {
	r := testReport("client", "x")
	s := r.Trials["size-zero"][0].Sessions[0]
	for i := range 5000 {
		s.Commands = append(s.Commands, s.Commands[0])
		s.Commands[len(s.Commands)-1].Line = fmt.Sprintf("NOOP %d %s", i, strings.Repeat("y", 4000))
	}
	page := write(t, byName(t, "html"), r)
	if len(page) > 300_000 || !strings.Contains(page, "lines are left out here") || !strings.Contains(page, "octets more)") {
		t.Errorf("%d octets", len(page))
	}
	if !strings.Contains(page, "<mark>SIZE=12x</mark>") {
		t.Error("a marked line was cut out")
	}
}

func TestAPageOfManyClientsStaysSmall(t *testing.T) {
	r := testReport("client", "x")
	r.Trials["size-zero"][0].Outcome.Evidence = ""
	for range 50 {
		r.Trials["size-zero"][0].Sessions = append(r.Trials["size-zero"][0].Sessions, r.Trials["size-zero"][0].Sessions[0])
	}
	page := write(t, byName(t, "html").With(report.Options{}), r)
	if !strings.Contains(page, "more sessions are left out") {
		t.Error("fifty sessions are shown")
	}
}
