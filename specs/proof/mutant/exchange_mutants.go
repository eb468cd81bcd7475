package mutant

import (
	"context"
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// exchangeMutants are wrong inside an exchange of AUTH.
var exchangeMutants = []Mutant{
	{Name: "empty-challenge-is-refusal", Breaks: []string{"auth-334-no-space", "auth-plain-no-ir"}, Text: "It gives AUTH PLAIN no initial response, and gives up at the empty challenge.",
		Out: lines(record.AUTH, func(line string) string {
			if strings.HasPrefix(line, "AUTH PLAIN ") {
				return "AUTH PLAIN\r\n"
			}
			return line
		})},
	{Name: "reads-login-prompts", Breaks: []string{"auth-login-odd-prompts"}, Text: "It knows the prompts “Username:” and “Password:” of LOGIN only.",
		In: replies(record.AUTH, func(reply string) string {
			if strings.HasSuffix(challengeIn(reply), "\x00") {
				return "501 what?\r\n"
			}
			return reply
		})},
	{Name: "password-behind-235", Breaks: []string{"auth-login-235-early"}, Text: "It sends the password of LOGIN whatever comes behind the user name.",
		In: func(d *Dialogue, reply string) string {
			if Code(reply) == 235 && d.Command() == base64Of(d.Job().User)+"\r\n" {
				d.Say(base64Of(d.Job().Pass) + "\r\n")
			}
			return reply
		}},
	{Name: "wrong-digest", Breaks: []string{"auth-cram-md5-only"}, Text: "It sends the digest of CRAM-MD5 with its halves exchanged.",
		Out: lines(record.AUTH, func(line string) string {
			text := decoded(line)
			if n := len(text); cramResponse.MatchString(text) {
				return base64Of(text[:n-32]+text[n-16:]+text[n-32:n-16]) + "\r\n"
			}
			return line
		})},
	{Name: "refused-mechanism-again", Breaks: []string{"auth-534", "auth-504-next", "auth-538"}, Text: "It asks once more for a mechanism that was refused.", Options: clearly,
		In: func(d *Dialogue, reply string) string {
			if c := Code(reply); d.Stage() == record.AUTH && (c == 504 || c == 534 || c == 538) {
				again := d.Command()
				if c == 538 {
					again = "AUTH PLAIN " + plain(d.Job()) + "\r\nAUTH PLAIN " + plain(d.Job()) + "\r\n"
				}
				d.Say(again)
			}
			return reply
		}},
	{Name: "tries-password-again", Breaks: []string{"auth-535-once"}, Text: "It tries a password that was refused five times.",
		Around: func(ctx context.Context, job Job, send func(context.Context, Job) error) (err error) {
			for range 5 {
				if err = send(ctx, job); CodeOf(err) != 535 {
					break
				}
			}
			return err
		}},
	{Name: "only-235-succeeds", Breaks: []string{"auth-2yz-not-235"}, Text: "It takes no other reply than 235 for the success of AUTH.",
		In: replies(record.AUTH, func(reply string) string {
			if Class(reply) == 2 && Code(reply) != 235 {
				return Recode(reply, "554")
			}
			return reply
		})},
	{Name: "sends-after-cancel", Breaks: []string{"auth-cancel-501"}, Text: "It cancels an exchange that it cannot follow, and sends without AUTH.",
		In: func(d *Dialogue, reply string) string {
			if strings.Contains(reply, "!!!") {
				d.Set("cancel", true)
				return "334 PDEuMkBteC50ZXN0Pg==\r\n"
			}
			return reply
		},
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.AUTH && d.Get("cancel") == true {
				d.Answer("235 who cares\r\n")
				return "*\r\n"
			}
			return line
		}},
	{Name: "credentials-in-ascii", Breaks: []string{"auth-utf8"}, Text: "It writes a question mark for each octet of the credentials beyond ASCII.",
		Out: lines(record.AUTH, func(line string) string {
			return inResponse(line, func(text string) string { return beyondASCII.ReplaceAllString(text, "?") })
		})},
	{Name: "nul-in-credentials", Breaks: []string{"auth-nul"}, Text: "It sends a NUL in a password.",
		Job: func(j *Job) { j.Pass = strings.ReplaceAll(j.Pass, "\x00", "\x01") },
		Out: lines(record.AUTH, func(line string) string {
			return inResponse(line, func(text string) string { return strings.ReplaceAll(text, "\x01", "\x00") })
		})},
	{Name: "auth-parameter-as-path", Breaks: []string{"auth-mail-param"}, Text: "It writes a path behind AUTH= of MAIL.",
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.MAIL && d.Job().User != "" {
				return strings.TrimSuffix(line, "\r\n") + " AUTH=<" + d.Job().From + ">\r\n"
			}
			return line
		}},
	{Name: "any-scram-signature", Breaks: []string{"auth-scram-server-sig"}, Text: "It does not look at the server's signature in SCRAM.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.AUTH && strings.HasPrefix(challengeIn(reply), "v=") {
				return "334 " + base64Of("v="+scramSignature(d)) + "\r\n"
			}
			return reply
		}},
	{Name: "any-scram-nonce", Breaks: []string{"auth-scram-nonce"}, Text: "It does not look at the nonce that the server sends in SCRAM.",
		In: func(d *Dialogue, reply string) string {
			text := challengeIn(reply)
			if d.Stage() != record.AUTH || !strings.HasPrefix(text, "r=") {
				return reply
			}
			_, nonce, _ := strings.Cut(decoded(d.Command()), ",r=")
			theirs, rest, _ := strings.Cut(text, ",")
			if strings.HasPrefix(theirs, "r="+nonce) {
				return reply
			}
			return "334 " + base64Of("r="+nonce+"x,"+rest) + "\r\n"
		}},
	{Name: "any-scram-iterations", Breaks: []string{"auth-scram-iterations"}, Text: "It takes any number of iterations in SCRAM, and computes fewer of them to save the time of the proof.",
		In: replies(record.AUTH, func(reply string) string {
			if before, _, ok := strings.Cut(challengeIn(reply), ",i=2147483647"); ok {
				return "334 " + base64Of(before+",i=4096") + "\r\n"
			}
			return reply
		})},
	{Name: "believes-530", Breaks: []string{"auth-530-mail", "tls-530"}, Text: "It goes on behind 530.",
		In: func(d *Dialogue, reply string) string {
			switch {
			case Code(reply) != 530:
				return reply
			case d.Stage() == record.DATA:
				return "354 go\r\n"
			}
			return Recode(reply, "250")
		}},
	{Name: "token-once-more", Breaks: []string{"auth-xoauth2-error"}, Text: "It sends the token once more in answer to the error of XOAUTH2.",
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.AUTH && line == "\r\n" {
				return base64Of(d.Job().Pass) + "\r\n"
			}
			return line
		}},
}

var (
	cramResponse = regexp.MustCompile(`^\S+ [0-9a-f]{32}$`)
	beyondASCII  = regexp.MustCompile(`[^\x00-\x7f]`)
)

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// decoded returns what the last word of a line has in base64, "" if it is none.
func decoded(line string) string {
	words := strings.Fields(line)
	if len(words) == 0 {
		return ""
	}
	text, err := base64.StdEncoding.DecodeString(words[len(words)-1])
	if err != nil {
		return ""
	}
	return string(text)
}

// challengeIn returns the challenge of a 334, "" for other replies.
func challengeIn(reply string) string {
	if Code(reply) != 334 {
		return ""
	}
	return decoded(reply[3:])
}

// inResponse changes what the last word of a line has in base64.
func inResponse(line string, f func(string) string) string {
	text := decoded(line)
	if text == "" {
		return line
	}
	i := strings.LastIndexByte(strings.TrimRight(line, "\r\n"), ' ') + 1
	return line[:i] + base64Of(f(text)) + "\r\n"
}
