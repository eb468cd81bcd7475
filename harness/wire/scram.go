package wire

import (
	"crypto/rand"
	"crypto/tls"
	"slices"
	"strings"

	"github.com/xdg-go/scram"

	"github.com/smtpspec/smtpspec/harness/record"
)

// scramServer is SCRAM, RFC 5802 and RFC 7677, with channel binding where the
// mechanism's name ends in -PLUS.
type scramServer struct {
	s     *Session
	name  string
	conv  *scram.ServerConversation
	first bool // the client's first word has come
	final bool // the server's last word was said
}

const scramIterations = 4096

const plus = "-PLUS"

func newSCRAM(s *Session, name string) *scramServer {
	hash := scram.SHA256
	if strings.HasPrefix(name, "SCRAM-SHA-1") {
		hash = scram.SHA1
	}
	// No error: NewServer only keeps its arguments.
	server, _ := hash.NewServer(func(user string) (scram.StoredCredentials, error) {
		return s.storedCredentials(hash, user)
	})
	x := &scramServer{s: s, name: name}
	switch {
	case strings.HasSuffix(name, plus):
		x.conv = server.NewConversationWithChannelBindingRequired(s.channelBinding())
	case slices.Contains(s.cfg.Auth.offered(s.client()), name+plus):
		// Whoever says that there was no -PLUS has been lied to, RFC 5802 §6.
		x.conv = server.NewConversationWithChannelBinding(s.channelBinding())
	default:
		x.conv = server.NewConversation()
	}
	return x
}

// storedCredentials makes what a real server would have stored. A user that is
// not known gets a password that nobody has, so that the exchange does not tell
// who is.
func (s *Session) storedCredentials(hash scram.HashGeneratorFcn, user string) (scram.StoredCredentials, error) {
	password, known := "", false
	s.guarded("Password", func() { password, known = s.cfg.Auth.Password(user) })
	if !known {
		password = rand.Text()
	}
	client, err := hash.NewClient(user, password, "")
	if err != nil {
		// Not every password can be prepared; it then holds as it is.
		if client, err = hash.NewClientUnprepped(user, password, ""); err != nil {
			return scram.StoredCredentials{}, err
		}
	}
	return client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: rand.Text(), Iters: scramIterations})
}

// channelBinding is the tls-exporter binding of RFC 9266, or nothing before
// TLS 1.3.
func (s *Session) channelBinding() scram.ChannelBinding {
	conn, ok := s.conn.(*tls.Conn)
	if !ok {
		return scram.ChannelBinding{}
	}
	state := conn.ConnectionState()
	binding, err := scram.NewTLSExporterBinding(&state)
	if err != nil {
		return scram.ChannelBinding{}
	}
	return binding
}

func (x *scramServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case response == nil:
		return []byte{}, false, nil
	case x.final:
		return nil, true, x.accept(response)
	case !x.first:
		x.first = true
		return x.begin(response)
	}
	text, _ := x.conv.Step(string(response))
	if !x.conv.Valid() {
		x.s.settleAttempt(x.attempt(), false)
		return nil, true, errDenied
	}
	x.final = true
	return []byte(text), false, nil
}

// begin takes the client's first message.
func (x *scramServer) begin(response []byte) (challenge []byte, done bool, err error) {
	if strings.HasPrefix(string(response), "p=") && !strings.HasSuffix(x.name, plus) {
		return nil, false, errMalformed
	}
	text, err := x.conv.Step(string(response))
	switch {
	case err == nil:
		return []byte(text), false, nil
	case x.conv.Username() == "":
		return nil, false, errMalformed
	}
	x.s.settleAttempt(x.attempt(), false)
	return nil, true, errDenied
}

// accept takes the client's leave, which is empty: it has checked the server's
// signature, and may have broken off instead.
func (x *scramServer) accept(response []byte) error {
	if len(response) > 0 {
		return errMalformed
	}
	x.s.settleAttempt(x.attempt(), true)
	return nil
}

func (x *scramServer) attempt() record.AuthAttempt {
	return record.NewAuthAttempt(x.name, x.conv.AuthzID(), x.conv.Username(), "", "")
}
