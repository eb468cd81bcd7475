package report

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// The colours of a badge; white text on each has a contrast of 4.5 at least.
const (
	badgeDark  = "#2d333b"
	badgeGreen = "#1a7f37"
	badgeAmber = "#8a5a00"
	badgeRed   = "#b3261e"
	badgeGrey  = "#5c6670"
)

// writeBadge writes a small picture with the number of failures of the clients
// together.
func writeBadge(w io.Writer, _ []*conform.Scenario, reports ...*conform.Report) error {
	text, color := badgeText(reports)
	const label = "smtpspec"
	left, right := badgeWidth(label), badgeWidth(text)
	title := html.EscapeString(badgeTitle(reports, text))
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" viewBox="0 0 %[1]d 20" role="img" aria-labelledby="t">
<title id="t">%[2]s</title>
<clipPath id="r"><rect width="%[1]d" height="20" rx="4"/></clipPath>
<g clip-path="url(#r)"><rect width="%[3]d" height="20" fill="%[4]s"/><rect x="%[3]d" width="%[5]d" height="20" fill="%[6]s"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="%[7]d" y="14" textLength="%[8]d">%[9]s</text>
<text x="%[10]d" y="14" textLength="%[11]d">%[12]s</text>
</g>
</svg>
`, left+right, title, left, badgeDark, right, color, left/2, left-12, label, left+right/2, right-12, html.EscapeString(text))
	return err
}

// badgeText returns the worst that there is to say, and its colour.
func badgeText(reports []*conform.Report) (text, color string) {
	total := map[conform.Word]int{}
	mute := 0
	for _, r := range reports {
		if !r.Profile.Works {
			mute++
		}
		for word, n := range r.Count() {
			total[word] += n
		}
	}
	switch {
	case mute > 0 && mute == len(reports):
		return "delivers nothing", badgeGrey
	case total[conform.Error] > 0:
		return fmt.Sprintf("%d error", total[conform.Error]), badgeGrey
	case total[conform.Fail] > 0:
		return fmt.Sprintf("%d fail", total[conform.Fail]), badgeRed
	case total[conform.Warn] > 0:
		return fmt.Sprintf("%d warn", total[conform.Warn]), badgeAmber
	}
	return fmt.Sprintf("%d pass", total[conform.Pass]), badgeGreen
}

func badgeTitle(reports []*conform.Report, text string) string {
	var names []string
	for _, r := range reports {
		names = append(names, record.Clip(strings.TrimSpace(peer(r.Client)+" "+peer(r.Version)), 60))
	}
	return "smtpspec: " + strings.Join(names, ", ") + ": " + text
}

// badgeWidth is about the width of text in Verdana, with its margins.
func badgeWidth(text string) int {
	width := 12.0
	for _, r := range text {
		switch {
		case strings.ContainsRune(" filtjr", r):
			width += 4.2
		case r == 'm' || r == 'w':
			width += 9.6
		default:
			width += 6.8
		}
	}
	return int(width)
}
