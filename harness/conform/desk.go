package conform

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// desk is the folder in which a command finds its job and leaves its result.
type desk struct {
	dir     string
	job     string // JSON form of the job: the source of truth
	message string // the first message's octets; empty if it is to be composed
	text    string // its text
	attach  []string
	result  string // the command may write it
}

func newDesk(job *Job) (d *desk, err error) {
	d = &desk{}
	if d.dir, err = os.MkdirTemp("", "smtpspec-job"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			d.clear()
		}
	}()
	d.job, d.message, d.text, d.result = d.path("job.json"), d.path("message.eml"), d.path("text.txt"), d.path("result.json")
	form, err := json.Marshal(job.Job)
	if err != nil {
		return nil, err
	}
	var raw []byte
	var text string
	if len(job.Messages) > 0 {
		raw, text = job.Messages[0].Raw, job.Messages[0].Text
		for i, a := range job.Messages[0].Attachments {
			d.attach = append(d.attach, d.path(fmt.Sprintf("attachment-%d-%s", i+1, filepath.Base(safeName(a.Name)))))
			if err := os.WriteFile(d.attach[i], a.Data, 0o600); err != nil {
				return nil, err
			}
		}
	}
	return d, errors.Join(os.Mkdir(d.path("home"), 0o755), os.WriteFile(d.job, form, 0o600),
		os.WriteFile(d.message, raw, 0o600), os.WriteFile(d.text, []byte(text), 0o600))
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) clear() { os.RemoveAll(d.dir) }

// safeName keeps of a name what may stand in a path: scenarios put line ends
// and slashes into names of attachments.
func safeName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '/' || r == '\\' || r == 0x7f {
			return '_'
		}
		return r
	}, name)
}

// placeholders are what a command line may name of the job.
func (d *desk) placeholders(job *Job) map[string]string {
	return map[string]string{
		"{host}": job.Host, "{port}": strconv.Itoa(job.Port), "{security}": string(job.Security), "{user}": job.User, "{pass}": job.Pass,
		"{cafile}": job.CAFile, "{helo}": job.Helo, "{from}": job.From, "{message}": d.message, "{timeout}": seconds(job), "{job}": d.job, "{result}": d.result,
	}
}

func seconds(job *Job) string { return strconv.FormatFloat(job.Timeout, 'f', -1, 64) }

// longestVariable is less than what Linux lets one variable hold.
const longestVariable = 100 << 10

// environ is the environment of the command: that of this process, with the
// job in it, and a home without anybody's configuration. What of the job it
// cannot hold is not there at all: a password of the same name that stands in
// this process's environment is somebody's own, and would end in the report.
func (d *desk) environ(job *Job) []string {
	subject := ""
	if len(job.Messages) > 0 {
		subject = job.Messages[0].Subject
	}
	timeout := seconds(job)
	if job.Timeout == 0 {
		timeout = ""
	}
	return with(os.Environ(), [][2]string{
		{"SMTP_HOST", job.Host}, {"SMTP_PORT", strconv.Itoa(job.Port)}, {"SMTP_SECURITY", string(job.Security)},
		{"SMTP_USER", job.User}, {"SMTP_PASS", job.Pass}, {"SMTP_CAFILE", job.CAFile}, {"SMTP_HELO", job.Helo}, {"SMTP_FROM", job.From},
		{"SMTP_RCPTS", strings.Join(job.Recipients(0), " ")}, {"SMTP_MESSAGE", d.message}, {"SMTP_SUBJECT", subject}, {"SMTP_TEXT", d.text},
		{"SMTP_ATTACH", strings.Join(d.attach, " ")}, {"SMTP_TIMEOUT", timeout}, {"SMTP_JOB", d.job}, {"SMTP_RESULT", d.result},
		{"SSL_CERT_FILE", job.CAFile}, {homeVariable, d.path("home")}, {"NO_COLOR", "1"},
	})
}

// with sets variables in an environment; those that it cannot hold are in the
// job alone.
func with(env []string, variables [][2]string) []string {
	for _, v := range variables {
		env = slices.DeleteFunc(env, func(set string) bool { return strings.HasPrefix(set, v[0]+"=") })
		if !strings.Contains(v[1], "\x00") && len(v[1]) <= longestVariable {
			env = append(env, v[0]+"="+v[1])
		}
	}
	return env
}

// result is the file that a command may write about its end.
type result struct {
	Outcome  Class  `json:"outcome"`
	Code     int    `json:"code"`
	Enhanced string `json:"enhanced"`
	Stage    string `json:"stage"`
	Error    string `json:"error"`
	Rcpts    map[string]struct {
		Outcome Class `json:"outcome"`
		Code    int   `json:"code"`
	} `json:"rcpts"`
}

// readResult returns nil if there is none. One that cannot be read is none:
// then the exit code counts.
func (d *desk) readResult() *result {
	info, err := os.Stat(d.result)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return nil // a pipe would be waited for
	}
	b, err := os.ReadFile(d.result)
	if err != nil {
		return nil
	}
	return parseResult(b)
}

func parseResult(b []byte) *result {
	var r result
	if json.Unmarshal(b, &r) != nil || !r.Outcome.tellable() {
		return nil
	}
	return &r
}

// tellable says that a class is one that a client may call its end.
func (c Class) tellable() bool {
	switch c {
	case OK, Temp, Perm, Failed, Queued, Unsupported:
		return true
	}
	return false
}

// amend puts what the file says in the place of what the exit code said.
func (r *result) amend(o *Outcome) {
	o.Class = r.Outcome
	if r.Code != 0 {
		o.Code = r.Code
	}
	if r.Enhanced != "" {
		o.Enhanced = r.Enhanced
	}
	if r.Error != "" && !strings.Contains(o.Text, r.Error) {
		o.Text = strings.TrimSpace(r.Error + "\n" + o.Text)
	}
	o.Stage = r.Stage
	for rcpt, said := range r.Rcpts {
		if !said.Outcome.tellable() {
			continue // another word says nothing of the recipient, least of all a failure
		}
		if o.Rcpts == nil {
			o.Rcpts = map[string]Class{}
		}
		o.Rcpts[rcpt] = said.Outcome
	}
}
