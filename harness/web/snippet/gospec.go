package snippet

import (
	"bytes"
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// Go returns a spec for Ginkgo that expects what was seen, with a function that
// stands for the code under test; "" if nothing was wanted of the server.
func Go(s Seen) string {
	spec := s.spec()
	if spec == nil {
		return ""
	}
	var b bytes.Buffer
	if err := specText.Execute(&b, spec); err != nil {
		return ""
	}
	text, err := format.Source(b.Bytes())
	if err != nil {
		return ""
	}
	return string(text)
}

// spec is what the template of a spec says. All texts in it are Go already.
type spec struct {
	Title   string
	Options string   // of the server, each behind a comma
	Rule    string   // "" = none
	Stage   string   // at which the rule refuses
	Code    int      // 0 = the connection drops
	Fails   bool     // the client is not to get through
	Message []string // matchers
	Session []string // matchers
	TLS     bool
	User    string // "" = nobody signs in
	From    string
	To      []line // "" without a transaction
	Letter  []string
	File    string // of the letter, if it is too long to stand in a spec
	URL     string // where the file comes from
}

// line is one RCPT.
type line struct {
	Address string
	Refused bool
}

// onTheWay are the stages that the code that stands for the client's passes.
var onTheWay = []record.Stage{record.CONNECT, record.EHLO, record.STARTTLS, record.AUTH, record.MAIL, record.RCPT, record.DATA, record.BODY}

func (s Seen) spec() *spec {
	t := s.transaction()
	out := &spec{From: strconv.Quote("shop@example.org"), Letter: []string{`"Subject: hello\r\n\r\nhello\r\n"`}}
	out.To = []line{{strconv.Quote("bat@example.com"), false}}
	if refused := s.refusal(); refused != nil {
		rule, ok := s.rule()
		if ok && slices.Contains(onTheWay, refused.Stage) {
			out.refuse(rule, refused.Stage, refused.Reply)
			out.Fails = t == nil || !t.taken
			out.secure(refused.Stage)
		}
	}
	if out.Rule == "" && (t == nil || !t.taken) {
		return nil
	}
	out.facts(s.Session)
	if t != nil {
		out.want(t)
	}
	if s.Message != nil {
		out.letter(s)
	}
	out.Title = s.title(out)
	return out
}

// secure offers what can be refused only where it is offered.
func (o *spec) secure(stage record.Stage) {
	switch stage {
	case record.STARTTLS:
		o.TLS = true
	case record.AUTH:
		o.User = strconv.Quote("user")
	}
}

func (o *spec) refuse(rule wire.Rule, stage record.Stage, r record.Reply) {
	o.Rule = "harness.On(harness." + strings.TrimPrefix(rule.Required().String(), "On(")
	o.Stage, o.Code = "harness."+string(stage), r.Code
}

// facts are TLS and who signed in.
func (o *spec) facts(session *record.Session) {
	if session == nil {
		return
	}
	if session.TLS != nil {
		o.TLS = true
		o.Session = append(o.Session, "HaveUsedTLS()")
	}
	for _, a := range session.Auth {
		if a.Username != "" && !strings.ContainsFunc(a.Username, unicode.IsControl) {
			o.User = strconv.Quote(a.Username)
		}
		if a.OK && o.User != "" {
			o.Session = append(o.Session, "HaveAuthenticatedAs("+o.User+")")
			break
		}
	}
	if o.TLS {
		o.Options += ", harness.WithSTARTTLS()"
	}
	if o.User != "" {
		o.Options += ", harness.WithUser(" + o.User + `, "secret")`
	}
}

func (o *spec) want(t *transaction) {
	o.From, o.To = strconv.Quote(t.from), nil
	for _, r := range t.to {
		o.To = append(o.To, line{strconv.Quote(r.address), r.refused && !o.Fails})
	}
	o.Message = append(o.Message, "HaveEnvelopeFrom("+o.From+")", "BeSentTo("+quoted(t.accepted())+")")
}

func quoted(list []string) string {
	texts := make([]string, 0, len(list))
	for _, text := range list {
		texts = append(texts, strconv.Quote(text))
	}
	return strings.Join(texts, ", ")
}

// Bounds of what of a message stands in a spec.
const (
	maxLetter = 4000 // octets
	maxLine   = 80   // characters of the text that is looked for
	maxFiles  = 5
)

// letter expects what the message says.
func (o *spec) letter(s Seen) {
	m := s.Message
	if m.From != "" {
		o.Message = append(o.Message, "BeFrom("+strconv.Quote(m.From)+")")
	}
	if m.Subject != "" {
		o.Message = append(o.Message, "HaveSubject("+strconv.Quote(m.Subject)+")")
	}
	if text := telling(m.Text); text != "" {
		o.Message = append(o.Message, "HaveText(ContainSubstring("+strconv.Quote(text)+"))")
	}
	for _, name := range m.Files[:min(len(m.Files), maxFiles)] {
		if name != "" && !strings.ContainsAny(name, `*?[\`) {
			o.Message = append(o.Message, "HaveAttachment("+strconv.Quote(name)+")")
		}
	}
	if len(m.Raw) > maxLetter {
		o.File, o.URL = strconv.Quote("testdata/"+m.ID+".eml"), s.Server+"/api/messages/"+m.ID+"/raw"
		return
	}
	o.Letter = nil
	for line := range strings.Lines(string(m.Raw)) {
		o.Letter = append(o.Letter, strconv.Quote(line))
	}
	if len(o.Letter) == 0 {
		o.Letter = []string{`""`}
	}
}

// telling is the first line of a text, cut where it is long.
func telling(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			if chars := []rune(line); len(chars) > maxLine {
				line = strings.TrimSpace(string(chars[:maxLine]))
			}
			return line
		}
	}
	return ""
}

func (s Seen) title(o *spec) string {
	title := "sends a message"
	if s.Message != nil && s.Message.Subject != "" {
		title = "sends " + s.Message.Subject
	}
	switch {
	case o.Fails && o.Code == 0:
		title = "loses the connection at " + strings.TrimPrefix(o.Stage, "harness.")
	case o.Fails:
		title = fmt.Sprintf("is refused with %d at %s", o.Code, strings.TrimPrefix(o.Stage, "harness."))
	}
	return strconv.Quote(title)
}

var specText = template.Must(template.New("").Parse(`package mail_test // of a Ginkgo suite: "ginkgo bootstrap" makes one

import (
	"net/smtp"
{{if .File}}	"os"
{{end}}
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

var _ = Describe("The application", func() {
	It({{.Title}}, func() {
{{if .Rule}}		refusal := {{.Rule}}
{{end}}		srv := harness.NewServer(GinkgoT(){{.Options}}{{if .Rule}}, harness.WithRules(refusal){{end}})

{{if .Fails}}		Expect(send(srv)).NotTo(Succeed())

{{if .Code}}		Expect(srv).To(HaveReply({{.Stage}}, {{.Code}}))
{{else}}		Eventually(srv).Should(HaveEndedWith(harness.EndDropped))
{{end}}		Expect(srv).NotTo(HaveReceived())
{{else}}		Expect(send(srv)).To(Succeed())

		Eventually(srv).Should(HaveReceived({{range .Message}}
			{{.}},{{end}}
		))
{{range .Session}}		Expect(srv).To({{.}})
{{end}}{{end}}	})
})

// send stands for the code under test: put the call of it here.
func send(srv *harness.Server) error {
	c, err := smtp.Dial(srv.Addr())
	if err != nil {
		return err
	}
	defer c.Close()
{{if .TLS}}	if err := c.StartTLS(srv.ClientTLSConfig()); err != nil {
		return err
	}
{{end}}{{if .User}}	if err := c.Auth(smtp.PlainAuth("", {{.User}}, "secret", srv.Host())); err != nil {
		return err
	}
{{end}}	if err := c.Mail({{.From}}); err != nil {
		return err
	}
{{range .To}}{{if .Refused}}	_ = c.Rcpt({{.Address}}) // refused, and the others get it
{{else}}	if err := c.Rcpt({{.Address}}); err != nil {
		return err
	}
{{end}}{{end}}	w, err := c.Data()
	if err != nil {
		return err
	}
{{if .File}}	letter, err := os.ReadFile({{.File}}) // as {{.URL}} has it
	if err != nil {
		return err
	}
	if _, err := w.Write(letter); err != nil {
		return err
	}
{{else}}	if _, err := w.Write([]byte(letter)); err != nil {
		return err
	}
{{end}}	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}
{{if not .File}}
const letter = {{range $i, $l := .Letter}}{{if $i}} +
	{{end}}{{$l}}{{end}}
{{end}}`))
