package conform_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// talk is one session of a client that is honest as far as it is not odd.
type talk struct {
	*bufio.ReadWriter
	conn      net.Conn
	wait      time.Duration
	firstLine bool // it takes the first line of a reply for the whole
}

// command sends a line, and returns the error of a reply that is not of the
// class, or does not come.
func (s *talk) command(class int, format string, args ...any) error {
	s.conn.SetDeadline(time.Now().Add(s.wait))
	if format != "" {
		fmt.Fprintf(s, format+"\r\n", args...)
		if err := s.Flush(); err != nil {
			return err
		}
	}
	for {
		line, err := s.ReadString('\n')
		if err != nil {
			return err
		}
		var code int
		if _, err := fmt.Sscanf(line, "%3d", &code); err != nil {
			return fmt.Errorf("no reply: %w", err)
		}
		if len(line) > 3 && line[3] == '-' && !s.firstLine {
			continue
		}
		if code/100 != class {
			return &textproto.Error{Code: code, Msg: strings.TrimSpace(line)}
		}
		return nil
	}
}

// send sends one message in the session.
func (s *talk) send(from string, rcpts []string, raw []byte) error {
	if err := s.command(2, "MAIL FROM:<%s>", from); err != nil {
		return err
	}
	for _, rcpt := range rcpts {
		if err := s.command(2, "RCPT TO:<%s>", rcpt); err != nil {
			return err
		}
	}
	if err := s.command(3, "DATA"); err != nil {
		return err
	}
	w := textproto.NewWriter(s.Writer).DotWriter()
	w.Write(raw)
	w.Close()
	return s.command(2, "")
}

// odd is what a client does otherwise.
type odd struct {
	hello     string // the greeting it uses; "" = EHLO
	firstLine bool
	alone     bool        // a session for each recipient
	before    int         // connections that it makes and leaves
	silent    bool        // it reports success whatever comes
	failed    func(*talk) // what it does in a session in which something was refused
}

func (o odd) Send(ctx context.Context, job conform.Job) error {
	if job.User != "" || job.LMTP || job.Security != "none" || job.RequireTLS || job.DSN != nil {
		return conform.ErrUnsupported
	}
	for i, m := range job.Messages {
		if m.Composed() {
			return conform.ErrUnsupported
		}
		if len(job.Recipients(i)) == 0 || strings.ContainsFunc(job.From+strings.Join(job.Recipients(i), ""), unsendable) {
			return errors.New("an address cannot be sent")
		}
	}
	for range o.before {
		o.session(ctx, job, func(*talk) error { return nil })
	}
	err := o.deliver(ctx, job)
	if o.silent {
		return nil
	}
	return err
}

// unsendable is what no path holds outside of a quoted-string, which it does not
// know.
func unsendable(r rune) bool { return r < ' ' || r >= 0x7f || strings.ContainsRune(`<> ,"`, r) }

func (o odd) deliver(ctx context.Context, job conform.Job) error {
	var all []error
	for i, m := range job.Messages {
		groups := [][]string{job.Recipients(i)}
		if o.alone {
			groups = nil
			for _, rcpt := range job.Recipients(i) {
				groups = append(groups, []string{rcpt})
			}
		}
		for _, rcpts := range groups {
			all = append(all, o.session(ctx, job, func(s *talk) error { return s.send(job.From, rcpts, m.Raw) }))
		}
	}
	return errors.Join(all...)
}

// session greets, lets do, and says QUIT.
func (o odd) session(ctx context.Context, job conform.Job, do func(*talk) error) error {
	ctx, cancel := context.WithTimeout(ctx, job.Wait())
	defer cancel()
	conn, err := job.Dial(ctx, "tcp", job.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	s := &talk{conn: conn, wait: job.Wait(), ReadWriter: bufio.NewReadWriter(bufio.NewReader(conn), bufio.NewWriter(conn)), firstLine: o.firstLine}
	if err := s.command(2, ""); err != nil {
		return err
	}
	hello := o.hello
	if hello == "" {
		hello = "EHLO"
	}
	if err := s.command(2, "%s client.example", hello); err != nil {
		return err
	}
	if err = do(s); err != nil && o.failed != nil {
		o.failed(s)
	}
	s.command(2, "QUIT")
	return err
}

// bouncer queues what it is given, and tells the sender of what failed in a
// message of its own.
type bouncer struct {
	odd
	from string // the reverse-path of what it tells
	same bool   // it goes on in the session that failed
	mute bool   // it tells nothing after all
}

func (bouncer) Name() string           { return "bouncer" }
func (bouncer) Claims() conform.Claims { return conform.Claims{} }

func (b bouncer) Run(ctx context.Context, job conform.Job) conform.Outcome {
	tell := func(s *talk) error {
		return s.send(b.from, []string{job.From}, []byte("Subject: Undelivered\r\n\r\nIt was refused.\r\n"))
	}
	if b.same {
		b.failed = func(s *talk) {
			if s.command(2, "RSET") == nil && !b.mute {
				tell(s)
			}
		}
	}
	err := b.Send(ctx, job)
	if errors.Is(err, conform.ErrUnsupported) {
		return conform.Outcome{Class: conform.Unsupported}
	}
	if err != nil && !b.same && !b.mute && job.From != "" && !strings.ContainsFunc(job.From, unsendable) {
		time.Sleep(500 * time.Millisecond)
		b.session(ctx, job, tell)
	}
	return conform.Outcome{Class: conform.Queued}
}
