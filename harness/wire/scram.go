package wire

import (
	"crypto/rand"
	"crypto/tls"
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
	final bool // the server's last word was said
}

const scramIterations = 4096

func newSCRAM(s *Session, name string) *scramServer {
	hash := scram.SHA256
	if strings.HasPrefix(name, "SCRAM-SHA-1") {
		hash = scram.SHA1
	}
	// No error: NewServer only keeps its arguments.
	server, _ := hash.NewServer(func(user string) (scram.StoredCredentials, error) {
		return s.storedCredentials(hash, user)
	})
	x := &scramServer{s: s, name: name, conv: server.NewConversation()}
	if strings.HasSuffix(name, "-PLUS") {
		x.conv = server.NewConversationWithChannelBindingRequired(s.channelBinding())
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
	client, err := hash.NewClientUnprepped(user, password, "")
	if err != nil {
		return scram.StoredCredentials{}, err
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
		return nil, true, nil
	}
	text, err := x.conv.Step(string(response))
	if !x.conv.Done() {
		return []byte(text), false, err
	}
	x.final = true
	a := record.NewAuthAttempt(x.name, x.conv.AuthzID(), x.conv.Username(), "", "")
	if !x.s.settleAttempt(a, x.conv.Valid()) {
		return nil, true, errDenied
	}
	// The client checks the server's signature and answers with nothing.
	return []byte(text), false, nil
}
