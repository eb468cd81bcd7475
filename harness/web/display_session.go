package web

import (
	"fmt"
	"html/template"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// displaySession has the functions of the templates of sessions.
func displaySession(w *words) template.FuncMap {
	return template.FuncMap{
		"wire":    record.Escape,
		"took":    duration,
		"seconds": func(s float64) string { return duration(time.Duration(s * float64(time.Second))) },
		"ended":   func(end string) string { return w.text("end." + endKey(record.End(end))) },
		"sort":    sortOf,
		"class":   func(code int) string { return fmt.Sprintf("c%d", code/100) },
		"rate":    func(perSecond float64) string { return size(int(perSecond)) + "/s" },
		"inc":     func(i int) int { return i + 1 },
		"short":   func(s string) string { return record.Clip(s, 300) },
	}
}

// duration is a time for people: "35 µs", "0.4 ms", "12 ms", "1.5 s", "2 min 3 s".
func duration(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case d <= 0:
		return "0 ms"
	case ms < 0.1:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case ms < 10:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 1000:
		return fmt.Sprintf("%.0f ms", ms)
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
}
