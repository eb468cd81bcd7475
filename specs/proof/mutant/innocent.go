package mutant

import (
	"encoding/base64"
	"slices"
	"strings"
)

// innocent gives sender, which refuses a Subject with line ends, another one.
// What it was is found again by header-injection.
func innocent(j *Job) {
	j.Messages = slices.Clone(j.Messages)
	for i := range j.Messages {
		if s := &j.Messages[i]; s.Composed() && strings.ContainsAny(s.Subject, evil) {
			s.Headers = append(slices.Clone(s.Headers), [2]string{"X-Subject", base64.RawURLEncoding.EncodeToString([]byte(s.Subject))})
			s.Subject = "innocent"
		}
	}
}

// guilty undoes it.
func guilty(msg string) string {
	_, rest, ok := strings.Cut(msg, "\r\nX-Subject: ")
	code, _, _ := strings.Cut(rest, "\r\n")
	subject, err := base64.RawURLEncoding.DecodeString(code)
	if !ok || err != nil {
		return msg
	}
	return strings.Replace(WithoutField(msg, "X-Subject"), "Subject: innocent", "Subject: "+string(subject), 1)
}

// oneWord encodes text as a single encoded-word.
func oneWord(s string) string {
	return "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?="
}
