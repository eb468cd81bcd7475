package conform

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

// Calibration finds out what a client can do, so that no scenario is held
// against one that it is not for.

// probe is a Script with what a run of it tells about a client.
type probe struct {
	*Script
	learn func(*Profile, *Trial)
}

func (k *check) calibrate(ctx context.Context) []*Trial {
	played := map[string][]*Trial{}
	if !k.calibrateForm(ctx, played) {
		return flatten(played)
	}
	k.probe(ctx, played, timeProbes()...)
	k.probe(ctx, played, probes()...)
	k.probeLegacy(ctx, played)
	k.probe(ctx, played, k.authProbes()...)
	k.probeUnnamed(ctx, played)
	k.settle5321()
	k.compareClaims()
	return flatten(played)
}

// probe plays the probes and learns from them, in their order.
func (k *check) probe(ctx context.Context, played map[string][]*Trial, probes ...probe) {
	scripts := make([]*Script, len(probes))
	for i, p := range probes {
		scripts[i] = p.Script
	}
	k.playAll(ctx, "calibrating", scripts, played)
	for _, p := range probes {
		if runs := played[p.ID]; len(runs) > 0 {
			p.learn(k.profile, runs[0])
		}
	}
}

// calibrateForm finds out whether the client works, and which form of message
// it takes.
func (k *check) calibrateForm(ctx context.Context, played map[string][]*Trial) bool {
	raw := probe{&Script{ID: "probe-raw", Text: "the baseline; the message is given as octets", Ask: askRaw}, learnRaw}
	composed := probe{&Script{ID: "probe-compose", Text: "the baseline; the message is given as parts", Ask: askComposed}, learnComposed}
	k.probe(ctx, played, raw, composed)
	p := k.profile
	if ctx.Err() != nil {
		p.Why = ctx.Err().Error()
		return false
	}
	canRaw, canCompose := p.Has(NeedRaw), p.Has(NeedCompose)
	switch {
	case canRaw && canCompose:
		p.Mode = "both"
	case canRaw:
		p.Mode = "raw"
	case canCompose:
		p.Mode = "compose"
	default:
		o := played["probe-raw"][0].Outcome
		if o.Class == Unsupported {
			o = played["probe-compose"][0].Outcome
		}
		p.Why = whyNot(o)
		return false
	}
	p.Works = true
	return true
}

// whyNot says what is wrong with a client that does not deliver.
func whyNot(o Outcome) string {
	if o.Class == OK {
		return "it reported ok, and nothing was delivered"
	}
	why := string(o.Class)
	if o.Exit > 0 {
		why += fmt.Sprintf(", exit code %d", o.Exit)
	}
	text := strings.TrimSpace(o.Text)
	if text == "" {
		return why + ", and it said nothing"
	}
	return why + ": " + record.Escape(record.Clip(text, 300))
}

// fidelity is a raw message with what clients like to change: odd case of
// field names, blanks at ends of lines, dots.
const fidelity = "date: Mon, 02 Nov 2026 10:00:00 +0800\r\nFROM: " + defaultFrom + "\r\nTo: " + defaultRcpt + "\r\nsubJect: fidelity\r\n" +
	"Message-ID: <fidelity@client.example>\r\n\r\nblanks at the end  \r\n.dot\r\n..\r\nlast\r\n"

func askRaw(_ Env, j *record.Job) { j.Messages = []record.Draft{{Raw: []byte(fidelity)}} }

func askComposed(_ Env, j *record.Job) {
	j.Messages = []record.Draft{{Subject: "composed", Text: "a line\r\nanother line\r\n"}}
}

func learnRaw(p *Profile, run *Trial) {
	m := onlyMessage(run)
	_, body, _ := strings.Cut(fidelity, "\r\n\r\n")
	if run.Outcome.Class == Unsupported || m == nil || !bytes.Contains(m.Raw(), []byte("last")) {
		p.set(NeedRaw, false, "it composes its messages itself")
		return
	}
	p.Startup = startup(run)
	p.set(NeedRaw, true, "")
	p.Alters = !bytes.HasSuffix(m.Raw(), []byte("\r\n\r\n"+body)) || !bytes.Contains(m.Raw(), []byte("\r\nsubJect: fidelity\r\n"))
	header, _, _ := bytes.Cut(m.Raw(), []byte("\r\n\r\n"))
	for line := range strings.SplitSeq(string(header), "\r\n") {
		name, _, found := strings.Cut(line, ":")
		if found && !strings.Contains(strings.ToLower(fidelity), strings.ToLower(name)+":") {
			p.Adds = append(p.Adds, record.Escape(record.Clip(name, 60)))
		}
	}
	learnEnvelope(p, run)
}

func learnComposed(p *Profile, run *Trial) {
	m := onlyMessage(run)
	has := run.Outcome.Class != Unsupported && m != nil &&
		(bytes.Contains(m.Raw(), []byte("composed")) || strings.Contains(message.Parse(m.Raw()).Subject(), "composed"))
	p.set(NeedCompose, has, "it sends messages as they are given")
	if has {
		p.Startup = max(p.Startup, startup(run))
		if !p.Has(NeedRaw) {
			learnEnvelope(p, run)
		}
	}
}

// learnEnvelope sees which parts of the envelope were as asked.
func learnEnvelope(p *Profile, run *Trial) {
	p.Sessions = len(run.Sessions)
	ehlo := slices.ContainsFunc(run.Sessions, func(s *record.Session) bool { _, said := s.Command("EHLO", 1); return said })
	p.set(NeedEHLO, ehlo, "it says HELO") // the first session may be one that only looks if somebody is there
	m := onlyMessage(run)
	p.set(NeedFrom, SameMailbox(m.Envelope.From, run.Job.From), "its reverse-path is its own")
	to := m.Envelope.To()
	p.set(NeedRcpt, len(to) == 1 && SameMailbox(to[0], run.Job.Rcpts[0]), "its recipients are its own")
}

// startup is how long the client took to connect.
func startup(run *Trial) time.Duration {
	if len(run.Sessions) == 0 {
		return 0
	}
	return max(0, run.Sessions[0].Started.Sub(run.Started))
}

func onlyMessage(run *Trial) *record.Message {
	for _, s := range run.Sessions {
		if len(s.Messages) > 0 {
			return s.Messages[0]
		}
	}
	return nil
}

// ability is a probe that shows a need by being done.
func ability(n Need, text string, s *Script, shown func(*Trial) bool) probe {
	s.ID = "probe-" + string(n)
	return probe{s, func(p *Profile, run *Trial) {
		p.set(n, run.Outcome.Class != Unsupported && shown(run), text)
	}}
}

func delivered(run *Trial) bool { return deliveredAll(run) }

// deliveredInTLS says that everything arrived, and inside TLS.
func deliveredInTLS(run *Trial) bool {
	return deliveredAll(run) && !slices.ContainsFunc(run.Sessions, func(s *record.Session) bool {
		return len(s.Messages) > 0 && s.TLS == nil
	})
}

// everything are all extensions that a server can offer.
var everything = []string{"SIZE 50000000", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES", "CHUNKING", "BINARYMIME", "DSN"}

func probes() []probe {
	return slices.Concat(tlsProbes(), jobProbes(), []probe{
		{&Script{ID: "probe-extensions", Text: "every extension offered", Offer: everything, Ask: ask8bit}, learnExtensions},
		{&Script{ID: "probe-final-451", Text: "451 after the dot", Rules: finalReply(451)}, func(*Profile, *Trial) {}},
		{&Script{ID: "probe-final-554", Text: "554 after the dot", Rules: finalReply(554)}, learnClasses},
	})
}

func finalReply(code int) []harness.Rule {
	return []harness.Rule{harness.On(harness.BODY).Reply(code, itoa(code/100)+".7.1 not this one")}
}

// learnClasses sees what the client tells of a refusal.
func learnClasses(p *Profile, run *Trial) {
	p.Classes = run.Outcome.Class == Perm
	p.Codes = run.Outcome.Reports(554)
}

func ask8bit(e Env, j *record.Job) {
	if e.Profile.Has(NeedRaw) {
		j.Messages = []record.Draft{{Raw: []byte("Date: Mon, 02 Nov 2026 10:00:00 +0800\r\nFrom: " + defaultFrom + "\r\nTo: " + defaultRcpt +
			"\r\nSubject: 8bit\r\nMessage-ID: <8bit@client.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nСайн байна уу\r\n")}}
		return
	}
	j.Messages = []record.Draft{{Subject: "Сайн байна уу", Text: "Сайн байна уу\r\n"}}
}

func learnExtensions(p *Profile, run *Trial) {
	p.set(NeedPipelining, false, "it sends one command at a time")
	p.set(NeedChunking, false, "it does not use CHUNKING")
	p.set(Need8bit, false, "it does not declare BODY=8BITMIME")
	for _, s := range run.Sessions {
		for _, c := range s.Commands {
			switch {
			case c.Verb == "BDAT":
				p.used("CHUNKING")
				p.set(NeedChunking, true, "")
			case c.Verb == "MAIL":
				p.learnParameters(c.Arg)
			}
			if c.Pipelined && c.Verb != "BODY" {
				p.used("PIPELINING")
				p.set(NeedPipelining, true, "")
			}
		}
	}
}

func (p *Profile) learnParameters(arg string) {
	arg = strings.ToUpper(arg)
	for _, word := range []string{"SIZE=", "BODY=8BITMIME", "BODY=BINARYMIME", "SMTPUTF8", "RET=", "ENVID="} {
		if strings.Contains(arg, " "+word) {
			p.used(strings.TrimSuffix(word, "="))
		}
	}
	if strings.Contains(arg, " BODY=8BITMIME") {
		p.set(Need8bit, true, "")
	}
}

func (p *Profile) used(extension string) {
	if !slices.Contains(p.Extensions, extension) {
		p.Extensions = append(p.Extensions, extension)
	}
}

func jobProbes() []probe {
	three := func(_ Env, j *record.Job) { j.Rcpts = []string{"r1@example.net", "r2@example.net", "r3@example.net"} }
	return []probe{
		ability(NeedHelo, "its name in EHLO is its own", &Script{Text: "a name for EHLO", Ask: func(_ Env, j *record.Job) { j.Helo = "client.example" }},
			func(run *Trial) bool { return len(run.Sessions) > 0 && run.Sessions[0].Hello == "client.example" }),
		ability(NeedMultiRcpt, "one recipient at a time", &Script{Text: "three recipients", Ask: three}, delivered),
		ability(NeedManyRcpt, "not so many recipients", &Script{Text: "101 recipients", Ask: AskRecipients(101)}, delivered),
		ability(NeedMultiMsg, "one message at a time", &Script{Text: "two messages", Ask: AskMessages(2)}, delivered),
		ability(NeedAttach, "it composes no attachments", &Script{Text: "an attachment", Ask: func(_ Env, j *record.Job) {
			j.Messages = []record.Draft{{Subject: "file", Text: "see the file\r\n", Attachments: []record.Attachment{{Name: "a.txt", Type: "text/plain", Data: []byte("attached")}}}}
		}}, delivered),
		ability(NeedBcc, "it knows no blind copies", &Script{Text: "a blind copy", Ask: AskBcc}, delivered),
		ability(NeedDSN, "it does not ask for status notifications", &Script{Text: "a delivery status notification asked for", Offer: []string{"DSN"},
			Ask: func(_ Env, j *record.Job) {
				j.DSN = &record.DSN{Return: "HDRS", Notify: []string{"FAILURE"}} // many know no ENVID
			}},
			func(run *Trial) bool {
				m := onlyMessage(run)
				return m != nil && (m.Envelope.Return != "" || m.Envelope.ID != "" || len(m.Envelope.Recipients[0].Notify) > 0)
			}),
		ability(NeedLMTP, "it does not speak LMTP", &Script{Text: "an LMTP server", Options: func(Env) []harness.Option { return []harness.Option{harness.LMTP()} },
			Ask: func(_ Env, j *record.Job) { j.LMTP = true }}, delivered),
	}
}

// AskRecipients asks for a message to n recipients, "r1@example.net" and so on.
func AskRecipients(n int) func(Env, *record.Job) {
	return func(_ Env, j *record.Job) {
		j.Rcpts = nil
		for i := range n {
			j.Rcpts = append(j.Rcpts, fmt.Sprintf("r%d@example.net", i+1))
		}
	}
}

// AskMessages asks for n messages, "Message 1" to "r1@example.net" and so on.
func AskMessages(n int) func(Env, *record.Job) {
	return func(e Env, j *record.Job) {
		j.Messages = nil
		for i := range n {
			d := e.Draft(fmt.Sprintf("Message %d", i+1), fmt.Sprintf("This is message %d.\r\n", i+1))
			d.Rcpts = []string{fmt.Sprintf("r%d@example.net", i+1)}
			j.Messages = append(j.Messages, d)
		}
		j.Rcpts = []string{"r1@example.net"}
	}
}

// AskBcc asks for a composed message with a blind copy to bcc@example.net.
func AskBcc(_ Env, j *record.Job) {
	j.Messages = []record.Draft{{Subject: "blind", Text: "a blind copy\r\n", To: defaultRcpt, Bcc: "bcc@example.net"}}
	j.Rcpts = []string{defaultRcpt, "bcc@example.net"}
}

func tlsProbes() []probe {
	unknown := func(Env) []harness.TLSOption {
		return []harness.TLSOption{harness.WithBadCertificate(harness.UnknownCA)}
	}
	optional := func(_ Env, j *record.Job) { j.Security = record.SecurityOptional }
	return []probe{
		ability(NeedStartTLS, "it cannot be told to use STARTTLS", &Script{Text: "STARTTLS", TLS: STARTTLS}, deliveredInTLS),
		ability(NeedImplicitTLS, "it does not speak implicit TLS", &Script{Text: "implicit TLS", TLS: ImplicitTLS}, deliveredInTLS),
		ability(NeedStartTLSOptional, "it has no opportunistic TLS", &Script{Text: "STARTTLS, opportunistic", TLS: STARTTLS, Ask: optional}, deliveredInTLS),
		{&Script{ID: "probe-unknown-ca", Text: "STARTTLS with a certificate of an unknown CA", TLS: STARTTLS, ServerTLS: unknown},
			func(p *Profile, run *Trial) { p.Verifies = p.Has(NeedStartTLS) && !deliveredAll(run) }},
		ability(NeedRequireTLS, "it does not ask for REQUIRETLS", &Script{Text: "REQUIRETLS asked for", TLS: STARTTLS, Offer: []string{"REQUIRETLS"},
			Ask: func(_ Env, j *record.Job) { j.RequireTLS = true }},
			func(run *Trial) bool {
				m := onlyMessage(run)
				return m != nil && hasKey(m.Envelope.Params, "REQUIRETLS")
			}),
	}
}

func hasKey(m map[string]string, key string) bool { _, ok := m[key]; return ok }

// probedMechanisms are offered one at a time.
var probedMechanisms = []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER", "EXTERNAL"}

// authProbes asks for each mechanism, inside TLS if the client has it.
func (k *check) authProbes() []probe {
	k.profile.set(NeedAuth, false, "it cannot sign in, or knows none of PLAIN, LOGIN and CRAM-MD5")
	var list []probe
	for _, mechanism := range probedMechanisms {
		s := &Script{ID: "probe-auth-" + strings.ToLower(mechanism), Text: "only AUTH " + mechanism + " offered", TLS: AnyTLS, Auth: []string{mechanism},
			Ask: func(_ Env, j *record.Job) { j.Mechanism = mechanism }}
		if mechanism == "EXTERNAL" {
			s.Rules = OfferExternal()
		}
		list = append(list, probe{s, func(p *Profile, run *Trial) { p.learnMechanism(mechanism, run) }})
	}
	return list
}

// probeUnnamed offers the mechanisms once more, one at a time, to a client that
// signs in but refuses to be told with which.
func (k *check) probeUnnamed(ctx context.Context, played map[string][]*Trial) {
	var again []probe
	for _, mechanism := range probedMechanisms {
		s := unnamedProbe(mechanism)
		if mechanism != "EXTERNAL" && refusedToBeAsked(played["probe-auth-"+strings.ToLower(mechanism)]) {
			again = append(again, probe{s, func(p *Profile, run *Trial) { p.learnMechanism(mechanism, run) }})
		}
	}
	k.probe(ctx, played, again...)
}

func unnamedProbe(mechanism string) *Script {
	return &Script{ID: "probe-auth-unnamed-" + strings.ToLower(mechanism), Text: "only AUTH " + mechanism + " offered; the job does not name it", TLS: AnyTLS, Auth: []string{mechanism}}
}

func refusedToBeAsked(trials []*Trial) bool {
	return len(trials) > 0 && trials[0].Outcome.Class == Unsupported
}

// OfferExternal are the rules of a server that offers EXTERNAL, and nothing
// else, to a client without a certificate. It refuses what it is asked for.
func OfferExternal() []harness.Rule {
	return []harness.Rule{
		harness.On(harness.EHLO).Reply(250, "mx.test", "STARTTLS", "AUTH EXTERNAL").BeforeTLS(),
		harness.On(harness.EHLO).Reply(250, "mx.test", "AUTH EXTERNAL").InsideTLS(),
		harness.On(harness.AUTH).Reply(535, "5.7.8 no such user"),
	}
}

func (p *Profile) learnMechanism(mechanism string, run *Trial) {
	for _, s := range run.Sessions {
		for _, c := range s.Commands {
			if mechanism == "EXTERNAL" && c.Verb == "AUTH" && strings.HasPrefix(strings.ToUpper(c.Arg), mechanism) {
				p.Mechanisms = append(p.Mechanisms, mechanism)
				p.set(NeedExternal, true, "")
				return
			}
		}
		for _, a := range s.Auth {
			if a.OK && strings.EqualFold(a.Mechanism, mechanism) && !slices.Contains(p.Mechanisms, mechanism) {
				p.Mechanisms = append(p.Mechanisms, mechanism)
			}
		}
	}
	if !slices.Contains(p.Mechanisms, mechanism) {
		return
	}
	switch {
	case strings.HasPrefix(mechanism, "SCRAM-"):
		p.set(NeedSCRAM, true, "")
	case mechanism == "XOAUTH2":
		p.set(NeedXOAUTH2, true, "")
	case mechanism == "EXTERNAL":
		p.set(NeedExternal, true, "")
	case mechanism != "OAUTHBEARER":
		p.set(NeedAuth, true, "")
	}
}

// timeProbes ask how long the client waits when nothing comes. A client that
// does not end is one without a time-out that a check could wait for: that is a
// finding of the time-out scenarios, not a reason to leave them out.
func timeProbes() []probe {
	silent := []harness.Rule{harness.On(harness.MAIL).Stall()}
	return []probe{
		{&Script{ID: "probe-silence", Text: "silence at MAIL, T", Rules: silent}, func(p *Profile, run *Trial) {
			p.set(NeedTimeout, run.Outcome.Class != Unsupported, "it has no knob for its time-outs")
			p.Endless = run.Outcome.Class == Hang
		}},
	}
}

// settle5321 fills in what needs no probe.
func (k *check) settle5321() {
	p := k.profile
	slow := k.settings.slow || k.bubble != nil
	p.set(NeedSlow, slow, "takes minutes; ask with --slow")
	if k.claims.Timeout == "fixed" && 3*k.unit < k.claims.Fixed && !slow {
		p.set(NeedTimeout, false, fmt.Sprintf("its time-out is fixed at %v; ask with --slow", k.claims.Fixed))
	}
	p.set(NeedDNS, k.bubble == nil && len(localhosts()) > 1, "localhost has one address on this machine")
	for _, n := range []Need{NeedSCRAM, NeedXOAUTH2, NeedExternal} {
		if !p.Has(n) {
			p.set(n, false, "the client does not know the mechanism")
		}
	}
}

// localhosts are the addresses of the only name that every machine knows.
func localhosts() []string {
	addrs, err := net.LookupHost("localhost")
	if err != nil {
		return nil
	}
	return addrs
}

// compareClaims says what a client claims and calibration did not find.
func (k *check) compareClaims() {
	for _, n := range k.claims.Needs {
		if !k.profile.Has(n) {
			k.profile.Claims = append(k.profile.Claims, fmt.Sprintf("claims %q, which was not seen: %s", n, k.profile.Abilities[n].Text))
		}
	}
}

func flatten(played map[string][]*Trial) []*Trial {
	var all []*Trial
	for _, runs := range played {
		all = append(all, runs...)
	}
	return all
}
